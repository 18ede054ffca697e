"""QAOA of a state larger than a cache: whole layers in about one pass over memory each.

A pass by rows works on contiguous blocks and rotates the low bits, a pass by columns on one chunk
of every block and rotates the high ones. The rotations of one layer commute, and only the phase
waits for all of them: so a pass finishes one layer, applies the next phase and begins the next
layer, and p layers take p + 1 passes. Sums are kept by strip and added in the order of the strips,
so that the number of threads does not change a bit of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq._jit import jit
from hybridq.simulator.kernels.block import fill_start, mixer_of
from hybridq.simulator.kernels.butterflies import rotate_block, rotate_levels
from hybridq.simulator.kernels.mirror import couple, mirror_sign, parity
from hybridq.simulator.kernels.phases import CHUNK, CHUNK_BITS
from hybridq.simulator.kernels.tables import (
    Phase,
    Strip,
    apply_phase,
    line_index,
    prepare_costs,
    prepare_phase,
    strip_energy,
)
from hybridq.simulator.kernels.team import meet, share


class PassSpace(NamedTuple):
    """Working arrays, all but `partial` with a leading axis of threads.

    Attributes:
        columns: a column, with symmetry beside that of the complement, of two states in real and
            imaginary parts: shape (threads, 4, 1 or 2 times 2**(H+V)).
        share: S of a strip, shape (threads, 2, lines).
        share_cost: the same of the cost, float64, shape (threads, lines).
        costs: costs of one line, float64, shape (threads, CHUNK).
        total: accumulator of the adjoint rotation, at least a vector.
        signs: (−1)^{|v|} for v < CHUNK.
        partial: sums by strip, float64, shape (4, strips).
    """

    columns: NDArray[np.floating]
    share: NDArray[np.floating]
    share_cost: NDArray[np.float64]
    costs: NDArray[np.float64]
    total: NDArray[np.floating]
    signs: NDArray[np.floating]
    partial: NDArray[np.float64]


class Turn(NamedTuple):
    """What one pass does: finish a layer's mixer, apply a phase, begin the next layer's mixer."""

    by_rows: bool
    start: bool  # fill with the start state first
    before: float  # tangent of the mixer to finish
    phased: bool
    gamma: float
    scale: float
    flipped: bool  # the cost that this pass meets has all its bits flipped
    after: float  # tangent of the mixer to begin
    measured: bool  # sum the energy at the end


@jit(internal=True)
def gather(x, column, to, number, grid):
    """Copy the column `number` into scratch, contiguous from `to`."""
    for line in range(1 << grid.high):
        at = line_index(grid, Strip(False, number), line)
        into = to + (line << CHUNK_BITS)
        for v in range(CHUNK):
            column[into + v] = x[at + v]


@jit(internal=True)
def scatter(x, column, to, number, grid):
    """Copy the column `number` back from scratch."""
    for line in range(1 << grid.high):
        at = line_index(grid, Strip(False, number), line)
        into = to + (line << CHUNK_BITS)
        for v in range(CHUNK):
            x[at + v] = column[into + v]


@jit(internal=True)
def mirror_columns(re, im, number, grid, signs, tangent):
    """The mirror coupling of column `number`, from 0, and its complement behind it."""
    bits = grid.low + grid.middle + grid.high
    lines = 1 << grid.high
    sign = tangent * mirror_sign(bits) * parity(number)
    for line in range(lines):
        low, high = line << CHUNK_BITS, (2 * lines - 1 - line) << CHUNK_BITS
        couple(re, im, low, high, CHUNK, signs, re.dtype.type(sign * parity(line)), bits % 2 == 1)


@jit(internal=True)
def rotate_columns(re, im, number, grid, signs, tangent):
    """The part of a layer's mixer that belongs to columns, in scratch."""
    t = re.dtype.type(tangent)
    size = 1 << (grid.low + grid.high)
    for at in range(0, 2 * size if grid.symmetric else size, size):
        rotate_levels(re, at, grid.low, grid.low + grid.high, t)
        rotate_levels(im, at, grid.low, grid.low + grid.high, t)
    if grid.symmetric:
        mirror_columns(re, im, number, grid, signs, tangent)


