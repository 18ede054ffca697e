"""Layers within one rank, with the runners of the diagonal engine."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core.blas import one_blas_thread
from hybridq.engines.diagonal.cost import CostPlan
from hybridq.engines.diagonal.plain import PlainRunner
from hybridq.engines.distributed.rows import Rows, join, split

State = NDArray[np.floating[Any]]
Vector = NDArray[np.float64]
Places = NDArray[np.int64]


class Local(Protocol):
    """Layers on the amplitudes of one rank: a phase and mixers on all of its bits.

    Where the state is symmetric these include the qubit that is left out.

    Attributes:
        threads: number of threads.
        block_bits, pad: see `hybridq.engines.diagonal.runners.Runner`.
    """

    threads: int
    block_bits: int
    pad: int

    def layer(self, ket: State, gamma: float, beta: float, start: float = 0.0) -> None:
        """Run one layer; with `start` on |+…+⟩ times that number."""

    def undo(self, ket: State, bra: State, gamma: float, beta: float) -> tuple[float, float]:
        """Undo a layer on both states; return its derivatives by γ and β."""

    def measured(self, ket: State) -> float:
        """Return Σ |b|² E."""

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""

    def counted(self, ket: State, lowest: float, bins: int) -> Vector:
        """Return the weight of the costs lowest, lowest + 1, …, shape (bins,)."""

    def draw(self, ket: State, shots: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the local indices of `shots` measured amplitudes, in any order."""

    def join(self, piece: NDArray[Any], ket: State, at: Places, rows: Rows) -> None:
        """Finish a layer on columns that were received, and store them in `ket`.

        Args:
            piece: shape (2, halves, rows, columns), overwritten.
            ket: the state.
            at: the place of column 0 of each half and row in the state.
            rows: the step.
        """

    def split(self, ket: State, bra: State, at: Places, width: int, rows: Rows) -> float:
        """Undo `join` on columns of both states; return Re⟨bra|G|ket⟩."""


class PlainLocal(PlainRunner):
    """Layers of whole arrays in NumPy: the slow twin."""

    def __init__(self, plan: CostPlan, dtype: Any) -> None:
        super().__init__(plan, dtype, 1)

    def layer(self, ket: State, gamma: float, beta: float, start: float = 0.0) -> None:
        """Run one layer; with `start` on |+…+⟩ times that number."""
        if start:
            self.start(ket)
            ket *= start
        with one_blas_thread():
            self.phase(ket, gamma)
            self.mix(ket, beta)

    def undo(self, ket: State, bra: State, gamma: float, beta: float) -> tuple[float, float]:
        """Undo a layer on both states; return its derivatives by γ and β."""
        with one_blas_thread():
            by_beta = 2.0 * self.mixer_slope(bra, ket)
            self.mix(ket, -beta)
            self.mix(bra, -beta)
            by_gamma = 2.0 * self.phase_slope(bra, ket)
            self.phase(ket, -gamma)
            self.phase(bra, -gamma)
        return by_gamma, by_beta

    def measured(self, ket: State) -> float:
        """Return Σ |b|² E."""
        return self.mean(ket, self.costs)

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""
        np.multiply(ket, self.costs, out=bra)
        return self.measured(ket)

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""
        return float(np.square(ket, dtype=np.float64).sum())

    def join(self, piece: NDArray[Any], ket: State, at: Places, rows: Rows) -> None:
        """Finish a layer on columns that were received, and store them in `ket`."""
        join(piece, rows)
        store(piece, ket, at)

    def split(self, ket: State, bra: State, at: Places, width: int, rows: Rows) -> float:
        """Undo `join` on columns of both states; return Re⟨bra|G|ket⟩."""
        ket_piece, bra_piece = (_load(state, at, width) for state in (ket, bra))
        slope = split(ket_piece, bra_piece, rows)
        store(ket_piece, ket, at)
        store(bra_piece, bra, at)
        return slope


def _load(state: State, at: Places, width: int) -> NDArray[Any]:
    """Return a copy of columns, shape (2, halves, rows, width)."""
    piece = np.empty((2, *at.shape, width), state.dtype)
    for place in np.ndindex(at.shape):
        piece[:, *place] = state[:, at[place] : at[place] + width]
    return piece


def store(piece: NDArray[Any], state: State, at: Places) -> None:
    """Write columns, shape (2, halves, rows, width), to a state."""
    for place in np.ndindex(at.shape):
        state[:, at[place] : at[place] + piece.shape[-1]] = piece[:, *place]


def layer_steps(gamma: float, beta: float, symmetric: bool) -> list[Vector]:
    """Return γ and β, shape (2,), of the layers that make up one.

    Their product is that layer up to a global phase. For |β| > π/4 the kernels flip all bits and
    leave the rest. A symmetric state does not change by that; of others the mixer is done as two
    halves.
    """
    beta -= math.pi * round(beta / math.pi)
    if symmetric or abs(beta) <= math.pi / 4:
        return [np.array([gamma, beta])]
    return [np.array([gamma, beta / 2]), np.array([0.0, beta / 2])]
