"""Hops and free fermions on one Hamming weight, without lists of neighbours.

The state is a list of matrices, as in `kernels.weight`: rows are low halves, columns high halves. A
hop between two qubits connects some rows with others, and some columns with others.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
from hybridq.engines.subspace.kernels.weight_simd import LANES, rotate_back_rows, rotate_rows

Hops = namedtuple(
    "Hops", ["base", "rows", "columns", "group", "kind", "ranges", "here", "there", "sign"]
)
"""Pairs of states that hops connect.

Attributes:
    base, rows, columns: first amplitude and shape of each matrix.
    group: hops of group g, which are applied while some amplitudes are in the cache, are those from
        group[g] up to group[g + 1].
    kind: `LOW`, `HIGH` or `ACROSS`, one for each group.
    ranges: the ranges of pairs of rows and of columns, shape (hops, matrices, 4).
    here, there, sign: lists of pairs of rows or of columns, and a sign of each.
"""

LOW, HIGH, ACROSS = 0, 1, 2
"""Hops between places of the low half, of the high half, of both; these form groups of one."""
_STRIP = 32  # columns that hops of the low half process together


@jit(internal=True)
def _rotate_run(a, b, c, s):
    """Rotate two runs of amplitudes into each other."""
    for f in range(len(a)):
        x, y = a[f], b[f]
        a[f] = c * x + s * y
        b[f] = c * y - s * x


@jit(internal=True)
def _mix_run(a, b, c, s):
    """Rotate two runs of amplitudes into each other by an imaginary angle."""
    for f in range(len(a) // 2):
        x, y, p, q = a[2 * f], a[2 * f + 1], b[2 * f], b[2 * f + 1]
        a[2 * f] = c * x - s * q
        a[2 * f + 1] = c * y + s * p
        b[2 * f] = c * p - s * y
        b[2 * f + 1] = c * q + s * x


@jit(internal=True)
def _run_element(ket_a, ket_b, bra_a, bra_b):
    """Return Σ Im(conj(bra) A ket) of runs that A exchanges."""
    element = 0.0
    for f in range(len(ket_a) // 2):
        element += float(bra_a[2 * f]) * ket_b[2 * f + 1] - float(bra_a[2 * f + 1]) * ket_b[2 * f]
        element += float(bra_b[2 * f]) * ket_a[2 * f + 1] - float(bra_b[2 * f + 1]) * ket_a[2 * f]
    return element


@jit(inline=True)
def _units(hops, group, matrix):
    """Return the number of strips, rows or pairs of rows of a group."""
    kind = hops.kind[group]
    if kind == LOW:
        return (hops.columns[matrix] + _STRIP - 1) // _STRIP
    if kind == HIGH:
        return hops.rows[matrix]
    own = hops.ranges[hops.group[group], matrix]
    return own[1] - own[0]


@jit(inline=True)
def _strip(hops, matrix, row, unit):
    """Return the first and the last number of a row in a strip."""
    columns = hops.columns[matrix]
    at = 2 * (hops.base[matrix] + row * columns + unit * _STRIP)
    return at, at + 2 * min(_STRIP, columns - unit * _STRIP)


@jit(inline=True)
def _rows(hops, kind, own, matrix, unit):
    """Return the first numbers of the two rows of a unit, and their sign."""
    if kind == HIGH:
        at = 2 * (hops.base[matrix] + unit * hops.columns[matrix])
        return at, at, 1
    row, other = own[0] + unit, matrix - 1
    here = 2 * (hops.base[matrix] + hops.here[row] * hops.columns[matrix])
    there = 2 * (hops.base[other] + hops.there[row] * hops.columns[other])
    return here, there, np.int64(hops.sign[row])


@jit(internal=True)
def _rotate_unit(v, hops, hop, kind, matrix, unit, c, s, imaginary):
    """Rotate the pairs of one hop in a strip, a row or a pair of rows."""
    own = hops.ranges[hop, matrix]
    if kind == LOW:
        for row in range(own[0], own[1]):
            a, a_end = _strip(hops, matrix, hops.here[row], unit)
            b, b_end = _strip(hops, matrix, hops.there[row], unit)
            if imaginary:
                _mix_run(v[a:a_end], v[b:b_end], c, s)
            else:
                _rotate_run(v[a:a_end], v[b:b_end], c, s)
        return
    x, y, sign = _rows(hops, kind, own, matrix, unit)
    for k in range(own[2], own[3]):
        i, j = x + 2 * np.int64(hops.here[k]), y + 2 * np.int64(hops.there[k])
        d, e, p, q = v[i], v[i + 1], v[j], v[j + 1]
        if imaginary:
            v[i] = c * d - s * q
            v[i + 1] = c * e + s * p
            v[j] = c * p - s * e
            v[j + 1] = c * q + s * d
        else:
            t = s * v.dtype.type(sign * hops.sign[k])
            v[i] = c * d + t * p
            v[i + 1] = c * e + t * q
            v[j] = c * p - t * d
            v[j + 1] = c * q - t * e


@jit(internal=True)
def _unmix_unit(ket, bra, hops, hop, kind, matrix, unit, c, s):
    """Return Im ⟨bra|A|ket⟩, then rotate two states as `_rotate_unit` with i s."""
    own = hops.ranges[hop, matrix]
    element = 0.0
    if kind == LOW:
        for row in range(own[0], own[1]):
            a, a_end = _strip(hops, matrix, hops.here[row], unit)
            b, b_end = _strip(hops, matrix, hops.there[row], unit)
            here, there, bra_here, bra_there = (
                ket[a:a_end], ket[b:b_end], bra[a:a_end], bra[b:b_end],
            )  # fmt: skip
            element += _run_element(here, there, bra_here, bra_there)
            _mix_run(here, there, c, s)
            _mix_run(bra_here, bra_there, c, s)
        return element
    x, y, _ = _rows(hops, kind, own, matrix, unit)
    for k in range(own[2], own[3]):
        i, j = x + 2 * np.int64(hops.here[k]), y + 2 * np.int64(hops.there[k])
        d, e, p, q = ket[i], ket[i + 1], ket[j], ket[j + 1]
        f, g, t, u = bra[i], bra[i + 1], bra[j], bra[j + 1]
        element += float(f) * q - float(g) * p + float(t) * e - float(u) * d
        ket[i] = c * d - s * q
        ket[i + 1] = c * e + s * p
        ket[j] = c * p - s * e
        ket[j + 1] = c * q + s * d
        bra[i] = c * f - s * u
        bra[i + 1] = c * g + s * t
        bra[j] = c * t - s * g
        bra[j + 1] = c * u + s * f
    return element


@jit()
def rotate_pairs(v, hops, c, s, imaginary, backward, counter, thread, threads):
    r"""Rotate the two amplitudes a, b of each pair, hop after hop.

    .. math:: a' = c\,a + s\,b, \qquad b' = c\,b - \bar s\,a

    Args:
        v: the state.
        hops: a `Hops`; its signs multiply a real s.
        c, s: float64.
        imaginary: True for i s in place of s.
        backward: True to begin with the last hop.
        counter, thread, threads: from `Team.run`.
    """
    c, s = v.dtype.type(c), v.dtype.type(s)
    count = len(hops.kind)
    for step in range(count):
        group = count - 1 - step if backward else step
        kind, first, last = hops.kind[group], hops.group[group], hops.group[group + 1]
        for matrix in range(len(hops.rows)):
            start, stop = slice_of(thread, threads, _units(hops, group, matrix))
            for unit in range(start, stop):
                for number in range(last - first):
                    hop = last - 1 - number if backward else first + number
                    _rotate_unit(v, hops, hop, kind, matrix, unit, c, s, imaginary)
        barrier(counter, threads)


@jit()
def unrotate_pairs(ket, bra, hops, c, s, partial, counter, thread, threads):
    """Rotate pairs of two states, the last hop first; write Im ⟨bra|A_h|ket⟩.

    Args:
        ket, bra: states.
        hops, c, s: as for `rotate_pairs` with i s.
        partial: float64, shape (hops, parts).
        counter, thread, threads: from `Team.run`.
    """
    c, s = ket.dtype.type(c), ket.dtype.type(s)
    parts = partial.shape[1]
    begin, end = slice_of(thread, threads, parts)
    partial[:, begin:end] = 0.0
    for group in range(len(hops.kind) - 1, -1, -1):
        kind, first, last = hops.kind[group], hops.group[group], hops.group[group + 1]
        for part in range(begin, end):
            for matrix in range(len(hops.rows)):
                start, stop = slice_of(part, parts, _units(hops, group, matrix))
                for unit in range(start, stop):
                    for hop in range(last - 1, first - 1, -1):
                        partial[hop, part] += _unmix_unit(
                            ket, bra, hops, hop, kind, matrix, unit, c, s
                        )
        barrier(counter, threads)


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
