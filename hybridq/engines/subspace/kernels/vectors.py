"""Passes over one or two states: phases, weights, sums."""

from __future__ import annotations

import math

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

_CHUNK = 512  # amplitudes whose factors are computed at once
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


@jit(internal=True)
def _multiply(v, factors):
    """Multiply each amplitude by its factor, re and im in turn."""
    for i in range(len(v) // 2):
        c, s, re, im = factors[2 * i], factors[2 * i + 1], v[2 * i], v[2 * i + 1]
        v[2 * i] = c * re - s * im
        v[2 * i + 1] = c * im + s * re


@jit(internal=True)
def _fill(values, gamma, factors):
    """Write e^{−iγ value} to the factors, re and im in turn."""
    for i in range(len(values)):
        c, s = _cos_sin(gamma * values[i])
        factors[2 * i] = c
        factors[2 * i + 1] = -s


@jit()
def phase(v, values, gamma, counter, thread, threads):
    """Multiply each amplitude by e^{−iγ value}.

    Args:
        v: the state.
        values: float64, one for each amplitude.
        gamma: γ, float64.
        counter, thread, threads: from `Team.run`.
    """
    factors = np.empty(2 * _CHUNK)
    start, stop = slice_of(thread, threads, len(values))
    # Loops over slices take vectors: their indices are known not to be negative.
    for at in range(start, stop, _CHUNK):
        end = min(at + _CHUNK, stop)
        _fill(values[at:end], gamma, factors)
        _multiply(v[2 * at : 2 * end], factors)
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
    part, levels = v[2 * start : 2 * stop], level[start:stop]
    for i in range(len(levels)):
        at = 2 * np.int64(levels[i])
        c, s, re, im = factors[at], factors[at + 1], part[2 * i], part[2 * i + 1]
        part[2 * i] = c * re - s * im
        part[2 * i + 1] = c * im + s * re
    barrier(counter, threads)


@jit(internal=True)
def _weigh(v, values, out):
    """Write values times the state to `out`."""
    for i in range(len(values)):
        out[2 * i] = values[i] * v[2 * i]
        out[2 * i + 1] = values[i] * v[2 * i + 1]


@jit(internal=True)
def _mean(v, values):
    """Return Σ value |amplitude|²."""
    total = 0.0
    for i in range(len(values)):
        re, im = float(v[2 * i]), float(v[2 * i + 1])
        total += values[i] * (re * re + im * im)
    return total


@jit(internal=True)
def _slope(ket, bra, values):
    """Return Σ value Im(conj(bra) ket)."""
    total = 0.0
    for i in range(len(values)):
        a, b = float(bra[2 * i]), float(bra[2 * i + 1])
        total += values[i] * (a * ket[2 * i + 1] - b * ket[2 * i])
    return total


@jit()
def weigh(v, values, out, partial, counter, thread, threads):
    """Write values times the state to `out`, and sums Σ value |amplitude|².

    Args:
        v, out: states.
        values: float64, one for each amplitude.
        partial: float64, shape (groups,).
        counter, thread, threads: from `Team.run`.
    """
    first, last = slice_of(thread, threads, len(partial))
    for group in range(first, last):
        start, stop = slice_of(group, len(partial), len(values))
        part = v[2 * start : 2 * stop]
        partial[group] = _mean(part, values[start:stop])
        _weigh(part, values[start:stop], out[2 * start : 2 * stop])
    barrier(counter, threads)


@jit()
def mean(v, values, partial, counter, thread, threads):
    """Write the sums Σ value |amplitude|² to `partial`; see `weigh`."""
    first, last = slice_of(thread, threads, len(partial))
    for group in range(first, last):
        start, stop = slice_of(group, len(partial), len(values))
        partial[group] = _mean(v[2 * start : 2 * stop], values[start:stop])
    barrier(counter, threads)


@jit()
def slope(ket, bra, values, partial, counter, thread, threads):
    """Write the sums Σ value Im(conj(bra) ket) to `partial`; see `weigh`."""
    first, last = slice_of(thread, threads, len(partial))
    for group in range(first, last):
        start, stop = slice_of(group, len(partial), len(values))
        begin, end = 2 * start, 2 * stop
        partial[group] = _slope(ket[begin:end], bra[begin:end], values[start:stop])
    barrier(counter, threads)


@jit()
def total(v, partial, counter, thread, threads):
    """Write sums of real and of imaginary parts to `partial`, shape (groups, 2)."""
    groups = len(partial)
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, len(v) // 2)
        part = v[2 * start : 2 * stop]
        re, im = 0.0, 0.0
        for i in range(len(part) // 2):
            re += part[2 * i]
            im += part[2 * i + 1]
        partial[group, 0], partial[group, 1] = re, im
    barrier(counter, threads)


@jit()
def shift(v, re, im, counter, thread, threads):
    """Add re + i im to each amplitude."""
    start, stop = slice_of(thread, threads, len(v) // 2)
    re, im = v.dtype.type(re), v.dtype.type(im)
    part = v[2 * start : 2 * stop]
    for i in range(len(part) // 2):
        part[2 * i] += re
        part[2 * i + 1] += im
    barrier(counter, threads)
