"""The columns' half of a layer and its exchange, as one pass over shared memory.

Ranks of one machine put a panel of their state, with its rotations done, into boxes that all of
them can read; each then takes the rows of its new layout from the boxes, finishes the layer on them
while they are in the cache, and stores them. The state is read and written once, and nothing else
is copied. The steps are those of `hybridq.engines.distributed.rows`, the slow twin, but that the
rotation of an anchor is left out where that one undoes it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import mixer_of
from hybridq.engines.diagonal.kernels.butterflies import rotate_levels
from hybridq.engines.diagonal.kernels.chunks import CHUNK, copy_chunk
from hybridq.engines.diagonal.kernels.panels import (
    Panel,
    panel_count,
    panel_of,
    panel_sides,
    rotate_complement_panel,
    run_bits,
)
from hybridq.engines.diagonal.kernels.passes import mixer_levels
from hybridq.engines.diagonal.kernels.spin_flip import count_set_bits
from hybridq.engines.diagonal.kernels.tables import block_start
from hybridq.engines.kernels.team import barrier

STRIP = 256
"""Columns that are worked on at a time: a few rows of them stay in the first-level cache."""


class Swap(NamedTuple):
    """The change of layout, and what the ranks of a machine share for it.

    Attributes:
        boxes: two panels of each thread, in turn, real and imaginary parts, of the dtype of the
            state, shape (ranks, threads, 2, 2, entries); shared.
        arrived: ranks that have filled a box, by thread, int64, shape (threads, 64); shared, and
            only growing.
        strips: working arrays, of the dtype of the state, shape (threads, 2, rows, STRIP).
        ranks: rank from which each half and row comes, int64, shape (halves, rows).
        lines: line of its panel there, int64, shape (halves, rows).
        quarters: powers of i, int64, shape (halves, rows).
        extra: column bits in the number of a line.
        symmetric: whether there are anchors.
        rank: the own rank.
    """

    boxes: NDArray[np.floating]
    arrived: NDArray[np.int64]
    strips: NDArray[np.floating]
    ranks: NDArray[np.int64]
    lines: NDArray[np.int64]
    quarters: NDArray[np.int64]
    extra: int
    symmetric: bool
    rank: int


class Step(NamedTuple):
    """The rotation of the rows, (x, y) ↦ (x + t y, y − t x), and what precedes it.

    Attributes:
        tangent: t, |t| ≤ 1.
        scale: product of the cosines that the rotations leave out.
        rows_flipped: all bits of the rows are flipped before.
        anchor_flipped: the anchor before is flipped, and so all rows.
    """

    tangent: float
    scale: float
    rows_flipped: bool
    anchor_flipped: bool


@jit(internal=True)
def _log2(power):
    """Return the exponent of a power of two."""
    bits = 0
    while 1 << bits < power:
        bits += 1
    return bits


@jit(internal=True)
def _gather(x, box, number, grid):
    """Copy a panel of the state `x`, and its complement, into one part of a box."""
    panel, run = panel_of(grid, number), run_bits(grid)
    for side in range(panel_sides(grid)):
        for line in range(1 << grid.high):
            at = (panel.far if side else panel.near) + line * panel.stride
            to = ((side << grid.high) + line) << run
            for v in range(0, 1 << run, CHUNK):
                copy_chunk(box, to + v, x, at + v)


@jit(internal=True)
def _rotate_but_anchor(re, im, number, grid, swap, signs, tangent):
    """Apply the panels' part of a mixer within a rank, but for the anchor's rotation."""
    run = run_bits(grid)
    t = re.dtype.type(tangent)
    anchor = run + swap.extra
    for side in range(panel_sides(grid)):
        start = side << (run + grid.high)
        for line in range(1 << (grid.high - swap.extra)):
            at = start + (line << anchor)
            rotate_levels(re, at, run, anchor, t)
            rotate_levels(im, at, run, anchor, t)
        first = anchor + 1 if swap.symmetric else anchor
        rotate_levels(re, start, first, run + grid.high, t)
        rotate_levels(im, start, first, run + grid.high, t)
    if swap.symmetric:
        panel = Panel(0, 1 << (run + grid.high), 1 << run)
        rotate_complement_panel(re, im, panel, number, grid, signs, tangent)


@jit(internal=True)
def _scaled(x, to, factor):
    """Write a multiple of x elsewhere."""
    for i in range(to.shape[0]):
        to[i] = factor * x[i]


@jit(internal=True)
def _load(boxes, swap, step, half, line, column, run, strip):
    """Take a strip of all rows of a half from the boxes, in the frame after.

    Returns:
        the amplitudes taken from other ranks.
    """
    rows = swap.lines.shape[1]
    wide = strip.shape[2]
    foreign = 0
    for row in range(rows):
        to, power = row, swap.quarters[half, row]
        source = row
        if step.rows_flipped:
            to = rows - 1 - row
            power += 2 * (count_set_bits(to) & 1)
        if step.anchor_flipped:
            source = rows - 1 - row
            power += 2 if row < source else 0
        owner = swap.ranks[half, source]
        foreign += wide if owner != swap.rank else 0
        at = ((swap.lines[half, source] + line) << run) + column
        for part in range(2):
            sign = 1.0 if (power + (power & part)) & 2 == 0 else -1.0
            _scaled(
                boxes[owner, part, at : at + wide], strip[part ^ (power & 1), to],
                strip.dtype.type(sign * step.scale),
            )  # fmt: skip
    return foreign


@jit(internal=True)
def _join(ket, grid, number, boxes, swap, step, strip):
    """Finish a panel in the new layout; return the amplitudes taken from other ranks."""
    halves, rows = swap.lines.shape
    bits = swap.extra
    panel, run, wide = panel_of(grid, number), run_bits(grid), strip.shape[2]
    chain, short = _log2(rows), _log2(wide)
    tangent, foreign = strip.dtype.type(step.tangent), 0
    for side in range(panel_sides(grid)):
        first = panel.far if side else panel.near
        for half in range(halves):
            for extra in range(1 << bits):
                line = extra + (side << grid.high)
                for column in range(0, 1 << run, wide):
                    foreign += _load(boxes, swap, step, half, line, column, run, strip)
                    for part in range(2):
                        flat = strip[part].reshape(rows * wide)
                        rotate_levels(flat, 0, short, short + chain, tangent)
                        for row in range(rows):
                            place = ((row * halves + half) << bits) + extra
                            at = block_start(grid, place) + first + column
                            for v in range(0, wide, CHUNK):
                                copy_chunk(ket[part], at + v, flat, row * wide + v)
    return foreign


@jit()
def swap_columns(ket, grid, signs, swap, within, beta, taken, counter, thread, threads):
    """Finish the mixers within a rank, change the layout, and finish the layer.

    Every thread of a team calls this at once, on every rank of the machine, with as many threads.

    Args:
        ket: the state after the rows' half of the layer, float32 or float64, shape (2, entries).
        grid: how the index is cut, a `Grid`; the lines of its panels are rows, halves and columns.
        signs: (−1)^{|v|} for v < CHUNK.
        swap: the change of layout, a `Swap`.
        within: angle of the mixer within the rank, float64, radians.
        beta: angle of the rows' mixer, float64, radians.
        taken: amplitudes taken from other ranks by each thread, int64, shape (threads,),
            overwritten.
        counter, thread, threads: from `Team.run`.
    """
    tangent, _, _ = mixer_of(within, mixer_levels(grid))
    of_rows, scale, flipped = mixer_of(beta, _log2(swap.lines.shape[1]))
    if swap.symmetric:  # the phase has the factor of an anchor's rotation, which is left out
        scale *= math.sqrt(1.0 + tangent * tangent)
    step = Step(of_rows, scale, flipped, flipped and swap.symmetric)
    ranks = swap.boxes.shape[0]
    taken[thread] = 0
    slot = 0
    for number in range(thread, panel_count(grid), threads):
        box = swap.boxes[swap.rank, thread, slot]
        _gather(ket[0], box[0], number, grid)
        _gather(ket[1], box[1], number, grid)
        _rotate_but_anchor(box[0], box[1], number, grid, swap, signs, tangent)
        # A box is filled again only after the next barrier, when all have emptied it.
        barrier(swap.arrived[thread], ranks)
        taken[thread] += _join(
            ket, grid, number, swap.boxes[:, thread, slot], swap, step, swap.strips[thread]
        )
        slot = 1 - slot
    barrier(counter, threads)
