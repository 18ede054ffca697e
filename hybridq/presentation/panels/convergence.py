"""Panel of the objective at every evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.presentation.objectives import axis_label, shown
from hybridq.presentation.panels.base import Panel
from hybridq.presentation.panels.energy_error import ENERGY_ERROR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Convergence(Panel):
    """The objective by evaluation: an energy or a value, its CVaR, or a pure number.

    The classical reference is drawn for values in its unit only. For the probability of an
    optimum, which is minimized with a minus sign, the probability itself is drawn.
    """

    name: ClassVar[str] = "convergence"
    title: ClassVar[str] = "Convergence"

    def applies(self, result: Result) -> bool:
        """Return True if there are evaluations whose error is not drawn."""
        return bool(result.trace.values.size) and not ENERGY_ERROR.applies(result)

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw each evaluation, the best so far and the reference."""
        from hybridq.plots.curves import plot_convergence

        how = shown(result)
        known = result.reference is not None and how.is_energy
        values = result.trace.values
        plot_convergence(
            -values if how.is_probability else values,
            result.reference.value if known and result.reference is not None else None,
            how.sense("maximize" if result.problem.maximizes else "minimize"),
            ax,
            value_name=result.problem.value_name,
            label=axis_label(result),
        )


CONVERGENCE = Convergence()
