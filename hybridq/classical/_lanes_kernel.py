"""Compiled annealing of sixteen copies of an Ising problem at once.

A copy is a lane of a vector: fields are rows of sixteen numbers, spins are rows of sixteen bits,
and a proposal asks all copies about the same spin. It takes as long as two or three proposals to a
single copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.classical._lanes_simd import LANES, propose, push
from hybridq.classical._local_search_kernel import descend_in_place, fields_in_place
from hybridq.core.jit import compiles_slowly, jit

compiles_slowly(__name__, "annealing", seconds=4)


@jit()
def lane_fields_in_place(
    starts: Any, targets: Any, weights: Any, linear: Any, down: Any, fields: Any
) -> None:
    """Compute f_i = h_i + sum_j J_ij s_j in every lane."""
    for i in range(down.size):
        for k in range(LANES):
            fields[i, k] = linear[i]
        for edge in range(starts[i], starts[i + 1]):
            bits, weight = down[targets[edge]], weights[edge]
            for k in range(LANES):
                fields[i, k] += -weight if bits >> np.uint16(k) & np.uint16(1) else weight


@jit()
def anneal_lanes_in_place(
    starts: Any,
    targets: Any,
    weights: Any,
    down: Any,
    fields: Any,
    temperatures: Any,
    state: Any,
    logarithms: Any,
) -> Any:
    """Run one Metropolis sweep over all spins at each temperature, in all lanes.

    A flip that raises the energy by r is accepted where r/2 < T log(1 / u), u uniform: `logarithms`
    are those of equidistant numbers in a random order. Every lane takes its own, from a place that
    xorshift64 draws for each proposal.

    Args:
        starts, targets, weights: the coupling graph in compressed rows; int32 and float32.
        down: uint16, shape (n,): bit k is set where the spin of lane k is −1; updated.
        fields: f_i = h_i + sum_j J_ij s_j, float32, shape (n, 16); updated.
        temperatures: half of them, one per sweep, float32.
        state: of the random numbers, uint64, shape (1,), not zero; updated, so that sweeps may be
            made in several calls.
        logarithms: 2^12 + 16 values of log(1 / u), float32; the last 16 repeat the first.

    Returns:
        the number of rows of fields that were updated.
    """
    random, updates = state[0], np.int64(0)
    change = np.empty(LANES, dtype=np.float32)
    for sweep in range(temperatures.size):
        temperature = temperatures[sweep]
        for i in range(down.size):
            random ^= random << np.uint64(13)
            random ^= random >> np.uint64(7)
            random ^= random << np.uint64(17)
            place = np.int64(random >> np.uint64(52))
            if propose(fields, down, i, temperature, logarithms, place, change) != 0:
                first, last = np.int64(starts[i]), np.int64(starts[i + 1])
                updates += last - first
                push(fields, targets, weights, first, last, change)
    state[0] = random
    return updates


@jit()
def descend_lanes(
    starts: Any, targets: Any, weights: Any, linear: Any, down: Any, least: float, spins: Any
) -> Any:
    """Descend from the state of each lane by single flips.

    Args:
        starts, targets, weights: the coupling graph in compressed rows, float64.
        linear: h, shape (n,).
        down: uint16, shape (n,), as in `anneal_lanes_in_place`.
        least: the smallest gain that counts.
        spins: float64, shape (16, n); overwritten with the states that the descents end in.

    Returns:
        their energies without the constant, shape (16,).
    """
    energies, fields = np.empty(LANES), np.empty(linear.size)
    for k in range(LANES):
        for i in range(linear.size):
            spins[k, i] = -1.0 if down[i] >> np.uint16(k) & np.uint16(1) else 1.0
        fields_in_place(starts, targets, weights, linear, spins[k], fields)
        energies[k] = descend_in_place(starts, targets, weights, linear, spins[k], fields, least)
    return energies
