"""QAOA of a state larger than a cache, about one pass over memory per layer.

A pass by rows works on contiguous blocks and rotates the low bits, a pass by columns on panels of
all blocks and rotates the high ones. The rotations of one layer commute, and only the phase needs
all of them: so a pass finishes one layer, applies the next phase and begins the next layer, and
p layers take p + 1 passes. Sums are kept by block or panel and added in their order, so that they
are the same to the last bit for any number of threads.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import fill_start, mixer_of
from hybridq.engines.diagonal.kernels.butterflies import rotate_block
from hybridq.engines.diagonal.kernels.chunks import CHUNK
from hybridq.engines.diagonal.kernels.panels import (
    panel_count,
    panel_sides,
    panel_strip,
    rotate_panel,
)
from hybridq.engines.diagonal.kernels.spin_flip import count_set_bits
from hybridq.engines.diagonal.kernels.strips import Scratch, Strip, apply_phase, strip_energy
from hybridq.engines.diagonal.kernels.tables import (
    Phase,
    block_start,
    prepare_costs,
    prepare_phase,
)
from hybridq.engines.kernels.team import barrier, slice_of


class PassSpace(NamedTuple):
    """Working arrays of the passes.

    All but the last three have a leading axis of threads.

    Attributes:
        shared_phase, shared_cost, phases, costs: see `strips.Scratch`.
        total: accumulator of the adjoint rotation, at least a vector.
        signs: (−1)^{|v|} for v < CHUNK.
        flat: a chunk of ones and a chunk of zeros, shape (2, CHUNK).
        partial: sums by block or panel, float64, shape (4, the larger number of the two).
    """

    shared_phase: NDArray[np.floating]
    shared_cost: NDArray[np.floating]
    phases: NDArray[np.floating]
    costs: NDArray[np.floating]
    total: NDArray[np.floating]
    signs: NDArray[np.floating]
    flat: NDArray[np.floating]
    partial: NDArray[np.float64]


class PassPlan(NamedTuple):
    """Steps of one pass: finish one mixer, apply a phase, begin the next mixer.

    Attributes:
        by_rows: True for a pass over blocks, False for one over panels.
        start: fill the state with |+…+⟩ times this first, unless it is 0.
        before: tan β of the mixer to finish.
        phased: apply a phase.
        gamma, scale: the phase is scale · e^{−iγE}; γ in radians per unit of the cost.
        flipped: E is the cost with all bits flipped.
        after: tan β of the mixer to begin.
        measured: sum the energy at the end.
    """

    by_rows: bool
    start: float
    before: float
    phased: bool
    gamma: float
    scale: float
    flipped: bool
    after: float
    measured: bool


@jit(internal=True)
def scratch_of(space, thread):
    """Return one thread's `Scratch`."""
    return Scratch(
        space.shared_phase[thread],
        space.shared_cost[thread],
        space.phases[thread],
        space.costs[thread],
        space.flat[0],
        space.flat[1],
    )


@jit(internal=True)
def block_strip(grid, number):
    """Return block `number` of the state as a strip."""
    return Strip(True, number, block_start(grid, number), 0, CHUNK)


@jit(internal=True)
def _pass_over_block(re, im, number, grid, cost, plan, tables, space, thread):
    """Do one block's part of a pass by rows."""
    scratch = scratch_of(space, thread)
    bits = grid.low + grid.middle
    strip = block_strip(grid, number)
    if plan.start != 0.0:
        amplitude = plan.start / math.sqrt(2.0 ** (bits + grid.high))
        fill_start(re, im, strip.at, bits, amplitude, count_set_bits(number))
    if plan.before != 0.0:
        rotate_block(re, strip.at, bits, re.dtype.type(plan.before))
        rotate_block(im, strip.at, bits, re.dtype.type(plan.before))
    if plan.phased:
        phase = Phase(plan.gamma, plan.scale, plan.flipped)
        apply_phase(re, im, grid, strip, cost, phase, tables, scratch)
    if plan.after != 0.0:
        rotate_block(re, strip.at, bits, re.dtype.type(plan.after))
        rotate_block(im, strip.at, bits, re.dtype.type(plan.after))
    if plan.measured:
        space.partial[0, number] = strip_energy(
            re, im, grid, strip, cost, plan.flipped, tables, scratch
        )


