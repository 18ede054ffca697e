"""Pairs of feasible states that hops connect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import Partial
from hybridq.core import memory
from hybridq.core.errors import Setting
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.kernels.hops import fill_neighbours, find_pairs
from hybridq.operators._masks import n_words
from hybridq.operators.feasible import positions

_NUMPY_WORK = 1 << 20  # states times hops that NumPy searches sooner than the compiler starts


@dataclass(frozen=True)
class Pairs:
    """The two states of each pair, by partial mixer.

    Attributes:
        first: pairs of partial k are those from first[k] up to first[k + 1].
        low, high: the states.
    """

    first: NDArray[np.int64]
    low: NDArray[Any]
    high: NDArray[Any]

    def renumbered(self, order: NDArray[np.int64]) -> Pairs:
        """Return the pairs for states in another order, which holds their positions here."""
        places = np.empty(len(order), dtype=self.low.dtype)
        places[order] = np.arange(len(order))
        return Pairs(self.first, places[self.low], places[self.high])

    def chosen(self, partials: Sequence[int]) -> Pairs:
        """Return the pairs of some partial mixers."""
        parts = [slice(self.first[k], self.first[k + 1]) for k in partials]
        sizes = [part.stop - part.start for part in parts]
        low, high = (np.concatenate([x[part] for part in parts]) for x in (self.low, self.high))
        return Pairs(np.cumsum([0, *sizes]), low, high)


def masks_of(
    partials: Sequence[Partial], n_qubits: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return source bits and flipped bits of each hop, uint64, shape (hops, words)."""
    hops = [hop for partial in partials for hop in partial]
    shape = len(hops), n_words(n_qubits)
    source, flip = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    for number, hop in enumerate(hops):
        for qubit in (*hop.created, *hop.annihilated):
            flip[number, qubit // 64] |= np.uint64(1 << qubit % 64)
        for qubit in hop.annihilated:
            source[number, qubit // 64] |= np.uint64(1 << qubit % 64)
    return source, flip


def find(
    words: NDArray[np.uint64], partials: Sequence[Partial], n_qubits: int, team: Team | None
) -> Pairs:
    """Return the pairs of all partial mixers.

    Args:
        words: the feasible states, ascending as integers.
        partials: the hops.
        n_qubits: number of qubits.
        team: threads for the compiled kernel; None for NumPy.

    Raises:
        CapacityError: the pairs do not fit in memory.
    """
    source, flip = masks_of(partials, n_qubits)
    dtype = np.int32 if len(words) < 2**31 else np.int64
    if team is None or len(words) * len(source) <= _NUMPY_WORK:
        first, low, high = _find_in_numpy(words, source, flip, dtype)
    else:
        first = np.zeros(len(source) + 1, dtype=np.int64)
        none = np.zeros(0, dtype=dtype)
        team.run(find_pairs, words, source, flip, first, none, none)
        first = np.cumsum(first)
        size = int(first[-1])
        # Lists of neighbours take as much again.
        memory.require(
            4 * size * np.dtype(dtype).itemsize,
            f"the table of {size:,} hops between {len(words):,} states",
            ("use ", Setting("mixer", "grover"), " or a smaller problem"),
        )
        low, high = np.empty(size, dtype=dtype), np.empty(size, dtype=dtype)
        if size:
            team.run(find_pairs, words, source, flip, first, low, high)
    ends = np.cumsum([0, *(len(partial) for partial in partials)])
    return Pairs(first[ends], low, high)


def _find_in_numpy(
    words: NDArray[np.uint64],
    source: NDArray[np.uint64],
    flip: NDArray[np.uint64],
    dtype: type[np.integer[Any]],
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    """Return the end of each hop's pairs, and the two states of each pair."""
    first = [0]
    here: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    there = [*here]
    for bits, mask in zip(source, flip, strict=True):
        at = np.flatnonzero(((words & mask) == bits).all(axis=1))
        to = positions(words, words[at] ^ mask)
        here.append(at[to >= 0])
        there.append(to[to >= 0])
        first.append(first[-1] + len(here[-1]))
    low, high = np.concatenate(here).astype(dtype), np.concatenate(there).astype(dtype)
    return np.array(first, dtype=np.int64), low, high


def neighbours_of(
    pairs: Pairs, dim: int, *, compiled: bool
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return lists of neighbours: those of state i from first[i] up to first[i + 1]."""
    low, high = pairs.low, pairs.high
    if compiled and 2 * len(low) > _NUMPY_WORK:
        first, found = np.zeros(dim + 1, dtype=np.int64), np.empty(2 * len(low), dtype=low.dtype)
        fill_neighbours(low, high, first, found)
        return first, found
    ends = np.concatenate([low, high])
    order = np.argsort(ends, kind="stable")
    first = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=dim)))).astype(np.int64)
    return first, np.concatenate([high, low])[order]
