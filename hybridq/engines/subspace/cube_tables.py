"""Tables of independent sets as hypercubes, for flips of single qubits."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.kernels import cubes as kernels
from hybridq.engines.subspace.kernels.twins import Twins
from hybridq.operators.feasible import FeasibleSpace, LinearBound, packed, positions

LEAST_STATES = 1 << 18
"""Spaces with fewer states have lists of neighbours, which are faster there."""
_LEAST_BLOCK = 256  # mean number of states of a block
_MOST_BITS = 30  # low qubits

Integers = NDArray[np.int64]


class CubeTables:
    """Independent sets of the high qubits, and the low qubits that each leaves free.

    Args:
        space: independent sets.

    Attributes:
        cubes: the tables of the kernels.
    """

    def __init__(self, space: FeasibleSpace) -> None:
        exclusions = space.exclusions
        assert exclusions is not None
        n = space.n_qubits
        self._width = n
        low, self._classes = _with_twins_last(_low_qubits(exclusions), exclusions)
        high = [q for q in range(n) if q not in set(low)]
        place = {q: k for k, q in enumerate(high)}
        pairs = [(place[q], place[r]) for q in high for r in exclusions[q] if r in place and q < r]
        bounds = tuple(LinearBound(pair, (1.0, 1.0), upper=1.0) for pair in pairs)
        small = FeasibleSpace(
            max(len(high), 1), bounds if high else (LinearBound((0,), (1.0,), upper=0.0),)
        )
        self._low, self._high = low, high
        self._chosen = small.bits()[:, : len(high)].astype(bool)
        # Whether each high qubit takes each low one away.
        takes = np.array([[r in set(exclusions[q]) for r in low] for q in high], dtype=bool)
        self._takes = takes.reshape(len(high), len(low))
        self._free = ~((self._chosen.astype(np.int64) @ self._takes.astype(np.int64)) > 0)
        self._source, self._target, self._flipped = self._flips(small)
        mask = self._lost(len(low))
        self.cubes = _cubes(
            self._free.sum(axis=1), self._source, self._target, mask, np.ones(len(mask))
        )

    def _flips(self, small: FeasibleSpace) -> tuple[Integers, Integers, Integers]:
        """Return both blocks and the high qubit of each flip to a smaller block."""
        found: list[tuple[Any, Any, Any]] = [(np.zeros(0, dtype=np.int64),) * 3]
        for q in range(len(self._high)):
            sources = np.flatnonzero(~self._chosen[:, q])
            rows = np.zeros((len(sources), small.n_qubits), dtype=np.uint8)
            rows[:, : len(self._high)] = self._chosen[sources]
            rows[:, q] = 1
            targets = positions(small.words, packed(rows))
            sources, targets = sources[targets >= 0], targets[targets >= 0]
            found.append((sources, targets, np.full(len(sources), q)))
        source, target, flipped = (np.concatenate(each) for each in zip(*found, strict=True))
        return source, target, flipped

    def _lost(self, count: int) -> Integers:
        """Return the mask of the first low qubits that each flip takes from its source."""
        free = self._free[self._source, :count]
        place = np.cumsum(free, axis=1) - 1  # of each free low qubit in its block
        lost = free & self._takes[self._flipped, :count]
        return np.asarray((lost * (1 << np.where(lost, place, 0))).sum(axis=1))

    @cached_property
    def by_levels(self) -> tuple[kernels.Cubes, Twins] | None:
        """Tables for states that exchanges of twins do not change; None without twins."""
        if not self._classes:
            return None
        single = len(self._low) - sum(self._classes)
        begins = single + np.cumsum([0, *self._classes[:-1]])
        open_ = self._free[:, begins]
        sizes = np.array(self._classes)
        radix = np.where(open_, sizes + 1, 1)
        stride = np.cumprod(np.column_stack([np.ones(len(radix), dtype=np.int64), radix]), axis=1)
        counts, stride = stride[:, -1], stride[:, :-1]
        block = np.concatenate(([0], np.cumsum(counts)))
        owner = np.repeat(np.arange(len(counts)), counts)
        level = (np.arange(block[-1]) - block[owner])[:, None] // stride[owner] % radix[owner]
        # Flips of high qubits keep the levels; classes that they take away have level 0.
        flip = np.repeat(np.arange(len(self._source)), counts[self._target])
        ends = np.cumsum(counts[self._target])
        target = (
            block[self._target[flip]] + np.arange(len(flip)) - (ends - counts[self._target])[flip]
        )
        home = self._source[flip]
        source = block[home] + (level[target] * stride[home]).sum(axis=1)
        found = [(source, target, self._lost(single)[flip], np.ones(len(flip)))]
        for k, size in enumerate(sizes):
            at = np.flatnonzero(open_[owner, k] & (level[:, k] < size))
            now = level[at, k]
            factor = np.sqrt((now + 1.0) * (size - now))
            found.append((at, at + stride[owner[at], k], np.zeros_like(at), factor))
        alone = self._free[:, :single].sum(axis=1)
        few = _cubes(alone[owner], *(np.concatenate(each) for each in zip(*found, strict=True)))
        below = np.cumsum(open_ * sizes, axis=1) - open_ * sizes
        rows, columns = np.nonzero(open_)
        first = np.concatenate(([0], np.cumsum(open_.sum(axis=1))))
        twins = Twins(
            self.cubes.start, self.cubes.bits, alone, block, first, below[rows, columns],
            sizes[columns], stride[rows, columns], few.start,
        )  # fmt: skip
        return few, twins

    def words(self, team: Team) -> NDArray[np.uint64]:
        """Return the states, block by block, shape (dim, words)."""
        blocks, n = len(self._chosen), self._width
        rows = np.zeros((blocks, n), dtype=np.uint8)
        rows[:, self._high] = self._chosen
        masks = packed(np.eye(n, dtype=np.uint8)[self._low]) if self._low else packed(rows[:0])
        most = max(int(self.cubes.bits.max()), 1)
        free = np.zeros((blocks, most, masks.shape[1]), dtype=np.uint64)
        for block in range(blocks):
            own = masks[self._free[block]]
            free[block, : len(own)] = own
        words = np.empty((int(self.cubes.start[-1]), masks.shape[1]), dtype=np.uint64)
        team.run(kernels.cube_words, self.cubes, packed(rows), free, words)
        return words


def fits(space: FeasibleSpace) -> bool:
    """Return whether a space is many independent sets in large hypercubes."""
    if space.is_product or space.groups or space.chains or space.grid or space.accepts is not None:
        return False
    exclusions = space.exclusions
    if exclusions is None or space.dim < LEAST_STATES:
        return False
    low = _low_qubits(exclusions)
    high = [q for q in range(space.n_qubits) if q not in set(low)]
    place = {q: k for k, q in enumerate(high)}
    if not high:
        return True
    pairs = [(place[q], place[r]) for q in high for r in exclusions[q] if r in place and q < r]
    bounds = tuple(LinearBound(pair, (1.0, 1.0), upper=1.0) for pair in pairs)
    most = space.dim // _LEAST_BLOCK
    return len(low) <= _MOST_BITS and FeasibleSpace(len(high), bounds).count(most) <= most


def _low_qubits(exclusions: tuple[tuple[int, ...], ...]) -> list[int]:
    """Return qubits that do not exclude each other: few neighbours first, greedily."""
    left = set(range(len(exclusions)))
    found = []
    while left:
        chosen = min(left, key=lambda q: (sum(r in left for r in exclusions[q]), q))
        found.append(chosen)
        left -= {chosen, *exclusions[chosen]}
    # Bits that flips of high qubits remove seldom are the lowest, so that runs are long.
    return sorted(found, key=lambda q: (len(exclusions[q]), q))


def _with_twins_last(
    low: list[int], exclusions: tuple[tuple[int, ...], ...]
) -> tuple[list[int], list[int]]:
    """Return the low qubits, twins last by class, and the sizes of classes."""
    classes: dict[tuple[int, ...], list[int]] = {}
    for q in low:
        classes.setdefault(exclusions[q], []).append(q)
    twins = [each for each in classes.values() if len(each) > 1]
    paired = {q for each in twins for q in each}
    return [q for q in low if q not in paired] + [q for each in twins for q in each], [
        len(each) for each in twins
    ]


def _cubes(bits: Integers, source: Integers, target: Integers, mask: Integers, factor: Any) -> Any:
    """Return the tables of blocks of so many bits, and of flips from source to target."""
    sides = []
    for begin, end in ((source, target), (target, source)):
        order = np.argsort(begin, kind="stable")
        ends = np.concatenate(([0], np.cumsum(np.bincount(begin, minlength=len(bits)))))
        sides += [ends.astype(np.int64), end[order], mask[order].astype(np.int64), factor[order]]
    tiles = np.maximum(1, 1 << np.maximum(bits - kernels.TILE_BITS, 0))
    return kernels.Cubes(
        np.concatenate(([0], np.cumsum(1 << bits))),
        bits.astype(np.int64),
        np.concatenate(([0], np.cumsum(tiles))),
        *sides,
    )
