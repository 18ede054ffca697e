"""Adjoint gradient of a large QAOA state: backward passes over bra and ket."""

from __future__ import annotations

from typing import NamedTuple

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import mixer_of
from hybridq.engines.diagonal.kernels.butterflies import adjoint_block, rotate_block
from hybridq.engines.diagonal.kernels.panels import (
    adjoint_panel,
    panel_sides,
    panel_strip,
    rotate_panel,
)
from hybridq.engines.diagonal.kernels.passes import (
    block_strip,
    mixer_levels,
    scratch_of,
    work_count,
)
from hybridq.engines.diagonal.kernels.strips import strip_apply_cost, strip_undo
from hybridq.engines.diagonal.kernels.tables import Phase, prepare_costs, prepare_phase
from hybridq.engines.kernels.team import barrier, slice_of

ENERGY, BEFORE, PHASE, AFTER = 0, 1, 2, 3
MAKE_BRA, UNDO, NOTHING = 0, 1, 2


class AdjointPassPlan(NamedTuple):
    """Steps of one backward pass.

    The first pass finishes the forward run and makes the bra, H|ket⟩, unless there is one; each
    later one undoes the rest of a layer's mixer and its phase. All but the last then begin to undo
    the mixer before.

    Attributes:
        by_rows: True for a pass over blocks, False for one over panels.
        task: `MAKE_BRA` for the first pass, `NOTHING` for it where the bra is there already and the
            forward run is finished, `UNDO` for each later one.
        before: tan β of the mixer to finish (first pass) or to finish undoing.
        weight: weight of an overlap taken at the start of that.
        gamma, scale: of the phase that undoes the layer's, scale · e^{−iγE}; γ is the negative of
            the forward one.
        flipped: E is the cost with all bits flipped.
        begins: begin to undo a mixer at the end.
        after: tan β of that mixer.
    """

    by_rows: bool
    task: int
    before: float
    weight: float
    gamma: float
    scale: float
    flipped: bool
    begins: bool
    after: float


@jit(internal=True)
def _adjoint_rows(bra, ket, at, bits, tangent, weight, total):
    """Undo the rows' part of a mixer on one block; return its overlap."""
    t = ket.dtype.type(-tangent)
    overlap = adjoint_block(bra[0], ket[0], at, bits, t, weight, total)
    return overlap + adjoint_block(bra[1], ket[1], at, bits, t, weight, total)


@jit(internal=True)
def _adjoint_over_block(bra, ket, number, grid, cost, measured, plan, tables, space, thread):
    """Do one block's part of a backward pass by rows."""
    scratch, total, partial = scratch_of(space, thread), space.total[thread], space.partial
    bits = grid.low + grid.middle
    strip = block_strip(grid, number)
    if plan.task == MAKE_BRA:
        rotate_block(ket[0], strip.at, bits, ket.dtype.type(plan.before))
        rotate_block(ket[1], strip.at, bits, ket.dtype.type(plan.before))
        partial[ENERGY, number] = strip_apply_cost(
            bra[0], bra[1], ket[0], ket[1], grid, strip, measured, plan.flipped, tables, scratch
        )
    elif plan.task == UNDO:
        partial[BEFORE, number] = _adjoint_rows(
            bra, ket, strip.at, bits, plan.before, plan.weight, total
        )
        phase = Phase(plan.gamma, plan.scale, plan.flipped)
        partial[PHASE, number] = strip_undo(
            bra[0], bra[1], ket[0], ket[1], grid, strip, cost, phase, tables, scratch
        )
    if plan.begins:
        partial[AFTER, number] = _adjoint_rows(bra, ket, strip.at, bits, plan.after, 1.0, total)


@jit(internal=True)
def _adjoint_over_panel(bra, ket, number, grid, cost, measured, plan, tables, space, thread):
    """Do one panel's part of a backward pass by columns."""
    scratch, total, partial = scratch_of(space, thread), space.total[thread], space.partial
    ket_re, ket_im, bra_re, bra_im, signs = ket[0], ket[1], bra[0], bra[1], space.signs
    if plan.task == MAKE_BRA:
        rotate_panel(ket_re, ket_im, number, grid, signs, plan.before)
    if plan.task == UNDO:
        partial[BEFORE, number] = adjoint_panel(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, plan.before, plan.weight, total
        )
    value = 0.0
    phase = Phase(plan.gamma, plan.scale, plan.flipped)
    for side in range(panel_sides(grid)):
        strip = panel_strip(grid, number, side)
        if plan.task == MAKE_BRA:
            value += strip_apply_cost(
                bra_re, bra_im, ket_re, ket_im, grid, strip, measured, plan.flipped, tables, scratch
            )
        elif plan.task == UNDO:
            value += strip_undo(
                bra_re, bra_im, ket_re, ket_im, grid, strip, cost, phase, tables, scratch
            )
    partial[ENERGY if plan.task == MAKE_BRA else PHASE, number] = value
    if plan.begins:
        partial[AFTER, number] = adjoint_panel(
            bra_re, bra_im, ket_re, ket_im, number, grid, signs, plan.after, 1.0, total
        )