@jit(internal=True)
def _pass_over_panel(re, im, number, grid, cost, plan, tables, space, thread):
    """Do one panel's part of a pass by columns."""
    scratch, signs = scratch_of(space, thread), space.signs
    if plan.before != 0.0:
        rotate_panel(re, im, number, grid, signs, plan.before)
    total = 0.0
    phase = Phase(plan.gamma, plan.scale, plan.flipped)
    for side in range(panel_sides(grid)):
        strip = panel_strip(grid, number, side)
        if plan.phased:
            apply_phase(re, im, grid, strip, cost, phase, tables, scratch)
        if plan.measured:
            total += strip_energy(re, im, grid, strip, cost, plan.flipped, tables, scratch)
    if plan.after != 0.0:
        rotate_panel(re, im, number, grid, signs, plan.after)
    if plan.measured:
        space.partial[0, number] = total


@jit(internal=True)
def work_count(grid, by_rows):
    """Return how many pieces of work a pass has: blocks or panels."""
    return 1 << grid.high if by_rows else panel_count(grid)


@jit(internal=True)
def run_pass(re, im, grid, cost, plan, tables, space, counter, thread, threads):
    """Do this thread's part of one pass over the state; end with a barrier.

    Args:
        re, im: the state, real and imaginary parts, shape (entries,).
        grid, cost, tables, space: as for `pass_evolve`.
        plan: the steps of the pass, a `PassPlan`.
        counter, thread, threads: from `Team.run`.
    """
    first, last = slice_of(thread, threads, work_count(grid, plan.by_rows))
    for number in range(first, last):
        if plan.by_rows:
            _pass_over_block(re, im, number, grid, cost, plan, tables, space, thread)
        else:
            _pass_over_panel(re, im, number, grid, cost, plan, tables, space, thread)
    barrier(counter, threads)


@jit(internal=True)
def mixer_levels(grid):
    """Return how many rotations a layer's mixer has."""
    return grid.low + grid.middle + grid.high + (1 if grid.symmetric else 0)


@jit()
def pass_evolve(
    re, im, grid, x, cost, tables, space, start, finish, measure, counter, thread, threads
):
    """Run all layers, the last layer's second half only with `finish`.

    Every thread of a team calls this at once.

    Args:
        re, im: the state in the frame of `butterflies`, float32 or float64, shape (entries,) with
            gaps of ``grid.pad`` entries between blocks, overwritten.
        grid: how the index is cut, a `Grid`.
        x: γ_1 … γ_p, β_1 … β_p, float64, radians per unit of the cost and radians.
        cost: the cost, a `Cost`.
        tables: tables of one layer, a `Tables`, overwritten.
        space: working arrays, a `PassSpace`.
        start: begin with |+…+⟩ times this; 0 to begin with the state itself.
        finish: True to finish the last mixer.
        measure: True to measure then.
        counter, thread, threads: from `Team.run`.

    Returns:
        (energy, flipped): the expectation (0 if not measured), and True where the state ends with
        all bits flipped.
    """
    layers = x.shape[0] // 2
    flipped = False
    by_rows = True
    before = 0.0
    for layer in range(layers):
        tangent, scale, flips = mixer_of(x[layers + layer], mixer_levels(grid))
        if thread == 0:
            prepare_phase(grid, cost, Phase(x[layer], scale, flipped), tables)
        barrier(counter, threads)
        begin = start if layer == 0 else 0.0
        plan = PassPlan(by_rows, begin, before, True, x[layer], scale, flipped, tangent, False)
        run_pass(re, im, grid, cost, plan, tables, space, counter, thread, threads)
        flipped = flipped != (flips and not grid.symmetric)
        before = tangent
        by_rows = not by_rows
    if thread == 0:
        prepare_costs(grid, cost, flipped, tables)
    barrier(counter, threads)
    value = 0.0
    if finish:
        plan = PassPlan(by_rows, 0.0, before, False, 0.0, 1.0, flipped, 0.0, measure)
        run_pass(re, im, grid, cost, plan, tables, space, counter, thread, threads)
        for number in range(work_count(grid, by_rows)):
            value += space.partial[0, number] if measure else 0.0
    return value, flipped
