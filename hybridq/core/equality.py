"""Equality by value of records that hold arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class ComparedByValue:
    """A dataclass whose ``==`` compares fields by value, arrays element by element.

    Fields declared with ``compare=False`` are left out. NaN equals NaN. Arrays are mutable, so
    that instances have no hash: key a dict by ``to_json()`` or by a field instead.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            equal_values(getattr(self, field.name), getattr(other, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if field.compare
        )

    __hash__ = None  # type: ignore[assignment]


def equal_values(a: Any, b: Any) -> bool:
    """True if two values are equal, containers and arrays element by element."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _equal_arrays(np.asarray(a), np.asarray(b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(equal_values(a[key], b[key]) for key in a)
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return len(a) == len(b) and all(map(equal_values, a, b))
    return bool(a == b) or (a != a and b != b)  # the latter: both are NaN


def _equal_arrays(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """True if shapes and elements agree, NaN included."""
    numeric = a.dtype.kind in "fc" and b.dtype.kind in "fc"
    return bool(np.array_equal(a, b, equal_nan=numeric))
