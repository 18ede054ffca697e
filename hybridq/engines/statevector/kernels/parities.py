"""Many rotations about products of Z on one block as one product of two tables.

A rotation whose product lies within the lowest 6 bits of a block is a factor of the low table, one
that lies above them of the high table; see `turns_simd.turn_phases`.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates import odd
from hybridq.engines.statevector.kernels.turns_simd import adjoint_turn_phases, turn_phases

CHUNK_BITS = 6


@jit(internal=True)
def _fill(low, high, chunks, plan, first, last, outer, coefs, inverse):
    """The factors cos − i σ sin of all rotations, by place in the chunk and by chunk."""
    low[:64] = 1.0
    low[64:] = 0.0
    high[:chunks] = 1.0
    high[chunks : 2 * chunks] = 0.0
    for item in range(first, last):
        mask = plan.terms[plan.items[item, 0], 0]
        slot = plan.items[item, 1]
        c, s = coefs[slot, 0], coefs[slot, 1]
        if odd(outer & plan.terms[plan.items[item, 0], 1]) != inverse:
            s = -s
        table, size = low, 64
        if mask >= 64:
            table, size, mask = high, chunks, mask >> CHUNK_BITS
        for v in range(size):
            t = -s if odd(v & mask) else s
            re, im = table[v], table[size + v]
            table[v] = re * c + im * t
            table[size + v] = im * c - re * t


@jit(internal=True)
def turn_parities(re, im, bits, plan, first, last, outer, coefs, space):
    """Apply the rotations to one state."""
    low, high, chunks = space.low, space.high, 1 << (bits - CHUNK_BITS)
    _fill(low, high, chunks, plan, first, last, outer, coefs, False)
    turn_phases(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])


@jit(internal=True)
def undo_parities(re, im, bra_re, bra_im, bits, plan, first, last, outer, coefs, space, sums):
    """Undo them on both states; adds Im⟨bra|P|ket⟩ of each to its row of `sums`."""
    low, high, chunks = space.low, space.high, 1 << (bits - CHUNK_BITS)
    low_sums, chunk_sums = space.chunk, space.chunk_sums
    _fill(low, high, chunks, plan, first, last, outer, coefs, True)
    low_sums[:] = 0.0
    adjoint_turn_phases(
        re, im, bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks],
        low_sums, chunk_sums,
    )  # fmt: skip
    for item in range(first, last):
        mask = plan.terms[plan.items[item, 0], 0]
        total = 0.0
        if mask < 64:
            for v in range(64):
                total += -low_sums[v] if odd(v & mask) else low_sums[v]
        else:
            for k in range(chunks):
                total += -chunk_sums[k] if odd(k & (mask >> CHUNK_BITS)) else chunk_sums[k]
        sign = odd(outer & plan.terms[plan.items[item, 0], 1])
        sums[plan.items[item, 1], 0] += -total if sign else total
