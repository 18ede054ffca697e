"""Adam: gradient descent whose steps adapt to each parameter."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.perturbation import clipped, perturbed_gradients

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver, Vector

SCHEDULES = ("constant", "exponential", "cosine")
TINY = 1e-8


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: momentum, and steps divided by each derivative's running root mean square.

    .. math:: x_{k+1} = x_k - \eta_k \frac{\hat m_k}{\sqrt{\hat v_k} + 10^{-8}}

    with :math:`\hat m` and :math:`\hat v` the bias-corrected running means of the gradient and of
    its square. An objective without a gradient is sampled by simultaneous perturbation (`spsa`).

    Prefer it for noisy gradients, and to compare with studies that use it; with exact gradients
    `l-bfgs` needs far fewer evaluations.
    Cost: 1 evaluation with gradient an iteration; 2 · `resamplings` without a gradient.

    Args:
        tolerance: ends when no derivative is larger, where the objective has a gradient (1e-5).
        learning_rate: η_0, about the largest move of a parameter in a step.
        schedule: ``"constant"``; ``"exponential"``, η_0 · final^t; or ``"cosine"``,
            η_0 (final + (1 − final)(1 + cos πt)/2), with t from 0 to 1 over the budget.
        final: the last learning rate as a part of the first.
        beta1: memory of the mean.
        beta2: memory of the mean square.
        perturbation: size of the perturbations where the objective has no gradient; it shrinks
            with the learning rate.
        resamplings: perturbations that are averaged there.

    Source: Kingma and Ba 2015, arXiv:1412.6980; cosine: Loshchilov and Hutter 2017,
    arXiv:1608.03983.
    """

    name: ClassVar[str] = "adam"
    summary: ClassVar[str] = "gradient descent with adaptive steps; noisy gradients"
    cost: ClassVar[str] = "1, or 2"
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
            if not isinstance(value, int | float) or not 0.0 <= value < 1.0:
                raise ParameterError(f"adam: {name}={value!r} must be at least 0 and below 1")
        if self.schedule not in SCHEDULES:
            raise ParameterError(
                f"adam: schedule={self.schedule!r} is unknown: choose from {', '.join(SCHEDULES)}"
            )

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
        damping, safe = 1.0, x
        for k in itertools.count():
            part = self._part(min(k / iterations, 1.0))
            spoilt = driver.not_finite
            gradient = self._gradient(driver, x, part, bounds, rng)
            if driver.not_finite > spoilt:
                # Into a region without values: back, with half the step and no momentum.
                x, damping = safe, damping / 2.0
                mean, square = np.zeros_like(x0), np.zeros_like(x0)
                continue
            if exact and self._is_level(x, gradient, bounds):
                return Outcome(True)
            mean = self.beta1 * mean + (1.0 - self.beta1) * gradient
            square = self.beta2 * square + (1.0 - self.beta2) * gradient**2
            slope = mean / (1.0 - self.beta1 ** (k + 1))
            scale = np.sqrt(square / (1.0 - self.beta2 ** (k + 1))) + TINY
            safe = x
            x = clipped(x - damping * self.learning_rate * part * slope / scale, bounds)
            if not exact and driver.remaining <= cost:
                driver.value(x)  # no other value belongs to the last point itself
        raise AssertionError("unreachable: the driver ends the loop")

    def _gradient(
        self, driver: Driver, x: Vector, part: float, bounds: Vector | None,
        rng: np.random.Generator,
    ) -> Vector:  # fmt: skip
        if driver.has_gradient:
            return driver.value_and_gradient(x)[1]
        size = self.perturbation * max(part, self.final)
        slopes = perturbed_gradients(driver, x, size, self.resamplings, bounds, rng)
        return np.zeros_like(x) if slopes is None else slopes.mean(axis=0)

    def _is_level(self, x: Vector, gradient: Vector, bounds: Vector | None) -> bool:
        """Whether no derivative that the bounds leave free is above the tolerance."""
        free = clipped(x - gradient, bounds) - x
        return float(abs(free).max()) <= self.tolerance

    def _part(self, t: float) -> float:
        """The learning rate at t, between 0 and 1, as a part of the first."""
        if self.schedule == "constant":
            return 1.0
        if self.schedule == "exponential":
            return float(self.final**t)
        return self.final + (1.0 - self.final) * (1.0 + math.cos(math.pi * t)) / 2.0
