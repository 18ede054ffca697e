"""Layout of one Hamming weight, for the complete XY mixer."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.evolution import State
from hybridq.engines.subspace.kernels import weight as kernels
from hybridq.engines.subspace.kernels.weight_simd import LANES
from hybridq.engines.subspace.weight_tables import coupling, pair_hops, paths_of, strings_of
from hybridq.operators.feasible import FeasibleSpace, packed

MOST_BITS = 32
"""Qubits of a group that is cut in two halves."""


def fits(space: FeasibleSpace) -> bool:
    """Return whether a space is one group of a fixed weight and nothing else."""
    if not space.is_product or space.grid or space.chains or space.free or len(space.groups) != 1:
        return False
    group = space.groups[0]
    return 4 <= len(group.qubits) <= MOST_BITS and 2 <= group.count <= len(group.qubits) - 2


def sizes_of(space: FeasibleSpace) -> tuple[int, int, int, list[int]]:
    """Return sizes of low and high half, k, and the possible numbers of ones below."""
    (group,) = space.groups
    n, k = len(group.qubits), group.count
    low = n // 2
    return low, n - low, k, list(range(max(0, k - (n - low)), min(low, k) + 1))


def words_of(space: FeasibleSpace) -> NDArray[np.uint64]:
    """Return the states, matrix by matrix, low halves in rows, shape (dim, words)."""
    (group,) = space.groups
    low, high, k, weights = sizes_of(space)
    parts = []
    for w in weights:
        halves = []
        strings = ((strings_of(low, w), 0, low), (strings_of(high, k - w), low, high))
        for found, first, size in strings:
            rows = np.zeros((len(found), space.n_qubits), dtype=np.uint8)
            rows[:, group.qubits[first : first + size]] = found[:, None] >> np.arange(size) & 1
            halves.append(packed(rows))
        parts.append((halves[0][:, None, :] | halves[1][None]).reshape(-1, halves[0].shape[1]))
    return np.concatenate(parts)


class WeightEvolution:
    r"""Evolution :math:`e^{i\beta A}` under all hops of one group, exact.

    A = S₊S₋ − k is diagonal in the total spin. The spins of either half are coupled by rotations,
    about n/2 for each amplitude; then A is a small matrix for each pair of multiplets.

    Args:
        space: one group of a fixed weight.
        dtype: float64 or float32.
        team: threads.
    """

    def __init__(self, space: FeasibleSpace, dtype: np.dtype[Any], team: Team) -> None:
        self._dtype, self._team, self._dim = dtype, team, space.dim
        low, high, k, weights = sizes_of(space)
        lows = [coupling(low, w) for w in weights]
        highs = [coupling(high, k - w) for w in weights]
        low_paths, high_paths = paths_of(low), paths_of(high)
        self._tables = {
            **_rotations("low", lows, dtype),
            **_rotations("high", highs, dtype),
            "base": np.cumsum(
                [0, *(len(a.paths) * len(b.paths) for a, b in zip(lows, highs, strict=True))]
            ),
            "rows": np.array([len(each.paths) for each in lows]),
            "columns": np.array([len(each.paths) for each in highs]),
            "row_of": np.array([_places(low_paths, each.paths) for each in lows]),
            "column_of": np.array([_places(high_paths, each.paths) for each in highs]),
            "low_spin": 2 * np.bitwise_count(low_paths).astype(np.int64) - low,
            "high_spin": 2 * np.bitwise_count(high_paths).astype(np.int64) - high,
        }
        parts = -(-self._tables["columns"] // LANES)
        self._tables["task_start"] = np.concatenate(([0], np.cumsum(parts)))
        self._forward = self._halves(LANES)
        self._backward = self._halves(LANES // 2)
        self._partial = np.zeros(len(self._backward.tasks))
        self._set_matrices(low, high, k)

    def _halves(self, most: int) -> Any:
        """Return the tables with tasks of at most so many paths of one spin."""
        spins = self._tables["low_spin"]
        tasks = []
        for spin in np.unique(spins):
            first, last = np.searchsorted(spins, [spin, spin + 1])
            tasks += [(at, min(most, last - at)) for at in range(first, last, most)]
        return kernels.Halves(**self._tables, tasks=np.array(tasks, dtype=np.int64))

    def _set_matrices(self, low: int, high: int, k: int) -> None:
        """Prepare the matrices of A for each pair of spins."""
        self._place = np.full((low + 1, high + 1), -1, dtype=np.int64)
        self._spectra: list[tuple[Vector, Vector]] = []
        entries: list[Vector] = []
        size = 0
        for a in range(low % 2, low + 1, 2):
            for b in range(high % 2, high + 1, 2):
                matrix = pair_hops(a, b, 2 * k - low - high, k)[1]
                if len(matrix):
                    self._place[a, b] = size
                    size += matrix.size
                    entries.append(matrix.ravel())
                    self._spectra.append(np.linalg.eigh(matrix))
        self._hops = np.concatenate(entries)

    def _unitary(self, beta: float) -> NDArray[Any]:
        """Return the matrices of e^{iβA}, real and imaginary parts, shape (2, entries)."""
        parts = [
            ((vectors * np.exp(1j * beta * values)) @ vectors.T).ravel()
            for values, vectors in self._spectra
        ]
        found = np.concatenate(parts)
        return np.array([found.real, found.imag], dtype=self._dtype)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._team.run(kernels.turn, ket, self._forward, False)
        self._team.run(kernels.mix, ket, self._forward, self._unitary(beta), self._place)
        self._team.run(kernels.turn, ket, self._forward, True)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        for state in (ket, bra):
            self._team.run(kernels.turn, state, self._backward, False)
        self._team.run(
            kernels.unmix, ket, bra, self._backward, self._unitary(-beta), self._hops, self._place,
            self._partial,
        )  # fmt: skip
        for state in (ket, bra):
            self._team.run(kernels.turn, state, self._backward, True)
        return -2.0 * float(self._partial.sum())

    def top(self) -> Vector:
        """Return the Dicke state."""
        return np.full(self._dim, 1.0 / np.sqrt(self._dim))

    @cached_property
    def table_bytes(self) -> int:
        """Bytes of the tables."""
        return sum(int(each.nbytes) for each in self._tables.values())


def _rotations(half: str, couplings: list[Any], dtype: np.dtype[Any]) -> dict[str, NDArray[Any]]:
    """Return the rotations of a half, one weight after the other."""
    sizes = [len(each.first) for each in couplings]
    return {
        f"{half}_start": np.cumsum([0, *sizes]),
        f"{half}_first": np.concatenate([each.first for each in couplings]).astype(np.int32),
        f"{half}_second": np.concatenate([each.second for each in couplings]).astype(np.int32),
        f"{half}_cos": np.concatenate([each.cos for each in couplings]).astype(dtype),
        f"{half}_sin": np.concatenate([each.sin for each in couplings]).astype(dtype),
    }


def _places(paths: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each path among those found, −1 where it is absent."""
    places = np.full(len(paths), -1, dtype=np.int64)
    order = np.argsort(paths)
    places[order[np.searchsorted(paths[order], found)]] = np.arange(len(found))
    return places
