"""Layers within one rank, with the runners of the diagonal engine."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core.blas import one_blas_thread
from hybridq.engines.diagonal.cost import CostPlan
from hybridq.engines.diagonal.plain import PlainRunner

State = NDArray[np.floating[Any]]
Vector = NDArray[np.float64]


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

    def energy(self, ket: State) -> float:
        """Return Σ |b|² E."""

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""

    def counted(self, ket: State, lowest: float, bins: int) -> Vector:
        """Return the weight of the costs lowest, lowest + 1, …, shape (bins,)."""

    def draw(self, ket: State, shots: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the local indices of `shots` measured amplitudes, in any order."""


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

    def energy(self, ket: State) -> float:
        """Return Σ |b|² E."""
        return self.mean(ket, self.costs)

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""
        np.multiply(ket, self.costs, out=bra)
        return self.energy(ket)

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""
        return float(np.square(ket, dtype=np.float64).sum())


def reduced(beta: float) -> float:
    """Return β, less whole multiples of π, in −π/2 … π/2: a global sign for each."""
    return beta - math.pi * round(beta / math.pi)
