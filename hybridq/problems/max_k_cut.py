"""Maximum k-cut: k parts of a graph with the largest weight of edges between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from hybridq.problems.base import Sense
from hybridq.problems.graph_partition import GraphCut


@dataclass(frozen=True, eq=False, repr=False)
class MaxKCut(GraphCut):
    r"""The largest weight of edges between k parts of a graph.

    .. math:: \max \sum_{(u,v)} w_{uv} \Bigl(1 - \sum_c x_{u,c}\, x_{v,c}\Bigr), \qquad
              \sum_c x_{u,c} = 1 \text{ for each node } u

    Weights may be negative or zero, parts may be empty. The first node of the largest degree is
    fixed in part 0. In binary the cost has terms of up to :math:`2 \lceil\log_2 k\rceil` bits; it
    needs no penalty where k is a power of two.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights; or
            a list of edges (u, v) or (u, v, weight).
        parts: number k of parts, at least 2.
        symmetry: fix one node in part 0, which loses no value; false keeps its qubits.
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of the part of a node: one-hot, domain-wall or binary; of no effect for two
            parts.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one.
        ParameterError: the number of parts is not an integer from 2 to the number of nodes.

    Source: Frieze, Jerrum 1997, Algorithmica 18, 67.
    """

    kind: ClassVar[str] = "max-k-cut"
    summary: ClassVar[str] = (
        "Split a graph's nodes into k parts so that the edges between parts have the largest "
        "total weight."
    )
    qubits: ClassVar[str] = "k qubits a node, about log2 k in binary; one node is fixed"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json --parts 3",
        "graph.csv --parts 4 --encoding binary --mixer x --plot parts.png",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "cut"
    most_name: ClassVar[str] = "total weight"
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    parts: int = 3

    @classmethod
    def example(cls) -> Self:
        """Return three parts of a ring of four nodes."""
        import networkx as nx

        return cls(nx.cycle_graph(4), name="example")

    @property
    def most(self) -> float | None:
        """The total weight, which no cut exceeds; None where a weight is negative."""
        return self.total_weight if not (self.weights < 0).any() else None
