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
from hybridq.engines.subspace.kernels.cubes_simd import (
    WIDTH_BYTES,
    add_vectors,
    first_flips,
    recur,
    recur_and_add,
    square_flips,
)

TILE_BITS = 11
_TILE = 1 << TILE_BITS
"""States whose sums are taken in the cache."""

Cubes = namedtuple(
    "Cubes",
    [
        "start",
        "bits",
        "tile",
        "up",
        "up_block",
        "up_mask",
        "up_factor",
        "down",
        "down_block",
        "down_mask",
        "down_factor",
    ],
)
"""Blocks and the flips between them.

Attributes:
    start: first state of each block, one more for the end.
    bits: number of free low qubits of each block.
    tile: first tile of each block, one more for the end.
    up: entries up[b] … up[b + 1] − 1 of the next three are flips to blocks that are not larger.
    up_block, up_mask: that block, and the bits of this one that it lacks.
    up_factor: matrix element of the flip, float64.
    down, down_block, down_mask, down_factor: flips back; the mask has the bits of the other block
        that this one lacks.
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


@jit(inline=True)
def _add(sums, to, x, at, count, factor):
    """Add amplitudes of x from `at` on, times a factor, to sums from `to` on."""
    if 2 * count * x.itemsize >= WIDTH_BYTES:
        add_vectors(sums, 2 * to, x, 2 * at, 2 * count, factor)
    else:
        for f in range(2 * count):
            sums[2 * to + f] += factor * x[2 * at + f]


@jit(internal=True)
def _write_flips(sums, x, at, bits):
    """Write the sums over flips of the bits of a tile, for each amplitude."""
    numbers = np.int64(2) << bits
    first = 4 * WIDTH_BYTES // x.itemsize
    if numbers < first:
        for i in range(1 << bits):
            re, im = x.dtype.type(0), x.dtype.type(0)
            for bit in range(bits):
                other = 2 * (at + (i ^ (1 << bit)))
                re += x[other]
                im += x[other + 1]
            sums[2 * i] = re
            sums[2 * i + 1] = im
        return
    first_flips(sums, x, 2 * at, numbers // first)
    bit = 1
    while 2 << bit < first:
        bit += 1
    bit += 1
    while bit < bits:
        square_flips(sums, x, 2 * at, bit, numbers)
        bit += 2
    if bit == bits:
        half = 1 << (bits - 1)
        one = x.dtype.type(1)
        _add(sums, 0, x, at + half, half, one)
        _add(sums, half, x, at, half, one)


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
    one = x.dtype.type(1)
    _write_flips(sums, x, start + base, inner)
    for bit in range(inner, bits):
        _add(sums, 0, x, start + (base ^ (1 << bit)), size, one)
    for k in range(cubes.up[block], cubes.up[block + 1]):
        mask, factor = cubes.up_mask[k], x.dtype.type(cubes.up_factor[k])
        if base & mask:
            continue
        at = cubes.start[cubes.up_block[k]] + _compressed(base, mask)
        low = mask & (size - 1)
        run = low & -low if low else size
        index = 0
        while index < size:
            _add(sums, index, x, at, run, factor)
            at += run
            index = ((index | low) + run) & ~low
    for k in range(cubes.down[block], cubes.down[block + 1]):
        mask, factor = cubes.down_mask[k], x.dtype.type(cubes.down_factor[k])
        first = cubes.start[cubes.down_block[k]]
        index = _expanded(base, mask)
        run = mask & -mask if mask else size
        run = min(run, size)
        for to in range(0, size, run):
            _add(sums, to, x, first + index, run, factor)
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
    factors = np.zeros(6, v.dtype)
    before, now = work, v
    last = len(recurrence) - 1
    for order in range(1, last + 1):
        # Two orders at a time are added to the result, which spares every other pass over it.
        for k in range(4):
            factors[k] = recurrence[order, k]
        for k in range(2):
            factors[4 + k] = recurrence[order - 1, 2 + k] if order % 2 else 0
        adding = order % 2 == 1 or order == last
        block = 0
        for tile in range(begin, end):
            while cubes.tile[block + 1] <= tile:
                block += 1
            base = (tile - cubes.tile[block]) << TILE_BITS
            size = _tile_sums(now, cubes, block, base, sums)
            at = 2 * (cubes.start[block] + base)
            if order == 1:
                here, total = before[at : at + 2 * size], out[at : at + 2 * size]
                if len(partial):
                    partial[tile] = _element(bra[at : at + 2 * size], sums)
                _begin(here, v[at : at + 2 * size], total, sums, recurrence)
            else:
                _recur(before, now, out, sums, at, 2 * size, factors, adding)
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


@jit(inline=True)
def _recur(before, now, out, sums, at, count, factors, adding):
    """Make one step of the recurrence on a tile; see `recur_and_add`."""
    if count * sums.itemsize >= WIDTH_BYTES:
        if adding:
            recur_and_add(before, now, out, sums, at, count, factors)
        else:
            recur(before, now, out, sums, at, count, factors)
        return
    f, g, re, im, a, b = factors[0], factors[1], factors[2], factors[3], factors[4], factors[5]
    for i in range(at, at + count, 2):
        x = f * sums[i - at] - g * before[i]
        y = f * sums[i - at + 1] - g * before[i + 1]
        before[i] = x
        before[i + 1] = y
        if adding:
            out[i] += re * x - im * y + a * now[i] - b * now[i + 1]
            out[i + 1] += re * y + im * x + a * now[i + 1] + b * now[i]


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
