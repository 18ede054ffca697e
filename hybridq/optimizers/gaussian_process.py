"""Gaussian-process regression of a function of angles."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
import scipy.linalg
import scipy.optimize
from scipy.spatial.distance import cdist

from hybridq.core.arrays import Vector

FLAT = 4.0
"""Variance of the unknown constant mean, in squares of the spread of the values."""
JITTER = 1e-10
"""Added to the diagonal in the same unit, so that rounding leaves it positive definite."""

# Priors of the hyperparameters' logarithms: medians and standard deviations.
LENGTH, LENGTH_SPREAD = 0.35, 0.5  # the median times √n
AMPLITUDE, AMPLITUDE_SPREAD = 1.0, 1.0
KNOWN_NOISE, KNOWN_NOISE_SPREAD = 1e-3, 1.0  # beyond the known errors
UNKNOWN_NOISE, UNKNOWN_NOISE_SPREAD = 1e-2, 2.0
LENGTHS, AMPLITUDES, NOISES = (0.03, 30.0), (0.05, 20.0), (1e-5, 1.0)

FIT_STEPS = 40
EACH_TIME, GROWTH = 40, 1.1
FROM_PRIOR_TOO = 20
"""Up to so many values the hyperparameters are sought from the prior's medians too."""

FEW_SHOTS = 0.1
"""Smallest variance of a value in that of the average one: few shots that agree have no spread."""


class Embedding:
    r"""Map of angles to a space in which the squared exponential kernel is periodic.

    An angle of period P is u = 2πx/P and becomes (cos u, sin u); another one, of an interval of
    width w, is u = 2πx/w and stays so. With squared distances divided by ℓ² the kernel is

    .. math:: k(x, y) = s^2 \prod_i \exp\Bigl(-\frac{2 \sin^2(\pi (x_i - y_i) / P_i)}
              {\ell_i^2}\Bigr) \prod_j \exp\Bigl(-\frac{(u_j - v_j)^2}{2 \ell_j^2}\Bigr)

    over the angles with and without period: positive definite, since it is the squared exponential
    kernel of the images.

    Args:
        periods: P, infinite where unknown, shape (n,).
        widths: w, used without a period, shape (n,).

    Attributes:
        is_periodic: shape (n,).
        scale: x at u = 1, shape (n,).

    Source: MacKay 1998, Introduction to Gaussian Processes; Rasmussen, Williams 2006, eq. 4.31.
    """

    def __init__(self, periods: Vector, widths: Vector) -> None:
        self.is_periodic = np.isfinite(periods)
        self.scale = np.where(self.is_periodic, periods, widths) / (2.0 * np.pi)

    def features(self, units: Vector) -> Vector:
        """Return the images of rows u, shape (k, n) → (k, 2n).

        First cos u, or u without a period, then sin u, or 0.
        """
        first = np.where(self.is_periodic, np.cos(units), units)
        return np.hstack([first, np.where(self.is_periodic, np.sin(units), 0.0)])

    def slopes(self, unit: Vector, units: Vector) -> Vector:
        """Return half the derivatives by u of its squared distances to rows, shape (k, n)."""
        difference = unit - units
        return np.where(self.is_periodic, np.sin(difference), difference)


