"""Records of studies: published and computed values, written down and judged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.benchmarks.conditions import machine
from hybridq.plots.output import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """A published number and ours.

    Attributes:
        what: which number.
        published: its value in the source.
        ours: the value computed here.
        low, high: ours agrees if it lies between.
        form: how both are printed.
    """

    what: str
    published: float
    ours: float
    low: float
    high: float
    form: str = ".9f"

    @classmethod
    def near(
        cls, what: str, published: float, ours: float, within: float, form: str = ".9f"
    ) -> Row:
        """Agreement within an absolute tolerance."""
        return cls(what, published, ours, published - within, published + within, form)

    @classmethod
    def factor(
        cls, what: str, published: float, ours: float, factor: float, form: str = ".3f"
    ) -> Row:
        """Agreement within a factor."""
        return cls(what, published, ours, published / factor, published * factor, form)

    @property
    def agrees(self) -> bool:
        """Return whether our value agrees with the published one."""
        return bool(self.low <= self.ours <= self.high)

    def cells(self) -> list[str]:
        """Return the cells of a row: title, published, ours, difference, agreement."""
        values = [format(value, self.form) for value in (self.published, self.ours)]
        verdict = "yes" if self.agrees else "NO"
        return [self.what, *values, f"{self.ours - self.published:.2g}", verdict]


def markdown_table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    """A table of text cells."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


class Study:
    """A run of one study: started when it is made, `finish` writes everything.

    Args:
        name: of the module, and of what is written.
        title: one sentence on what is compared.
    """

    def __init__(self, name: str, title: str) -> None:
        self._name, self._title = name, title
        self._machine = machine(f"python -m experiments.vqe.{name}")
        self._began = time.perf_counter()

    def finish(
        self, rows: list[Row], figure: Figure, data: dict[str, Any], notes: Iterable[str] = ()
    ) -> None:
        """Print the comparison and write JSON, Markdown and PNG.

        Raises:
            SystemExit: a number of ours is not the published one.
        """
        seconds = time.perf_counter() - self._began
        head = ["what", "reference", "hybridq", "difference", "agrees"]
        m = self._machine
        lines = [
            f"# {self._title}",
            "",
            *markdown_table(head, [row.cells() for row in rows]),
            "",
            *(line for note in notes for line in (note, "")),
            f"![{self._title}]({self._name}.png)",
            "",
            f"{m['date']}, {m['cores']} cores of {m['processor']}, commit {m['commit']}, "
            f"`{m['command']}`, {seconds:.1f} s.",
        ]
        RESULTS.mkdir(exist_ok=True)
        document = {
            "machine": m,
            "seconds": round(seconds, 2),
            "rows": [{**asdict(row), "agrees": row.agrees} for row in rows],
            **data,
        }
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (RESULTS / f"{self._name}.json").write_text(text, encoding="utf-8")
        (RESULTS / f"{self._name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        save(figure, RESULTS / f"{self._name}.png")
        print("\n".join([*lines[:-3], lines[-1], ""]))
        if not all(row.agrees for row in rows):
            raise SystemExit(f"{self._name}: not all numbers are the published ones")