@jit(internal=True)
def _run_adjoint_pass(
    bra, ket, grid, cost, measured, plan, tables, space, sums, counter, thread, threads
):
    """Do this thread's part of one backward pass; sum the results of all into `sums`."""
    pieces = work_count(grid, plan.by_rows)
    first, last = slice_of(thread, threads, pieces)
    for number in range(first, last):
        if plan.by_rows:
            _adjoint_over_block(bra, ket, number, grid, cost, measured, plan, tables, space, thread)
        else:
            _adjoint_over_panel(bra, ket, number, grid, cost, measured, plan, tables, space, thread)
    barrier(counter, threads)
    if thread == 0:
        for kind in range(4):
            sums[kind] = 0.0
            for number in range(pieces):
                sums[kind] += space.partial[kind, number]


@jit()
def pass_gradient(
    ket, bra, grid, x, cost, measured, tables, space, flipped, has_bra, sums, gradient, counter,
    thread, threads,
):  # fmt: skip
    """Return the expectation, write its derivatives, and undo both states.

    Every thread of a team calls this at once.

    Args:
        ket: the state as `pass_evolve` leaves it without `finish`, float32 or float64, shape
            (2, entries): real and imaginary parts, blocks ``grid.pad`` entries apart; overwritten.
        bra: a second state of the same shape and dtype, overwritten.
        grid: how the index is cut, a `Grid`.
        x: γ_1 … γ_p, β_1 … β_p, float64, radians per unit of the cost and radians.
        cost: the cost in the phases, a `Cost`.
        measured: the cost whose expectation is returned: `cost`, or another one that is stored.
        tables: tables of one layer, a `Tables`, overwritten.
        space: working arrays, a `PassSpace`.
        flipped: as `pass_evolve` returned it.
        has_bra: True where the bra is there already and `ket` is finished; the expectation is then
            0.
        sums: working array, float64, shape (4,).
        gradient: the derivatives by x, float64, shape (2p,), overwritten; in the units of
            `measured` per unit of x.
        counter, thread, threads: from `Team.run`.
    """
    layers = x.shape[0] // 2
    levels = mixer_levels(grid)
    rows_levels = grid.low + grid.middle
    tangent = 0.0
    if layers:
        tangent, _, _ = mixer_of(x[2 * layers - 1], levels)
    by_rows = layers % 2 == 0
    task = NOTHING if has_bra else MAKE_BRA
    plan = AdjointPassPlan(by_rows, task, tangent, 1.0, 0.0, 1.0, flipped, layers > 0, tangent)
    if thread == 0:
        prepare_costs(grid, cost, flipped, tables)
    barrier(counter, threads)
    _run_adjoint_pass(bra, ket, grid, cost, measured, plan, tables, space, sums, counter, thread,
                    threads)  # fmt: skip
    value = 0.0 if has_bra else sums[ENERGY]
    if thread == 0 and layers:
        gradient[2 * layers - 1] = 2.0 * sums[AFTER]
    for layer in range(layers - 1, -1, -1):
        tangent, scale, flips = mixer_of(x[layers + layer], levels)
        # The part that the last pass undid has scaled both vectors by 1/cos β per level.
        done = rows_levels if by_rows else levels - rows_levels
        weight = (1.0 / (1.0 + tangent * tangent)) ** done
        by_rows = not by_rows
        after = 0.0
        if layer:
            after, _, _ = mixer_of(x[layers + layer - 1], levels)
        flips = flips and not grid.symmetric
        flipped = flipped != flips
        if thread == 0:
            prepare_costs(grid, cost, flipped, tables)
            prepare_phase(grid, cost, Phase(-x[layer], scale, flipped), tables)
        barrier(counter, threads)
        plan = AdjointPassPlan(
            by_rows, UNDO, tangent, weight, -x[layer], scale, flipped, layer > 0, after
        )
        _run_adjoint_pass(bra, ket, grid, cost, cost, plan, tables, space, sums, counter, thread,
                        threads)  # fmt: skip
        if thread == 0:
            gradient[layers + layer] += 2.0 * sums[BEFORE]
            gradient[layer] = 2.0 * sums[PHASE]
            if layer:
                gradient[layers + layer - 1] = 2.0 * sums[AFTER]
    return value
