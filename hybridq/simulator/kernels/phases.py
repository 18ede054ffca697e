r"""The phase operator :math:`e^{-i\gamma H}` of a diagonal cost, without storing it where possible.

A quadratic cost in bits, E(z) = e + Σ_j a_j z_j + Σ_{i<j} b_ij z_i z_j, needs no table of 2^n
entries. The index is cut into V (the lowest `CHUNK_BITS`), M (the rest of a block) and H (the
number of the block), and

.. math:: e^{-i\gamma E} = A[m, v]\; B[h, v]\; S(m, h)

with A over the 2^(M+V) indices of a block, B over 2^(H+V), and S, which has no v, built by
doubling for one h (or one m) at a time. Any other cost is stored, as small integers that point
into a list of levels or as real numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq._jit import jit

CHUNK_BITS = 6
CHUNK = 1 << CHUNK_BITS

QUADRATIC, LEVELS, STORED = 0, 1, 2


class Cost(NamedTuple):
    """A diagonal cost as the kernels see it, over m bits.

    Attributes:
        kind: `QUADRATIC`, `LEVELS` or `STORED`.
        constant: e, shape (2,): of E(z) and of E(~z), the cost with every bit flipped.
        linear: a_j, shape (2, m), likewise.
        pairs: b_ij, shape (m, m), symmetric, zero diagonal.
        numbers: `LEVELS`: for each z the number of its level, uint8, uint16 or uint32.
        levels: `LEVELS`: the distinct costs; `STORED`: the cost of each z.
    """

    kind: int
    constant: NDArray[np.float64]
    linear: NDArray[np.float64]
    pairs: NDArray[np.float64]
    numbers: NDArray[np.unsignedinteger]
    levels: NDArray[np.float64]


@jit(inline=True)
def phase_of(gamma, energy):
    """cos and −sin of γE, the rounding of the product corrected (angles may be of any size)."""
    angle = gamma * energy
    # Dekker's exact product: the halves of a factor split at 27 bits multiply without rounding.
    split = 134217729.0 * gamma
    g_high = split - (split - gamma)
    g_low = gamma - g_high
    split = 134217729.0 * energy
    e_high = split - (split - energy)
    e_low = energy - e_high
    error = ((g_high * e_high - angle) + g_high * e_low + g_low * e_high) + g_low * e_low
    c, s = math.cos(angle), math.sin(angle)
    return c - error * s, -(s + error * c)


@jit(internal=True)
def phase_factors(gamma, linear, pairs, re, im):
    """Into (re, im)[j, k] the factors e^{−iγ b_jk}, on the diagonal e^{−iγ a_j}; shape (m, m)."""
    for j in range(pairs.shape[0]):
        for k in range(j + 1):
            energy = linear[j] if j == k else pairs[j, k]
            if energy == 0.0:
                c, s = 1.0, 0.0
            else:
                c, s = phase_of(gamma, energy)
            re[j, k] = re[k, j] = c
            im[j, k] = im[k, j] = s


@jit(internal=True)
def double_products(re, im, start, count, factor_re, factor_im):
    """Extend a table of 2**k products at `start` to 2**(k+1), the new bit bringing a factor."""
    for z in range(count):
        a, b = re[start + z], im[start + z]
        re[start + count + z] = a * factor_re - b * factor_im
        im[start + count + z] = a * factor_im + b * factor_re


@jit(internal=True)
def phase_table(re, im, bits, free, factor_re, factor_im, start_re, start_im):
    """Products of the factors of all set bits and pairs of them, over 2**len(bits) indices.

    Args:
        re, im: the table, filled from entry 0.
        bits: the qubit behind each bit of the table's index.
        free: the first `free` bits bring no factors among themselves (another table has them).
        factor_re, factor_im: as `phase_factors` fills them.
        start_re, start_im: entry 0.
    """
    for z in range(1 << free):
        re[z] = start_re
        im[z] = start_im
    for level in range(free, bits.shape[0]):
        new = bits[level]
        size = 1 << level
        # First the new bit's own products in the upper half, then times the lower half.
        re[size] = factor_re[new, new]
        im[size] = factor_im[new, new]
        for lower in range(level):
            old = bits[lower]
            double_products(re, im, size, 1 << lower, factor_re[new, old], factor_im[new, old])
        for z in range(size):
            a, b = re[z], im[z]
            c, d = re[size + z], im[size + z]
            re[size + z] = a * c - b * d
            im[size + z] = a * d + b * c


@jit(internal=True)
def linear_phases(re, im, at, bits, row, factor_re, factor_im):
    """Products of the factors of qubit `row` with the set bits, over 2**len(bits) indices."""
    re[at] = 1.0
    im[at] = 0.0
    for level in range(bits.shape[0]):
        double_products(
            re, im, at, 1 << level, factor_re[row, bits[level]], factor_im[row, bits[level]]
        )


@jit(internal=True)
def cost_table(out, bits, free, linear, pairs, start):
    """Costs of all indices over `bits`: `phase_table` with sums in the place of products."""
    for z in range(1 << free):
        out[z] = start
    for level in range(free, bits.shape[0]):
        new = bits[level]
        size = 1 << level
        out[size] = linear[new]
        for lower in range(level):
            for z in range(1 << lower):
                out[size + (1 << lower) + z] = out[size + z] + pairs[new, bits[lower]]
        for z in range(size):
            out[size + z] += out[z]


@jit(internal=True)
def linear_costs(out, at, bits, row, pairs):
    """Sums of the couplings of qubit `row` with the set bits, over 2**len(bits) indices."""
    out[at] = 0.0
    for level in range(bits.shape[0]):
        for z in range(1 << level):
            out[at + (1 << level) + z] = out[at + z] + pairs[row, bits[level]]


@jit(internal=True)
def level_phases(levels, gamma, scale, re, im):
    """Into (re, im)[k] the phase of level k, times `scale`."""
    for k in range(levels.shape[0]):
        c, s = phase_of(gamma, levels[k])
        re[k] = scale * c
        im[k] = scale * s


@jit(internal=True)
def multiply(re, im, at, count, table_re, table_im, table_at):
    """Multiply `count` amplitudes from `at` by the table's entries from `table_at`."""
    for z in range(count):
        a, b = re[at + z], im[at + z]
        c, d = table_re[table_at + z], table_im[table_at + z]
        re[at + z] = a * c - b * d
        im[at + z] = a * d + b * c


