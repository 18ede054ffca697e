"""Panel of the growth of an ansatz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.presentation.numbers import HARTREE
from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Growth(Panel):
    """Error and gradient by the number of operators of an ansatz that grew."""

    name: ClassVar[str] = "growth"
    title: ClassVar[str] = "Growth of the ansatz"

    def applies(self, result: Result) -> bool:
        """Return True if the ansatz grew by more than one operator."""
        return result.energy is not None and len(result.trace.iterations) > 1

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw the error after each operator, and the norm of the pool's gradient."""
        from hybridq.plots.energies import plot_growth

        block, steps = result.energy, result.trace.iterations
        assert block is not None
        plot_growth(
            [step.energy for step in steps],
            block.exact,
            ax,
            gradient_norms=[step.gradient_norm for step in steps],
            hartree_fock=block.hartree_fock,
            reference=block.reference.replace("-", "–"),
            hartree=block.unit == HARTREE,
        )


GROWTH = Growth()
