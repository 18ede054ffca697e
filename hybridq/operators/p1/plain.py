"""Slow twin of the compiled kernels, in NumPy, with the same arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def find_shared(first: int, last: int, starts: Any, to: Any, pairs: Any, out: Any) -> None:
    """Write whether the spins of each pair have a common neighbour."""
    for pair in range(first, last):
        one, other = (to[starts[spin] : starts[spin + 1]] for spin in pairs[pair])
        out[pair] = np.isin(one, other).any()


def multiply_rows(
    first: int, last: int, starts: Any, level: Any, rate: Any, table: Any,
    cos: Any, sin: Any, rest: Any, whole: Any, blocks: Any,
) -> None:  # fmt: skip
    """Write cosines, sines and the products of the cosines of rows; leave `blocks`."""
    for row in range(first, last):
        here = slice(starts[row], starts[row + 1])
        cos[here], sin[here] = table[level[here]].T
        factors, slopes = cos[here], -rate[here] * sin[here]
        whole[row] = _product(factors, slopes)
        for entry in range(starts[row], starts[row + 1]):
            left = np.arange(starts[row], starts[row + 1]) != entry
            rest[entry] = _product(factors[left], slopes[left])


def combine_pairs(
    first: int, last: int, starts: Any, to: Any, rate: Any,
    cos: Any, sin: Any, rest: Any, whole: Any, blocks: Any, fields: Any,
    pairs: Any, entries: Any, shared: Any, out: Any,
) -> None:  # fmt: skip
    """Write the two parts of the correlation of each pair, and their derivatives by γ."""
    for pair in range(first, last):
        i, j = pairs[pair]
        at, back = entries[pair]
        (ri, ci, si), (rj, cj, sj) = fields[:, i], fields[:, j]
        one, other = (rest[at], rest[back]) if at >= 0 else (whole[i], whole[j])
        sines = ci * one[0] + cj * other[0]
        slope = ci * one[1] - ri * si * one[0] + cj * other[1] - rj * sj * other[0]
        if at >= 0:
            out[:2, pair] = sin[at] * sines, rate[at] * cos[at] * sines + sin[at] * slope
        else:
            out[:2, pair] = 0.0
        angles = [_of_all(starts, to, rate, cos, sin, *of) for of in ((i, j), (j, i))]
        (left, a), (right, b) = angles
        spins = np.union1d(left, right)
        x, y = (np.zeros((len(spins), 3)) for _ in range(2))
        x[:, 1] = y[:, 1] = 1.0  # no coupling: an angle of 0
        x[np.searchsorted(spins, left)], y[np.searchsorted(spins, right)] = a, b
        x, y = np.vstack([x, fields[:, i]]), np.vstack([y, fields[:, j]])
        minus = _product(*_cosines(x, y, -1.0))
        plus = _product(*_cosines(x, y, 1.0))
        out[2:, pair] = np.subtract(minus, plus)


def _of_all(
    starts: Any, to: Any, rate: Any, cos: Any, sin: Any, spin: int, other: int
) -> tuple[NDArray[Any], Vector]:
    """Return the neighbours of a spin but one, and rate, cos and sin of their angles."""
    here = np.arange(starts[spin], starts[spin + 1])
    here = here[to[here] != other]
    return to[here], np.column_stack([rate[here], cos[here], sin[here]])


def _cosines(x: Vector, y: Vector, sign: float) -> tuple[Vector, Vector]:
    """Return cosines of sums or differences of angles, and their derivatives by γ."""
    cosines = x[:, 1] * y[:, 1] - sign * x[:, 2] * y[:, 2]
    sines = x[:, 2] * y[:, 1] + sign * x[:, 1] * y[:, 2]
    return cosines, -(x[:, 0] + sign * y[:, 0]) * sines


def _product(factors: Vector, slopes: Vector) -> tuple[float, float]:
    """Return the product of factors and its derivative, by the rule for products."""
    if not len(factors):
        return 1.0, 0.0
    before = np.concatenate([[1.0], np.cumprod(factors)[:-1]])
    after = np.concatenate([np.cumprod(factors[::-1])[::-1][1:], [1.0]])
    return float(np.prod(factors)), float((before * slopes * after).sum())