@jit(internal=True)
def multiply_chunk(re, im, at, a_re, a_im, a_at, b_re, b_im, b_at, s_re, s_im):
    """Multiply the `CHUNK` amplitudes from `at` by A[a_at + v] · B[b_at + v] · s."""
    for v in range(CHUNK):
        c, d = a_re[a_at + v], a_im[a_at + v]
        e, f = b_re[b_at + v], b_im[b_at + v]
        g = e * s_re - f * s_im
        h = e * s_im + f * s_re
        e = c * g - d * h
        f = c * h + d * g
        a, b = re[at + v], im[at + v]
        re[at + v] = a * e - b * f
        im[at + v] = a * f + b * e


@jit(internal=True)
def multiply_levels(re, im, at, count, index, first, flipped, level_re, level_im):
    """Multiply `count` amplitudes from `at` by the phases of the levels of z = first + v."""
    last = index.shape[0] - 1
    for v in range(count):
        k = index[last - first - v] if flipped else index[first + v]
        a, b = re[at + v], im[at + v]
        c, d = level_re[k], level_im[k]
        re[at + v] = a * c - b * d
        im[at + v] = a * d + b * c


@jit(internal=True)
def multiply_stored(re, im, at, count, costs, first, flipped, gamma, scale):
    """Multiply `count` amplitudes from `at` by scale · e^{−iγE(z)} of z = first + v."""
    last = costs.shape[0] - 1
    for v in range(count):
        energy = costs[last - first - v] if flipped else costs[first + v]
        c, d = phase_of(gamma, energy)
        c, d = scale * c, scale * d
        a, b = re[at + v], im[at + v]
        re[at + v] = a * c - b * d
        im[at + v] = a * d + b * c
