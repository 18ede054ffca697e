"""Exact distribution of an integer cost: the probability of each of its values.

The work is cut into a fixed number of groups with a histogram each, so that the sums do not
depend on the number of threads.
"""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.block import fill_costs
from hybridq.engines.diagonal.kernels.chunks import CHUNK
from hybridq.engines.diagonal.kernels.passes import block_strip, scratch_of
from hybridq.engines.diagonal.kernels.phases import QUADRATIC, line_costs
from hybridq.engines.diagonal.kernels.strips import (
    fill_shared_costs,
    line_at,
    line_count,
    line_index,
    line_starts,
)
from hybridq.engines.diagonal.kernels.tables import prepare_costs
from hybridq.engines.kernels.team import barrier, slice_of


@jit(internal=True)
def _bin(cost, lowest, bins):
    """Return the bin of a cost; rounding cannot lead outside."""
    return min(max(int(cost - lowest + 0.5), 0), bins - 1)


@jit()
def block_histogram(re, im, bits, cost, space, flipped, lowest, out):
    """Add the probability of cost lowest + k to ``out[0, k]``, state of one block.

    Args:
        re, im: real and imaginary parts of the state, shape (2**bits,).
        bits: log2 of the number of amplitudes, int64.
        cost: the cost, a `Cost`.
        space: working arrays, a `BlockSpace`.
        flipped: True where the state's bits are flipped.
        lowest: the cost of bin 0, in the units of the observable.
        out: float64, shape (1, bins).
    """
    fill_costs(bits, flipped, cost, space)
    for z in range(1 << bits):
        a, b = float(re[z]), float(im[z])
        out[0, _bin(space.costs[z], lowest, out.shape[1])] += a * a + b * b


@jit(internal=True)
def _strip_histogram(re, im, grid, strip, cost, flipped, tables, scratch, lowest, out):
    """Add the probabilities of one block to the histogram `out`."""
    quadratic = cost.kind == QUADRATIC
    fill_shared_costs(grid, strip, cost, tables, scratch)
    for line in range(line_count(grid, strip)):
        at = line_at(strip, line)
        a_at, b_at = line_starts(strip, line, quadratic)
        if not quadratic:
            line_costs(scratch.costs, CHUNK, cost, line_index(grid, strip, line), flipped)
        for v in range(CHUNK):
            if quadratic:
                energy = float(tables.low_cost[a_at + v]) + tables.high_cost[b_at + v]
                energy += scratch.shared_cost[line]
            else:
                energy = float(scratch.costs[v])
            a, b = float(re[at + v]), float(im[at + v])
            out[_bin(energy, lowest, out.shape[0])] += a * a + b * b


@jit()
def pass_histogram(
    re, im, grid, cost, tables, space, flipped, lowest, out, counter, thread, threads
):
    """Add the probability of cost lowest + k to ``out[group, k]``.

    Each group of blocks has a row of `out`.

    Every thread of a team calls this at once.

    Args:
        re, im: real and imaginary parts of the state, as `pass_evolve` leaves it.
        grid, cost, tables, space: as for `pass_evolve`.
        flipped: True where the state's bits are flipped.
        lowest: the cost of bin 0, in the units of the observable.
        out: float64, shape (groups, bins).
        counter, thread, threads: from `Team.run`.
    """
    if thread == 0:
        prepare_costs(grid, cost, flipped, tables)
    barrier(counter, threads)
    blocks, groups = 1 << grid.high, out.shape[0]
    first, last = slice_of(thread, threads, groups)
    for group in range(first, last):
        start, stop = slice_of(group, groups, blocks)
        for number in range(start, stop):
            _strip_histogram(
                re, im, grid, block_strip(grid, number), cost, flipped, tables,
                scratch_of(space, thread), lowest, out[group],
            )  # fmt: skip
    barrier(counter, threads)
