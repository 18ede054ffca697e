"""A layer of one-qubit gates on one block, forwards on a ket, backwards on ket and bra.

Of each gate the columns `COSINE` … of its coefficients hold C, S, the diagonal (p0, p1) that comes
after the rotation and (1, r) that comes before; see `turns_simd`.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.statevector.kernels.turns_simd import (
    adjoint_turn_lanes,
    adjoint_turn_phases,
    cross_lanes,
    cross_rows,
    make_adjoint_turn,
    make_turn,
    turn_lanes,
    turn_phases,
)

CHUNK_BITS = 6
COSINE, SINE, AFTER_0, AFTER_1, BEFORE_1 = 8, 9, 10, 12, 14

# Parts that a layer has, in its column FORM.
BEFORE, AFTER = 8, 16

_turn_1, _turn_2, _turn_3 = make_turn(1), make_turn(2), make_turn(3)
_back_1, _back_2, _back_3 = make_adjoint_turn(1), make_adjoint_turn(2), make_adjoint_turn(3)


@jit(internal=True)
def _times(table, at, size, a_re, a_im, b_re, b_im, half):
    """Double a table: entries 0 … size − 1 times b go behind, then those times a stay."""
    for z in range(size):
        re, im = table[at + z], table[at + half + z]
        table[at + size + z] = re * b_re - im * b_im
        table[at + half + size + z] = re * b_im + im * b_re
        table[at + z] = re * a_re - im * a_im
        table[at + half + z] = re * a_im + im * a_re


@jit(internal=True)
def _fill_tables(low, high, bits, items, first, last, coefs, column, inverse):
    """The diagonal factors of all items by index: low 6 bits, and the bits above."""
    chunks = 1 << (bits - CHUNK_BITS)
    low[0], low[64] = 1.0, 0.0
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
            _times(low, 0, 1 << bit, a_re, a_im, b_re, b_im, 64)
        else:
            _times(high, 0, 1 << (bit - CHUNK_BITS), a_re, a_im, b_re, b_im, chunks)


@jit(internal=True)
def _diagonal(re, im, bits, items, first, last, coefs, column, inverse, low, high):
    """All items' diagonal matrices."""
    _fill_tables(low, high, bits, items, first, last, coefs, column, inverse)
    chunks = 1 << (bits - CHUNK_BITS)
    turn_phases(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])


@jit(internal=True)
def _fill_lanes(vectors, lane_bits, items, first, last, coefs, inverse):
    """Coefficients of `turn_lanes`; returns the first item that is no lane bit."""
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
def turn(re, im, bits, lane_bits, op_form, items, first, last, coefs, vectors, low, high):
    """Apply the layer to one state."""
    if op_form & BEFORE:
        _diagonal(re, im, bits, items, first, last, coefs, BEFORE_1, False, low, high)
    count = 1 << (bits - lane_bits)
    item = _fill_lanes(vectors, lane_bits, items, first, last, coefs, False)
    if item > first:
        turn_lanes(re, count, vectors)
        turn_lanes(im, count, vectors)
    kind = re.dtype.type
    while item < last:
        p = items[item, 0] - lane_bits
        c, s = kind(coefs[items[item, 1], COSINE]), kind(coefs[items[item, 1], SINE])
        if last - item == 1:
            _turn_1(re, count >> 1, (p,), (c, s))
            _turn_1(im, count >> 1, (p,), (c, s))
            item += 1
            continue
        q = items[item + 1, 0] - lane_bits
        d, t = kind(coefs[items[item + 1, 1], COSINE]), kind(coefs[items[item + 1, 1], SINE])
        if last - item == 2:
            _turn_2(re, count >> 2, (p, q), (c, d, s, t))
            _turn_2(im, count >> 2, (p, q), (c, d, s, t))
            item += 2
            continue
        r = items[item + 2, 0] - lane_bits
        e, u = kind(coefs[items[item + 2, 1], COSINE]), kind(coefs[items[item + 2, 1], SINE])
        _turn_3(re, count >> 3, (p, q, r), (c, d, e, s, t, u))
        _turn_3(im, count >> 3, (p, q, r), (c, d, e, s, t, u))
        item += 3
    if op_form & AFTER:
        _diagonal(re, im, bits, items, first, last, coefs, AFTER_0, False, low, high)


@jit(internal=True)
def _add_about_z(bits, items, first, last, low_sums, chunk_sums, sums):
    """Σ_z ± Im(conj(bra) ket) of each item, + where its bit is 0, as i/2 Z in its matrix."""
    for item in range(first, last):
        bit = items[item, 0]
        total = 0.0
        if bit < CHUNK_BITS:
            for v in range(64):
                total += -low_sums[v] if (v >> bit) & 1 else low_sums[v]
        else:
            for k in range(1 << (bits - CHUNK_BITS)):
                total += -chunk_sums[k] if (k >> (bit - CHUNK_BITS)) & 1 else chunk_sums[k]
        out = sums[items[item, 1]]
        out[1] += 0.5 * total
        out[7] -= 0.5 * total


