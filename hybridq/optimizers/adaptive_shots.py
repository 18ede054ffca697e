"""Gradient descent whose shots follow from the variances of the derivatives."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.errors import ParameterError
from hybridq.core.limits import MOST_COUNT
from hybridq.optimizers.base import FiniteDifferences, Outcome
from hybridq.optimizers.capabilities import Capability, ShotGradient
from hybridq.optimizers.descent import descend
from hybridq.optimizers.perturbation import clipped
from hybridq.optimizers.shot_noise import ShotNoise

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver


@dataclass(frozen=True)
class AdaptiveShots(FiniteDifferences):
    r"""Base of descents that choose the shots of each derivative.

    .. math:: x_{k+1} = x_k - \alpha g_k

    g_k is estimated with s_i shots for each shifted circuit of parameter i, and the s_i of the
    next step follow from running means :math:`\chi` of g and :math:`\xi` of the variance of one
    shot, both with the memory μ and corrected for their start. The expected gain of a step of a
    function with the Lipschitz constant L of its gradient needs α < 2/L.

    An objective that takes no number of shots for each derivative, such as one with exact values,
    is descended with the same direction and a line search.

    Single values have too few shots to show the best point: the solution is a mean of many, see
    `ShotNoise.settle`, which takes one value more.

    Args:
        learning_rate: α.
        lipschitz: L; 1/α by default.
        min_shots: of each shifted circuit at least.
        max_shots: of each shifted circuit at most.
        memory: μ.
        regularization: b, which keeps shots finite where the gradient vanishes, as b μ^k.
        shot_budget: end after so many shots in all, up to a part of a step; None for no limit.
        tolerance: converged if no derivative is larger; used with exact gradients alone.
        difference_step: step of forward differences, for an objective without a gradient.
    """

    cost: ClassVar[str] = "1 with gradient"
    uses_gradient: ClassVar[bool] = True
    needs: ClassVar[tuple[Capability, ...]] = (Capability.GRADIENT,)
    weighted: ClassVar[bool] = False

    learning_rate: float = 0.1
    lipschitz: float | None = None
    min_shots: int = 10
    max_shots: int = 100_000
    memory: float = 0.99
    regularization: float = 1e-6
    shot_budget: int | None = None
    tolerance: float = 1e-5
    difference_step: float | None = None

    def __post_init__(self) -> None:
        self._require_positive(
            "learning_rate", "lipschitz", "regularization", "tolerance", "difference_step"
        )
        self._require_count("min_shots", at_least=2)
        self._require_count("max_shots", at_least=self.min_shots)
        if self.shot_budget is not None:
            self._require_count("shot_budget")
        if not 0.0 <= self.memory < 1.0:
            raise ParameterError(
                argument="memory", value=self.memory, expected="at least 0 and below 1"
            )
        if not self.learning_rate * self.smoothness < 2.0:
            raise ParameterError(
                argument="learning_rate",
                value=self.learning_rate,
                expected=f"below 2 / lipschitz = {2.0 / self.smoothness:g}",
                remedy="larger steps overshoot",
            )

    @property
    def smoothness(self) -> float:
        """L."""
        return 1.0 / self.learning_rate if self.lipschitz is None else self.lipschitz

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        if not driver.has_measured_gradient:
            return descend(
                driver,
                x0,
                bounds,
                rate=self.learning_rate,
                tolerance=self.tolerance,
                difference_step=self.difference_step,
                direction=lambda x, gradient, free: np.where(free, gradient, 0.0),
            )
        x, n = x0.copy(), len(x0)
        shots = np.full(n, float(self.min_shots))
        mean, spread = np.zeros(n), np.zeros(n)
        noise, spent = ShotNoise(driver), 0
        for k in itertools.count():
            if driver.remaining == 1:
                noise.settle()  # the last evaluation is that of a mean point
            found = driver.measured_gradient(x, shots, self.weighted)
            spent += found.spent
            resolved = noise.outcome(x)
            if resolved is not None:
                return resolved
            if self.shot_budget is not None and spent >= self.shot_budget:
                noise.settle()
                return Outcome(False, f"{spent:,} shots are spent, of {self.shot_budget:,}")
            x = clipped(x - self.learning_rate * found.gradient, bounds)
            mean = self.memory * mean + (1.0 - self.memory) * found.gradient
            spread = self.memory * spread + (1.0 - self.memory) * self.spread(found)
            correction = 1.0 - self.memory ** (k + 1)
            floor = self.regularization * self.memory**k
            wanted = self.next_shots(mean / correction, spread / correction, floor)
            shots = np.clip(np.ceil(wanted), self.min_shots, min(self.max_shots, MOST_COUNT))
            if self.shot_budget is not None:  # the next step spends about in proportion
                share = (self.shot_budget - spent) * found.shots.sum() / found.spent / shots.sum()
                shots = np.clip(np.ceil(min(share, 1.0) * shots), self.min_shots, None)
        raise AssertionError("unreachable: the driver ends the loop")

    def spread(self, found: ShotGradient) -> Vector:
        """Return the quantity of the running mean ξ: the variance of one shot."""
        return found.variances

    @abstractmethod
    def next_shots(self, mean: Vector, spread: Vector, floor: float) -> Vector:
        """Return the shots of each derivative of the next step, not rounded.

        Args:
            mean: χ, shape (n,).
            spread: ξ, shape (n,).
            floor: b μ^k.
        """
