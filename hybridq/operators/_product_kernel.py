"""Compiled matrix-free product of the αβ repulsion with a state.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def add_repulsion(
    first: int, last: int, state: Any, out: Any, moves: Any, lists: Any, two: Any, bounds: Any,
    workspace: Any,
) -> None:  # fmt: skip
    r"""Add Σ (pq|rs) E^α_pq E^β_rs of `state` to the rows first … last − 1 of `out`.

    For one row J, with the moves e of J from J'_e by (rs)_e,

    .. math:: G_{pq, I'} = \sum_e (pq|rs)_e \pm_e C_{J'_e I'}, \qquad
              \sigma_{J I} \mathrel{+}= \sum_{pq} \pm G_{pq, I'}

    so that all the work is a matrix product of numbers in the cache. Pairs fall into classes
    between which every integral vanishes; each has a product of its own.

    Args:
        state, out: shape (n_high, n_low).
        moves: (starts, partner, pair, sign) by upper string: its moves of class c are entries
            starts[J, c] … starts[J, c + 1] − 1 of row J.
        lists: (starts, source, target, sign): for each pair p ≤ q the moves of the lower strings.
        two: (pq|rs) by pairs p ≤ q and r ≤ s in the order of their classes.
        bounds: the first pair p ≤ q of each class, and the number of pairs.
        workspace: (weights, rows, products): rows of shape (moves, n_low), products (pairs of the
            largest class, n_low), weights flat.
    """
    begins, partner, pair, sign = moves
    starts, source, target, signs = lists
    weights, rows, products = workspace
    for string in range(first, last):
        result = out[string]
        for group in range(len(bounds) - 1):
            begin = begins[string, group]
            count = begins[string, group + 1] - begin
            if count == 0:
                continue
            low, size = bounds[group], bounds[group + 1] - bounds[group]
            factors = weights[: size * count].reshape(size, count)
            for e in range(count):
                rows[e] = state[partner[string, begin + e]]
                for pq in range(size):
                    factors[pq, e] = (
                        two[low + pq, pair[string, begin + e]] * sign[string, begin + e]
                    )
            np.dot(factors, rows[:count], products[:size])
            for pq in range(size):
                product = products[pq]
                for k in range(starts[low + pq], starts[low + pq + 1]):
                    result[target[k]] += signs[k] * product[source[k]]
