"""Expected gain of a further value, and the points at which it is largest."""

from __future__ import annotations

import numpy as np
import scipy.optimize
from scipy.special import log_ndtr, ndtr

from hybridq.core.arrays import Vector
from hybridq.optimizers.gaussian_process import GaussianProcess

CANDIDATES, NEAR = 1000, 500  # random points: in the whole box, around the best ones
NEAREST, FARTHEST = 0.01, 0.3  # standard deviations of the latter as parts of the box
ASCENTS, ASCENT_STEPS = 4, 30
SMALLEST = 1e-12  # of a standard deviation, where two points cannot be told apart
_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)


class ExpectedGain:
    r"""Expected gain of one more value over the point known to be the best.

    Of the N points with values let x* have the lowest mean. A value y at x with noise τ² changes
    the mean of f(x) − f(x*), which is m = μ(x) − μ(x*), by a normal variable of standard deviation

    .. math:: \tilde\sigma(x) = \frac{|v(x) - c(x, x^*)|}{\sqrt{v(x) + \tau^2}}

    with posterior variance v and covariance c. The gain is how far the new mean at x is expected
    to be below the new mean at x*,

    .. math:: g(x) = E[\max(-m - \tilde\sigma Z, 0)] = \tilde\sigma\, h(-m / \tilde\sigma),
              \quad h(z) = z \Phi(z) + \varphi(z)

    Without noise and far from x* it is the expected improvement. Noise that would hide a
    difference makes it small, so that values are not repeated where they teach nothing.

    Args:
        process: the posterior, with at least one value.

    Attributes:
        best: row of x* in `process.units`.

    Source: Jones, Schonlau, Welch 1998, doi:10.1023/A:1008306431147; with noise, the knowledge
    gradient of Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314, for two alternatives.
    """

    def __init__(self, process: GaussianProcess) -> None:
        self._process = process
        means = process.mean(process.units)
        self.best = int(np.argmin(means))
        self._lowest = float(means[self.best])
        self._variance = float(process.variance(process.units[[self.best]])[0])
        self._across = process.solve(process.covariance(process.units[[self.best]])[0])

    def logarithms(self, units: Vector) -> Vector:
        """Return log g at rows, in the unit of `process`, shape (k, n) → (k,)."""
        below, variance, together = self._moments(units)
        spread = np.abs(variance - together) / np.sqrt(variance + self._process.noise) + SMALLEST
        return np.log(spread) + log_h(below / spread)

    def of_knowledge(self, units: Vector) -> Vector:
        r"""Return the gain if f were known at x* and at rows, shape (k, n) → (k,).

        .. math:: E[\max(f(x^*) - f(x), 0)], \quad
                  \operatorname{var}[f(x) - f(x^*)] = v(x) + v(x^*) - 2 c(x, x^*)

        No number of values at the row gains more.
        """
        below, variance, together = self._moments(units)
        spread = np.sqrt(np.maximum(variance + self._variance - 2.0 * together, 0.0)) + SMALLEST
        gain: Vector = np.exp(np.log(spread) + log_h(below / spread))
        return gain

    def _moments(self, units: Vector) -> tuple[Vector, Vector, Vector]:
        """Return −m, v and c at rows, each of shape (k,)."""
        process = self._process
        cross = process.covariance(units)
        explained = np.einsum("ki,ik->k", cross, process.solve(cross.T))
        variance = np.maximum(process.size - explained, 0.0)
        together = cross[:, self.best] - cross @ self._across
        return self._lowest - cross @ process.weights, variance, together

    def logarithm(self, unit: Vector) -> tuple[float, Vector]:
        """Return log g at a point, shape (n,), and its gradient."""
        process, best = self._process, self.best
        cross, slopes = process.covariance_and_slopes(unit)
        solved = process.solve(cross)
        variance = max(process.size - float(cross @ solved), 0.0)
        variance_slope = -2.0 * solved @ slopes
        difference = variance - float(cross[best] - cross @ self._across)
        difference_slope = variance_slope - slopes[best] + self._across @ slopes
        total = variance + process.noise
        change = abs(difference) / np.sqrt(total)
        change_slope = (
            np.sign(difference) * difference_slope / np.sqrt(total)
            - 0.5 * change * variance_slope / total
        )
        spread = change + SMALLEST
        below = self._lowest - float(cross @ process.weights)
        below_slope = -process.weights @ slopes
        # g = s h(b/s), so that ∂g = Φ(b/s) ∂b + φ(b/s) ∂s.
        ratio = np.array([below / spread])
        value = float(np.log(spread) + log_h(ratio)[0])
        down = np.exp(log_ndtr(ratio) - value)
        along = np.exp(log_density(ratio) - value)
        return value, down * below_slope + along * change_slope


def log_h(z: Vector) -> Vector:
    r"""Return log h(z) of h(z) = z Φ(z) + φ(z), accurate for negative z too.

    For z below −25 by the asymptotic series :math:`h \to \varphi(z) (1 - 3/z^2) / z^2`.
    """
    far, low, high = np.minimum(z, -25.0), np.clip(z, -25.0, 0.0), np.maximum(z, 0.0)
    series = log_density(far) - 2.0 * np.log(-far) + np.log1p(-3.0 / far**2)
    below = log_density(low) + np.log1p(low * np.exp(log_ndtr(low) - log_density(low)))
    above = np.log(high * ndtr(high) + np.exp(log_density(high)))
    return np.where(z < -25.0, series, np.where(z < 0.0, below, above))


def log_density(z: Vector) -> Vector:
    """Return log φ(z), the density of the standard normal distribution."""
    return -0.5 * np.square(z) - _LOG_ROOT_TWO_PI


def best_point(
    process: GaussianProcess, low: Vector, high: Vector, rng: np.random.Generator
) -> tuple[Vector, float]:
    """Return the point of largest expected gain, and the gain of knowledge.

    The best of random points, in the box and around the lowest means, climb by L-BFGS-B.

    Args:
        process: the posterior.
        low, high: the box in units u, shape (n,).
        rng: source of the random points.

    Returns:
        the point, shape (n,); and the largest gain of knowledge at it and the random points, in
            `process.unit`.
    """
    gain = ExpectedGain(process)
    n = len(low)
    lowest = process.units[np.argsort(process.mean(process.units), kind="stable")[:5]]
    centers = lowest[rng.integers(len(lowest), size=NEAR)]
    widths = np.exp(rng.uniform(np.log(NEAREST), np.log(FARTHEST), (NEAR, 1)))
    moved = centers + widths * (high - low) * rng.standard_normal((NEAR, n))
    candidates = np.vstack([rng.uniform(low, high, (CANDIDATES, n)), np.clip(moved, low, high)])
    values = gain.logarithms(candidates)
    order = np.argsort(-values, kind="stable")[:ASCENTS]
    point, value = candidates[order[0]], float(values[order[0]])

    box = list(zip(low.tolist(), high.tolist(), strict=True))

    def descent(unit: Vector) -> tuple[float, Vector]:
        logarithm, slope = gain.logarithm(unit)
        return -logarithm, -slope

    for start in candidates[order]:
        found = scipy.optimize.minimize(
            descent, start, jac=True, method="L-BFGS-B", bounds=box,
            options={"maxiter": ASCENT_STEPS},
        )  # fmt: skip
        if -found.fun > value:
            point, value = np.clip(found.x, low, high), -float(found.fun)
    return point, float(gain.of_knowledge(np.vstack([candidates, point])).max())
