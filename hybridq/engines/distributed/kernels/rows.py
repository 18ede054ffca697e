"""Mixers of the bits that an exchange brings together, strip by strip of columns.

The steps of `hybridq.engines.distributed.rows`, which is the slow twin.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

STRIP = 128
"""Columns that are worked on at a time: with 16 rows they stay in the first-level cache."""


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
    if power == 0:
        return
    for i in range(re.shape[0]):
        a, b = re[i], im[i]
        if power == 1:
            re[i], im[i] = -b, a
        elif power == 2:
            re[i], im[i] = -a, -b
        else:
            re[i], im[i] = b, -a


@jit(internal=True)
def _overlap(bra_x, bra_y, x, y):
    """Return Σ bra_x y − bra_y x, float64."""
    total = 0.0
    for i in range(x.shape[0]):
        total += float(bra_x[i] * y[i] - bra_y[i] * x[i])
    return total


@jit(internal=True)
def _rotate_anchors(strip, cosine, sine):
    """Rotate the rows in pairs of complements, in real and imaginary parts."""
    rows = strip.shape[1]
    for row in range(rows // 2):
        for part in range(2):
            _rotate(strip[part, row], strip[part, rows - 1 - row], cosine, sine)


@jit(internal=True)
def _rotate_rows(strip, cosine, sine):
    """Rotate every bit of the rows, in real and imaginary parts."""
    rows, bit = strip.shape[1], 1
    while bit < rows:
        for row in range(rows):
            if not row & bit:
                for part in range(2):
                    _rotate(strip[part, row], strip[part, row | bit], cosine, sine)
        bit <<= 1


@jit(internal=True)
def _load(state, strip, at, half, column):
    """Copy a strip of a state."""
    rows, wide = strip.shape[1:]
    for row in range(rows):
        start = at[half, row] + column
        for part in range(2):
            for i in range(wide):
                strip[part, row, i] = state[part, start + i]


@jit(internal=True)
def _store(strip, state, at, half, column):
    """Write a strip back to a state."""
    rows, wide = strip.shape[1:]
    for row in range(rows):
        start = at[half, row] + column
        for part in range(2):
            for i in range(wide):
                state[part, start + i] = strip[part, row, i]


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
        strip = piece[:, half, :, column : column + wide]
        if symmetric:
            _rotate_anchors(strip, cosine, -sine)
        for row in range(rows):
            _turn(strip[0, row], strip[1, row], quarters[half, row])
        _rotate_rows(strip, cosine, sine)
        _store(strip, ket, at, half, column)
    barrier(counter, threads)


@jit()
def split_rows(
    ket, bra, strips, at, columns, cosine, sine, quarters, symmetric, partial, counter, thread,
    threads,
):  # fmt: skip
    """Undo `join_rows` on columns of two states; leave overlaps in `partial`.

    Every thread of a team calls this at once.

    Args:
        ket, bra: the states, float32 or float64, shape (2, entries).
        strips: working array of the dtype of the states, shape (threads, 2, 2, rows, STRIP).
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
        kets, bras = strips[thread, 0, :, :, :wide], strips[thread, 1, :, :, :wide]
        _load(ket, kets, at, half, column)
        _load(bra, bras, at, half, column)
        slope, bit = 0.0, 1
        while bit < rows:
            for row in range(rows):
                if not row & bit:
                    for part in range(2):
                        slope += _overlap(
                            bras[part, row], bras[part, row | bit],
                            kets[part, row], kets[part, row | bit],
                        )  # fmt: skip
            bit <<= 1
        for each in range(2):
            strip = strips[thread, each, :, :, :wide]
            _rotate_rows(strip, cosine, -sine)
            for row in range(rows):
                _turn(strip[0, row], strip[1, row], (4 - quarters[half, row]) & 3)
        if symmetric:
            for row in range(rows // 2):
                for part in range(2):
                    slope -= _overlap(
                        bras[part, row], bras[part, rows - 1 - row],
                        kets[part, row], kets[part, rows - 1 - row],
                    )  # fmt: skip
            _rotate_anchors(kets, cosine, sine)
            _rotate_anchors(bras, cosine, sine)
        _store(kets, ket, at, half, column)
        _store(bras, bra, at, half, column)
        partial[number] = slope
    barrier(counter, threads)
