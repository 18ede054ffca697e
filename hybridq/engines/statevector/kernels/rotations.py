"""Layers of one-qubit gates: forwards on a ket, backwards on ket and bra.

Of each gate the columns `COSINE` … of its coefficients hold C, S, the diagonal (p0, p1) after the
rotation and (1, r) before it; see `rotations_simd`.
"""

from __future__ import annotations

from hybridq.core.emit import CHUNK, CHUNK_BITS
from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.rotations_simd import (
    add_lane_overlaps,
    add_row_overlaps,
    adjoint_diagonal,
    adjoint_rotate_lanes,
    apply_diagonal,
    make_adjoint_row_rotation,
    make_row_rotation,
    rotate_lanes,
)

COSINE, SINE, AFTER_0, AFTER_1, BEFORE_1 = 8, 9, 10, 12, 14

TILE_BITS = 11
"""Low bits are rotated tile by tile: 16 KiB in double precision, half of a level-1 cache."""

# Diagonal parts that a layer has, bits of its column FORM.
BEFORE, AFTER = 8, 16

_rotate_1, _rotate_2, _rotate_3 = make_row_rotation(1), make_row_rotation(2), make_row_rotation(3)
_adjoint_1, _adjoint_2, _adjoint_3 = (
    make_adjoint_row_rotation(1),
    make_adjoint_row_rotation(2),
    make_adjoint_row_rotation(3),
)


@jit(internal=True)
def _double_table(table, at, size, a_re, a_im, b_re, b_im, half):
    """Double a table: append entries 0 … size − 1 times b, then multiply them by a.

    Args:
        table: real parts from `at`, imaginary parts from at + half.
        at: index of entry 0, int64.
        size: entries so far, int64.
        a_re, a_im, b_re, b_im: the factors of a clear and of a set bit.
        half: entries of the full table, int64.
    """
    for z in range(size):
        re, im = table[at + z], table[at + half + z]
        table[at + size + z] = re * b_re - im * b_im
        table[at + half + size + z] = re * b_im + im * b_re
        table[at + z] = re * a_re - im * a_im
        table[at + half + z] = re * a_im + im * a_re


@jit(internal=True)
def _fill_tables(low, high, bits, items, first, last, coefs, column, inverse):
    """Fill the tables of the diagonal factors of all items.

    Args:
        low: factors by the low CHUNK_BITS bits of the index, CHUNK real, then CHUNK imaginary
            parts, overwritten.
        high: factors by the bits above, 2**(bits − CHUNK_BITS) real, then imaginary parts.
        bits: log2 of the block's amplitudes, int64.
        items, first, last, coefs: as for `apply_layer`.
        column: AFTER_0 for the diagonals after the rotations, BEFORE_1 for those before.
        inverse: True for the complex conjugates.
    """
    chunks = 1 << (bits - CHUNK_BITS)
    low[0], low[CHUNK] = 1.0, 0.0
    high[0], high[chunks] = 1.0, 0.0
    item = first
    for bit in range(bits):
        a_re, a_im, b_re, b_im = 1.0, 0.0, 1.0, 0.0
        if item < last and items[item, 0] == bit:
            c = coefs[items[item, 1]]
            if column == AFTER_0:
                a_re, a_im, b_re, b_im = c[AFTER_0], c[AFTER_0 + 1], c[AFTER_1], c[AFTER_1 + 1]
            else:
                b_re, b_im = c[BEFORE_1], c[BEFORE_1 + 1]
            if inverse:
                a_im, b_im = -a_im, -b_im
            item += 1
        if bit < CHUNK_BITS:
            _double_table(low, 0, 1 << bit, a_re, a_im, b_re, b_im, CHUNK)
        else:
            _double_table(high, 0, 1 << (bit - CHUNK_BITS), a_re, a_im, b_re, b_im, chunks)


@jit(internal=True)
def _apply_diagonals(re, im, bits, items, first, last, coefs, column, inverse, low, high):
    """Apply all items' diagonal matrices; arguments as for `_fill_tables`."""
    _fill_tables(low, high, bits, items, first, last, coefs, column, inverse)
    chunks = 1 << (bits - CHUNK_BITS)
    apply_diagonal(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])


@jit(internal=True)
def _fill_lanes(vectors, lane_bits, items, first, last, coefs, inverse):
    """Fill the coefficients of `rotate_lanes`; return the first item on a row bit."""
    lanes = 1 << lane_bits
    item = first
    for bit in range(lane_bits):
        c, s = 1.0, 0.0
        if item < last and items[item, 0] == bit:
            c, s = coefs[items[item, 1], COSINE], coefs[items[item, 1], SINE]
            if inverse:
                s = -s
            item += 1
        for lane in range(lanes):
            vectors[2 * bit * lanes + lane] = c
            vectors[(2 * bit + 1) * lanes + lane] = s if (lane >> bit) & 1 else -s
    return item


@jit(internal=True)
def _first_above(items, first, last, bit):
    """Return the first item on a qubit of the block from `bit` on, or `last`."""
    item = first
    while item < last and items[item, 0] < bit:
        item += 1
    return item


