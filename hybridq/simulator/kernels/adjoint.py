"""The gradient of a large QAOA state: the passes of `passes`, backwards, over bra and ket."""

from __future__ import annotations

from typing import NamedTuple

from hybridq._jit import jit
from hybridq.simulator.kernels.block import mixer_of
from hybridq.simulator.kernels.butterflies import adjoint_block, adjoint_levels, rotate_block
from hybridq.simulator.kernels.mirror import couple_overlap, mirror_sign, parity
from hybridq.simulator.kernels.passes import (
    gather,
    mirror_columns,
    mixer_levels,
    rotate_columns,
    scatter,
    strip_count,
)
from hybridq.simulator.kernels.phases import CHUNK, CHUNK_BITS
from hybridq.simulator.kernels.tables import (
    Phase,
    Strip,
    apply_phase,
    prepare_costs,
    prepare_phase,
    strip_cost_overlap,
    strip_times_cost,
)
from hybridq.simulator.kernels.team import meet, share

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
def _adjoint_columns(bra_re, bra_im, ket_re, ket_im, number, grid, signs, tangent, weight, total):
    """Undo the columns' part of a mixer in scratch; returns its overlap."""
    t = ket_re.dtype.type(-tangent)
    size = 1 << (grid.low + grid.high)
    stop = grid.low + grid.high
    overlap = 0.0
    for at in range(0, 2 * size if grid.symmetric else size, size):
        overlap += adjoint_levels(bra_re, ket_re, at, grid.low, stop, t, weight, total)
        overlap += adjoint_levels(bra_im, ket_im, at, grid.low, stop, t, weight, total)
    if grid.symmetric:
        weight *= (1.0 / (1.0 + tangent * tangent)) ** grid.high
        bits = grid.low + grid.middle + grid.high
        lines = 1 << grid.high
        sign = mirror_sign(bits) * parity(number)
        part = 0.0
        for line in range(lines):
            low, high = line << CHUNK_BITS, (2 * lines - 1 - line) << CHUNK_BITS
            part += couple_overlap(
                bra_re, bra_im, ket_re, ket_im, low, high, CHUNK, signs, sign * parity(line),
                bits % 2 == 1,
            )  # fmt: skip
        overlap += weight * part
        mirror_columns(bra_re, bra_im, number, grid, signs, -tangent)
        mirror_columns(ket_re, ket_im, number, grid, signs, -tangent)
    return overlap


@jit(internal=True)
def _adjoint_rows(bra, ket, at, bits, tangent, weight, total):
    """Undo the rows' part of a mixer on one block; returns its overlap."""
    t = ket.dtype.type(-tangent)
    overlap = adjoint_block(bra[0], ket[0], at, bits, t, weight, total)
    return overlap + adjoint_block(bra[1], ket[1], at, bits, t, weight, total)


@jit(internal=True)
def _back_row(bra, ket, number, grid, cost, turn, tables, space, thread):
    """One block's part of a pass back by rows."""
    bits = grid.low + grid.middle
    at = number << bits
    total, share = space.total[thread], space.share[thread]
    share_cost, costs = space.share_cost[thread], space.costs[thread]
    flipped = turn.flipped
    phase = Phase(turn.gamma, turn.scale, turn.flipped)
    partial = space.partial
    if turn.first:
        rotate_block(ket[0], at, bits, ket.dtype.type(turn.before))
        rotate_block(ket[1], at, bits, ket.dtype.type(turn.before))
        partial[ENERGY, number] = strip_times_cost(
            bra[0], bra[1], ket[0], ket[1], at, grid, Strip(True, number), cost, flipped, tables,
            share_cost, costs,
        )  # fmt: skip
    else:
        partial[BEFORE, number] = _adjoint_rows(bra, ket, at, bits, turn.before, turn.weight, total)
        apply_phase(bra[0], bra[1], at, grid, Strip(True, number), cost, phase, tables, share)
        apply_phase(ket[0], ket[1], at, grid, Strip(True, number), cost, phase, tables, share)
        partial[PHASE, number] = strip_cost_overlap(
            bra[0], bra[1], ket[0], ket[1], at, grid, Strip(True, number), cost, flipped, tables,
            share_cost, costs,
        )  # fmt: skip
    if turn.begins:
        partial[AFTER, number] = _adjoint_rows(bra, ket, at, bits, turn.after, 1.0, total)


