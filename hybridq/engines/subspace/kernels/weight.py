"""The complete XY mixer on one Hamming weight, through total spins of halves.

The state is a list of matrices, one for each number of ones in the low half: rows are the low
halves, columns the high halves. Rotations couple the spins of either half (`Coupling`); there the
mixer is a small matrix for each pair of multiplets.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of
from hybridq.engines.subspace.kernels.weight_simd import LANES, rotate_back_rows, rotate_rows

_WIDTH = 2 * LANES

Halves = namedtuple(
    "Halves",
    [
        "low_start",
        "low_first",
        "low_second",
        "low_cos",
        "low_sin",
        "high_start",
        "high_first",
        "high_second",
        "high_cos",
        "high_sin",
        "base",
        "rows",
        "columns",
        "row_of",
        "column_of",
        "low_spin",
        "high_spin",
        "tasks",
        "task_start",
    ],
)
"""Tables of the two halves, by number w of ones in the low half.

Attributes:
    low_start, low_first, low_second, low_cos, low_sin: rotations of the rows, from low_start[w] on.
    high_start, high_first, high_second, high_cos, high_sin: rotations of the columns.
    base: the first amplitude of each matrix, one more for the end.
    rows, columns: shape of each matrix.
    row_of, column_of: row and column of each path, −1 where it is absent, shape (w, paths).
    low_spin, high_spin: twice the spin of each path.
    tasks: first path of the rows and number of paths of each task of `mix`.
    task_start: first task of `turn` for each w: parts of `LANES` columns.
