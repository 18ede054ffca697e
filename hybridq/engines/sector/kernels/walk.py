"""Running a whole circuit on a state in a sector: one call for all instructions.

A state is a flat array of amplitudes in the order of the sector's basis; `per` is a tuple with an
entry for each number of an amplitude, one where the state is real and two where it is complex.
"""

from __future__ import annotations

import math

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import meet, share
from hybridq.engines.sector.kernels.exponential import apply_block
from hybridq.engines.sector.kernels.lanes import (
    adjoint_listed,
    adjoint_listed_imaginary,
    adjoint_rows,
    adjoint_rows_imaginary,
    turn_listed,
    turn_listed_imaginary,
    turn_rows,
    turn_rows_imaginary,
)
from hybridq.engines.sector.kernels.phases import dense_phase, negate, phase
from hybridq.engines.sector.kernels.program import (
    BLOCK,
    DENSE,
    IMAGINARY,
    NEGATE,
    PHASE,
    REAL,
    lists_of,
)


@jit(inline=True)
def _turn(w, program, step, group, angle, per):
    """The rotations of one group of a step."""
    c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
    h0, h1, l0, l1 = lists_of(program, step, group)
    real, listed = program.kind[step] == REAL, program.low[step] >= 0
    for h in range(h0, h1):
        i, j = program.source[h] * program.width, program.target[h] * program.width
        signed = w.dtype.type(s * program.sign[h])
        if listed:
            if real:
                turn_listed(
                    w, i, j, program.source, program.target, program.sign, l0, l1, c, signed, per
                )
            else:
                turn_listed_imaginary(
                    w, i, j, program.source, program.target, program.sign, l0, l1, c, signed, per
                )
        elif real:
            turn_rows(w, i + l0, j + l0, l1 - l0, c, signed, per)
        else:
            turn_rows_imaginary(w, i + l0, j + l0, l1 - l0, c, signed, per)


@jit(inline=True)
def _adjoint_turn(w, program, step, group, angle, per):
    """`_turn` of ψ and λ side by side; returns ⟨λ|G|ψ⟩ of the group."""
    c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
    h0, h1, l0, l1 = lists_of(program, step, group)
    real, listed = program.kind[step] == REAL, program.low[step] >= 0
    total = 0.0
    for h in range(h0, h1):
        i, j = program.source[h] * program.width, program.target[h] * program.width
        sign = program.sign[h]
        signed = w.dtype.type(s * sign)
        if listed:
            if real:
                total += sign * adjoint_listed(
                    w, i, j, program.source, program.target, program.sign, l0, l1, c, signed, per
                )
            else:
                total += sign * adjoint_listed_imaginary(
                    w, i, j, program.source, program.target, program.sign, l0, l1, c, signed, per
                )
        elif real:
            total += sign * adjoint_rows(w, i + l0, j + l0, l1 - l0, c, signed, per)
        else:
            total += sign * adjoint_rows_imaginary(w, i + l0, j + l0, l1 - l0, c, signed, per)
    return total


@jit(inline=True)
def _groups(program, step, thread, threads):
    """The first group of a step that is this thread's, and the one after its last."""
    groups = program.groups[step]
    return share(thread, threads, groups) if groups > 1 else (0, 1 if thread == 0 else 0)


@jit()
def run_forward(w, program, x, per, phases, scratch, counter, thread, threads):
    """Apply all steps to the state `w`, in place.

    Args:
        phases: None where all steps are REAL or BLOCK; spares compiling the others.
        scratch: room for blocks, (u, old) of shapes (threads, 2, largest, largest) and
            (threads, largest, 4); None where there are none.
    """
    for step in range(program.kind.shape[0]):
        kind = program.kind[step]
        # No helper for this: handing it the program would count references 30 times a step.
        angle, parameter = program.constant[step], program.parameter[step]
        if parameter >= 0:
            angle += program.scale[step] * x[parameter]
        first, last = _groups(program, step, thread, threads)
        for group in range(first, last):
            if kind <= IMAGINARY:
                _turn(w, program, step, group, angle, per)
            if phases is not None:
                if kind == NEGATE:
                    negate(w, program, step, group, len(per))
                elif kind == PHASE:
                    phase(w, program, step, group, angle, len(per))
                elif kind == DENSE:
                    dense_phase(w, program, step, group, angle, len(per))
            if scratch is not None and kind == BLOCK:
                u, old = scratch[0][thread], scratch[1][thread]
                apply_block(w, program, step, group, angle, len(per), u, old)
        meet(counter, threads)


@jit()
def run_backward(w, program, x, partial, per, phases, scratch, counter, thread, threads):
    """Undo all steps on ψ and λ side by side, gathering derivatives on the way.

    Args:
        w: (ψ, λ) amplitude by amplitude; for complex states (re ψ, im ψ, re λ, im λ).
        partial: Re ⟨λ|G|ψ⟩ of each group of each step, float64 (steps, groups).
        phases, scratch: as in `run_forward`.
    """
    lanes = 2 * len(per)
    for step in range(program.kind.shape[0] - 1, -1, -1):
        kind = program.kind[step]
        angle, parameter = -program.constant[step], program.parameter[step]
        if parameter >= 0:
            angle -= program.scale[step] * x[parameter]
        first, last = _groups(program, step, thread, threads)
        for group in range(first, last):
            if kind <= IMAGINARY:
                partial[step, group] = _adjoint_turn(w, program, step, group, angle, per)
            if phases is not None:
                if kind == NEGATE:
                    negate(w, program, step, group, lanes)
                elif kind == PHASE:
                    partial[step, group] = phase(w, program, step, group, angle, lanes)
                elif kind == DENSE:
                    partial[step, group] = dense_phase(w, program, step, group, angle, lanes)
            if scratch is not None and kind == BLOCK:
                u, old = scratch[0][thread], scratch[1][thread]
                partial[step, group] = apply_block(w, program, step, group, angle, lanes, u, old)
        meet(counter, threads)
