"""Coefficients of operations from parameters; derivatives from their sums.

An operation is a product of factors, each with an angle a + b x[k]: gates on one qubit that follow
each other are one 2×2 matrix. See `gates` for how an operation uses its coefficients.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.jit import jit

CONSTANT, RX, RY, RZ, PHASE, GLOBAL, HALF_ANGLE, FULL_ANGLE = range(8)


class Factors(NamedTuple):
    """Factors in the order of their operations (slots), first applied first.

    Attributes:
        slot, kind: int64, shape (factors,).
        constant, coefficient: the angle is constant + coefficient · x[parameter], radians.
        parameter: int64, −1 for a constant angle.
        matrix: the matrix of a CONSTANT factor, complex, shape (factors, 2, 2).
    """

    slot: NDArray[np.int64]
    kind: NDArray[np.int64]
    constant: NDArray[np.float64]
    coefficient: NDArray[np.float64]
    parameter: NDArray[np.int64]
    matrix: NDArray[np.complex128]


@jit(internal=True)
def _angle(factors, number, x):
    """Return the angle of one factor, radians."""
    parameter = factors.parameter[number]
    if parameter < 0:
        return factors.constant[number]
    return factors.constant[number] + factors.coefficient[number] * x[parameter]


@jit(internal=True)
def _entries(factors, number, x):
    """Return the 2×2 matrix of one factor: u00, u01, u10, u11."""
    kind = factors.kind[number]
    if kind == CONSTANT:
        m = factors.matrix[number]
        return m[0, 0], m[0, 1], m[1, 0], m[1, 1]
    theta = _angle(factors, number, x)
    zero, one = complex(0.0, 0.0), complex(1.0, 0.0)
    c, s = math.cos(0.5 * theta), math.sin(0.5 * theta)
    if kind == RX:
        return complex(c, 0.0), complex(0.0, -s), complex(0.0, -s), complex(c, 0.0)
    if kind == RY:
        return complex(c, 0.0), complex(-s, 0.0), complex(s, 0.0), complex(c, 0.0)
    if kind == RZ:
        return complex(c, -s), zero, zero, complex(c, s)
    full = complex(math.cos(theta), math.sin(theta))
    if kind == PHASE:
        return one, zero, zero, full
    return full, zero, zero, full


@jit(internal=True)
def _split(u00, u01, u10, u11, coefs):
    """Split U = diag(p0, p1) [[C, −S], [S, C]] diag(1, r).

    C, S, p0, p1 and r are columns 8 … 15 of `coefs`.

    S takes the sign that puts r in the right half plane, so that r = 1 for a rotation about Y
    followed by diagonal gates.
    """
    c, s = abs(u00), abs(u10)
    one = complex(1.0, 0.0)
    if s < 1e-150:  # diagonal
        p0, p1, r = u00 / c, u11 / c, one
    elif c < 1e-150:
        p0, p1, r = -u01 / s, u10 / s, one
    else:
        p0, p1 = u00 / c, u10 / s
        r = u11 / (c * p1) if c > s else -u01 / (s * p0)
        if r.real < 0.0:
            s, p1, r = -s, -p1, -r
    if p0 == -one and p1 == -one:  # a rotation has no diagonals that could carry a sign
        c, s, p0, p1 = -c, -s, one, one
    coefs[8], coefs[9] = c, s
    coefs[10], coefs[11] = p0.real, p0.imag
    coefs[12], coefs[13] = p1.real, p1.imag
    coefs[14], coefs[15] = r.real, r.imag


@jit()
def fill_coefs(factors, x, coefs):
    """Set the coefficients of all operations at the parameters `x`.

    Args:
        factors: the factors of all operations, a `Factors`.
        x: parameters, float64, shape (n_params,).
        coefs: float64, shape (slots, 16), overwritten: of a matrix u00, u01, u10, u11, real and
            imaginary parts in turn, then the eight numbers of `rotations`; of a rotation about a
            Pauli product or of an exchange cos and sin in columns 0 and 1.
    """
    number = 0
    while number < factors.slot.shape[0]:
        slot = factors.slot[number]
        kind = factors.kind[number]
        if kind >= HALF_ANGLE:
            theta = _angle(factors, number, x)
            if kind == HALF_ANGLE:
                theta *= 0.5
            coefs[slot, 0] = math.cos(theta)
            coefs[slot, 1] = math.sin(theta)
            number += 1
            continue
        u00, u01, u10, u11 = _entries(factors, number, x)
        number += 1
        while number < factors.slot.shape[0] and factors.slot[number] == slot:
            f00, f01, f10, f11 = _entries(factors, number, x)
            u00, u10 = f00 * u00 + f01 * u10, f10 * u00 + f11 * u10
            u01, u11 = f00 * u01 + f01 * u11, f10 * u01 + f11 * u11
            number += 1
        coefs[slot, 0], coefs[slot, 1] = u00.real, u00.imag
        coefs[slot, 2], coefs[slot, 3] = u01.real, u01.imag
        coefs[slot, 4], coefs[slot, 5] = u10.real, u10.imag
        coefs[slot, 6], coefs[slot, 7] = u11.real, u11.imag
        _split(u00, u01, u10, u11, coefs[slot])


@jit(internal=True)
def _derivative(kind, m00, m01, m10, m11):
    """Return 2 Re Tr(G M), G the generator of the factor."""
    if kind == RX:
        return m10.imag + m01.imag
    if kind == RY:
        return m01.real - m10.real
    if kind == RZ:
        return m00.imag - m11.imag
    if kind == PHASE:
        return -2.0 * m11.imag
    return 0.0


@jit()
def fold_gradient(factors, x, sums, gradient):
    """Set the derivative by each parameter from the sums of `gates.undo`.

    Args:
        factors, x: as for `fill_coefs`.
        sums: float64, shape (slots, 8), see `gates.undo`.
        gradient: float64, shape (n_params,), overwritten.
    """
    gradient[:] = 0.0
    number = factors.slot.shape[0] - 1
    while number >= 0:
        slot = factors.slot[number]
        kind = factors.kind[number]
        if kind >= HALF_ANGLE:
            if factors.parameter[number] >= 0:
                gradient[factors.parameter[number]] += factors.coefficient[number] * sums[slot, 0]
            number -= 1
            continue
        m00, m01 = complex(sums[slot, 0], sums[slot, 1]), complex(sums[slot, 2], sums[slot, 3])
        m10, m11 = complex(sums[slot, 4], sums[slot, 5]), complex(sums[slot, 6], sums[slot, 7])
        while number >= 0 and factors.slot[number] == slot:
            if factors.parameter[number] >= 0:
                gradient[factors.parameter[number]] += factors.coefficient[number] * _derivative(
                    factors.kind[number], m00, m01, m10, m11
                )
            u00, u01, u10, u11 = _entries(factors, number, x)
            # M ← U† M U: M at the factors before this one.
            a00, a01 = m00 * u00 + m01 * u10, m00 * u01 + m01 * u11
            a10, a11 = m10 * u00 + m11 * u10, m10 * u01 + m11 * u11
            m00 = u00.conjugate() * a00 + u10.conjugate() * a10
            m01 = u00.conjugate() * a01 + u10.conjugate() * a11
            m10 = u01.conjugate() * a00 + u11.conjugate() * a10
            m11 = u01.conjugate() * a01 + u11.conjugate() * a11
            number -= 1
