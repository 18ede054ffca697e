"""Coupled spins as sorted rows, and pairs of spins to be correlated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]
Pairs = NDArray[np.int64]

BLOCK = 64
"""Entries of a row that a merge multiplies at once, aligned to multiples of this number."""


@dataclass(frozen=True)
class Rows:
    """The couplings of an energy, one row for each spin (compressed sparse rows).

    Attributes:
        n_spins: number of rows.
        starts: first entry of each row and the end of the last, int64, shape (n + 1,).
        to: the other spin of each entry, ascending in each row, int32, shape (2 m,).
        level: index in `levels` of the coupling of each entry, int32, shape (2 m,).
        levels: the distinct couplings, ascending, shape (k,).
        rate: twice the coupling of each entry, the derivative of its angle by γ, shape (2 m,).
        fields: twice the field of each spin, shape (n,).
        entries: places of each coupled pair in the rows of both its spins, int64, shape (m, 2).
    """

    n_spins: int
    starts: NDArray[np.int64]
    to: NDArray[np.int32]
    level: NDArray[np.int32]
    levels: Vector
    rate: Vector
    fields: Vector
    entries: NDArray[np.int64]

    @classmethod
    def of(cls, ising: Ising) -> Rows:
        """Return the rows of a quadratic energy."""
        n, m = ising.n_qubits, len(ising.pairs)
        first, second = ising.pairs.T
        # Pairs are sorted, so that a stable sort leaves each row ascending: smaller spins first.
        heads = np.concatenate([second, first])
        order = np.argsort(heads, kind="stable")
        place = np.empty(2 * m, dtype=np.int64)
        place[order] = np.arange(2 * m)
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(heads, minlength=n), out=starts[1:])
        levels, level = np.unique(ising.couplings, return_inverse=True)
        couple = order % m if m else order
        return cls(
            n,
            starts,
            np.concatenate([first, second])[order].astype(np.int32),
            level[couple].astype(np.int32),
            levels,
            2.0 * ising.couplings[couple],
            2.0 * ising.linear,
            np.stack([place[m:], place[:m]], axis=1),
        )

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """Number of couplings of each spin, shape (n,)."""
        return np.diff(self.starts)

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        """Row and neighbour of each entry as one number, ascending."""
        return np.repeat(np.arange(self.n_spins), self.degrees) * self.n_spins + self.to

    def places(self, pairs: Pairs) -> NDArray[np.int64]:
        """Return the entries of pairs in both rows, −1 where not coupled; shape (k, 2)."""
        found = []
        for row, spin in (pairs.T, pairs.T[::-1]):
            wanted = row * self.n_spins + spin
            at = np.searchsorted(self._keys, wanted)
            inside = at < len(self._keys)
            inside[inside] = self._keys[at[inside]] == wanted[inside]
            found.append(np.where(inside, at, -1))
        return np.stack(found, axis=1)


def checked_pairs(pairs: ArrayLike, n_spins: int) -> Pairs:
    """Return pairs of different spins as int64, shape (k, 2), as they are ordered.

    Raises:
        DimensionError: another shape, or a spin outside 0 … n_spins − 1.
        ParameterError: entries that are not integers, or a spin paired with itself.
    """
    found = np.asarray(pairs)
    if found.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    if found.ndim != 2 or found.shape[1] != 2:
        raise DimensionError(
            f"pairs must have shape (k, 2), got an array of shape {found.shape}", argument="pairs"
        )
    if found.dtype.kind not in "iu":
        raise ParameterError(
            f"pairs must be integers, got an array of {found.dtype}", argument="pairs"
        )
    if found.min() < 0 or found.max() >= n_spins:
        raise DimensionError(
            f"pairs must name qubits in 0 ... {n_spins - 1}, got {found.min()} ... {found.max()}",
            argument="pairs",
        )
    same = found[:, 0] == found[:, 1]
    if same.any():
        row = int(np.flatnonzero(same)[0])
        raise ParameterError(
            f"pairs must be of two different qubits, got {found[row].tolist()} in row {row}",
            argument="pairs",
        )
    return found.astype(np.int64)


_DENSE_SPINS, _DENSE_SPEED = 4_096, 50  # for products of full matrices, times those of sparse ones


def close_pairs(ising: Ising) -> Pairs:
    """Return all pairs i < j of spins at most two couplings apart, shape (k, 2).

    The pairs are sorted. After one layer of QAOA all other pairs have ⟨Z_iZ_j⟩ = ⟨Z_i⟩⟨Z_j⟩, which
    is 0 without fields.

    Args:
        ising: an energy; its terms of higher order are ignored.

    Raises:
        CapacityError: there may be too many for the memory that is free; at most Σ_i d_i² of
            them exist, with d_i the number of couplings of spin i.
    """
    import scipy.sparse

    rows = Rows.of(ising)
    degrees = rows.degrees.astype(object) if ising.n_qubits > 2**20 else rows.degrees
    most = min(int((degrees**2).sum()) + len(rows.to), ising.n_qubits**2)
    memory.require(
        40 * most,
        f"listing up to {most:,} pairs at most two couplings apart",
        "name the pairs that are needed",
    )
    n = ising.n_qubits
    ones = np.ones(len(rows.to), dtype=np.int32)
    near = scipy.sparse.csr_array((ones, rows.to, rows.starts), shape=(n, n))
    if n <= _DENSE_SPINS and _DENSE_SPEED * int((degrees**2).sum()) > n**3:
        table = near.toarray().astype(np.float32)
        i, j = np.nonzero(np.triu(table @ table + table, k=1))
        return np.stack([i, j], axis=1)
    far = scipy.sparse.triu(near @ near + near, k=1, format="csr")
    far.sort_indices()
    first = np.repeat(np.arange(n), np.diff(far.indptr))
    return np.stack([first, far.indices.astype(np.int64)], axis=1)


def ranges(costs: Any, parts: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of items of about equal total cost.

    Args:
        costs: of each item, positive, shape (k,).
        parts: number of ranges at most.
    """
    ends = np.cumsum(costs)
    bounds = np.searchsorted(ends, ends[-1] * np.arange(1, parts) / parts) if len(ends) else []
    edges = [0, *np.unique(bounds).tolist(), len(ends)]
    for first, last in pairwise(edges):
        if first < last:
            yield first, last
