"""Compiled products over rows and pairs of the closed form."""

from __future__ import annotations

from typing import Any

from hybridq.core.jit import compiles_slowly, jit
from hybridq.operators.p1.rows import BLOCK

compiles_slowly(__name__, "one layer in closed form", seconds=3)


@jit()
def find_shared(first: int, last: int, starts: Any, to: Any, pairs: Any, out: Any) -> None:
    """Write whether the spins of each pair have a common neighbour.

    Each neighbour in the shorter row is searched in the longer one.

    Args:
        first, last: the range of pairs, int64.
        starts: first entry of each row and the end of the last, int64, shape (n + 1,).
        to: neighbours, ascending in each row, int32, shape (entries,).
        pairs: int64, shape (k, 2).
        out: bool, shape (k,).
    """
    for pair in range(first, last):
        i, j = pairs[pair, 0], pairs[pair, 1]
        if starts[i + 1] - starts[i] > starts[j + 1] - starts[j]:
            i, j = j, i
        found = False
        low = starts[j]
        for e in range(starts[i], starts[i + 1]):
            high = starts[j + 1]
            while low < high:
                middle = (low + high) // 2
                if to[middle] < to[e]:
                    low = middle + 1
                else:
                    high = middle
            if low < starts[j + 1] and to[low] == to[e]:
                found = True
                break
        out[pair] = found