class GaussianProcess:
    """Posterior of a function, given values with errors.

    The prior has an unknown constant mean and the kernel of `Embedding`. Values are shifted by
    their mean and divided by their spread, the `unit`, before all else. The lengths ℓ, the
    amplitude s and a standard deviation of what kernel and errors do not explain maximize the
    marginal likelihood times log-normal priors: anew for every value up to 40, and later when
    there are a tenth more; in between values extend the Cholesky factor.

    Points are in the units u of `Embedding` throughout.

    Args:
        embedding: of the points.

    Attributes:
        units: the points, shape (N, n).
        unit, shift: spread and mean of the values.
        hyperparameters: logarithms of ℓ, s and the further standard deviation, shape (n + 2,).
        weights: K⁻¹ times the values, in `unit` from their mean, shape (N,).

    Source: Rasmussen, Williams 2006, Gaussian Processes for Machine Learning, ch. 2 and 5.
    """

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding
        n = len(embedding.scale)
        self.units = np.empty((0, n))
        self.unit = 1.0
        self.shift = 0.0
        self._values = np.empty(0)
        self._variances = np.empty(0)  # NaN where unknown
        self._prior = np.log(np.r_[np.full(n, LENGTH * np.sqrt(n)), AMPLITUDE, KNOWN_NOISE])
        self._spreads = np.r_[np.full(n, LENGTH_SPREAD), AMPLITUDE_SPREAD, KNOWN_NOISE_SPREAD]
        self.hyperparameters = self._prior
        self._fitted = 0
        self._features = np.empty((0, 2 * n))
        self._factor = np.empty((0, 0))
        self.weights = np.empty(0)

    def add(self, units: Vector, values: Vector, errors: Vector) -> None:
        """Take in values at the rows of `units`.

        Args:
            units: shape (k, n).
            values: finite, shape (k,).
            errors: their standard errors, NaN where unknown, shape (k,).
        """
        known = len(self._values)
        variances = np.square(errors)
        if not np.isnan(variances).all():
            average = np.nanmean(np.append(self._variances, variances))
            variances = np.maximum(variances, FEW_SHOTS * average)
        self._append(units, values, variances)
        count = len(self._values)
        if count <= EACH_TIME or count >= GROWTH * self._fitted:
            self._fit()
            self._condition(0)
        else:
            self._condition(known)

    def imagined(self, unit: Vector) -> Self:
        """Return the posterior if the value at `unit`, shape (n,), were the expected one."""
        other = copy.copy(self)
        mean = self.mean(unit[np.newaxis]) * self.unit + self.shift
        variance = np.nan_to_num(self._variances).mean(keepdims=True)
        other._append(unit[np.newaxis], mean, variance)
        other._condition(len(self._values))
        return other

    @property
    def noise(self) -> float:
        """Mean variance of a value about the function, in squares of `unit`."""
        return float(self._noises(self.hyperparameters).mean())

    def mean(self, units: Vector) -> Vector:
        """Return the expected function at rows, shape (k,), from the mean value in `unit`."""
        mean: Vector = self.covariance(units) @ self.weights
        return mean

    def variance(self, units: Vector) -> Vector:
        """Return the variance of the function at rows, in squares of `unit`, shape (k,)."""
        cross = self.covariance(units)
        explained = np.einsum("ki,ik->k", cross, self.solve(cross.T))
        variance: Vector = np.maximum(self.size - explained, 0.0)
        return variance

    @property
    def size(self) -> float:
        """Variance of the function before any value."""
        return float(np.exp(2.0 * self.hyperparameters[-2])) + FLAT

    def covariance(self, units: Vector) -> Vector:
        """Return the covariance before any value of rows with `units`, shape (k, N)."""
        return (
            self._kernel(self.hyperparameters, self._embedding.features(units), self._features)
            + FLAT
        )

    def covariance_and_slopes(self, unit: Vector) -> tuple[Vector, Vector]:
        """Return `covariance` at a point, shape (N,), and its derivatives by it, (N, n)."""
        covariance = self.covariance(unit[np.newaxis])[0]
        curvatures = np.exp(-2.0 * self.hyperparameters[:-2])
        slopes = curvatures * self._embedding.slopes(unit, self.units)
        return covariance, (FLAT - covariance)[:, np.newaxis] * slopes

    def solve(self, right: Vector) -> Vector:
        """Return K⁻¹ times a vector or a matrix of N rows, K the covariance of the values."""
        solution: Vector = scipy.linalg.cho_solve((self._factor, True), right)
        return solution

    def loss(self, theta: Vector) -> tuple[float, Vector]:
        r"""Return the negative log density of θ given the values, and its gradient.

        .. math:: \tfrac12 y^T K^{-1} y + \tfrac12 \log\det K + \tfrac12 \textstyle\sum_i
                  (\theta_i - m_i)^2 / \tau_i^2, \quad \alpha = K^{-1} y,

                  \tfrac12 \operatorname{tr}\bigl[(K^{-1} - \alpha\alpha^T)\, \partial_i K\bigr]
                  + (\theta_i - m_i) / \tau_i^2

        but for a constant; see eq. 5.8 and 5.9 of the source.

        Args:
            theta: logarithms of lengths, amplitude and noise, shape (n + 2,).
        """
        values = self._standardized
        kernel = self._kernel(theta, self._features, self._features)
        factor = self._factored(theta, kernel)
        weights = scipy.linalg.cho_solve((factor, True), values)
        inverse = scipy.linalg.cho_solve((factor, True), np.eye(len(values)))
        slope = 0.5 * (inverse - np.outer(weights, weights))
        weighted = slope * kernel
        # Σ_ij M_ij (f_i − f_j)² for each feature f, and the sum over the two of each angle.
        features = self._features
        squares = weighted.sum(axis=1) @ features**2
        products = np.einsum("if,if->f", features, weighted @ features)
        distances = 2.0 * (squares - products).reshape(2, -1).sum(axis=0)
        away = (theta - self._prior) / self._spreads
        gradient = (
            away / self._spreads
            + np.r_[
                np.exp(-2.0 * theta[:-2]) * distances,
                2.0 * weighted.sum(),
                2.0 * np.trace(slope) * np.exp(2.0 * theta[-1]),
            ]
        )
        value = 0.5 * (values @ weights + away @ away) + np.log(np.diag(factor)).sum()
        return float(value), gradient

    @property
    def _standardized(self) -> Vector:
        return (self._values - self.shift) / self.unit

    def _append(self, units: Vector, values: Vector, variances: Vector) -> None:
        self.units = np.vstack([self.units, units])
        self._values = np.append(self._values, values)
        self._variances = np.append(self._variances, variances)
        self._features = self._embedding.features(self.units)

    def _fit(self) -> None:
        """Set the hyperparameters to those of the largest density."""
        self._fitted = len(self._values)
        self.shift = float(self._values.mean())
        self.unit = float(self._values.std()) or 1.0
        if np.isnan(self._variances).any():
            self._prior[-1], self._spreads[-1] = np.log(UNKNOWN_NOISE), UNKNOWN_NOISE_SPREAD
        starts = (
            [self.hyperparameters, self._prior]
            if self._fitted <= FROM_PRIOR_TOO
            else [self.hyperparameters]
        )
        limits = np.log([LENGTHS] * (len(self._prior) - 2) + [AMPLITUDES, NOISES])
        found = [
            scipy.optimize.minimize(
                self.loss, np.clip(start, *limits.T), jac=True, method="L-BFGS-B",
                bounds=list(zip(*limits.T.tolist(), strict=True)),
                options={"maxiter": FIT_STEPS},
            )
            for start in starts
        ]  # fmt: skip
        self.hyperparameters = min(found, key=lambda one: float(one.fun)).x

    def _kernel(self, theta: Vector, left: Vector, right: Vector) -> Vector:
        """Return the kernel between rows of features, shape (k, m)."""
        inverse = np.tile(np.exp(-theta[:-2]), 2)
        distances = cdist(left * inverse, right * inverse, "sqeuclidean")
        kernel: Vector = np.exp(2.0 * theta[-2] - 0.5 * distances)
        return kernel

    def _noises(self, theta: Vector) -> Vector:
        """Return the variance of each value about the function, shape (N,)."""
        return np.nan_to_num(self._variances) / self.unit**2 + np.exp(2.0 * theta[-1])

    def _factored(self, theta: Vector, kernel: Vector) -> Vector:
        """Return the lower Cholesky factor of the covariance of the values."""
        covariance = kernel + FLAT
        covariance[np.diag_indices_from(covariance)] += self._noises(theta) + JITTER
        factor: Vector = scipy.linalg.cholesky(covariance, lower=True)
        return factor

    def _condition(self, known: int) -> None:
        """Extend the factor by all values but the first `known`, which it has already."""
        theta, features = self.hyperparameters, self._features
        if known == 0:
            self._factor = self._factored(theta, self._kernel(theta, features, features))
        else:
            old, new = features[:known], features[known:]
            cross = self._kernel(theta, old, new) + FLAT
            below = scipy.linalg.solve_triangular(self._factor, cross, lower=True)
            corner = self._kernel(theta, new, new) + FLAT - below.T @ below
            corner[np.diag_indices_from(corner)] += self._noises(theta)[known:] + JITTER
            factor = np.zeros((len(features), len(features)))
            factor[:known, :known] = self._factor
            factor[known:, :known] = below.T
            factor[known:, known:] = scipy.linalg.cholesky(corner, lower=True)
            self._factor = factor
        self.weights = self.solve(self._standardized)
