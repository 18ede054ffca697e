"""Descent with step sizes by backtracking, shared by methods with exact gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import Vector
from hybridq.optimizers.base import Outcome
from hybridq.optimizers.perturbation import clipped
from hybridq.optimizers.scipy_call import LINE_SEARCH_ADVICE, ROUNDING_GRADIENT
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

DECREASE = 1e-4  # fraction of the linear decrease that a step must reach (Armijo)
GROWTH = 1.5
SHORTEST = 1e-12

Direction: TypeAlias = Callable[[Vector, Vector, NDArray[np.bool_]], Vector]
"""A direction of descent at a point, from its gradient and which parameters can move."""


def descend(
    driver: Driver,
    x0: Vector,
    bounds: Vector | None,
    *,
    rate: float,
    tolerance: float,
    difference_step: float | None,
    direction: Direction,
) -> Outcome:
    """Step against a direction until no derivative is large (Armijo steps).

    Args:
        driver: of the search.
        x0: the start, shape (n,).
        bounds: None, or lower and upper bounds, shape (n, 2).
        rate: the first step as a factor of the direction; it grows after each step.
        tolerance: converged if no derivative of a free parameter is larger.
        difference_step: step of forward differences, for an objective without a gradient.
        direction: see `Direction`.
    """
    x = x0.copy()
    value, gradient = value_and_gradient(driver, x, difference_step)
    while True:
        free = free_parameters(x, gradient, bounds)
        if abs(gradient[free]).max(initial=0.0) <= tolerance:
            return Outcome(True)
        step = direction(x, gradient, free)
        while True:
            moved = clipped(x - rate * step, bounds)
            there, slope = value_and_gradient(driver, moved, difference_step)
            if there <= value + DECREASE * float(gradient @ (moved - x)):
                break
            rate /= 2.0
            if rate * float(abs(step).max()) < SHORTEST:
                largest = float(abs(gradient[free]).max())
                if largest <= ROUNDING_GRADIENT * (1.0 + abs(value)):
                    message = "no step lowers the value beyond rounding"
                    return Outcome(True, message, Reason.ROUNDING)
                return Outcome(False, LINE_SEARCH_ADVICE, Reason.LINE_SEARCH)
        x, value, gradient = moved, there, slope
        rate *= GROWTH


def value_and_gradient(driver: Driver, x: Vector, step: float | None) -> tuple[float, Vector]:
    """Return value and gradient at `x`, by forward differences if necessary."""
    if driver.has_gradient:
        return driver.value_and_gradient(x)
    assert step is not None
    value = driver.value(x)
    return value, (driver.values(x + step * np.eye(len(x))) - value) / step


def free_parameters(x: Vector, gradient: Vector, bounds: Vector | None) -> NDArray[np.bool_]:
    """Return which parameters a descent can move, bool, shape (n,)."""
    if bounds is None:
        return np.ones(len(x), dtype=bool)
    stuck = ((x <= bounds[:, 0]) & (gradient > 0.0)) | ((x >= bounds[:, 1]) & (gradient < 0.0))
    return np.logical_not(stuck)
