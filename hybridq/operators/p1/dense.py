"""Dense problems of few different couplings: equal factors are counted."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators.p1.rows import Pairs, Rows

Vector = NDArray[np.float64]

_MOST_LEVELS, _MOST_SPINS = 6, 3_000
_GAIN = 20.0  # multiplications of a matrix product that take as long as one factor


def few_kinds(rows: Rows, factors: int) -> bool:
    """Return whether counting is faster than multiplying so many factors."""
    n, levels = rows.n_spins, len(rows.levels)
    kinds = (levels + 1) * (levels + 2) // 2 - 1
    return levels <= _MOST_LEVELS and n <= _MOST_SPINS and kinds * float(n) ** 3 < _GAIN * factors


def _kinds(rows: Rows) -> list[tuple[int, int]]:
    """Return the pairs of levels of two couplings to one spin, 0 for none."""
    return list(combinations_with_replacement(range(len(rows.levels) + 1), 2))[1:]


def count_factors(rows: Rows, pairs: Pairs, entries: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return how many other spins have each pair of levels as couplings to two spins.

    Args:
        rows: the couplings.
        pairs: int64, shape (k, 2).
        entries: places of each pair in both rows, −1 where it is not coupled, shape (k, 2).

    Returns:
        shape (k, kinds); each kind is an unordered pair of levels, see `powers`.

    Raises:
        CapacityError: the tables do not fit in memory.
    """
    n, kinds = rows.n_spins, _kinds(rows)
    memory.require(
        4 * (len(rows.levels) + 3) * n * n + 4 * len(pairs) * len(kinds),
        f"counts of {n:,} x {n:,} pairs",
        "use a smaller problem",
    )
    table = np.zeros((n, n), dtype=np.int8)
    table[np.repeat(np.arange(n), rows.degrees), rows.to] = rows.level + 1
    marks = [(table == level).astype(np.float32) for level in range(len(rows.levels) + 1)]
    i, j = pairs.T
    coupled = entries[:, 0] >= 0
    own = np.zeros(len(pairs), dtype=np.int64)
    own[coupled] = rows.level[entries[coupled, 0]].astype(np.int64) + 1
    counts = np.empty((len(pairs), len(kinds)), dtype=np.int32)
    for column, (a, b) in enumerate(kinds):
        found = marks[a] @ marks[b].T
        counts[:, column] = found[i, j] + (found[j, i] if a != b else 0.0)
        if a == 0:  # the two spins themselves: one has no coupling to itself
            counts[:, column] -= 2 * (own == b)
    return counts


def powers(rows: Rows, gamma: float) -> Vector:
    """Return powers of factors and their derivatives; see `combine_counts`."""
    rates = np.concatenate([[0.0], 2.0 * rows.levels])
    exponents = np.arange(rows.n_spins + 1)
    out = np.empty((len(_kinds(rows)), len(exponents), 4))
    for kind, (a, b) in enumerate(_kinds(rows)):
        for column, rate in ((0, rates[a] - rates[b]), (2, rates[a] + rates[b])):
            cos, sin = np.cos(rate * gamma), np.sin(rate * gamma)
            out[kind, :, column] = cos**exponents
            out[kind, 1:, column + 1] = -rate * sin * exponents[1:] * out[kind, :-1, column]
            out[kind, 0, column + 1] = 0.0
    return out
