"""Energies of many points at once, each in a lane of the vectors of its own.

Row z of a state is the vector of the amplitudes φ(z) of all lanes, so no lane ever reads another,
and whole-numbered costs need the phases of their levels alone. Angles differ between lanes; the
tangent of a mixer is a vector.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.butterflies import rotate_lines
from hybridq.engines.diagonal.kernels.lanes_simd import (
    add_energies,
    mix_even,
    mix_odd,
    set_product,
)
from hybridq.engines.diagonal.kernels.phases import phase_of
from hybridq.engines.diagonal.kernels.spin_flip import complement_sign
from hybridq.engines.kernels.team import barrier, slice_of

LANES = max(VECTOR_BYTES // 8, 1)
"""Points that run together."""

LANE_BITS = LANES.bit_length() - 1

NEAR_BITS = 8  # rows that are rotated together: re or im of them fills half a first-level cache

WHOLE, PRODUCTS, LISTED = 0, 1, 2


class LaneCost(NamedTuple):
    """Diagonal cost of m bits, for phases that differ between lanes.

    Attributes:
        kind: `WHOLE`: levels from the lowest up, 1 apart; `LISTED`: any levels; `PRODUCTS`: a
            quadratic cost, whose phases are products.
        numbers: for each z the number of its level, z itself for `PRODUCTS`, int32.
        levels: the levels, float64; for `PRODUCTS` the constant alone.
        linear, pairs: of a quadratic cost over bits, as in `Cost`, shape (m,) and (m, m).
        costs: the cost of each z, float64.
        signs: (−1)^{|z|} of the lower half of all z, float64.
    """

    kind: int
    numbers: NDArray[np.int32]
    levels: NDArray[np.float64]
    linear: NDArray[np.float64]
    pairs: NDArray[np.float64]
    costs: NDArray[np.float64]
    signs: NDArray[np.float64]


class LaneSpace(NamedTuple):
    """Working arrays of one thread: rows of `LANES` float64 numbers, flat.

    Attributes:
        state: real and imaginary parts, as all but `lane`; shape (2, 2**m rows).
        phases: those of one layer, shape (2, a row for each level, or 2**m of them).
        factors: row j m + k for the pair (j, k), the diagonal for the fields; 1 for pairs without
            coupling; shape (2, m² rows).
        lane: gammas, tangents, scales and energies of the lanes, shape (4, 1 row).
        turn: a factor of each lane, shape (2, 1 row).
    """

    state: NDArray[np.float64]
    phases: NDArray[np.float64]
    factors: NDArray[np.float64]
    lane: NDArray[np.float64]
    turn: NDArray[np.float64]


@jit(internal=True)
def _fill_start(re, im, bits):
    """Fill all lanes with i^{|z|} 2^{−m/2}, the frame's |+…+⟩."""
    amplitude = 1.0 / math.sqrt(float(1 << bits))
    for lane in range(LANES):
        re[lane], im[lane] = amplitude, 0.0
    for bit in range(bits):
        size = LANES << bit
        for at in range(size):
            re[size + at] = -im[at]
            im[size + at] = re[at]


@jit(internal=True)
def _set_phase(re, im, row, energy, gammas, scales):
    """Set a row to the phase of one energy, times the scale of each lane."""
    for lane in range(LANES):
        c, s = phase_of(gammas[lane], energy)
        re[LANES * row + lane] = scales[lane] * c
        im[LANES * row + lane] = scales[lane] * s


@jit(internal=True)
def _fill_whole(space, count):
    """Extend the phase of the lowest level to `count` levels, 1 apart, by doubling."""
    re, im = space.phases
    turn_re, turn_im = space.turn
    done = 1
    while done < count:
        for lane in range(LANES):
            turn_re[lane], turn_im[lane] = phase_of(space.lane[0, lane], float(done))
        for k in range(min(done, count - done)):
            set_product(re, im, done + k, re, im, k, turn_re, turn_im, 0)
        done *= 2


