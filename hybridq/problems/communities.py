"""Communities of a graph: parts of largest modularity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError
from hybridq.core.numbers import number
from hybridq.problems.base import Bits, Sense
from hybridq.problems.graph_partition import GraphPartition
from hybridq.problems.programs.polynomial import Polynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Communities(GraphPartition):
    r"""The split of a graph into at most k communities with the largest modularity.

    .. math:: \max Q = \frac{1}{2m} \sum_{u,v} \Bigl(A_{uv} - \frac{k_u k_v}{2m}\Bigr)
              \delta(c_u, c_v)

    with the weight :math:`A_{uv}` of an edge, the sum :math:`k_u` of the weights at a node, and m
    the sum of all. Q is 0 for one community. Two communities are an Ising energy without
    constraints; more have one-hot bits. A community may be empty. The first node of the largest
    degree is fixed in community 0.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights; or
            a list of edges (u, v) or (u, v, weight).
        parts: largest number k of communities, at least 2.
        symmetry: fix one node in community 0, which loses no value; false keeps its qubits.
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of the community of a node: one-hot, domain-wall or binary; of no effect
            for two communities.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one, a weight is negative, or all are 0.
        ParameterError: the number of communities is not an integer from 2 to the number of nodes.

    Source: Newman 2006, PNAS 103, 8577.
    """

    kind: ClassVar[str] = "communities"
    summary: ClassVar[str] = "Split a graph's nodes into communities of the largest modularity."
    qubits: ClassVar[str] = "one qubit a node, k for k communities; one node is fixed"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json",
        "graph.graphml --parts 3 --mixer xy-complete --plot communities.png",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "modularity"
    group: ClassVar[str] = "community"
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    parts: int = 2

    def _check(self) -> None:
        super()._check()
        if (self.weights < 0.0).any():
            place = int(np.argmax(self.weights < 0.0))
            u, v = (self.node_names[end] for end in self.edges[place])
            raise ProblemError(
                f"edge {u}-{v} has weight {number(float(self.weights[place]))}: modularity is "
                "defined for weights of at least 0",
                remedy="give weights >= 0, or set weight to none",
            )
        if not self.total_weight > 0.0:
            raise ProblemError("all weights are 0: modularity divides by their sum")

    @cached_property
    def strengths(self) -> NDArray[np.float64]:
        """The sum of the weights at each node, shape (n_nodes,)."""
        ends = np.bincount(self.edges[:, 0], self.weights, self.n_nodes)
        return np.asarray(ends + np.bincount(self.edges[:, 1], self.weights, self.n_nodes))

    def objective(self) -> Polynomial:
        """Return Q, with a term for each pair of nodes of degree above 0."""
        m = self.total_weight
        gains = -np.outer(self.strengths, self.strengths) / (2.0 * m * m)
        u, v = self.edges.T
        gains[u, v] += self.weights / m
        gains[v, u] = gains[u, v]
        first, second = np.nonzero(np.triu(gains, 1))
        constant = -float((self.strengths**2).sum()) / (4.0 * m * m)
        return self.same_group(np.stack([first, second], axis=1), gains[first, second], constant)

    def picture_title(self, bits: Bits) -> str:
        """Return the modularity, in words."""
        if self.violations(bits):
            return "The communities"
        return f"Communities of modularity {number(round(self.value(bits), 6))}"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with its communities and the edges within them."""
        names = ("other edge", "edge within a community")
        title = self.picture_title(bits)
        self.draw_groups(ax, bits, self._inner(bits), names, title=title)
