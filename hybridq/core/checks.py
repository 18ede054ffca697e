"""What counts as a number: the tests that arguments go through on every floor."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, TypeGuard

from hybridq.core.errors import ParameterError


def is_whole(value: object) -> TypeGuard[int]:
    """Whether `value` is a whole number, of Python or NumPy; True and False are not."""
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))


def is_real(value: object) -> TypeGuard[float]:
    """Whether `value` is a real number, NaN and infinities included; True and False are not."""
    return type(value) is float or (isinstance(value, Real) and not isinstance(value, bool))


def checked_count(name: str, value: Any, at_least: int = 1, at_most: int | None = None) -> int:
    """`value` as an int.

    Raises:
        ParameterError: it is no whole number within the bounds; the message calls it `name`.
    """
    if not is_whole(value) or value < at_least:
        raise ParameterError(f"{name}={value!r}: give a whole number of at least {at_least}")
    if at_most is not None and value > at_most:
        raise ParameterError(f"{name}={value!r}: give a whole number of at most {at_most:,}")
    return int(value)
