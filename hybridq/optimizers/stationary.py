"""Starts at a stationary point: how they are known, and a point near them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.perturbation import clipped, signs

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

ZERO_GRADIENT = 1e-8
"""Largest derivative relative to 1 + |value| that is rounding, in single precision too.

A search that has converged ends at larger ones, so its end is not taken for such a start.
"""
SAME_VALUE = 1e-12
"""Largest difference relative to 1 + |value| of values that are the same."""
NEAREST, FARTHEST = 0.05, 0.1
"""Change of each parameter, in radians for angles: beyond rounding, and within the same valley."""


def began_stationary(driver: Driver) -> bool:
    """Return whether the search of the present start saw no slope at all.

    True if the gradient at the start is zero, or where no gradient was computed, if several
    points have the value of the start and none another one. Values that are random show neither.
    """
    values = _values_of_start(driver)
    if driver.is_random or not len(values) or not np.isfinite(values).all():
        return False
    size = 1.0 + abs(float(values[0]))
    if _is_below(values, float(values[0])):
        return False
    if driver.first_gradient is not None:
        return float(abs(driver.first_gradient).max()) <= ZERO_GRADIENT * size
    return len(values) > 1 and float(np.ptp(values)) <= SAME_VALUE * size


def displaced(x: Vector, bounds: Vector | None, rng: np.random.Generator) -> Vector:
    """Return random points near `x`, each parameter changed, within the bounds.

    Of the shape of `x`, (n,) or (k, n).
    """
    moves = (signs(rng, x.size) * rng.uniform(NEAREST, FARTHEST, x.size)).reshape(x.shape)
    if bounds is not None:
        outside = (x + moves < bounds[:, 0]) | (x + moves > bounds[:, 1])
        moves = np.where(outside, -moves, moves)
    return clipped(x + moves, bounds)


def remark(driver: Driver, flat: int) -> str:
    """Return a clause about a search that began at a stationary point.

    Args:
        driver: of the search that has ended.
        flat: evaluations of the present start until that was known.
    """
    values = _values_of_start(driver)
    start = "the start is a stationary point"
    if len(values) <= flat:
        return f"{start}, and nothing was searched near it"
    if not _is_below(values[flat:], float(values[0])):
        return f"{start}, and a search from a point near it found nothing lower"
    return f"{start}, so the search continued from a point near it"


def _values_of_start(driver: Driver) -> Vector:
    return driver.history[driver.evaluations - driver.start_evaluations :]


def _is_below(values: Vector, value: float) -> bool:
    """Return whether any of `values` is lower than `value` beyond rounding."""
    finite = values[np.isfinite(values)]
    return bool((finite < value - SAME_VALUE * (1.0 + abs(value))).any())
