"""Compiled single-flip search on an Ising problem of any size.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def greedy_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, spins: Any, order: Any, fields: Any
) -> None:
    """Set spins one by one, each to lower the energy with those already set.

    A spin without a field keeps its value. On return `fields` holds f_i = h_i + sum_j J_ij s_j.
    """
    fields[:] = linear
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
def anneal_in_place(
    starts: Any,
    targets: Any,
    weights: Any,
    spins: Any,
    fields: Any,
    temperatures: Any,
    seed: int,
) -> None:
    """Run one Metropolis sweep over all spins at each temperature.

    The random numbers are xorshift64 from `seed` (not zero), so that every restart has its own
    stream on any thread.
    """
    state = np.uint64(seed)
    for sweep in range(temperatures.size):
        temperature = temperatures[sweep]
        for i in range(spins.size):
            rise = -2.0 * spins[i] * fields[i]
            accept = rise <= 0.0
            # Beyond 37 temperatures the probability is below the resolution of the random number.
            if not accept and rise < 37.0 * temperature:
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                uniform = (state >> np.uint64(11)) * (1.0 / 9007199254740992.0)
                accept = uniform < np.exp(-rise / temperature)
            if accept:
                spins[i] = -spins[i]
                for edge in range(starts[i], starts[i + 1]):
                    fields[targets[edge]] += 2.0 * weights[edge] * spins[i]


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
def restart_in_place(
    starts: Any,
    targets: Any,
    weights: Any,
    linear: Any,
    spins: Any,
    order: Any,
    temperatures: Any,
    seed: int,
    least: float,
) -> float:
    """Run a greedy start and descent, then annealing and descent; keep the better.

    Annealing is left out without temperatures, the greedy start without an order.

    Args:
        starts, targets, weights: the coupling graph in compressed rows.
        linear: h, shape (n,).
        spins: +1 and -1, float64 (n,); overwritten with the answer.
        order: the order of the greedy construction, a permutation of 0 ... n - 1; empty to
            begin with `spins` as they are.
        temperatures: one per sweep; empty for no annealing.
        seed: of this restart's random numbers, at least 1.
        least: the smallest gain that counts, above the rounding error of the fields.

    Returns:
        the energy of `spins` without the constant.
    """
    fields = np.empty(linear.size)
    if order.size > 0:
        greedy_in_place(starts, targets, weights, linear, spins, order, fields)
    else:
        fields_in_place(starts, targets, weights, linear, spins, fields)
    energy = descend_in_place(starts, targets, weights, linear, spins, fields, least)
    if temperatures.size > 0:
        first = spins.copy()
        anneal_in_place(starts, targets, weights, spins, fields, temperatures, seed)
        # The sweeps leave rounding errors in the fields of real couplings.
        fields_in_place(starts, targets, weights, linear, spins, fields)
        annealed = descend_in_place(starts, targets, weights, linear, spins, fields, least)
        if annealed < energy:
            energy = annealed
        else:
            spins[:] = first
    return energy
