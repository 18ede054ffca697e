"""Panel of the degrees of a large graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.presentation.panels.base import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.presentation.result import Result


@dataclass(frozen=True)
class Degrees(Panel):
    """Degrees of the nodes, and how many of their neighbours have the other bit."""

    name: ClassVar[str] = "degrees"
    title: ClassVar[str] = "Degrees"

    def applies(self, result: Result) -> bool:
        """Return True for one bit a node on a graph too large to draw node by node."""
        from hybridq.plots.layout import LARGE
        from hybridq.problems.graph_problem import GraphProblem

        problem = result.trace.problem
        if result.best is None or not isinstance(problem, GraphProblem):
            return False
        return problem.n_nodes > LARGE and list(problem.labels()) == problem.nodes

    def draw(self, result: Result, ax: Axes) -> None:
        """Draw the histogram and the shares."""
        from hybridq.plots.degrees import plot_degrees
        from hybridq.problems.graph_problem import GraphProblem

        problem = result.trace.problem
        assert isinstance(problem, GraphProblem)
        assert result.best is not None
        bits = np.array([int(bit) for bit in result.best.bits], dtype=np.uint8)
        plot_degrees(problem.edges, bits, ax, title=self.title)


DEGREES = Degrees()
