"""Trigonometric polynomials of one variable: from values to the lowest point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Vector


def nodes(degree: int) -> Vector:
    """The 2 · degree points beside 0 at which values fix a polynomial, shape (2 · degree,)."""
    return 2.0 * np.pi * np.arange(1, 2 * degree + 1) / (2 * degree + 1)


def lowest(values: Vector) -> tuple[float, float]:
    """Where the polynomial through `values` at 0 and at `nodes` is lowest, and its value there.

    .. math:: f(t) = \\sum_{k=-r}^{r} c_k e^{ikt}, \\quad c_{-k} = \\bar c_k

    Degree 1 in closed form; above that, t is a phase of a root of f′, found as an eigenvalue.

    Args:
        values: shape (2 · degree + 1,), finite.

    Returns:
        t in (−π, π], 0 where the polynomial is constant; and f(t).
    """
    degree = len(values) // 2
    coefficients = np.fft.rfft(values) / len(values)
    mean, waves = float(coefficients[0].real), 2.0 * coefficients[1:]
    if float(abs(waves).max(initial=0.0)) <= 1e-14 * max(1.0, float(abs(values).max())):
        return 0.0, mean
    if degree == 1:
        # f = mean + Re(w e^{it}) is lowest where w e^{it} = −|w|.
        wave = complex(waves[0])
        t = math.pi - math.atan2(wave.imag, wave.real)
        return math.remainder(t, 2.0 * math.pi), mean - abs(wave)
    orders = np.arange(1, degree + 1)
    half = 1j * orders * waves / 2.0
    roots = np.roots(np.concatenate([half[::-1], [0.0], half.conj()]))
    points = np.concatenate([[0.0], np.angle(roots)])
    heights = mean + (np.exp(1j * np.outer(points, orders)) @ waves).real
    best = int(np.argmin(heights))
    return float(points[best]), float(heights[best])
