"""Phases and costs of a state that is cut into strips: contiguous blocks, or columns of them.

A strip is one block (by rows: m runs along it, h is its number) or one column of chunks (by
columns: h runs along it, m is its number). See `phases` for A, B and S.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq._jit import jit
from hybridq.simulator.kernels.phases import (
    CHUNK,
    CHUNK_BITS,
    LEVELS,
    QUADRATIC,
    cost_table,
    double_products,
    level_phases,
    linear_costs,
    linear_phases,
    multiply_chunk,
    multiply_levels,
    multiply_stored,
    phase_factors,
    phase_of,
    phase_table,
)
from hybridq.simulator.kernels.reductions import (
    add_chunk_costs,
    cost_overlap,
    energy,
    scale_by_costs,
    stored_costs,
)


class Grid(NamedTuple):
    """How the index is cut: CHUNK_BITS + middle + high bits, of which the first two are a block."""

    middle: int
    high: int
    symmetric: bool


class Tables(NamedTuple):
    """What one layer's phase, and the cost itself, are made of.

    Attributes:
        low: A[m, v], shape (2, 2**(M+V)).
        high: B[h, v], shape (2, 2**(H+V)).
        of_high: the factor that bit j of m brings at h, at [:, j · 2**H + h].
        of_middle: the factor that bit j of h brings at m, at [:, j · 2**M + m].
        factors: pair phases, float64, shape (2, m, m).
        levels: phases of the levels, shape (2, levels).
        low_cost, high_cost, of_high_cost, of_middle_cost: the same of the cost, float64.
    """

    low: NDArray[np.floating]
    high: NDArray[np.floating]
    of_high: NDArray[np.floating]
    of_middle: NDArray[np.floating]
    factors: NDArray[np.float64]
    levels: NDArray[np.floating]
    low_cost: NDArray[np.float64]
    high_cost: NDArray[np.float64]
    of_high_cost: NDArray[np.float64]
    of_middle_cost: NDArray[np.float64]


class Phase(NamedTuple):
    """One layer's phase: scale · e^{−iγE}, of the flipped cost if said."""

    gamma: float
    scale: float
    flipped: bool


@jit()
def prepare_phase(grid, cost, phase, tables):
    """Fill the tables with this layer's phase."""
    if cost.kind == LEVELS:
        level_phases(cost.levels, phase.gamma, phase.scale, tables.levels[0], tables.levels[1])
    if cost.kind != QUADRATIC:
        return
    flip = 1 if phase.flipped else 0
    re, im = tables.factors[0], tables.factors[1]
    block_bits = CHUNK_BITS + grid.middle
    qubits = np.arange(block_bits + grid.high)
    chunk, middle, high = qubits[:CHUNK_BITS], qubits[CHUNK_BITS:block_bits], qubits[block_bits:]
    chunk_and_high = np.concatenate((chunk, high))
    phase_factors(phase.gamma, cost.linear[flip], cost.pairs, re, im)
    c, s = phase_of(phase.gamma, cost.constant[flip])
    c, s = phase.scale * c, phase.scale * s
    phase_table(tables.low[0], tables.low[1], qubits[:block_bits], 0, re, im, c, s)
    phase_table(tables.high[0], tables.high[1], chunk_and_high, CHUNK_BITS, re, im, 1.0, 0.0)
    of_re, of_im = tables.of_high[0], tables.of_high[1]
    for j in range(grid.middle):
        linear_phases(of_re, of_im, j << grid.high, high, middle[j], re, im)
    of_re, of_im = tables.of_middle[0], tables.of_middle[1]
    for j in range(grid.high):
        linear_phases(of_re, of_im, j << grid.middle, middle, high[j], re, im)


@jit()
def prepare_costs(grid, cost, flipped, tables):
    """Fill the tables with the cost itself."""
    if cost.kind != QUADRATIC:
        return
    flip = 1 if flipped else 0
    block_bits = CHUNK_BITS + grid.middle
    qubits = np.arange(block_bits + grid.high)
    chunk, middle, high = qubits[:CHUNK_BITS], qubits[CHUNK_BITS:block_bits], qubits[block_bits:]
    chunk_and_high = np.concatenate((chunk, high))
    linear, pairs = cost.linear[flip], cost.pairs
    cost_table(tables.low_cost, qubits[:block_bits], 0, linear, pairs, cost.constant[flip])
    cost_table(tables.high_cost, chunk_and_high, CHUNK_BITS, linear, pairs, 0.0)
    for j in range(grid.middle):
        linear_costs(tables.of_high_cost, j << grid.high, high, middle[j], pairs)
    for j in range(grid.high):
        linear_costs(tables.of_middle_cost, j << grid.middle, middle, high[j], pairs)


