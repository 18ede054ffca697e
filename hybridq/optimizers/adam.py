"""Adam: gradient descent with a step size for each parameter."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.perturbation import clipped, perturbed_gradients
from hybridq.optimizers.shot_noise import ShotNoise

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

SCHEDULES = ("constant", "exponential", "cosine")
TINY = 1e-8


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: momentum, and steps scaled by the running RMS of each derivative.

    .. math:: x_{k+1} = x_k - \eta_k \frac{\hat m_k}{\sqrt{\hat v_k} + 10^{-8}}

    with :math:`\hat m` and :math:`\hat v` the bias-corrected running means of the gradient and of
    its square. Without a gradient it is estimated by simultaneous perturbation (see `spsa`).

    From shots it also ends where two windows of 25 + 5 n iterations in a row change the value by
    less than its standard error.

    Prefer it for noisy gradients, and to compare with studies that use it; with exact gradients
    `l-bfgs` needs far fewer evaluations.
    Cost: 1 evaluation with gradient per iteration; 2 · `resamplings` without a gradient.

    Args:
        tolerance: converged if no derivative is larger; used if the objective has a gradient.
        learning_rate: η_0, about the largest change of a parameter in a step.
        schedule: ``"constant"``; ``"exponential"``, η_0 · final^t; or ``"cosine"``,
            η_0 (final + (1 − final)(1 + cos πt)/2), with t from 0 to 1 over the budget.
        final: the last learning rate as a fraction of the first.
        beta1: decay rate of the mean.
        beta2: decay rate of the mean square.
        perturbation: size of the perturbations if the objective has no gradient; it shrinks
            with the learning rate.
        resamplings: number of perturbations that are averaged in that case.

    Source: Kingma and Ba 2015, arXiv:1412.6980; cosine: Loshchilov and Hutter 2017,
    arXiv:1608.03983.
    """

    name: ClassVar[str] = "adam"
    summary: ClassVar[str] = "gradient descent with adaptive steps; noisy gradients"
    cost: ClassVar[str] = "1, or 2"
    source: ClassVar[str] = "Kingma and Ba 2015, arXiv:1412.6980"
    uses_gradient: ClassVar[bool] = True

    tolerance: float = 1e-5
    learning_rate: float = 0.1
    schedule: str = "cosine"
    final: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.99
    perturbation: float = 0.1
    resamplings: int = 1

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "learning_rate", "perturbation")
        self._require_within("final", 0.0, 1.0)
        self._require_count("resamplings")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            if not is_real(value) or not 0.0 <= value < 1.0:
                expected = "a number of at least 0 and below 1"
                raise ParameterError(argument=name, value=value, expected=expected)
        self._require_choice("schedule", SCHEDULES)

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        exact = driver.has_gradient
        x, mean, square = x0.copy(), np.zeros_like(x0), np.zeros_like(x0)
        if not exact:
            driver.value(x)
        cost = 1 if exact else 2 * self.resamplings
        iterations = max(driver.remaining // cost, 1)
        damping, last_finite = 1.0, x
        noise = ShotNoise(driver)
        for k in itertools.count():
            fraction = self._rate_fraction(min(k / iterations, 1.0))
            failures = driver.not_finite
            gradient = self._gradient(driver, x, fraction, bounds, rng)
            if driver.not_finite > failures:
                # No finite value here: return to the last point, halve the step, drop the momentum.
                x, damping = last_finite, damping / 2.0
                mean, square = np.zeros_like(x0), np.zeros_like(x0)
                continue
            if exact and self._is_stationary(x, gradient, bounds):
                return Outcome(True)
            mean = self.beta1 * mean + (1.0 - self.beta1) * gradient
            square = self.beta2 * square + (1.0 - self.beta2) * gradient**2
            slope = mean / (1.0 - self.beta1 ** (k + 1))
            scale = np.sqrt(square / (1.0 - self.beta2 ** (k + 1))) + TINY
            resolved = noise.outcome(x)
            if resolved is not None:
                return resolved
            last_finite = x
            x = clipped(x - damping * self.learning_rate * fraction * slope / scale, bounds)
            if not exact and driver.remaining <= cost:
                driver.value(x)  # the only value at the last point itself
        raise AssertionError("unreachable: the driver ends the loop")

    def _gradient(
        self, driver: Driver, x: Vector, fraction: float, bounds: Vector | None,
        rng: np.random.Generator,
    ) -> Vector:  # fmt: skip
        if driver.has_gradient:
            return driver.value_and_gradient(x)[1]
        size = self.perturbation * max(fraction, self.final)
        slopes = perturbed_gradients(driver, x, size, self.resamplings, bounds, rng)
        return np.zeros_like(x) if slopes is None else slopes.mean(axis=0)

    def _is_stationary(self, x: Vector, gradient: Vector, bounds: Vector | None) -> bool:
        """Return whether no free derivative exceeds the tolerance."""
        free = clipped(x - gradient, bounds) - x
        return float(abs(free).max()) <= self.tolerance

    def _rate_fraction(self, t: float) -> float:
        """Return the learning rate at t in [0, 1] as a fraction of the first."""
        if self.schedule == "constant":
            return 1.0
        if self.schedule == "exponential":
            return float(self.final**t)
        return self.final + (1.0 - self.final) * (1.0 + math.cos(math.pi * t)) / 2.0
