"""Panel of the sampled values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Distribution(Panel):
    """Histogram of the sampled values, compared with uniform guessing."""

    name: ClassVar[str] = "distribution"
    title: ClassVar[str] = "Sampled values"

    def applies(self, result: Result) -> bool:
        """Return True if the final state was sampled."""
        trace = result.trace
        return trace.sample_values is not None and trace.sample_counts is not None

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw both histograms and the reference."""
        from hybridq.plots.distribution import plot_cut_distribution

        trace = result.trace
        assert trace.sample_values is not None
        assert trace.sample_counts is not None
        plot_cut_distribution(
            trace.sample_values,
            trace.sample_counts,
            trace.uniform_values,
            None if result.reference is None else result.reference.value,
            ax,
            value_name=result.problem.value_name,
        )


DISTRIBUTION = Distribution()
