"""Working arrays of the diagonal engine's kernels, allocated once."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.arrays import aligned
from hybridq.engines.diagonal.kernels.block import BlockSpace
from hybridq.engines.diagonal.kernels.chunks import CHUNK, CHUNK_BITS
from hybridq.engines.diagonal.kernels.levels_simd import FEW
from hybridq.engines.diagonal.kernels.passes import PassSpace
from hybridq.engines.diagonal.kernels.tables import Grid, Tables

ONE_BLOCK_BITS = 13
"""States of up to this many bits are done in one core's cache; larger ones are split. Those of 13
took 0.79 of the time of two cores in passes (AMD EPYC, 2026-12-01)."""

WIDEST_VECTOR = 16
MOST_MIDDLE_BITS = 10
PANEL_BYTES = 1 << 22
"""Largest part of a panel. Lines of a whole page are worth more than a panel that stays in a core's
second-level cache: 2^23 amplitudes took 0.96 of the time so, 2^25 took 0.92 (one core of an AMD
EPYC, 2026-12-01)."""

MOST_WIDE = 3  # log2 of the chunks in a line of a panel: 4 KiB in double precision, one page


def choose_grid(bits: int, symmetric: bool, itemsize: int) -> Grid:
    """Return the split of the index of a state of more than `ONE_BLOCK_BITS` bits.

    It depends on the arguments alone, so that every machine adds in the same order.
    """
    rest = bits - CHUNK_BITS
    middle = min(rest - min(4, rest // 2), MOST_MIDDLE_BITS)
    high = rest - middle
    sides = 2 if symmetric else 1
    wide = 0
    most = min(middle - 3, MOST_WIDE)
    while wide < most and (sides * itemsize << (CHUNK_BITS + wide + 1 + high)) <= PANEL_BYTES:
        wide += 1
    # Lines of a panel then begin in different sets of the caches; a power of two, or a multiple of
    # the line, took up to 30 % longer for 2^15 to 2^23 amplitudes on an AMD EPYC.
    pad = (1 << (CHUNK_BITS + wide)) // 2 + CHUNK
    return Grid(CHUNK_BITS, middle, high, wide, pad, symmetric)


def _signs(dtype: Any) -> Any:
    """Return the parity signs of the indices of one chunk."""
    ones = np.bitwise_count(np.arange(CHUNK, dtype=np.uint8))
    return (1 - 2 * (ones % 2).astype(np.int8)).astype(dtype)


def _level_list(levels: int, dtype: Any) -> Any:
    """Return room for the phases of levels: a power of two, at least `FEW`."""
    return aligned((2, max(1 << max(levels - 1, 0).bit_length(), FEW)), dtype)


def block_space(bits: int, levels: int, dtype: Any) -> BlockSpace:
    """Return working arrays for one-block states."""
    size = 1 << bits
    return BlockSpace(
        table=aligned((2, size), dtype),
        levels=_level_list(levels, dtype),
        factors=np.array([np.ones((bits, bits)), np.zeros((bits, bits))]),
        costs=aligned(size, dtype),
        held=np.full(1, -1),
        total=np.zeros(WIDEST_VECTOR, dtype),
        signs=_signs(dtype),
        ones=np.ones(CHUNK, dtype),
        zeros=np.zeros(CHUNK, dtype),
        qubits=np.arange(bits),
    )


def tables(grid: Grid, levels: int, dtype: Any) -> Tables:
    """Return the tables of one layer's phase and of the cost."""
    low = 1 << (CHUNK_BITS + grid.middle)
    high = 1 << (CHUNK_BITS + grid.high)
    of_high = max(grid.middle << grid.high, 1)
    of_middle = max(grid.high << grid.middle, 1)
    qubits = np.arange(CHUNK_BITS + grid.middle + grid.high)
    chunk, middle = qubits[:CHUNK_BITS], qubits[CHUNK_BITS : CHUNK_BITS + grid.middle]
    return Tables(
        low=aligned((2, low), dtype),
        high=aligned((2, high), dtype),
        of_high=aligned((2, of_high), dtype),
        of_middle=aligned((2, of_middle), dtype),
        factors=np.array([np.ones((len(qubits),) * 2), np.zeros((len(qubits),) * 2)]),
        levels=_level_list(levels, dtype),
        low_cost=aligned(low, dtype),
        high_cost=aligned(high, dtype),
        of_high_cost=aligned(of_high),
        of_middle_cost=aligned(of_middle),
        held=np.full(1, -1),
        block_qubits=np.concatenate([chunk, middle]),
        column_qubits=np.concatenate([chunk, qubits[CHUNK_BITS + grid.middle :]]),
    )


def panel_entries(grid: Grid) -> int:
    """Return the amplitudes of a panel."""
    return (2 if grid.symmetric else 1) << (CHUNK_BITS + grid.wide + grid.high)


def pass_space(grid: Grid, dtype: Any, threads: int) -> PassSpace:
    """Return working arrays for passes over a large state."""
    lines = 1 << max(grid.middle, grid.high + grid.wide)
    return PassSpace(
        shared_phase=aligned((threads, 2, lines), dtype),
        shared_cost=aligned((threads, lines), dtype),
        phases=aligned((threads, 2, CHUNK), dtype),
        costs=aligned((threads, CHUNK), dtype),
        total=np.zeros((threads, WIDEST_VECTOR), dtype),
        signs=_signs(dtype),
        flat=np.array([np.ones(CHUNK), np.zeros(CHUNK)], dtype),
        partial=aligned((4, 1 << max(grid.middle, grid.high))),
    )
