"""Layout of all screens: plain text on standard output, facts in two columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from hybridq.core.text import one_line, printable

_WIDTH = 80


def show_parts(parts: Iterable[RenderableType]) -> None:
    """Print tables and texts on standard output."""
    console = _console()
    with console.capture() as screen:
        for part in parts:
            console.print(_Harmless(part))
    # Rich pads lines with blanks, which are in the way when the text is compared or copied.
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in screen.get().splitlines()))
    sys.stdout.flush()


class _Harmless:
    """A part without control characters of its own, which could steer a terminal."""

    def __init__(self, part: RenderableType) -> None:
        self._part = part

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._part, options):
            yield Segment(printable(text), style, control)


def say(text: str) -> None:
    """Print one line of text as it is."""
    _console().print(Text(one_line(text)), soft_wrap=True)


def write_plain(text: str) -> None:
    """Write `text` on standard output as UTF-8, untouched."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "surrogatepass"))
    buffer.flush()


def width() -> int:
    """Return the number of characters that a line may have."""
    return _console().width


def more_room() -> str:
    """Return the way to longer lines: a wider window, or COLUMNS for a pipe."""
    return "a wider terminal" if _console().is_terminal else "COLUMNS=160"


def heading(text: str, *, good: bool, notes: Sequence[str] = ()) -> list[RenderableType]:
    """Return the answer in a sentence or two, with remarks under it."""
    style = "bold green" if good else "bold"
    parts: list[RenderableType] = [Text(""), Padding(Text(text, style=style), (0, 1))]
    return parts + [Padding(Text(one_line(note), style="yellow"), (0, 1)) for note in notes]


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Return names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(f" {name}", Text(one_line(value)))
    return grid


def _console() -> Console:
    """Return standard output: coloured on a terminal, plain text elsewhere.

    Its width is that of COLUMNS, else at most 100 characters on a terminal and 80 elsewhere.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # for labels that the encoding lacks
    console = Console(highlight=False, markup=False, emoji=False)
    if not _asked_width():
        console.width = min(console.width, 100) if console.is_terminal else _WIDTH
    return console


def _asked_width() -> int:
    """Return the width in COLUMNS, 0 where it is not set."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 0
