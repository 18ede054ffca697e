"""Compiled derivatives of the rounds of messages, in reverse.

The derivative by a complex number is the one by its real part plus i times that by its imaginary
part. Each entry of a row is written by one call alone; derivatives by angles and by the weights of
paths are summed over the range of a call.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit
from hybridq.operators.paths._kernels import fill_ends, fill_field, parts
from hybridq.operators.paths._transforms import (
    add_slopes,
    collapse,
    expand,
    fill_coupling,
    walsh,
)


@jit()
def send_back(
    first: int, last: int, level: int, couplings: Any, back: Any, gammas: Any, chain: Any,
    swap: Any, products: Any, adjoints: Any, slopes: Any, weights: Any,
) -> None:  # fmt: skip
    """Take derivatives by block `level` of messages to the products behind them.

    Args:
        first, last, level, couplings, back, gammas, chain, swap, products: see `_kernels.send`.
        adjoints: block `level` by the messages, lower blocks by the products of each entry, to
            which those from here are added.
        slopes: derivatives by the angles of the phases, shape (p,), added to.
        weights: derivatives by C_r, shape (4^r,), added to.
    """
    levels = level - 1
    size = 1 << 2 * levels
    start, at = (size - 1) // 3, (4 * size - 4) // 3
    eigenvalues = np.empty((4 * size - 1) // 3, dtype=np.complex128)
    table = np.empty(size, dtype=np.complex128)
    sent = np.empty(size, dtype=np.complex128)
    given = np.empty(size, dtype=np.complex128)
    turn, known = 0j, np.nan
    for entry in range(first, last):
        coupling = couplings[entry]
        if coupling != known:
            known = coupling
            fill_coupling(coupling, gammas, levels, eigenvalues)
            turn = np.exp(-2j * coupling * gammas[levels])
        source = back[entry]
        expand(products[source], levels, swap, table)
        for j in range(size):
            up, down = turn * chain[at + j], turn.conjugate() * chain[at + 3 * size + j]
            sent[j] = table[j] * (up + down)
            given[j] = adjoints[entry, start + j]
        walsh(sent, levels)
        walsh(given, levels)
        for j in range(size):
            sent[j] *= given[j].conjugate()
            given[j] *= eigenvalues[start + j].conjugate()
        add_slopes(sent, levels, coupling, gammas, eigenvalues, slopes)
        walsh(given, levels)
        slope = 0.0
        for j in range(size):
            up, down = turn * chain[at + j], turn.conjugate() * chain[at + 3 * size + j]
            adjoint = given[j]
            of_weights = table[j].conjugate() * adjoint
            slope += (of_weights.conjugate() * (-2j) * (up - down)).real
            weights[j] += turn.conjugate() * of_weights
            weights[3 * size + j] += turn * of_weights
            table[j] = (up + down).conjugate() * adjoint
        slopes[levels] += coupling * slope
        collapse(table, levels, swap, adjoints[source])


@jit()
def multiply_back(
    first: int, last: int, level: int, starts: Any, fields: Any, gammas: Any, swap: Any,
    messages: Any, products: Any, whole: Any, above: Any, adjoints: Any, slopes: Any,
) -> None:  # fmt: skip
    """Turn derivatives by block `level` of products into those by messages, in place.

    Args:
        first, last, level, starts, fields, gammas, swap, messages, products, whole: see
            `_kernels.multiply`.
        above: derivatives by `whole`, of its shape.
        adjoints: by the products of each entry, replaced by those by its messages.
        slopes: derivatives by the angles of the phases, shape (p,), added to.
    """
    size = 1 << 2 * (level - 1)
    start = (size - 1) // 3
    phases = np.empty(size, dtype=np.complex128)
    table = np.empty(size, dtype=np.complex128)
    longest = 0
    for spin in range(first, last):
        longest = max(longest, starts[spin + 1] - starts[spin])
    before = np.empty((longest, 2), dtype=np.complex128)
    for spin in range(first, last):
        field = fields[spin]
        low, high = starts[spin], starts[spin + 1]
        if field != 0.0:
            fill_field(field, gammas, level, swap, table, phases)
        for j in range(size):
            at = start + j
            by_whole = above[spin, at].conjugate() if len(above) else 0j
            if field != 0.0:
                total = by_whole * whole[spin, at] if len(above) else 0j
                for entry in range(low, high):
                    total += adjoints[entry, at].conjugate() * products[entry, at]
                slopes[level - 1] += 2.0 * field * total.imag
                rest = j
                for below in range(level - 1):
                    digit = rest & 3
                    rest >>= 2
                    if digit == 2:
                        slopes[below] += 2.0 * field * total.imag
                    elif digit == 1:
                        slopes[below] -= 2.0 * field * total.imag
            # Products of the messages before an entry, and their sums of weighted products
            # without one of them.
            value, without = (phases[j] if field != 0.0 else 1.0 + 0.0j), 0j
            for entry in range(low, high):
                before[entry - low, 0], before[entry - low, 1] = value, without
                message = messages[entry, at]
                without = without * message + adjoints[entry, at].conjugate() * value
                value *= message
            value, without = 1.0 + 0.0j, 0j
            for entry in range(high - 1, low - 1, -1):
                front, less = before[entry - low, 0], before[entry - low, 1]
                message, weight = messages[entry, at], adjoints[entry, at].conjugate()
                slope = less * value + front * without + by_whole * front * value
                adjoints[entry, at] = slope.conjugate()
                without = without * message + weight * value
                value *= message


@jit()
def pair_values_back(
    first: int, last: int, entries: Any, couplings: Any, back: Any, gammas: Any, same: Any,
    differing: Any, swap: Any, products: Any, weights: Any, out: Any, adjoints: Any, slopes: Any,
    by_same: Any, by_differing: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_uZ_v⟩ of a range of pairs, and add derivatives of their weighted sum.

    Args:
        first, last, entries, couplings, back, gammas, same, differing, swap, products, out: see
            `_kernels.pair_values`.
        weights: of each pair in the sum, shape (k,).
        adjoints: derivatives by the products of each entry, added to.
        slopes: derivatives by the angles of the phases, shape (p,), added to.
        by_same, by_differing: derivatives by `same` and `differing`, added to.
    """
    size = len(same)
    levels = 0
    while 1 << 2 * levels < size:
        levels += 1
    start = (size - 1) // 3
    eigenvalues = np.empty((4 * size - 1) // 3, dtype=np.complex128)
    tables = np.empty((4, size), dtype=np.complex128)
    given = np.empty((4, size), dtype=np.complex128)
    term = np.empty(size, dtype=np.complex128)
    known = np.nan
    for k in range(first, last):
        entry = entries[k]
        coupling, weight = couplings[entry], weights[k]
        if coupling != known:
            known = coupling
            fill_coupling(coupling, gammas, levels, eigenvalues)
        fill_ends(products[entry], levels, same, differing, swap, tables[0], tables[1])
        fill_ends(products[back[entry]], levels, same, differing, swap, tables[2], tables[3])
        cos = np.cos(2.0 * coupling * gammas[levels])
        sin = np.sin(2.0 * coupling * gammas[levels])
        total, slope = 0.0, 0.0
        for j in range(size):
            i = swap[j]
            q, r = parts(tables[0, j], tables[0, i])
            x, y = parts(tables[1, j], tables[1, i])
            s, t = parts(tables[2, j], tables[2, i])
            v, w = parts(tables[3, j], tables[3, i])
            eigenvalue = eigenvalues[start + j]
            cross, turned = q * v + x * s, r * w + y * t
            value = q * s + 4.0 * x * v + 2.0 * (cos * cross + sin * turned)
            total += (eigenvalue * value).real
            slope += (eigenvalue * (cos * turned - sin * cross)).real
            term[j] = weight * value
            factor = weight * eigenvalue
            given[0, j] = factor * (s + 2.0 * cos * v - 2j * sin * w)
            given[1, j] = factor * (2.0 * cos * s + 4.0 * v - 2j * sin * t)
            given[2, j] = factor * (q + 2.0 * cos * x - 2j * sin * y)
            given[3, j] = factor * (2.0 * cos * q + 4.0 * x - 2j * sin * r)
        out[k] = total
        slopes[levels] += 4.0 * coupling * weight * slope
        add_slopes(term, levels, coupling, gammas, eigenvalues, slopes)
        for side in range(2):
            row = entry if side == 0 else back[entry]
            table, equal, other = tables[0], given[2 * side], given[2 * side + 1]
            walsh(equal, levels)
            walsh(other, levels)
            expand(products[row], levels, swap, table)
            for j in range(size):
                by_equal, by_other = equal[j].conjugate(), other[j].conjugate()
                by_same[j] += table[j].conjugate() * by_equal
                by_differing[j] += products[row, start + j].conjugate() * by_other
                table[j] = same[j].conjugate() * by_equal
                adjoints[row, start + j] += differing[j].conjugate() * by_other
            collapse(table, levels, swap, adjoints[row])


@jit()
def spin_values_back(
    first: int, last: int, spins: Any, same: Any, differing: Any, swap: Any, whole: Any,
    weights: Any, out: Any, above: Any, by_same: Any, by_differing: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_u⟩ of a range of spins, and add derivatives of their weighted sum.

    Args:
        first, last, spins, same, differing, swap, whole, out: see `_kernels.spin_values`.
        weights: of each spin in the sum, shape (k,).
        above: derivatives by `whole`, added to.
        by_same, by_differing: derivatives by `same` and `differing`, added to.
    """
    size = len(same)
    levels = 0
    while 1 << 2 * levels < size:
        levels += 1
    start = (size - 1) // 3
    table = np.empty(size, dtype=np.complex128)
    for k in range(first, last):
        spin, weight = spins[k], weights[k]
        expand(whole[spin], levels, swap, table)
        total = 0.0
        for j in range(size):
            product = whole[spin, start + j]
            total += (table[j] * same[j] + 2.0 * product * differing[j]).real
            by_same[j] += weight * table[j].conjugate()
            by_differing[j] += 2.0 * weight * product.conjugate()
            table[j] = weight * same[j].conjugate()
            above[spin, start + j] += 2.0 * weight * differing[j].conjugate()
        out[k] = total
        collapse(table, levels, swap, above[spin])
