"""Operations on one block: forwards on a ket, backwards on ket and bra.

Operations are rows of an integer table, the columns of which are the constants KIND … LAST_TERM;
the numbers that depend on angles are in `coefs`, one row for each operation (its slot). A block
holds the amplitudes whose index agrees in its outer bits; the masks of a row are split into a
local part, in positions within the block, and an outer part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.gates_simd import (
    adjoint_parity_phase,
    make_adjoint_lane_gate,
    make_adjoint_row_gate,
    make_lane_gate,
    make_row_gate,
    parity_phase,
    swap_rows,
)

MATRIX, PARITY, FLIP, EXCHANGE, MEASURE, LAYER, LINEAR, PHASES = range(8)

# Columns of the table. An operation acts where (z & MASK) == SOURCE.
KIND, SLOT, TARGET, FORM, X_LOCAL, Z_LOCAL, Z_OUTER, MASK_LOCAL, MASK_OUTER = range(9)
SOURCE_LOCAL, SOURCE_OUTER, SIGN, IMAGINARY, FIRST_TERM, LAST_TERM, COLUMNS = range(9, 16)

# Properties of a matrix, bits of its column FORM.
REAL, FIXED, SWAP = 1, 2, 4  # no imaginary parts; no parameters; X with one control


class GateSpace(NamedTuple):
    """Working arrays of one thread, of the state's dtype.

    Attributes:
        blocks: a block of ket and bra, real and imaginary parts, shape (4, 2**bits).
        vectors: eight vectors of coefficients.
        sums: eight vectors of sums, and one for each qubit of a block.
        chunk: CHUNK numbers.
        spare: as long as a block; for `permutations.permute`.
        low: table of diagonal factors by the low bits, shape (2 CHUNK,), see `rotations`.
        high: table of diagonal factors by the bits above, twice the chunks of a block.
        chunk_sums: a sum for each chunk of a block, float64.
        signs: (−1)^{|z & v|}, shape (CHUNK, CHUNK), shared by all threads.
    """

    blocks: NDArray[np.floating]
    vectors: NDArray[np.floating]
    sums: NDArray[np.floating]
    chunk: NDArray[np.floating]
    spare: NDArray[np.floating]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    chunk_sums: NDArray[np.float64]
    signs: NDArray[np.floating]


_row_gate = make_row_gate(real=False)
_real_row_gate = make_row_gate(real=True)
_adjoint_row_gate = make_adjoint_row_gate(real=False)
_real_adjoint_row_gate = make_adjoint_row_gate(real=True)
_lane_0, _lane_1, _lane_2, _lane_3 = [make_lane_gate(bit) for bit in range(4)]
_adjoint_lane_0, _adjoint_lane_1, _adjoint_lane_2, _adjoint_lane_3 = [
    make_adjoint_lane_gate(bit) for bit in range(4)
]


@jit(inline=True)
def odd(number):
    """Return 1 if an odd number of bits is set, else 0."""
    number ^= number >> 32
    number ^= number >> 16
    number ^= number >> 8
    number ^= number >> 4
    return (0x6996 >> (number & 15)) & 1


@jit(internal=True)
def lane_bits_of(space):
    """Return log2 of the amplitudes in a vector."""
    lanes = space.vectors.shape[0] >> 3
    bits = 0
    while lanes > 1:
        lanes >>= 1
        bits += 1
    return bits


@jit(internal=True)
def _fill_matrix(vectors, lane_bits, target, controls, matrix, inverse):
    """Write a 2×2 matrix as 8 vectors (row target) or 4 (lane target)."""
    lanes = 1 << lane_bits
    inner = controls & (lanes - 1)
    for lane in range(lanes):
        on = (lane & inner) == inner
        for entry in range(4 if target >= lane_bits else 2):
            if target >= lane_bits:
                row, column = entry >> 1, entry & 1
            else:
                row = (lane >> target) & 1
                column = row ^ entry
            re = 1.0 if row == column else 0.0
            im = 0.0
            if on:
                at = 2 * (2 * column + row) if inverse else 2 * (2 * row + column)
                re = matrix[at]
                im = -matrix[at + 1] if inverse else matrix[at + 1]
            vectors[(2 * entry) * lanes + lane] = re
            vectors[(2 * entry + 1) * lanes + lane] = im


@jit(internal=True)
def _matrix(re, im, bits, lane_bits, op, matrix, inverse, vectors):
    """Apply a (controlled) one-qubit matrix, or its inverse, to one state."""
    target = op[TARGET]
    controls = op[MASK_LOCAL]
    row_controls = controls >> lane_bits
    count = 1 << (bits - lane_bits)
    if op[FORM] & SWAP and target >= lane_bits and row_controls:
        control = 0
        while row_controls >> (control + 1):
            control += 1
        swap_rows(re, im, count >> 2, control, target - lane_bits)
        return
    _fill_matrix(vectors, lane_bits, target, controls, matrix, inverse)
    if target >= lane_bits:
        if op[FORM] & REAL:
            _real_row_gate(re, im, count >> 1, target - lane_bits, row_controls, vectors)
        else:
            _row_gate(re, im, count >> 1, target - lane_bits, row_controls, vectors)
    elif target == 0:
        _lane_0(re, im, count, row_controls, vectors)
    elif target == 1:
        _lane_1(re, im, count, row_controls, vectors)
    elif target == 2:
        _lane_2(re, im, count, row_controls, vectors)
    else:
        _lane_3(re, im, count, row_controls, vectors)


@jit(internal=True)
def _adjoint_matrix(re, im, bra_re, bra_im, bits, lane_bits, op, matrix, space, out):
    """Undo the matrix on both states; add M_ij = Σ ket_i conj(bra_j) to `out`."""
    target = op[TARGET]
    controls = op[MASK_LOCAL]
    vectors, sums = space.vectors, space.sums
    _fill_matrix(vectors, lane_bits, target, controls, matrix, True)
    row_controls = controls >> lane_bits
    lanes = 1 << lane_bits
    inner = controls & (lanes - 1)
    count = 1 << (bits - lane_bits)
    sums[:] = 0.0
    if target >= lane_bits:
        if op[FORM] & REAL:
            _real_adjoint_row_gate(
                re, im, bra_re, bra_im, count >> 1, target - lane_bits, row_controls, vectors, sums
            )
        else:
            _adjoint_row_gate(
                re, im, bra_re, bra_im, count >> 1, target - lane_bits, row_controls, vectors, sums
            )
        for lane in range(lanes):
            if (lane & inner) == inner:
                for entry in range(8):
                    out[entry] += sums[entry * lanes + lane]
        return
    if target == 0:
        _adjoint_lane_0(re, im, bra_re, bra_im, count, row_controls, vectors, sums)
    elif target == 1:
        _adjoint_lane_1(re, im, bra_re, bra_im, count, row_controls, vectors, sums)
    elif target == 2:
        _adjoint_lane_2(re, im, bra_re, bra_im, count, row_controls, vectors, sums)
    else:
        _adjoint_lane_3(re, im, bra_re, bra_im, count, row_controls, vectors, sums)
    for lane in range(lanes):
        if (lane & inner) == inner:
            row = (lane >> target) & 1
            for entry in range(2):
                at = 2 * (2 * row + (row ^ entry))
                out[at] += sums[2 * entry * lanes + lane]
                out[at + 1] += sums[(2 * entry + 1) * lanes + lane]


@jit(internal=True)
def _fill_phase(vectors, lane_bits, z_local, cosine, sine):
    """Write a vector of cos, then one of sin with the sign of the lane bits."""
    lanes = 1 << lane_bits
    for lane in range(lanes):
        vectors[lane] = cosine
        vectors[lanes + lane] = -sine if odd(lane & z_local) else sine


@jit(internal=True)
def _flip(re, im, bits, op, cosine, sine):
    """Apply e^{−iθP/2} of a product P with X or Y in it, to the pairs z, z ^ x."""
    x, z_mask = op[X_LOCAL], op[Z_LOCAL]
    top = 1
    while top << 1 <= x:
        top <<= 1
    # P|z⟩ = i^y (−1)^{|z & zm|} |z ^ x⟩; at the partner the sign differs where y is odd.
    imaginary = op[IMAGINARY] != 0
    for k in range(1 << (bits - 1)):
        low = k & (top - 1)
        z = ((k - low) << 1) | low
        w = z ^ x
        s = -sine if odd(z & z_mask) else sine
        a_re, a_im, b_re, b_im = re[z], im[z], re[w], im[w]
        if imaginary:  # P|z⟩ = i s|w⟩, P|w⟩ = −i s|z⟩: a real rotation
            re[w] = cosine * b_re + s * a_re
            im[w] = cosine * b_im + s * a_im
            re[z] = cosine * a_re - s * b_re
            im[z] = cosine * a_im - s * b_im
        else:
            re[w] = cosine * b_re + s * a_im
            im[w] = cosine * b_im - s * a_re
            re[z] = cosine * a_re + s * b_im
            im[z] = cosine * a_im - s * b_re


@jit(internal=True)
def flip_overlap(re, im, bra_re, bra_im, bits, op, sign):
    """Return Im⟨bra|P|ket⟩, times `sign`."""
    x, z_mask = op[X_LOCAL], op[Z_LOCAL]
    imaginary = op[IMAGINARY] != 0
    total = 0.0
    for z in range(1 << bits):
        w = z ^ x
        if imaginary:  # Im(conj(bra_w) i s ket_z) = s Re(conj(bra_w) ket_z)
            part = bra_re[w] * re[z] + bra_im[w] * im[z]
        else:
            part = bra_re[w] * im[z] - bra_im[w] * re[z]
        total += -part if odd(z & z_mask) else part
    return sign * total


@jit(internal=True)
def _exchange(re, im, bits, op, cosine, sine):
    """Apply e^{θG} of one transition between pairs z, z ^ flip."""
    mask, source = op[MASK_LOCAL], op[SOURCE_LOCAL]
    flip, z_mask = op[X_LOCAL], op[Z_LOCAL]
    imaginary = op[IMAGINARY] != 0
    for z in range(1 << bits):
        if (z & mask) != source:
            continue
        w = z ^ flip
        s = -sine if odd(z & z_mask) else sine
        a_re, a_im, b_re, b_im = re[z], im[z], re[w], im[w]
        if imaginary:
            re[w] = cosine * b_re + s * a_im
            im[w] = cosine * b_im - s * a_re
            re[z] = cosine * a_re + s * b_im
            im[z] = cosine * a_im - s * b_re
        else:
            re[w] = cosine * b_re + s * a_re
            im[w] = cosine * b_im + s * a_im
            re[z] = cosine * a_re - s * b_re
            im[z] = cosine * a_im - s * b_im


@jit(internal=True)
def exchange_overlap(re, im, bra_re, bra_im, bits, op, sign):
    """Return 2 Re⟨bra|G|ket⟩, times `sign`."""
    mask, source = op[MASK_LOCAL], op[SOURCE_LOCAL]
    flip, z_mask = op[X_LOCAL], op[Z_LOCAL]
    imaginary = op[IMAGINARY] != 0
    total = 0.0
    for z in range(1 << bits):
        if (z & mask) != source:
            continue
        w = z ^ flip
        if imaginary:  # Re(−i conj(bra) ket) = Im(conj(bra) ket)
            part = bra_re[w] * im[z] - bra_im[w] * re[z] + bra_re[z] * im[w] - bra_im[z] * re[w]
        else:
            part = bra_re[w] * re[z] + bra_im[w] * im[z] - bra_re[z] * re[w] - bra_im[z] * im[w]
        total += -part if odd(z & z_mask) else part
    return 2.0 * sign * total


@jit(internal=True)
def acts(op, outer):
    """Return True where the operation acts in the block of these outer bits."""
    return (outer & op[MASK_OUTER]) == op[SOURCE_OUTER]


@jit(internal=True)
def outer_sign(op, outer):
    """Return the operation's constant sign in the block of these outer bits."""
    sign = -1.0 if odd(outer & op[Z_OUTER]) else 1.0
    return sign * op[SIGN]


