"""Panel of the numbers of a result."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.numbers import with_minus_signs
from hybridq.presentation.energies import number_facts
from hybridq.presentation.panels.base import Panel
from hybridq.presentation.search import ansatz_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result

_LONGEST = 34  # characters of a text


@dataclass(frozen=True)
class Numbers(Panel):
    """Names and values in two columns."""

    name: ClassVar[str] = "numbers"
    title: ClassVar[str] = "In numbers"
    width: ClassVar[float] = 2.0

    def applies(self, result: Result) -> bool:
        """Return True for energies, and for a result without a trace, as read from JSON."""
        return result.energy is not None or not result.trace.values.size

    def draw(self, result: Result, ax: Axes) -> None:
        """Write the rows from top to bottom."""
        from hybridq.plots import style

        ax.set_axis_off()
        style.set_title(ax, self.title)
        rows = fact_rows(result)
        step = min(0.075, 1.0 / max(len(rows), 1))
        for place, (name, value) in enumerate(rows):
            y = 0.98 - step * place
            options: dict[str, Any] = {
                "transform": ax.transAxes, "fontsize": 9.5, "va": "top", "parse_math": False,
            }  # fmt: skip
            ax.text(0.0, y, name, color="#777777", **options)
            ax.text(0.36, y, textwrap.shorten(value, _LONGEST), color=style.INK, **options)


def fact_rows(result: Result) -> list[tuple[str, str]]:
    """Return names and values: the answer first, then circuit, engine and search."""
    if result.energy is not None:
        rows = number_facts(result, result.energy)
    else:
        from hybridq.presentation.answers import number_facts as answer_facts

        rows = answer_facts(result)
    rows = [(name, with_minus_signs(value)) for name, value in rows]
    optimizer = result.optimizer
    rows += [
        ("Ansatz", ansatz_name(result.ansatz)),
        ("Parameters", str(len(result.parameters))),
        ("Qubits", str(result.problem.n_qubits)),
        ("Engine", f"{result.engine.name}, {result.engine.precision}"),
        ("Optimizer", optimizer.method),
        ("Evaluations", f"{optimizer.evaluations}, {optimizer.status}"),
        ("Time", f"{result.seconds:.3g} s"),
    ]
    if result.seed is not None:
        rows.append(("Seed", str(result.seed)))
    return rows


NUMBERS = Numbers()
