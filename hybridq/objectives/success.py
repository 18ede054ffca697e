"""The probability of measuring an optimum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from hybridq.circuits.spectra import frequencies
from hybridq.objectives.base import Vector
from hybridq.objectives.distribution import DistributionObjective
from hybridq.objectives.statistics import Statistic, Weigh

TOLERANCE = 1e-9  # of the spread of all values: equal values that were added up in another order


@dataclass(frozen=True)
class MinusProbability(Statistic):
    """Minus the probability of values up to `threshold`; the weights are −1 and 0."""

    threshold: float

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """See `Statistic.at`."""

        def weigh(energies: Vector) -> Vector:
            return -(energies <= self.threshold).astype(np.float64)

        return float(weigh(values) @ probabilities), weigh


class SuccessProbability(DistributionObjective):
    r"""Minus the probability of measuring an optimum, :math:`-\sum_{z:\,E_z = E_{\min}} p_z`.

    Minus, since objectives are minimized: −1 where every measurement is optimal. The optimum is
    looked up among all values, so this is for studies, not for problems whose answer is open.

    Args:
        ansatz: prepares the state: a `Circuit`, or what has a `circuit`.
        hamiltonian: what is measured, diagonal.
        engine: an engine's name, or ``"auto"``.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads the engine uses; all by default.

    Raises:
        ParameterError: the Hamiltonian is not diagonal.
        DimensionError: ansatz and Hamiltonian differ in width.
        EngineError: no engine can run this circuit.
        CapacityError: the state does not fit in memory.
    """

    kind: ClassVar[str] = "success-probability"
    label: ClassVar[str] = "probability of an optimum"
    is_probability: ClassVar[bool] = True
    is_energy: ClassVar[bool] = False

    @cached_property
    def statistic(self) -> Statistic:
        """Minus the probability of the lowest value."""
        energies = self._engine.energies()
        lowest, highest = float(energies.min()), float(energies.max())
        return MinusProbability(lowest + TOLERANCE * (highest - lowest))

    @cached_property
    def frequencies(self) -> tuple[tuple[float, int] | None, ...]:
        """The fundamental frequency and the degree along each parameter; see `spectra`."""
        return frequencies(self.circuit)

    def value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """The value and its derivatives, shape (n_params,)."""
        return self._engine.weighted_expectation(x, self._weights)

    @cached_property
    def _weights(self) -> Vector:
        energies = self._engine.energies()
        return self.statistic.at(energies, np.zeros(len(energies)))[1](energies)
