"""QAOA layers in NumPy, without compiling: the slow twin of the compiled runners."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.engines.base import drawn_indices
from hybridq.engines.diagonal.cost import MOST_LEVELS, CostPlan
from hybridq.engines.neighbours import GROUP_BITS, multiply, overlaps

State = NDArray[np.floating[Any]]
Vector = NDArray[np.float64]
Part = TypeVar("Part")
Value = TypeVar("Value")

PLAIN_BYTES = 64
"""Bytes for each amplitude, the state apart: cost, levels, signs and working arrays."""

PART_BITS = 15
"""Entries of a part of a vector, which stays in a core's cache; threads share the parts."""


class PlainRunner:
    r"""Runner of whole arrays; see `hybridq.engines.diagonal.runners.Runner`.

    With amplitudes a_z = (−i)^{|z|} b_z a mixer e^{iβX} is a real rotation of b, the same for real
    and imaginary parts. In a spin-flip symmetric state of m bits the last qubit's X leads to the
    complement, and b to K b with

    .. math:: (K b)_z = i (-i)^m (-1)^{|z|} b_{\bar z}

    Args:
        plan: the cost over the simulated bits.
        dtype: float64 or float32.
        threads: the number of threads; results do not depend on it.
    """

    where = "whole arrays"
    pad = 0
    drops_quarters = False

    def __init__(self, plan: CostPlan, dtype: Any, threads: int) -> None:
        self.block_bits = self._bits = plan.bits
        self._symmetric, self._dtype = plan.symmetric, np.dtype(dtype)
        self._ising = plan.ising
        starts = range(0, plan.bits, GROUP_BITS)
        self._groups = [(first, min(GROUP_BITS, plan.bits - first)) for first in starts]
        step = 1 << min(plan.bits, PART_BITS)
        self._parts = [slice(at, at + step) for at in range(0, 1 << plan.bits, step)]
        self.threads = min(threads, len(self._parts))
        self._pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        self._phased: list[State] = []  # the states after each phase, for derivatives

    @cached_property
    def _table(self) -> tuple[Vector, NDArray[np.int64] | None]:
        """The values of the cost, and which of them each state has; None for its own."""
        costs = self._ising.to_pauli_sum().diagonal()
        if self._ising.is_integer and np.ptp(costs) < MOST_LEVELS:
            return np.unique(costs, return_inverse=True)
        return costs, None

    @cached_property
    def costs(self) -> State:
        """The cost of each state."""
        levels, index = self._table
        return (levels if index is None else levels[index]).astype(self._dtype)

    @cached_property
    def _ones(self) -> NDArray[np.uint8]:
        """The number of ones of each basis state."""
        return np.bitwise_count(np.arange(1 << self._bits, dtype=np.uint64))

    @cached_property
    def _parity(self) -> State:
        """The signs (−1)^{|z|}, with the sign of i (−i)^m or of (−i)^m."""
        sign = (1, 1, -1, -1)[self._bits % 4]
        return (sign * (1 - 2 * (self._ones & 1).astype(np.int8))).astype(self._dtype)

    def energy(self, ket: State, angles: Vector) -> float:
        """Return the expectation value; leave the state in `ket`."""
        self.evolve(ket, angles)
        return self.mean(ket, self.costs)

    def gradient(
        self, ket: State, bra: State, angles: Vector, out: Vector, weights: Vector | None = None
    ) -> float:
        """Return the expectation value; leave its derivatives in `out`."""
        measured = self.costs if weights is None else weights.astype(self._dtype)
        p = len(angles) // 2
        memory.require(p * ket.nbytes, f"the states of {p} layers", "use fewer layers or qubits")
        if len(self._phased) != p:
            self._phased = [np.empty_like(ket) for _ in range(p)]
        self._run(ket, angles, self._phased)
        value = self.mean(ket, measured)
        np.multiply(ket, measured, out=bra)
        with one_blas_thread():
            for layer, state in reversed(list(enumerate(self._phased))):
                self.mix(bra, -angles[p + layer])
                out[p + layer] = 2.0 * self.mixer_slope(bra, state)
                out[layer] = 2.0 * self.phase_slope(bra, state)
                self.phase(bra, -angles[layer])
        return value

    def evolve(self, ket: State, angles: Vector) -> bool:
        """Leave the final state in `ket`; return False, since no bit is flipped."""
        self._run(ket, angles, [])
        return False

    def _run(self, ket: State, angles: Vector, phased: list[State]) -> None:
        """Run all layers; copy the state after each phase to `phased`."""
        p = len(angles) // 2
        self.start(ket)
        with one_blas_thread():
            for layer in range(p):
                self.phase(ket, angles[layer])
                if phased:
                    np.copyto(phased[layer], ket)
                self.mix(ket, angles[p + layer])

    def start(self, ket: State) -> None:
        """Fill a state with |+…+⟩."""
        turn = 1j ** np.arange(4) / np.sqrt(1 << self._bits)
        ket[0], ket[1] = turn.real[self._ones & 3], turn.imag[self._ones & 3]

    def histogram(self, ket: State, angles: Vector, lowest: float, bins: int) -> Vector:
        """Return the probability of the costs lowest, lowest + 1, …, shape (bins,)."""
        self.evolve(ket, angles)
        return self.counted(ket, lowest, bins)

    def counted(self, ket: State, lowest: float, bins: int) -> Vector:
        """Return the probability of lowest, lowest + 1, … in `ket`, shape (bins,)."""
        levels, index = self._table
        numbers = np.rint(levels - lowest).astype(np.int64)
        numbers = numbers if index is None else numbers[index]
        return np.bincount(numbers, _probabilities(ket), minlength=bins).astype(np.float64)

    def draw(self, ket: State, shots: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of `shots` measured amplitudes."""
        return drawn_indices(_probabilities(ket), shots, generator)

    def _spread(self, work: Callable[[Part], Value], parts: Iterable[Part]) -> list[Value]:
        """Return `work` of each part, by all threads."""
        return list(map(work, parts) if self._pool is None else self._pool.map(work, parts))

    def mean(self, ket: State, values: State) -> float:
        """Return Σ |b|² values."""

        def mean(at: slice) -> float:
            return float((_probabilities(ket[:, at]) * values[at]).sum())

        return sum(self._spread(mean, self._parts))

    def phase(self, state: State, gamma: float) -> None:
        """Multiply by e^{−iγE}."""
        levels, index = self._table
        turn = gamma * levels
        cosines, sines = np.cos(turn).astype(self._dtype), np.sin(turn).astype(self._dtype)

        def turn_part(at: slice) -> None:
            where = at if index is None else index[at]
            c, s = cosines[where], sines[where]
            re, im = state[:, at]
            turned = s * re
            re *= c
            re += s * im
            im *= c
            im -= turned

        self._spread(turn_part, self._parts)

    def phase_slope(self, bra: State, ket: State) -> float:
        """Return Re ⟨bra| −iE |ket⟩."""

        def slope(at: slice) -> float:
            turned = bra[0, at] * ket[1, at] - bra[1, at] * ket[0, at]
            return float((self.costs[at] * turned).sum(dtype=np.float64))

        return sum(self._spread(slope, self._parts))

    def mix(self, state: State, beta: float) -> None:
        """Apply e^{iβX} on every qubit."""
        c, s = np.cos(beta), np.sin(beta)
        matrices = [
            (first, _rotation(bits, c, s).astype(self._dtype)) for first, bits in self._groups
        ]

        inner = [each for each in matrices if each[0] < PART_BITS]
        outer = matrices[len(inner) :]
        self._spread(
            lambda part: _rotate(part, inner), [v[at] for v in state for at in self._parts]
        )
        if outer:
            self._spread(lambda vector: _rotate(vector, outer), list(state))
        if self._symmetric:
            self._mix_last(state, self._dtype.type(c), self._dtype.type(s))

    def _mix_last(self, state: State, c: Any, s: Any) -> None:
        """Apply cos β + sin β K."""
        even = self._bits % 2 == 0

        def mix(at: slice) -> None:
            low, high = self._complements(state, at)
            signs = s * self._parity[at]
            to_low, to_high = signs * high, signs * low
            low *= c
            high *= c
            if even:  # K (re, im) = (−im, re) up to the sign, which is equal on both sides
                low[0] -= to_low[1]
                low[1] += to_low[0]
                high[0] -= to_high[1]
                high[1] += to_high[0]
            else:
                low += to_low
                high -= to_high

        self._spread(mix, self._half())

    def mixer_slope(self, bra: State, ket: State) -> float:
        """Return Re ⟨bra| iΣX |ket⟩, the overlaps with Σ dR/dβ and K."""

        def of_group(group: tuple[int, int]) -> float:
            return sum(_group_slope(bra[part], ket[part], *group) for part in range(2))

        total = sum(self._spread(of_group, self._groups))
        return total + (self._last_slope(bra, ket) if self._symmetric else 0.0)

    def _last_slope(self, bra: State, ket: State) -> float:
        """Return Re ⟨bra|K|ket⟩."""
        even = self._bits % 2 == 0

        def slope(at: slice) -> float:
            low, high = self._complements(ket, at)
            bra_low, bra_high = (self._parity[at] * each for each in self._complements(bra, at))
            if even:
                cross = bra_low[1] * high[0] - bra_low[0] * high[1]
                cross += bra_high[1] * low[0] - bra_high[0] * low[1]
            else:
                cross = (bra_low * high).sum(axis=0) - (bra_high * low).sum(axis=0)
            return float(cross.sum(dtype=np.float64))

        return sum(self._spread(slope, self._half()))

    def _half(self) -> list[slice]:
        """Return slices that cover the lower half of a vector."""
        if len(self._parts) > 1:
            return self._parts[: len(self._parts) // 2]
        return [slice(0, 1 << (self._bits - 1))]

    def _complements(self, state: State, at: slice) -> tuple[State, State]:
        """Return views of a part of a state and of its complements, in the part's order."""
        size = 1 << self._bits
        return state[:, at], state[:, size - at.stop : size - at.start][:, ::-1]


def _rotation(bits: int, c: float, s: float) -> Vector:
    """Return the matrix of [[c, s], [−s, c]] on each of so many qubits."""
    differing, signs = _DIFFERING[: 1 << bits, : 1 << bits], _SIGNS[: 1 << bits, : 1 << bits]
    number = np.arange(bits + 1)
    return np.asarray(signs * (c ** (bits - number) * s**number)[differing])


_ROW, _COLUMN = np.indices((1 << GROUP_BITS,) * 2)
_DIFFERING = np.bitwise_count(_ROW ^ _COLUMN)
_SIGNS = 1.0 - 2.0 * (np.bitwise_count(_ROW & ~_COLUMN) & 1)


def _rotate(vector: State, matrices: list[tuple[int, State]]) -> None:
    """Apply matrices to groups of qubits, each given by its first, in place."""
    here, there = vector, np.empty_like(vector)
    for first, matrix in matrices:
        multiply(matrix, here, first, there)
        here, there = there, here
    if here is not vector:
        vector[:] = here


def _group_slope(bra: State, ket: State, first: int, bits: int) -> float:
    """Return the overlap with Σ dR/dβ of a group of qubits."""
    found = overlaps(bra, ket, first, bits, ket.dtype)
    index = np.arange(1 << bits)
    total = 0.0
    for qubit in range(bits):
        zero = index[index >> qubit & 1 == 0]
        one = zero | 1 << qubit
        total += float((found[zero, one] - found[one, zero]).sum(dtype=np.float64))
    return total


def _probabilities(ket: State) -> Vector:
    """Return the probability of each amplitude, float64."""
    wide = ket.astype(np.float64, copy=False)
    return np.asarray(wide[0] ** 2 + wide[1] ** 2)
