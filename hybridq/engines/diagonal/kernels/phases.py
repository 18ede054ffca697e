r"""Phase operator :math:`e^{-i\gamma H}` of a diagonal cost.

Where possible it needs no table of 2^n entries.

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

from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.chunks import (
    CHUNK,
    adjoint_phase_chunk,
    apply_cost_chunk,
    energy_chunk,
    multiply_vector,
    scale_vector,
    vector_length,
)
from hybridq.engines.diagonal.kernels.levels_simd import (
    FEW,
    make_level_phases,
    undo_few_levels,
)

QUADRATIC, LEVELS, STORED = 0, 1, 2

_set_few = make_level_phases(few=True, multiplied=False)
_set_many = make_level_phases(few=False, multiplied=False)
multiply_few = make_level_phases(few=True, multiplied=True)
_multiply_many = make_level_phases(few=False, multiplied=True)


class Cost(NamedTuple):
    """Diagonal cost over m bits, as arrays.

    Attributes:
        kind: `QUADRATIC`, `LEVELS` or `STORED`.
        constant: e, shape (2,): of E(z) and of E(~z), the cost with every bit flipped.
        linear: a_j, shape (2, m), likewise.
        pairs: b_ij, shape (m, m), symmetric, zero diagonal.
        numbers: `LEVELS`: for each z the number of its level, uint16.
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
    """Return cos and −sin of γE, corrected for the rounding of the product.

    The result is accurate for angles of any size.
    """
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
    """Write e^{−iγ b_jk} to (re, im)[j, k], on the diagonal e^{−iγ a_j}; shape (m, m).

    Where b_jk = 0 nothing is written: `re` is passed filled with ones and `im` with zeros.
    """
    for j in range(pairs.shape[0]):
        re[j, j], im[j, j] = phase_of(gamma, linear[j])
        for k in range(j):
            if pairs[j, k] != 0.0:
                c, s = phase_of(gamma, pairs[j, k])
                re[j, k] = re[k, j] = c
                im[j, k] = im[k, j] = s


@jit(internal=True)
def double_products(re, im, start, count, factor_re, factor_im):
    """Double a table of products at `start`; the new bit has one factor."""
    lanes = vector_length(re)
    if count >= lanes:
        c, s = re.dtype.type(factor_re), re.dtype.type(factor_im)
        for at in range(start, start + count, lanes):
            scale_vector(re, im, at + count, at, c, s)
        return
    for z in range(start, start + count):
        a, b = re[z], im[z]
        re[z + count] = a * factor_re - b * factor_im
        im[z + count] = a * factor_im + b * factor_re


@jit(internal=True)
def multiply(re, im, at, count, table_re, table_im, table_at):
    """Multiply `count` amplitudes from `at` by the table's entries from `table_at`."""
    lanes = vector_length(re)
    if count >= lanes:
        for v in range(0, count, lanes):
            multiply_vector(re, im, at + v, table_re, table_im, table_at + v)
        return
    for v in range(count):
        a, b = re[at + v], im[at + v]
        c, d = table_re[table_at + v], table_im[table_at + v]
        re[at + v] = a * c - b * d
        im[at + v] = a * d + b * c


