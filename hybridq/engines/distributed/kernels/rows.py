"""Mixers of the bits that an exchange brings together, strip by strip of columns.

The steps of `hybridq.engines.distributed.rows`, which is the slow twin.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

STRIP = 128
"""Columns that are worked on at a time: with 16 rows they stay in the first-level cache."""


# Loops go over slices of one axis from 0 on: only those are known to be contiguous and within
# bounds, and are vectorized.


@jit(internal=True)
def _rotate(x, y, cosine, sine):
    """Rotate (x, y) to (c x + s y, c y − s x)."""
    for i in range(x.shape[0]):
        a, b = x[i], y[i]
        x[i] = cosine * a + sine * b
        y[i] = cosine * b - sine * a


@jit(internal=True)
def _turn(re, im, power):
    """Multiply by a power of i."""
    if power == 1:
        for i in range(re.shape[0]):
            a, b = re[i], im[i]
            re[i], im[i] = -b, a
    elif power == 2:
        for i in range(re.shape[0]):
            re[i], im[i] = -re[i], -im[i]
    elif power == 3:
        for i in range(re.shape[0]):
            a, b = re[i], im[i]
            re[i], im[i] = b, -a


@jit(internal=True)
def _overlap(bra_x, bra_y, x, y):
    """Return Σ bra_x y − bra_y x, float64."""
    total = 0.0
    for i in range(x.shape[0]):
        total += float(bra_x[i] * y[i] - bra_y[i] * x[i])
    return total


@jit(internal=True)
def _rotate_anchors(rows, at, wide, cosine, sine):
    """Rotate rows in pairs of complements."""
    count, end = rows.shape[0], at + wide
    for row in range(count // 2):
        _rotate(rows[row, at:end], rows[count - 1 - row, at:end], cosine, sine)


@jit(internal=True)
def _rotate_to(x, y, to_x, to_y, cosine, sine):
    """Write the rotated (x, y) elsewhere."""
    for i in range(x.shape[0]):
        to_x[i] = cosine * x[i] + sine * y[i]
        to_y[i] = cosine * y[i] - sine * x[i]


@jit(internal=True)
def _rotate_rows(rows, stop, at, wide, cosine, sine):
    """Rotate the bits of the rows below `stop`, a power of two."""
    count, bit, end = rows.shape[0], 1, at + wide
    while bit < stop:
        for row in range(count):
            if not row & bit:
                _rotate(rows[row, at:end], rows[row | bit, at:end], cosine, sine)
        bit <<= 1


@jit(internal=True)
def _copy(source, target):
    """Copy an array of one axis."""
    for i in range(source.shape[0]):
        target[i] = source[i]


@jit()
def join_rows(piece, ket, at, cosine, sine, quarters, symmetric, counter, thread, threads):
    """Finish a layer on columns that were received, and store them.

    Every thread of a team calls this at once.

    Args:
        piece: real and imaginary parts, float32 or float64, shape (2, halves, rows, columns),
            overwritten.
        ket: the state, shape (2, entries).
        at: the place of column 0 of each half and row in `ket`, int64, shape (halves, rows).
        cosine, sine: of the mixer's angle, of the dtype of the state.
        quarters: powers of i, int64, shape (halves, rows).
        symmetric: whether there are anchors.
        counter, thread, threads: from `Team.run`.
    """
    halves, rows, columns = piece.shape[1:]
    wide = min(STRIP, columns)
    strips = columns // wide
    first, last = slice_of(thread, threads, halves * strips)
    for number in range(first, last):
        half, column = number // strips, number % strips * wide
        re, im, end = piece[0, half], piece[1, half], column + wide
        if symmetric:
            _rotate_anchors(re, column, wide, cosine, -sine)
            _rotate_anchors(im, column, wide, cosine, -sine)
        for row in range(rows):
            _turn(re[row, column:end], im[row, column:end], quarters[half, row])
        top = rows >> 1
        for part in range(2):
            own = piece[part, half]
            _rotate_rows(own, top, column, wide, cosine, sine)
            for row in range(top):  # the highest bit on the way to the state
                start, other = at[half, row] + column, at[half, row | top] + column
                _rotate_to(
                    own[row, column:end], own[row | top, column:end],
                    ket[part, start : start + wide], ket[part, other : other + wide],
                    cosine, sine,
                )  # fmt: skip
    barrier(counter, threads)


@jit(internal=True)
def _slope_of_rows(kets, bras):
    """Return the overlap with the derivative of the rotations of every bit."""
    count, bit, total = kets.shape[0], 1, 0.0
    while bit < count:
        for row in range(count):
            if not row & bit:
                total += _overlap(bras[row], bras[row | bit], kets[row], kets[row | bit])
        bit <<= 1
    return total


@jit(internal=True)
def _slope_of_anchors(kets, bras):
    """Return the overlap with the derivative of the rotations of complements."""
    count, total = kets.shape[0], 0.0
    for row in range(count // 2):
        other = count - 1 - row
        total += _overlap(bras[row], bras[other], kets[row], kets[other])
    return total


@jit()
def split_rows(
    ket, bra, strips, at, columns, cosine, sine, quarters, symmetric, partial, counter, thread,
    threads,
):  # fmt: skip
    """Undo `join_rows` on columns of two states; leave overlaps in `partial`.

    Every thread of a team calls this at once.

    Args:
        ket, bra: the states, float32 or float64, shape (2, entries).
        strips: working array of the dtype of the states, shape (threads, 2, 2, rows, columns at a
            time).
        at: the place of column 0 of each half and row, int64, shape (halves, rows).
        columns: number of columns, a power of two.
        cosine, sine, quarters, symmetric: as for `join_rows`.
        partial: Re⟨bra|G|ket⟩ of each strip, float64, shape (halves · strips,), overwritten.
        counter, thread, threads: from `Team.run`.
    """
    halves, rows = at.shape
    wide = min(STRIP, columns)
    count = columns // wide
    first, last = slice_of(thread, threads, halves * count)
    for number in range(first, last):
        half, column = number // count, number % count * wide
        kets, bras = strips[thread, 0], strips[thread, 1]
        for part in range(2):
            for row in range(rows):
                start = at[half, row] + column
                _copy(ket[part, start : start + wide], kets[part, row])
                _copy(bra[part, start : start + wide], bras[part, row])
        slope = 0.0
        for part in range(2):
            slope += _slope_of_rows(kets[part], bras[part])
            _rotate_rows(kets[part], rows, 0, wide, cosine, -sine)
            _rotate_rows(bras[part], rows, 0, wide, cosine, -sine)
        for row in range(rows):
            power = (4 - quarters[half, row]) & 3
            _turn(kets[0, row], kets[1, row], power)
            _turn(bras[0, row], bras[1, row], power)
        for part in range(2):
            if symmetric:
                slope -= _slope_of_anchors(kets[part], bras[part])
                _rotate_anchors(kets[part], 0, wide, cosine, sine)
                _rotate_anchors(bras[part], 0, wide, cosine, sine)
            for row in range(rows):
                start = at[half, row] + column
                _copy(kets[part, row], ket[part, start : start + wide])
                _copy(bras[part, row], bra[part, start : start + wide])
        partial[number] = slope
    barrier(counter, threads)
