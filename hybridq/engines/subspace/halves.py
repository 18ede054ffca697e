"""Hops on one Hamming weight, without lists of neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import HOPS
from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.evolution import GROUPS, State
from hybridq.engines.subspace.kernels import halves as kernels
from hybridq.engines.subspace.kernels import weight as spins
from hybridq.engines.subspace.kernels.weight_simd import LANES
from hybridq.engines.subspace.weight import sizes_of
from hybridq.engines.subspace.weight_tables import strings_of
from hybridq.operators.feasible import FeasibleSpace

Pair = tuple[int, int]
_NOWHERE = np.zeros(0, dtype=np.int64)


def matrices_of(space: FeasibleSpace) -> dict[str, NDArray[np.int64]]:
    """Return first amplitude and shape of the matrix of each weight of a half."""
    low, high, k, weights = sizes_of(space)
    rows = np.array([len(strings_of(low, w)) for w in weights])
    columns = np.array([len(strings_of(high, k - w)) for w in weights])
    base = np.concatenate(([0], np.cumsum(rows * columns)))
    return {"base": base, "rows": rows, "columns": columns}


class _HalfPairs:
    """Lists of pairs of bit strings of one half.

    Args:
        size: bits of the half.
    """

    def __init__(self, size: int) -> None:
        self._strings = [strings_of(size, w) for w in range(size + 1)]

    def pairs(self, weight: int, off: int, on: int) -> tuple[Any, Any, Any]:
        """Return positions before and after bits are cleared and set, and signs.

        Args:
            weight: ones of the strings before.
            off, on: the bits; −1 for none.

        Returns:
            both positions, and −1 to the number of ones between the bits (from the bit to the
            upper end where none is set, to the lower end where none is cleared).
        """
        before = self._strings[weight]
        clear, set_ = (1 << off if off >= 0 else 0), (1 << on if on >= 0 else 0)
        at = np.flatnonzero((before & (clear | set_)) == clear)
        after = self._strings[weight - (off >= 0) + (on >= 0)]
        there = np.searchsorted(after, before[at] ^ (clear | set_))
        if off < 0 and on < 0:
            between = 0
        elif on < 0:
            between = -1 << (off + 1)
        else:
            between = (set_ - 1) & (-1 << (off + 1))
        sign = 1 - 2 * (np.bitwise_count(before[at] & between).astype(np.int64) & 1)
        return at, there, sign


def hop_tables(space: FeasibleSpace, pairs: Sequence[Pair], *, signs: bool) -> kernels.Hops:
    """Return the tables of hops between pairs of places of a group, a < b.

    Args:
        space: one group of a fixed weight.
        pairs: two places in the group for each hop.
        signs: True for −1 to the number of ones between the places.
    """
    low, high, k, weights = sizes_of(space)
    halves = _HalfPairs(low), _HalfPairs(high)
    known: dict[tuple[int, int, int, int], Pair] = {}
    lists: list[tuple[Any, Any, Any]] = []
    size = 0

    def range_of(half: int, weight: int, off: int, on: int) -> Pair:
        nonlocal size
        key = half, weight, off, on
        if key not in known:
            lists.append(halves[half].pairs(weight, off, on))
            known[key] = size, size + len(lists[-1][0])
            size = known[key][1]
        return known[key]

    groups = _grouped(pairs, low)
    ordered = [pair for _, group in groups for pair in group]
    ranges = np.zeros((len(ordered), len(weights), 4), dtype=np.int64)
    for hop, (a, b) in enumerate(ordered):
        below = a if a < low else -1, b if b < low else -1
        above = a - low if a >= low else -1, b - low if b >= low else -1
        for number, w in enumerate(weights):
            if number or not a < low <= b:  # else no matrix has fewer ones below
                ranges[hop, number] = *range_of(0, w, *below), *range_of(1, k - w, *above)
    here, there, sign = (np.concatenate(each) for each in zip(*lists, strict=True))
    return kernels.Hops(
        **matrices_of(space),
        group=np.cumsum([0, *(len(group) for _, group in groups)]),
        kind=np.array([kind for kind, _ in groups], dtype=np.int64),
        ranges=ranges,
        here=here.astype(np.int32),
        there=there.astype(np.int32),
        sign=(sign if signs else np.ones_like(sign)).astype(np.int8),
    )


def _grouped(pairs: Sequence[Pair], low: int) -> list[tuple[int, list[Pair]]]:
    """Return hops in an order that gives the same, those within one half together.

    Hops that share no place commute.
    """
    found: list[tuple[int, list[Pair]]] = []
    for a, b in pairs:
        kind = kernels.ACROSS if a < low <= b else kernels.LOW if b < low else kernels.HIGH
        home = None
        for other, group in reversed(found):
            if other == kind != kernels.ACROSS:
                home = group
            if any({a, b} & set(pair) for pair in group):
                break
        if home is None:
            home = []
            found.append((kind, home))
        home.append((a, b))
    return found


class HalvesSequential:
    """Rotations under each hop of one group in order; see `SequentialEvolution`.

    Args:
        space: one group of a fixed weight.
        kind: kind of the hops.
        team: threads.
    """

    def __init__(self, space: FeasibleSpace, kind: str, team: Team) -> None:
        place = {qubit: at for at, qubit in enumerate(space.groups[0].qubits)}
        pairs = []
        for (hop,) in HOPS[kind].partials(space):
            a, b = sorted(place[qubit] for qubit in (*hop.created, *hop.annihilated))
            pairs.append((a, b))
        self._hops, self._team = hop_tables(space, pairs, signs=False), team
        self._partial = np.zeros((len(pairs), GROUPS))

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        c, s = float(np.cos(beta)), float(np.sin(beta))
        self._team.run(kernels.rotate_pairs, ket, self._hops, c, s, True, False)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        c, s = float(np.cos(beta)), float(np.sin(beta))
        self._team.run(kernels.unrotate_pairs, ket, bra, self._hops, c, -s, self._partial)
        return -2.0 * float(self._partial.sum())


class FermionEvolution:
    r"""Evolution under the hops of a ring or a chain, exact.

    Hops of neighbours are a Hamiltonian of free fermions (Jordan, Wigner 1928),
    :math:`A = \sum_{jl} h_{jl} c_j^\dagger c_l`, where the closing hop of a ring has the sign
    :math:`(-1)^{k - 1}` (Lieb, Schultz, Mattis 1961). A rotation of each place and its mirror image
    separates even modes from odd ones; rotations of neighbouring modes in either half make h
    diagonal there.

    Args:
        space: one group of a fixed weight.
        closed: True for a ring.
        dtype: float64 or float32.
        team: threads.
    """

    def __init__(
        self, space: FeasibleSpace, closed: bool, dtype: np.dtype[Any], team: Team
    ) -> None:
        self._team, self._dtype, self._dim = team, dtype, space.dim
        low, high, k, weights = sizes_of(space)
        n = low + high
        h = np.diag(np.ones(n - 1), 1)
        if closed and n > 2:
            h[0, -1] = (-1.0) ** (k - 1)
        h += h.T
        mirror = np.eye(n)
        for j in range(low):  # odd modes below, even ones above
            i = n - 1 - j
            mirror[[[j], [i]], [j, i]] = np.array([[1.0, 1.0], [-1.0, 1.0]]) * np.sqrt(0.5)
        blocks = mirror.T @ h @ mirror
        self._cross = hop_tables(space, [(j, n - 1 - j) for j in range(low)], signs=True)
        parts = blocks[:low, :low], blocks[low:, low:]
        energies, rotations = zip(*map(_modes, parts), strict=True)
        lows, highs = weights, [k - w for w in weights]
        columns = matrices_of(space)["columns"]
        self._halves = spins.Halves(
            **matrices_of(space),
            **_tables("low", low, lows, rotations[0], dtype),
            **_tables("high", high, highs, rotations[1], dtype),
            row_of=_NOWHERE.reshape(0, 0),
            column_of=_NOWHERE.reshape(0, 0),
            low_spin=_NOWHERE,
            high_spin=_NOWHERE,
            tasks=_NOWHERE.reshape(0, 0),
            task_start=np.concatenate(([0], np.cumsum(-(-columns // LANES)))),
        )
        self._low, self._high = (
            [_sums(strings_of(size, w), energy) for w in each]
            for size, each, energy in ((low, lows, energies[0]), (high, highs, energies[1]))
        )
        self._energies = np.concatenate(self._low), np.concatenate(self._high)
        self._partial, self._none = np.zeros(GROUPS), np.zeros(0)

    def _to_modes(self, state: State) -> None:
        """Write a state in the modes in which A is diagonal."""
        s = float(np.sqrt(0.5))
        self._team.run(kernels.rotate_pairs, state, self._cross, s, -s, False, False)
        self._team.run(spins.turn, state, self._halves, False)
        self._team.run(kernels.turn_columns, state, self._halves, False)

    def _from_modes(self, state: State) -> None:
        """Undo `_to_modes`."""
        s = float(np.sqrt(0.5))
        self._team.run(kernels.turn_columns, state, self._halves, True)
        self._team.run(spins.turn, state, self._halves, True)
        self._team.run(kernels.rotate_pairs, state, self._cross, s, s, False, True)

    def _turn(self, ket: State, bra: State, beta: float, partial: Vector) -> None:
        self._team.run(kernels.turn_phases, ket, bra, self._halves, *self._energies, beta, partial)

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        self._to_modes(ket)
        self._turn(ket, ket, beta, self._none)
        self._from_modes(ket)

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        for state in (ket, bra):
            self._to_modes(state)
        self._turn(ket, bra, -beta, self._partial)
        self._turn(bra, bra, -beta, self._none)
        for state in (ket, bra):
            self._from_modes(state)
        return -2.0 * float(self._partial.sum())

    def top(self) -> Vector:
        """Return the highest eigenstate of the sum of hops."""
        most = [a.max() + b.max() for a, b in zip(self._low, self._high, strict=True)]
        w = int(np.argmax(most))
        row, column = int(self._low[w].argmax()), int(self._high[w].argmax())
        state = np.zeros(2 * self._dim, dtype=self._dtype)
        state[2 * (self._halves.base[w] + row * self._halves.columns[w] + column)] = 1.0
        self._from_modes(state)
        vector = state[::2].astype(np.float64)
        return np.asarray(vector * (1.0 if vector.sum() >= 0.0 else -1.0))


def _modes(h: Vector) -> tuple[Vector, list[tuple[int, float, float]]]:
    """Return eigenvalues of h, and the rotations that lead to its eigenvectors.

    Each is the lower one of two neighbouring modes, cos and sin, first applied first.
    """
    values, vectors = np.linalg.eigh(h)
    if np.linalg.det(vectors) < 0.0:
        vectors[:, 0] *= -1.0
    left, found = vectors.copy(), []
    for column in range(len(h) - 1):
        for row in range(len(h) - 1, column, -1):
            a, b = left[row - 1, column], left[row, column]
            size = float(np.hypot(a, b))
            c, s = (float(a) / size, float(b) / size) if size > 0.0 else (1.0, 0.0)
            left[[row - 1, row]] = np.array([[c, s], [-s, c]]) @ left[[row - 1, row]]
            found.append((row - 1, c, s))
    return values, found


def _tables(
    half: str,
    size: int,
    weights: Sequence[int],
    rotations: list[tuple[int, float, float]],
    dtype: np.dtype[Any],
) -> dict[str, NDArray[Any]]:
    """Return the rotations of pairs of strings of a half, one weight after the other."""
    pairs = _HalfPairs(size)
    first: list[Any] = [np.zeros(0, dtype=np.int64)]
    second, cos, sin, start = [*first], [np.zeros(0)], [np.zeros(0)], [0]
    for w in weights:
        for mode, c, s in rotations:
            here, there, _ = pairs.pairs(w, mode, mode + 1)
            first.append(here)
            second.append(there)
            cos.append(np.full(len(here), c))
            sin.append(np.full(len(here), s))
        start.append(sum(map(len, first)))
    return {
        f"{half}_start": np.array(start),
        f"{half}_first": np.concatenate(first).astype(np.int32),
        f"{half}_second": np.concatenate(second).astype(np.int32),
        f"{half}_cos": np.concatenate(cos).astype(dtype),
        f"{half}_sin": np.concatenate(sin).astype(dtype),
    }


def _sums(strings: NDArray[np.int64], energies: Vector) -> Vector:
    """Return the sum of the energies of the ones of each string."""
    return np.asarray((strings[:, None] >> np.arange(len(energies)) & 1) @ energies)
