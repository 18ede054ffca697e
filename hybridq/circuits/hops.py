"""Hops between the states of a feasible space: the terms of its mixers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import TypeAlias

from hybridq.circuits.base import Angle, Instruction
from hybridq.circuits.excitations import Transition
from hybridq.circuits.one_hot import complete_evolution, neighbour_evolution
from hybridq.core.registry import Registry
from hybridq.operators.feasible import FeasibleSpace

Partial: TypeAlias = tuple[Transition, ...]
"""Hops that share no state, so that they commute; a sequential mixer applies them at once."""


def hop(created: tuple[int, ...], annihilated: tuple[int, ...] = ()) -> Transition:
    """Return the transition that sets the first qubits and clears the second."""
    return Transition(created, annihilated, fermionic=False)


def flips(qubits: tuple[int, ...]) -> list[Partial]:
    """Return the flip of each qubit."""
    return [(hop((qubit,)),) for qubit in qubits]


def _neighbours(qubits: tuple[int, ...], *, closed: bool) -> Iterator[tuple[int, int]]:
    """Yield even pairs (0, 1), (2, 3) …, then odd pairs, then the closing pair."""
    pairs = list(pairwise(qubits))
    yield from pairs[::2]
    yield from pairs[1::2]
    if closed and len(qubits) > 2:
        yield qubits[0], qubits[-1]


def _complete(space: FeasibleSpace) -> list[Partial]:
    pairs = [pair for group in space.groups for pair in combinations(group.qubits, 2)]
    return [(hop((b,), (a,)),) for a, b in pairs] + flips(space.free)


def _ring(space: FeasibleSpace) -> list[Partial]:
    pairs = [pair for group in space.groups for pair in _neighbours(group.qubits, closed=True)]
    return [(hop((b,), (a,)),) for a, b in pairs] + flips(space.free)


def _chain(space: FeasibleSpace) -> list[Partial]:
    pairs = [pair for group in space.groups for pair in _neighbours(group.qubits, closed=False)]
    walls = [flip for chain in space.chains for flip in flips(chain)]
    return [(hop((b,), (a,)),) for a, b in pairs] + walls + flips(space.free)


def _flip(space: FeasibleSpace) -> list[Partial]:
    chained = [qubit for chain in space.chains for qubit in chain]
    return flips(tuple(sorted([*space.free, *chained])))


def _exchange(space: FeasibleSpace, first: int, second: int) -> Partial:
    """Return the exchange of the items at two places of the grid."""
    return tuple(
        hop((i[second], j[first]), (i[first], j[second])) for i, j in combinations(space.grid, 2)
    )


def _transposition(space: FeasibleSpace) -> list[Partial]:
    places = combinations(range(len(space.grid)), 2)
    return [_exchange(space, *pair) for pair in places] + flips(space.free)


def _adjacent(space: FeasibleSpace) -> list[Partial]:
    places = pairwise(range(len(space.grid)))
    return [_exchange(space, *pair) for pair in places] + flips(space.free)


@dataclass(frozen=True)
class Hops:
    """One kind of hops.

    Attributes:
        partials: space -> its hops, in the order of a sequential mixer.
        evolution: qubits of a one-hot block and β -> the exact evolution under all its hops, up to
            a global phase; None where no circuit is known.
        is_even: whether all states of a block have as many hops, so that the W state is their
            highest eigenstate.
    """

    partials: Callable[[FeasibleSpace], list[Partial]]
    evolution: Callable[[tuple[int, ...], Angle], Sequence[Instruction]] | None = None
    is_even: bool = False


HOPS: Registry[Hops] = Registry(
    "kind of hops",
    {
        "xy-complete": Hops(_complete, complete_evolution, is_even=True),
        "xy-ring": Hops(_ring, partial(neighbour_evolution, closed=True), is_even=True),
        "xy-chain": Hops(_chain, partial(neighbour_evolution, closed=False)),
        "bit-flip": Hops(_flip),
        "transposition": Hops(_transposition),
        "adjacent-transposition": Hops(_adjacent),
    },
)
"""Hops of a space by kind, in the order of a sequential mixer.

Pairs of a group: complete, lexicographic; ring: even pairs, odd pairs, (0, n − 1) last; chain: even
pairs, odd pairs. Flips: ascending. Transpositions: places (a, b), lexicographic. Free qubits, last,
are flipped in all of them.
"""
