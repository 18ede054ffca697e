"""Hops and free fermions on one Hamming weight, without lists of neighbours.

The state is a list of matrices, as in `kernels.weight`: rows are low halves, columns high halves. A
hop between two qubits connects some rows with others, and some columns with others.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
from hybridq.engines.subspace.kernels.weight import LANES, rotate_back_rows, rotate_rows

Hops = namedtuple("Hops", ["base", "columns", "first", "blocks", "here", "there", "sign"])
"""Pairs of states that hops connect.

Attributes:
    base, columns: first amplitude and number of columns of each matrix.
    first: blocks of hop h are those from first[h] up to first[h + 1].
    blocks: both matrices, the ranges of pairs of rows and of columns, and 1 where all columns are
        paired with themselves, shape (blocks, 7).
    here, there, sign: lists of pairs of rows or of columns, and a sign of each.
"""


@jit(internal=True)
def _rotate_run(a, b, c, re, im):
    """Rotate two runs of amplitudes into each other."""
    for f in range(len(a) // 2):
        x, y, p, q = a[2 * f], a[2 * f + 1], b[2 * f], b[2 * f + 1]
        a[2 * f] = c * x + re * p - im * q
        a[2 * f + 1] = c * y + re * q + im * p
        b[2 * f] = c * p - re * x - im * y
        b[2 * f + 1] = c * q - re * y + im * x


@jit(internal=True)
def _rotate_block(v, hops, block, low, high, c, re, im):
    """Rotate the pairs of a block in some of its pairs of rows."""
    first, second, _, _, begin, end, alone = block
    columns = hops.columns[first]
    for row in range(low, high):
        x = 2 * (hops.base[first] + hops.here[row] * columns)
        y = 2 * (hops.base[second] + hops.there[row] * hops.columns[second])
        if alone:
            width, s = 2 * columns, hops.sign[row]
            _rotate_run(v[x : x + width], v[y : y + width], c, s * re, s * im)
            continue
        for k in range(begin, end):
            i, j = x + 2 * hops.here[k], y + 2 * hops.there[k]
            s = hops.sign[row] * hops.sign[k]
            d, e, p, q = v[i], v[i + 1], v[j], v[j + 1]
            v[i] = c * d + s * (re * p - im * q)
            v[i + 1] = c * e + s * (re * q + im * p)
            v[j] = c * p - s * (re * d + im * e)
            v[j + 1] = c * q - s * (re * e - im * d)


@jit(internal=True)
def _block(hops, number):
    """Return the entries of a block."""
    b = hops.blocks[number]
    return b[0], b[1], b[2], b[3], b[4], b[5], b[6]


@jit()
def rotate_pairs(v, hops, c, re, im, backward, counter, thread, threads):
    r"""Rotate the two amplitudes a, b of each pair, hop after hop.

    .. math:: a' = c\,a + s\,b, \qquad b' = c\,b - \bar s\,a

    Args:
        v: the state.
        hops: a `Hops`; its signs multiply s.
        c, re, im: c, re s and im s, float64.
        backward: True to begin with the last hop.
        counter, thread, threads: from `Team.run`.
    """
    c, re, im = v.dtype.type(c), v.dtype.type(re), v.dtype.type(im)
    count = len(hops.first) - 1
    for step in range(count):
        hop = count - 1 - step if backward else step
        for number in range(hops.first[hop], hops.first[hop + 1]):
            block = _block(hops, number)
            start, stop = slice_of(thread, threads, block[3] - block[2])
            _rotate_block(v, hops, block, block[2] + start, block[2] + stop, c, re, im)
        barrier(counter, threads)


@jit()
def unrotate_pairs(ket, bra, hops, c, im, partial, counter, thread, threads):
    """Rotate pairs of two states backward; write Im ⟨bra|A_h|ket⟩ of each hop.

    Args:
        ket, bra: states.
        hops, c, im: as for `rotate_pairs`, without signs.
        partial: float64, shape (hops, groups).
        counter, thread, threads: from `Team.run`.
    """
    c, re, im = ket.dtype.type(c), ket.dtype.type(0), ket.dtype.type(im)
    groups = partial.shape[1]
    begin, end = slice_of(thread, threads, groups)
    for hop in range(len(hops.first) - 2, -1, -1):
        for group in range(begin, end):
            element = 0.0
            for number in range(hops.first[hop], hops.first[hop + 1]):
                block = _block(hops, number)
                start, stop = slice_of(group, groups, block[3] - block[2])
                low, high = block[2] + start, block[2] + stop
                element += _pair_element(ket, bra, hops, block, low, high)
                _rotate_block(ket, hops, block, low, high, c, re, im)
                _rotate_block(bra, hops, block, low, high, c, re, im)
            partial[hop, group] = element
        barrier(counter, threads)


@jit(internal=True)
def _pair_element(ket, bra, hops, block, low, high):
    """Return Σ Im(conj(bra) A ket) over the pairs of some rows of a block."""
    first, second, _, _, begin, end, _ = block
    element = 0.0
    for row in range(low, high):
        x = 2 * (hops.base[first] + hops.here[row] * hops.columns[first])
        y = 2 * (hops.base[second] + hops.there[row] * hops.columns[second])
        for k in range(begin, end):
            i, j = x + 2 * hops.here[k], y + 2 * hops.there[k]
            element += float(bra[i]) * ket[j + 1] - float(bra[i + 1]) * ket[j]
            element += float(bra[j]) * ket[i + 1] - float(bra[j + 1]) * ket[i]
    return element


@jit()
def turn_columns(v, halves, backward, counter, thread, threads):
    """Apply the rotations of the high half, or undo them; see `weight.turn`.

    Args:
        v: the state.
        halves: a `Halves`.
        backward: True to undo.
        counter, thread, threads: from `Team.run`.
    """
    largest = 1
    for w in range(len(halves.columns)):
        largest = max(largest, halves.columns[w])
    buffer = np.zeros((largest, 2 * LANES), v.dtype)
    for w in range(len(halves.rows)):
        rows, columns = halves.rows[w], halves.columns[w]
        start, stop = slice_of(thread, threads, (rows + LANES - 1) // LANES)
        first, last = halves.high_start[w], halves.high_start[w + 1]
        for task in range(start, stop):
            count = min(LANES, rows - task * LANES)
            for p in range(count):
                at = 2 * (halves.base[w] + (task * LANES + p) * columns)
                row = v[at : at + 2 * columns]
                for k in range(columns):
                    buffer[k, 2 * p] = row[2 * k]
                    buffer[k, 2 * p + 1] = row[2 * k + 1]
            if backward:
                rotate_back_rows(
                    buffer, halves.high_first, halves.high_second, halves.high_cos,
                    halves.high_sin, first, last,
                )  # fmt: skip
            else:
                rotate_rows(
                    buffer, halves.high_first, halves.high_second, halves.high_cos,
                    halves.high_sin, first, last,
                )  # fmt: skip
            for p in range(count):
                at = 2 * (halves.base[w] + (task * LANES + p) * columns)
                row = v[at : at + 2 * columns]
                for k in range(columns):
                    row[2 * k] = buffer[k, 2 * p]
                    row[2 * k + 1] = buffer[k, 2 * p + 1]
    barrier(counter, threads)


@jit()
def turn_phases(ket, bra, halves, low, high, beta, partial, counter, thread, threads):
    """Multiply by e^{iβ(a + b)}, a of the row and b of the column.

    Args:
        ket: the state.
        bra: another state, of which nothing is changed, for `partial`.
        halves: a `Halves`.
        low, high: a of all rows and b of all columns, matrix after matrix, float64.
        beta: β, float64.
        partial: sums (a + b) Im(conj(bra) ket), float64, shape (groups,), or empty.
        counter, thread, threads: from `Team.run`.
    """
    groups = len(partial) if len(partial) else threads
    begin, end = slice_of(thread, threads, groups)
    for group in range(begin, end):
        element = 0.0
        row_at, column_at = 0, 0
        for w in range(len(halves.rows)):
            rows, columns = halves.rows[w], halves.columns[w]
            turned = np.exp(1j * beta * high[column_at : column_at + columns])
            start, stop = slice_of(group, groups, rows)
            for r in range(start, stop):
                a = low[row_at + r]
                factor = np.exp(1j * beta * a)
                at = 2 * (halves.base[w] + r * columns)
                for k in range(columns):
                    i = at + 2 * k
                    x, y = ket[i], ket[i + 1]
                    if len(partial):
                        found = float(bra[i]) * y - float(bra[i + 1]) * x
                        element += (a + high[column_at + k]) * found
                    z = factor * turned[k]
                    ket[i] = z.real * x - z.imag * y
                    ket[i + 1] = z.real * y + z.imag * x
            row_at += rows
            column_at += columns
        if len(partial):
            partial[group] = element
    barrier(counter, threads)
