"""Numbers as text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridq.core.numbers import (
    angle,
    decimals,
    number,
    percent,
    plural,
    plural_noun,
    same,
    seconds,
    with_minus_signs,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (18.0, "18"),
        (18.0000000001, "18"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (2.5e-12, "2.5e-12"),
        (0.0, "0"),
        (10.386751, "10.3868"),
        (11624.37, "11624.4"),
        (123456789.0, "123456789"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_a_number_is_short_and_whole_where_it_is_whole(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value_to_six_digits(value: float) -> None:
    assert math.isclose(float(number(value)), value, rel_tol=1e-5, abs_tol=1e-8)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.0, "100 %"),
        (0.99999, "> 99.9 %"),
        (1.00001, "> 100 %"),
        (0.992, "99.2 %"),
        (0.0, "0.0 %"),
        (-0.5, "-50.0 %"),
        (None, "-"),
        (math.nan, "-"),
    ],
)
def test_a_ratio_below_one_never_reads_as_all(ratio: float | None, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0, "1"), (0.97123, "0.9712"), (0.99997, "> 0.9999"), (1.00001, "> 1"), (-0.5, "-0.5000")],
)
def test_a_ratio_in_decimals_never_reads_as_one_below_it(ratio: float, text: str) -> None:
    assert decimals(ratio) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes")])
def test_one_of_a_thing_is_singular(count: int, text: str) -> None:
    assert plural(count, "node") == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.417, "0.42 s"), (61.04, "61.0 s"), (200.2, "3 min 20 s")]
)
def test_seconds_read_like_a_duration(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.7853981, "0.7854"), (0.5, "0.5000"), (1.2e-7, "1.200e-07"), (-31.4159, "-31.42")],
)
def test_an_angle_has_four_significant_digits(value: float, text: str) -> None:
    assert angle(value) == text


def test_small_values_are_the_same_only_up_to_their_own_rounding() -> None:
    assert not same(1e-12, 2e-12)
    assert same(3.0, 3.0 + 1e-12)
    assert same(0.0, 1e-17, noise=1e-15)


@pytest.mark.parametrize(
    ("noun", "text"),
    [("node", "nodes"), ("energy", "energies"), ("day", "days"), ("branch", "branches")],
)
def test_the_plural_of_a_regular_noun(noun: str, text: str) -> None:
    assert plural_noun(noun) == text


def test_two_decimals_never_round_up_to_all() -> None:
    assert percent(0.99999, digits=2) == "> 99.99 %"
    assert percent(0.98765, digits=2) == "98.77 %"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("energy -74.5 Ha", "energy −74.5 Ha"),
        ("(-0.5)", "(−0.5)"),
        ("1e-07", "1e−07"),
        ("C-60, 2-local, a--1", "C-60, 2-local, a--1"),
    ],
)
def test_hyphens_before_numbers_become_minus_signs(text: str, shown: str) -> None:
    assert with_minus_signs(text) == shown