@jit(internal=True)
def apply(re, im, bits, lane_bits, outer, op, coefs, vectors):
    """Apply one operation to one block.

    Args:
        re, im: the block, float32 or float64, shape (2**bits,), changed in place.
        bits: log2 of the block's amplitudes, int64, at least CHUNK_BITS.
        lane_bits: log2 of the amplitudes in a vector, int64.
        outer: index of the block's first amplitude in the state, int64.
        op: the operation, a row of the table, int64, shape (COLUMNS,).
        coefs: its coefficients, float64, shape (16,); see `factors.fill_coefs`.
        vectors: working array, as `GateSpace.vectors`.
    """
    if not acts(op, outer):
        return
    kind = op[KIND]
    if kind == MATRIX:
        _matrix(re, im, bits, lane_bits, op, coefs, False, vectors)
        return
    cosine, sine = coefs[0], coefs[1] * outer_sign(op, outer)
    if kind == PARITY:
        _fill_phase(vectors, lane_bits, op[Z_LOCAL], cosine, sine)
        parity_phase(re, im, 1 << (bits - lane_bits), op[Z_LOCAL] >> lane_bits, vectors)
    elif kind == FLIP:
        _flip(re, im, bits, op, cosine, sine)
    else:
        _exchange(re, im, bits, op, cosine, sine)


