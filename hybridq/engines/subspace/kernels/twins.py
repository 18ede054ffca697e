"""States of hypercubes that exchanges of twins do not change, by levels.

Twins are low qubits that the same qubits exclude. A state that exchanges of twins do not change is
given by the number of ones in each class: the hypercube of a class of m twins becomes m + 1 levels.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hybridq.core.jit import jit
from hybridq.engines.kernels.team import barrier, slice_of

Twins = namedtuple(
    "Twins", ["start", "bits", "single", "block", "first", "shift", "size", "stride", "few"]
)
"""Blocks of all states, and the blocks of levels that stand for them.

Attributes:
    start: first state of each block, one more for the end.
    bits: bits of each block, those of classes above `single`.
    single: free low qubits of each block without twins.
    block: the block with all levels 0, for each block.
    first: classes that block b leaves free are those from first[b] up to first[b + 1].
    shift, size: lowest bit above `single` and number of twins of a class.
    stride: steps from block to block for one level of a class.
    few: first state of each block of levels.
"""


@jit(inline=True)
def _class_numbers(twins, block, pattern):
    """Return the block of levels, and the lowest of how many alike patterns."""
    to, lowest, equivalents = twins.block[block], 0, 1.0
    for k in range(twins.first[block], twins.first[block + 1]):
        size, ones = twins.size[k], 0
        for bit in range(twins.shift[k], twins.shift[k] + size):
            ones += pattern >> bit & 1
        for j in range(ones):
            equivalents *= (size - j) / (j + 1)
        to += ones * twins.stride[k]
        lowest |= ((1 << ones) - 1) << twins.shift[k]
    return to, lowest, equivalents


@jit(internal=True)
def _differ(here, there):
    """Return whether two parts of a state differ in any bit."""
    found = 0
    for i in range(len(here)):
        found |= here[i] != there[i]
    return found != 0


@jit()
def gather(v, twins, out, alike, counter, thread, threads):
    """Write the amplitudes of all levels, in a basis of unit vectors, to `out`.

    Args:
        v: a state.
        twins: a `Twins`.
        out: the state by levels.
        alike: uint8, one for each block: set to 1 where exchanges of twins leave `v` as it is.
        counter, thread, threads: from `Team.run`.
    """
    begin, end = slice_of(thread, threads, len(alike))
    for block in range(begin, end):
        run = np.int64(2) << twins.single[block]
        at = 2 * twins.start[block]
        alike[block] = 1
        for pattern in range(1 << (twins.bits[block] - twins.single[block])):
            to, lowest, equivalents = _class_numbers(twins, block, pattern)
            here = v[at + pattern * run : at + (pattern + 1) * run]
            if lowest == pattern:
                few, factor = out[2 * twins.few[to] : 2 * twins.few[to] + run], np.sqrt(equivalents)
                for i in range(len(few)):
                    few[i] = factor * here[i]
            elif _differ(here, v[at + lowest * run : at + (lowest + 1) * run]):
                alike[block] = 0
                break
    barrier(counter, threads)


@jit()
def scatter(v, twins, few, counter, thread, threads):
    """Write the state that `few` gives by levels to `v`; see `gather`."""
    begin, end = slice_of(thread, threads, len(twins.single))
    for block in range(begin, end):
        run = np.int64(2) << twins.single[block]
        at = 2 * twins.start[block]
        for pattern in range(1 << (twins.bits[block] - twins.single[block])):
            to, _, equivalents = _class_numbers(twins, block, pattern)
            here = v[at + pattern * run : at + (pattern + 1) * run]
            part, factor = (
                few[2 * twins.few[to] : 2 * twins.few[to] + run],
                1.0 / np.sqrt(equivalents),
            )
            for i in range(len(here)):
                here[i] = factor * part[i]
    barrier(counter, threads)
