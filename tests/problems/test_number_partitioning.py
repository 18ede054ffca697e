"""Number partitioning: what it takes for a list of numbers."""

import math

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ProblemError


@pytest.mark.parametrize("numbers", [5, None, {3: 1, 4: 2}, {3, 4}, "31", b"31", [1], np.array(3)])
def test_what_is_no_list_of_numbers_is_refused(numbers):
    with pytest.raises(ProblemError, match="numbers must be a list of at least two numbers, got"):
        hq.NumberPartitioning(numbers)


@pytest.mark.parametrize("numbers", [[1, math.nan], [1, -math.inf], [1, None], [1, 1j], [1, True]])
def test_an_entry_that_is_no_finite_number_is_named(numbers):
    with pytest.raises(ProblemError, match=r"number 2 is .*: give a finite real number"):
        hq.NumberPartitioning(numbers)


def test_numbers_whose_squares_no_float_holds_are_refused():
    for numbers in ([10**400, 1], [1e200, 1]):
        with pytest.raises(ProblemError, match="too large to be squared"):
            hq.NumberPartitioning(numbers)


@pytest.mark.parametrize("numbers", [(3, 1), np.array([3, 1]), range(3, 5), iter([3, 1])])
def test_any_list_of_numbers_will_do(numbers):
    assert hq.NumberPartitioning(numbers).n_qubits == 2