@jit(internal=True)
def phase_table(re, im, bits, free, factor_re, factor_im, start_re, start_im):
    """Fill a table with products of the factors of set bits and pairs of them.

    Args:
        re, im: the table, filled from entry 0, shape (≥ 2**len(bits),).
        bits: the qubit of each bit of the table's index, int64.
        free: the first `free` bits have no factors among themselves (another table has them).
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
        multiply(re, im, size, size, re, im, 0)


@jit(internal=True)
def linear_phases(re, im, at, bits, row, factor_re, factor_im):
    """Fill a table with products of the pair factors of `row` and the set bits.

    Args:
        re, im: the table, filled from entry `at`.
        at: index of its first entry, int64.
        bits: the qubit of each bit of the table's index, int64.
        row: the qubit whose pairs are meant, int64.
        factor_re, factor_im: as `phase_factors` fills them.
    """
    re[at] = 1.0
    im[at] = 0.0
    for level in range(bits.shape[0]):
        double_products(
            re, im, at, 1 << level, factor_re[row, bits[level]], factor_im[row, bits[level]]
        )


@jit(internal=True)
def cost_table(out, bits, free, linear, pairs, start):
    """Fill a table with costs: `phase_table` with sums in the place of products."""
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
    """Fill a table with sums of the couplings of `row` and the set bits.

    It has 2**len(bits) entries from `at`.
    """
    out[at] = 0.0
    for level in range(bits.shape[0]):
        for z in range(1 << level):
            out[at + (1 << level) + z] = out[at + z] + pairs[row, bits[level]]


@jit(internal=True)
def level_phases(levels, gamma, scale, re, im):
    """Write the phase of level k, times `scale`, to (re, im)[k], by doubling.

    Args:
        levels: the costs, each 1 above the one before.
        gamma, scale: the phase is scale · e^{−iγE}.
        re, im: the phases, overwritten; as long as the next power of two.
    """
    c, s = phase_of(gamma, levels[0])
    re[0], im[0] = scale * c, scale * s
    count = 1
    while count < levels.shape[0]:
        c, s = phase_of(gamma, float(count))
        double_products(re, im, 0, count, c, s)
        count *= 2


@jit(internal=True)
def multiply_levels(re, im, at, count, cost, first, flipped, level_re, level_im):
    """Multiply `count` amplitudes by the phases of their levels.

    Args:
        re, im: the amplitudes from `at`, changed in place.
        count: a multiple of the lanes of a vector.
        cost: a `Cost` of kind LEVELS.
        first: the first z, int64.
        flipped: True for the cost of ~z.
        level_re, level_im: as `level_phases` fills them.
    """
    numbers = cost.numbers
    if flipped:
        first = numbers.shape[0] - 1 - first
    if cost.levels.shape[0] <= FEW:
        multiply_few(re, im, at, count, numbers, first, flipped, level_re, level_im)
    else:
        _multiply_many(re, im, at, count, numbers, first, flipped, level_re, level_im)


@jit(internal=True)
def undo_levels(bra_re, bra_im, re, im, at, count, cost, first, flipped, level_re, level_im):
    """Multiply bra and ket by few phases; return Re ⟨bra| −iH |ket⟩.

    Args:
        bra_re, bra_im, re, im: bra and ket, changed in place.
        at, count, cost, first, flipped, level_re, level_im: as for `multiply_levels`, of at most
            `FEW` levels.
    """
    if flipped:
        first = cost.numbers.shape[0] - 1 - first
    lowest = re.dtype.type(cost.levels[0])
    return undo_few_levels(
        bra_re, bra_im, re, im, at, count, cost.numbers, first, flipped, level_re, level_im, lowest
    )


@jit(internal=True)
def line_phases(re, im, count, cost, first, flipped, gamma, scale, level_re, level_im):
    """Write `count` phases of a stored cost at z = first + v, times `scale`.

    Args:
        re, im: the phases, overwritten, shape (≥ count,).
        count: how many, int64.
        cost: a `Cost` of kind LEVELS or STORED.
        first: the first z, int64.
        flipped: True for the cost of ~z.
        gamma, scale: the phase is scale · e^{−iγE}.
        level_re, level_im: as `level_phases` fills them, for LEVELS.
    """
    if cost.kind == LEVELS:
        numbers, last = cost.numbers, cost.numbers.shape[0] - 1
        if VECTOR_BYTES and count >= vector_length(re):
            begin = last - first if flipped else first
            if cost.levels.shape[0] <= FEW:
                _set_few(re, im, 0, count, numbers, begin, flipped, level_re, level_im)
            else:
                _set_many(re, im, 0, count, numbers, begin, flipped, level_re, level_im)
            return
        for v in range(count):
            k = numbers[last - first - v if flipped else first + v]
            re[v], im[v] = level_re[k], level_im[k]
        return
    last = cost.levels.shape[0] - 1
    for v in range(count):
        c, s = phase_of(gamma, cost.levels[last - first - v if flipped else first + v])
        re[v], im[v] = scale * c, scale * s


@jit(internal=True)
def line_costs(out, count, cost, first, flipped):
    """Write the stored costs of z = first + v to ``out[:count]``.

    With `flipped`, those of ~z.
    """
    if cost.kind == LEVELS:
        lowest, numbers = cost.levels[0], cost.numbers
        if flipped:
            last = numbers.shape[0] - 1 - first
            for v in range(count):
                out[v] = lowest + numbers[last - v]
        else:
            for v in range(count):
                out[v] = lowest + numbers[first + v]
        return
    last = cost.levels.shape[0] - 1
    for v in range(count):
        out[v] = cost.levels[last - first - v if flipped else first + v]


@jit(internal=True)
def block_energy_of(re, im, count, costs, zeros):
    """Return Σ_z |φ(z)|² costs[z] over `count` amplitudes.

    `zeros` is a chunk of zeros.
    """
    total = 0.0
    if count >= CHUNK:
        for at in range(0, count, CHUNK):
            total += energy_chunk(re, im, at, costs, at, zeros, 0, re.dtype.type(0.0))
        return total
    for z in range(count):
        a, b = float(re[z]), float(im[z])
        total += (a * a + b * b) * costs[z]
    return total


@jit(internal=True)
def block_apply_cost(bra_re, bra_im, re, im, count, costs, zeros):
    """Set the bra to costs times ket; return the energy."""
    if count >= CHUNK:
        total = 0.0
        zero = re.dtype.type(0.0)
        for at in range(0, count, CHUNK):
            total += apply_cost_chunk(bra_re, bra_im, re, im, at, costs, at, zeros, 0, zero)
        return total
    for z in range(count):
        bra_re[z], bra_im[z] = re[z] * costs[z], im[z] * costs[z]
    return block_energy_of(re, im, count, costs, zeros)


@jit(internal=True)
def block_undo(bra_re, bra_im, re, im, count, table_re, table_im, costs, ones, zeros):
    """Multiply bra and ket by a table of phases; return Re ⟨bra| −iH |ket⟩, float64.

    Args:
        bra_re, bra_im, re, im: bra and ket, shape (count,), changed in place.
        count: amplitudes of the block, int64.
        table_re, table_im: the phase of each z, shape (count,).
        costs: H of each z, in the units of the observable, shape (count,).
        ones, zeros: CHUNK ones and CHUNK zeros, dtype of the state.
    """
    total = 0.0
    if count >= CHUNK:
        one, zero = re.dtype.type(1.0), re.dtype.type(0.0)
        for at in range(0, count, CHUNK):
            total += adjoint_phase_chunk(
                bra_re, bra_im, re, im, at, table_re, table_im, at, ones, zeros, 0, one, zero,
                costs, at, zeros, 0, zero,
            )  # fmt: skip
        return total
    multiply(bra_re, bra_im, 0, count, table_re, table_im, 0)
    multiply(re, im, 0, count, table_re, table_im, 0)
    for z in range(count):
        total += (float(bra_re[z]) * im[z] - float(bra_im[z]) * re[z]) * costs[z]
    return total
