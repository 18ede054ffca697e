"""What counts as a number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hybridq.core.checks import checked_count, is_real, is_whole
from hybridq.core.errors import ParameterError


@pytest.mark.parametrize("value", [0, -3, 10**30, np.int8(4), np.uint64(2**63)])
def test_whole_numbers_are_those_of_python_and_numpy(value):
    assert is_whole(value)
    assert is_real(value)


@pytest.mark.parametrize("value", [1.0, np.float32(2.0), float("nan"), Fraction(1, 2)])
def test_real_numbers_are_not_whole_even_without_a_fraction(value):
    assert is_real(value)
    assert not is_whole(value)


@pytest.mark.parametrize("value", [True, np.True_, "3", None, 1j, np.array([1]), np.array(2)])
def test_truth_values_texts_and_arrays_are_no_numbers(value):
    assert not is_whole(value)
    assert not is_real(value)


def test_a_count_is_an_int_of_python():
    assert type(checked_count("k", np.int64(3))) is int
    assert checked_count("k", 0, at_least=0) == 0


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None])
def test_a_count_that_is_none_is_refused_by_name_and_value(value):
    with pytest.raises(ParameterError, match=f"k={value!r}: give a whole number of at least 1"):
        checked_count("k", value)
