"""Index partition of a large state, and the tables of its phases and costs.

See `phases` for A, B and S, the parts of a QUADRATIC cost that the tables are of.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.chunks import CHUNK_BITS
from hybridq.engines.diagonal.kernels.phases import (
    LEVELS,
    QUADRATIC,
    cost_table,
    level_phases,
    linear_costs,
    linear_phases,
    phase_factors,
    phase_of,
    phase_table,
)


class Grid(NamedTuple):
    """Partition of the index into low + middle + high bits.

    `low` is always `CHUNK_BITS`; a field, because the compiler would specialize every kernel
    that is given the constant. A pass by columns takes 2**wide adjacent chunks at a time.
    Blocks lie 2**(low + middle) + `pad` elements apart: a power of two would put all of a column
    into the same few sets of the caches. `symmetric` is True for one half of a spin-flip
    symmetric state.
    """

    low: int
    middle: int
    high: int
    wide: int
    pad: int
    symmetric: bool


class Tables(NamedTuple):
    """Tables of one layer's phase and of the cost, state's dtype unless stated.

    Attributes:
        low: A[m, v], shape (2, 2**(M+V)).
        high: B[h, v], shape (2, 2**(H+V)).
        of_high: the factor of bit j of m at h, at [:, j · 2**H + h].
        of_middle: the factor of bit j of h at m, at [:, j · 2**M + m].
        factors: pair phases, float64, shape (2, m, m).
        levels: phases of the levels, shape (2, ≥ levels), see `phases.level_phases`.
        low_cost, high_cost: A and B of the cost, shapes (2**(M+V),) and (2**(H+V),).
        of_high_cost, of_middle_cost: as `of_high` and `of_middle`, of the cost, float64.
        held: 0 where the tables of the cost hold E(z), 1 where E(~z), else −1; int64, shape (1,).
        block_qubits: the qubits of a block, V and then M, int64.
        column_qubits: V and then H, int64.
    """

    low: NDArray[np.floating]
    high: NDArray[np.floating]
    of_high: NDArray[np.floating]
    of_middle: NDArray[np.floating]
    factors: NDArray[np.float64]
    levels: NDArray[np.floating]
    low_cost: NDArray[np.floating]
    high_cost: NDArray[np.floating]
    of_high_cost: NDArray[np.float64]
    of_middle_cost: NDArray[np.float64]
    held: NDArray[np.int64]
    block_qubits: NDArray[np.int64]
    column_qubits: NDArray[np.int64]


class Phase(NamedTuple):
    """Phase of one layer, scale · e^{−iγE}; with `flipped`, E is of the flipped bits."""

    gamma: float
    scale: float
    flipped: bool


@jit(internal=True)
def prepare_phase(grid, cost, phase, tables):
    """Fill the tables with this layer's phase."""
    if cost.kind == LEVELS:
        level_phases(cost.levels, phase.gamma, phase.scale, tables.levels[0], tables.levels[1])
    if cost.kind != QUADRATIC:
        return
    flip = 1 if phase.flipped else 0
    re, im = tables.factors[0], tables.factors[1]
    middle, high = tables.block_qubits[CHUNK_BITS:], tables.column_qubits[CHUNK_BITS:]
    phase_factors(phase.gamma, cost.linear[flip], cost.pairs, re, im)
    c, s = phase_of(phase.gamma, cost.constant[flip])
    c, s = phase.scale * c, phase.scale * s
    phase_table(tables.low[0], tables.low[1], tables.block_qubits, 0, re, im, c, s)
    phase_table(tables.high[0], tables.high[1], tables.column_qubits, CHUNK_BITS, re, im, 1.0, 0.0)
    of_re, of_im = tables.of_high[0], tables.of_high[1]
    for j in range(grid.middle):
        linear_phases(of_re, of_im, j << grid.high, high, middle[j], re, im)
    of_re, of_im = tables.of_middle[0], tables.of_middle[1]
    for j in range(grid.high):
        linear_phases(of_re, of_im, j << grid.middle, middle, high[j], re, im)


@jit(internal=True)
def prepare_costs(grid, cost, flipped, tables):
    """Fill the tables of the cost itself, unless they already hold it."""
    flip = 1 if flipped else 0
    if cost.kind != QUADRATIC or tables.held[0] == flip:
        return
    tables.held[0] = flip
    middle, high = tables.block_qubits[CHUNK_BITS:], tables.column_qubits[CHUNK_BITS:]
    linear, pairs = cost.linear[flip], cost.pairs
    cost_table(tables.low_cost, tables.block_qubits, 0, linear, pairs, cost.constant[flip])
    cost_table(tables.high_cost, tables.column_qubits, CHUNK_BITS, linear, pairs, 0.0)
    for j in range(grid.middle):
        linear_costs(tables.of_high_cost, j << grid.high, high, middle[j], pairs)
    for j in range(grid.high):
        linear_costs(tables.of_middle_cost, j << grid.middle, middle, high[j], pairs)


@jit(internal=True)
def block_start(grid, number):
    """Return the index of the first amplitude of block `number` in a state array."""
    return number * ((1 << (grid.low + grid.middle)) + grid.pad)
