"""Isomorphisms of quadratic energies: permutations of their spins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.ising import Ising

MOST_REFINEMENTS = 300
"""Refinements of colours after which a search gives up."""

_Near = list[list[tuple[float, int]]]


class _TooHard(Exception):
    """The search has taken too many steps."""


def isomorphism(
    a: Ising, b: Ising, *, most_refinements: int = MOST_REFINEMENTS
) -> NDArray[np.int64] | None:
    """Return a permutation of spins that turns `a` into `b`, None where none is found.

    Fields and couplings must be equal, not only close; constants, which are sums that depend on the
    order of terms, are not compared. Colours of the spins are refined
    in both at once; where several spins share a colour, one is set apart in `a` and each in turn in
    `b`. Strongly regular graphs may take too many steps.

    Args:
        a: of at most two spins in each term.
        b: another one.
        most_refinements: of colours, after which it gives up.

    Returns:
        p, int64, shape (n_qubits,): spin i of `a` is spin p[i] of `b`, so that up to the constants
        the energy of x in `a` is that of y in `b` with y[p] = x.
    """
    if a.higher or b.higher or a.n_qubits != b.n_qubits:
        return None
    if sorted(a.couplings.tolist()) != sorted(b.couplings.tolist()):
        return None
    try:
        return _Search(a, b, most_refinements).find(a.linear.tolist(), b.linear.tolist())
    except _TooHard:
        return None


class _Search:
    """A search for an isomorphism of two energies."""

    def __init__(self, a: Ising, b: Ising, most_refinements: int) -> None:
        self._left = most_refinements
        self._a, self._b = _neighbours(a), _neighbours(b)

    def find(self, a: Sequence[float], b: Sequence[float]) -> NDArray[np.int64] | None:
        """Return an isomorphism that keeps colours, None without one."""
        refined = self._refined(a, b)
        if refined is None:
            return None
        first, second = refined
        sizes = Counter(first)
        if len(sizes) == len(first):
            place = {colour: spin for spin, colour in enumerate(second)}
            found = np.array([place[colour] for colour in first], dtype=np.int64)
            return found if self._agrees(found) else None
        colour = min((colour for colour in sizes if sizes[colour] > 1), key=lambda c: (sizes[c], c))
        chosen, apart = first.index(colour), len(first)  # a colour that no spin has
        marked = [apart if spin == chosen else each for spin, each in enumerate(first)]
        for candidate in [spin for spin, each in enumerate(second) if each == colour]:
            other = [apart if spin == candidate else each for spin, each in enumerate(second)]
            found_below = self.find(marked, other)
            if found_below is not None:
                return found_below
        return None

    def _refined(
        self, a: Sequence[float], b: Sequence[float]
    ) -> tuple[list[int], list[int]] | None:
        """Return stable colours of both, None where they have different numbers of some."""
        if self._left == 0:
            raise _TooHard
        self._left -= 1
        first, second, count = _numbered(list(a), list(b))
        while sorted(first) == sorted(second):
            one = [_signature(spin, first, self._a) for spin in range(len(first))]
            two = [_signature(spin, second, self._b) for spin in range(len(second))]
            first, second, now = _numbered(one, two)
            if now == count:
                return (first, second) if sorted(first) == sorted(second) else None
            count = now
        return None

    def _agrees(self, found: NDArray[np.int64]) -> bool:
        """Return whether a permutation carries each coupling over."""
        carried = [sorted((weight, int(found[other])) for weight, other in row) for row in self._a]
        return all(carried[spin] == self._b[int(found[spin])] for spin in range(len(found)))


def _neighbours(ising: Ising) -> _Near:
    """Return the couplings of each spin with their other ends, sorted."""
    near: _Near = [[] for _ in range(ising.n_qubits)]
    for (i, j), weight in zip(ising.pairs.tolist(), ising.couplings.tolist(), strict=True):
        near[i].append((weight, j))
        near[j].append((weight, i))
    return [sorted(row) for row in near]


def _signature(spin: int, colours: Sequence[int], near: _Near) -> tuple[object, ...]:
    """Return the colour of a spin and those of its neighbours with their couplings."""
    return colours[spin], tuple(sorted((weight, colours[other]) for weight, other in near[spin]))


def _numbered(one: Sequence[Any], two: Sequence[Any]) -> tuple[list[int], list[int], int]:
    """Return colours as numbers in the order of their values, and how many there are."""
    numbers = {value: k for k, value in enumerate(sorted({*one, *two}))}
    return [numbers[each] for each in one], [numbers[each] for each in two], len(numbers)
