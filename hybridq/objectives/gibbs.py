"""The Gibbs objective: low values count exponentially more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from hybridq.ansatz.angles import coupling_strength
from hybridq.core.checks import is_finite
from hybridq.core.errors import ParameterError
from hybridq.engines.base import as_pauli_sum
from hybridq.objectives.config import ObjectiveConfig, configured
from hybridq.objectives.statistics import Vector, Weigh
from hybridq.operators.ising import Ising

if TYPE_CHECKING:
    from hybridq.engines.base import Observable

MOST_EXPONENT = 700.0  # e^700 is near the largest float


@configured
class Gibbs(ObjectiveConfig):
    r"""The Gibbs objective :math:`-\log \langle e^{-\eta H} \rangle`, a pure number.

    Low values count exponentially more than in the expectation value, of which it is the soft
    counterpart: over η it tends to ⟨H⟩ for η → 0 and to the lowest value that occurs for η → ∞.
    Shifting H by a constant c shifts it by ηc. The weights are
    :math:`W(E) = -e^{-\eta E} / \sum_z p_z e^{-\eta E_z}`, and the gradient is
    :math:`-\partial \langle e^{-\eta H} \rangle / \langle e^{-\eta H} \rangle`.

    Args:
        eta: η, above 0, in units of 1/H. By default one over the energy of a single spin of the
            Hamiltonian that it is bound to.

    Raises:
        ParameterError: η is out of range; when bound, the Hamiltonian is not diagonal.
    """

    kind: ClassVar[str] = "gibbs"
    label: ClassVar[str] = "Gibbs objective"
    summary: ClassVar[str] = "Weights low values exponentially more than the mean does."
    source: ClassVar[str] = "Li, Fan, Coram, Riley, Leichenauer 2020, arXiv:1909.07621"
    is_energy: ClassVar[bool] = False

    eta: float | None = None

    def __post_init__(self) -> None:
        if self.eta is None:
            return
        if not is_finite(self.eta) or self.eta <= 0.0:
            raise ParameterError(
                argument="eta",
                value=self.eta,
                expected="a finite number above 0",
                remedy="about one over the energy of a single spin",
            )
        object.__setattr__(self, "eta", float(self.eta))

    def completed(self, hamiltonian: Observable) -> Self:
        """Return this with η filled in: one over the energy of a single spin."""
        if self.eta is not None:
            return self
        energy = coupling_strength(Ising.from_pauli_sum(as_pauli_sum(hamiltonian)))
        return type(self)(eta=1.0 / energy)

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return −log Σ p e^{−ηE}, and the weight function W."""
        if self.eta is None:
            raise ParameterError(
                "eta must be a number before values are known",
                argument="eta",
                remedy="bind the objective to a Hamiltonian, or set eta",
            )
        eta = self.eta
        # Factors are taken from the lowest value that occurs, so that none overflows and the sum
        # is not 0.
        lowest = float(values[np.argmax(probabilities > 0.0)])
        mean = float(_factors(eta, values, lowest) @ probabilities)

        def weigh(energies: Vector) -> Vector:
            """Return W of some values."""
            return -_factors(eta, energies, lowest) / mean

        return eta * lowest - math.log(mean), weigh


def _factors(eta: float, energies: Vector, origin: float) -> Vector:
    """Return e^{−η(E − origin)}, bounded."""
    return np.exp(np.minimum(-eta * (energies - origin), MOST_EXPONENT))
