"""Rotations about many products of Z on one block as one product of two tables.

A rotation whose product lies within the lowest CHUNK_BITS bits of a block is a factor of the low
table, one that lies above them of the high table; see `rotations_simd.apply_diagonal`.
"""

from __future__ import annotations

from hybridq.core.emit import CHUNK, CHUNK_BITS
from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates import odd
from hybridq.engines.statevector.kernels.rotations_simd import adjoint_diagonal, apply_diagonal


@jit(internal=True)
def _fill(low, high, chunks, plan, first, last, outer, coefs, inverse):
    """Fill the factors cos − i σ sin, by place in the chunk and by chunk."""
    low[:CHUNK] = 1.0
    low[CHUNK:] = 0.0
    high[:chunks] = 1.0
    high[chunks : 2 * chunks] = 0.0
    for item in range(first, last):
        mask = plan.terms[plan.items[item, 0], 0]
        slot = plan.items[item, 1]
        c, s = coefs[slot, 0], coefs[slot, 1]
        if odd(outer & plan.terms[plan.items[item, 0], 1]) != inverse:
            s = -s
        table, size = low, CHUNK
        if mask >= CHUNK:
            table, size, mask = high, chunks, mask >> CHUNK_BITS
        for v in range(size):
            t = -s if odd(v & mask) else s
            re, im = table[v], table[size + v]
            table[v] = re * c + im * t
            table[size + v] = im * c - re * t


@jit(internal=True)
def apply_parities(re, im, bits, plan, first, last, outer, coefs, space):
    """Apply the rotations to one state.

    Args:
        re, im: the block, float32 or float64, shape (2**bits,), changed in place.
        bits: log2 of the block's amplitudes, int64, at least CHUNK_BITS.
        plan: the passes, a `sweeps.Plan`.
        first, last: the rotations are rows first … last − 1 of ``plan.items``, int64.
        outer: index of the block's first amplitude in the state, int64.
        coefs: cos and sin of half the angle by slot, float64, shape (slots, 16).
        space: one thread's working arrays, a `GateSpace`.
    """
    low, high, chunks = space.low, space.high, 1 << (bits - CHUNK_BITS)
    _fill(low, high, chunks, plan, first, last, outer, coefs, False)
    apply_diagonal(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])


@jit(internal=True)
def undo_parities(re, im, bra_re, bra_im, bits, plan, first, last, outer, coefs, space, sums):
    """Undo the rotations on both states; add Im⟨bra|P|ket⟩ of each to `sums`.

    Args:
        re, im, bits, plan, first, last, outer, coefs, space: as for `apply_parities`.
        bra_re, bra_im: the bra's block, changed in place.
        sums: by slot, float64, shape (slots, 8); column 0 is added to.
    """
    low, high, chunks = space.low, space.high, 1 << (bits - CHUNK_BITS)
    low_sums, chunk_sums = space.chunk, space.chunk_sums
    _fill(low, high, chunks, plan, first, last, outer, coefs, True)
    low_sums[:] = 0.0
    adjoint_diagonal(
        re, im, bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks],
        low_sums, chunk_sums,
    )  # fmt: skip
    for item in range(first, last):
        mask = plan.terms[plan.items[item, 0], 0]
        total = 0.0
        if mask < CHUNK:
            for v in range(CHUNK):
                total += -low_sums[v] if odd(v & mask) else low_sums[v]
        else:
            for k in range(chunks):
                total += -chunk_sums[k] if odd(k & (mask >> CHUNK_BITS)) else chunk_sums[k]
        sign = odd(outer & plan.terms[plan.items[item, 0], 1])
        sums[plan.items[item, 1], 0] += -total if sign else total
