"""States, phases and mixers of one engine on its list of feasible states."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.base import Angle
from hybridq.circuits.subspace import ALIGNED, BITS, FeasibleMixer, FeasibleState
from hybridq.core.arrays import aligned
from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.simulators import NUMPY
from hybridq.engines.subspace.energies import energies_on, levels_of
from hybridq.engines.subspace.evolution import GROUPS, Evolution, State, SumEvolution
from hybridq.engines.subspace.kernels import vectors
from hybridq.engines.subspace.layouts import CubesLayout, SortedLayout, WeightLayout, choose_layout
from hybridq.engines.subspace.reading import Reading
from hybridq.operators.feasible import packed
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum

TEAM_STATES = 1 << 14
"""Spaces of fewer states are run by one thread, since waking others takes longer."""


class Diagonal:
    """Values of one Hamiltonian on the feasible states, and their levels.

    Args:
        values: float64, shape (dim,).
    """

    def __init__(self, values: Vector) -> None:
        self.values = values
        found = levels_of(values)
        self.distinct: Vector | None = None if found is None else found[0]
        self.level: NDArray[Any] | None = None if found is None else found[1]

    def factors(self, gamma: float) -> Vector:
        """Return re and im of the phase of each level in turn."""
        assert self.distinct is not None
        return np.exp(-1j * gamma * self.distinct).view(np.float64)


class Runner:
    """Operations on states of one list of feasible states.

    Args:
        reading: the circuit, whose space and mixers decide the order of states.
        dtype: float64 or float32.
        threads: the number of threads that may share the work.
        kernels: ``"compiled"`` or ``"numpy"``.

    Attributes:
        layout: the order of states.
    """

    def __init__(self, reading: Reading, dtype: np.dtype[Any], threads: int, kernels: str) -> None:
        space = reading.space
        self.space, self.dim, self._dtype = space, space.dim, dtype
        self._plain = kernels == NUMPY
        self.threads = 1 if self._plain or self.dim < TEAM_STATES else threads
        self._team = Team(self.threads)
        kind = choose_layout(space, reading.mixers)
        if self._plain and kind in (WeightLayout, CubesLayout):
            kind = SortedLayout
        self.layout = kind(space, reading.mixers, dtype, None if self._plain else self._team)
        self._states: list[State] = []
        self._diagonals: dict[int, tuple[PauliSum, Diagonal]] = {}
        self._evolutions: dict[tuple[str, bool], Evolution] = {}
        self._tops: dict[str, NDArray[np.float64]] = {}
        self._places: dict[tuple[int, ...], int] = {}
        self._partial = np.zeros(GROUPS)

    @property
    def words(self) -> NDArray[np.uint64]:
        """The states in the order of amplitudes, shape (dim, words)."""
        return self.layout.words

    def _state(self, number: int) -> State:
        """Return state array `number`: 0 the ket, 1 the bra."""
        while len(self._states) <= number:
            self._states.append(aligned(2 * self.dim, self._dtype))
        return self._states[number]

    # -- initial states -------------------------------------------------------------------------

    def start(self, state: FeasibleState) -> State:
        """Return the ket, set to an initial state."""
        ket = self._state(0)
        if state.kind == BITS:
            ket[:] = 0.0
            ket[2 * self._place(state.bits)] = 1.0
            return ket
        ket[1::2] = 0.0
        ket[::2] = self._top(state.hops) if state.kind == ALIGNED else 1.0 / np.sqrt(self.dim)
        return ket

    def _place(self, bits: tuple[int, ...]) -> int:
        """Return the position of a state."""
        if bits not in self._places:
            wanted = packed(np.array([bits], dtype=np.uint8))
            self._places[bits] = int(np.flatnonzero((self.words == wanted).all(axis=1))[0])
        return self._places[bits]

    def _top(self, kind: str) -> NDArray[np.float64]:
        """Return the highest eigenstate of hops of a kind."""
        if kind not in self._tops:
            hops = self.evolution(FeasibleMixer(self.space, kind, Angle()))
            self._tops[kind] = cast(SumEvolution, hops).top()
        return self._tops[kind]

    # -- phases ---------------------------------------------------------------------------------

    def energies(self, hamiltonian: PauliSum) -> Vector:
        """Return the values of a Hamiltonian on the feasible states."""
        return self._diagonal(hamiltonian).values

    def _diagonal(self, hamiltonian: PauliSum) -> Diagonal:
        """Return the values of a Hamiltonian; layers share one object."""
        key = id(hamiltonian)
        if key not in self._diagonals:
            for known, diagonal in self._diagonals.values():
                if known.isclose(hamiltonian):
                    self._diagonals[key] = hamiltonian, diagonal
                    return diagonal
            ising = Ising.from_pauli_sum(hamiltonian)
            team = None if self._plain else self._team
            diagonal = Diagonal(energies_on(self.words, ising, team))
            self._diagonals[key] = hamiltonian, diagonal
        return self._diagonals[key][1]

    def phase(self, ket: State, hamiltonian: PauliSum, gamma: float) -> None:
        """Apply e^{−iγH} to a state, in place."""
        diagonal = self._diagonal(hamiltonian)
        if self._plain:
            v = ket.view(np.result_type(ket.dtype, np.complex64))
            v *= np.exp(-1j * gamma * diagonal.values)
        elif diagonal.level is not None:
            self._team.run(vectors.phase_levels, ket, diagonal.level, diagonal.factors(gamma))
        else:
            self._team.run(vectors.phase, ket, diagonal.values, gamma)

    def phase_back(self, ket: State, bra: State, hamiltonian: PauliSum, gamma: float) -> float:
        """Undo a phase on both states; return the derivative by γ."""
        slope = 2.0 * self._slope(ket, bra, self._diagonal(hamiltonian).values)
        self.phase(ket, hamiltonian, -gamma)
        self.phase(bra, hamiltonian, -gamma)
        return slope

    def _slope(self, ket: State, bra: State, values: Vector) -> float:
        """Return Σ value Im(conj(bra) ket)."""
        if self._plain:
            psi, lam = (each.view(np.result_type(each.dtype, np.complex64)) for each in (ket, bra))
            return float((lam.conj() * psi).imag.astype(np.float64) @ values)
        self._team.run(vectors.slope, ket, bra, values, self._partial)
        return float(self._partial.sum())

    # -- observables ----------------------------------------------------------------------------

    def mean(self, ket: State, values: Vector) -> float:
        """Return Σ value |amplitude|²."""
        if self._plain:
            squares = ket[::2].astype(np.float64) ** 2 + ket[1::2].astype(np.float64) ** 2
            return float(squares @ values)
        self._team.run(vectors.mean, ket, values, self._partial)
        return float(self._partial.sum())

    def weigh(self, ket: State, values: Vector) -> tuple[State, float]:
        """Return the bra, values times the ket, and Σ value |amplitude|²."""
        bra = self._state(1)
        if self._plain:
            bra[:] = ket * np.repeat(values, 2)
            return bra, self.mean(ket, values)
        self._team.run(vectors.weigh, ket, values, bra, self._partial)
        return bra, float(self._partial.sum())

    # -- mixers ---------------------------------------------------------------------------------

    def evolution(self, mixer: FeasibleMixer) -> Evolution:
        """Return the evolution under a mixer, made on first use."""
        key = (mixer.kind, mixer.sequential)
        if key not in self._evolutions:
            self._evolutions[key] = self.layout.evolution(mixer)
        return self._evolutions[key]
