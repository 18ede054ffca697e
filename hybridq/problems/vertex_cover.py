"""Minimum vertex cover: few nodes that touch every edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_data import finite_weight
from hybridq.problems.graph_program import GraphProgram
from hybridq.problems.programs import Constraint, IntegerProgram

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class VertexCover(GraphProgram):
    r"""The vertex cover of smallest weight in a graph.

    .. math:: \min \sum_u w_u x_u, \qquad x_u + x_v \ge 1 \text{ for each edge } (u, v)

    The complement of a cover is an independent set. The node attribute ``weight`` is a positive
    number and 1 where it is absent; weights of edges do not count.

    Args:
        graph: an undirected `networkx.Graph` without self-loops.
        weight: the node attribute that holds the weights, none for weight 1 everywhere; by
            default weight, as long as no other attribute holds numbers.
        parallel: parallel edges: once or sum counts them once; by default they are refused.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: of no effect: every variable is a bit.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one, or a node's weight is not positive.

    Source: Lucas 2014, arXiv:1302.5843, section 4.3.
    """

    kind: ClassVar[str] = "vertex-cover"
    summary: ClassVar[str] = "Choose nodes of smallest total weight that touch every edge."
    examples: ClassVar[tuple[str, ...]] = ("graph.json", "graph.gph --p 4 --plot cover.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "size"
    weighs: ClassVar[str] = "node"

    @cached_property
    def node_weights(self) -> NDArray[np.float64]:
        """The weight of each node, shape (n_nodes,)."""
        weights = []
        for label, weight in self.graph.nodes(data="weight", default=1):
            value = finite_weight(weight, f"node {label!r}")
            if value <= 0.0:
                raise ParameterError(
                    f"node {label!r} has weight {value:g}: give a positive number, or remove it"
                )
            weights.append(value)
        return np.array(weights)

    def build(self) -> IntegerProgram:
        """Return min Σ w_u x_u under x_u + x_v >= 1 for each edge."""
        names = self.node_names
        rows = [
            Constraint(f"edge {names[i]}-{names[j]} is covered", {(i,): 1.0, (j,): 1.0}, ">=", 1.0)
            for i, j in self.edges.tolist()
        ]
        weights: dict[tuple[int, ...], float] = {
            (q,): weight for q, weight in enumerate(self.node_weights.tolist())
        }
        return IntegerProgram.binary(names, weights, rows, name=self.name)

    def labels(self) -> list[object]:
        """Return the node labels by qubit."""
        return list(self.nodes)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of the chosen nodes."""
        chosen = tuple(label for label, bit in self.decode(bits).items() if bit)
        return (AnswerRow("In the cover", chosen),)

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the chosen nodes marked."""
        from hybridq.plots.cut import plot_cut

        plot_cut(
            self.graph,
            self.decode(bits),
            ax,
            title="The chosen nodes" if self.violations(bits) else "The vertex cover",
            sides=("left out", "in the cover"),
            edges=("edge with one end in the cover", "other edge"),
            weighted=False,
        )
