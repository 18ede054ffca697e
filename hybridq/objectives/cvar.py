"""Conditional value at risk: the mean of the best part of the measurements."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError
from hybridq.objectives.config import ObjectiveConfig, configured
from hybridq.objectives.statistics import Vector, Weigh


@configured
class CVaR(ObjectiveConfig):
    r"""Conditional value at risk: the mean of the lowest part α of the values.

    .. math:: \mathrm{CVaR}_\alpha = \frac{1}{\alpha} \Bigl(\sum_{E_z < q} p_z E_z
              + \bigl(\alpha - P(E < q)\bigr)\, q\Bigr) = \sum_z p_z W(E_z), \qquad
              W(E) = q + \frac{\min(E - q,\, 0)}{\alpha}

    with q the α-quantile, the lowest value whose cumulative probability reaches α; of q itself
    only as much is counted as is missing from α. α = 1 is the expectation value; α → 0 tends to
    the lowest value that is measured at all. It rewards good samples instead of a good mean; 0.1
    to 0.25 is usual.

    The gradient is that of :math:`\sum_z W(E_z) p_z` at fixed q: exact where the cumulative
    probability jumps over α at q, a subgradient where it equals α. It vanishes where the lowest
    value alone has probability α or more.

    Args:
        alpha: the part that counts, above 0 and at most 1.

    Raises:
        ParameterError: α is out of range; when bound, the Hamiltonian is not diagonal.
    """

    kind: ClassVar[str] = "cvar"
    label: ClassVar[str] = "CVaR of the {value}"
    summary: ClassVar[str] = "The mean of the lowest part of the values: rewards good samples."
    source: ClassVar[str] = (
        "Barkoutsos, Nannicini, Robert, Tavernelli, Woerner 2020, arXiv:1907.04769; gradients: "
        "Rockafellar, Uryasev 2000, Journal of Risk 2, 21"
    )

    alpha: float = 0.2

    def __post_init__(self) -> None:
        if not is_real(self.alpha) or not 0.0 < self.alpha <= 1.0:
            raise ParameterError(
                argument="alpha",
                value=self.alpha,
                expected="a number above 0 and at most 1",
                remedy="it is the part of the measurements that counts",
            )
        object.__setattr__(self, "alpha", float(self.alpha))

    def at(self, values: Vector, probabilities: Vector) -> tuple[float, Weigh]:
        """Return the mean of the lower tail, and the weight function W."""
        row = len(values) - 1
        if self.alpha < 1.0:
            # A sum that misses α by rounding alone has reached it.
            reached = np.cumsum(probabilities) >= self.alpha * (1.0 - 1e-12)
            row = int(np.argmax(reached)) if reached.any() else row
        quantile = float(values[row])

        def weigh(energies: Vector) -> Vector:
            """Return W of some values."""
            return quantile + np.minimum(energies - quantile, 0.0) / self.alpha

        below = values[:row] - quantile
        return quantile + float(below @ probabilities[:row]) / self.alpha, weigh
