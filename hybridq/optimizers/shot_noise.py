"""End of a search whose values change less than its shots resolve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import Outcome
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

_WINDOW = 25  # iterations, for a search without parameters
_PER_PARAMETER = 5  # further iterations for each
_IN_A_ROW = 2  # windows without a resolved change
_FEWEST = 4  # points of a mean
_SLACK = 2.0  # standard deviations of a value by which chance may lift it above the start


class ShotNoise:
    """Compares the mean value of windows of iterations with its standard error.

    A window has 25 + 5 n iterations. The search ends after two windows in a row whose mean
    differs from that of the window before by less than the standard error of the difference. The
    error comes from the spread of the values within the windows, which a journal holds; values
    without shots never end a search here. The solution is the mean point of the lowest window
    (Polyak and Juditsky 1992, doi:10.1137/0330046), unless it is worse than the start: the lowest
    of many values with noise is low by chance, and its point is any.

    Args:
        driver: of the search.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._length = _WINDOW + _PER_PARAMETER * driver.dimension
        self._seen = driver.evaluations
        self._values: list[float] = []  # of this window, one for each iteration
        self._points: list[Vector] = []
        self._before: tuple[float, float] | None = None  # mean and variance of the mean
        self._lowest: tuple[float, Vector] | None = None
        self._unresolved = 0
        self._spread = 0.0

    def settle(self) -> None:
        """Make a mean of many points the solution, where the search ends here.

        It is the mean point of the lowest window; of a search that ends within its first window
        that of the last half of its points. Values without shots keep their lowest point.
        """
        if not self._driver.from_shots:
            return
        if self._lowest is not None:
            self._driver.settle(self._lowest[1], _SLACK * self._spread)
        elif len(self._points) >= _FEWEST:
            point = np.mean(self._points[len(self._points) // 2 :], axis=0)
            self._driver.settle(point, _SLACK * float(np.std(self._values, ddof=1)))

    def outcome(self, x: Vector) -> Outcome | None:
        """Return the end of the search after the iteration that led to `x`, or None."""
        driver = self._driver
        if not driver.from_shots:
            return None
        values = driver.values_since(self._seen)
        self._seen = driver.evaluations
        if not values or not all(map(math.isfinite, values)):
            return None
        self._values.append(sum(values) / len(values))
        self._points.append(x)
        if len(self._values) < self._length:
            return None
        window, self._values = np.array(self._values), []
        point, self._points = np.mean(self._points, axis=0), []
        mean, spread = float(window.mean()), float(window.std(ddof=1))
        self._spread = spread * math.sqrt(len(values))
        if self._lowest is None or mean < self._lowest[0]:
            self._lowest = mean, point
        before, self._before = self._before, (mean, spread**2 / self._length)
        if before is None:
            return None
        change, error = before[0] - mean, math.sqrt(before[1] + self._before[1])
        self._unresolved = self._unresolved + 1 if abs(change) < error else 0
        if self._unresolved < _IN_A_ROW:
            return None
        self.settle()
        message = (
            f"over {self._length} iterations the value changed by {abs(change):.2g}, less than "
            f"the standard error {error:.2g} of its shots"
        )
        return Outcome(True, message, Reason.SHOT_NOISE)
