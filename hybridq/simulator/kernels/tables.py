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
    """How the index is cut: low + middle + high bits, of which the first two are a block.

    `low` is always `CHUNK_BITS`; a field, because the compiler would specialize every kernel
    that is given the constant.
    """

    low: int
    middle: int
    high: int
    symmetric: bool


class Strip(NamedTuple):
    """One piece of work: block `number`, or column `number`."""

    by_rows: bool
    number: int


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
        block_qubits: the qubits of a block, V and then M, int64.
        column_qubits: V and then H.
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
    block_qubits: NDArray[np.int64]
    column_qubits: NDArray[np.int64]


class Phase(NamedTuple):
    """One layer's phase: scale · e^{−iγE}, of the flipped cost if said."""

    gamma: float
    scale: float
    flipped: bool


@jit(internal=True)
def prepare_phase(grid, cost, phase, tables):
    """Fill the tables with this layer's phase."""
    if cost.kind == LEVELS:
        level_phases(cost.levels, phase.gamma, phase.scale, tables.levels[0], tables.levels[1])
    if cost.kind != QUADRATIC:
        return
    flip = 1 if phase.flipped else 0
    re, im = tables.factors[0], tables.factors[1]
    middle, high = tables.block_qubits[CHUNK_BITS:], tables.column_qubits[CHUNK_BITS:]
    phase_factors(phase.gamma, cost.linear[flip], cost.pairs, re, im)
    c, s = phase_of(phase.gamma, cost.constant[flip])
    c, s = phase.scale * c, phase.scale * s
    phase_table(tables.low[0], tables.low[1], tables.block_qubits, 0, re, im, c, s)
    phase_table(tables.high[0], tables.high[1], tables.column_qubits, CHUNK_BITS, re, im, 1.0, 0.0)
    of_re, of_im = tables.of_high[0], tables.of_high[1]
    for j in range(grid.middle):
        linear_phases(of_re, of_im, j << grid.high, high, middle[j], re, im)
    of_re, of_im = tables.of_middle[0], tables.of_middle[1]
    for j in range(grid.high):
        linear_phases(of_re, of_im, j << grid.middle, middle, high[j], re, im)


@jit(internal=True)
def prepare_costs(grid, cost, flipped, tables):
    """Fill the tables with the cost itself."""
    if cost.kind != QUADRATIC:
        return
    flip = 1 if flipped else 0
    middle, high = tables.block_qubits[CHUNK_BITS:], tables.column_qubits[CHUNK_BITS:]
    linear, pairs = cost.linear[flip], cost.pairs
    cost_table(tables.low_cost, tables.block_qubits, 0, linear, pairs, cost.constant[flip])
    cost_table(tables.high_cost, tables.column_qubits, CHUNK_BITS, linear, pairs, 0.0)
    for j in range(grid.middle):
        linear_costs(tables.of_high_cost, j << grid.high, high, middle[j], pairs)
    for j in range(grid.high):
        linear_costs(tables.of_middle_cost, j << grid.middle, middle, high[j], pairs)


@jit(internal=True)
def strip_bits(grid, strip):
    """How many bits count the lines of CHUNK amplitudes in a strip."""
    return grid.middle if strip.by_rows else grid.high


@jit(internal=True)
def line_index(grid, strip, line):
    """Index z of the first amplitude of a line of the strip."""
    if strip.by_rows:
        return ((strip.number << grid.middle) + line) << CHUNK_BITS
    return ((line << grid.middle) + strip.number) << CHUNK_BITS


@jit(internal=True)
def apply_phase(re, im, at, grid, strip, cost, phase, tables, share):
    """Multiply the strip, which lies at re[at:], im[at:], by the phase.

    Args:
        share: working array for S, shape (2, lines at least).
    """
    bits = strip_bits(grid, strip)
    if cost.kind == QUADRATIC:
        of = tables.of_high if strip.by_rows else tables.of_middle
        others = grid.high if strip.by_rows else grid.middle
        share[0, 0] = 1.0
        share[1, 0] = 0.0
        for level in range(bits):
            entry = (level << others) + strip.number
            double_products(share[0], share[1], 0, 1 << level, of[0, entry], of[1, entry])
        for line in range(1 << bits):
            middle, high = (line, strip.number) if strip.by_rows else (strip.number, line)
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
        first = line_index(grid, strip, line)
        to = at + (line << CHUNK_BITS)
        if cost.kind == LEVELS:
            multiply_levels(
                re, im, to, CHUNK, cost.numbers, first, phase.flipped, level_re, level_im
            )
        else:
            multiply_stored(
                re, im, to, CHUNK, cost.levels, first, phase.flipped, phase.gamma, phase.scale
            )


@jit(internal=True)
def share_costs(grid, strip, cost, tables, share):
    """Into `share` what all costs of each line of the strip have in common."""
    if cost.kind != QUADRATIC:
        return
    of = tables.of_high_cost if strip.by_rows else tables.of_middle_cost
    others = grid.high if strip.by_rows else grid.middle
    share[0] = 0.0
    for level in range(strip_bits(grid, strip)):
        extra = of[(level << others) + strip.number]
        for z in range(1 << level):
            share[(1 << level) + z] = share[z] + extra


@jit(internal=True)
def line_costs(out, grid, strip, line, cost, flipped, tables, share):
    """Costs of one line of the strip into ``out[:CHUNK]``, after `share_costs`."""
    if cost.kind == QUADRATIC:
        middle, high = (line, strip.number) if strip.by_rows else (strip.number, line)
        low_at, high_at = middle << CHUNK_BITS, high << CHUNK_BITS
        add_chunk_costs(out, tables.low_cost, low_at, tables.high_cost, high_at, share[line])
    else:
        stored_costs(out, CHUNK, cost, line_index(grid, strip, line), flipped)


@jit(internal=True)
def strip_energy(re, im, at, grid, strip, cost, flipped, tables, share, costs):
    """The energy of the strip that lies at re[at:], im[at:]."""
    share_costs(grid, strip, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, strip)):
        line_costs(costs, grid, strip, line, cost, flipped, tables, share)
        total += energy(re, im, at + (line << CHUNK_BITS), CHUNK, costs)
    return total


@jit(internal=True)
def strip_times_cost(bra_re, bra_im, re, im, at, grid, strip, cost, flipped, tables, share, costs):
    """Into bra the strip times the cost; returns its energy."""
    share_costs(grid, strip, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, strip)):
        to = at + (line << CHUNK_BITS)
        line_costs(costs, grid, strip, line, cost, flipped, tables, share)
        total += energy(re, im, to, CHUNK, costs)
        scale_by_costs(bra_re, bra_im, re, im, to, CHUNK, costs)
    return total


@jit(internal=True)
def strip_cost_overlap(
    bra_re, bra_im, re, im, at, grid, strip, cost, flipped, tables, share, costs
):
    """Re ⟨bra| −iH |ket⟩ over the strip."""
    share_costs(grid, strip, cost, tables, share)
    total = 0.0
    for line in range(1 << strip_bits(grid, strip)):
        to = at + (line << CHUNK_BITS)
        line_costs(costs, grid, strip, line, cost, flipped, tables, share)
        total += cost_overlap(bra_re, bra_im, re, im, to, CHUNK, costs)
    return total