"""


@jit()
def turn(v, halves, backward, counter, thread, threads):
    """Couple the spins of the low half, or undo that.

    Args:
        v: the state.
        halves: a `Halves`.
        backward: True to undo.
        counter, thread, threads: from `Team.run`.
    """
    largest = 1
    for w in range(len(halves.rows)):
        largest = max(largest, halves.rows[w])
    buffer = np.zeros((largest, _WIDTH), v.dtype)
    weights = len(halves.rows)
    start, stop = slice_of(thread, threads, halves.task_start[weights])
    w = 0
    for task in range(start, stop):
        while halves.task_start[w + 1] <= task:
            w += 1
        rows, columns = halves.rows[w], halves.columns[w]
        column = (task - halves.task_start[w]) * LANES
        width = 2 * min(LANES, columns - column)
        at = 2 * (halves.base[w] + column)
        for i in range(rows):
            begin = at + 2 * i * columns
            part = v[begin : begin + width]  # loops over slices take vectors
            for f in range(len(part)):
                buffer[i, f] = part[f]
        first, last = halves.low_start[w], halves.low_start[w + 1]
        if backward:
            rotate_back_rows(
                buffer, halves.low_first, halves.low_second, halves.low_cos, halves.low_sin,
                first, last,
            )  # fmt: skip
        else:
            rotate_rows(
                buffer, halves.low_first, halves.low_second, halves.low_cos, halves.low_sin,
                first, last,
            )  # fmt: skip
        for i in range(rows):
            begin = at + 2 * i * columns
            part = v[begin : begin + width]
            for f in range(len(part)):
                part[f] = buffer[i, f]
    barrier(counter, threads)


@jit(internal=True)
def _move(v, buffer, halves, path, count, lane, offsets, load):
    """Copy rows of some paths to lanes of the buffer, or back.

    Args:
        v: the state.
        buffer: rows are high halves, those of w from offsets[w] on.
        halves: a `Halves`.
        path, count: the first path and their number.
        lane: lane of the first path.
        offsets: first row of each w, −1 where the paths have none.
        load: True to copy to the buffer, False to copy back.
    """
    for w in range(len(halves.rows)):
        if offsets[w] < 0:
            continue
        columns = halves.columns[w]
        for p in range(count):
            at = 2 * (halves.base[w] + halves.row_of[w, path + p] * columns)
            row = v[at : at + 2 * columns]
            to = 2 * (lane + p)
            part = buffer[offsets[w] : offsets[w] + columns, to : to + 2]
            if load:
                for c in range(len(part)):
                    part[c, 0] = row[2 * c]
                    part[c, 1] = row[2 * c + 1]
            else:
                for c in range(len(part)):
                    row[2 * c] = part[c, 0]
                    row[2 * c + 1] = part[c, 1]


@jit(internal=True)
def _couple_high(buffer, halves, offsets, backward):
    """Couple the spins of the high half in the buffer, or undo that."""
    for w in range(len(halves.rows)):
        if offsets[w] < 0:
            continue
        part = buffer[offsets[w] : offsets[w] + halves.columns[w]]
        first, last = halves.high_start[w], halves.high_start[w + 1]
        if backward:
            rotate_back_rows(
                part, halves.high_first, halves.high_second, halves.high_cos, halves.high_sin,
                first, last,
            )  # fmt: skip
        else:
            rotate_rows(
                part, halves.high_first, halves.high_second, halves.high_cos, halves.high_sin,
                first, last,
            )  # fmt: skip


@jit(internal=True)
def _offsets(halves, path, offsets):
    """Write the first row of each w in the buffer of a path; return their number."""
    total = 0
    for w in range(len(halves.rows)):
        offsets[w] = -1
        if halves.row_of[w, path] >= 0:
            offsets[w] = total
            total += halves.columns[w]
    return total


@jit(internal=True)
def _components(halves, offsets, path, rows):
    """Write the buffer's row of each w in which a path of the high half occurs.

    Returns:
        their number.
    """
    d = 0
    for w in range(len(halves.rows)):
        if offsets[w] >= 0 and halves.column_of[w, path] >= 0:
            rows[d] = offsets[w] + halves.column_of[w, path]
            d += 1
    return d


@jit(internal=True)
def _working_arrays(v, halves):
    """Return a buffer for all columns of some paths, and what `mix` keeps of each w."""
    weights, total = len(halves.rows), 0
    for w in range(weights):
        total += halves.columns[w]
    buffer = np.zeros((total, _WIDTH), v.dtype)
    new = np.zeros((weights, _WIDTH), v.dtype)
    return buffer, new, np.zeros(weights, np.int64), np.zeros(weights, np.int64)


@jit()
def mix(v, halves, unitary, place, counter, thread, threads):
    """Apply the mixer between coupled halves; see `turn` for the low one.

    Args:
        v: the state, its low half coupled.
        halves: a `Halves`.
        unitary: real and imaginary parts of the matrices, in the state's type, shape (2, entries).
        place: first entry of the matrix for twice the spins of low and high half.
        counter, thread, threads: from `Team.run`.
    """
    paths = len(halves.high_spin)
    buffer, new, offsets, rows = _working_arrays(v, halves)
    start, stop = slice_of(thread, threads, len(halves.tasks))
    for task in range(start, stop):
        path, count = halves.tasks[task, 0], halves.tasks[task, 1]
        _offsets(halves, path, offsets)
        _move(v, buffer, halves, path, count, 0, offsets, True)
        _couple_high(buffer, halves, offsets, False)
        for p in range(paths):
            d = _components(halves, offsets, p, rows)
            if d:
                at = place[halves.low_spin[path], halves.high_spin[p]]
                _apply(buffer, new, rows, d, unitary, at)
        _couple_high(buffer, halves, offsets, True)
        _move(v, buffer, halves, path, count, 0, offsets, False)
    barrier(counter, threads)


@jit(internal=True)
def _apply(buffer, new, rows, d, unitary, at):
    """Multiply d rows of the buffer by a matrix."""
    for a in range(d):
        for f in range(_WIDTH):
            new[a, f] = 0
        for b in range(d):
            x, y, row = unitary[0, at + a * d + b], unitary[1, at + a * d + b], rows[b]
            for f in range(LANES):
                re, im = buffer[row, 2 * f], buffer[row, 2 * f + 1]
                new[a, 2 * f] += x * re - y * im
                new[a, 2 * f + 1] += x * im + y * re
    for a in range(d):
        for f in range(_WIDTH):
            buffer[rows[a], f] = new[a, f]


@jit()
def unmix(ket, bra, halves, unitary, hops, place, partial, counter, thread, threads):
    """Undo `mix` on two states; write the sums Im ⟨bra|A|ket⟩ to `partial`.

    Args:
        ket, bra: states with coupled low halves.
        halves: a `Halves`, of tasks of half as many paths.
        unitary: as for `mix`, of the inverse.
        hops: the matrices of A, float64, shape (entries,).
        place: as for `mix`.
        partial: float64, one for each task.
        counter, thread, threads: from `Team.run`.
    """
    paths = len(halves.high_spin)
    buffer, new, offsets, rows = _working_arrays(ket, halves)
    start, stop = slice_of(thread, threads, len(halves.tasks))
    for task in range(start, stop):
        path, count = halves.tasks[task, 0], halves.tasks[task, 1]
        _offsets(halves, path, offsets)
        _move(ket, buffer, halves, path, count, 0, offsets, True)
        _move(bra, buffer, halves, path, count, LANES // 2, offsets, True)
        _couple_high(buffer, halves, offsets, False)
        element = 0.0
        for p in range(paths):
            d = _components(halves, offsets, p, rows)
            if d == 0:
                continue
            at = place[halves.low_spin[path], halves.high_spin[p]]
            for a in range(d):
                for b in range(max(a - 1, 0), min(a + 2, d)):
                    found = 0.0
                    for f in range(count):
                        x, y = buffer[rows[b], 2 * f], buffer[rows[b], 2 * f + 1]
                        g = 2 * f + LANES
                        found += buffer[rows[a], g] * y - buffer[rows[a], g + 1] * x
                    element += hops[at + a * d + b] * found
            _apply(buffer, new, rows, d, unitary, at)
        partial[task] = element
        _couple_high(buffer, halves, offsets, True)
        _move(ket, buffer, halves, path, count, 0, offsets, False)
        _move(bra, buffer, halves, path, count, LANES // 2, offsets, False)
    barrier(counter, threads)
