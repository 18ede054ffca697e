"""Panel of the landscape of a one-layer circuit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Landscape(Panel):
    """The expectation over both angles of a single layer."""

    name: ClassVar[str] = "landscape"
    title: ClassVar[str] = "Landscape at p = 1"

    def applies(self, result: Result) -> bool:
        """Return True if the landscape was computed."""
        return result.trace.landscape is not None

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw the landscape and the angles found."""
        from hybridq.plots.landscape import plot_landscape

        assert result.trace.landscape is not None
        gamma, beta = (float(angle) for angle in result.parameters[:2])
        name = result.problem.value_name
        plot_landscape(*result.trace.landscape, (gamma, beta), ax, value_name=name)


LANDSCAPE = Landscape()
