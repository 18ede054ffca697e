"""QN-SPSA: natural gradient with sampled gradient and metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.blas import one_blas_thread
from hybridq.optimizers.capabilities import Capability
from hybridq.optimizers.perturbation import signs
from hybridq.optimizers.spsa import SPSA, Preconditioner

if TYPE_CHECKING:
    from hybridq.optimizers.base import Outcome
    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class QNSPSA(SPSA):
    r"""QN-SPSA: SPSA along the natural gradient, with a sampled metric.

    .. math:: \delta F = F(x, x + c\Delta_1 + c\Delta_2) - F(x, x + c\Delta_1)
              - F(x, x - c\Delta_1 + c\Delta_2) + F(x, x - c\Delta_1), \qquad
              \hat G = -\frac{\delta F}{8 c^2} (\Delta_1 \Delta_2^T + \Delta_2 \Delta_1^T)

    is an estimate of the Fubini–Study metric. The SPSA gradient is multiplied by the inverse of
    the mean of the unit matrix and all estimates so far, made positive, scaled to a mean
    eigenvalue of 1 (so that the gains of `spsa` apply) and regularized.

    Prefer it to `spsa` for up to a few tens of parameters of very different influence; with
    more, the sampled metric is mostly noise. The objective must offer ``fidelity(x, y)``. With
    exact gradients `natural-gradient` is better.
    Cost: 2 evaluations and 4 fidelities per iteration, otherwise as `spsa`.

    Args:
        tolerance, initial_step, perturbation, calibration, resamplings, blocking: see `SPSA`.
        metric_perturbation: c, the size of the perturbations of the metric.
        regularization: added to all eigenvalues, whose mean is 1.

    Source: Gacon, Zoufal, Carleo, Woerner 2021, arXiv:2103.09232.
    """

    name: ClassVar[str] = "qn-spsa"
    summary: ClassVar[str] = "SPSA with a sampled metric; shots, uneven parameters"
    cost: ClassVar[str] = "2, 4 overlaps"
    source: ClassVar[str] = "Gacon, Zoufal, Carleo, Woerner 2021, arXiv:2103.09232"
    needs: ClassVar[tuple[Capability, ...]] = (Capability.FIDELITY,)

    metric_perturbation: float = 0.1
    regularization: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_positive("metric_perturbation", "regularization")

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        with one_blas_thread():
            return super().run(driver, x0, bounds, rng)

    def _preconditioner(self, driver: Driver, rng: np.random.Generator) -> Preconditioner:
        """See `SPSA._preconditioner`: the inverse of the sampled metric."""
        mean: Vector = np.eye(driver.dimension)
        samples = 0

        def natural(x: Vector, gradient: Vector) -> Vector:
            nonlocal mean, samples
            sample = self._metric_sample(driver, x, rng)
            if np.isfinite(sample).all():
                samples += 1
                mean = (samples * mean + sample) / (samples + 1.0)
            # The positive square root of its square: a mean of few samples may be indefinite.
            values, vectors = np.linalg.eigh(mean)
            sizes = abs(values) / (abs(values).mean() or 1.0) + self.regularization
            direction: Vector = vectors @ ((vectors.T @ gradient) / sizes)
            return direction

        return natural

    def _metric_sample(self, driver: Driver, x: Vector, rng: np.random.Generator) -> Vector:
        """Return one estimate of the metric, shape (n, n), of rank two."""
        size = self.metric_perturbation
        first, second = signs(rng, len(x)), signs(rng, len(x))
        change = (
            driver.fidelity(x, x + size * (first + second))
            - driver.fidelity(x, x + size * first)
            - driver.fidelity(x, x + size * (second - first))
            + driver.fidelity(x, x - size * first)
        )
        outer = np.outer(first, second)
        sample: Vector = -change / (8.0 * size**2) * (outer + outer.T)
        return sample
