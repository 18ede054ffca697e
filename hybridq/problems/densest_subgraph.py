"""Densest subgraph: k nodes with the largest weight of edges inside, or touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.docstrings import read_docstring
from hybridq.core.errors import ParameterError
from hybridq.core.numbers import number, plural
from hybridq.core.options import Option
from hybridq.operators.terms import Terms
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_problem import GraphProblem
from hybridq.problems.graph_program import GraphProgram
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram
from hybridq.problems.programs.polynomial import Polynomial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INSIDE, TOUCHED = "inside", "touched"


@dataclass(frozen=True, eq=False, repr=False, init=False)
class DensestSubgraph(GraphProgram):
    r"""The k nodes of a graph with the largest weight of edges among them.

    .. math:: \max \sum_{(u,v)} w_{uv}\, x_u x_v, \qquad \sum_u x_u = k

    With `counts` = touched an edge counts that has a chosen end,
    :math:`w_{uv}(x_u + x_v - x_u x_v)`: the largest cover of edges by k nodes. Weights may be
    negative or zero.

    Args:
        graph: an undirected `networkx.Graph` without self-loops; a symmetric matrix of weights; or
            a list of edges (u, v) or (u, v, weight).
        size: number k of nodes to choose; half of the nodes by default, rounded down.
        counts: edges that count: inside (both ends chosen) or touched (one end or both).
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: of no effect: every variable is a bit.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one.
        ParameterError: the size is not an integer from 1 to the number of nodes.

    Source: Feige, Kortsarz, Peleg 2001, Algorithmica 29, 410.
    """

    kind: ClassVar[str] = "densest-subgraph"
    summary: ClassVar[str] = (
        "Choose a given number of nodes with the largest total weight of edges among them."
    )
    qubits: ClassVar[str] = "one qubit a node"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json --size 5",
        "graph.json --size 3 --counts touched --mixer xy-ring --plot nodes.png",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "weight"
    mixers: ClassVar[tuple[str, ...]] = ("xy-complete", "xy-ring", "grover", "x")
    idle_options: ClassVar[tuple[str, ...]] = ("encoding", "inequalities")

    counts: str = field(default=INSIDE, kw_only=True)
    chosen: int = field(default=0, init=False)
    """Number k of nodes to choose."""

    def __init__(
        self,
        graph: Any,
        size: int | None = None,
        *,
        counts: str = INSIDE,
        weight: str | None = None,
        parallel: str | None = None,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        given = {
            "graph": graph, "counts": counts, "weight": weight, "parallel": parallel,
            "penalty": penalty, "encoding": encoding, "inequalities": inequalities, "name": name,
        }  # fmt: skip
        for option, value in given.items():
            object.__setattr__(self, option, value)
        if counts not in (INSIDE, TOUCHED):
            raise ParameterError(
                argument="counts", value=counts, expected=f"{INSIDE!r} or {TOUCHED!r}"
            )
        GraphProblem.__post_init__(self)
        most = self.n_nodes
        if size is not None and not (is_whole(size) and 1 <= size <= most):
            raise ParameterError(
                argument="size",
                value=size,
                expected=f"an integer from 1 to {most}, the number of nodes",
            )
        object.__setattr__(self, "chosen", max(most // 2, 1) if size is None else int(size))
        ProgramProblem.__post_init__(self)

    @classmethod
    def options(cls) -> tuple[Option, ...]:
        """Return the options of the family, with the number of nodes to choose."""
        text = read_docstring(cls).arguments["size"]
        return (Option("size", int | None, None, text), *super().options())

    def build(self) -> IntegerProgram:
        """Return the weight of the edges that count, with k nodes chosen."""
        objective = Terms([(self.edges, self.weights)])
        if self.counts == TOUCHED:
            touched = np.bincount(self.edges.ravel(), np.repeat(self.weights, 2), self.n_nodes)
            objective = Terms.added(Terms.linear(touched), objective.scaled(-1.0))
        ones: Polynomial = {(u,): 1.0 for u in range(self.n_nodes)}
        row = Constraint(f"{plural(self.chosen, 'node')} chosen", ones, "==", float(self.chosen))
        return IntegerProgram.binary(
            self.node_names, objective, [row], sense="maximize", name=self.name
        )

    def labels(self) -> list[Any]:
        """Return the node labels by qubit."""
        return list(self.nodes)

    def size(self) -> str:
        """Return the sizes, such as ``"5 nodes, 6 edges, choose 2"``."""
        return f"{super().size()}, choose {self.chosen}"

    def _counted(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which edges count, shape (m,)."""
        ends = self.checked_row(bits)[self.edges] == 1
        return np.asarray(ends.all(axis=1) if self.counts == INSIDE else ends.any(axis=1))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the chosen nodes, and how many edges count."""
        nodes = tuple(label for label, bit in self.decode(bits).items() if bit)
        count = int(self._counted(bits).sum())
        title = "Edges inside" if self.counts == INSIDE else "Edges touched"
        return (
            AnswerRow("Chosen nodes", nodes),
            AnswerRow(title, (f"{count} of {len(self.edges)}",)),
        )

    def picture_title(self, bits: Bits) -> str:
        """Return the weight of the edges that count, in words."""
        weight = number(self.value(bits))
        return f"{plural(int(np.sum(bits)), 'node')} with edges of weight {weight} {self.counts}"

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the chosen nodes and the edges that count."""
        from hybridq.plots.node_groups import EdgeSet, plot_node_groups

        counted = self._counted(bits)
        word = "edge inside" if self.counts == INSIDE else "touched edge"
        plot_node_groups(
            self.graph,
            self.checked_row(bits).astype(np.int64),
            ax,
            names=["left out", "chosen"],
            edges=[
                EdgeSet("other edge", self.edges[~counted], self.weights[~counted], "weak"),
                EdgeSet(word, self.edges[counted], self.weights[counted], "strong"),
            ],
            title=self.picture_title(bits),
        )
