"""The probability of measuring an optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core import memory
from hybridq.engines.base import as_pauli_sum
from hybridq.engines.protocols import SupportsDistribution
from hybridq.objectives.config import Binding, ObjectiveConfig, configured
from hybridq.objectives.statistics import Statistic, Vector, Weigh

TOLERANCE = 1e-9  # of the spread of all values: equal values that were added up in another order


@dataclass(frozen=True)
class MinusProbability(Statistic):
    """Minus the probability of values up to `threshold`; the weights are −1 and 0."""

    threshold: float

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return −P(E ≤ threshold), and the weight function."""

        def weigh(energies: Vector) -> Vector:
            """Return W of some values."""
            return -(energies <= self.threshold).astype(np.float64)

        return float(weigh(values) @ probabilities), weigh


@configured
class SuccessProbability(ObjectiveConfig):
    r"""Minus the probability of measuring an optimum.

    .. math:: -\sum_{z:\,E_z = E_{\min}} p_z

    Minus, since objectives are minimized: −1 where every measurement is optimal. The optimum is
    searched among all values, so this is for studies, not for problems whose answer is open.

    Raises:
        ParameterError: when bound, the Hamiltonian is not diagonal.
        CapacityError: the values of all basis states do not fit in memory.
    """

    kind: ClassVar[str] = "success-probability"
    label: ClassVar[str] = "probability of an optimum"
    is_probability: ClassVar[bool] = True
    summary: ClassVar[str] = "Minus the probability of an optimum, for studies of known problems."
    is_energy: ClassVar[bool] = False
    is_linear: ClassVar[bool] = True

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return minus the probability of the lowest of `values`, and the weight function."""
        return _optimum(values).at(values, probabilities)

    def statistic(self, binding: Binding) -> Statistic:
        """Return minus the probability of the lowest value of the Hamiltonian."""
        if isinstance(binding.engine, SupportsDistribution):
            return _optimum(binding.engine.energies())
        memory.require(
            16 << binding.circuit.n_qubits, "the list of all values", "use another objective"
        )
        return _optimum(as_pauli_sum(binding.hamiltonian).diagonal())


def _optimum(energies: Vector) -> MinusProbability:
    """Return minus the probability of the lowest of `energies`."""
    lowest, highest = float(energies.min()), float(energies.max())
    return MinusProbability(lowest + TOLERANCE * (highest - lowest))
