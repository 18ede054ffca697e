"""Model of a Bayesian search: its points and values, and the points to try next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.blas import one_blas_thread
from hybridq.core.errors import DimensionError
from hybridq.optimizers.expected_gain import best_point
from hybridq.optimizers.gaussian_process import Embedding, GaussianProcess

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

SLACK = 2.0  # standard errors of a value by which chance may lift it above the start


class Model:
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
        self._best, self._worst = math.inf, -math.inf

    @property
    def has_values(self) -> bool:
        """True once a value was finite."""
        return len(self._points) > 0

    @property
    def is_constant(self) -> bool:
        """True while all finite values are equal."""
        return self._best == self._worst

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
        self._best = min(self._best, float(values[finite].min(initial=math.inf)))
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
