from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.experiments.analysis.statistics import (
    differences,
    holm,
    mean_interval,
    performance_profile,
    signed_rank,
    time_to_solution,
    wins,
)


def test_interval_of_a_normal_mean_is_near_students():
    values = np.random.default_rng(3).normal(5.0, 2.0, 200)
    found = mean_interval(values)
    low, high = scipy.stats.t.interval(
        0.95, 199, loc=values.mean(), scale=scipy.stats.sem(values)
    )  # fmt: skip
    assert found.low == pytest.approx(low, abs=0.05)
    assert found.high == pytest.approx(high, abs=0.05)


def test_interval_covers_the_true_mean_of_skewed_values_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        found = mean_interval(rng.exponential(1.0, 30), rng=rng)
        hits += found.low <= 1.0 <= found.high
    # Efron 1987: BCa on an exponential of this size covers a little less than it says.
    assert 0.87 < hits / 200 < 0.99


def test_interval_is_repeatable_and_degenerate_where_values_are_equal():
    values = [0.2, 0.9, 0.4]
    assert mean_interval(values) == mean_interval(values)
    same = mean_interval([0.7, 0.7, 0.7])
    assert (same.low, same.high) == (0.7, 0.7)
    assert mean_interval([0.7]) is None


def test_interval_of_many_values_goes_by_percentiles():
    values = np.random.default_rng(1).normal(0.0, 1.0, 5000)
    found = mean_interval(values)
    assert found.low == pytest.approx(values.mean() - 1.96 / math.sqrt(5000), abs=2e-3)


def test_signed_rank_agrees_with_the_example_of_demsar():
    # J. Demšar, JMLR 7 (2006) 1-30, table 2: C4.5 and C4.5+m on 14 data sets. There the two zeros
    # have ranks too; without them the negative differences, 0.005 and 0.008, have 1.5 and 5.
    plain = [
        0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.000, 0.940, 0.619,
        0.972, 0.957,
    ]  # fmt: skip
    tuned = [
        0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.000, 0.962, 0.666,
        0.981, 0.978,
    ]  # fmt: skip
    gaps = differences(tuned, plain)
    found = signed_rank(gaps)
    assert np.count_nonzero(gaps) == 12
    assert found.effect == pytest.approx((71.5 - 6.5) / 78)
    assert found.p < 0.05


def test_effect_size_by_hand():
    # Ranks 1 (−), 2 (+), 3 (+): (5 − 1) / 6.
    assert signed_rank([-0.1, 0.2, 0.3]).effect == pytest.approx(4 / 6)
    assert signed_rank([0.1, 0.2, 0.3]).effect == 1.0
    # All six signs alike: exact p is 2 / 2^6.
    assert signed_rank([1, 2, 3, 4, 5, 6]).p == pytest.approx(2 / 64)


def test_equal_values_are_no_victory():
    gaps = differences([0.3, 1.0], [0.1 + 0.2, 1.0 + 1e-13])
    assert gaps.tolist() == [0.0, 0.0]
    found = signed_rank(gaps)
    assert (found.effect, found.p) == (0.0, 1.0)


def test_pairs_of_different_lengths_are_refused():
    with pytest.raises(DimensionError, match="lengths, got 2 and 1"):
        differences([1.0, 2.0], [1.0])


def test_holm_by_hand():
    # Aickin and Gensler 1996, Am. J. Public Health 86, 726: multiply by m, m − 1, ..., then keep
    # the order.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.03, 0.01], tests=4) == pytest.approx([0.09, 0.04])


@given(st.lists(st.floats(0.0, 1.0), max_size=12))
def test_holm_keeps_the_order_and_never_helps(values):
    adjusted = holm(values)
    assert all(a >= p for a, p in zip(adjusted, values, strict=True))
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0) if values else adjusted == []


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=12))
def test_holm_of_some_tests_is_never_below_that_of_all(tests):
    every = holm([p for p, _ in tests])
    known = [place for place, (_, known) in enumerate(tests) if known]
    some = holm([tests[place][0] for place in known], tests=len(tests))
    assert all(p >= every[place] for p, place in zip(some, known, strict=True))


def test_what_is_within_the_floor_is_a_tie():
    assert differences([1e-13, 3e-12], [2e-13, 1e-12], 1e-12).tolist() == pytest.approx(
        [0.0, 2e-12]
    )
    assert wins([[1e-13, 2e-13]], maximize=False, floor=1e-12).tolist() == [0.5, 0.5]
    assert wins([[1e-13, 2e-13]], maximize=False).tolist() == [1.0, 0.0]


def test_wins_share_ties():
    values = [[1.0, 2.0, 2.0], [3.0, 1.0, 1.0 + 1e-12], [0.0, 5.0, 1.0], [2.0, 1.0, 0.0]]
    assert wins(values, maximize=True).tolist() == pytest.approx([2 / 4, 1.5 / 4, 0.5 / 4])
    assert wins(values, maximize=False).tolist() == pytest.approx([2 / 4, 0.5 / 4, 1.5 / 4])


def test_time_to_solution_in_closed_form():
    # Half the runs succeed: ln 0.01 / ln 0.5 = 6.6439 runs.
    assert time_to_solution(0.5, 2.0) == pytest.approx(2.0 * 6.643856189774724)
    found = time_to_solution([0.0, 0.9, 0.99, 1.0], 3.0)
    assert found.tolist() == pytest.approx([math.inf, 6.0, 3.0, 3.0])


@pytest.mark.parametrize(("success", "confidence"), [(1.2, 0.99), (-0.1, 0.99), (0.5, 1.0)])
def test_time_to_solution_refuses_what_is_no_probability(success, confidence):
    with pytest.raises(ParameterError):
        time_to_solution(success, 1.0, confidence)


def test_performance_profile_by_hand():
    # Four problems, two solvers; the second fails on one problem, nobody solves the last.
    steps, shares = performance_profile([[1, 2], [4, 2], [3, math.inf], [math.inf, math.inf]])
    assert steps.tolist() == [1.0, 2.0]
    assert shares[:, 0].tolist() == [2 / 4, 3 / 4]
    assert shares[:, 1].tolist() == [1 / 4, 2 / 4]


@given(
    st.lists(
        st.tuples(*[st.one_of(st.floats(1e-3, 1e3), st.just(math.inf))] * 3),
        min_size=1,
        max_size=8,
    )
)
def test_profiles_rise_to_the_share_that_was_solved(costs):
    steps, shares = performance_profile(costs)
    assert np.all(np.diff(steps) > 0)
    assert np.all(np.diff(shares, axis=0) >= 0)
    assert shares[-1] == pytest.approx(np.isfinite(np.array(costs)).mean(axis=0))


def test_a_cost_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="costs must be positive, got 0"):
        performance_profile([[0.0, 1.0]])
