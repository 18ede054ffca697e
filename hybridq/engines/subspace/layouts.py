"""Orders of the feasible states in memory, and the evolutions that each order serves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import HOPS
from hybridq.circuits.subspace import GROVER, FeasibleMixer
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace import axes, plain, weight
from hybridq.engines.subspace import pairs as table
from hybridq.engines.subspace.evolution import (
    ChebyshevEvolution,
    Evolution,
    GroverEvolution,
    SequentialEvolution,
    Workspace,
)
from hybridq.operators.feasible import FeasibleSpace


class Layout(ABC):
    """Order of the feasible states.

    Args:
        space: the feasible states.
        dtype: of the parts of amplitudes.
        team: threads; None for NumPy.

    Attributes:
        how: the way mixers work in this order, in words.
    """

    how: str

    def __init__(self, space: FeasibleSpace, dtype: np.dtype[Any], team: Team | None) -> None:
        self.space, self._dtype, self._team = space, dtype, team

    @cached_property
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
    """Ascending as integers: for all spaces and mixers."""

    how = "states ascending"

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""
        return self.space.words

    @cached_property
    def _work(self) -> Workspace:
        return Workspace(self.space.dim, self._dtype)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        partials = HOPS[mixer.kind](self.space)
        found = table.find(self.words, partials, self.space.n_qubits, self._team)
        if mixer.sequential:
            if self._team is None:
                return plain.PlainSequential(found)
            return SequentialEvolution(found, self._team)
        if self._team is None:
            return plain.PlainChebyshev(found, self._work)
        return ChebyshevEvolution(found, self._work, self._team)


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

    how = "spins of two halves"

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The states in this order, shape (dim, words)."""
        return weight.words_of(self.space)

    def _hops(self, mixer: FeasibleMixer) -> Evolution:
        assert self._team is not None
        return weight.WeightEvolution(self.space, self._dtype, self._team)


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
    if hops == {("xy-complete", False)} and weight.fits(space):
        return WeightLayout
    return SortedLayout
