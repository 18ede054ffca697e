"""Evolution of a sector's state under a whole circuit, in one call.

A state is a flat array of amplitudes in the order of the sector's basis; `components` is a tuple
with an entry for each number of an amplitude, one where the state is real and two where it is
complex.
"""

from __future__ import annotations

import math

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
from hybridq.engines.sector.kernels.exponential import apply_block
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
from hybridq.engines.sector.kernels.rotations_simd import (
    adjoint_listed,
    adjoint_listed_imaginary,
    adjoint_rows,
    adjoint_rows_imaginary,
    rotate_listed,
    rotate_listed_imaginary,
    rotate_rows,
    rotate_rows_imaginary,
)


@jit(inline=True)
def _rotate_group(w, program, begin, end, group, angle, x, components):
    """Apply the rotations of one group of a run of steps, row by row.

    Args:
        w, program, x, components: as for `run_forward`.
        begin, end: the run is steps begin … end − 1.
        group: number of the group.
        angle: that of the first step.
    """
    c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
    h0, h1, l0, l1 = lists_of(program, begin, group)
    real, listed, many = program.kind[begin] == REAL, program.low[begin] >= 0, end - begin > 1
    for h in range(h0, h1):
        i, j = program.source[h] * program.width, program.target[h] * program.width
        for step in range(begin, end):
            if many:
                angle, parameter = program.constant[step], program.parameter[step]
                if parameter >= 0:
                    angle += program.scale[step] * x[parameter]
                c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
                real = program.kind[step] == REAL
                l0 = program.first[program.low[step]]
                l1 = program.first[program.low[step] + 1]
            signed = w.dtype.type(s * program.sign[h])
            if listed:
                if real:
                    rotate_listed(
                        w, i, j, program.source, program.target, program.sign, l0, l1, c, signed,
                        components,
                    )  # fmt: skip
                else:
                    rotate_listed_imaginary(
                        w, i, j, program.source, program.target, program.sign, l0, l1, c, signed,
                        components,
                    )  # fmt: skip
            elif real:
                rotate_rows(w, i + l0, j + l0, l1 - l0, c, signed, components)
            else:
                rotate_rows_imaginary(w, i + l0, j + l0, l1 - l0, c, signed, components)


@jit(inline=True)
def _adjoint_rotate_group(w, program, begin, end, group, angle, x, components, partial):
    """Undo what `_rotate_group` does on ψ and λ in turn; sum ⟨λ|G|ψ⟩ by steps."""
    c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
    h0, h1, l0, l1 = lists_of(program, begin, group)
    real, listed, many = program.kind[begin] == REAL, program.low[begin] >= 0, end - begin > 1
    total = 0.0
    if many:
        partial[begin:end, group] = 0.0
    for h in range(h0, h1):
        i, j = program.source[h] * program.width, program.target[h] * program.width
        sign = program.sign[h]
        for step in range(end - 1, begin - 1, -1):
            if many:
                angle, parameter = -program.constant[step], program.parameter[step]
                if parameter >= 0:
                    angle -= program.scale[step] * x[parameter]
                c, s = w.dtype.type(math.cos(angle)), math.sin(angle)
                real = program.kind[step] == REAL
                l0 = program.first[program.low[step]]
                l1 = program.first[program.low[step] + 1]
            signed = w.dtype.type(s * sign)
            if listed:
                if real:
                    overlap = adjoint_listed(
                        w, i, j, program.source, program.target, program.sign, l0, l1, c, signed,
                        components,
                    )  # fmt: skip
                else:
                    overlap = adjoint_listed_imaginary(
                        w, i, j, program.source, program.target, program.sign, l0, l1, c, signed,
                        components,
                    )  # fmt: skip
            elif real:
                overlap = adjoint_rows(w, i + l0, j + l0, l1 - l0, c, signed, components)
            else:
                overlap = adjoint_rows_imaginary(w, i + l0, j + l0, l1 - l0, c, signed, components)
            if many:
                partial[step, group] += sign * overlap
            else:
                total += sign * overlap
    if not many:
        partial[begin, group] = total


@jit(inline=True)
def _groups_of(program, step, thread, threads):
    """Return the first of this thread's groups of a step, and the one after its last."""
    groups = program.groups[step]
    return slice_of(thread, threads, groups) if groups > 1 else (0, 1 if thread == 0 else 0)


@jit()
def run_forward(w, program, x, components, phases, scratch, counter, thread, threads):
    """Apply all steps to the state `w`, in place.

    Every thread of a team calls this at once.

    Args:
        w: the state, float32 or float64, shape (amplitudes · len(components),).
        program: the circuit, a `Program`.
        x: parameters, float64, shape (n_params,), radians.
        components: a tuple with an entry for each number of an amplitude.
        phases: None where all steps are REAL or BLOCK, so that the others are not compiled;
            else 1.
        scratch: working arrays for steps of kind BLOCK, (u, old), float64, shapes
            (threads, 2, largest, largest) and (threads, largest, 4); None where there are none.
        counter, thread, threads: from `Team.run`.
    """
    for run in range(program.runs.shape[0] - 1):
        step, end = program.runs[run], program.runs[run + 1]
        kind = program.kind[step]
        # Not a function: passing it the program would count references 30 times for each step.
        angle, parameter = program.constant[step], program.parameter[step]
        if parameter >= 0:
            angle += program.scale[step] * x[parameter]
        first, last = _groups_of(program, step, thread, threads)
        for group in range(first, last):
            if kind <= IMAGINARY:
                _rotate_group(w, program, step, end, group, angle, x, components)
            if phases is not None:
                if kind == NEGATE:
                    negate(w, program, step, group, len(components))
                elif kind == PHASE:
                    phase(w, program, step, group, angle, len(components))
                elif kind == DENSE:
                    dense_phase(w, program, step, group, angle, len(components))
            if scratch is not None and kind == BLOCK:
                u, old = scratch[0][thread], scratch[1][thread]
                apply_block(w, program, step, group, angle, len(components), u, old)
        barrier(counter, threads)


@jit()
def run_backward(w, program, x, partial, components, phases, scratch, counter, thread, threads):
    """Undo all steps on ψ and λ and sum the overlaps that give the derivatives.

    Every thread of a team calls this at once.

    Args:
        w: (ψ, λ) amplitude by amplitude, changed in place, float32 or float64; for complex states
            (re ψ, im ψ, re λ, im λ).
        program, x, components, phases, scratch: as for `run_forward`.
        partial: Re ⟨λ|G|ψ⟩ of each group of each step, float64, shape (steps, groups),
            overwritten.
        counter, thread, threads: from `Team.run`.
    """
    lanes = 2 * len(components)
    for run in range(program.runs.shape[0] - 2, -1, -1):
        step, end = program.runs[run], program.runs[run + 1]
        kind = program.kind[step]
        angle, parameter = -program.constant[step], program.parameter[step]
        if parameter >= 0:
            angle -= program.scale[step] * x[parameter]
        first, last = _groups_of(program, step, thread, threads)
        for group in range(first, last):
            if kind <= IMAGINARY:
                _adjoint_rotate_group(w, program, step, end, group, angle, x, components, partial)
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
        barrier(counter, threads)
