"""Text from outside on one line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hybridq.core.text import listing, one_line


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
