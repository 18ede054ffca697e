"""Small unitaries on one axis of a state that is a product of groups."""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

FIBRES = 16
"""Fibres that are copied and multiplied together, so that loops take vectors."""


@jit(internal=True)
def _place(first, count, size, inner, at):
    """Write the first entry of each fibre; return whether fibres are neighbours."""
    outer = first // inner
    rest = first - outer * inner
    entry = 2 * (outer * size * inner + rest)
    for f in range(count):
        at[f] = entry
        entry += 2
        rest += 1
        if rest == inner:
            rest = 0
            entry += 2 * (size - 1) * inner
    return at[count - 1] - at[0] == 2 * (count - 1)


@jit(internal=True)
def _load(v, at, even, size, inner, count, re, im):
    """Copy `count` fibres of `size` amplitudes, `inner` apart, to re and im."""
    for a in range(size):
        step = 2 * a * inner
        if even:
            start = at[0] + step
            for f in range(count):
                re[a, f] = v[start + 2 * f]
                im[a, f] = v[start + 2 * f + 1]
        else:
            for f in range(count):
                re[a, f] = v[at[f] + step]
                im[a, f] = v[at[f] + step + 1]


@jit(internal=True)
def _store(v, at, even, step, count, re, im):
    """Copy re and im to the entries of fibres that lie `step` behind the first."""
    if even:
        start = at[0] + step
        for f in range(count):
            v[start + 2 * f] = re[f]
            v[start + 2 * f + 1] = im[f]
    else:
        for f in range(count):
            v[at[f] + step] = re[f]
            v[at[f] + step + 1] = im[f]


@jit(internal=True)
def _multiply(v, at, even, size, inner, count, matrix, re, im, sum_re, sum_im):
    """Write matrix times the fibres in re and im to the state."""
    kind = v.dtype.type
    for a in range(size):
        for f in range(FIBRES):
            sum_re[f] = 0
            sum_im[f] = 0
        for b in range(size):
            x, y = kind(matrix[0, a, b]), kind(matrix[1, a, b])
            for f in range(FIBRES):
                sum_re[f] += x * re[b, f] - y * im[b, f]
                sum_im[f] += x * im[b, f] + y * re[b, f]
        _store(v, at, even, 2 * a * inner, count, sum_re, sum_im)


