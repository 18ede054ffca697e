"""QAOA of a state larger than a cache: whole layers in about one pass over memory each.

A pass by rows works on contiguous blocks and rotates the low bits, a pass by columns on panels of
all blocks and rotates the high ones. The rotations of one layer commute, and only the phase waits
for all of them: so a pass finishes one layer, applies the next phase and begins the next layer,
and p layers take p + 1 passes. Sums are kept by block or panel and added in their order, so that
the number of threads does not change a bit of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import fill_start, mixer_of
from hybridq.engines.diagonal.kernels.butterflies import rotate_block
from hybridq.engines.diagonal.kernels.mirror import set_bits
from hybridq.engines.diagonal.kernels.panels import (
    gather,
    panel_count,
    panel_sides,
    panel_strip,
    rotate_panel,
    scatter,
)
from hybridq.engines.diagonal.kernels.tables import (
    Phase,
    Scratch,
    Strip,
    apply_phase,
    block_start,
    prepare_costs,
    prepare_phase,
    strip_energy,
)
from hybridq.engines.kernels.team import meet, share


class PassSpace(NamedTuple):
    """Working arrays; all but the last three have a leading axis of threads.

    Attributes:
        panels: a panel of two states in real and imaginary parts, shape (threads, 4, entries).
        share, share_cost, phases, costs: see `tables.Scratch`.
        total: accumulator of the adjoint rotation, at least a vector.
        signs: (−1)^{|v|} for v < CHUNK.
        flat: a chunk of ones and a chunk of zeros, shape (2, CHUNK).
        partial: sums by block or panel, float64, shape (4, most of them).
    """

    panels: NDArray[np.floating]
    share: NDArray[np.floating]
    share_cost: NDArray[np.floating]
    phases: NDArray[np.floating]
    costs: NDArray[np.floating]
    total: NDArray[np.floating]
    signs: NDArray[np.floating]
    flat: NDArray[np.floating]
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
def scratch_of(space, thread):
    """One thread's `Scratch`."""
    return Scratch(
        space.share[thread],
        space.share_cost[thread],
        space.phases[thread],
        space.costs[thread],
        space.flat[0],
        space.flat[1],
    )


@jit(internal=True)
def block_strip(grid, number):
    """The strip that is block `number`, where it lies in the state."""
    return Strip(True, number, block_start(grid, number), 0)


@jit(internal=True)
def _turn_row(re, im, number, grid, cost, turn, tables, space, thread):
    """One block's part of a pass by rows."""
    scratch = scratch_of(space, thread)
    bits = grid.low + grid.middle
    strip = block_strip(grid, number)
    if turn.start:
        amplitude = 1.0 / math.sqrt(2.0 ** (bits + grid.high))
        fill_start(re, im, strip.at, bits, amplitude, set_bits(number))
    if turn.before != 0.0:
        rotate_block(re, strip.at, bits, re.dtype.type(turn.before))
        rotate_block(im, strip.at, bits, re.dtype.type(turn.before))
    if turn.phased:
        phase = Phase(turn.gamma, turn.scale, turn.flipped)
        apply_phase(re, im, grid, strip, cost, phase, tables, scratch)
    if turn.after != 0.0:
        rotate_block(re, strip.at, bits, re.dtype.type(turn.after))
        rotate_block(im, strip.at, bits, re.dtype.type(turn.after))
    if turn.measured:
        space.partial[0, number] = strip_energy(
            re, im, grid, strip, cost, turn.flipped, tables, scratch
        )


@jit(internal=True)
def _turn_panel(re, im, number, grid, cost, turn, tables, space, thread):
    """One panel's part of a pass by columns."""
    scratch, panels, signs = scratch_of(space, thread), space.panels[thread], space.signs
    ket_re, ket_im = panels[0], panels[1]
    gather(re, ket_re, number, grid)
    gather(im, ket_im, number, grid)
    if turn.before != 0.0:
        rotate_panel(ket_re, ket_im, number, grid, signs, turn.before)
    total = 0.0
    phase = Phase(turn.gamma, turn.scale, turn.flipped)
    for side in range(panel_sides(grid)):
        strip = panel_strip(grid, number, side)
        if turn.phased:
            apply_phase(ket_re, ket_im, grid, strip, cost, phase, tables, scratch)
        if turn.measured:
            total += strip_energy(ket_re, ket_im, grid, strip, cost, turn.flipped, tables, scratch)
    if turn.after != 0.0:
        rotate_panel(ket_re, ket_im, number, grid, signs, turn.after)
    scatter(re, ket_re, number, grid)
    scatter(im, ket_im, number, grid)
    if turn.measured:
        space.partial[0, number] = total


@jit(internal=True)
def work_count(grid, by_rows):
    """How many pieces of work a pass has: blocks or panels."""
    return 1 << grid.high if by_rows else panel_count(grid)


@jit(internal=True)
def take_turn(re, im, grid, cost, turn, tables, space, counter, thread, threads):
    """This thread's share of one pass over the state; ends when all threads have done theirs."""
    first, last = share(thread, threads, work_count(grid, turn.by_rows))
    for number in range(first, last):
        if turn.by_rows:
            _turn_row(re, im, number, grid, cost, turn, tables, space, thread)
        else:
            _turn_panel(re, im, number, grid, cost, turn, tables, space, thread)
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
        for number in range(work_count(grid, by_rows)):
            value += space.partial[0, number]
    return value, flipped
