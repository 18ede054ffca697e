"""Maximum cut: two sides of a graph with the largest weight of edges between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import Text
from hybridq.core.numbers import number, same
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_problem import GraphProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising

_CHUNK_ELEMENTS = 1 << 22  # bounds the scratch memory of `values` to tens of MiB


@dataclass(frozen=True, eq=False, repr=False)
class MaxCut(GraphProblem):
    r"""The cut of largest weight in a graph.

    .. math:: C(z) = \sum_{(u,v)} w_{uv}\,(1 - Z_u Z_v)/2, \qquad H = -C.

    In a directed graph an edge counts where it leads from side 1 to side 0:

    .. math:: C(z) = \sum_{u \to v} w_{uv}\, x_u (1 - x_v)
                   = \sum_{u \to v} w_{uv}\,(1 - Z_u + Z_v - Z_u Z_v)/4.

    Weights may be negative or zero.

    Args:
        graph: a `networkx.Graph` or `networkx.DiGraph` without self-loops; a symmetric matrix of
            weights (NumPy, or sparse of SciPy); or a list of edges (u, v) or (u, v, weight). The
            edge attribute ``weight`` is any finite real number and 1 where it is absent. Labels
            are arbitrary.
        weight: the attribute that holds the weights, none for weight 1 everywhere; by default
            weight, as long as no other attribute holds numbers.
        parallel: parallel edges: sum adds up their weights, once counts equal ones once; by
            default they are refused.
        name: the name of this instance; the graph's own name, or its size, by default.

    Raises:
        ProblemError: no graph, parallel edges, a self-loop, a weight that is not a finite number,
            attributes that may be the weight, no nodes, or no edges.
        ParameterError: no such attribute, or another value of `parallel`.

    Source: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028.
    """

    kind: ClassVar[str] = "maxcut"
    summary: ClassVar[str] = (
        "Split a graph's nodes in two so that the edges between the two sides have the largest "
        "total weight."
    )
    qubits: ClassVar[str] = "one qubit a node"
    examples: ClassVar[tuple[str, ...]] = (
        "graph.json",
        "graph.csv --p 3 --seed 7 --json out.json --plot out.png",
        "- --json - < graph.json",
    )
    sense: ClassVar[Sense] = "maximize"
    value_name: ClassVar[str] = "cut"
    most_name: ClassVar[str] = "total weight"
    takes_directed: ClassVar[bool] = True

    @cached_property
    def ising(self) -> Ising:
        """−C as an Ising energy: constant −W/2, couplings w/2, no fields; see `cost`."""
        from hybridq.operators.ising import Ising

        if self.is_directed:
            tails, heads = self.edges.T
            fields = np.bincount(tails, self.weights, self.n_qubits)
            fields -= np.bincount(heads, self.weights, self.n_qubits)
            quarter = self.weights / 4
            return Ising(self.n_qubits, -self.total_weight / 4, fields / 4, self.edges, quarter, ())
        return Ising(
            self.n_qubits,
            -self.total_weight / 2,
            np.zeros(self.n_qubits),
            self.edges,
            self.weights / 2,
            (),
        )

    def cost(self) -> Ising:
        """Return −C: Σ w/2 (Z_u Z_v − 1), directed Σ w/4 (Z_u Z_v + Z_u − Z_v − 1)."""
        return self.ising

    def size(self) -> str:
        """Return nodes, edges and weights, such as ``"5 nodes, 6 edges, total weight 6"``."""
        total = self.total_weight
        rounding = abs(total) <= 1e-13 * self.value_scale
        text = f"{super().size()}, total weight {number(0.0 if rounding else total)}"
        low, high = float(self.weights.min()), float(self.weights.max())
        return text if same(low, high) else f"{text}, weights {number(low)} to {number(high)}"

    def value(self, bits: ArrayLike) -> float:
        """Return the weight of the cut edges, for bits of shape (n_qubits,)."""
        return float(self.values(self.checked_row(bits)[np.newaxis])[0])

    def values(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Return the cut weights of many assignments.

        Args:
            bits: shape (k, n_qubits), values 0 and 1; entry q of a row is qubit q.

        Returns:
            float64, shape (k,).

        Raises:
            DimensionError: another shape.
            ParameterError: an entry is neither 0 nor 1.
        """
        rows = self.checked_rows(bits)
        cuts = np.empty(len(rows))
        step = max(1, _CHUNK_ELEMENTS // len(self.edges))
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            counts = self._counted(chunk)
            # Row by row over contiguous memory, and no matrix product, so that one assignment
            # gives the same float alone and among others.
            gains = np.where(counts, self.weights, 0.0)
            cuts[start : start + step] = np.ascontiguousarray(gains).sum(axis=1)
        return cuts

    def _counted(self, rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return which edges count at each row, shape (k, n_qubits) → (k, m)."""
        first, second = rows[:, self.edges[:, 0]], rows[:, self.edges[:, 1]]
        return np.asarray(first > second if self.is_directed else first != second)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on directions, on the weights and on parallel edges."""
        if not self.is_directed:
            return super().notes
        rule = "The graph is directed: an edge counts where it leads from side 1 to side 0."
        return (rule, *super().notes)

    @property
    def value_scale(self) -> float:
        """The sum of all |w|."""
        return float(np.abs(self.weights).sum())

    @property
    def most(self) -> float | None:
        """The total weight, which no cut exceeds; None where a weight is negative."""
        return self.total_weight if not (self.weights < 0).any() else None

    def sides(self, bits: ArrayLike) -> tuple[list[Any], list[Any]]:
        """Return the labels on side 0 and those on side 1, in node order."""
        sides: tuple[list[Any], list[Any]] = ([], [])
        for label, side in self.decode(bits).items():
            sides[side].append(label)
        return sides

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels on each side."""
        first, second = self.sides(bits)
        return AnswerRow("Side 0", tuple(first)), AnswerRow("Side 1", tuple(second))

    def cut_edges(self, bits: ArrayLike) -> list[tuple[Any, Any]]:
        """Return the edges that count as pairs of labels."""
        crossing = self.edges[self._counted(self.checked_row(bits)[np.newaxis])[0]]
        return [(self.nodes[i], self.nodes[j]) for i, j in crossing.tolist()]

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with its two sides and the edges between them."""
        from hybridq.plots.cut import plot_cut
        from hybridq.plots.node_groups import EdgeSet, plot_node_groups

        if not self.is_directed:
            plot_cut(self.graph, self.decode(bits), ax)
            return
        cut = self._counted(self.checked_row(bits)[np.newaxis])[0]
        plot_node_groups(
            self.graph,
            self.checked_row(bits).astype(np.int64),
            ax,
            names=["side 0", "side 1"],
            edges=[
                EdgeSet("other edge", self.edges[~cut], self.weights[~cut], "weak", arrows=True),
                EdgeSet(
                    "edge from side 1 to side 0",
                    self.edges[cut],
                    self.weights[cut],
                    "strong",
                    arrows=True,
                ),
            ],
            title="The cut",
        )
