"""The gradient of a large QAOA state: the passes of `passes`, backwards, over bra and ket."""

from __future__ import annotations

from typing import NamedTuple

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import mixer_of
from hybridq.engines.diagonal.kernels.butterflies import adjoint_block, rotate_block
from hybridq.engines.diagonal.kernels.panels import (
    adjoint_panel,
    gather,
    panel_sides,
    panel_strip,
    rotate_panel,
    scatter,
)
from hybridq.engines.diagonal.kernels.passes import (
    block_strip,
    mixer_levels,
    scratch_of,
    work_count,
)
from hybridq.engines.diagonal.kernels.tables import (
    Phase,
    prepare_costs,
    prepare_phase,
    strip_undo,
    strip_weigh,
)
from hybridq.engines.kernels.team import meet, share

ENERGY, BEFORE, PHASE, AFTER = 0, 1, 2, 3


class AdjointTurn(NamedTuple):
    """What one pass back does.

    The first finishes the forward run and makes the bra, H|ket⟩; each later one undoes the rest of
    a layer's mixer and its phase. All but the last then begin to undo the mixer before that.
    """

    by_rows: bool
    first: bool
    before: float  # tangent of the mixer to finish (first) or to finish undoing
    weight: float  # of an overlap taken at the start of that
    gamma: float  # of the phase that undoes the layer's: the negative of the forward one
    scale: float
    flipped: bool  # the cost that this pass meets has all its bits flipped
    begins: bool
    after: float  # tangent of the mixer to begin undoing


@jit(internal=True)
def _adjoint_rows(bra, ket, at, bits, tangent, weight, total):
    """Undo the rows' part of a mixer on one block; returns its overlap."""
    t = ket.dtype.type(-tangent)
    overlap = adjoint_block(bra[0], ket[0], at, bits, t, weight, total)
    return overlap + adjoint_block(bra[1], ket[1], at, bits, t, weight, total)


@jit(internal=True)
def _back_row(bra, ket, number, grid, cost, measured, turn, tables, space, thread):
    """One block's part of a pass back by rows."""
    scratch, total, partial = scratch_of(space, thread), space.total[thread], space.partial
    bits = grid.low + grid.middle
    strip = block_strip(grid, number)
    if turn.first:
        rotate_block(ket[0], strip.at, bits, ket.dtype.type(turn.before))
        rotate_block(ket[1], strip.at, bits, ket.dtype.type(turn.before))
        partial[ENERGY, number] = strip_weigh(
            bra[0], bra[1], ket[0], ket[1], grid, strip, measured, turn.flipped, tables, scratch
        )
    else:
        partial[BEFORE, number] = _adjoint_rows(
            bra, ket, strip.at, bits, turn.before, turn.weight, total
        )
        phase = Phase(turn.gamma, turn.scale, turn.flipped)
        partial[PHASE, number] = strip_undo(
            bra[0], bra[1], ket[0], ket[1], grid, strip, cost, phase, tables, scratch
        )
    if turn.begins:
        partial[AFTER, number] = _adjoint_rows(bra, ket, strip.at, bits, turn.after, 1.0, total)


@jit(internal=True)
def _back_panel(bra, ket, number, grid, cost, measured, turn, tables, space, thread):
    """One panel's part of a pass back by columns."""
    scratch, total, partial = scratch_of(space, thread), space.total[thread], space.partial
    panels, signs = space.panels[thread], space.signs
    ket_re, ket_im, bra_re, bra_im = panels[0], panels[1], panels[2], panels[3]
    gather(ket[0], ket_re, number, grid)
    gather(ket[1], ket_im, number, grid)
    if turn.first:
        rotate_panel(ket_re, ket_im, number, grid, signs, turn.before)
    else:
        gather(bra[0], bra_re, number, grid)
        gather(bra[1], bra_im, number, grid)
        partial[BEFORE, number] = adjoint_panel(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, turn.before, turn.weight, total
        )
    value = 0.0
    phase = Phase(turn.gamma, turn.scale, turn.flipped)
    for side in range(panel_sides(grid)):
        strip = panel_strip(grid, number, side)
        if turn.first:
            value += strip_weigh(
                bra_re,
                bra_im,
                ket_re,
                ket_im,
                grid,
                strip,
                measured,
                turn.flipped,
                tables,
                scratch,
            )
        else:
            value += strip_undo(
                bra_re, bra_im, ket_re, ket_im, grid, strip, cost, phase, tables, scratch
            )
    partial[ENERGY if turn.first else PHASE, number] = value
    if turn.begins:
        partial[AFTER, number] = adjoint_panel(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, turn.after, 1.0, total
        )
    scatter(ket[0], ket_re, number, grid)
    scatter(ket[1], ket_im, number, grid)
    scatter(bra[0], bra_re, number, grid)
    scatter(bra[1], bra_im, number, grid)


