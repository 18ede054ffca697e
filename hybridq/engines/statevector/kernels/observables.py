"""A Pauli sum on one block: the terms that flip the same bits share one look at the amplitudes.

With P = i^y X^x Z^z, terms of one flip x differ in signs only: within a chunk of 64 amplitudes a
Walsh–Hadamard transform turns the products conj(ψ(z ^ x)) ψ(z) into what every term needs, so that
a further term costs one addition a chunk.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates import (
    FIRST_TERM,
    IMAGINARY,
    LAST_TERM,
    X_LOCAL,
    odd,
)
from hybridq.engines.statevector.kernels.gates_simd import (
    add_flipped,
    add_flipped_rows,
    correlate,
    row_correlation,
    walsh,
)

CHUNK_BITS = 6
FEW = 3  # up to so many terms are summed one by one


@jit(internal=True)
def _measure_rows(re, im, bits, lane_bits, outer, op, terms, weights, space):
    """`measure` of few terms that flip no lane bit."""
    rows = op[X_LOCAL] >> lane_bits
    top = 0
    while rows >> (top + 1):
        top += 1
    total = 0.0
    for term in range(op[FIRST_TERM], op[LAST_TERM]):
        local = terms[term, 0]
        space.sums[:] = 0.0
        row_correlation(
            re, im, 1 << (bits - lane_bits - 1), top, rows, local >> lane_bits,
            op[IMAGINARY] != 0, space.sums,
        )  # fmt: skip
        part = 0.0
        for lane in range(1 << lane_bits):
            part += -space.sums[lane] if odd(lane & local) else space.sums[lane]
        total += -weights[term] * part if odd(outer & terms[term, 1]) else weights[term] * part
    return 2.0 * total


@jit(internal=True)
def _weigh_rows(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space):
    """`weigh` of few terms that flip no lane bit."""
    for term in range(op[FIRST_TERM], op[LAST_TERM]):
        local = terms[term, 0]
        for lane in range(1 << lane_bits):
            sign = odd(lane & local) ^ odd(outer & terms[term, 1])
            space.vectors[lane] = -weights[term] if sign else weights[term]
        add_flipped_rows(
            re, im, bra_re, bra_im, 1 << (bits - lane_bits), op[X_LOCAL] >> lane_bits,
            local >> lane_bits, op[IMAGINARY] != 0, space.vectors,
        )  # fmt: skip


@jit(internal=True)
def measure(re, im, bits, lane_bits, outer, op, terms, weights, space):
    """Σ_t weights[t] Σ_z ± Re or Im of conj(ψ(z ^ x)) ψ(z) over a block.

    Args:
        terms: the z masks of each term, local and outer part, shape (terms, 2).
    """
    chunk, signs = space.chunk, space.signs
    per_chunk = 1 << (CHUNK_BITS - lane_bits)
    flip = op[X_LOCAL]
    rows, lanes = flip >> lane_bits, flip & ((1 << lane_bits) - 1)
    first, last = op[FIRST_TERM], op[LAST_TERM]
    if lanes == 0 and rows and last - first <= FEW:
        return _measure_rows(re, im, bits, lane_bits, outer, op, terms, weights, space)
    total = 0.0
    for number in range(1 << (bits - CHUNK_BITS)):
        correlate(re, im, number * per_chunk, per_chunk, rows, lanes, op[IMAGINARY] != 0, chunk)
        if last - first > FEW:
            walsh(chunk)
        for term in range(first, last):
            local = terms[term, 0]
            low = local & 63
            if last - first > FEW:
                part = 1.0 * chunk[low]
            else:
                part = 0.0
                for v in range(64):
                    part += chunk[v] * signs[low, v]
            sign = odd(number & (local >> CHUNK_BITS)) ^ odd(outer & terms[term, 1])
            total += -weights[term] * part if sign else weights[term] * part
    return total


@jit(internal=True)
def weigh(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space):
    """Add the terms' product with the ket to the bra, over a block."""
    chunk, signs = space.chunk, space.signs
    per_chunk = 1 << (CHUNK_BITS - lane_bits)
    flip = op[X_LOCAL]
    rows, lanes = flip >> lane_bits, flip & ((1 << lane_bits) - 1)
    first, last = op[FIRST_TERM], op[LAST_TERM]
    if lanes == 0 and last - first <= FEW:
        _weigh_rows(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space)
        return
    for number in range(1 << (bits - CHUNK_BITS)):
        for v in range(64):
            chunk[v] = 0.0
        for term in range(first, last):
            local = terms[term, 0]
            low = local & 63
            sign = odd(number & (local >> CHUNK_BITS)) ^ odd(outer & terms[term, 1])
            weight = -weights[term] if sign else weights[term]
            if last - first > FEW:
                chunk[low] += weight
            else:
                for v in range(64):
                    chunk[v] += weight * signs[low, v]
        if last - first > FEW:
            walsh(chunk)
        add_flipped(
            re, im, bra_re, bra_im, number * per_chunk, per_chunk, rows, lanes,
            op[IMAGINARY] != 0, chunk,
        )  # fmt: skip