@jit()
def apply_axis(v, size, inner, matrix, counter, thread, threads):
    """Multiply one axis of a state by a matrix, in place.

    Args:
        v: the state, its amplitudes of shape (outer, size, inner).
        size, inner: int64.
        matrix: real and imaginary part, float64, shape (2, size, size).
        counter, thread, threads: from `Team.run`.
    """
    fibres = len(v) // (2 * size)
    re, im = np.zeros((size, FIBRES), v.dtype), np.zeros((size, FIBRES), v.dtype)
    sum_re, sum_im = np.empty(FIBRES, v.dtype), np.empty(FIBRES, v.dtype)
    at = np.empty(FIBRES, np.int64)
    start, stop = slice_of(thread, threads, (fibres + FIBRES - 1) // FIBRES)
    for block in range(start, stop):
        first = block * FIBRES
        count = min(FIBRES, fibres - first)
        even = _place(first, count, size, inner, at)
        _load(v, at, even, size, inner, count, re, im)
        _multiply(v, at, even, size, inner, count, matrix, re, im, sum_re, sum_im)
    barrier(counter, threads)


@jit()
def undo_axis(ket, bra, size, inner, matrix, generator, partial, counter, thread, threads):
    """Multiply one axis of two states by a matrix, in place.

    Before, the sums Im ⟨bra|K|ket⟩ with the generator K are written to `partial`.

    Args:
        ket, bra: states of shape (outer, size, inner).
        size, inner: int64.
        matrix, generator: real and imaginary part, float64, shape (2, size, size).
        partial: float64, shape (groups,).
        counter, thread, threads: from `Team.run`.
    """
    fibres = len(ket) // (2 * size)
    shape = (size, FIBRES)
    re, im = np.zeros(shape, ket.dtype), np.zeros(shape, ket.dtype)
    bra_re, bra_im = np.zeros(shape, ket.dtype), np.zeros(shape, ket.dtype)
    sum_re, sum_im = np.empty(FIBRES, ket.dtype), np.empty(FIBRES, ket.dtype)
    at = np.empty(FIBRES, np.int64)
    begin, end = slice_of(thread, threads, len(partial))
    for group in range(begin, end):
        start, stop = slice_of(group, len(partial), (fibres + FIBRES - 1) // FIBRES)
        element = 0.0
        for block in range(start, stop):
            first = block * FIBRES
            count = min(FIBRES, fibres - first)
            even = _place(first, count, size, inner, at)
            _load(ket, at, even, size, inner, count, re, im)
            _load(bra, at, even, size, inner, count, bra_re, bra_im)
            for a in range(size):
                for b in range(size):
                    x, y = generator[0, a, b], generator[1, a, b]
                    if x == 0.0 and y == 0.0:
                        continue
                    real, imaginary = 0.0, 0.0
                    for f in range(count):
                        real += bra_re[a, f] * re[b, f] + bra_im[a, f] * im[b, f]
                        imaginary += bra_re[a, f] * im[b, f] - bra_im[a, f] * re[b, f]
                    element += x * imaginary + y * real
            _multiply(ket, at, even, size, inner, count, matrix, re, im, sum_re, sum_im)
            _multiply(bra, at, even, size, inner, count, matrix, bra_re, bra_im, sum_re, sum_im)
        partial[group] = element
    barrier(counter, threads)


@jit()
def apply_complete(v, size, inner, one, all_, counter, thread, threads):
    """Multiply one axis by a multiple of the identity plus one of the matrix of ones.

    Args:
        v: the state, its amplitudes of shape (outer, size, inner).
        size, inner: int64.
        one, all_: re and im of the two factors, float64, shape (2,).
        counter, thread, threads: from `Team.run`.
    """
    fibres = len(v) // (2 * size)
    kind = v.dtype.type
    a, b, c, d = kind(one[0]), kind(one[1]), kind(all_[0]), kind(all_[1])
    re, im = np.zeros((size, FIBRES), v.dtype), np.zeros((size, FIBRES), v.dtype)
    sum_re, sum_im = np.empty(FIBRES, v.dtype), np.empty(FIBRES, v.dtype)
    at = np.empty(FIBRES, np.int64)
    start, stop = slice_of(thread, threads, (fibres + FIBRES - 1) // FIBRES)
    for block in range(start, stop):
        first = block * FIBRES
        count = min(FIBRES, fibres - first)
        even = _place(first, count, size, inner, at)
        _load(v, at, even, size, inner, count, re, im)
        for f in range(FIBRES):
            sum_re[f] = 0
            sum_im[f] = 0
        for k in range(size):
            for f in range(FIBRES):
                sum_re[f] += re[k, f]
                sum_im[f] += im[k, f]
        for f in range(FIBRES):
            x, y = sum_re[f], sum_im[f]
            sum_re[f] = c * x - d * y
            sum_im[f] = c * y + d * x
        for k in range(size):
            for f in range(FIBRES):
                x, y = re[k, f], im[k, f]
                re[k, f] = a * x - b * y + sum_re[f]
                im[k, f] = a * y + b * x + sum_im[f]
            _store(v, at, even, 2 * k * inner, count, re[k], im[k])
    barrier(counter, threads)


@jit()
def complete_element(ket, bra, size, inner, partial, counter, thread, threads):
    """Write the sums Im ⟨bra|J − 1|ket⟩ along one axis, J the matrix of ones.

    Args:
        ket, bra: states of shape (outer, size, inner).
        size, inner: int64.
        partial: float64, shape (groups,).
        counter, thread, threads: from `Team.run`.
    """
    outer = len(ket) // (2 * size * inner)
    begin, end = slice_of(thread, threads, len(partial))
    for group in range(begin, end):
        start, stop = slice_of(group, len(partial), outer * inner)
        element = 0.0
        for fibre in range(start, stop):
            at = 2 * (fibre // inner * size * inner + fibre % inner)
            x, y, p, q = 0.0, 0.0, 0.0, 0.0
            for k in range(size):
                i = at + 2 * k * inner
                x += ket[i]
                y += ket[i + 1]
                p += bra[i]
                q += bra[i + 1]
                element -= float(bra[i]) * ket[i + 1] - float(bra[i + 1]) * ket[i]
            element += p * y - q * x
        partial[group] = element
    barrier(counter, threads)