@jit(internal=True)
def _rotate_items(x, lane_bits, items, first, last, coefs):
    """Rotate one real array over row bits, up to three at once."""
    count = x.shape[0] >> lane_bits
    scalar = x.dtype.type
    item = first
    while item < last:
        p = items[item, 0] - lane_bits
        c, s = scalar(coefs[items[item, 1], COSINE]), scalar(coefs[items[item, 1], SINE])
        if last - item == 1:
            _rotate_1(x, count >> 1, (p,), (c, s))
            return
        q = items[item + 1, 0] - lane_bits
        d, t = scalar(coefs[items[item + 1, 1], COSINE]), scalar(coefs[items[item + 1, 1], SINE])
        if last - item == 2:
            _rotate_2(x, count >> 2, (p, q), (c, d, s, t))
            return
        r = items[item + 2, 0] - lane_bits
        e, u = scalar(coefs[items[item + 2, 1], COSINE]), scalar(coefs[items[item + 2, 1], SINE])
        _rotate_3(x, count >> 3, (p, q, r), (c, d, e, s, t, u))
        item += 3


@jit(internal=True)
def apply_layer(re, im, bits, lane_bits, op_form, items, first, last, coefs, vectors, low, high):
    """Apply the layer to one state.

    Args:
        re, im: the block, float32 or float64, shape (2**bits,), changed in place.
        bits: log2 of the block's amplitudes, int64, at least CHUNK_BITS.
        lane_bits: log2 of the amplitudes in a vector, int64.
        op_form: which of BEFORE and AFTER the layer has, int64.
        items: of each gate its qubit in the block and its slot, ascending, int64,
            shape (items, 2).
        first, last: the layer is rows first … last − 1 of `items`, int64.
        coefs: coefficients by slot, float64, shape (slots, 16); see `factors.fill_coefs`.
        vectors: working array, as `GateSpace.vectors`.
        low, high: working arrays, as `GateSpace.low` and `GateSpace.high`.
    """
    if op_form & BEFORE:
        _apply_diagonals(re, im, bits, items, first, last, coefs, BEFORE_1, False, low, high)
    near = _first_above(items, first, last, TILE_BITS) if bits > TILE_BITS else last
    above = _fill_lanes(vectors, lane_bits, items, first, last, coefs, False)
    for x in (re, im):
        for tile in range(1 << max(bits - TILE_BITS, 0)):
            part = x[tile << TILE_BITS : (tile + 1) << TILE_BITS]
            if above > first:
                rotate_lanes(part, part.shape[0] >> lane_bits, vectors)
            _rotate_items(part, lane_bits, items, above, near, coefs)
        _rotate_items(x, lane_bits, items, near, last, coefs)
    if op_form & AFTER:
        _apply_diagonals(re, im, bits, items, first, last, coefs, AFTER_0, False, low, high)


@jit(internal=True)
def _add_z_derivatives(bits, items, first, last, low_sums, chunk_sums, sums):
    """Add Σ_z ± Im(conj(bra) ket) of each item as i/2 Z to its matrix.

    The sign is + where the item's bit is 0.
    """
    for item in range(first, last):
        bit = items[item, 0]
        total = 0.0
        if bit < CHUNK_BITS:
            for v in range(CHUNK):
                total += -low_sums[v] if (v >> bit) & 1 else low_sums[v]
        else:
            for k in range(1 << (bits - CHUNK_BITS)):
                total += -chunk_sums[k] if (k >> (bit - CHUNK_BITS)) & 1 else chunk_sums[k]
        out = sums[items[item, 1]]
        out[1] += 0.5 * total
        out[7] -= 0.5 * total


@jit(internal=True)
def _add_off_diagonal(coefs, about_y, about_x, out):
    """Add i/2 (D_X X + D_Y Y) to a matrix of sums.

    It is conjugated by the diagonal after the rotation.
    """
    p0 = complex(coefs[AFTER_0], coefs[AFTER_0 + 1])
    p1 = complex(coefs[AFTER_1], coefs[AFTER_1 + 1])
    k01 = p0 * p1.conjugate() * complex(0.5 * about_y, 0.5 * about_x)
    k10 = p1 * p0.conjugate() * complex(-0.5 * about_y, 0.5 * about_x)
    out[2] += k01.real
    out[3] += k01.imag
    out[4] += k10.real
    out[5] += k10.imag


@jit(internal=True)
def _add_x_derivatives(
    re, im, bra_re, bra_im, bits, lane_bits, items, first, last, lane_sums, coefs, sums
):
    """Add the derivatives about X, for gates with a diagonal before the rotation."""
    lanes = 1 << lane_bits
    count = 1 << (bits - lane_bits)
    if items[first, 0] < lane_bits:
        lane_sums[:] = 0.0
        add_lane_overlaps(re, im, bra_re, bra_im, count, lane_sums)
    for item in range(first, last):
        bit = items[item, 0]
        start = bit * lanes
        if bit >= lane_bits:
            lane_sums[:] = 0.0
            add_row_overlaps(re, im, bra_re, bra_im, count >> 1, bit - lane_bits, lane_sums)
            start = 0
        total = 0.0
        for lane in range(lanes):
            total += lane_sums[start + lane]
        _add_off_diagonal(coefs[items[item, 1]], 0.0, total, sums[items[item, 1]])


