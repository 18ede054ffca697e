"""Bin packing: brute force over all packings, reductions, bounds."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ProblemError
from hybridq.testing import check_problem


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _fewest(sizes, capacity, bins) -> int | None:
    """The least number of bins, from all assignments of items to bins."""
    found = []
    for places in product(range(bins), repeat=len(sizes)):
        loads = [sum(s for s, p in zip(sizes, places, strict=True) if p == b) for b in range(bins)]
        if max(loads) <= capacity:
            found.append(len(set(places)))
    return min(found, default=None)


def _best(problem: hq.BinPacking) -> tuple[float, list[list[list[int]]]]:
    """Least value and packings among the feasible assignments."""
    bits = problem.space.bits() if problem.space is not None else _rows(problem.n_qubits)
    values = problem.values(bits)
    assert not problem.violation_counts(bits).any()
    best = bits[values == values.min()]
    return float(values.min()), [problem.packed(row) for row in best]


@pytest.mark.parametrize("reduce", [True, False])
def test_three_items_of_half_a_bin(reduce: bool) -> None:
    problem = hq.BinPacking([3, 3, 3], 6, 2, reduce=reduce)
    value, packings = _best(problem)
    assert value == 2
    # By first item: {0, 1} {2}, {0, 2} {1} and {0} {1, 2}; otherwise bins may be swapped.
    assert len(packings) == (3 if reduce else 6)
    assert problem.n_qubits == (4 if reduce else 8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.integers(6, 9), st.booleans())
def test_any_items_agree_with_brute_force(sizes, capacity, reduce) -> None:
    expected = _fewest(sizes, capacity, len(sizes))
    problem = hq.BinPacking(sizes, capacity, reduce=reduce)
    assume(problem.n_qubits <= 12)
    assert problem.least_bins <= expected <= problem.n_bins
    value, packings = _best(problem)
    assert value == expected
    for packing in packings:
        assert sorted(item for items in packing for item in items) == list(range(len(sizes)))
        assert all(sum(sizes[i] for i in items) <= capacity for items in packing)
        assert sum(map(bool, packing)) == expected


@pytest.mark.parametrize("encoding", [None, "domain-wall", "binary"])
@pytest.mark.parametrize("inequalities", ["indicator", "hinge"])
def test_ground_states_of_the_penalties_are_the_optima(encoding, inequalities) -> None:
    problem = hq.BinPacking([4, 3, 3], 6, 3, encoding=encoding, inequalities=inequalities)
    assert problem.n_qubits <= 12
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    ground = rows[energies <= energies.min() + 1e-9]
    assert energies.min() == pytest.approx(_fewest([4, 3, 3], 6, 3))
    assert {str(problem.packed(row)) for row in ground} == {"[[0], [1, 2], []]"}


def test_first_fit_decreasing_and_the_bound() -> None:
    """First fit decreasing takes 3 bins for 6, 4, 4, 3, 3; the pairs 6 + 4 and 4 + 3 + 3 take 2."""
    problem = hq.BinPacking([6, 4, 4, 3, 3], 10)
    assert problem.first_fit == (0, 0, 1, 1, 1)
    assert problem.least_bins == 2 == problem.n_bins
    assert "known by preprocessing" in str(problem.notes[0])
    worse = hq.BinPacking([5, 5, 4, 4, 3, 3, 3, 3], 15)  # 30 in two bins: 5 4 3 3, twice
    assert worse.least_bins == 2
    assert max(worse.first_fit) + 1 == 3 == worse.n_bins
    assert "2 bins or more (proven), first fit decreasing takes 3" in str(worse.notes[0])
    assert _best(worse)[0] == 2


def test_large_items_need_a_bin_each() -> None:
    problem = hq.BinPacking([6, 6, 6, 1], 10)
    assert problem.least_bins == 3


def test_the_answer_lists_each_bin() -> None:
    problem = hq.BinPacking([4, 3, 3], 6, 2)
    assert list(problem.labels()) == [f"item {i} in bin {b}" for i in (1, 2) for b in (0, 1)]
    rows = problem.answer("0101")
    assert [(row.title, row.entries) for row in rows] == [
        ("Bin 0, 4 of 6", (0,)),
        ("Bin 1, 6 of 6", (1, 2)),
    ]
    assert problem.violations("1001") == ("bin 0 holds at most 6 (by 1)",)
    assert problem.violations("0001") == ("item 1 is in one bin (by 1)",)
    assert str(problem.notes[1]).endswith("4 qubits instead of 8")


@pytest.mark.parametrize("inequalities", ["feasible", "indicator"])
def test_it_keeps_the_contract(inequalities: str) -> None:
    check_problem(hq.BinPacking([4, 3, 3, 2], 6, 2, inequalities=inequalities))


def test_what_never_fits_is_proven() -> None:
    with pytest.raises(ProblemError, match=r"\(proven\): item 1 has size 7, and a bin holds 6"):
        hq.BinPacking([4, 7], 6)
    with pytest.raises(ProblemError, match=r"add up to 10, which takes 2 bins of capacity 6"):
        hq.BinPacking([4, 3, 3], 6, 1)
    problem = hq.BinPacking([4, 4, 4], 6, 3)
    assert problem.least_bins == 3
    odd = hq.BinPacking([2, 2, 2], 3.0, 3)  # 6 in two bins of 3 by the sum, and three by size
    assert odd.least_bins == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (([], 3), "nothing to pack"),
        (([1, 0], 3), "item 1 has size 0.0"),
        (([-1], 3), "item 0 has size -1.0"),
        (([1], 0), "capacity must be a finite number above 0, got 0"),
        (([1], math.nan), "capacity must be a finite number"),
        (([math.nan], 1), "sizes must be finite"),
        ((["x"], 1), "sizes must be an array"),
        (([1], 1, 0), "max_bins must be an integer >= 1, got 0"),
        (([1], 1, 1.5), "max_bins must be an integer"),
    ],
)
def test_bad_items_are_refused(data, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.BinPacking(*data)
