"""Objectives that depend on the whole distribution of a diagonal Hamiltonian's values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import ParameterError
from hybridq.engines.base import Engine
from hybridq.objectives.base import Objective, Vector
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class _Levels:
    """The distinct values of a Hamiltonian, ascending, and which of them each state has."""

    values: Vector
    of_state: NDArray[np.intp]


class DistributionObjective(Objective):
    """An objective F of the values' distribution, exact, with its exact gradient.

    An evaluation takes one run of the circuit; with the gradient about five. Beside the state it
    keeps 24 bytes for each basis state that the engine simulates, except for values without
    gradients of a whole-numbered cost, which need only the levels.

    Raises:
        ParameterError: the Hamiltonian is not diagonal; and what `Objective` raises.
    """

    def _choose(self, name: str) -> Engine:
        hamiltonian = self.hamiltonian
        if not isinstance(hamiltonian, PauliSum) or not hamiltonian.is_diagonal:
            raise ParameterError(
                f"the {self.kind} objective looks at the value of each basis state, and this "
                "Hamiltonian is not diagonal (it has X or Y terms): minimize its Expectation"
            )
        engine = super()._choose(name)
        lists_states = type(engine).probabilities is not Engine.probabilities
        if name == "auto" and not lists_states:
            return super()._choose("statevector")
        return engine

    @cached_property
    def _levels(self) -> _Levels:
        # Sorting takes the values, their order and two more copies for a moment.
        energies = self._engine.energies()
        memory.require(
            5 * energies.nbytes, f"sorting {len(energies)} values", "use fewer qubits, or samples"
        )
        return _Levels(*np.unique(energies, return_inverse=True))

    @cached_property
    def _counts_levels(self) -> bool:
        """Whether the engine gives the probabilities of the levels without listing all states."""
        distribution = getattr(self._engine, "distribution", None)
        if distribution is None:
            return False
        try:
            distribution(np.zeros(self.n_params))
        except ParameterError:
            return False
        return True

    def _level_probabilities(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """The levels, ascending, and the probability of each."""
        if self._counts_levels:
            return self._engine.distribution(x)  # type: ignore[attr-defined]
        levels = self._levels
        return levels.values, self._gathered(self._engine.probabilities(x))

    def _gathered(self, probabilities: Vector) -> Vector:
        levels = self._levels
        gathered = np.bincount(levels.of_state, probabilities, len(levels.values))
        return gathered.astype(np.float64, copy=False)

    def __call__(self, x: ArrayLike) -> float:
        """The value at `x`, shape (n_params,)."""
        point = self._engine.checked_point(x)
        return self.statistic.at(*self._level_probabilities(point))[0]

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """The value and its derivatives, shape (n_params,)."""
        point = self._engine.checked_point(x)
        levels = self._levels
        found = self._gathered(self._engine.probabilities(point))
        value, weigh = self.statistic.at(levels.values, found)
        weights = weigh(levels.values)[levels.of_state]
        return value, self._engine.weighted_expectation(point, weights)[1]