@jit(internal=True)
def _fill_products(cost, space):
    """Extend the phase of z = 0 to all z of a quadratic cost, bit by bit."""
    re, im = space.phases
    f_re, f_im = space.factors
    bits = cost.linear.shape[0]
    ones = space.lane[2]
    for lane in range(LANES):
        ones[lane] = 1.0
    for j in range(bits):
        _set_phase(f_re, f_im, j * bits + j, cost.linear[j], space.lane[0], ones)
        for k in range(j):
            if cost.pairs[j, k] != 0.0:
                _set_phase(f_re, f_im, j * bits + k, cost.pairs[j, k], space.lane[0], ones)
    for j in range(bits):
        size = 1 << j
        for lane in range(LANES):
            re[LANES * size + lane] = f_re[LANES * (j * bits + j) + lane]
            im[LANES * size + lane] = f_im[LANES * (j * bits + j) + lane]
        for k in range(j):
            for z in range(size, size + (1 << k)):
                set_product(re, im, z + (1 << k), re, im, z, f_re, f_im, j * bits + k)
        for z in range(size):
            set_product(re, im, size + z, re, im, size + z, re, im, z)


@jit(internal=True)
def _apply_phases(cost, space):
    """Multiply the state by the phases of this layer and the cosines of its mixer."""
    phase_re, phase_im = space.phases
    gammas, scales = space.lane[0], space.lane[2]
    count = cost.levels.shape[0]
    for k in range(1 if cost.kind != LISTED else count):
        _set_phase(phase_re, phase_im, k, cost.levels[k], gammas, scales)
    if cost.kind == WHOLE:
        _fill_whole(space, count)
    elif cost.kind == PRODUCTS:
        _fill_products(cost, space)
    re, im = space.state
    for z in range(cost.numbers.shape[0]):
        set_product(re, im, z, re, im, z, phase_re, phase_im, cost.numbers[z])


@jit(internal=True)
def _mix(bits, symmetric, cost, space):
    """Apply the mixer of this layer without its cosines."""
    re, im = space.state
    tangents = space.lane[1]
    near = LANE_BITS + min(bits, NEAR_BITS)
    for part in space.state:
        for at in range(0, LANES << bits, 1 << near):
            rotate_lines(part, at, LANE_BITS, near - LANE_BITS, 1 << LANE_BITS, tangents)
        rotate_lines(part, 0, near, LANE_BITS + bits - near, 1 << near, tangents)
    if not symmetric:
        return
    last = (1 << bits) - 1
    sign = float(complement_sign(bits))
    for z in range(cost.signs.shape[0]):
        if bits % 2:
            mix_odd(re, im, z, last - z, tangents, sign * cost.signs[z])
        else:
            mix_even(re, im, z, last - z, tangents, sign * cost.signs[z])


@jit()
def lane_energies(bits, symmetric, points, cost, spaces, values, counter, thread, threads):
    """Compute the expectation of the cost at each row of `points`, many at a time.

    Args:
        bits: log2 of the number of amplitudes, int64.
        symmetric: True where the state is one half of a spin-flip symmetric state of bits + 1
            qubits.
        points: γ_1 … γ_p, β_1 … β_p in each row, float64, shape (rows, 2p), rows > 0.
        cost: the cost, a `LaneCost`.
        spaces: a `LaneSpace` whose arrays have a leading axis of threads.
        values: the results, float64, shape (rows,), overwritten.
        counter, thread, threads: from `Team.run`.
    """
    rows, layers = points.shape[0], points.shape[1] // 2
    levels = bits + 1 if symmetric else bits
    space = LaneSpace(
        spaces.state[thread],
        spaces.phases[thread],
        spaces.factors[thread],
        spaces.lane[thread],
        spaces.turn[thread],
    )
    gammas, tangents, scales, energies = space.lane
    begin, end = slice_of(thread, threads, (rows + LANES - 1) // LANES)
    for first in range(begin * LANES, end * LANES, LANES):
        _fill_start(space.state[0], space.state[1], bits)
        for layer in range(layers):
            for lane in range(LANES):
                row = min(first + lane, rows - 1)
                t = math.tan(points[row, layers + layer])
                # A quarter rotation more flips all bits, which leaves the symmetric state alone.
                # Others keep large tangents: t^m and its inverse are in the range of float64.
                if symmetric and abs(t) > 1.0:
                    t = -1.0 / t
                gammas[lane], tangents[lane] = points[row, layer], t
                scales[lane] = (1.0 / math.sqrt(1.0 + t * t)) ** levels
            _apply_phases(cost, space)
            _mix(bits, symmetric, cost, space)
        for lane in range(LANES):
            energies[lane] = 0.0
        add_energies(space.state[0], space.state[1], cost.costs, energies)
        for lane in range(min(LANES, rows - first)):
            values[first + lane] = energies[lane]
    barrier(counter, threads)
