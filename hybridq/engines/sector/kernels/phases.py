"""Steps that multiply single amplitudes of a sector by phases."""

from __future__ import annotations

import math

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import share
from hybridq.engines.sector.kernels.program import lists_of


@jit(internal=True)
def negate(w, program, step, group, lanes):
    """Multiply by −1."""
    h0, h1, l0, l1 = lists_of(program, step, group)
    for h in range(h0, h1):
        for low in range(l0, l1):
            at = program.source[h] * program.width + program.source[low]
            for lane in range(lanes):
                w[at * lanes + lane] = -w[at * lanes + lane]


@jit(internal=True)
def phase(w, program, step, group, angle, lanes):
    """Multiply by e^{−iθd}; with λ beside ψ, returns Re ⟨λ|−id|ψ⟩."""
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
    """`_phase` with a stored diagonal."""
    total = 0.0
    diagonal = program.dense[program.low[step]]
    start, stop = share(group, program.groups[step], diagonal.shape[0])
    for at in range(start, stop):
        d = diagonal[at]
        total += _phase_one(w, at * lanes, d, math.cos(angle * d), math.sin(angle * d), lanes)
    return total


@jit(inline=True)
def _phase_one(w, at, d, c, s, lanes):
    total = 0.0
    if lanes == 4:
        total = d * (w[at + 2] * w[at + 1] - w[at + 3] * w[at])
    for lane in range(0, lanes - 1, 2):
        re, im = w[at + lane], w[at + lane + 1]
        w[at + lane] = w.dtype.type(c * re + s * im)
        w[at + lane + 1] = w.dtype.type(c * im - s * re)
    return total