@jit(internal=True)
def _back_column(bra, ket, number, grid, cost, turn, tables, space, thread):
    """One column's part, and its complement's, of a pass back by columns."""
    size = 1 << (grid.low + grid.high)
    columns, signs = space.columns[thread], space.signs[thread]
    ket_re, ket_im, bra_re, bra_im = columns[0], columns[1], columns[2], columns[3]
    total, share = space.total[thread], space.share[thread]
    share_cost, costs = space.share_cost[thread], space.costs[thread]
    flipped = turn.flipped
    phase = Phase(turn.gamma, turn.scale, turn.flipped)
    partial = space.partial
    last = (1 << grid.middle) - 1
    pair = 2 if grid.symmetric else 1
    for side in range(pair):
        strip = last - number if side else number
        gather(ket[0], ket_re, side * size, strip, grid)
        gather(ket[1], ket_im, side * size, strip, grid)
        if not turn.first:
            gather(bra[0], bra_re, side * size, strip, grid)
            gather(bra[1], bra_im, side * size, strip, grid)
    partial[ENERGY, number] = 0.0
    partial[PHASE, number] = 0.0
    if turn.first:
        rotate_columns(ket_re, ket_im, number, grid, signs, turn.before)
    else:
        partial[BEFORE, number] = _adjoint_columns(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, turn.before, turn.weight, total
        )
    for side in range(pair):
        strip = last - number if side else number
        at = side * size
        if turn.first:
            partial[ENERGY, number] += strip_times_cost(
                bra_re, bra_im, ket_re, ket_im, at, grid, Strip(False, strip), cost, flipped,
                tables, share_cost, costs,
            )  # fmt: skip
        else:
            apply_phase(bra_re, bra_im, at, grid, Strip(False, strip), cost, phase, tables, share)
            apply_phase(ket_re, ket_im, at, grid, Strip(False, strip), cost, phase, tables, share)
            partial[PHASE, number] += strip_cost_overlap(
                bra_re, bra_im, ket_re, ket_im, at, grid, Strip(False, strip), cost, flipped,
                tables, share_cost, costs,
            )  # fmt: skip
    if turn.begins:
        partial[AFTER, number] = _adjoint_columns(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, turn.after, 1.0, total
        )
    for side in range(pair):
        strip = last - number if side else number
        scatter(ket[0], ket_re, side * size, strip, grid)
        scatter(ket[1], ket_im, side * size, strip, grid)
        scatter(bra[0], bra_re, side * size, strip, grid)
        scatter(bra[1], bra_im, side * size, strip, grid)


@jit(internal=True)
def _take_turn_back(bra, ket, grid, cost, turn, tables, space, sums, counter, thread, threads):
    """This thread's share of one pass back; then the pass's sums over all strips into `sums`."""
    strips = strip_count(grid, turn.by_rows)
    first, last = share(thread, threads, strips)
    for number in range(first, last):
        if turn.by_rows:
            _back_row(bra, ket, number, grid, cost, turn, tables, space, thread)
        else:
            _back_column(bra, ket, number, grid, cost, turn, tables, space, thread)
    meet(counter, threads)
    if thread == 0:
        for kind in range(4):
            sums[kind] = 0.0
            for number in range(strips):
                sums[kind] += space.partial[kind, number]


@jit()
def pass_gradient(
    ket, bra, grid, x, cost, tables, space, flipped, sums, gradient, counter, thread, threads
):
    """The expectation; its derivatives into `gradient`. Called by every thread of a team at once.

    Args:
        ket: the state as `pass_evolve` leaves it without `finish`, shape (2, 2**m), overwritten.
        bra: a second state, overwritten.
        flipped: what `pass_evolve` returned.
        sums: four float64 numbers to work with.
    """
    layers = x.shape[0] // 2
    levels = mixer_levels(grid)
    rows_levels = grid.low + grid.middle
    tangent, _, _ = mixer_of(x[2 * layers - 1], levels)
    by_rows = layers % 2 == 0
    turn = AdjointTurn(by_rows, True, tangent, 1.0, 0.0, 1.0, flipped, True, tangent)
    _take_turn_back(bra, ket, grid, cost, turn, tables, space, sums, counter, thread,
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
            if turned:
                prepare_costs(grid, cost, flipped, tables)
            prepare_phase(grid, cost, Phase(-x[layer], scale, flipped), tables)
        meet(counter, threads)
        turn = AdjointTurn(
            by_rows, False, tangent, weight, -x[layer], scale, flipped, layer > 0, after
        )
        _take_turn_back(bra, ket, grid, cost, turn, tables, space, sums, counter, thread,
                        threads)  # fmt: skip
        if thread == 0:
            gradient[layers + layer] += 2.0 * sums[BEFORE]
            gradient[layer] = 2.0 * sums[PHASE]
            if layer:
                gradient[layers + layer - 1] = 2.0 * sums[AFTER]
    return value
