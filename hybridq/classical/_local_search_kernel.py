"""Compiled single-flip search on an Ising problem of any size.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import compiles_slowly, jit

compiles_slowly(__name__, "the local search", seconds=6)


@jit()
def greedy_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, spins: Any, order: Any, fields: Any
) -> None:
    """Set spins one by one, each to lower the energy with those already set.

    A spin without a field keeps its value. On return `fields` holds f_i = h_i + sum_j J_ij s_j.
    """
    for i in range(fields.size):
        fields[i] = linear[i]
    for position in range(order.size):
        i = order[position]
        if fields[i] > 0.0:
            spins[i] = -1.0
        elif fields[i] < 0.0:
            spins[i] = 1.0
        for edge in range(starts[i], starts[i + 1]):
            fields[targets[edge]] += weights[edge] * spins[i]


@jit()
def descend_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, spins: Any, fields: Any, least: float
) -> float:
    """Flip spins, first improvement first, until no flip gains more than `least`.

    Returns:
        the energy without the constant.
    """
    n = linear.size
    improved = True
    while improved:
        improved = False
        for i in range(n):
            if 2.0 * spins[i] * fields[i] > least:
                improved = True
                spins[i] = -spins[i]
                for edge in range(starts[i], starts[i + 1]):
                    fields[targets[edge]] += 2.0 * weights[edge] * spins[i]
    energy = 0.0
    for i in range(n):
        energy += 0.5 * spins[i] * (fields[i] + linear[i])
    return energy


@jit()
def cross_in_place(
    starts: Any,
    targets: Any,
    weights: Any,
    linear: Any,
    spins: Any,
    other: Any,
    seen: Any,
    stack: Any,
    least: float,
) -> float:
    """Flip the connected parts in which two states differ, where that gains.

    Parts do not touch, so their gains add up.

    Args:
        starts, targets, weights: the coupling graph in compressed rows.
        linear: h, shape (n,).
        spins: +1 and -1, float64 (n,); updated.
        other: another state; stays.
        seen: scratch, bool (n,).
        stack: scratch, int64 (n,).
        least: the smallest gain that counts.

    Returns:
        the energy that was gained.
    """
    gained = 0.0
    seen[:] = False
    for first in range(spins.size):
        if seen[first] or spins[first] == other[first]:
            continue
        seen[first] = True
        stack[0] = first
        size, at, gain = 1, 0, 0.0
        while at < size:
            i = stack[at]
            at += 1
            gain += 2.0 * spins[i] * linear[i]
            for edge in range(starts[i], starts[i + 1]):
                j = targets[edge]
                if spins[j] == other[j]:
                    gain += 2.0 * weights[edge] * spins[i] * spins[j]
                elif not seen[j]:
                    seen[j] = True
                    stack[size] = j
                    size += 1
        if gain > least:
            gained += gain
            for k in range(size):
                spins[stack[k]] = -spins[stack[k]]
    return gained


@jit()
def fields_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, spins: Any, fields: Any
) -> None:
    """Compute f_i = h_i + sum_j J_ij s_j."""
    for i in range(linear.size):
        total = linear[i]
        for edge in range(starts[i], starts[i + 1]):
            total += weights[edge] * spins[targets[edge]]
        fields[i] = total


@jit()
def greedy_descent_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, spins: Any, order: Any, least: float
) -> float:
    """Descend by single flips, from a state that is built greedily or from `spins`.

    Args:
        starts, targets, weights: the coupling graph in compressed rows.
        linear: h, shape (n,).
        spins: +1 and -1, float64 (n,); overwritten with the answer.
        order: the order of the greedy construction, a permutation of 0 ... n - 1; empty to
            begin with `spins` as they are.
        least: the smallest gain that counts, above the rounding error of the fields.

    Returns:
        the energy of `spins` without the constant.
    """
    fields = np.empty(linear.size)
    if order.size > 0:
        greedy_in_place(starts, targets, weights, linear, spins, order, fields)
    else:
        fields_in_place(starts, targets, weights, linear, spins, fields)
    return descend_in_place(starts, targets, weights, linear, spins, fields, least)
