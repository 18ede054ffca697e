"""Maximum cut: two sides of a graph with the largest weight of edges between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

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

    Weights may be negative or zero.

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

    @cached_property
    def ising(self) -> Ising:
        """−C as an Ising energy: constant −W/2, couplings w/2, no fields."""
        from hybridq.operators.ising import Ising

        return Ising(
            self.n_qubits,
            -self.total_weight / 2,
            np.zeros(self.n_qubits),
            self.edges,
            self.weights / 2,
            (),
        )

    def cost(self) -> Ising:
        """Return −C: Σ w/2 (Z_u Z_v − 1)."""
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
            differs = chunk[:, self.edges[:, 0]] != chunk[:, self.edges[:, 1]]
            # Row by row over contiguous memory, and no matrix product, so that one assignment
            # gives the same float alone and among others.
            gains = np.where(differs, self.weights, 0.0)
            cuts[start : start + step] = np.ascontiguousarray(gains).sum(axis=1)
        return cuts

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
        """Return the edges between the two sides as pairs of labels."""
        row = self.checked_row(bits)
        crossing = self.edges[row[self.edges[:, 0]] != row[self.edges[:, 1]]]
        return [(self.nodes[i], self.nodes[j]) for i, j in crossing.tolist()]

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with its two sides and the edges between them."""
        from hybridq.plots.cut import plot_cut

        plot_cut(self.graph, self.decode(bits), ax)
