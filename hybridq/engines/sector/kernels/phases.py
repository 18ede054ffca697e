"""Steps that multiply single amplitudes of a sector by phases."""

from __future__ import annotations

import math

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import slice_of
from hybridq.engines.sector.kernels.program import lists_of


@jit(internal=True)
def negate(w, program, step, group, lanes):
    """Multiply the amplitudes of one group of a step by −1."""
    h0, h1, l0, l1 = lists_of(program, step, group)
    for h in range(h0, h1):
        for low in range(l0, l1):
            at = program.source[h] * program.width + program.source[low]
            for lane in range(lanes):
                w[at * lanes + lane] = -w[at * lanes + lane]


@jit(internal=True)
def phase(w, program, step, group, angle, lanes):
    """Multiply by e^{−iθd}; return Re ⟨λ|−id|ψ⟩ where `w` holds ψ and λ.

    Args:
        w: the state, or ψ and λ in turn, float32 or float64, changed in place.
        program: the circuit, a `Program`.
        step, group: which step and which of its groups, int64.
        angle: θ, float64, radians.
        lanes: numbers in an amplitude, int64: 2, or with λ 4.
    """
    total = 0.0
    h0, h1, l0, l1 = lists_of(program, step, group)
    c, s = math.cos(angle), math.sin(angle)
    for h in range(h0, h1):
        for low in range(l0, l1):
            at = (program.source[h] * program.width + program.source[low]) * lanes
            d = program.sign[h] * program.sign[low]
            total += _phase_one(w, at, d, c, s * d, lanes)
    return total


@jit(internal=True)
def dense_phase(w, program, step, group, angle, lanes):
    """Do what `phase` does with a stored diagonal d."""
    total = 0.0
    diagonal = program.dense[program.low[step]]
    start, stop = slice_of(group, program.groups[step], diagonal.shape[0])
    for at in range(start, stop):
        d = diagonal[at]
        total += _phase_one(w, at * lanes, d, math.cos(angle * d), math.sin(angle * d), lanes)
    return total


@jit(inline=True)
def _phase_one(w, at, d, c, s, lanes):
    """Multiply the amplitude at `at` by c − i s; return Re ⟨λ|−id|ψ⟩, 0 without λ."""
    total = 0.0
    if lanes == 4:
        total = d * (w[at + 2] * w[at + 1] - w[at + 3] * w[at])
    for lane in range(0, lanes - 1, 2):
        re, im = w[at + lane], w[at + lane + 1]
        w[at + lane] = w.dtype.type(c * re + s * im)
        w[at + lane + 1] = w.dtype.type(c * im - s * re)
    return total
