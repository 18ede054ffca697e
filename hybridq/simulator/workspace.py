"""The arrays that the diagonal engine's kernels work on, sized once."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.simulator.kernels.block import BlockSpace
from hybridq.simulator.kernels.passes import PassSpace
from hybridq.simulator.kernels.phases import CHUNK, CHUNK_BITS
from hybridq.simulator.kernels.tables import Grid, Tables

ONE_BLOCK_BITS = 12
"""States of so many bits stay whole in one core's cache; larger ones are cut into blocks."""

WIDEST_VECTOR = 16
MIDDLE_BITS = 10


def choose_grid(bits: int, symmetric: bool) -> Grid:
    """How to cut the index of a state of more than `ONE_BLOCK_BITS` bits."""
    rest = bits - CHUNK_BITS
    middle = min((rest + 1) // 2 + 1, MIDDLE_BITS)
    return Grid(CHUNK_BITS, middle, rest - middle, symmetric)


def _signs(dtype: Any) -> Any:
    ones = np.bitwise_count(np.arange(CHUNK, dtype=np.uint8))
    return (1 - 2 * (ones % 2).astype(np.int8)).astype(dtype)


def block_space(bits: int, levels: int, dtype: Any, threads: int) -> BlockSpace:
    """Working arrays for states of one block, with a leading axis of threads."""
    return BlockSpace(
        table=np.empty((threads, 2, max(1 << bits, levels)), dtype),
        factors=np.empty((threads, 2, bits, bits)),
        costs=np.empty((threads, 1 << bits)),
        total=np.zeros((threads, WIDEST_VECTOR), dtype),
        signs=np.tile(_signs(dtype), (threads, 1)),
        qubits=np.tile(np.arange(bits), (threads, 1)),
    )


def one_thread(space: BlockSpace) -> BlockSpace:
    """The first thread's share of `space`."""
    return BlockSpace(*(array[0] for array in space))


def tables(grid: Grid, levels: int, dtype: Any) -> Tables:
    """Tables of one layer's phase and of the cost."""
    low = 1 << (CHUNK_BITS + grid.middle)
    high = 1 << (CHUNK_BITS + grid.high)
    of_high = max(grid.middle << grid.high, 1)
    of_middle = max(grid.high << grid.middle, 1)
    qubits = np.arange(CHUNK_BITS + grid.middle + grid.high)
    chunk, middle = qubits[:CHUNK_BITS], qubits[CHUNK_BITS : CHUNK_BITS + grid.middle]
    return Tables(
        low=np.empty((2, low), dtype),
        high=np.empty((2, high), dtype),
        of_high=np.empty((2, of_high), dtype),
        of_middle=np.empty((2, of_middle), dtype),
        factors=np.empty((2, len(qubits), len(qubits))),
        levels=np.empty((2, levels), dtype),
        low_cost=np.empty(low),
        high_cost=np.empty(high),
        of_high_cost=np.empty(of_high),
        of_middle_cost=np.empty(of_middle),
        block_qubits=np.concatenate([chunk, middle]),
        column_qubits=np.concatenate([chunk, qubits[CHUNK_BITS + grid.middle :]]),
    )


def pass_space(grid: Grid, dtype: Any, threads: int) -> PassSpace:
    """Working arrays of passes over a large state."""
    lines = 1 << max(grid.middle, grid.high)
    column = (2 if grid.symmetric else 1) << (CHUNK_BITS + grid.high)
    return PassSpace(
        columns=np.empty((threads, 4, column), dtype),
        share=np.empty((threads, 2, lines), dtype),
        share_cost=np.empty((threads, lines)),
        costs=np.empty((threads, CHUNK)),
        total=np.zeros((threads, WIDEST_VECTOR), dtype),
        signs=np.tile(_signs(dtype), (threads, 1)),
        partial=np.empty((4, lines)),
    )