@jit(internal=True)
def _add_off_diagonal(coefs, about_y, about_x, out):
    """i/2 (D_X X + D_Y Y), seen after the diagonal matrix that follows, into a matrix of sums."""
    p0 = complex(coefs[AFTER_0], coefs[AFTER_0 + 1])
    p1 = complex(coefs[AFTER_1], coefs[AFTER_1 + 1])
    k01 = p0 * p1.conjugate() * complex(0.5 * about_y, 0.5 * about_x)
    k10 = p1 * p0.conjugate() * complex(-0.5 * about_y, 0.5 * about_x)
    out[2] += k01.real
    out[3] += k01.imag
    out[4] += k10.real
    out[5] += k10.imag


@jit(internal=True)
def _crossed(re, im, bra_re, bra_im, bits, lane_bits, items, first, last, space_sums, coefs, sums):
    """The derivatives about X, which only gates with a diagonal matrix before need."""
    lanes = 1 << lane_bits
    count = 1 << (bits - lane_bits)
    if items[first, 0] < lane_bits:
        space_sums[:] = 0.0
        cross_lanes(re, im, bra_re, bra_im, count, space_sums)
    for item in range(first, last):
        bit = items[item, 0]
        start = bit * lanes
        if bit >= lane_bits:
            space_sums[:] = 0.0
            cross_rows(re, im, bra_re, bra_im, count >> 1, bit - lane_bits, space_sums)
            start = 0
        total = 0.0
        for lane in range(lanes):
            total += space_sums[start + lane]
        _add_off_diagonal(coefs[items[item, 1]], 0.0, total, sums[items[item, 1]])


@jit(internal=True)
def _sum_lanes(x, at, lanes):
    total = 0.0
    for lane in range(lanes):
        total += x[at + lane]
    return total


@jit(internal=True)
def undo_turn(
    re, im, bra_re, bra_im, bits, lane_bits, op_form, items, first, last, coefs, space, sums
):
    """Undo the layer on both states; adds each gate's derivatives to its row of `sums`."""
    vectors, accumulated, low, high = space.vectors, space.sums, space.low, space.high
    lanes = 1 << lane_bits
    count = 1 << (bits - lane_bits)
    if op_form & (BEFORE | AFTER):
        chunks = 1 << (bits - CHUNK_BITS)
        low_sums, chunk_sums = space.chunk, space.chunk_sums
        low_sums[:] = 0.0
        _fill_tables(low, high, bits, items, first, last, coefs, AFTER_0, True)
        adjoint_turn_phases(
            re, im, bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks],
            low_sums, chunk_sums,
        )  # fmt: skip
        _add_about_z(bits, items, first, last, low_sums, chunk_sums, sums)
    if op_form & BEFORE:
        _crossed(
            re, im, bra_re, bra_im, bits, lane_bits, items, first, last, accumulated, coefs, sums
        )
    item = _fill_lanes(vectors, lane_bits, items, first, last, coefs, True)
    if item > first:
        accumulated[:] = 0.0
        adjoint_turn_lanes(re, bra_re, count, vectors, accumulated)
        adjoint_turn_lanes(im, bra_im, count, vectors, accumulated)
        for number in range(first, item):
            bit = items[number, 0]
            total = 0.0
            for lane in range(lanes):
                part = accumulated[bit * lanes + lane]
                total += part if (lane >> bit) & 1 else -part
            _add_off_diagonal(coefs[items[number, 1]], total, 0.0, sums[items[number, 1]])
    kind = re.dtype.type
    while item < last:
        accumulated[:] = 0.0
        p = items[item, 0] - lane_bits
        c, s = kind(coefs[items[item, 1], COSINE]), kind(-coefs[items[item, 1], SINE])
        done = min(last - item, 3)
        if done == 1:
            _back_1(re, bra_re, count >> 1, (p,), (c, s), accumulated)
            _back_1(im, bra_im, count >> 1, (p,), (c, s), accumulated)
        else:
            q = items[item + 1, 0] - lane_bits
            d, t = kind(coefs[items[item + 1, 1], COSINE]), kind(-coefs[items[item + 1, 1], SINE])
            if done == 2:
                _back_2(re, bra_re, count >> 2, (p, q), (c, d, s, t), accumulated)
                _back_2(im, bra_im, count >> 2, (p, q), (c, d, s, t), accumulated)
            else:
                r = items[item + 2, 0] - lane_bits
                e = kind(coefs[items[item + 2, 1], COSINE])
                u = kind(-coefs[items[item + 2, 1], SINE])
                _back_3(re, bra_re, count >> 3, (p, q, r), (c, d, e, s, t, u), accumulated)
                _back_3(im, bra_im, count >> 3, (p, q, r), (c, d, e, s, t, u), accumulated)
        for number in range(done):
            slot = items[item + number, 1]
            total = _sum_lanes(accumulated, number * lanes, lanes)
            _add_off_diagonal(coefs[slot], total, 0.0, sums[slot])
        item += done
    if op_form & BEFORE:
        _fill_tables(low, high, bits, items, first, last, coefs, BEFORE_1, True)
        chunks = 1 << (bits - CHUNK_BITS)
        turn_phases(re, im, chunks, low, high[:chunks], high[chunks : 2 * chunks])
        turn_phases(bra_re, bra_im, chunks, low, high[:chunks], high[chunks : 2 * chunks])
