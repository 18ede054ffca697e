"""Runs of steps that act on the same rows of a large state, or of its transpose.

A state is a matrix: a row for each string of the upper qubits, a column for each of the lower
ones. Steps in a row that move the upper qubits alike act on the same pairs of rows, and can do so
pair by pair, while these are in the cache. Where more steps in a row move the lower qubits alike,
the matrix is transposed before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.sector import support
from hybridq.engines.sector.kernels.program import IMAGINARY, PHASE, Program

_WORTH = 1.5  # times fewer runs, from which a transposition pays


def arranged(program: Program, size: int) -> tuple[Program, bool]:
    """Return a program with its runs, and whether it is of the transpose.

    Args:
        program: the steps.
        size: the number of amplitudes; up to `support.MOST_STATES` all of them stay in a cache.
    """
    if size <= support.MOST_STATES:
        return program, False
    program = program._replace(runs=_runs_of(program))
    other = _transposed(program, size)
    if other is None or len(program.runs) < _WORTH * len(other.runs):
        return program, False
    return other, True


def _runs_of(program: Program) -> NDArray[np.int64]:
    """Return the first step of each run, and the number of steps at the end."""
    length = np.diff(program.first)
    rotates = (program.kind <= IMAGINARY) & (program.low >= 0)
    # Groups have to cut the rows, as they do where there are not fewer of them than columns.
    by_rows = rotates & (length[program.high] >= length[program.low])
    same = (program.high[1:] == program.high[:-1]) & by_rows[1:] & by_rows[:-1]
    same &= program.groups[1:] == program.groups[:-1]
    return np.flatnonzero(np.r_[True, ~same, True]).astype(np.int64)


def _transposed(program: Program, size: int) -> Program | None:
    """Return the program on the transpose, None where a step is none of two lists."""
    height = size // program.width
    lists = np.unique(np.concatenate([program.low[program.low >= 0], program.high]))
    ends = [slice(program.first[k], program.first[k + 1]) for k in lists]
    largest = max((int(program.target[each].max(initial=0)) for each in ends), default=0)
    if (program.kind > PHASE).any() or height < 2 or largest >= max(height, program.width):
        return None
    identity = len(program.first) - 1  # a further list: each string of the lower qubits onto itself
    strings = np.arange(program.width)
    low = np.where(program.kind <= IMAGINARY, program.high, -1)
    for number in np.unique(program.high):
        own = slice(program.first[number], program.first[number + 1])
        source, target, sign = program.source[own], program.target[own], program.sign[own]
        if len(source) == height and np.array_equal(source, target) and (sign == 1.0).all():
            low[low == number] = -1
    low = np.where(program.kind <= IMAGINARY, low, program.high)
    other = program._replace(
        high=np.where(program.low < 0, identity, program.low).astype(program.high.dtype),
        low=low.astype(program.low.dtype),
        first=np.append(program.first, program.first[-1] + program.width),
        source=np.append(program.source, strings).astype(program.source.dtype),
        target=np.append(program.target, strings).astype(program.target.dtype),
        sign=np.append(program.sign, np.ones(program.width)),
        width=height,
    )
    return other._replace(runs=_runs_of(other))