@jit()
def strip_bits(grid, by_rows):
    """How many bits count the lines of CHUNK amplitudes in a strip."""
    return grid.middle if by_rows else grid.high


@jit()
def line_index(grid, by_rows, number, line):
    """Index z of the first amplitude of a line of strip `number`."""
    if by_rows:
        return ((number << grid.middle) + line) << CHUNK_BITS
    return ((line << grid.middle) + number) << CHUNK_BITS


@jit()
def apply_phase(re, im, at, grid, by_rows, number, cost, phase, tables, share):
    """Multiply strip `number`, which lies at re[at:], im[at:], by the phase.

    Args:
        share: working array for S, shape (2, lines at least).
    """
    bits = strip_bits(grid, by_rows)
    if cost.kind == QUADRATIC:
        of = tables.of_high if by_rows else tables.of_middle
        others = grid.high if by_rows else grid.middle
        share[0, 0] = 1.0
        share[1, 0] = 0.0
        for level in range(bits):
            entry = (level << others) + number
            double_products(share[0], share[1], 0, 1 << level, of[0, entry], of[1, entry])
        for line in range(1 << bits):
            middle, high = (line, number) if by_rows else (number, line)
            multiply_chunk(
                re,
                im,
                at + (line << CHUNK_BITS),
                tables.low[0],
                tables.low[1],
                middle << CHUNK_BITS,
                tables.high[0],
                tables.high[1],
                high << CHUNK_BITS,
                share[0, line],
                share[1, line],
            )
        return
    level_re, level_im = tables.levels[0], tables.levels[1]
    for line in range(1 << bits):
        first = line_index(grid, by_rows, number, line)
        to = at + (line << CHUNK_BITS)
        if cost.kind == LEVELS:
            multiply_levels(re, im, to, CHUNK, cost.index, first, phase.flipped, level_re, level_im)
        else:
            multiply_stored(
                re, im, to, CHUNK, cost.levels, first, phase.flipped, phase.gamma, phase.scale
            )


@jit()
def share_costs(grid, by_rows, number, cost, tables, share):
    """Into `share` what all costs of each line of strip `number` have in common."""
    if cost.kind != QUADRATIC:
        return
    of = tables.of_high_cost if by_rows else tables.of_middle_cost
    others = grid.high if by_rows else grid.middle
    share[0] = 0.0
    for level in range(strip_bits(grid, by_rows)):
        extra = of[(level << others) + number]
        for z in range(1 << level):
            share[(1 << level) + z] = share[z] + extra


@jit()
def line_costs(out, grid, by_rows, number, line, cost, flipped, tables, share):
    """Costs of one line of strip `number` into ``out[:CHUNK]``, after `share_costs`."""
    if cost.kind == QUADRATIC:
        middle, high = (line, number) if by_rows else (number, line)
        low_at, high_at = middle << CHUNK_BITS, high << CHUNK_BITS
        add_chunk_costs(out, tables.low_cost, low_at, tables.high_cost, high_at, share[line])
    else:
        stored_costs(out, CHUNK, cost, line_index(grid, by_rows, number, line), flipped)


@jit()
def strip_energy(re, im, at, grid, by_rows, number, cost, flipped, tables, share, costs):
    """The energy of the strip that lies at re[at:], im[at:]."""
    share_costs(grid, by_rows, number, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, by_rows)):
        line_costs(costs, grid, by_rows, number, line, cost, flipped, tables, share)
        total += energy(re, im, at + (line << CHUNK_BITS), CHUNK, costs)
    return total


@jit()
def strip_times_cost(
    bra_re, bra_im, re, im, at, grid, by_rows, number, cost, flipped, tables, share, costs
):
    """Into bra the strip times the cost; returns its energy."""
    share_costs(grid, by_rows, number, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, by_rows)):
        to = at + (line << CHUNK_BITS)
        line_costs(costs, grid, by_rows, number, line, cost, flipped, tables, share)
        total += energy(re, im, to, CHUNK, costs)
        scale_by_costs(bra_re, bra_im, re, im, to, CHUNK, costs)
    return total


@jit()
def strip_cost_overlap(
    bra_re, bra_im, re, im, at, grid, by_rows, number, cost, flipped, tables, share, costs
):
    """Re ⟨bra| −iH |ket⟩ over the strip."""
    share_costs(grid, by_rows, number, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, by_rows)):
        to = at + (line << CHUNK_BITS)
        line_costs(costs, grid, by_rows, number, line, cost, flipped, tables, share)
        total += cost_overlap(bra_re, bra_im, re, im, to, CHUNK, costs)
    return total
