"""The conditional value at risk: the mean of the best part of the measurements."""

from __future__ import annotations

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


@dataclass(frozen=True)
class LowerTail(Statistic):
    r"""The mean of the lowest part α of a distribution.

    With q the α-quantile, the lowest value whose cumulative probability reaches α:

    .. math:: \mathrm{CVaR}_\alpha = \sum_z p_z W(E_z), \qquad
              W(E) = q + \frac{\min(E - q,\, 0)}{\alpha}

    Of the value q itself only as much is counted as is missing from α.

    Args:
        alpha: above 0 and at most 1.
    """

    alpha: float

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """See `Statistic.at`."""
        row = len(values) - 1
        if self.alpha < 1.0:
            # A sum that misses α by rounding alone has reached it.
            reached = np.cumsum(probabilities) >= self.alpha * (1.0 - 1e-12)
            row = int(np.argmax(reached)) if reached.any() else row
        quantile = float(values[row])

        def weigh(energies: Vector) -> Vector:
            return quantile + np.minimum(energies - quantile, 0.0) / self.alpha

        below = values[:row] - quantile
        return quantile + float(below @ probabilities[:row]) / self.alpha, weigh


class CVaR(DistributionObjective):
    r"""The conditional value at risk: the mean of the lowest part α of a Hamiltonian's values.

    .. math:: \mathrm{CVaR}_\alpha = \frac{1}{\alpha} \Bigl(\sum_{E_z < q} p_z E_z
              + \bigl(\alpha - P(E < q)\bigr)\, q\Bigr)

    with q the α-quantile. α = 1 is the expectation value; α → 0 tends to the lowest value that is
    measured at all. It rewards good samples instead of a good mean; 0.1 to 0.25 is usual.

    The gradient is that of :math:`\sum_z W(E_z) p_z` at fixed q, with
    :math:`W(E) = q + \min(E - q, 0) / \alpha`: exact where the cumulative probability jumps over α
    at q, a subgradient where it meets α. It vanishes where the lowest value alone has probability
    α or more.

    Args:
        ansatz: prepares the state: a `Circuit`, or what has a `circuit`.
        hamiltonian: what is measured, diagonal.
        alpha: the part that counts, above 0 and at most 1.
        engine: an engine's name, or ``"auto"``.
        precision: ``"double"`` or ``"single"``.
        threads: how many threads the engine uses; all by default.

    Raises:
        ParameterError: α is not above 0 and at most 1, or the Hamiltonian is not diagonal.
        DimensionError: ansatz and Hamiltonian differ in width.
        EngineError: no engine can run this circuit.
        CapacityError: the state does not fit in memory.

    Source: Barkoutsos, Nannicini, Robert, Tavernelli, Woerner 2020, arXiv:1907.04769; gradients of
    such risk measures: Rockafellar, Uryasev 2000, Journal of Risk 2, 21.
    """

    kind: ClassVar[str] = "cvar"
    label: ClassVar[str] = "CVaR of the {value}"
    options: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(
        self,
        ansatz: Circuit | Ansatz | QAOA,
        hamiltonian: PauliSum,
        *,
        alpha: float,
        engine: str = "auto",
        precision: str = "double",
        threads: int | None = None,
    ) -> None:
        self.alpha = checked_alpha(alpha)
        super().__init__(ansatz, hamiltonian, engine=engine, precision=precision, threads=threads)

    @property
    def statistic(self) -> Statistic:
        """The mean of the lower tail."""
        return LowerTail(self.alpha)


def checked_alpha(alpha: float) -> float:
    """`alpha` as a float.

    Raises:
        ParameterError: it is not a number above 0 and at most 1.
    """
    if not is_real(alpha) or not 0.0 < alpha <= 1.0:
        raise ParameterError(
            f"alpha={alpha!r}: CVaR takes the part of the measurements that counts, "
            "above 0 and at most 1"
        )
    return float(alpha)
