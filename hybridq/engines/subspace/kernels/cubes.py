"""Flips between independent sets that are cut in hypercubes.

Qubits that do not exclude each other are the low ones. For each independent set of the high ones
the low qubits that it leaves free make a block of all their subsets, a hypercube. A flip of a high
qubit leads from a block to a smaller one, in which some bits are removed.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

TILE_BITS = 12
_TILE = 1 << TILE_BITS
"""States whose sums are taken in the cache."""

Cubes = namedtuple(
    "Cubes",
    ["start", "bits", "tile", "up", "up_block", "up_mask", "down", "down_block", "down_mask"],
)
"""Blocks and the flips between them.

Attributes:
    start: first state of each block, one more for the end.
    bits: number of free low qubits of each block.
    tile: first tile of each block, one more for the end.
    up: entries up[b] … up[b + 1] − 1 of up_block and up_mask are flips to smaller blocks.
    up_block, up_mask: that block, and the bits of this one that it lacks.
    down, down_block, down_mask: flips to larger blocks, and the bits of those that this one lacks.
"""


@jit(inline=True)
def _compressed(index, mask):
    """Return the bits of `index` without those under `mask`, moved together."""
    found, at, bit = 0, 0, 0
    rest = index
    while rest:
        if not mask >> bit & 1:
            found |= (rest & 1) << at
            at += 1
        rest >>= 1
        bit += 1
    return found


@jit(inline=True)
def _expanded(index, mask):
    """Return `index` with zeros inserted at the bits of `mask`."""
    found, bit, rest = 0, 0, index
    while rest:
        if not mask >> bit & 1:
            found |= (rest & 1) << bit
            rest >>= 1
        bit += 1
    return found


@jit(internal=True)
def _add(sums, to, x, at, count):
    """Add `count` amplitudes of x from `at` on to those of the sums from `to` on."""
    # Loops over slices take vectors: their indices are known not to be negative.
    here, there = sums[2 * to : 2 * (to + count)], x[2 * at : 2 * (at + count)]
    for f in range(len(here)):
        here[f] += there[f]


@jit(internal=True)
def _add_two(sums, x, first, second):
    """Add the amplitudes of x from two places on to all sums."""
    a, b = x[2 * first : 2 * first + len(sums)], x[2 * second : 2 * second + len(sums)]
    for f in range(len(sums)):
        sums[f] += a[f] + b[f]


@jit(internal=True)
def _add_square(sums, x, half):
    """Add to each quarter of the sums those of x that differ in one of two bits."""
    n = 2 * half
    s0, s1, s2, s3 = sums[:n], sums[n : 2 * n], sums[2 * n : 3 * n], sums[3 * n : 4 * n]
    x0, x1, x2, x3 = x[:n], x[n : 2 * n], x[2 * n : 3 * n], x[3 * n : 4 * n]
    for f in range(len(s0)):
        outer, inner = x0[f] + x3[f], x1[f] + x2[f]
        s0[f] += inner
        s1[f] += outer
        s2[f] += outer
        s3[f] += inner


@jit(internal=True)
def _add_flips(sums, x, at, bits):
    """Add to each amplitude of a tile those that differ in one of its lowest bits."""
    size = 1 << bits
    part = x[2 * at : 2 * (at + size)]
    if bits == 1:
        for f in range(2):
            sums[f] += part[f + 2]
            sums[f + 2] += part[f]
    if bits > 1:
        here, there = sums[: 2 * size].reshape(-1, 8), part.reshape(-1, 8)
        for i in range(len(here)):
            for f in range(2):
                a, b, c, d = there[i, f], there[i, f + 2], there[i, f + 4], there[i, f + 6]
                here[i, f] += b + c
                here[i, f + 2] += a + d
                here[i, f + 4] += a + d
                here[i, f + 6] += b + c
    if bits > 3:
        quarters, those = sums[: 2 * size].reshape(-1, 4, 8), part.reshape(-1, 4, 8)
        for i in range(len(quarters)):
            for f in range(8):
                a, b, c, d = those[i, 0, f], those[i, 1, f], those[i, 2, f], those[i, 3, f]
                quarters[i, 0, f] += b + c
                quarters[i, 1, f] += a + d
                quarters[i, 2, f] += a + d
                quarters[i, 3, f] += b + c
    bit = 4 if bits > 3 else 2
    while bit + 1 < bits:
        half = 1 << bit
        for i in range(0, 2 * size, 8 * half):
            _add_square(sums[i : i + 8 * half], part[i : i + 8 * half], half)
        bit += 2
    if bit < bits:
        half = 1 << bit
        for i in range(0, size, 2 * half):
            _add(sums, i, x, at + i + half, half)
            _add(sums, i + half, x, at + i, half)


@jit(internal=True)
def _tile_sums(x, cubes, block, base, sums):
    """Write the sums over the neighbours of the states of a tile to `sums`.

    Args:
        x: the state.
        cubes: a `Cubes`.
        block: the block.
        base: first state of the tile within the block.
        sums: numbers of a tile.

    Returns:
        the number of states of the tile.
    """
    bits, start = cubes.bits[block], cubes.start[block]
    inner = min(bits, TILE_BITS)
    size = 1 << inner
    sums[: 2 * size] = 0
    _add_flips(sums, x, start + base, inner)
    for bit in range(inner, bits - 1, 2):
        first, second = start + (base ^ (1 << bit)), start + (base ^ (2 << bit))
        _add_two(sums[: 2 * size], x, first, second)
    if (bits - inner) % 2:
        _add(sums, 0, x, start + (base ^ (1 << (bits - 1))), size)
    for k in range(cubes.up[block], cubes.up[block + 1]):
        mask = cubes.up_mask[k]
        if base & mask:
            continue
        at = cubes.start[cubes.up_block[k]] + _compressed(base, mask)
        low = mask & (size - 1)
        run = low & -low if low else size
        index = 0
        while index < size:
            _add(sums, index, x, at, run)
            at += run
            index = ((index | low) + run) & ~low
    for k in range(cubes.down[block], cubes.down[block + 1]):
        mask = cubes.down_mask[k]
        first = cubes.start[cubes.down_block[k]]
        index = _expanded(base, mask)
        run = mask & -mask if mask else size
        run = min(run, size)
        for to in range(0, size, run):
            _add(sums, to, x, first + index, run)
            index = ((index | mask) + run) & ~mask
    return size


@jit()
def cube_exponential(v, work, out, cubes, recurrence, bra, partial, counter, thread, threads):
    r"""Write a function of the sum of all flips, times the state, to `v`.

    Args:
        v, work, out: states; all are overwritten.
        cubes: a `Cubes`.
        recurrence: as for `exponential` of lists of neighbours.
        bra: another state, for `partial`.
        partial: float64, shape (tiles,): sums Im ⟨bra|A|v⟩, or empty.
        counter, thread, threads: from `Team.run`.
    """
    blocks = len(cubes.bits)
    begin, end = slice_of(thread, threads, cubes.tile[blocks])
    sums = np.zeros(2 * _TILE, v.dtype)
    before, now = work, v
    for order in range(1, len(recurrence)):
        block = 0
        for tile in range(begin, end):
            while cubes.tile[block + 1] <= tile:
                block += 1
            base = (tile - cubes.tile[block]) << TILE_BITS
            size = _tile_sums(now, cubes, block, base, sums)
            at = 2 * (cubes.start[block] + base)
            here, total = before[at : at + 2 * size], out[at : at + 2 * size]
            if order == 1:
                if len(partial):
                    partial[tile] = _element(bra[at : at + 2 * size], sums)
                _begin(here, v[at : at + 2 * size], total, sums, recurrence)
            else:
                _recur(here, total, sums, recurrence[order])
        barrier(counter, threads)
        before, now = now, before
    start, stop = slice_of(thread, threads, len(v))
    to, result = v[start:stop], out[start:stop]
    for i in range(len(to)):
        to[i] = result[i]
    barrier(counter, threads)


@jit(internal=True)
def _element(bra, sums):
    """Return Σ Im(conj(bra) sums)."""
    element = 0.0
    for i in range(len(bra) // 2):
        element += float(bra[2 * i]) * sums[2 * i + 1] - float(bra[2 * i + 1]) * sums[2 * i]
    return element


@jit(internal=True)
def _begin(here, v, out, sums, recurrence):
    """Write order 1 to `here`, and orders 0 and 1 to `out`."""
    f, re, im = recurrence[1, 0], recurrence[1, 2], recurrence[1, 3]
    a, b = recurrence[0, 2], recurrence[0, 3]
    for i in range(len(here) // 2):
        x, y, p, q = f * sums[2 * i], f * sums[2 * i + 1], v[2 * i], v[2 * i + 1]
        here[2 * i] = x
        here[2 * i + 1] = y
        out[2 * i] = a * p - b * q + re * x - im * y
        out[2 * i + 1] = a * q + b * p + re * y + im * x


@jit(internal=True)
def _recur(here, out, sums, factors):
    """Replace `here` by f sums − g here, and add c times it to `out`."""
    f, g, re, im = factors[0], factors[1], factors[2], factors[3]
    for i in range(len(here) // 2):
        x = f * sums[2 * i] - g * here[2 * i]
        y = f * sums[2 * i + 1] - g * here[2 * i + 1]
        here[2 * i] = x
        here[2 * i + 1] = y
        out[2 * i] += re * x - im * y
        out[2 * i + 1] += re * y + im * x


@jit()
def cube_sums(x, cubes, out, counter, thread, threads):
    """Write the sum over the neighbours of each state to `out`; both are states."""
    blocks = len(cubes.bits)
    begin, end = slice_of(thread, threads, cubes.tile[blocks])
    sums = np.zeros(2 * _TILE, x.dtype)
    block = 0
    for tile in range(begin, end):
        while cubes.tile[block + 1] <= tile:
            block += 1
        base = (tile - cubes.tile[block]) << TILE_BITS
        size = _tile_sums(x, cubes, block, base, sums)
        at = 2 * (cubes.start[block] + base)
        to = out[at : at + 2 * size]
        for i in range(len(to)):
            to[i] = sums[i]
    barrier(counter, threads)


@jit()
def cube_words(cubes, high, free, words, counter, thread, threads):
    """Write the states of all blocks.

    Args:
        cubes: a `Cubes`.
        high: the high qubits of each block, uint64, shape (blocks, words).
        free: mask of each free low qubit of each block, uint64, shape (blocks, most, words).
        words: uint64, shape (dim, words).
        counter, thread, threads: from `Team.run`.
    """
    blocks, width = len(cubes.bits), words.shape[1]
    begin, end = slice_of(thread, threads, blocks)
    for block in range(begin, end):
        at = cubes.start[block]
        for w in range(width):
            words[at, w] = high[block, w]
        for bit in range(cubes.bits[block]):
            for k in range(1 << bit):
                for w in range(width):
                    words[at + (1 << bit) + k, w] = words[at + k, w] | free[block, bit, w]
    barrier(counter, threads)
