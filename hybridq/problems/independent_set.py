"""Maximum independent set: nodes of largest weight, no two joined by an edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_problem import GraphProblem
from hybridq.problems.node_weights import positive_node_weights, size_with_weights

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.operators.ising import Ising


@dataclass(frozen=True, eq=False, repr=False)
class IndependentSet(GraphProblem):
    r"""The independent set of largest weight in a graph.

    .. math:: H = -\sum_u w_u x_u + \lambda \sum_{(u,v)} x_u x_v, \qquad x = (1 - Z)/2

    The node attribute ``weight`` is a positive number and 1 where it is absent; weights of edges
    do not count. A node taken away from a pair that is joined costs at most the smaller weight of
    the two and gains λ, so that every ground state is feasible for λ above the largest such
    weight.

    Args:
        graph: an undirected `networkx.Graph` without self-loops.
        weight: the node attribute that holds the weights, none for weight 1 everywhere; by
            default weight, as long as no other attribute holds numbers.
        parallel: parallel edges: once or sum counts them once; by default they are refused.
        penalty: energy λ of an edge inside the set (default: twice the sufficient bound).
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: the graph cannot be read as one, or a node's weight is not positive.
        ParameterError: the penalty does not exceed the sufficient bound.

    Source: Lucas 2014, arXiv:1302.5843, section 4.2.
    """

    kind: ClassVar[str] = "independent-set"
    summary: ClassVar[str] = "Choose nodes of largest total weight, no two joined by an edge."
    qubits: ClassVar[str] = "one qubit a node"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json",
        "graph.json --penalty 3 --p 4 --plot set.png",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "size"
    needs_edges: ClassVar[bool] = False
    weighs: ClassVar[str] = "node"
    mixers: ClassVar[tuple[str, ...]] = ("bit-flip", "grover", "x")

    penalty: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.node_weights != 1.0).any():  # the size is then another number
            object.__setattr__(self, "value_name", "weight")
        bound = self.sufficient_penalty
        if self.penalty is None:
            object.__setattr__(self, "penalty", 2.0 * bound if bound else 1.0)
        elif not is_real(self.penalty) or not bound < self.penalty < np.inf:
            raise ParameterError(
                argument="penalty",
                value=self.penalty,
                expected=f"a finite number above {bound:g}",
                remedy="with a smaller one the lowest energy may violate an edge",
            )

    @cached_property
    def node_weights(self) -> NDArray[np.float64]:
        """The weight of each node, shape (n_qubits,)."""
        return positive_node_weights(self)

    def size(self) -> str:
        """Return nodes and edges, and the weights of the nodes where they differ from 1."""
        return size_with_weights(super().size(), self.node_weights)

    @cached_property
    def sufficient_penalty(self) -> float:
        """The largest of the smaller weights of joined nodes; 0 without edges."""
        w = self.node_weights
        return float(np.minimum(w[self.edges[:, 0]], w[self.edges[:, 1]]).max(initial=0.0))

    @cached_property
    def space(self) -> FeasibleSpace:
        """The independent sets: x_u + x_v <= 1 on every edge."""
        from hybridq.operators.feasible import FeasibleSpace, LinearBound

        pairs = map(tuple, self.edges.tolist())
        bounds = tuple(LinearBound(pair, (1.0, 1.0), upper=1.0) for pair in pairs)
        return FeasibleSpace(self.n_qubits, bounds)

    def cost(self) -> Ising:
        """Return −Σ w_u x_u + λ Σ x_u x_v as an energy of spins."""
        from hybridq.operators.ising import Ising

        assert self.penalty is not None
        terms: dict[tuple[int, ...], float] = {
            (q,): -weight for q, weight in enumerate(self.node_weights.tolist())
        }
        terms |= dict.fromkeys(map(tuple, self.edges.tolist()), self.penalty)
        return Ising.from_qubo(terms, n_qubits=self.n_qubits)

    def penalty_facts(self) -> dict[str, Any]:
        """Return the penalty λ, and the bound above which it suffices."""
        if not len(self.edges):
            return {}
        proof = f"proven sufficient above {self.sufficient_penalty:g}"
        rule = "twice the bound" if self.penalty == 2.0 * self.sufficient_penalty else "number"
        bound = self.sufficient_penalty
        return {"rule": rule, "weight": self.penalty, "threshold": bound, "proof": proof}

    def unpenalized(self) -> Ising:
        """Return −Σ w_u x_u as an energy of spins."""
        from hybridq.operators.ising import Ising

        half = self.node_weights / 2
        pairs = np.empty((0, 2), dtype=np.int64)
        return Ising(self.n_qubits, -float(half.sum()), half, pairs, np.empty(0))

    def value(self, bits: Bits) -> float:
        """Return the weight of the chosen nodes."""
        return float(self.node_weights[self.checked_row(bits) == 1].sum())

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the weight of the chosen nodes of every row, shape (k,)."""
        return np.array([self.node_weights[row == 1].sum() for row in self.checked_rows(bits)])

    def _inner_edges(self, bits: Bits) -> NDArray[np.int64]:
        """Return the edges whose ends are both chosen, shape (k, 2)."""
        row = self.checked_row(bits)
        return self.edges[(row[self.edges[:, 0]] == 1) & (row[self.edges[:, 1]] == 1)]

    def violations(self, bits: Bits) -> tuple[str, ...]:
        """Return the edges inside the set, one line each."""
        return tuple(
            f"{self.nodes[i]!s} and {self.nodes[j]!s} are joined by an edge"
            for i, j in self._inner_edges(bits).tolist()
        )

    def violation_counts(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the number of edges inside the set of every row, shape (k,)."""
        rows = self.checked_rows(bits)
        inside = (rows[:, self.edges[:, 0]] == 1) & (rows[:, self.edges[:, 1]] == 1)
        return inside.sum(axis=1, dtype=np.int64)

    def penalty_energy(self, bits: Bits) -> float:
        """Return λ times the number of edges inside the set."""
        assert self.penalty is not None
        return self.penalty * len(self._inner_edges(bits))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of the chosen nodes."""
        chosen = tuple(label for label, bit in self.decode(bits).items() if bit)
        return (AnswerRow("In the set", chosen),)

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with the chosen nodes marked."""
        from hybridq.plots.cut import plot_cut

        plot_cut(
            self.graph,
            self.decode(bits),
            ax,
            title="The chosen nodes" if self.violations(bits) else "The independent set",
            sides=("left out", "in the set"),
            edges=("edge with one end in the set", "other edge"),
            conflict="violated edge",
            weighted=False,
        )
