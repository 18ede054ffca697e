"""Maximum clique: nodes of largest weight that are joined pairwise."""

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
class Clique(GraphSubset):
    r"""The clique of largest weight in a graph.

    .. math:: \max \sum_u w_u x_u, \qquad x_u + x_v \le 1 \text{ for each pair without an edge}

    A clique is an independent set of the complement. Nodes that are joined to all others are in
    every largest clique. The node attribute ``weight`` is a positive number and 1 where it is
    absent; weights of edges do not count.

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

    Source: Lucas 2014, arXiv:1302.5843, section 2.3.
    """

    kind: ClassVar[str] = "clique"
    summary: ClassVar[str] = "Choose nodes of largest total weight that are joined pairwise."
    qubits: ClassVar[str] = "one qubit a node"
    examples: ClassVar[tuple[str, ...]] = ("graph.json", "graph.col --mixer x --plot clique.png")
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "size"
    chosen_name: ClassVar[str] = "clique"
    idle_options: ClassVar[tuple[str, ...]] = ("encoding", "inequalities")

    @cached_property
    def settled(self) -> NDArray[np.bool_]:
        """The nodes that are joined to all others, shape (n_nodes,)."""
        degrees = np.bincount(self.edges.ravel(), minlength=self.n_nodes)
        return np.asarray(degrees == self.n_nodes - 1)

    def settled_choice(self) -> tuple[int, str]:
        """Return that nodes joined to all others are chosen."""
        return 1, "since all others are joined to " + ("it" if self.saved_qubits == 1 else "them")

    @cached_property
    def missing(self) -> NDArray[np.int64]:
        """The pairs of nodes without an edge, the smaller first, shape (k, 2)."""
        apart = ~np.eye(self.n_nodes, dtype=bool)
        apart[self.edges[:, 0], self.edges[:, 1]] = False
        apart[self.edges[:, 1], self.edges[:, 0]] = False
        return np.argwhere(np.triu(apart))

    def rows(self) -> Rows:
        """Return x_u + x_v <= 1 for each pair without an edge."""
        nodes = self.node_names
        names = [
            f"at most one of {nodes[i]} and {nodes[j]}, which no edge joins"
            for i, j in self.missing.tolist()
        ]
        return Rows.uniform(names, self.missing, "<=", 1.0)

    def picture_title(self, bits: Bits) -> str:
        """Return whether the nodes are joined pairwise, in words."""
        return "The chosen nodes" if self.violations(bits) else "The clique"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the chosen nodes, their edges and those that are missing."""
        from hybridq.plots.node_groups import EdgeSet, plot_node_groups

        chosen = self.chosen(bits)
        inner = chosen[self.edges].all(axis=1)
        lacking = self.missing[chosen[self.missing].all(axis=1)]
        plot_node_groups(
            self.graph,
            chosen.astype(np.int64),
            ax,
            names=["left out", "in the clique"],
            edges=[
                EdgeSet("other edge", self.edges[~inner], None, "weak"),
                EdgeSet("edge within the clique", self.edges[inner], None, "strong"),
                EdgeSet("missing edge", lacking, None, "missing"),
            ],
            title=self.picture_title(bits),
        )
