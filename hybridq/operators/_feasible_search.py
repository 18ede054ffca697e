"""Enumeration of the bit strings that satisfy linear bounds, ascending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError
from hybridq.operators._masks import n_words

if TYPE_CHECKING:
    from hybridq.operators.feasible import LinearBound

_LARGEST_LEVEL = 1 << 16
"""Partial assignments that the search in NumPy holds; beyond, the compiled search runs."""
_LARGEST_TABLE = 1 << 23  # partial assignments times bounds


def slack(coefficients: NDArray[np.float64]) -> float:
    """Return the rounding that is allowed in a sum with these coefficients.

    Sums of whole numbers are exact, so that a large one does not hide a small violation.
    """
    total = float(np.abs(coefficients).sum())
    whole = total < 2**53 and bool((coefficients == np.round(coefficients)).all())
    return 1e-9 if whole else 1e-9 + 1e-12 * total


class Search:
    """Linear bounds by qubit.

    Bounds that two ones of a row exceed are masks of conflicting qubits; all others are rows.

    Args:
        n_qubits: number of bits.
        bounds: the constraints.

    Attributes:
        conflicts: masks of the qubits that exclude each qubit, uint64, shape (n, words).
        first: entries first[q] up to first[q + 1] of `rows` and `values` are those of qubit q.
        rows: the bound of each entry.
        values: its coefficient.
        lower, upper: the bounds, with slack for rounding.
        low, high: least and largest sum of each row.
    """

    def __init__(self, n_qubits: int, bounds: Sequence[LinearBound]) -> None:
        self.n_qubits, self.words = n_qubits, n_words(n_qubits)
        excluded = np.zeros((n_qubits, n_qubits), dtype=bool)
        kept: list[LinearBound] = []
        for bound in bounds:
            c = np.array(bound.coefficients)
            at_most_one = len(c) > 1 and c.min() > 0 and bound.upper < 2 * c.min() - slack(c)
            if at_most_one:
                qubits = np.array(bound.qubits)
                excluded[np.ix_(qubits, qubits)] = True
            enough = at_most_one and c.max() <= bound.upper + slack(c) and bound.lower <= 0
            if not enough:
                kept.append(bound)
        np.fill_diagonal(excluded, False)
        small = np.packbits(excluded, axis=1, bitorder="little")
        masks = np.zeros((n_qubits, 8 * self.words), dtype=np.uint8)
        masks[:, : small.shape[1]] = small
        self.conflicts = masks.view("<u8").astype(np.uint64)
        self._set_rows(kept)

    def _set_rows(self, bounds: Sequence[LinearBound]) -> None:
        entries = sorted(
            (qubit, row, value)
            for row, bound in enumerate(bounds)
            for qubit, value in zip(bound.qubits, bound.coefficients, strict=True)
        )
        counts = np.bincount([entry[0] for entry in entries], minlength=self.n_qubits)
        self.first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.rows = np.array([entry[1] for entry in entries], dtype=np.int64)
        self.values = np.array([entry[2] for entry in entries], dtype=np.float64)
        rounding = np.array([slack(np.array(bound.coefficients)) for bound in bounds])
        self.lower = np.array([bound.lower for bound in bounds], dtype=np.float64) - rounding
        self.upper = np.array([bound.upper for bound in bounds], dtype=np.float64) + rounding
        self.low, self.high = np.zeros(len(bounds)), np.zeros(len(bounds))
        np.add.at(self.low, self.rows, np.minimum(self.values, 0.0))
        np.add.at(self.high, self.rows, np.maximum(self.values, 0.0))

    @property
    def possible(self) -> bool:
        """False where a bound excludes every assignment by itself."""
        return bool((self.low <= self.upper).all() and (self.high >= self.lower).all())

    def plain(self) -> NDArray[np.uint64] | None:
        """Return all states by NumPy, None where they are too many for it.

        All partial assignments of the highest qubits are extended by one qubit at a time.
        """
        words = np.zeros((1, self.words), dtype=np.uint64)
        low, high = self.low[None], self.high[None]
        if not self.possible:
            return words[:0]
        for qubit in range(self.n_qubits - 1, -1, -1):
            words = np.repeat(words, 2, axis=0)
            low, high = np.repeat(low, 2, axis=0), np.repeat(high, 2, axis=0)
            if len(words) > _LARGEST_LEVEL or low.size > _LARGEST_TABLE:
                return None
            word, bit = qubit // 64, np.uint64(1) << np.uint64(qubit % 64)
            clash = (words[1::2] & self.conflicts[qubit]).any(axis=1)
            words[1::2, word] |= bit
            own = slice(self.first[qubit], self.first[qubit + 1])
            rows, values = self.rows[own], self.values[own]
            low[::2, rows] -= np.minimum(values, 0.0)
            high[::2, rows] -= np.maximum(values, 0.0)
            low[1::2, rows] += np.maximum(values, 0.0)
            high[1::2, rows] += np.minimum(values, 0.0)
            kept = ((low[:, rows] <= self.upper[rows]) & (high[:, rows] >= self.lower[rows])).all(
                axis=1
            )
            kept[1::2] &= ~clash
            words, low, high = words[kept], low[kept], high[kept]
        return words


def count(search: Search, most: int | None) -> int:
    """Return the number of states, or most + 1 where there are more."""
    limit = 2**62 if most is None else most
    found = search.plain()
    if found is not None:
        return min(len(found), limit + 1)
    return _run(search, limit, np.zeros((0, search.words), dtype=np.uint64))


def states(search: Search, dim: int) -> NDArray[np.uint64]:
    """Return all states, shape (dim, words), ascending.

    Args:
        search: the constraints.
        dim: their number, from `count`.
    """
    if dim <= _LARGEST_LEVEL:
        found = search.plain()
        if found is not None:
            return found
    out = np.empty((dim, search.words), dtype=np.uint64)
    _run(search, dim, out)
    return out


def _run(search: Search, most: int, out: NDArray[np.uint64]) -> int:
    """Run the compiled search.

    Raises:
        CapacityError: nearly all of its steps lead nowhere.
    """
    from hybridq.operators import _feasible_kernel  # Numba loads slowly

    if not search.possible:
        return 0
    if not len(search.rows):
        return int(_feasible_kernel.independent(search.conflicts, search.n_qubits, most, out))
    found = int(
        _feasible_kernel.bounded(
            search.conflicts, search.n_qubits, search.first, search.rows, search.values,
            search.low.copy(), search.high.copy(), search.lower, search.upper, most, out,
        )
    )  # fmt: skip
    if found < 0:
        raise CapacityError(
            f"the feasible states of {search.n_qubits} qubits take too long to enumerate: "
            f"{-1 - found:,} were found in {_feasible_kernel.LONGEST // search.words:,} steps",
            argument="space",
            remedy="use a smaller problem, or tighter constraints",
        )
    return found
