"""Graph colouring: few edges whose ends have one colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError, Text
from hybridq.core.numbers import number, plural
from hybridq.core.text import listed
from hybridq.problems._coloring_search import Colorable, colorable, greedy_clique
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_partition import GraphPartition
from hybridq.problems.graph_program import SHOWN_NODES
from hybridq.problems.programs.polynomial import Polynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Coloring(GraphPartition):
    r"""The colouring of the nodes of a graph with the fewest conflicts.

    .. math:: \min \sum_{(u,v)} w_{uv} \sum_c x_{u,c}\, x_{v,c}, \qquad
              \sum_c x_{u,c} = 1 \text{ for each node } u

    A conflict is an edge whose ends have one colour; a colouring without conflicts is proper. The
    weight of an edge is the cost of its conflict, 1 where it is absent. Where a search finds that a
    proper colouring exists, the colours of a maximal clique are fixed; else the colours of its
    nodes are limited as far as the exchange of colours allows.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights; or
            a list of edges (u, v) or (u, v, weight).
        colors: number of colours, at least 2.
        symmetry: fix the colours of a maximal clique, which loses no value; false keeps its
            qubits.
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of the colour of a node: one-hot, domain-wall or binary; of no effect for
            two colours.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one, or a weight is not positive.
        ParameterError: the number of colours is not an integer from 2 to the number of nodes.

    Source: Lucas 2014, arXiv:1302.5843, section 6.1.
    """

    kind: ClassVar[str] = "coloring"
    summary: ClassVar[str] = "Colour a graph's nodes so that few edges join nodes of one colour."
    qubits: ClassVar[str] = "one qubit a node and colour, less those of a clique"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json --colors 3",
        "graph.col --colors 4 --mixer xy-ring --p 4 --plot colours.png",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "conflicts"
    group: ClassVar[str] = "colour"
    count_name: ClassVar[str] = "colors"
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    colors: int = 3

    def _check(self) -> None:
        super()._check()
        if (self.weights != 1.0).any():  # their number is then another one
            object.__setattr__(self, "value_name", "weight of conflicts")
        if (self.weights <= 0.0).any():
            place = int(np.argmax(self.weights <= 0.0))
            u, v = (self.node_names[end] for end in self.edges[place])
            raise ProblemError(
                f"edge {u}-{v} has weight {number(float(self.weights[place]))}: the cost of a "
                "conflict must be positive",
                remedy="give a positive number, or remove the edge",
            )

    @cached_property
    def _neighbours(self) -> list[set[int]]:
        found: list[set[int]] = [set() for _ in range(self.n_nodes)]
        for u, v in self.edges.tolist():
            found[u].add(v)
            found[v].add(u)
        return found

    @cached_property
    def clique(self) -> list[int]:
        """A maximal clique, by position of the nodes."""
        return greedy_clique(self._neighbours)

    @cached_property
    def colorable(self) -> Colorable:
        """Existence of a proper colouring, by a short search."""
        return colorable(self._neighbours, self.colors, self.clique)

    @cached_property
    def allowed(self) -> tuple[tuple[int, ...], ...]:
        """The colours that each node may have.

        A proper colouring can exchange its colours so that a clique has 0, 1, 2, …; any colouring
        can do so that node i of a list has none above i.
        """
        groups = [tuple(range(self.colors))] * self.n_nodes
        if self.symmetry:
            proper = self.colorable is Colorable.YES
            for place, node in enumerate(self.clique):
                most = min(place, self.colors - 1)
                groups[node] = (place,) if proper else tuple(range(most + 1))
        return tuple(groups)

    def objective(self) -> Polynomial:
        """Return the weight of the edges within one colour."""
        return self.same_group(self.edges, self.weights)

    def _fixed(self, nodes: list[int]) -> str:
        """Return in words what symmetry fixes."""
        names = listed((self.node_names[node] for node in nodes), SHOWN_NODES)
        if self.colorable is Colorable.YES:
            return (
                f"the colours of the nodes {names}, which are joined pairwise, are fixed, since a "
                "proper colouring exists"
            )
        limits = listed((max(self.allowed[node]) for node in nodes), SHOWN_NODES)
        if len(nodes) == 1:
            return f"node {names} has colour {limits}, since colours can be exchanged"
        return f"the nodes {names} have colours up to {limits}, since colours can be exchanged"

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the graph, on proper colourings, on symmetry and on the program."""
        if not self.symmetry or self.colorable is not Colorable.NO:
            return super().notes
        none = f"no proper colouring with {self.colors} colours exists (all were ruled out)"
        return (*self.reading_notes, none, *self._symmetry_notes(), *self.program_notes)

    def conflicts(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which edges join nodes of one colour, shape (m,)."""
        member = self.grouped(bits)
        return np.asarray((member[self.edges[:, 0]] & member[self.edges[:, 1]]).any(axis=1))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of each colour, and the edges in conflict."""
        names = self.node_names
        clashes = [f"{names[u]}-{names[v]}" for u, v in self.edges[self.conflicts(bits)].tolist()]
        if not clashes and not self.violations(bits):
            clashes = ["none: a proper colouring"]
        return (*super().answer(bits), AnswerRow("Conflicts", tuple(clashes)))

    def picture_title(self, bits: Bits) -> str:
        """Return whether the colouring is proper, in words."""
        if self.violations(bits):
            return "The colours"
        count = int(self.conflicts(bits).sum())
        return f"A colouring with {plural(count, 'conflict')}" if count else "A proper colouring"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with its colours and the edges in conflict."""
        self.draw_groups(
            ax,
            bits,
            self.conflicts(bits),
            ("edge", "conflict"),
            title=self.picture_title(bits),
            looks=("strong", "conflict"),
        )
