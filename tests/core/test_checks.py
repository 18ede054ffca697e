"""Validation of numeric arguments."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hybridq.core.checks import checked_count, is_real, is_whole
from hybridq.core.errors import ParameterError


@pytest.mark.parametrize("value", [0, -3, 10**30, np.int8(4), np.uint64(2**63)])
def test_integers_of_python_and_numpy_are_whole(value):
    assert is_whole(value)
    assert is_real(value)


@pytest.mark.parametrize("value", [1.0, np.float32(2.0), float("nan"), Fraction(1, 2)])
def test_real_numbers_are_not_whole_even_without_a_fraction(value):
    assert is_real(value)
    assert not is_whole(value)


@pytest.mark.parametrize("value", [True, np.True_, "3", None, 1j, np.array([1]), np.array(2)])
def test_booleans_texts_and_arrays_are_not_numbers(value):
    assert not is_whole(value)
    assert not is_real(value)


def test_a_count_is_an_int_of_python():
    assert type(checked_count("k", np.int64(3))) is int
    assert checked_count("k", 0, at_least=0) == 0


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None])
def test_a_count_is_refused_with_its_argument_and_value(value):
    with pytest.raises(ParameterError) as caught:
        checked_count("k", value)
    assert str(caught.value) == f"k must be an integer >= 1, got {value!r}"
    assert (caught.value.argument, caught.value.value) == ("k", value)


def test_a_count_above_the_limit_is_refused():
    with pytest.raises(ParameterError, match="k must be an integer <= 1,000, got 1001"):
        checked_count("k", 1001, at_most=1000)
    assert checked_count("k", 1000, at_most=1000) == 1000
