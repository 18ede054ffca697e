from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridq.cli.words import listing, number, one_line, percent, plural, seconds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (18.0, "18"),
        (18.0000000001, "18"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
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


@given(st.text())
def test_one_line_has_no_character_that_steers_a_terminal(text: str) -> None:
    assert one_line(text).isprintable()


def test_escape_sequences_are_shown_not_sent() -> None:
    assert one_line("a\x1b[31mb\n c") == "a\\x1b[31mb c"


@given(st.lists(st.text(max_size=8), max_size=40), st.integers(min_value=10, max_value=100))
def test_a_listing_shows_or_counts_every_label(labels: list[str], room: int) -> None:
    text, missing = listing(labels, room)
    shown = [one_line(label) for label in labels[: len(labels) - missing]]
    assert text == ", ".join(shown)
    assert len(text) <= room or len(shown) == 1


@pytest.mark.parametrize(("count", "text"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes")])
def test_one_of_a_thing_is_singular(count: int, text: str) -> None:
    assert plural(count, "node") == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.417, "0.42 s"), (61.04, "61.0 s"), (200.2, "3 min 20 s")]
)
def test_seconds_read_like_a_duration(value: float, text: str) -> None:
    assert seconds(value) == text
