"""Permutations of a block by linear maps of its bits, which runs of CX are."""

from __future__ import annotations

from hybridq.core.emit import CHUNK, CHUNK_BITS
from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates_simd import permute_rows


@jit(internal=True)
def _partner_of(table, lane_bits):
    """Return the row bits by which lanes come from another row; −1 for several."""
    partner = 0
    for lane in range(1 << lane_bits):
        row = table[lane] >> lane_bits
        if row and partner and row != partner:
            return -1
        partner |= row
    return partner


@jit(internal=True)
def permute(x, bits, lane_bits, table, spare):
    """Permute x(z) ← x(A z) by a linear map A over the bits of z.

    Args:
        x: one real array, shape (2**bits,), changed in place.
        bits: log2 of its length, int64, at least CHUNK_BITS.
        lane_bits: log2 of the amplitudes in a vector, int64.
        table: A of the CHUNK low indices, then of each chunk's first index, int64.
        spare: working array as long as `x`.
    """
    partner = _partner_of(table, lane_bits)
    per_chunk = 1 << (CHUNK_BITS - lane_bits)
    for chunk in range(1 << (bits - CHUNK_BITS)):
        base = table[CHUNK + chunk]
        if partner >= 0:
            permute_rows(x, spare, per_chunk * chunk, per_chunk, base, table, partner)
        else:
            for v in range(CHUNK):
                spare[CHUNK * chunk + v] = x[base ^ table[v]]
    for z in range(1 << bits):
        x[z] = spare[z]