@jit(internal=True)
def undo(re, im, bra_re, bra_im, bits, lane_bits, outer, op, coefs, space, out):
    """Undo one operation on both states; add the terms of its derivative to `out`.

    Args:
        re, im, bits, lane_bits, outer, op, coefs: as for `apply`.
        bra_re, bra_im: the bra's block, changed in place.
        space: one thread's working arrays, a `GateSpace`.
        out: float64, shape (8,), added to: of a matrix M_ij = Σ ket_i conj(bra_j), real and
            imaginary parts in turn; of other operations 2 d⟨bra|ket⟩/dθ in ``out[0]``.
    """
    if not acts(op, outer):
        return
    kind = op[KIND]
    if kind == MATRIX and op[FORM] & FIXED:
        _matrix(re, im, bits, lane_bits, op, coefs, True, space.vectors)
        _matrix(bra_re, bra_im, bits, lane_bits, op, coefs, True, space.vectors)
        return
    if kind == MATRIX:
        _adjoint_matrix(re, im, bra_re, bra_im, bits, lane_bits, op, coefs, space, out)
        return
    sign = outer_sign(op, outer)
    cosine, sine = coefs[0], -coefs[1] * sign
    if kind == PARITY:
        lanes = 1 << lane_bits
        space.sums[:] = 0.0
        _fill_phase(space.vectors, lane_bits, op[Z_LOCAL], cosine, sine)
        adjoint_parity_phase(
            re, im, bra_re, bra_im, 1 << (bits - lane_bits), op[Z_LOCAL] >> lane_bits,
            space.vectors, space.sums,
        )  # fmt: skip
        for lane in range(lanes):
            part = sign * space.sums[lane]
            out[0] += -part if odd(lane & op[Z_LOCAL]) else part
    elif kind == FLIP:
        out[0] += flip_overlap(re, im, bra_re, bra_im, bits, op, sign)
        _flip(re, im, bits, op, cosine, sine)
        _flip(bra_re, bra_im, bits, op, cosine, sine)
    else:
        out[0] += exchange_overlap(re, im, bra_re, bra_im, bits, op, sign)
        _exchange(re, im, bits, op, cosine, sine)
        _exchange(bra_re, bra_im, bits, op, cosine, sine)
