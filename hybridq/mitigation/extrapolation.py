"""Extrapolation of noisy values to no noise, with the error that it brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.measurement.base import Vector

DIGITS = 1e-12


@dataclass(frozen=True)
class Extrapolated:
    """A value at scale 0.

    Attributes:
        value: the extrapolated value.
        standard_error: from the errors of the values.
        weights: derivative of the value by each measured value, shape (k,).
    """

    value: float
    standard_error: float
    weights: Vector

    @property
    def amplification(self) -> float:
        """Σ w², the growth of the variance where all values have the same one."""
        return float(self.weights @ self.weights)


def polynomial(scales: Vector, values: Vector, errors: Vector, degree: int) -> Extrapolated:
    r"""Return the value at 0 of the polynomial of a degree nearest to the values.

    Ordinary least squares, :math:`w = e_0^T (V^T V)^{-1} V^T` with the Vandermonde matrix V: the
    weights depend on the scales alone, so that the value is linear in the measured ones. With one
    scale more than the degree it is Richardson's extrapolation.

    Args:
        scales: different numbers, at least degree + 1 of them.
        values: measured at each scale.
        errors: their standard errors.
        degree: at least 1.

    Raises:
        ParameterError: fewer different scales than that.
    """
    check_scales(scales, degree + 1)
    weights = np.linalg.pinv(np.vander(scales, degree + 1, increasing=True))[0]
    error = float(np.sqrt(weights**2 @ errors**2))
    return Extrapolated(float(weights @ values), error, weights)


def exponential(scales: Vector, values: Vector, errors: Vector, asymptote: float) -> Extrapolated:
    r"""Return the value at 0 of :math:`a + b e^{-cs}` with a known a.

    A line through :math:`\ln |E - a|`, weighted by :math:`(E - a)^2`, as the errors of the
    logarithms are the inverse. It is exact where noise shrinks the value towards a by the same
    factor at each scale, as global depolarizing noise does.

    Args:
        scales: different numbers, at least two.
        values: measured at each scale.
        errors: their standard errors.
        asymptote: a, the value of the maximally mixed state.

    Raises:
        ParameterError: fewer than two scales, or values that are not resolved from a, of which
            the logarithm says nothing.
    """
    check_scales(scales, 2)
    away = values - asymptote
    resolved = np.abs(away) > 2.0 * np.maximum(errors, DIGITS * max(1.0, abs(asymptote)))
    if not resolved.all() or len(set(np.sign(away).tolist())) > 1:
        raise ParameterError(
            f"values {np.round(values, 6).tolist()} are not resolved from {asymptote:.6g}, the "
            "value of noise alone",
            argument="fit",
            value="exponential",
            remedy="use more shots, smaller scales or a linear fit",
        )
    sizes = np.abs(away)
    design = np.vander(scales, 2, increasing=True)
    weighted = design * (sizes**2)[:, None]
    row = np.linalg.solve(design.T @ weighted, weighted.T)[0]
    size = float(np.exp(row @ np.log(sizes)))
    weights = row * size / sizes
    value = asymptote + float(np.sign(away[0])) * size
    return Extrapolated(value, float(np.sqrt(weights**2 @ errors**2)), weights)


def check_scales(scales: Vector, least: int) -> None:
    """Raise for too few different scales.

    Raises:
        ParameterError: there are fewer than `least`.
    """
    if len(np.unique(scales)) < least:
        raise ParameterError(
            argument="scales",
            value=np.round(scales, 6).tolist(),
            expected=f"at least {least} different numbers for this fit",
            remedy="short circuits cannot be folded to every scale: give others",
        )
