"""Penalties of the constraints of a program, in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.terms import Terms
from hybridq.problems.programs.polynomial import Polynomial

OwnedGroup: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Products of k bits: the penalty of each, shape (m,), bits, shape (m, k), coefficients, (m,)."""


@dataclass(frozen=True)
class PenaltyTerm:
    """Penalty polynomial of one constraint.

    Attributes:
        name: the constraint.
        terms: the polynomial of bits, slack bits included.
        least: a positive number that no violation stays below, None if none is known.
        heuristic: True where a feasible assignment may cost more than 0.
    """

    name: str
    terms: Polynomial
    least: float | None
    heuristic: bool = False


class Penalties(Sequence[PenaltyTerm]):
    """The penalties of a program in order, each at weight 1.

    A sequence of `PenaltyTerm`, which are made on use.

    Attributes:
        names: the constraint of each.
        least: a positive number that no violation stays below, not a number where none is known,
            shape (m,).
        heuristic: True where a feasible assignment may cost more than 0, shape (m,).
        groups: the products of all of them.
    """

    def __init__(
        self,
        names: Sequence[str],
        least: NDArray[np.float64],
        heuristic: NDArray[np.bool_],
        groups: Iterable[OwnedGroup],
    ) -> None:
        self.names = tuple(names)
        self.least, self.heuristic = least, heuristic
        self.groups = tuple(groups)

    @classmethod
    def of(cls, terms: Sequence[PenaltyTerm]) -> Penalties:
        """Return penalties that are given one by one."""
        single = dict(enumerate(terms))
        ones = np.ones(len(terms))
        return cls.collected([each.name for each in terms], ones, ones > 0.0, (), single)

    @classmethod
    def collected(
        cls,
        names: Sequence[str],
        least: NDArray[np.float64],
        kept: NDArray[np.bool_],
        blocks: Iterable[Iterable[OwnedGroup]],
        single: Mapping[int, PenaltyTerm],
        first: Sequence[PenaltyTerm] = (),
    ) -> Penalties:
        """Return the penalties of constraints in order.

        Args:
            names: of all constraints.
            least: the least violation of each.
            kept: the constraints that have a penalty.
            blocks: products by constraint.
            single: the penalties of further constraints.
            first: penalties that come before all.
        """
        least, heuristic = least.copy(), np.zeros(len(names), dtype=bool)
        groups = [group for block in blocks for group in block]
        for place, term in single.items():
            least[place] = np.nan if term.least is None else term.least
            heuristic[place] = term.heuristic
            groups += _owned(place, term.terms)
        places = np.cumsum(kept) - 1 + len(first)
        moved = [(places[owners], indices, values) for owners, indices, values in groups]
        for place, term in enumerate(first):
            moved += _owned(place, term.terms)
        of_first = [np.nan if each.least is None else each.least for each in first]
        return cls(
            [each.name for each in first] + [names[i] for i in np.flatnonzero(kept).tolist()],
            np.concatenate([np.array(of_first), least[kept]]),
            np.concatenate([np.array([t.heuristic for t in first], dtype=bool), heuristic[kept]]),
            moved,
        )

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> PenaltyTerm: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[PenaltyTerm, ...]: ...
    def __getitem__(self, place: int | slice) -> PenaltyTerm | tuple[PenaltyTerm, ...]:
        if isinstance(place, slice):
            return tuple(self[i] for i in range(len(self))[place])
        place = range(len(self))[place]
        least = float(self.least[place])
        return PenaltyTerm(
            self.names[place],
            Terms(
                (indices[order[first:last]], values[order[first:last]])
                for (_, indices, values), order, starts in self._places
                for first, last in [starts[place : place + 2].tolist()]
            ),
            None if np.isnan(least) else least,
            bool(self.heuristic[place]),
        )

    def __iter__(self) -> Iterator[PenaltyTerm]:
        return (self[place] for place in range(len(self)))

    @cached_property
    def _places(self) -> list[tuple[OwnedGroup, NDArray[np.int64], NDArray[np.int64]]]:
        """Each group, the order of its products by penalty, and the first of each penalty."""
        found = []
        for group in self.groups:
            order = np.argsort(group[0], kind="stable")
            starts = np.searchsorted(group[0][order], np.arange(len(self) + 1))
            found.append((group, order, starts))
        return found

    def chosen(self, kept: NDArray[np.bool_]) -> Penalties:
        """Return the penalties of a mask, shape (m,)."""
        places = np.cumsum(kept) - 1
        groups = []
        for owners, indices, values in self.groups:
            mine = kept[owners]
            groups.append((places[owners[mine]], indices[mine], values[mine]))
        names = [self.names[i] for i in np.flatnonzero(kept).tolist()]
        return Penalties(names, self.least[kept], self.heuristic[kept], groups)

    def weighted(self, weights: Sequence[float] | NDArray[np.float64]) -> Terms:
        """Return the sum of the penalties, each times its weight."""
        factors = np.asarray(weights, dtype=np.float64)
        return Terms((indices, factors[owners] * values) for owners, indices, values in self.groups)

    def energies(self, row: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return each penalty at an assignment, shape (m,)."""
        total = np.zeros(len(self))
        for owners, indices, values in self.groups:
            total += np.bincount(owners, row[indices].all(axis=1) * values, len(self))
        return total


def _owned(place: int, polynomial: Polynomial) -> list[OwnedGroup]:
    """Return a polynomial as products of one penalty."""
    groups = Terms.of(polynomial).groups
    return [(np.full(len(values), place), indices, values) for indices, values in groups]