@jit(internal=True)
def _take_turn_back(
    bra, ket, grid, cost, measured, turn, tables, space, sums, counter, thread, threads
):
    """This thread's share of one pass back; then all its sums into `sums`."""
    pieces = work_count(grid, turn.by_rows)
    first, last = share(thread, threads, pieces)
    for number in range(first, last):
        if turn.by_rows:
            _back_row(bra, ket, number, grid, cost, measured, turn, tables, space, thread)
        else:
            _back_panel(bra, ket, number, grid, cost, measured, turn, tables, space, thread)
    meet(counter, threads)
    if thread == 0:
        for kind in range(4):
            sums[kind] = 0.0
            for number in range(pieces):
                sums[kind] += space.partial[kind, number]


@jit()
def pass_gradient(
    ket, bra, grid, x, cost, measured, tables, space, flipped, sums, gradient, counter, thread,
    threads,
):  # fmt: skip
    """The expectation; its derivatives into `gradient`. Called by every thread of a team at once.

    Args:
        ket: the state as `pass_evolve` leaves it without `finish`, shape (2, 2**m), overwritten.
        bra: a second state, overwritten.
        measured: the cost whose expectation this is: `cost`, or another one, which is stored.
        flipped: what `pass_evolve` returned.
        sums: four float64 numbers to work with.
    """
    layers = x.shape[0] // 2
    levels = mixer_levels(grid)
    rows_levels = grid.low + grid.middle
    tangent, _, _ = mixer_of(x[2 * layers - 1], levels)
    by_rows = layers % 2 == 0
    turn = AdjointTurn(by_rows, True, tangent, 1.0, 0.0, 1.0, flipped, True, tangent)
    _take_turn_back(bra, ket, grid, cost, measured, turn, tables, space, sums, counter, thread,
                    threads)  # fmt: skip
    value = sums[ENERGY]
    if thread == 0:
        gradient[2 * layers - 1] = 2.0 * sums[AFTER]
    for layer in range(layers - 1, -1, -1):
        tangent, scale, turned = mixer_of(x[layers + layer], levels)
        # The part that the last pass undid has scaled both vectors by 1/cos β a level.
        done = rows_levels if by_rows else levels - rows_levels
        weight = (1.0 / (1.0 + tangent * tangent)) ** done
        by_rows = not by_rows
        after = 0.0
        if layer:
            after, _, _ = mixer_of(x[layers + layer - 1], levels)
        turned = turned and not grid.symmetric
        flipped = flipped != turned
        if thread == 0:
            prepare_costs(grid, cost, flipped, tables)
            prepare_phase(grid, cost, Phase(-x[layer], scale, flipped), tables)
        meet(counter, threads)
        turn = AdjointTurn(
            by_rows, False, tangent, weight, -x[layer], scale, flipped, layer > 0, after
        )
        _take_turn_back(bra, ket, grid, cost, cost, turn, tables, space, sums, counter, thread,
                        threads)  # fmt: skip
        if thread == 0:
            gradient[layers + layer] += 2.0 * sums[BEFORE]
            gradient[layer] = 2.0 * sums[PHASE]
            if layer:
                gradient[layers + layer - 1] = 2.0 * sums[AFTER]
    return value
