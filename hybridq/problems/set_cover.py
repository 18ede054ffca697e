"""Set cover: cheap sets that hold every element; dominating and hitting sets too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, ProblemError, Text
from hybridq.core.numbers import plural
from hybridq.core.text import listed
from hybridq.problems.base import Bits, Sense
from hybridq.problems.graph_data import SimpleGraph, finite_weight, simple_graph
from hybridq.problems.instance_data import SetData
from hybridq.problems.programs.constraint import Relation
from hybridq.problems.set_program import Reduction, SetProgram, check_flag, set_data

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class SetCover(SetProgram):
    r"""The cheapest sets that together hold every element.

    .. math:: \min \sum_s c_s x_s, \qquad \sum_{s \ni e} x_s \ge 1 \text{ for each element } e

    The penalty of an element is the product of all 1 − x_s: no slack. A graph means its dominating
    set: each node is a set, of itself and its neighbours; the node attribute ``weight`` is its
    cost, 1 where absent.

    Args:
        sets: `SetData`, the elements of each set by its label, or a `networkx.Graph`.
        hitting: choose elements that meet every set (hitting set), of cost 1 each.
        weight: of a graph, the node attribute that holds the costs, none for cost 1 everywhere; by
            default weight, as long as no other attribute holds numbers.
        reduce: choose a set that alone holds an element, and leave out sets that add nothing.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: of no effect: every variable is a bit.
        inequalities: treatment of elements in more than twelve sets: feasible (left to a mixer that
            keeps to the covers), slack, indicator, hinge or unbalanced.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: the sets cannot be read, a cost is negative, or an element is in none of the
            sets (no cover exists).

    Source: Lucas 2014, arXiv:1302.5843, section 5.1.
    """

    kind: ClassVar[str] = "set-cover"
    summary: ClassVar[str] = "Choose sets of the least total cost that hold every element."
    qubits: ClassVar[str] = "one qubit a set, or a node"
    examples: ClassVar[tuple[str, ...]] = (
        "sets.json",
        "graph.json --p 4 --plot dominating.png",
        "sets.json --hitting",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "cost"
    reads: ClassVar[tuple[str, ...]] = ("sets", "graph")
    mixers: ClassVar[tuple[str, ...]] = ("bit-flip", "grover", "x")
    relation: ClassVar[Relation] = ">="
    fault: ClassVar[str] = "element not covered"
    idle_options: ClassVar[tuple[str, ...]] = ("encoding",)

    hitting: bool = field(default=False, kw_only=True)
    weight: str | None = field(default=None, kw_only=True)
    graph: nx.Graph[Any] | None = field(default=None, init=False)
    """The graph behind a dominating set."""
    reading_notes: tuple[str, ...] = field(default=(), init=False)
    """Remarks on the weights of its nodes."""

    def __post_init__(self) -> None:
        from networkx import Graph

        check_flag("hitting", self.hitting)
        if isinstance(self.sets, Graph):
            made = _undirected(self.sets, self.weight)
            object.__setattr__(self, "graph", made.graph)
            object.__setattr__(self, "reading_notes", made.notes)
            object.__setattr__(self, "sets", _neighbourhoods(made.graph))
            object.__setattr__(self, "noun", "graph")
            object.__setattr__(self, "item", "node")
        elif self.weight is not None:
            raise ParameterError("weight is for graphs, and the data are sets", argument="weight")
        if self.hitting:
            object.__setattr__(self, "sets", _dual(set_data(self.sets)))
            object.__setattr__(self, "item", "element")
        super().__post_init__()

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of sets, or of a graph under its own name."""
        own = data.graph.get("name") if hasattr(data, "nodes") else None
        return super().from_data(data, name=own or name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return five sets of five elements, of which one is decided."""
        sets = {"A": [1, 2], "B": [2, 3], "C": [3, 4], "D": [4, 1], "E": [5, 1]}
        return cls(sets, name="example")

    def rule(self, place: int, sets: tuple[int, ...]) -> str | None:
        """Return the name of Σ x_s >= 1 over the undecided sets that hold an element."""
        if self.is_covered(place):
            return None
        return f"{self._element} {self.data.universe[place]} is {self._verb}"

    def build(self) -> Any:
        """Return min Σ c_s x_s under the constraint of each element.

        Raises:
            ProblemError: an element is in none of the sets.
        """
        alone = [e for e, sets in zip(self.data.universe, self.holders, strict=True) if not sets]
        if alone:
            raise ProblemError(
                f"no cover exists (proven): {self._element} {alone[0]!r} is in none of the sets",
                remedy="add a set that holds it, or remove it",
            )
        return super().build()

    @property
    def _element(self) -> str:
        return "node" if self.graph is not None else "set" if self.hitting else "element"

    @property
    def _verb(self) -> str:
        return "dominated" if self.graph is not None else "hit" if self.hitting else "covered"

    def reduced(self) -> Reduction:
        """Return the sets that alone hold an element, and those that then add nothing."""
        values: dict[int, int] = {}
        notes: list[str] = []
        forced = {sets[0]: e for e, sets in enumerate(self.holders) if len(sets) == 1}
        values.update(dict.fromkeys(forced, 1))
        if forced:
            labels = [self.data.sets[s][0] for s in forced]
            notes.append(f"chosen, since each alone holds an element: {listed(labels, 3)}")
        covered = {e for e, sets in enumerate(self.holders) if not forced.keys().isdisjoint(sets)}
        useful = {s for e, sets in enumerate(self.holders) if e not in covered for s in sets}
        idle = [s for s in range(len(self.data.sets)) if s not in useful and s not in forced]
        values.update(dict.fromkeys(idle, 0))
        if idle:
            labels = [self.data.sets[s][0] for s in idle]
            notes.append(f"left out, since their elements are covered already: {listed(labels, 3)}")
        return Reduction(values, tuple(notes))

    def faulty(self, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each element is in none of the chosen sets."""
        found: NDArray[np.bool_] = counts == 0
        return found

    def size(self) -> str:
        """Return sets and elements, or nodes and edges."""
        if self.graph is None:
            return super().size()
        n, m = self.graph.number_of_nodes(), self.graph.number_of_edges()
        return f"{plural(n, 'node')}, {plural(m, 'edge')}"

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the reading, on decided sets, and on the program."""
        found: list[Text] = list(self.reading_notes)
        if self.graph is not None:
            found.append("read as a dominating set: each node covers itself and its neighbours")
        elif self.hitting:
            found.append("read as a hitting set: elements are chosen, and each set has to be hit")
        return (*found, *super().notes)

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the table of the sets, or the graph with the dominating nodes marked."""
        if self.graph is None or self.hitting:
            super().draw(ax, bits)
            return
        from hybridq.plots.cut import plot_cut

        chosen = {self.data.sets[s][0] for s in self.chosen(bits).tolist()}
        counts = self.counts(bits)
        missed = int(self.faulty(counts).sum())
        title = f"{plural(missed, 'node')} not dominated" if missed else "The dominating set"
        plot_cut(
            self.graph,
            {node: int(node in chosen) for node in self.graph},
            ax,
            title=title,
            sides=("left out", "in the dominating set"),
            edges=("edge with one end in the set", "other edge"),
            weighted=False,
        )


def _undirected(graph: nx.Graph[Any], weight: str | None) -> SimpleGraph:
    """Return a graph with the costs of its nodes chosen, parallel edges counted once.

    Raises:
        ProblemError: directed, without nodes, or attributes that may be the costs.
    """
    if graph.is_directed():
        raise ProblemError("the graph is directed: convert it with graph.to_undirected()")
    if not len(graph):
        raise ProblemError("the graph has no nodes: give at least one")
    return simple_graph(graph, weight=weight, parallel="once", of="node")


def _neighbourhoods(graph: nx.Graph[Any]) -> SetData:
    """Return the closed neighbourhood of each node as a set.

    Raises:
        ProblemError: a weight that is not a finite number.
    """
    sets = tuple((node, tuple(dict.fromkeys((node, *graph.neighbors(node))))) for node in graph)
    given = dict(graph.nodes(data="weight"))
    costs = tuple(
        finite_weight(1 if weight is None else weight, f"node {node!r}")
        for node, weight in given.items()
    )
    weighted = any(weight is not None for weight in given.values())
    return SetData(tuple(graph), sets, costs if weighted else ())


def _dual(data: SetData) -> SetData:
    """Return the labels of the sets that hold each element, as sets."""
    sets = tuple(
        (element, tuple(label for label, elements in data.sets if element in elements))
        for element in data.universe
    )
    return SetData(tuple(label for label, _ in data.sets), sets)