@jit(internal=True)
def _adjoint_rotate_items(ket, bra, lane_bits, items, first, last, coefs, sums):
    """Undo rotations over row bits on ket and bra, up to three at once.

    The lanes of each item's overlap are added to a vector of `sums`.
    """
    count, lanes = ket.shape[0] >> lane_bits, 1 << lane_bits
    scalar = ket.dtype.type
    item = first
    while item < last:
        into = sums[(item - first) * lanes :]
        p = items[item, 0] - lane_bits
        c, s = scalar(coefs[items[item, 1], COSINE]), scalar(-coefs[items[item, 1], SINE])
        done = min(last - item, 3)
        if done == 1:
            _adjoint_1(ket, bra, count >> 1, (p,), (c, s), into)
        else:
            q = items[item + 1, 0] - lane_bits
            d = scalar(coefs[items[item + 1, 1], COSINE])
            t = scalar(-coefs[items[item + 1, 1], SINE])
            if done == 2:
                _adjoint_2(ket, bra, count >> 2, (p, q), (c, d, s, t), into)
            else:
                r = items[item + 2, 0] - lane_bits
                e = scalar(coefs[items[item + 2, 1], COSINE])
                u = scalar(-coefs[items[item + 2, 1], SINE])
                _adjoint_3(ket, bra, count >> 3, (p, q, r), (c, d, e, s, t, u), into)
        item += done


@jit(internal=True)
def undo_layer(
    re, im, bra_re, bra_im, bits, lane_bits, op_form, items, first, last, coefs, space, sums
):
    """Undo the layer on both states; add each gate's derivatives to its row of `sums`.

    Args:
        re, im: the ket's block, float32 or float64, shape (2**bits,), changed in place.
        bra_re, bra_im: the bra's block, changed in place.
        bits: log2 of the block's amplitudes, int64, at least CHUNK_BITS.
        lane_bits: log2 of the amplitudes in a vector, int64.
        op_form: which of BEFORE and AFTER the layer has, int64.
        items, first, last, coefs: as for `apply_layer`.
        space: one thread's working arrays, a `GateSpace`.
        sums: matrices M of 8 numbers by slot, see `gates.undo`, float64, shape (slots, 8).
    """
    vectors, accumulated, low, high = space.vectors, space.sums, space.low, space.high
    lanes = 1 << lane_bits
    if op_form & (BEFORE | AFTER):
        chunks = 1 << (bits - CHUNK_BITS)
        low_sums, chunk_sums = space.chunk, space.chunk_sums
        low_sums[:] = 0.0
        _fill_tables(low, high, bits, items, first, last, coefs, AFTER_0, True)
        adjoint_diagonal(
            re, im, bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks],
            low_sums, chunk_sums,
        )  # fmt: skip
        _add_z_derivatives(bits, items, first, last, low_sums, chunk_sums, sums)
    if op_form & BEFORE:
        _add_x_derivatives(
            re, im, bra_re, bra_im, bits, lane_bits, items, first, last, accumulated, coefs, sums
        )
    near = _first_above(items, first, last, TILE_BITS) if bits > TILE_BITS else last
    above = _fill_lanes(vectors, lane_bits, items, first, last, coefs, True)
    accumulated[:] = 0.0
    of_rows = accumulated[lane_bits * lanes :]
    for x, y in ((re, bra_re), (im, bra_im)):
        for tile in range(1 << max(bits - TILE_BITS, 0)):
            begin, end = tile << TILE_BITS, (tile + 1) << TILE_BITS
            ket, bra = x[begin:end], y[begin:end]
            if above > first:
                adjoint_rotate_lanes(ket, bra, ket.shape[0] >> lane_bits, vectors, accumulated)
            _adjoint_rotate_items(ket, bra, lane_bits, items, above, near, coefs, of_rows)
        far_sums = of_rows[(near - above) * lanes :]
        _adjoint_rotate_items(x, y, lane_bits, items, near, last, coefs, far_sums)
    for item in range(first, last):
        bit = items[item, 0]
        total = 0.0
        if bit < lane_bits:
            for lane in range(lanes):
                part = accumulated[bit * lanes + lane]
                total += part if (lane >> bit) & 1 else -part
        else:
            for lane in range(lanes):
                total += of_rows[(item - above) * lanes + lane]
        _add_off_diagonal(coefs[items[item, 1]], total, 0.0, sums[items[item, 1]])
    if op_form & BEFORE:
        _fill_tables(low, high, bits, items, first, last, coefs, BEFORE_1, True)
        chunks = 1 << (bits - CHUNK_BITS)
        apply_diagonal(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])
        apply_diagonal(bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks])
