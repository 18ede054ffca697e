"""The Gibbs objective: low values count exponentially more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError
from hybridq.objectives.distribution import DistributionObjective
from hybridq.objectives.statistics import Statistic, Vector, Weigh

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.operators.pauli_sum import PauliSum

MOST_EXPONENT = 700.0  # e^700 is near the largest float


@dataclass(frozen=True)
class FreeEnergy(Statistic):
    r""":math:`-\log \sum_z p_z e^{-\eta E_z}`, with weights
    :math:`W(E) = -e^{-\eta E} / \sum_z p_z e^{-\eta E_z}`.

    Args:
        eta: η, above 0, in units of 1/E.
    """

    eta: float

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """See `Statistic.at`."""
        # Factors are taken from the lowest value that occurs, so that none overflows and the sum
        # is not 0.
        lowest = float(values[np.argmax(probabilities > 0.0)])
        mean = float(self._factors(values, lowest) @ probabilities)

        def weigh(energies: Vector) -> Vector:
            return -self._factors(energies, lowest) / mean

        return self.eta * lowest - math.log(mean), weigh

    def _factors(self, energies: Vector, origin: float) -> Vector:
        return np.exp(np.minimum(-self.eta * (energies - origin), MOST_EXPONENT))


class Gibbs(DistributionObjective):
    r"""The Gibbs objective :math:`-\log \langle e^{-\eta H} \rangle`, a pure number.

    Low values count exponentially more than in the expectation value, of which it is the soft
    counterpart: over η it tends to ⟨H⟩ for η → 0 and to the lowest value that occurs for η → ∞.
    Shifting H by a constant c shifts it by ηc. The gradient is
    :math:`-\partial \langle e^{-\eta H} \rangle / \langle e^{-\eta H} \rangle`.

    Args:
        ansatz: prepares the state: a `Circuit`, or what has a `circuit`.
        hamiltonian: what is measured, diagonal.
        eta: η, above 0, in units of 1/H.
        engine: an engine's name, or ``"auto"``.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads the engine uses; all by default.

    Raises:
        ParameterError: η is not a number above 0, or the Hamiltonian is not diagonal.
        DimensionError: ansatz and Hamiltonian differ in width.
        EngineError: no engine can run this circuit.
        CapacityError: the state does not fit in memory.

    Source: Li, Fan, Coram, Riley, Leichenauer 2020, arXiv:1909.07621.
    """

    kind: ClassVar[str] = "gibbs"
    label: ClassVar[str] = "Gibbs objective"
    options: ClassVar[tuple[str, ...]] = ("eta",)
    is_energy: ClassVar[bool] = False

    def __init__(
        self,
        ansatz: Circuit | Ansatz | QAOA,
        hamiltonian: PauliSum,
        *,
        eta: float,
        engine: str = "auto",
        precision: str = "double",
        threads: int | None = None,
    ) -> None:
        self.eta = checked_eta(eta)
        super().__init__(ansatz, hamiltonian, engine=engine, precision=precision, threads=threads)

    @property
    def statistic(self) -> Statistic:
        """Minus the logarithm of the mean of e^{−ηE}."""
        return FreeEnergy(self.eta)


def checked_eta(eta: float) -> float:
    """`eta` as a float.

    Raises:
        ParameterError: it is not a finite number above 0.
    """
    if not is_real(eta) or not math.isfinite(eta) or eta <= 0.0:
        raise ParameterError(
            f"eta={eta!r}: the Gibbs objective takes a finite number above 0, about 1 over the "
            "energy of a single spin"
        )
    return float(eta)
