"""Phases and costs of a state that is cut into strips: contiguous blocks, or columns of them.

A strip is one block (by rows: m runs along it, h is its number) or one column of chunks (by
columns: h runs along it, m is its number). See `phases` for A, B and S.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.chunks import (
    CHUNK,
    CHUNK_BITS,
    adjoint_phase_chunk,
    energy_chunk,
    phase_chunk,
    weigh_chunk,
)
from hybridq.engines.diagonal.kernels.phases import (
    LEVELS,
    QUADRATIC,
    cost_table,
    double_products,
    level_phases,
    line_costs,
    line_phases,
    linear_costs,
    linear_phases,
    phase_factors,
    phase_of,
    phase_table,
)


class Grid(NamedTuple):
    """How the index is cut: low + middle + high bits, of which the first two are a block.

    `low` is always `CHUNK_BITS`; a field, because the compiler would specialize every kernel
    that is given the constant. A pass by columns takes 2**wide adjacent chunks at a time.
    Blocks lie 2**(low + middle) + `pad` elements apart: a power of two would put all of a column
    into the same few sets of the caches.
    """

    low: int
    middle: int
    high: int
    wide: int
    pad: int
    symmetric: bool


class Strip(NamedTuple):
    """A block, or 2**wide adjacent columns of chunks, as contiguous lines of CHUNK amplitudes.

    The lines of a block are numbered by m; those of columns by h and then by the column.

    Attributes:
        by_rows: whether it is a block.
        number: h of a block, m of the first column.
        at: where its first amplitude is in the arrays that go with it.
        wide: log2 of the number of columns; 0 for a block.
    """

    by_rows: bool
    number: int
    at: int
    wide: int


class Tables(NamedTuple):
    """What one layer's phase, and the cost itself, are made of.

    Attributes:
        low: A[m, v], shape (2, 2**(M+V)).
        high: B[h, v], shape (2, 2**(H+V)).
        of_high: the factor that bit j of m brings at h, at [:, j · 2**H + h].
        of_middle: the factor that bit j of h brings at m, at [:, j · 2**M + m].
        factors: pair phases, float64, shape (2, m, m).
        levels: phases of the levels, shape (2, levels).
        low_cost, high_cost: the same of the cost.
        of_high_cost, of_middle_cost: likewise, float64.
        held: one number, int64: 0 or 1 where these are of E(z) or of E(~z), else −1.
        block_qubits: the qubits of a block, V and then M, int64.
        column_qubits: V and then H.
    """

    low: NDArray[np.floating]
    high: NDArray[np.floating]
    of_high: NDArray[np.floating]
    of_middle: NDArray[np.floating]
    factors: NDArray[np.float64]
    levels: NDArray[np.floating]
    low_cost: NDArray[np.floating]
    high_cost: NDArray[np.floating]
    of_high_cost: NDArray[np.float64]
    of_middle_cost: NDArray[np.float64]
    held: NDArray[np.int64]
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
    """Fill the tables with the cost itself, unless they are there from the last time."""
    flip = 1 if flipped else 0
    if cost.kind != QUADRATIC or tables.held[0] == flip:
        return
    tables.held[0] = flip
    middle, high = tables.block_qubits[CHUNK_BITS:], tables.column_qubits[CHUNK_BITS:]
    linear, pairs = cost.linear[flip], cost.pairs
    cost_table(tables.low_cost, tables.block_qubits, 0, linear, pairs, cost.constant[flip])
    cost_table(tables.high_cost, tables.column_qubits, CHUNK_BITS, linear, pairs, 0.0)
    for j in range(grid.middle):
        linear_costs(tables.of_high_cost, j << grid.high, high, middle[j], pairs)
    for j in range(grid.high):
        linear_costs(tables.of_middle_cost, j << grid.middle, middle, high[j], pairs)


class Scratch(NamedTuple):
    """One thread's room for what is made line by line.

    Attributes:
        share: S of each line of a strip, shape (2, lines).
        share_cost: what the costs of each line have in common, shape (lines,).
        phases: phases of one line of a stored cost, shape (2, CHUNK).
        costs: costs of one line of a stored cost, shape (CHUNK,).
        ones, zeros: a chunk of each.
    """

    share: NDArray[np.floating]
    share_cost: NDArray[np.floating]
    phases: NDArray[np.floating]
    costs: NDArray[np.floating]
    ones: NDArray[np.floating]
    zeros: NDArray[np.floating]


@jit(internal=True)
def block_start(grid, number):
    """Where block `number` starts in a state array."""
    return number * ((1 << (grid.low + grid.middle)) + grid.pad)


@jit(internal=True)
def _count_bits(grid, strip):
    """(bits that S is made of along the strip, bits that number blocks or columns)."""
    bits = grid.middle if strip.by_rows else grid.high
    return bits, grid.middle + grid.high - bits


@jit(internal=True)
def line_count(grid, strip):
    """How many lines the strip has."""
    return 1 << (grid.middle if strip.by_rows else grid.high + strip.wide)


@jit(internal=True)
def _place(strip, line):
    """(m, h) of a line."""
    if strip.by_rows:
        return line, strip.number
    return strip.number + (line & ((1 << strip.wide) - 1)), line >> strip.wide


@jit(internal=True)
def line_index(grid, strip, line):
    """Index z of the first amplitude of a line."""
    middle, high = _place(strip, line)
    return ((high << grid.middle) + middle) << CHUNK_BITS


@jit(internal=True)
def share_phases(grid, strip, cost, tables, scratch):
    """Into ``scratch.share`` the S of each line of the strip."""
    if cost.kind != QUADRATIC:
        return
    bits, others = _count_bits(grid, strip)
    re, im = scratch.share[0], scratch.share[1]
    columns = 1 << strip.wide
    for column in range(columns):
        re[column], im[column] = 1.0, 0.0
    if strip.by_rows:
        for level in range(bits):
            entry = (level << others) + strip.number
            factor_re, factor_im = tables.of_high[0, entry], tables.of_high[1, entry]
            double_products(re, im, 0, 1 << level, factor_re, factor_im)
        return
    for level in range(bits):
        size = columns << level
        entry = (level << others) + strip.number
        for line in range(size):
            factor = entry + (line & (columns - 1))
            a, b = re[line], im[line]
            c, d = tables.of_middle[0, factor], tables.of_middle[1, factor]
            re[size + line] = a * c - b * d
            im[size + line] = a * d + b * c


@jit(internal=True)
def share_costs(grid, strip, cost, tables, scratch):
    """Into ``scratch.share_cost`` what all costs of each line of the strip have in common."""
    if cost.kind != QUADRATIC:
        return
    bits, others = _count_bits(grid, strip)
    of = tables.of_high_cost if strip.by_rows else tables.of_middle_cost
    share, columns = scratch.share_cost, 1 << strip.wide
    for column in range(columns):
        share[column] = 0.0
    for level in range(bits):
        size = columns << level
        entry = (level << others) + strip.number
        for line in range(size):
            share[size + line] = share[line] + of[entry + (line & (columns - 1))]


@jit(internal=True)
def line_starts(strip, line, quadratic):
    """Where a line starts in A and in B: by its m and h, or at 0 where it has its own arrays."""
    if not quadratic:
        return 0, 0
    middle, high = _place(strip, line)
    return middle << CHUNK_BITS, high << CHUNK_BITS


@jit(internal=True)
def _fill_phases(grid, strip, line, cost, phase, tables, scratch):
    """Into ``scratch.phases`` the phases of one line of a stored cost."""
    line_phases(
        scratch.phases[0], scratch.phases[1], CHUNK, cost, line_index(grid, strip, line),
        phase.flipped, phase.gamma, phase.scale, tables.levels[0], tables.levels[1],
    )  # fmt: skip


@jit(internal=True)
def _phase_arrays(cost, tables, scratch):
    """(A_re, A_im, B_re, B_im, S_re, S_im); a stored cost has its line in A, B = 1 and S = 1."""
    if cost.kind == QUADRATIC:
        return (
            tables.low[0], tables.low[1], tables.high[0], tables.high[1],
            scratch.share[0], scratch.share[1],
        )  # fmt: skip
    return (
        scratch.phases[0], scratch.phases[1], scratch.ones, scratch.zeros,
        scratch.ones, scratch.zeros,
    )  # fmt: skip


@jit(internal=True)
def _cost_arrays(cost, tables, scratch):
    """(A, B, shared); a stored cost has its line in A, the others are zero."""
    if cost.kind == QUADRATIC:
        return tables.low_cost, tables.high_cost, scratch.share_cost
    return scratch.costs, scratch.zeros, scratch.zeros


@jit(internal=True)
def apply_phase(re, im, grid, strip, cost, phase, tables, scratch):
    """Multiply the strip by the phase."""
    quadratic = cost.kind == QUADRATIC
    share_phases(grid, strip, cost, tables, scratch)
    a_re, a_im, b_re, b_im, s_re, s_im = _phase_arrays(cost, tables, scratch)
    for line in range(line_count(grid, strip)):
        to = strip.at + (line << CHUNK_BITS)
        if not quadratic:
            _fill_phases(grid, strip, line, cost, phase, tables, scratch)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        phase_chunk(re, im, to, a_re, a_im, a_at, b_re, b_im, b_at, s_re[entry], s_im[entry])


@jit(internal=True)
def strip_energy(re, im, grid, strip, cost, flipped, tables, scratch):
    """The strip's part of the energy."""
    quadratic = cost.kind == QUADRATIC
    share_costs(grid, strip, cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = strip.at + (line << CHUNK_BITS)
        if not quadratic:
            line_costs(a, CHUNK, cost, line_index(grid, strip, line), flipped)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        total += energy_chunk(re, im, to, a, a_at, b, b_at, shared[entry])
    return total


@jit(internal=True)
def strip_weigh(bra_re, bra_im, re, im, grid, strip, cost, flipped, tables, scratch):
    """Set the bra's strip to cost times ket; returns the strip's part of the energy."""
    quadratic = cost.kind == QUADRATIC
    share_costs(grid, strip, cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = strip.at + (line << CHUNK_BITS)
        if not quadratic:
            line_costs(a, CHUNK, cost, line_index(grid, strip, line), flipped)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        total += weigh_chunk(bra_re, bra_im, re, im, to, a, a_at, b, b_at, shared[entry])
    return total


@jit(internal=True)
def strip_undo(bra_re, bra_im, re, im, grid, strip, cost, phase, tables, scratch):
    """Multiply bra and ket by the phase; returns the strip's part of Re ⟨bra| −iH |ket⟩."""
    quadratic = cost.kind == QUADRATIC
    share_phases(grid, strip, cost, tables, scratch)
    share_costs(grid, strip, cost, tables, scratch)
    a_re, a_im, b_re, b_im, s_re, s_im = _phase_arrays(cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = strip.at + (line << CHUNK_BITS)
        if not quadratic:
            _fill_phases(grid, strip, line, cost, phase, tables, scratch)
            line_costs(a, CHUNK, cost, line_index(grid, strip, line), phase.flipped)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        total += adjoint_phase_chunk(
            bra_re, bra_im, re, im, to, a_re, a_im, a_at, b_re, b_im, b_at, s_re[entry],
            s_im[entry], a, a_at, b, b_at, shared[entry],
        )  # fmt: skip
    return total