@jit()
def multiply_rows(
    first: int, last: int, starts: Any, level: Any, rate: Any, table: Any,
    cos: Any, sin: Any, rest: Any, whole: Any, blocks: Any,
) -> None:  # fmt: skip
    """Write cosines, sines and the products of the cosines of rows.

    Last axes of length 2 hold a value and its derivative by γ.

    Args:
        first, last: the range of rows, int64.
        starts: first entry of each row and the end of the last, int64, shape (n + 1,).
        level: index of the coupling of each entry, int32, shape (entries,).
        rate: 2 J of each entry, float64, shape (entries,).
        table: cos and sin of 2 γ J of each coupling, shape (levels, 2).
        cos: of each entry, out, shape (entries,).
        sin: of each entry, out, shape (entries,).
        rest: products of the other cosines in the row, out, shape (entries, 2).
        whole: product of each row, out, shape (n, 2).
        blocks: products of aligned blocks of `BLOCK` entries of one row, out, shape (blocks, 2).
    """
    for row in range(first, last):
        begin, end = starts[row], starts[row + 1]
        value, slope = 1.0, 0.0
        for e in range(begin, end):
            c, s = table[level[e], 0], table[level[e], 1]
            cos[e] = c
            sin[e] = s
            rest[e, 0] = value
            rest[e, 1] = slope
            slope = slope * c - value * rate[e] * s
            value *= c
        whole[row, 0] = value
        whole[row, 1] = slope
        value, slope = 1.0, 0.0
        for e in range(end - 1, begin - 1, -1):
            before = rest[e, 0]
            rest[e, 0] = before * value
            rest[e, 1] = rest[e, 1] * value + before * slope
            slope = slope * cos[e] - value * rate[e] * sin[e]
            value *= cos[e]
        for block in range((begin + BLOCK - 1) // BLOCK, end // BLOCK):
            value, slope = 1.0, 0.0
            for e in range(block * BLOCK, (block + 1) * BLOCK):
                slope = slope * cos[e] - value * rate[e] * sin[e]
                value *= cos[e]
            blocks[block, 0] = value
            blocks[block, 1] = slope


@jit(inline=True)
def _advance(
    e: int, end: int, skip: int, until: int, to: Any, rate: Any, cos: Any, sin: Any,
    blocks: Any, value: float, slope: float,
) -> tuple[int, float, float]:  # fmt: skip
    """Multiply the entries of a row before the neighbour `until`, except entry `skip`.

    Returns:
        the entry that was reached, and the product with its derivative.
    """
    while e < end and to[e] < until:
        if (
            e % BLOCK == 0
            and e + BLOCK <= end
            and to[e + BLOCK - 1] < until
            and (skip < e or skip >= e + BLOCK)
        ):
            block = e // BLOCK
            slope = slope * blocks[block, 0] + value * blocks[block, 1]
            value *= blocks[block, 0]
            e += BLOCK
            continue
        if e != skip:
            slope = slope * cos[e] - value * rate[e] * sin[e]
            value *= cos[e]
        e += 1
    return e, value, slope


@jit(inline=True)
def _write_b(
    minus: float, dminus: float, plus: float, dplus: float, fields: Any, i: int, j: int,
    out: Any, pair: int,
) -> None:  # fmt: skip
    """Write B and dB/dγ of spins i and j from the products of their factors."""
    ri, ci, si = fields[0, i], fields[1, i], fields[2, i]
    rj, cj, sj = fields[0, j], fields[1, j], fields[2, j]
    apart, dapart = ci * cj + si * sj, -(ri - rj) * (si * cj - ci * sj)
    along, dalong = ci * cj - si * sj, -(ri + rj) * (si * cj + ci * sj)
    out[2, pair] = apart * minus - along * plus
    out[3, pair] = dapart * minus + apart * dminus - dalong * plus - along * dplus


@jit()
def combine_pairs(
    first: int, last: int, starts: Any, to: Any, rate: Any,
    cos: Any, sin: Any, rest: Any, whole: Any, blocks: Any, fields: Any,
    pairs: Any, entries: Any, shared: Any, out: Any,
) -> None:  # fmt: skip
    """Write the two parts of the correlation of each pair, and their derivatives by γ.

    Args:
        first, last: the range of pairs, int64.
        starts, to, rate, cos, sin, rest, whole, blocks: of the rows, see `multiply_rows`.
        fields: 2 h and its cos and sin times γ of each spin, float64, shape (3, n).
        pairs: int64, shape (k, 2).
        entries: places of the pair in both its rows, −1 where it is not coupled, shape (k, 2).
        shared: whether the spins have a common neighbour, bool, shape (k,).
        out: A, dA/dγ, B and dB/dγ, float64, shape (4, k).
    """
    for pair in range(first, last):
        i, j = pairs[pair, 0], pairs[pair, 1]
        at, back = entries[pair, 0], entries[pair, 1]
        ri, ci, si = fields[0, i], fields[1, i], fields[2, i]
        rj, cj, sj = fields[0, j], fields[1, j], fields[2, j]
        if at >= 0:
            pi, dpi, pj, dpj = rest[at, 0], rest[at, 1], rest[back, 0], rest[back, 1]
            sines = ci * pi + cj * pj
            slope = ci * dpi - ri * si * pi + cj * dpj - rj * sj * pj
            out[0, pair] = sin[at] * sines
            out[1, pair] = rate[at] * cos[at] * sines + sin[at] * slope
        else:
            pi, dpi, pj, dpj = whole[i, 0], whole[i, 1], whole[j, 0], whole[j, 1]
            out[0, pair] = 0.0
            out[1, pair] = 0.0
        if not shared[pair]:
            both, dboth = pi * pj, dpi * pj + pi * dpj
            crossed = 2.0 * si * sj
            dcrossed = 2.0 * (ri * ci * sj + rj * si * cj)
            out[2, pair] = crossed * both
            out[3, pair] = dcrossed * both + crossed * dboth
            continue
        value, slope = 1.0, 0.0  # neighbours of one of the two spins
        minus, dminus, plus, dplus = 1.0, 0.0, 1.0, 0.0  # common neighbours
        e, end_e = starts[i], starts[i + 1]
        f, end_f = starts[j], starts[j + 1]
        beyond = len(starts)
        while e < end_e or f < end_f:
            until = to[f] if f < end_f else beyond
            e, value, slope = _advance(
                e, end_e, at, until, to, rate, cos, sin, blocks, value, slope
            )
            until = to[e] if e < end_e else beyond
            f, value, slope = _advance(
                f, end_f, back, until, to, rate, cos, sin, blocks, value, slope
            )
            if e < end_e and f < end_f and to[e] == to[f]:
                cc, ss = cos[e] * cos[f], sin[e] * sin[f]
                sc, cs = sin[e] * cos[f], cos[e] * sin[f]
                dminus = dminus * (cc + ss) - minus * (rate[e] - rate[f]) * (sc - cs)
                minus *= cc + ss
                dplus = dplus * (cc - ss) - plus * (rate[e] + rate[f]) * (sc + cs)
                plus *= cc - ss
                e += 1
                f += 1
        dminus = dminus * value + minus * slope
        dplus = dplus * value + plus * slope
        minus *= value
        plus *= value
        _write_b(minus, dminus, plus, dplus, fields, i, j, out, pair)


@jit()
def combine_counts(
    first: int, last: int, counts: Any, powers: Any, fields: Any, pairs: Any, out: Any
) -> None:
    """Write B of each pair and its derivative by γ, from counts of its factors.

    Args:
        first, last: the range of pairs, int64.
        counts: how often each kind of factor occurs, int32, shape (pairs, kinds).
        powers: all powers of each kind of factor and their derivatives by γ: of cos 2γ(J − J'),
            then of cos 2γ(J + J'), float64, shape (kinds, n, 4).
        fields: 2 h and its cos and sin times γ of each spin, float64, shape (3, n).
        pairs: int64, shape (pairs, 2).
        out: A, dA/dγ, B and dB/dγ, of which the last two are written, float64, shape (4, pairs).
    """
    for pair in range(first, last):
        minus, dminus, plus, dplus = 1.0, 0.0, 1.0, 0.0
        for kind in range(counts.shape[1]):
            count = counts[pair, kind]
            if count > 0:
                value, slope = powers[kind, count, 0], powers[kind, count, 1]
                dminus = dminus * value + minus * slope
                minus *= value
                value, slope = powers[kind, count, 2], powers[kind, count, 3]
                dplus = dplus * value + plus * slope
                plus *= value
        _write_b(minus, dminus, plus, dplus, fields, pairs[pair, 0], pairs[pair, 1], out, pair)
