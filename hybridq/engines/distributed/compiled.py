"""Layers within one rank, by the compiled kernels of the diagonal engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.diagonal.cost import CostPlan, build_cost
from hybridq.engines.diagonal.kernels.sampling import strip_probabilities
from hybridq.engines.diagonal.runners import SAMPLING_STRIP_BITS, ManyPasses
from hybridq.engines.distributed.kernels.rows import STRIP, join_rows, split_rows
from hybridq.engines.distributed.kernels.swap import Swap, swap_columns
from hybridq.engines.distributed.local import State, Vector, layer_steps
from hybridq.engines.distributed.rows import Rows
from hybridq.engines.kernels.team import Team


class CompiledLocal(ManyPasses):
    """Layers in two passes over memory: the rows of the grid, then its columns.

    Attributes:
        grid: how the index is cut.
        dtype: of the state.
    """

    def __init__(self, plan: CostPlan, dtype: Any, team: Team) -> None:
        super().__init__(plan.bits, plan.symmetric, build_cost(plan), dtype, team)
        self.grid, self.dtype = self._grid, np.dtype(dtype)

    def layer(self, ket: State, gamma: float, beta: float, start: float = 0.0) -> None:
        """Run one layer; with `start` on |+…+⟩ times that number."""
        for angles in layer_steps(gamma, beta, self._grid.symmetric):
            self.evolved(ket, angles, start)
            start = 0.0

    def evolved(self, ket: State, angles: Vector, start: float, *, finish: bool = True) -> None:
        """Run a layer at γ and β, |tan β| ≤ 1; the rows' half of it without `finish`."""
        self._forward(ket, angles, finish, start, measure=False)

    def swapped(self, ket: State, swap: Swap, within: float, beta: float) -> int:
        """Finish a layer and change the layout; return the amplitudes of other ranks.

        Args:
            ket: the state after the rows' half of the layer.
            swap: the change of layout.
            within: angle of the mixer within the rank.
            beta: angle of the layer's mixer.
        """
        taken = np.zeros(self._team.threads, dtype=np.int64)
        self._team.run(swap_columns, ket, self.grid, self._space.signs, swap, within, beta, taken)
        return int(taken.sum())

    def undo(self, ket: State, bra: State, gamma: float, beta: float) -> tuple[float, float]:
        """Undo a layer on both states; return its derivatives by γ and β."""
        slopes = np.empty(2)
        for angles in reversed(layer_steps(gamma, beta, self._grid.symmetric)):
            self._backward(ket, bra, angles, slopes, self._cost, False, has_bra=True)
        # Halves of a mixer have the same derivative by β; that by γ belongs to the first phase.
        return float(slopes[0]), float(slopes[1])

    def measured(self, ket: State) -> float:
        """Return Σ |b|² E."""
        return self._forward(ket, np.empty(0), True, 0.0)[0]

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""
        return self._backward(ket, bra, np.empty(0), np.empty(0), self._cost, False)

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""
        bits = min(SAMPLING_STRIP_BITS, self.block_bits)
        weights = np.empty(1 << (self._bits - bits))
        self._team.run(
            strip_probabilities, ket[0], ket[1], bits, self.block_bits, self.pad, weights
        )
        return float(weights.sum())

    def counted(self, ket: State, lowest: float, bins: int) -> Vector:
        """Return the weight of the costs lowest, lowest + 1, …, shape (bins,)."""
        return self._counted(ket, False, lowest, bins)

    def join(self, piece: NDArray[Any], ket: State, at: NDArray[np.int64], rows: Rows) -> None:
        """Finish a layer on columns that were received, and store them in `ket`."""
        kind = self._dtype.type
        self._team.run(
            join_rows, piece, ket, at, kind(rows.cosine), kind(rows.sine), rows.quarters,
            rows.symmetric,
        )  # fmt: skip

    def split(self, ket: State, bra: State, at: NDArray[np.int64], width: int, rows: Rows) -> float:
        """Undo `join` on columns of both states; return Re⟨bra|G|ket⟩."""
        kind = self._dtype.type
        strips = np.empty((self._team.threads, 2, 2, at.shape[1], min(STRIP, width)), self._dtype)
        partial = np.empty(at.shape[0] * max(width // STRIP, 1))
        self._team.run(
            split_rows, ket, bra, strips, at, width, kind(rows.cosine), kind(rows.sine),
            rows.quarters, rows.symmetric, partial,
        )  # fmt: skip
        return float(partial.sum())
