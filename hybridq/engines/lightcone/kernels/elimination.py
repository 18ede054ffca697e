"""Compiled elimination of binary variables from products of tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit

MIXER, MIXER_BRA, END, PHASE, PHASE_BRA, FIELD, FIELD_BRA = range(7)
"""Kinds of factors: of a mixer, of a measured spin's last mixer, of a coupling, of a field."""


@jit()
def order_variables(near: Any, by_fill: bool, order: Any, widths: Any, most: int) -> int:
    """Write a greedy order of elimination, and return the number of variables ordered.

    It stops before a table of more than `most` variables.

    Args:
        near: bits of the variables that share a factor with each, itself excluded; uint64,
            shape (k, words); overwritten.
        by_fill: whether the fewest new links decide, or the fewest neighbours; ties are broken
            by the other.
        order: int64, shape (k,).
        widths: number of neighbours at the elimination of each, int64, shape (k,).
        most: the largest width.
    """
    count, words = near.shape
    alive = np.ones(count, dtype=np.bool_)
    degree = np.empty(count, dtype=np.int64)
    fill = np.empty(count, dtype=np.int64)
    stale = np.ones(count, dtype=np.bool_)
    for step in range(count):
        best = -1
        for v in range(count):
            if not alive[v]:
                continue
            if stale[v]:
                total, missing = 0, 0
                for word in range(words):
                    total += popcount(near[v, word])
                for word in range(words):
                    bits = near[v, word]
                    while bits != np.uint64(0):
                        lowest = bits & (~bits + np.uint64(1))
                        other = 64 * word + popcount(lowest - np.uint64(1))
                        bits ^= lowest
                        for inner in range(words):
                            missing += popcount(near[v, inner] & ~near[other, inner])
                degree[v], fill[v], stale[v] = total, missing - total, False
            if best < 0:
                best = v
                continue
            one, two = (fill[v], degree[v]) if by_fill else (degree[v], fill[v])
            three, four = (fill[best], degree[best]) if by_fill else (degree[best], fill[best])
            if one < three or (one == three and two < four):
                best = v
        if degree[best] > most:
            return step
        order[step], widths[step] = best, degree[best]
        alive[best] = False
        mask = np.uint64(1) << np.uint64(best % 64)
        for word in range(words):
            bits = near[best, word]
            while bits != np.uint64(0):
                lowest = bits & (~bits + np.uint64(1))
                other = 64 * word + popcount(lowest - np.uint64(1))
                bits ^= lowest
                for inner in range(words):
                    near[other, inner] |= near[best, inner]
                near[other, other // 64] &= ~(np.uint64(1) << np.uint64(other % 64))
                near[other, best // 64] &= ~mask
        for word in range(words):
            bits = near[best, word]
            while bits != np.uint64(0):
                lowest = bits & (~bits + np.uint64(1))
                other = 64 * word + popcount(lowest - np.uint64(1))
                bits ^= lowest
                stale[other] = True
                for inner in range(words):
                    further = near[other, inner]
                    while further != np.uint64(0):
                        low = further & (~further + np.uint64(1))
                        stale[64 * inner + popcount(low - np.uint64(1))] = True
                        further ^= low
    return count


@jit(inline=True)
def popcount(bits: Any) -> Any:
    """Return the number of ones of a uint64."""
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + (
        (bits >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@jit()
def fill_factors(
    factors: Any, couplings: Any, fields: Any, gammas: Any, betas: Any, slope: bool, values: Any
) -> None:
    """Write the tables of factors, or their derivatives by their angle.

    Args:
        factors: kind, layer from 0, place of the coupling or field, and first value; int64,
            shape (k, 4). A table has four values, that of a field two.
        couplings, fields: J and h of a cone.
        gammas, betas: angles.
        slope: whether derivatives are written.
        values: complex.
    """
    for f in range(len(factors)):
        kind, layer, place, at = factors[f, 0], factors[f, 1], factors[f, 2], factors[f, 3]
        if kind in (MIXER, MIXER_BRA):
            sign = 1.0 if kind == MIXER else -1.0
            cos, sin = np.cos(betas[layer]), np.sin(betas[layer])
            if slope:
                cos, sin = -sin, cos
            values[at] = values[at + 3] = cos
            values[at + 1] = values[at + 2] = 1j * sign * sin
        elif kind == END:  # index 2 ket + bra, bit 1 for spin −1
            cos, sin = np.cos(2.0 * betas[layer]), np.sin(2.0 * betas[layer])
            if slope:
                cos, sin = -2.0 * sin, 2.0 * cos
            values[at], values[at + 3] = cos, -cos
            values[at + 1], values[at + 2] = -1j * sin, 1j * sin
        else:
            strength = couplings[place] if kind in (PHASE, PHASE_BRA) else fields[place]
            if kind in (PHASE, FIELD):
                strength = -strength
            turn = np.exp(1j * strength * gammas[layer])
            back = turn.conjugate()
            if slope:
                turn, back = 1j * strength * turn, -1j * strength * back
            if kind in (PHASE, PHASE_BRA):
                values[at] = values[at + 3] = turn
                values[at + 1] = values[at + 2] = back
            else:
                values[at], values[at + 1] = turn, back


@jit(internal=True)
def _most_operands(ends: Any) -> Any:
    """Return the largest number of operands of a step."""
    most = 0
    for step in range(len(ends) - 1):
        most = max(most, ends[step + 1] - ends[step])
    return most


@jit()
def eliminate(
    ends: Any, outputs: Any, widths: Any, bases: Any, halves: Any, lows: Any, highs: Any,
    offsets: Any, values: Any,
) -> None:  # fmt: skip
    """Write the sum over one variable of a product of tables, for each step in turn.

    Args:
        ends: one more than the last operand of each step, from 0 on, int64, shape (k + 1,).
        outputs: first value of the new table of each step, int64, shape (k,).
        widths: number of its variables, int64, shape (k,).
        bases: first value of each operand, int64.
        halves: distance of the variable's two values in each operand, int64.
        lows, highs: places in `offsets` for the low and high half of the index of the new table.
        offsets: distances in the operands, int64.
        values: all tables, complex.
    """
    at = np.empty(_most_operands(ends), dtype=np.int64)
    for step in range(len(outputs)):
        first, last = ends[step], ends[step + 1]
        low = 1 << widths[step] // 2
        high = 1 << (widths[step] - widths[step] // 2)
        out = outputs[step]
        for h in range(high):
            for t in range(first, last):
                at[t - first] = bases[t] + offsets[highs[t] + h]
            for j in range(low):
                one, two = 1.0 + 0.0j, 1.0 + 0.0j
                for t in range(first, last):
                    place = at[t - first] + offsets[lows[t] + j]
                    one *= values[place]
                    two *= values[place + halves[t]]
                values[out] = one + two
                out += 1


@jit()
def eliminate_back(
    ends: Any, outputs: Any, widths: Any, bases: Any, halves: Any, lows: Any, highs: Any,
    offsets: Any, values: Any, adjoints: Any,
) -> None:  # fmt: skip
    """Add the derivatives by the operands of all steps, in reverse.

    They are derivatives of a holomorphic function of the values, without conjugation.

    Args:
        ends, outputs, widths, bases, halves, lows, highs, offsets, values: see `eliminate`.
        adjoints: derivatives by the values, added to.
    """
    longest = _most_operands(ends)
    at = np.empty(longest, dtype=np.int64)
    places = np.empty(longest, dtype=np.int64)
    before = np.empty(longest, dtype=np.complex128)
    for step in range(len(outputs) - 1, -1, -1):
        first, last = ends[step], ends[step + 1]
        low = 1 << widths[step] // 2
        high = 1 << (widths[step] - widths[step] // 2)
        out = outputs[step]
        for h in range(high):
            for t in range(first, last):
                at[t - first] = bases[t] + offsets[highs[t] + h]
            for j in range(low):
                given = adjoints[out]
                out += 1
                for side in range(2):
                    product = given
                    for t in range(first, last):
                        k = t - first
                        places[k] = at[k] + offsets[lows[t] + j] + side * halves[t]
                        before[k] = product
                        product *= values[places[k]]
                    product = 1.0 + 0.0j
                    for t in range(last - 1, first - 1, -1):
                        k = t - first
                        adjoints[places[k]] += before[k] * product
                        product *= values[places[k]]
