"""Reduce a program to the part of a sector that its circuit can reach.

From its reference determinant a circuit reaches, whatever its angles, only what its excitations
lead to. Where orbitals have point-group symmetry and the excitations respect it, that is a small
part of the sector; all other amplitudes are zero in ψ and not read in λ. In the first steps few
states are reached yet: pairs of two states that are not reached are left out of the step's list.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.sector.kernels.program import (
    BLOCK,
    DENSE,
    IMAGINARY,
    Program,
)

MOST_STATES = 1 << 17
"""Larger sectors keep their rows of strings, which need no list of single determinants."""

MOST_ENTRIES = 1 << 24
"""Pairs of all steps together, at most: 16 bytes each."""


def compact(program: Program, start: int, dim: int) -> tuple[Program, NDArray[np.int64] | None]:
    """Return the program on the states it reaches, and these states, ascending.

    In the new program each step has one flat list of single states, and only the pairs that are
    reached by then. Where that would be too large, the program is returned unchanged. The states
    are None where all of the sector is reached.

    Args:
        start: number of the state that the program starts from.
        dim: number of states in the sector.
    """
    if dim > MOST_STATES:
        return program, None
    reached = np.zeros(dim, dtype=np.bool_)
    reached[start] = True
    moves = []
    entries = 0
    for step in range(len(program.kind)):
        source, target, sign = flat_list(program, step)
        if program.kind[step] <= IMAGINARY:
            active = reached[source] | reached[target]
            source, target, sign = source[active], target[active], sign[active]
            reached[source] = reached[target] = True
        elif program.kind[step] == BLOCK:
            size = program.blocks[program.low[step], 0]
            active = reached[source].reshape(-1, size).any(axis=1)
            source = target = source.reshape(-1, size)[active].reshape(-1)
            sign = sign.reshape(-1, size)[active].reshape(-1)
            reached[source] = True
        moves.append((source, target, sign))
        entries += len(source)
        if entries > MOST_ENTRIES:
            return program, None
    support = np.flatnonzero(reached)
    flat = _renumbered(program, moves, reached, support)
    return flat, None if len(support) == dim else support


def flat_list(program: Program, step: int) -> tuple[Any, Any, Any]:
    """Return (source, target, sign) of a step on single states; empty for DENSE."""
    kind, high, low = program.kind[step], program.high[step], program.low[step]
    if kind == DENSE:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    first = program.first
    h = slice(first[high], first[high + 1])
    if kind == BLOCK:
        return program.source[h].astype(np.int64), program.target[h], program.sign[h]
    if low < 0:
        i = j = np.arange(program.width)
        s = np.ones(program.width)
    else:
        entries = slice(first[low], first[low + 1])
        i, j, s = program.source[entries], program.target[entries], program.sign[entries]
    wide = np.int64(program.width)
    return (
        np.add.outer(program.source[h] * wide, i).ravel(),
        np.add.outer(program.target[h] * wide, j).ravel(),
        np.outer(program.sign[h], s).ravel(),
    )


def _renumbered(program: Program, moves: Any, reached: Any, support: Any) -> Program:
    """Return the program with the states of `support` numbered from 0."""
    number = np.cumsum(reached) - 1
    # List 0 is a single row.
    lists = [(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1))]
    high, low = np.zeros_like(program.high), program.low.copy()
    acts = program.kind == DENSE
    for step, (source, target, sign) in enumerate(moves):
        kept = reached[source]
        acts[step] |= kept.any()
        mine = len(lists)
        lists.append((number[source[kept]], number[target[kept]], sign[kept]))
        if program.kind[step] == BLOCK:
            high[step] = mine
        elif program.kind[step] != DENSE:
            low[step] = mine
    source, target, sign = (np.concatenate(arrays) for arrays in zip(*lists, strict=True))
    by_step = ("kind", "constant", "scale", "parameter")
    return program._replace(
        **{name: getattr(program, name)[acts] for name in by_step},
        high=high[acts],
        low=low[acts],
        groups=np.ones_like(program.groups[acts]),
        runs=np.arange(int(acts.sum()) + 1),
        first=np.cumsum([0, *(len(entries[0]) for entries in lists)]),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        sign=sign.astype(np.float64),
        dense=np.ascontiguousarray(program.dense[:, support]),
        width=len(support),
    )
