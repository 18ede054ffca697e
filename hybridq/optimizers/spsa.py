"""SPSA: stochastic descent that moves all parameters at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.perturbation import ALPHA, GAMMA, Gains, clipped, perturbed_gradients

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver, Vector

Turn: TypeAlias = "Callable[[Vector, Vector], Vector]"

STABLE_PART = 0.1  # of the iterations to be expected: Spall's rule for A
NOISE_PROBES = 10
QUIET_STEPS = 10


@dataclass(frozen=True)
class Spsa(Optimizer):
    r"""SPSA: simultaneous perturbation stochastic approximation.

    .. math:: x_{k+1} = x_k - \frac{a\, \hat g_k}{(k + 1 + A)^{0.602}}, \quad
              \hat g_{k,i} = \frac{f(x_k + c_k \Delta) - f(x_k - c_k \Delta)}{2 c_k \Delta_i},
              \quad c_k = \frac{c}{(k + 1)^{0.101}}

    with fresh random signs Δ in each iteration, and A a tenth of the iterations that the budget
    allows.

    Prefer it for values from few shots and many parameters: an iteration costs the same however
    many there are. With exact values `l-bfgs` (with gradient) or `cobyla` are far ahead.
    Cost: 2 evaluations an iteration times `resamplings`, 1 more with `blocking`; at the start
    1, 2 · `calibration` and with `blocking` 10 at most.

    Args:
        tolerance: ends when ten steps in a row were shorter than this; None: the budget ends it.
        initial_step: how far the first step moves each parameter, in radians for angles; a is
            calibrated so from the first gradients.
        perturbation: c, the size of the first perturbation; with shots no smaller than what lifts
            a difference above the noise.
        calibration: gradients for calibrating a; their mean is the first step's gradient.
        resamplings: gradients that are averaged in each further step.
        blocking: take a step only if the value rises by no more than twice the standard deviation
            of the noise, which is measured at the start; without noise, if it does not rise.

    Source: Spall 1992, doi:10.1109/9.119632; gains, calibration and blocking: Spall 1998,
    doi:10.1109/7.705889.
    """

    name: ClassVar[str] = "spsa"
    summary: ClassVar[str] = "random simultaneous perturbations; shots and many parameters"
    cost: ClassVar[str] = "2"

    tolerance: float | None = None
    initial_step: float = 0.1
    perturbation: float = 0.1
    calibration: int = 5
    resamplings: int = 1
    blocking: bool = False

    def __post_init__(self) -> None:
        self._require_positive("tolerance", "initial_step", "perturbation")
        self._require_count("calibration")
        self._require_count("resamplings")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: the points of one estimate on both sides."""
        return 8 * 8 * max(self.calibration, self.resamplings) * dimension

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        cost = 2 * self.resamplings + self.blocking
        stability = STABLE_PART * max(driver.remaining // cost, 1)
        x, value = x0.copy(), driver.value(x0)
        slack = self._slack(driver, x, value) if self.blocking else math.inf
        turn = self._turn(driver, rng)
        slopes = perturbed_gradients(driver, x, self.perturbation, self.calibration, bounds, rng)
        gains: Gains | None = None
        still = 0
        for k in itertools.count():
            if k > 0:
                if driver.remaining <= cost and not self.blocking:
                    driver.value(x)  # no other value belongs to the last point itself
                size = self.perturbation / (k + 1.0) ** GAMMA
                slopes = perturbed_gradients(driver, x, size, self.resamplings, bounds, rng)
            if slopes is None:
                continue  # a perturbed value was not finite: draw another direction
            direction = turn(x, slopes.mean(axis=0))
            gains = gains or self._calibrated(slopes, stability)
            moved = clipped(x - gains.step(k) * direction, bounds)
            if self.blocking:
                spoilt, there = driver.not_finite, driver.value(moved)
                if driver.not_finite > spoilt or there > value + slack:
                    continue
                value = there
            length = float(np.linalg.norm(moved - x))
            x = moved
            still = still + 1 if self.tolerance is not None and length < self.tolerance else 0
            if still == QUIET_STEPS:
                driver.value(x)
                return Outcome(True, f"{QUIET_STEPS} steps in a row were short")
        raise AssertionError("unreachable: the driver ends the loop")

    def _turn(self, driver: Driver, rng: np.random.Generator) -> Turn:
        """What makes a direction of a point and a gradient; here, the gradient itself."""
        return lambda x, gradient: gradient

    def _calibrated(self, slopes: Vector, stability: float) -> Gains:
        """Gains with which a first step along one estimate moves each parameter initial_step."""
        typical = float(abs(slopes).mean())
        return Gains(self.initial_step * (1.0 + stability) ** ALPHA / (typical or 1.0), stability)

    def _slack(self, driver: Driver, x: Vector, value: float) -> float:
        """Twice the standard deviation of the values at `x`."""
        values = [value, driver.value(x)]
        if values[0] == values[1]:
            return 0.0
        values += driver.values(np.tile(x, (NOISE_PROBES - 2, 1))).tolist()
        return 2.0 * float(np.std(values, ddof=1))
