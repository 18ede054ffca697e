"""Layout of independent sets as hypercubes, for flips of single qubits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.evolution import State, Workspace, top_state
from hybridq.engines.subspace.kernels import cubes as kernels
from hybridq.engines.subspace.polynomials import chebyshev, spectral_radius
from hybridq.operators.feasible import FeasibleSpace, LinearBound, packed, positions

LEAST_STATES = 1 << 18
"""Spaces with fewer states have lists of neighbours, which are faster there."""
_LEAST_BLOCK = 256  # mean number of states of a block
_MOST_BITS = 30  # low qubits


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
        low = _low_qubits(exclusions)
        high = [q for q in range(n) if q not in set(low)]
        place = {q: k for k, q in enumerate(high)}
        pairs = [(place[q], place[r]) for q in high for r in exclusions[q] if r in place and q < r]
        bounds = tuple(LinearBound(pair, (1.0, 1.0), upper=1.0) for pair in pairs)
        small = FeasibleSpace(
            max(len(high), 1), bounds if high else (LinearBound((0,), (1.0,), upper=0.0),)
        )
        chosen = small.bits()[:, : len(high)].astype(bool)
        # Whether each high qubit takes each low one away.
        takes = np.array([[r in set(exclusions[q]) for r in low] for q in high], dtype=bool)
        takes = takes.reshape(len(high), len(low))
        free = ~((chosen.astype(np.int64) @ takes.astype(np.int64)) > 0)
        self._low, self._high, self._chosen, self._free = low, high, chosen, free
        bits = free.sum(axis=1).astype(np.int64)
        tiles = np.maximum(1, 1 << np.maximum(bits - kernels.TILE_BITS, 0))
        up, down = self._flips(small, chosen, free, takes)
        self.cubes = kernels.Cubes(
            np.concatenate(([0], np.cumsum(1 << bits))),
            bits,
            np.concatenate(([0], np.cumsum(tiles))),
            *up,
            *down,
        )

    @staticmethod
    def _flips(
        small: FeasibleSpace, chosen: NDArray[Any], free: NDArray[Any], takes: NDArray[Any]
    ) -> tuple[tuple[NDArray[np.int64], ...], tuple[NDArray[np.int64], ...]]:
        """Return flips to smaller and to larger blocks: ends, blocks and masks."""
        here: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        there, masks = [*here], [*here]
        place = np.cumsum(free, axis=1) - 1  # of each free low qubit in its block
        for q in range(chosen.shape[1]):
            sources = np.flatnonzero(~chosen[:, q])
            rows = np.zeros((len(sources), small.n_qubits), dtype=np.uint8)
            rows[:, : chosen.shape[1]] = chosen[sources]
            rows[:, q] = 1
            targets = positions(small.words, packed(rows))
            sources, targets = sources[targets >= 0], targets[targets >= 0]
            lost = free[sources] & takes[q]
            here.append(sources)
            there.append(targets)
            masks.append((lost * (1 << np.where(lost, place[sources], 0))).sum(axis=1))
        source, target, mask = (np.concatenate(each) for each in (here, there, masks))
        found = []
        for begin, end in ((source, target), (target, source)):
            order = np.argsort(begin, kind="stable")
            counts = np.bincount(begin, minlength=len(chosen))
            ends = np.concatenate(([0], np.cumsum(counts)))
            found.append((ends.astype(np.int64), end[order], mask[order].astype(np.int64)))
        return found[0], found[1]

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


class CubesEvolution:
    """Exponential of the sum of all flips; see `HopsEvolution`.

    Args:
        tables: the hypercubes.
        space: working arrays.
        team: threads.
    """

    def __init__(self, tables: CubeTables, space: Workspace, team: Team) -> None:
        self._cubes, self._space, self._team = tables.cubes, space, team
        self._partial = np.zeros(int(tables.cubes.tile[-1]))
        self._none = np.zeros(0)
        self._radius = spectral_radius(self._multiply, space.dim)

    def _multiply(self, x: Vector) -> Vector:
        """Return A x."""
        source, image = self._space.array(0), self._space.array(1)
        source[::2], source[1::2] = x, 0.0
        self._team.run(kernels.cube_sums, source, self._cubes, image)
        return image[::2].astype(np.float64)

    def _run(self, state: State, beta: float, bra: State, partial: Vector) -> None:
        recurrence = chebyshev(beta, self._radius, self._space.dtype).astype(self._space.dtype)
        work, out = self._space.array(0), self._space.array(1)
        self._team.run(
            kernels.cube_exponential, state, work, out, self._cubes, recurrence, bra, partial
        )

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._run(ket, beta, ket, self._none)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        self._run(ket, -beta, bra, self._partial)
        self._run(bra, -beta, bra, self._none)
        return -2.0 * float(self._partial.sum())

    def top(self) -> Vector:
        """Return the highest eigenstate of the sum of flips."""
        return top_state(self._multiply, self._space.dim)
