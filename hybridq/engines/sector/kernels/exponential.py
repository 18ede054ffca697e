"""Exponentials of sums of excitations, on the generator's invariant blocks."""

from __future__ import annotations

import math

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import slice_of


@jit(internal=True)
def _exponential(program, block, angle, u):
    """Write the exponential of a block's generator times `angle` to u[0] + i u[1].

    Returns:
        The index in ``program.spectra`` where the generator itself begins.
    """
    size, count = program.blocks[block, 0], program.blocks[block, 1]
    imaginary, at = program.blocks[block, 2] != 0, program.blocks[block, 3]
    u[:, :size, :size] = 0.0
    at_matrix = at + count
    for k in range(count):
        c, s = math.cos(program.spectra[at + k] * angle), math.sin(program.spectra[at + k] * angle)
        for a in range(size):
            for b in range(size):
                p, q = program.spectra[at_matrix], program.spectra[at_matrix + size * size]
                if imaginary:
                    u[0, a, b] += c * p
                    u[1, a, b] -= s * q
                else:
                    u[0, a, b] += c * p + s * q
                at_matrix += 1
        at_matrix += size * size
    return at_matrix


@jit(internal=True)
def apply_block(w, program, step, group, angle, lanes, u, old):
    """Apply a block to a group of its copies; with λ, return Re ⟨λ|G|ψ⟩.

    Args:
        w: the state, or ψ and λ in turn, float32 or float64, changed in place.
        program: the circuit, a `Program`.
        step, group: which step, of kind BLOCK, and which of its groups, int64.
        angle: θ, float64, radians.
        lanes: numbers in an amplitude, int64; with λ twice as many.
        u, old: working arrays, float64, shapes (2, largest, largest) and (largest, 4).
    """
    block = program.low[step]
    size, imaginary = program.blocks[block, 0], program.blocks[block, 2] != 0
    generator = _exponential(program, block, angle, u)
    first, last = program.first[program.high[step]], program.first[program.high[step] + 1]
    start, stop = slice_of(group, program.groups[step], (last - first) // size)
    total = 0.0
    for copy in range(start, stop):
        at = first + copy * size
        for a in range(size):
            for lane in range(lanes):
                old[a, lane] = program.sign[at + a] * w[program.source[at + a] * lanes + lane]
        for a in range(size):
            for lane in range(lanes):
                new = 0.0
                for b in range(size):
                    new += u[0, a, b] * old[b, lane]
                    if imaginary:
                        # i (re, im) = (−im, re)
                        part = u[1, a, b] * old[b, lane ^ 1]
                        new += part if lane & 1 else -part
                w[program.source[at + a] * lanes + lane] = w.dtype.type(program.sign[at + a] * new)
        total += _block_element(program, generator, size, imaginary, lanes, old)
    return total


@jit(internal=True)
def _block_element(program, generator, size, imaginary, lanes, old):
    """Return Re ⟨λ|G|ψ⟩ of one copy; without λ the result is unused."""
    total = 0.0
    half = lanes // 2
    for a in range(size):
        for b in range(size):
            g = program.spectra[generator + a * size + b]
            if imaginary:
                if lanes == 4:
                    total += g * (old[a, 2] * old[b, 1] - old[a, 3] * old[b, 0])
            else:
                for lane in range(half):
                    total += g * old[a, half + lane] * old[b, lane]
    return total
