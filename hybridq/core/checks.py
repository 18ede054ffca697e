"""Validation of numeric arguments."""

from __future__ import annotations

import math
from numbers import Complex, Integral, Real
from typing import Any, TypeGuard

from hybridq.core.errors import ParameterError


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether `value` is an integer of Python or NumPy; booleans are not."""
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))


def is_real(value: object) -> TypeGuard[float]:
    """Return whether `value` is a real number, NaN included; booleans are not."""
    kind = type(value)
    if kind is float or kind is int:  # before the slow test of an abstract class
        return True
    return isinstance(value, Real) and kind is not bool


def is_float(value: object) -> TypeGuard[float]:
    """Return whether `value` is a real number that a float holds, NaN included."""
    try:
        return is_real(value) and isinstance(float(value), float)
    except OverflowError:  # an integer beyond the largest float
        return False


def is_finite(value: object) -> TypeGuard[float]:
    """Return whether `value` is a finite real number that a float holds."""
    return is_float(value) and math.isfinite(value)


def is_number(value: object) -> TypeGuard[complex]:
    """Return whether `value` is a real or complex number of Python or NumPy."""
    return isinstance(value, Complex)


def as_complex(value: complex) -> complex:
    """Return a number as a complex one.

    Raises:
        ParameterError: it is an integer beyond the largest float.
    """
    try:
        return complex(value)
    except OverflowError:
        raise ParameterError(
            argument="number", value=value, expected="at most 1.8e308, the largest float"
        ) from None


def checked_count(name: str, value: Any, at_least: int = 1, at_most: int | None = None) -> int:
    """Return `value` as an int.

    Args:
        name: the argument's name, for the error.
        value: the value that was given.
        at_least: the smallest value that is accepted.
        at_most: the largest value that is accepted, None for no limit.

    Raises:
        ParameterError: `value` is not an integer within the limits.
    """
    if not is_whole(value) or value < at_least:
        raise ParameterError(argument=name, value=value, expected=f"an integer >= {at_least}")
    if at_most is not None and value > at_most:
        raise ParameterError(argument=name, value=value, expected=f"an integer <= {at_most:,}")
    return int(value)


def checked_positive(name: str, value: Any) -> float:
    """Return `value` as a float.

    Args:
        name: the argument's name, for the error.
        value: the value that was given.

    Raises:
        ParameterError: `value` is not a finite number above 0.
    """
    if not is_finite(value) or value <= 0:
        raise ParameterError(argument=name, value=value, expected="a positive number")
    return float(value)
