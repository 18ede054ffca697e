"""What counts as a number: the tests that arguments go through on every floor."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, TypeGuard

from hybridq.errors import ParameterError


def is_whole(value: object) -> TypeGuard[int]:
    """Whether `value` is a whole number, of Python or NumPy; True and False are not."""
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))


def is_real(value: object) -> TypeGuard[float]:
    """Whether `value` is a real number, NaN and infinities included; True and False are not."""
    return type(value) is float or (isinstance(value, Real) and not isinstance(value, bool))


def checked_count(name: str, value: Any, at_least: int = 1) -> int:
    """`value` as an int.

    Raises:
        ParameterError: it is no whole number of at least `at_least`; the message calls it `name`.
    """
    if not is_whole(value) or value < at_least:
        raise ParameterError(f"{name}={value!r}: give a whole number of at least {at_least}")
    return int(value)
