"""Output of a finished run: JSON, screen, picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybridq.cli import page
from hybridq.cli.options import check_outputs


@dataclass(frozen=True)
class Outputs:
    """Destinations of a result, checked before any work.

    Args:
        source: the input file, which no output may overwrite; ``-`` for standard input.
        json: a file for the JSON, ``-`` to print it in place of the screen, or None.
        plot: a file for the picture, or None.
        quiet: one line in place of the screen.
        what: the word for the input.
        store: a file that keeps the run itself, or None.

    Raises:
        OutputError: a path cannot be written, or would overwrite something of this run.
    """

    source: str
    json: str | None
    plot: str | None
    quiet: bool
    what: str = "graph"
    store: str | None = None

    def __post_init__(self) -> None:
        check_outputs(self.source, self.json, self.plot, what=self.what, store=self.store)

    @property
    def name(self) -> str:
        """The name of the input."""
        return "standard input" if self.source == "-" else Path(self.source).name


def report(
    outputs: Outputs,
    *,
    to_json: Callable[..., str],
    show: Callable[[], None],
    plot: Callable[[str], Any],
) -> None:
    """Write the requested files and show the answer.

    Args:
        outputs: the destinations.
        to_json: returns the JSON text; with a path, also writes it.
        show: prints the screen.
        plot: writes the picture.
    """
    if outputs.json == "-":
        page.write_plain(to_json())
    elif outputs.json is not None:
        to_json(outputs.json)
    if outputs.json != "-":
        show()
    if outputs.plot is not None:
        plot(outputs.plot)
    written = [path for path in (outputs.json, outputs.plot) if path not in (None, "-")]
    if written and not outputs.quiet and outputs.json != "-":
        page.say(f"Written: {', '.join(str(path) for path in written)}")
