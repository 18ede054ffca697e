"""Graph bisection: parts of equal size with the least weight between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from hybridq.operators.terms import Terms
from hybridq.problems.base import Bits, Sense
from hybridq.problems.graph_partition import GraphCut
from hybridq.problems.programs import Constraint


@dataclass(frozen=True, eq=False, repr=False)
class Bisection(GraphCut):
    r"""The least weight of edges between parts of equal size.

    .. math:: \min \sum_{(u,v)} w_{uv} \Bigl(1 - \sum_c x_{u,c}\, x_{v,c}\Bigr), \qquad
              \sum_c x_{u,c} = 1, \quad \sum_u x_{u,c} = n_c

    Where the number of nodes is not a multiple of the number of parts, the first parts have one
    node more. Weights may be negative or zero. The first node of the largest degree is fixed in
    part 0, or in the first part of either size.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights; or
            a list of edges (u, v) or (u, v, weight).
        parts: number of parts, at least 2.
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

    Source: Lucas 2014, arXiv:1302.5843, section 2.2.
    """

    kind: ClassVar[str] = "bisection"
    summary: ClassVar[str] = (
        "Split a graph's nodes into parts of equal size so that the edges between parts have the "
        "least total weight."
    )
    qubits: ClassVar[str] = "one qubit a node, k for k parts"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json",
        "graph.csv --parts 3 --mixer grover --plot parts.png",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "cut"
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    parts: int = 2

    def _fitting_mixers(self) -> tuple[str, ...]:
        """Return mixers that keep sizes, which moves of single nodes change."""
        return type(self).mixers if self.is_binary else ("grover", "x")

    @cached_property
    def part_sizes(self) -> tuple[int, ...]:
        """The number of nodes of each part."""
        size, larger = divmod(self.n_nodes, self.parts)
        return tuple(size + (part < larger) for part in range(self.parts))

    @cached_property
    def allowed(self) -> tuple[tuple[int, ...], ...]:
        """The parts that each node may join; for a fixed node the first one of each size."""
        groups = [tuple(range(self.parts))] * self.n_nodes
        if self.symmetry:
            firsts = {self.part_sizes.index(size) for size in self.part_sizes}
            groups[self.anchor] = tuple(sorted(firsts))
        return tuple(groups)

    def rows(self) -> list[Constraint]:
        """Return the size of each part; of one of two parts, since the other one follows."""
        rows = []
        for part, size in list(enumerate(self.part_sizes))[1 if self.is_binary else 0 :]:
            members = [u for u, groups in enumerate(self.allowed) if part in groups]
            terms = Terms.added(*(self.membership(u, part) for u in members))
            name = f"part {part} has {size} node{'' if size == 1 else 's'}"
            rows.append(Constraint(name, terms, "==", float(size)))
        return rows

    def _fixed(self, nodes: list[int]) -> str:
        """Return in words what symmetry fixes."""
        (node,) = nodes
        if len(self.allowed[node]) == 1:
            return super()._fixed(nodes)
        parts = " or ".join(map(str, self.allowed[node]))
        return (
            f"node {self.node_names[node]} is in part {parts}, since parts of one size can be "
            "exchanged"
        )

    def picture_title(self, bits: Bits) -> str:
        """Return whether the parts have their sizes, in words."""
        return "Parts of unequal size" if self.violations(bits) else "Parts of equal size"

    def parts_title(self, bits: Bits) -> str:
        """Return the title of the picture, which says whether the sizes are kept."""
        return self.picture_title(bits)
