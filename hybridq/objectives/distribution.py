"""Exact objectives over the whole distribution of a diagonal Hamiltonian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import ParameterError
from hybridq.engines.protocols import (
    SupportsDistribution,
    SupportsLevels,
    SupportsWeights,
    lacking,
)
from hybridq.objectives.base import ExactObjective, Vector
from hybridq.objectives.config import Binding


@dataclass(frozen=True)
class _Levels:
    """The distinct values of a Hamiltonian and the level of each basis state."""

    values: Vector
    of_state: NDArray[np.intp]


def distribution_objective(binding: Binding) -> DistributionObjective:
    """Return the exact objective, with gradients where the engine has them.

    Raises:
        EngineError: the engine gives no exact probabilities.
    """
    if not isinstance(binding.engine, SupportsWeights):
        return DistributionObjective(binding)
    if binding.config.is_linear:
        return LinearObjective(binding)
    return DifferentiableDistribution(binding)


class DistributionObjective(ExactObjective):
    """A function F of the values' distribution, exact.

    An evaluation takes one run of the circuit; with the gradient about five. Besides the state it
    keeps 24 bytes for each basis state that the engine simulates, except for values without
    gradients of an integer-valued cost, which need only the levels.

    Raises:
        EngineError: the engine gives no exact probabilities.
    """

    def __init__(self, binding: Binding) -> None:
        super().__init__(binding)
        engine = binding.engine
        if not isinstance(engine, SupportsDistribution):
            raise lacking(engine.name, SupportsDistribution)
        self._engine: SupportsDistribution = engine

    @cached_property
    def _levels(self) -> _Levels:
        """The distinct values and the level of each basis state."""
        # Sorting takes the values, their order and two more copies for a moment.
        energies = self._engine.energies()
        memory.require(
            5 * energies.nbytes, f"sorting {len(energies)} values", "use fewer qubits, or samples"
        )
        return _Levels(*np.unique(energies, return_inverse=True))

    @cached_property
    def _counter(self) -> SupportsLevels | None:
        """The engine, where it gives level probabilities without listing all states."""
        engine = self.binding.engine
        if not isinstance(engine, SupportsLevels):
            return None
        try:
            engine.distribution(np.zeros(self.n_params))
        except ParameterError:
            return None
        return engine

    def _level_probabilities(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return the levels, ascending, and the probability of each."""
        if self._counter is not None:
            return self._counter.distribution(x)
        return self._levels.values, self._gathered(self._engine.probabilities(x))

    def _gathered(self, probabilities: Vector) -> Vector:
        """Return the probability of each level."""
        levels = self._levels
        gathered = np.bincount(levels.of_state, probabilities, len(levels.values))
        return gathered.astype(np.float64, copy=False)

    def __call__(self, x: ArrayLike) -> float:
        """Return the value at `x`, shape (n_params,)."""
        point = self.simulator.checked_point(x)
        return self.statistic.at(*self._level_probabilities(point))[0]


class DifferentiableDistribution(DistributionObjective):
    """A function of the distribution with its exact gradient."""

    _engine: SupportsWeights

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return the value and its derivatives, shape (n_params,)."""
        point = self.simulator.checked_point(x)
        levels = self._levels
        found = self._gathered(self._engine.probabilities(point))
        value, weigh = self.statistic.at(levels.values, found)
        weights = weigh(levels.values)[levels.of_state]
        return value, self._engine.weighted_expectation(point, weights)[1]


class LinearObjective(DistributionObjective):
    """A linear function of the probabilities, whose weights never change."""

    _engine: SupportsWeights

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return the value and its derivatives, shape (n_params,)."""
        return self._engine.weighted_expectation(x, self._weights)

    @cached_property
    def _weights(self) -> Vector:
        """The weight of each basis state that the engine simulates."""
        energies = self._engine.energies()
        return self.statistic.at(energies, np.zeros(len(energies)))[1](energies)
