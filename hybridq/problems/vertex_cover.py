"""Minimum vertex cover: few nodes that touch every edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.problems.base import Bits, Sense
from hybridq.problems.graph_subset import GraphSubset
from hybridq.problems.programs import Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class VertexCover(GraphSubset):
    r"""The vertex cover of smallest weight in a graph.

    .. math:: \min \sum_u w_u x_u, \qquad x_u + x_v \ge 1 \text{ for each edge } (u, v)

    The complement of a cover is an independent set. Nodes without edges are left out. The node
    attribute ``weight`` is a positive number and 1 where it is absent; weights of edges do not
    count.

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
    qubits: ClassVar[str] = "one qubit a node"
    examples: ClassVar[tuple[str, ...]] = ("graph.json", "graph.gph --p 4 --plot cover.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "size"
    needs_edges: ClassVar[bool] = True
    chosen_name: ClassVar[str] = "cover"
    idle_options: ClassVar[tuple[str, ...]] = ("encoding", "inequalities")

    @cached_property
    def settled(self) -> NDArray[np.bool_]:
        """The nodes without edges, shape (n_nodes,)."""
        return np.asarray(np.bincount(self.edges.ravel(), minlength=self.n_nodes) == 0)

    def settled_choice(self) -> tuple[int, str]:
        """Return that nodes without edges are left out."""
        return 0, "since no edge needs it" if self.saved_qubits == 1 else "since no edge needs them"

    def rows(self) -> Rows:
        """Return x_u + x_v >= 1 for each edge."""
        nodes = self.node_names
        names = [f"edge {nodes[i]}-{nodes[j]} is covered" for i, j in self.edges.tolist()]
        return Rows.uniform(names, self.edges, ">=", 1.0)

    def picture_title(self, bits: Bits) -> str:
        """Return whether the nodes cover all edges, in words."""
        return "The chosen nodes" if self.violations(bits) else "The vertex cover"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the chosen nodes marked, and edges that they do not touch."""
        from hybridq.plots.node_groups import EdgeSet, plot_node_groups

        chosen = self.chosen(bits)
        bare = ~chosen[self.edges].any(axis=1)
        plot_node_groups(
            self.graph,
            chosen.astype(np.int64),
            ax,
            names=["left out", "in the cover"],
            edges=[
                EdgeSet("covered edge", self.edges[~bare], None, "strong"),
                EdgeSet("uncovered edge", self.edges[bare], None, "conflict"),
            ],
            title=self.picture_title(bits),
        )
