"""Simultaneous perturbation: gradient estimates and gain sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.arrays import Vector

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

ALPHA, GAMMA = 0.602, 0.101
"""Exponents of the gain sequences, as recommended by Spall 1998."""


@dataclass(frozen=True)
class Gains:
    """Step sizes a / (k + 1 + A)^0.602 of iterations k.

    Source: Spall 1998, doi:10.1109/7.705889.
    """

    a: float
    stability: float

    def step(self, k: int) -> float:
        """Return the step size of iteration k."""
        return float(self.a / (k + 1.0 + self.stability) ** ALPHA)


def signs(rng: np.random.Generator, n: int) -> Vector:
    """Return n random signs, +1 or −1 with probability 1/2 each."""
    return np.asarray(2.0 * rng.integers(0, 2, n) - 1.0, dtype=np.float64)


def clipped(x: Vector, bounds: Vector | None) -> Vector:
    """Return the point within the bounds that is nearest to `x`."""
    return x if bounds is None else np.clip(x, bounds[:, 0], bounds[:, 1])


def perturbed_gradients(
    driver: Driver,
    x: Vector,
    size: float,
    count: int,
    bounds: Vector | None,
    rng: np.random.Generator,
) -> Vector | None:
    """Return `count` estimates of the gradient, from one batch of values.

    Each is (f(x + cΔ) − f(x − cΔ)) / 2cΔ_i with random signs Δ; within bounds the points are
    clipped and their actual distances used.

    Returns:
        array of shape (count, n), or None if a value was not finite.

    Source: Spall 1992, doi:10.1109/9.119632.
    """
    moves = np.array([size * signs(rng, len(x)) for _ in range(count)])
    ahead, behind = clipped(x + moves, bounds), clipped(x - moves, bounds)
    failures = driver.not_finite
    values = driver.values(np.stack([ahead, behind], axis=1).reshape(-1, len(x)))
    if driver.not_finite > failures:
        return None
    rises, runs = values[::2] - values[1::2], ahead - behind
    slopes: Vector = np.divide(rises[:, None], runs, out=np.zeros_like(runs), where=runs != 0.0)
    return slopes
