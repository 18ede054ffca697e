"""Orders of the feasible states in memory, and evolutions in each order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import HOPS
from hybridq.circuits.subspace import GROVER, FeasibleMixer
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace import axes, cube_tables, cubes, halves, plain, weight
from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.evolution import (
    Evolution,
    GroverEvolution,
    HopsEvolution,
    SequentialEvolution,
    Workspace,
)
from hybridq.operators.feasible import FeasibleSpace

_WINDOW = 4096  # states that are sorted by their number of neighbours


class Layout(ABC):
    """Order of the feasible states.

    Args:
        space: the feasible states.
        mixers: kind of each mixer, and whether it is sequential.
        dtype: of the parts of amplitudes.
        team: threads; None for NumPy.

    Attributes:
        how: the way mixers work in this order, in words.
    """

    how: str

    def __init__(
        self,
        space: FeasibleSpace,
        mixers: Sequence[tuple[str, bool]],
        dtype: np.dtype[Any],
        team: Team | None,
    ) -> None:
        self.space, self._mixers, self._dtype, self._team = space, mixers, dtype, team

    @property
    @abstractmethod
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""

    def evolution(self, mixer: FeasibleMixer) -> Evolution:
        """Return the evolution under a mixer."""
        if mixer.kind != GROVER:
            return self._hops(mixer)
        dim, team = self.space.dim, self._team
        return plain.PlainGrover(dim) if team is None else GroverEvolution(dim, team)

    @abstractmethod
    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        """Return the evolution under hops."""


class SortedLayout(Layout):
    """Ascending, in windows by number of neighbours: for all spaces and mixers.

    States with as many neighbours follow each other, which the processor's guesses like.
    """

    how = "matrix-free hops"

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""
        return self.space.words if self._order is None else self.space.words[self._order]

    @cached_property
    def _pairs(self) -> dict[str, table.Pairs]:
        """The pairs of kinds of hops that an evolution still needs."""
        return {}

    def _pairs_of(self, kind: str) -> table.Pairs:
        """Return the pairs of a kind of hops, by position in ascending order."""
        if kind not in self._pairs:
            partials = HOPS[kind].partials(self.space)
            self._pairs[kind] = table.find(
                self.space.words, partials, self.space.n_qubits, self._team
            )
        return self._pairs[kind]

    @cached_property
    def _order(self) -> NDArray[np.int64] | None:
        """The position of each state in ascending order; None for ascending order itself."""
        sums = [kind for kind, sequential in self._mixers if kind != GROVER and not sequential]
        if not sums or self._team is None:
            return None
        pairs, dim = self._pairs_of(sums[0]), self.space.dim
        degree = np.bincount(pairs.low, minlength=dim) + np.bincount(pairs.high, minlength=dim)
        if degree.min() == degree.max():
            return None
        window = np.arange(dim) // _WINDOW
        return np.argsort(window * (int(degree.max()) + 1) + degree, kind="stable")

    @cached_property
    def _work(self) -> Workspace:
        return Workspace(self.space.dim, self._dtype)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        order, found = self._order, self._pairs_of(mixer.kind)
        if (mixer.kind, True) not in self._mixers:
            del self._pairs[mixer.kind]  # sums are evolved on lists of neighbours alone
        if order is not None:
            found = found.renumbered(order)
        if mixer.sequential:
            if self._team is None:
                return plain.PlainSequential(found)
            return SequentialEvolution(found, self._team)
        if self._team is None:
            return plain.PlainHops(found, self._work)
        if mixer.kind == "transposition" and self.space.is_product and not self.space.free:
            # Sums of the exchanges of one place with all before it commute, and have integer
            # eigenvalues (Jucys 1974, Murphy 1981).
            places = range(1, len(self.space.grid))
            parts = (found.chosen(_with_earlier(place, len(places) + 1)) for place in places)
            return HopsEvolution(parts, self._work, self._team, integers=places)
        return HopsEvolution([found], self._work, self._team)


def _with_earlier(place: int, places: int) -> list[int]:
    """Return the numbers of the pairs (a, place), a < place, in lexicographic order."""
    pairs = list(combinations(range(places), 2))
    return [number for number, pair in enumerate(pairs) if pair[1] == place]


class AxesLayout(Layout):
    """Products of small groups, one axis for each."""

    how = "one axis for each group"

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""
        found = axes.axes_of(self.space)
        assert found is not None
        return axes.words_of(self.space, found)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        return axes.AxesEvolution(self.space, mixer, self._team)


class WeightLayout(Layout):
    """One group of a fixed weight, cut in two halves."""

    @property
    def how(self) -> str:  # type: ignore[override]
        """The way mixers work in this order, in words."""
        exact = {kind for kind, sequential in self._mixers if kind != GROVER and not sequential}
        ways = ["spins"] * ("xy-complete" in exact) + ["free fermions"] * bool(
            exact - {"xy-complete"}
        )
        return f"{' and '.join(ways) or 'hops'} of two halves"

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""
        return weight.words_of(self.space)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        assert self._team is not None
        if mixer.sequential:
            return halves.HalvesSequential(self.space, mixer.kind, self._team)
        if mixer.kind == "xy-complete":
            return weight.WeightEvolution(self.space, self._dtype, self._team)
        closed = mixer.kind == "xy-ring"
        return halves.FermionEvolution(self.space, closed, self._dtype, self._team)


class CubesLayout(Layout):
    """Independent sets as hypercubes of qubits that do not exclude each other."""

    how = "hypercubes of qubits that do not exclude each other"

    @cached_property
    def _tables(self) -> cube_tables.CubeTables:
        return cube_tables.CubeTables(self.space)

    @property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words); made anew, to save memory."""
        assert self._team is not None
        return self._tables.words(self._team)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        assert self._team is not None
        return cubes.CubesEvolution(self._tables, self._dtype, self._team)


def choose_layout(space: FeasibleSpace, mixers: Sequence[tuple[str, bool]]) -> type[Layout]:
    """Return the order in which the mixers of a circuit run fastest.

    Args:
        space: the feasible states.
        mixers: kind of each mixer, and whether it is sequential; aligned states count as mixers.
    """
    hops = {each for each in mixers if each[0] != GROVER}
    kinds = {kind for kind, _ in hops}
    if not hops or kinds & {"transposition", "adjacent-transposition"}:
        return SortedLayout
    if axes.axes_of(space) is not None:
        return AxesLayout
    if kinds <= {"xy-complete", "xy-ring", "xy-chain"} and weight.fits(space):
        return WeightLayout
    if hops == {("bit-flip", False)} and cube_tables.fits(space):
        return CubesLayout
    return SortedLayout
