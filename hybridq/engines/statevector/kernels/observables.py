"""Pauli sums on one block, all terms that flip the same bits at once.

With P = i^y X^x Z^z, terms of one flip x differ in signs only: within a chunk of amplitudes a
Walsh–Hadamard transform of the products conj(ψ(z ^ x)) ψ(z) gives the sums of all terms, so that
a further term costs one addition for each chunk.
"""

from __future__ import annotations

from hybridq.core.emit import CHUNK, CHUNK_BITS
from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates import (
    FIRST_TERM,
    IMAGINARY,
    LAST_TERM,
    X_LOCAL,
    odd,
)
from hybridq.engines.statevector.kernels.observables_simd import (
    add_flipped,
    correlate,
    make_add_flipped_rows,
    make_row_correlation,
    walsh,
)

MAX_DIRECT_TERMS = 3
"""Up to so many terms are summed one by one, without a Walsh–Hadamard transform."""

# Kernels of their own for terms of X alone, which most observables have.
_real, _signed_real, _imaginary = (
    make_row_correlation(imaginary=False, signed=False),
    make_row_correlation(imaginary=False, signed=True),
    make_row_correlation(imaginary=True, signed=True),
)
_add_real, _add_signed_real, _add_imaginary = (
    make_add_flipped_rows(imaginary=False, signed=False),
    make_add_flipped_rows(imaginary=False, signed=True),
    make_add_flipped_rows(imaginary=True, signed=True),
)


@jit(internal=True)
def _measure_rows(re, im, bits, lane_bits, outer, op, terms, weights, space):
    """Do what `measure` does for few terms that flip no lane bit."""
    rows = op[X_LOCAL] >> lane_bits
    top = 0
    while rows >> (top + 1):
        top += 1
    total = 0.0
    for term in range(op[FIRST_TERM], op[LAST_TERM]):
        local = terms[term, 0]
        space.sums[:] = 0.0
        count, mask = 1 << (bits - lane_bits - 1), local >> lane_bits
        if op[IMAGINARY]:
            _imaginary(re, im, count, top, rows, mask, space.sums)
        elif mask:
            _signed_real(re, im, count, top, rows, mask, space.sums)
        else:
            _real(re, im, count, top, rows, mask, space.sums)
        part = 0.0
        for lane in range(1 << lane_bits):
            part += -space.sums[lane] if odd(lane & local) else space.sums[lane]
        total += -weights[term] * part if odd(outer & terms[term, 1]) else weights[term] * part
    return 2.0 * total


@jit(internal=True)
def _apply_terms_rows(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space):
    """Do what `apply_terms` does for few terms that flip no lane bit."""
    for term in range(op[FIRST_TERM], op[LAST_TERM]):
        local = terms[term, 0]
        for lane in range(1 << lane_bits):
            sign = odd(lane & local) ^ odd(outer & terms[term, 1])
            space.vectors[lane] = -weights[term] if sign else weights[term]
        count, rows, mask = 1 << (bits - lane_bits), op[X_LOCAL] >> lane_bits, local >> lane_bits
        if op[IMAGINARY]:
            _add_imaginary(re, im, bra_re, bra_im, count, rows, mask, space.vectors)
        elif mask:
            _add_signed_real(re, im, bra_re, bra_im, count, rows, mask, space.vectors)
        else:
            _add_real(re, im, bra_re, bra_im, count, rows, mask, space.vectors)


@jit(internal=True)
def measure(re, im, bits, lane_bits, outer, op, terms, weights, space):
    """Return Σ_t weights[t] Σ_z ± Re or Im of conj(ψ(z ^ x)) ψ(z) over a block.

    Args:
        re, im: the block, float32 or float64, shape (2**bits,).
        bits: log2 of the block's amplitudes, int64, at least CHUNK_BITS.
        lane_bits: log2 of the amplitudes in a vector, int64.
        outer: index of the block's first amplitude in the state, int64.
        op: the group of terms with one flip x, a row of the table of `gates`, int64; the terms
            are rows FIRST_TERM … LAST_TERM − 1 of `terms`.
        terms: the z masks of each term, local and outer part, int64, shape (terms, 2).
        weights: the coefficient of each term, float64, shape (terms,), units of the observable.
        space: one thread's working arrays, a `GateSpace`.
    """
    chunk, signs = space.chunk, space.signs
    per_chunk = 1 << (CHUNK_BITS - lane_bits)
    flip = op[X_LOCAL]
    rows, lanes = flip >> lane_bits, flip & ((1 << lane_bits) - 1)
    first, last = op[FIRST_TERM], op[LAST_TERM]
    if lanes == 0 and rows and last - first <= MAX_DIRECT_TERMS:
        return _measure_rows(re, im, bits, lane_bits, outer, op, terms, weights, space)
    total = 0.0
    for number in range(1 << (bits - CHUNK_BITS)):
        correlate(re, im, number * per_chunk, per_chunk, rows, lanes, op[IMAGINARY] != 0, chunk)
        if last - first > MAX_DIRECT_TERMS:
            walsh(chunk)
        for term in range(first, last):
            local = terms[term, 0]
            low = local & (CHUNK - 1)
            if last - first > MAX_DIRECT_TERMS:
                part = 1.0 * chunk[low]
            else:
                part = 0.0
                for v in range(CHUNK):
                    part += chunk[v] * signs[low, v]
            sign = odd(number & (local >> CHUNK_BITS)) ^ odd(outer & terms[term, 1])
            total += -weights[term] * part if sign else weights[term] * part
    return total


@jit(internal=True)
def apply_terms(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space):
    """Add the terms' product with the ket to the bra, over a block.

    Args:
        re, im, bits, lane_bits, outer, op, terms, weights, space: as for `measure`.
        bra_re, bra_im: the bra's block, shape (2**bits,), added to.
    """
    chunk, signs = space.chunk, space.signs
    per_chunk = 1 << (CHUNK_BITS - lane_bits)
    flip = op[X_LOCAL]
    rows, lanes = flip >> lane_bits, flip & ((1 << lane_bits) - 1)
    first, last = op[FIRST_TERM], op[LAST_TERM]
    if lanes == 0 and last - first <= MAX_DIRECT_TERMS:
        _apply_terms_rows(re, im, bra_re, bra_im, bits, lane_bits, outer, op, terms, weights, space)
        return
    for number in range(1 << (bits - CHUNK_BITS)):
        for v in range(CHUNK):
            chunk[v] = 0.0
        for term in range(first, last):
            local = terms[term, 0]
            low = local & (CHUNK - 1)
            sign = odd(number & (local >> CHUNK_BITS)) ^ odd(outer & terms[term, 1])
            weight = -weights[term] if sign else weights[term]
            if last - first > MAX_DIRECT_TERMS:
                chunk[low] += weight
            else:
                for v in range(CHUNK):
                    chunk[v] += weight * signs[low, v]
        if last - first > MAX_DIRECT_TERMS:
            walsh(chunk)
        add_flipped(
            re, im, bra_re, bra_im, number * per_chunk, per_chunk, rows, lanes,
            op[IMAGINARY] != 0, chunk,
        )  # fmt: skip
