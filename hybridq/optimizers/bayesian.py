"""Bayesian optimization of angles from few values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.blas import one_blas_thread
from hybridq.core.errors import DimensionError
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.expected_gain import CANDIDATES, NEAR, best_point
from hybridq.optimizers.gaussian_process import Embedding, GaussianProcess
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

IN_A_ROW = 5  # expected gains below the error before the search ends
SLACK = 2.0  # standard errors of a value by which chance may lift it above the start


@dataclass(frozen=True)
class Bayesian(Optimizer):
    r"""Bayesian optimization by a Gaussian process of the angles.

    A Gaussian process with periodic kernels predicts the objective from all values so far. Each
    further point has the largest expected gain over the best point, given the noise of the values;
    see `GaussianProcess` and `ExpectedGain`. The periods are those that the objective declares. The
    noise of values from shots is their standard error, other noise is estimated from the values.
    The search ends when knowing the function everywhere is expected to gain less than a part of the
    standard error of a value, five times in a row. From shots the result is the point of the lowest
    mean, which is measured once more, as also at the end of the budget.

    All rows of x0 are among the first points.

    Prefer it where circuit executions are dear and parameters few, up to about ten: values from a
    machine or from shots, from a start that is not known to be good. With exact values and
    gradients `l-bfgs` takes fewer seconds, and with many parameters `spsa` fewer values.
    Cost: 1 evaluation per point, and the model's 0.02 to 0.2 seconds for some hundred values;
    by default 25 (n + 1) points.

    Args:
        tolerance: that part of the error, which is known or estimated; None: never ends by itself.
        startup: number of points before the model is used, x0 included; the others form a Latin
            hypercube.
        batch: number of points chosen together, each as if those before it had their expected
            values, and evaluated together.

    Source: Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314 (gain); Rasmussen and Williams
    2006 (model); Tibaldi et al. 2023, arXiv:2209.03824 (Bayesian optimization of QAOA).
    """

    name: ClassVar[str] = "bayesian"
    summary: ClassVar[str] = "Gaussian process of the angles; few and dear evaluations, shots"
    cost: ClassVar[str] = "1"
    most_evaluations: ClassVar[int] = 200  # tens of milliseconds pass between two
    source: ClassVar[str] = "Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314"
    needs_bounds: ClassVar[bool] = True
    joint_starts: ClassVar[bool] = True

    tolerance: float | None = 0.1
    startup: int = 5
    batch: int = 1

    def __post_init__(self) -> None:
        self._require_positive("tolerance")
        self._require_count("startup")
        self._require_count("batch")

    def memory_needed(self, dimension: int) -> int:
        """See `Optimizer.memory_needed`: the random points, and their cosines and sines."""
        return 8 * 5 * (CANDIDATES + NEAR) * dimension

    def default_budget(self, dimension: int) -> int:
        """Return the number of points without a limit: 25 (n + 1)."""
        return 25 * (dimension + 1)

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        assert bounds is not None
        model = _Model(driver, bounds, rng)
        model.evaluate(x0)
        if len(x0) < self.startup:
            model.evaluate(model.spread(self.startup - len(x0)))
        below = 0
        while True:
            driver.check()  # before the model computes, which can exceed the time limit
            if driver.from_shots and driver.remaining == 1 and model.has_values:
                model.settle()
                continue
            points, gain, error = model.proposed(min(self.batch, driver.remaining))
            is_small = self.tolerance is not None and gain < self.tolerance * error
            below = below + 1 if is_small else 0
            if below < IN_A_ROW:
                model.evaluate(points)
                continue
            if driver.from_shots:
                model.settle()
            message = (
                f"knowing all values is expected to gain {gain:.2g}, and the standard error of one "
                f"is {error:.2g}"
            )
            return Outcome(True, message, Reason.SHOT_NOISE if driver.from_shots else None)


class _Model:
    """The Gaussian process of a search, in the search's own points and values.

    Args:
        driver: of the search.
        bounds: shape (n, 2).
        rng: source of the random points.
    """

    def __init__(self, driver: Driver, bounds: Vector, rng: np.random.Generator) -> None:
        periods, widths = driver.periods, bounds[:, 1] - bounds[:, 0]
        if periods.shape != widths.shape or not (periods > 0.0).all():
            raise DimensionError(
                f"the objective has the periods {periods.tolist()}: it must have a positive one, "
                f"possibly infinite, for each of {len(widths)} parameters"
            )
        self._driver, self._bounds, self._rng = driver, bounds, rng
        embedding = Embedding(periods, widths)
        self._scale = embedding.scale
        self._process = GaussianProcess(embedding)
        self._points = np.empty((0, len(widths)))  # of the process, bit for bit as evaluated
        self._worst = -math.inf

    @property
    def has_values(self) -> bool:
        """True once a value was finite."""
        return len(self._points) > 0

    def spread(self, count: int) -> Vector:
        """Return a Latin hypercube of points within the bounds, shape (count, n)."""
        low, high = self._bounds.T
        strata = self._rng.permuted(np.tile(np.arange(count), (len(low), 1)), axis=1).T
        points: Vector = low + (high - low) * (strata + self._rng.random(strata.shape)) / count
        return points

    def evaluate(self, points: Vector) -> None:
        """Evaluate rows, and take in what they give.

        In place of a value that is not finite the model gets the worst one so far, or nothing
        before there is one.
        """
        before = self._driver.evaluations
        _, errors = self._driver.estimates(points)
        values = self._driver.history[before:]
        finite = np.isfinite(values)
        self._worst = max(self._worst, float(values[finite].max(initial=-math.inf)))
        if not math.isfinite(self._worst):
            return
        self._points = np.vstack([self._points, points])
        known = errors[finite & np.isfinite(errors)]
        errors = np.where(finite, errors, known.mean() if len(known) else np.nan)
        with one_blas_thread():
            self._process.add(points / self._scale, np.where(finite, values, self._worst), errors)

    def proposed(self, count: int) -> tuple[Vector, float, float]:
        """Return the next points, shape (count, n), the gain, and a value's error.

        Without any finite value: random points and an infinite gain.
        """
        process = self._process
        low, high = self._bounds.T
        if not self.has_values:
            return self._rng.uniform(low, high, (count, len(low))), math.inf, 0.0
        units, gains = [], []
        with one_blas_thread():
            for _ in range(count):
                unit, gain = best_point(process, low / self._scale, high / self._scale, self._rng)
                units.append(unit)
                gains.append(gain)
                if len(units) < count:
                    process = process.imagined(unit)
        points = np.clip(np.array(units) * self._scale, low, high)
        process = self._process
        return points, gains[0] * process.unit, math.sqrt(process.noise) * process.unit

    def settle(self) -> None:
        """Evaluate the point of the lowest mean, and make it the best one."""
        process = self._process
        with one_blas_thread():
            best = int(np.argmin(process.mean(process.units)))
        error = math.sqrt(process.noise) * process.unit
        self._driver.settle(self._points[best], SLACK * error)
