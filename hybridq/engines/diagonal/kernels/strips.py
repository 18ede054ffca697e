"""Phases and costs of a state in strips: blocks, or columns of chunks.

A strip is one block (by rows: m runs along it, h is its number) or one column of chunks (by
columns: h runs along it, m is its number). A cost of kind QUADRATIC is the sum, its phase the
product, of table A, table B and a part S that each line of the strip shares; see `phases`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.chunks import (
    CHUNK,
    CHUNK_BITS,
    adjoint_phase_chunk,
    apply_cost_chunk,
    energy_chunk,
    phase_chunk,
)
from hybridq.engines.diagonal.kernels.levels_simd import FEW
from hybridq.engines.diagonal.kernels.phases import (
    LEVELS,
    QUADRATIC,
    double_products,
    line_costs,
    line_phases,
    multiply_levels,
    undo_levels,
)


class Strip(NamedTuple):
    """Block, or 2**wide adjacent columns of chunks, as lines of CHUNK amplitudes.

    The lines of a block are numbered by m; those of columns by h and then by the column.

    Attributes:
        by_rows: True for a block.
        number: h of a block, m of the first column.
        at: index of its first amplitude in the arrays that hold it.
        wide: log2 of the number of columns; 0 for a block.
        stride: amplitudes from one line of a block, or of a column, to the next.
    """

    by_rows: bool
    number: int
    at: int
    wide: int
    stride: int


class Scratch(NamedTuple):
    """Working arrays of one thread for phases and costs line by line.

    Attributes:
        shared_phase: S of each line of a strip, shape (2, lines).
        shared_cost: S of the cost of each line, shape (lines,).
        phases: phases of one line of a stored cost, shape (2, CHUNK).
        costs: costs of one line of a stored cost, shape (CHUNK,).
        ones, zeros: CHUNK ones and CHUNK zeros.
    """

    shared_phase: NDArray[np.floating]
    shared_cost: NDArray[np.floating]
    phases: NDArray[np.floating]
    costs: NDArray[np.floating]
    ones: NDArray[np.floating]
    zeros: NDArray[np.floating]


@jit(internal=True)
def _count_bits(grid, strip):
    """Return (bits along the strip, bits that number blocks or columns).

    The first are those that S depends on along the strip.
    """
    bits = grid.middle if strip.by_rows else grid.high
    return bits, grid.middle + grid.high - bits


@jit(internal=True)
def line_count(grid, strip):
    """Return how many lines the strip has."""
    return 1 << (grid.middle if strip.by_rows else grid.high + strip.wide)


@jit(internal=True)
def _place(strip, line):
    """Return (m, h) of a line."""
    if strip.by_rows:
        return line, strip.number
    return strip.number + (line & ((1 << strip.wide) - 1)), line >> strip.wide


@jit(internal=True)
def _run_of(grid, strip):
    """Return how many lines follow each other without a gap."""
    return 1 << (grid.middle if strip.by_rows else strip.wide)


@jit(internal=True)
def line_at(strip, line):
    """Return where a line begins in the arrays that hold the strip."""
    column = line & ((1 << strip.wide) - 1)
    return strip.at + (line >> strip.wide) * strip.stride + (column << CHUNK_BITS)


@jit(internal=True)
def line_index(grid, strip, line):
    """Return the index z of the first amplitude of a line."""
    middle, high = _place(strip, line)
    return ((high << grid.middle) + middle) << CHUNK_BITS


@jit(internal=True)
def fill_shared_phases(grid, strip, cost, tables, scratch):
    """Write the S of each line of the strip to ``scratch.shared_phase``."""
    if cost.kind != QUADRATIC:
        return
    bits, others = _count_bits(grid, strip)
    re, im = scratch.shared_phase[0], scratch.shared_phase[1]
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
def fill_shared_costs(grid, strip, cost, tables, scratch):
    """Write the S of the cost of each line of the strip to ``scratch.shared_cost``."""
    if cost.kind != QUADRATIC:
        return
    bits, others = _count_bits(grid, strip)
    of = tables.of_high_cost if strip.by_rows else tables.of_middle_cost
    shared, columns = scratch.shared_cost, 1 << strip.wide
    for column in range(columns):
        shared[column] = 0.0
    for level in range(bits):
        size = columns << level
        entry = (level << others) + strip.number
        for line in range(size):
            shared[size + line] = shared[line] + of[entry + (line & (columns - 1))]


@jit(internal=True)
def line_starts(strip, line, quadratic):
    """Return the first index of a line in A and in B.

    It follows from m and h; 0 where the line has its own arrays.
    """
    if not quadratic:
        return 0, 0
    middle, high = _place(strip, line)
    return middle << CHUNK_BITS, high << CHUNK_BITS


@jit(internal=True)
def _fill_phases(grid, strip, line, cost, phase, tables, scratch):
    """Write the phases of one line of a stored cost to ``scratch.phases``."""
    line_phases(
        scratch.phases[0], scratch.phases[1], CHUNK, cost, line_index(grid, strip, line),
        phase.flipped, phase.gamma, phase.scale, tables.levels[0], tables.levels[1],
    )  # fmt: skip


@jit(internal=True)
def _phase_arrays(cost, tables, scratch):
    """Return A, B, S of the phase as (re, im) each.

    A stored cost has its line in A, B = 1 and S = 1.
    """
    if cost.kind == QUADRATIC:
        return (
            tables.low[0], tables.low[1], tables.high[0], tables.high[1],
            scratch.shared_phase[0], scratch.shared_phase[1],
        )  # fmt: skip
    return (
        scratch.phases[0], scratch.phases[1], scratch.ones, scratch.zeros,
        scratch.ones, scratch.zeros,
    )  # fmt: skip


@jit(internal=True)
def _cost_arrays(cost, tables, scratch):
    """Return (A, B, S) of the cost.

    A stored cost has its line in A; the others are zero.
    """
    if cost.kind == QUADRATIC:
        return tables.low_cost, tables.high_cost, scratch.shared_cost
    return scratch.costs, scratch.zeros, scratch.zeros


@jit(internal=True)
def apply_phase(re, im, grid, strip, cost, phase, tables, scratch):
    """Multiply the strip by the phase.

    Args:
        re, im: arrays that hold the strip, real and imaginary parts, changed in place.
        grid: how the index is cut, a `Grid`.
        strip: where the strip is, a `Strip`.
        cost: the cost, a `Cost`.
        phase: γ, scale and flip of the layer, a `Phase`.
        tables: as `prepare_phase` fills them.
        scratch: one thread's working arrays, a `Scratch`.
    """
    if cost.kind == LEVELS and VECTOR_BYTES:
        run = _run_of(grid, strip)
        for line in range(0, line_count(grid, strip), run):
            multiply_levels(
                re, im, line_at(strip, line), run << CHUNK_BITS, cost,
                line_index(grid, strip, line), phase.flipped, tables.levels[0], tables.levels[1],
            )  # fmt: skip
        return
    quadratic = cost.kind == QUADRATIC
    fill_shared_phases(grid, strip, cost, tables, scratch)
    a_re, a_im, b_re, b_im, s_re, s_im = _phase_arrays(cost, tables, scratch)
    for line in range(line_count(grid, strip)):
        to = line_at(strip, line)
        if not quadratic:
            _fill_phases(grid, strip, line, cost, phase, tables, scratch)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        phase_chunk(re, im, to, a_re, a_im, a_at, b_re, b_im, b_at, s_re[entry], s_im[entry])


@jit(internal=True)
def strip_energy(re, im, grid, strip, cost, flipped, tables, scratch):
    """Return the strip's part of the energy, float64.

    Args:
        re, im, grid, strip, cost, scratch: as for `apply_phase`.
        flipped: True for the cost of the flipped bits.
        tables: as `prepare_costs` fills them.
    """
    quadratic = cost.kind == QUADRATIC
    fill_shared_costs(grid, strip, cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = line_at(strip, line)
        if not quadratic:
            line_costs(a, CHUNK, cost, line_index(grid, strip, line), flipped)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        total += energy_chunk(re, im, to, a, a_at, b, b_at, shared[entry])
    return total


@jit(internal=True)
def strip_apply_cost(bra_re, bra_im, re, im, grid, strip, cost, flipped, tables, scratch):
    """Set the bra's strip to cost times ket; return its part of the energy.

    Args:
        bra_re, bra_im: arrays that hold the strip of the bra, overwritten.
        re, im, grid, strip, cost, flipped, tables, scratch: as for `strip_energy`.
    """
    quadratic = cost.kind == QUADRATIC
    fill_shared_costs(grid, strip, cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = line_at(strip, line)
        if not quadratic:
            line_costs(a, CHUNK, cost, line_index(grid, strip, line), flipped)
        a_at, b_at = line_starts(strip, line, quadratic)
        entry = line if quadratic else 0
        total += apply_cost_chunk(bra_re, bra_im, re, im, to, a, a_at, b, b_at, shared[entry])
    return total


@jit(internal=True)
def strip_undo(bra_re, bra_im, re, im, grid, strip, cost, phase, tables, scratch):
    """Multiply bra and ket by the phase; return its part of Re ⟨bra| −iH |ket⟩.

    Args:
        bra_re, bra_im: arrays that hold the strip of the bra, changed in place.
        re, im, grid, strip, cost, phase, scratch: as for `apply_phase`.
        tables: as `prepare_phase` and `prepare_costs` fill them.
    """
    if cost.kind == LEVELS and cost.levels.shape[0] <= FEW:
        total = 0.0
        run = _run_of(grid, strip)
        for line in range(0, line_count(grid, strip), run):
            total += undo_levels(
                bra_re, bra_im, re, im, line_at(strip, line), run << CHUNK_BITS, cost,
                line_index(grid, strip, line), phase.flipped, tables.levels[0], tables.levels[1],
            )  # fmt: skip
        return total
    quadratic = cost.kind == QUADRATIC
    fill_shared_phases(grid, strip, cost, tables, scratch)
    fill_shared_costs(grid, strip, cost, tables, scratch)
    a_re, a_im, b_re, b_im, s_re, s_im = _phase_arrays(cost, tables, scratch)
    a, b, shared = _cost_arrays(cost, tables, scratch)
    total = 0.0
    for line in range(line_count(grid, strip)):
        to = line_at(strip, line)
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
