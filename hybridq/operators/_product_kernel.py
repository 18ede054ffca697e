"""Compiled matrix-free product of the αβ repulsion with a state.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def add_repulsion(
    first: int, last: int, state: Any, out: Any, moves: Any, lists: Any, two: Any, workspace: Any
) -> None:
    r"""Add Σ (pq|rs) E^α_pq E^β_rs of `state` to the rows first … last − 1 of `out`.

    For one row J, with the moves e of J from J'_e by (rs)_e,

    .. math:: G_{pq, I'} = \sum_e (pq|rs)_e \pm_e C_{J'_e I'}, \qquad
              \sigma_{J I} \mathrel{+}= \sum_{pq} \pm G_{pq, I'}

    so that all the work is a matrix product of numbers in the cache.

    Args:
        state, out: shape (n_high, n_low).
        moves: partner, pair (p ≤ q counted) and sign by upper string and move.
        lists: (starts, source, target, sign): for each pair p ≤ q the moves of the lower strings.
        two: (pq|rs) by pairs p ≤ q and r ≤ s, shape (pairs, pairs).
        workspace: (weights (pairs, moves), rows (moves, n_low), products (pairs, n_low)).
    """
    partner, pair, sign = moves
    starts, source, target, signs = lists
    weights, rows, products = workspace
    for string in range(first, last):
        for e in range(partner.shape[1]):
            rows[e] = state[partner[string, e]]
            for pq in range(two.shape[0]):
                weights[pq, e] = two[pq, pair[string, e]] * sign[string, e]
        np.dot(weights, rows, products)
        result = out[string]
        for pq in range(two.shape[0]):
            product = products[pq]
            for k in range(starts[pq], starts[pq + 1]):
                result[target[k]] += signs[k] * product[source[k]]
