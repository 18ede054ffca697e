"""Passes over one or two states: phases, weights, sums."""

from __future__ import annotations

import math

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

_HALF_PI_HIGH = 1.5707963267341256  # the leading 33 bits of π/2
_HALF_PI_LOW = 6.077100506506192e-11


@jit(inline=True)
def _cos_sin(x):
    """Return cos x and sin x without a branch, so that loops over arrays take vectors.

    The argument is reduced to |r| <= π/4, where Taylor polynomials are exact to rounding.
    """
    n = math.floor(x * 0.6366197723675814 + 0.5)
    r = (x - n * _HALF_PI_HIGH) - n * _HALF_PI_LOW
    t = r * r
    s = -7.647163731819816e-13 * t + 1.605904383682161e-10
    s = s * t - 2.505210838544172e-08
    s = s * t + 2.7557319223985893e-06
    s = s * t - 1.984126984126984e-04
    s = s * t + 8.333333333333333e-03
    s = s * t - 1.6666666666666666e-01
    s = r + r * t * s
    c = 4.779477332387385e-14 * t - 1.1470745597729725e-11
    c = c * t + 2.08767569878681e-09
    c = c * t - 2.755731922398589e-07
    c = c * t + 2.48015873015873e-05
    c = c * t - 1.388888888888889e-03
    c = c * t + 4.1666666666666664e-02
    c = 1.0 - 0.5 * t + t * t * c
    quarter = n - 4.0 * math.floor(0.25 * n)
    odd = quarter == 1.0 or quarter == 3.0
    a = s if odd else c
    b = c if odd else s
    a = -a if quarter == 1.0 or quarter == 2.0 else a
    b = -b if quarter >= 2.0 else b
    return a, b


@jit()
def phase(v, values, gamma, counter, thread, threads):
    """Multiply each amplitude by e^{−iγ value}.

    Args:
        v: the state.
        values: float64, one for each amplitude.
        gamma: γ, float64.
        counter, thread, threads: from `Team.run`.
    """
    start, stop = slice_of(thread, threads, len(values))
    for i in range(start, stop):
        c, s = _cos_sin(gamma * values[i])
        re, im = v[2 * i], v[2 * i + 1]
        v[2 * i] = c * re + s * im
        v[2 * i + 1] = c * im - s * re
    barrier(counter, threads)


@jit()
def phase_levels(v, level, factors, counter, thread, threads):
    """Multiply each amplitude by the factor of its level.

    Args:
        v: the state.
        level: the level of each amplitude, an unsigned integer.
        factors: re and im of each factor in turn, float64.
        counter, thread, threads: from `Team.run`.
    """
    start, stop = slice_of(thread, threads, len(level))
    for i in range(start, stop):
        at = 2 * np.int64(level[i])
        c, s = factors[at], factors[at + 1]
        re, im = v[2 * i], v[2 * i + 1]
        v[2 * i] = c * re - s * im
        v[2 * i + 1] = c * im + s * re
    barrier(counter, threads)


@jit()
def weigh(v, values, out, partial, counter, thread, threads):
    """Write values times the state to `out`, and sums Σ value |amplitude|².

    Args:
        v, out: states.
        values: float64, one for each amplitude.
        partial: float64, shape (groups,).
        counter, thread, threads: from `Team.run`.
    """
    groups = len(partial)
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, len(values))
        total = 0.0
        for i in range(start, stop):
            re, im, w = v[2 * i], v[2 * i + 1], values[i]
            total += w * (float(re) * re + float(im) * im)
            out[2 * i] = w * re
            out[2 * i + 1] = w * im
        partial[group] = total
    barrier(counter, threads)


@jit()
def mean(v, values, partial, counter, thread, threads):
    """Write the sums Σ value |amplitude|² to `partial`; see `weigh`."""
    groups = len(partial)
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, len(values))
        total = 0.0
        for i in range(start, stop):
            re, im = v[2 * i], v[2 * i + 1]
            total += values[i] * (float(re) * re + float(im) * im)
        partial[group] = total
    barrier(counter, threads)


@jit()
def slope(ket, bra, values, partial, counter, thread, threads):
    """Write the sums Σ value Im(conj(bra) ket) to `partial`; see `weigh`."""
    groups = len(partial)
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, len(values))
        total = 0.0
        for i in range(start, stop):
            a, b = float(bra[2 * i]), float(bra[2 * i + 1])
            total += values[i] * (a * ket[2 * i + 1] - b * ket[2 * i])
        partial[group] = total
    barrier(counter, threads)


@jit()
def total(v, partial, counter, thread, threads):
    """Write sums of real and of imaginary parts to `partial`, shape (groups, 2)."""
    groups, size = len(partial), len(v) // 2
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, size)
        re, im = 0.0, 0.0
        for i in range(start, stop):
            re += v[2 * i]
            im += v[2 * i + 1]
        partial[group, 0], partial[group, 1] = re, im
    barrier(counter, threads)


@jit()
def shift(v, re, im, counter, thread, threads):
    """Add re + i im to each amplitude."""
    start, stop = slice_of(thread, threads, len(v) // 2)
    re, im = v.dtype.type(re), v.dtype.type(im)
    for i in range(start, stop):
        v[2 * i] += re
        v[2 * i + 1] += im
    barrier(counter, threads)
