"""Sweeps of one block of gates over a density matrix in the Pauli basis.

The density matrix is 4**n real numbers; base-4 digit q of an index is the Pauli of qubit q. A block
is a sparse matrix on the digits of one or two qubits. Tiles of indices that agree in these digits
are gathered, multiplied and scattered, so that the inner loops run over contiguous memory.
"""

from __future__ import annotations

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier

TILE = 64
SLICES = 32
"""Slices of the tiles: sums are by slices, so that they do not depend on the threads."""


@jit(inline=True)
def _spread(group, digit):
    """Return the number `group` with a 0 inserted as base-4 digit `digit`."""
    low = group & ((np.int64(1) << (2 * digit)) - 1)
    return ((group - low) << 2) + low


@jit(inline=True)
def _gather(state, bases, offsets, count, tile):
    """Copy the entries of a tile, shape (digits, groups)."""
    for row in range(len(offsets)):
        offset = offsets[row]
        for t in range(count):
            tile[row, t] = state[bases[t] + offset]


@jit(inline=True)
def _multiply(starts, columns, values, tile, count, product):
    """Write a sparse matrix times a tile."""
    for row in range(len(starts) - 1):
        for t in range(count):
            product[row, t] = 0.0
        for k in range(starts[row], starts[row + 1]):
            value, column = values[k], columns[k]
            for t in range(count):
                product[row, t] += value * tile[column, t]


@jit(inline=True)
def _scatter(product, bases, offsets, count, state):
    """Copy a tile back to the state."""
    for row in range(len(offsets)):
        offset = offsets[row]
        for t in range(count):
            state[bases[t] + offset] = product[row, t]


@jit(inline=True)
def _place(first, count, digits, bases):
    """Write the indices of groups, with a 0 at each digit of the block."""
    for t in range(count):
        index = np.int64(first + t)
        for k in range(len(digits)):
            index = _spread(index, digits[k])
        bases[t] = index


@jit()
def forward(state, digits, offsets, starts, columns, values, counter, thread, threads):
    """Multiply the state by a block, in place.

    Args:
        state: float64, shape (4**n,).
        digits: the qubits of the block, ascending, int64.
        offsets: of each product of Paulis on them, int64, shape (4**len(digits),).
        starts: first entry of each row of the sparse matrix, int64, and their number.
        columns: int64, shape (entries,).
        values: float64, shape (entries,).
        counter: of the barrier.
        thread: number of this thread.
        threads: how many there are.
    """
    groups = len(state) // len(offsets)
    tiles = (groups + TILE - 1) // TILE
    bases = np.empty(TILE, np.int64)
    tile, product = np.empty((16, TILE)), np.empty((16, TILE))
    for number in range(thread * tiles // threads, (thread + 1) * tiles // threads):
        first = number * TILE
        count = min(TILE, groups - first)
        _place(first, count, digits, bases)
        _gather(state, bases, offsets, count, tile)
        _multiply(starts, columns, values, tile, count, product)
        _scatter(product, bases, offsets, count, state)
    barrier(counter, threads)


@jit()
def backward(
    state,
    weights,
    digits,
    offsets,
    undo_starts,
    undo_columns,
    undo_values,
    back_starts,
    back_columns,
    back_values,
    rows,
    columns,
    sums,
    counter,
    thread,
    threads,
):
    """Undo a block on the state, pull the weights back, and sum their products.

    Args:
        state: after the block, float64, shape (4**n,); before it, on return.
        weights: of the state after the block, float64, shape (4**n,); before it, on return.
        digits: see `forward`.
        offsets: see `forward`.
        undo_starts: the inverse of the block, sparse, see `forward`.
        undo_columns: of the inverse.
        undo_values: of the inverse.
        back_starts: the transpose of the block, sparse.
        back_columns: of the transpose.
        back_values: of the transpose.
        rows: the entries of the block to be differentiated by, int64, shape (k,).
        columns: of the same entries.
        sums: Σ weights_after[row] state_before[column] of each slice, float64, shape (SLICES, k).
        counter: of the barrier.
        thread: number of this thread.
        threads: how many there are.
    """
    groups = len(state) // len(offsets)
    tiles = (groups + TILE - 1) // TILE
    bases = np.empty(TILE, np.int64)
    after, before = np.empty((16, TILE)), np.empty((16, TILE))
    bra, pulled = np.empty((16, TILE)), np.empty((16, TILE))
    for part in range(thread * SLICES // threads, (thread + 1) * SLICES // threads):
        for number in range(part * tiles // SLICES, (part + 1) * tiles // SLICES):
            first = number * TILE
            count = min(TILE, groups - first)
            _place(first, count, digits, bases)
            _gather(state, bases, offsets, count, after)
            _gather(weights, bases, offsets, count, bra)
            _multiply(undo_starts, undo_columns, undo_values, after, count, before)
            _multiply(back_starts, back_columns, back_values, bra, count, pulled)
            for k in range(len(rows)):
                row, column, total = rows[k], columns[k], 0.0
                for t in range(count):
                    total += bra[row, t] * before[column, t]
                sums[part, k] += total
            _scatter(before, bases, offsets, count, state)
            _scatter(pulled, bases, offsets, count, weights)
    barrier(counter, threads)