@jit(internal=True)
def _turn_row(re, im, number, grid, cost, turn, tables, space, thread):
    """One block's part of a pass by rows."""
    share, share_cost, costs = space.share[thread], space.share_cost[thread], space.costs[thread]
    bits = grid.low + grid.middle
    at = number << bits
    if turn.start:
        set_bits = 0
        rest = number
        while rest:
            rest &= rest - 1
            set_bits += 1
        fill_start(re, im, at, bits, 1.0 / math.sqrt(2.0 ** (bits + grid.high)), set_bits)
    if turn.before != 0.0:
        rotate_block(re, at, bits, re.dtype.type(turn.before))
        rotate_block(im, at, bits, re.dtype.type(turn.before))
    if turn.phased:
        phase = Phase(turn.gamma, turn.scale, turn.flipped)
        apply_phase(re, im, at, grid, Strip(True, number), cost, phase, tables, share)
    if turn.after != 0.0:
        rotate_block(re, at, bits, re.dtype.type(turn.after))
        rotate_block(im, at, bits, re.dtype.type(turn.after))
    if turn.measured:
        space.partial[0, number] = strip_energy(
            re, im, at, grid, Strip(True, number), cost, turn.flipped, tables, share_cost, costs
        )


@jit(internal=True)
def _turn_column(re, im, number, grid, cost, turn, tables, space, thread):
    """One column's part, and its complement's, of a pass by columns."""
    share, share_cost, costs = space.share[thread], space.share_cost[thread], space.costs[thread]
    columns, signs = space.columns[thread], space.signs[thread]
    size = 1 << (grid.low + grid.high)
    ket_re, ket_im = columns[0], columns[1]
    complement = (1 << grid.middle) - 1 - number
    pair = 2 if grid.symmetric else 1
    for side in range(pair):
        gather(re, ket_re, side * size, complement if side else number, grid)
        gather(im, ket_im, side * size, complement if side else number, grid)
    if turn.before != 0.0:
        rotate_columns(ket_re, ket_im, number, grid, signs, turn.before)
    if turn.phased:
        phase = Phase(turn.gamma, turn.scale, turn.flipped)
        for side in range(pair):
            strip = complement if side else number
            apply_phase(
                ket_re, ket_im, side * size, grid, Strip(False, strip), cost, phase, tables, share
            )
    if turn.after != 0.0:
        rotate_columns(ket_re, ket_im, number, grid, signs, turn.after)
    total = 0.0
    for side in range(pair):
        strip = complement if side else number
        if turn.measured:
            total += strip_energy(
                ket_re, ket_im, side * size, grid, Strip(False, strip), cost, turn.flipped, tables,
                share_cost, costs,
            )  # fmt: skip
        scatter(re, ket_re, side * size, strip, grid)
        scatter(im, ket_im, side * size, strip, grid)
    if turn.measured:
        space.partial[0, number] = total


@jit(internal=True)
def strip_count(grid, by_rows):
    """How many pieces of work a pass has: blocks, or columns (with symmetry, pairs of them)."""
    if by_rows:
        return 1 << grid.high
    return 1 << (grid.middle - 1 if grid.symmetric else grid.middle)


@jit(internal=True)
def take_turn(re, im, grid, cost, turn, tables, space, counter, thread, threads):
    """This thread's share of one pass over the state; ends when all threads have done theirs."""
    first, last = share(thread, threads, strip_count(grid, turn.by_rows))
    for number in range(first, last):
        if turn.by_rows:
            _turn_row(re, im, number, grid, cost, turn, tables, space, thread)
        else:
            _turn_column(re, im, number, grid, cost, turn, tables, space, thread)
    meet(counter, threads)


@jit(internal=True)
def mixer_levels(grid):
    """How many rotations a layer's mixer has."""
    return grid.low + grid.middle + grid.high + (1 if grid.symmetric else 0)


@jit()
def pass_evolve(re, im, grid, x, cost, tables, space, finish, counter, thread, threads):
    """Run all layers from |+…+⟩, the last layer's second half only with `finish`.

    Called by every thread of a team at once.

    Returns:
        (energy, flipped): the expectation (with `finish`), and whether the state ends with all
        bits flipped.
    """
    layers = x.shape[0] // 2
    flipped = False
    by_rows = True
    before = 0.0
    for layer in range(layers):
        tangent, scale, turned = mixer_of(x[layers + layer], mixer_levels(grid))
        if thread == 0:
            prepare_phase(grid, cost, Phase(x[layer], scale, flipped), tables)
        meet(counter, threads)
        turn = Turn(by_rows, layer == 0, before, True, x[layer], scale, flipped, tangent, False)
        take_turn(re, im, grid, cost, turn, tables, space, counter, thread, threads)
        flipped = flipped != (turned and not grid.symmetric)
        before = tangent
        by_rows = not by_rows
    if thread == 0:
        prepare_costs(grid, cost, flipped, tables)
    meet(counter, threads)
    value = 0.0
    if finish:
        turn = Turn(by_rows, False, before, False, 0.0, 1.0, flipped, 0.0, True)
        take_turn(re, im, grid, cost, turn, tables, space, counter, thread, threads)
        for number in range(strip_count(grid, by_rows)):
            value += space.partial[0, number]
    return value, flipped
