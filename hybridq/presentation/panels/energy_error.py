"""Panel of the error of an energy at every evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.presentation.numbers import HARTREE
from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class EnergyError(Panel):
    """Distance from the exact energy by evaluation, on a logarithmic axis.

    Other objectives, and estimates that may lie below the exact energy, have no such error:
    `Convergence` draws them.
    """

    name: ClassVar[str] = "energy-error"
    title: ClassVar[str] = "Error of the energy"

    def applies(self, result: Result) -> bool:
        """Return True if exact energies were minimized."""
        exact = result.objective["kind"] == "expectation" and not result.objective.get("shots")
        return result.energy is not None and exact and bool(result.trace.values.size)

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw each evaluation, the best so far, Hartree–Fock and chemical accuracy."""
        from hybridq.plots.energies import plot_energy_error

        block = result.energy
        assert block is not None
        plot_energy_error(
            result.trace.values,
            block.exact,
            ax,
            hartree_fock=block.hartree_fock,
            reference=block.reference.replace("-", "–"),
            hartree=block.unit == HARTREE,
        )


ENERGY_ERROR = EnergyError()
