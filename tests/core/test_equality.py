"""Equality of records that hold arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from hybridq.core.equality import ComparedByValue, equal_values


@dataclass(frozen=True, eq=False)
class Record(ComparedByValue):
    values: Any
    ignored: Any = field(default=None, compare=False)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1.0]), np.array([1.0, 1.0]), False),
        (np.array([1, 2]), np.array([1, 3]), False),
        ({"a": np.array([1])}, {"a": np.array([1])}, True),
        ({"a": 1}, {"b": 1}, False),
        ((np.array([1]), "x"), (np.array([1]), "x"), True),
        ("ab", ["a", "b"], False),
        (float("nan"), float("nan"), True),
        (1, 1.0, True),
        (None, 0, False),
    ],
)
def test_values_are_compared_element_by_element(a: Any, b: Any, equal: bool) -> None:
    assert equal_values(a, b) is equal
    assert equal_values(b, a) is equal
    assert (Record(a) == Record(b)) is equal


def test_fields_without_comparison_are_left_out() -> None:
    assert Record(1, ignored=2) == Record(1, ignored=3)


def test_a_record_has_no_hash_and_equals_its_own_kind_only() -> None:
    @dataclass(frozen=True, eq=False)
    class Other(ComparedByValue):
        values: Any

    assert Record(1) != Other(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Record(1))
