from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hybridq.experiments.analysis.files import figure_settings
from hybridq.experiments.analysis.report import duration, page
from hybridq.experiments.analysis.table import table
from hybridq.experiments.records import State
from tests.experiments.trial_samples import done, duel

EMPTY = {"meta", "br", "path", "use", "rect", "image"}


class Outline(HTMLParser):
    """Checks that tags are closed in order, and gathers ids and what is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.ids += [known["id"]] if "id" in known else []
        self.loaded += [known[name] for name in ("src", "href", "xlink:href") if name in known]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            assert self.open.pop() == tag


def written(trials, options=None, **config):
    done_ones = table({"duel": trials})
    wish = figure_settings(done_ones, "duel", metric="ratio", maximize=True, **(options or {}))
    return page(done_ones, wish, trials, config=config)


@pytest.fixture(scope="module")
def whole():
    first, *rest = duel(6, repeats=2)
    failed = replace(
        first, state=State.FAILED, outcome=None, error="Traceback\nValueError: 1 < 2 & 3"
    )
    return written([failed, *rest], description="Which is <better>?")


def test_the_page_is_whole_and_needs_no_other_file(whole):
    outline = Outline()
    outline.feed(whole)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.loaded} <= set(outline.ids)
    assert all(link.startswith("#") for link in outline.loaded)
    assert not re.search(r"<script|<link|url\((?!#)", whole)


def test_the_page_says_the_outcome_and_escapes_what_it_is_given(whole):
    assert "Best mean ratio: " in whole
    assert "with cobyla" in whole
    assert "Which is &lt;better&gt;?" in whole
    assert "ValueError: 1 &lt; 2 &amp; 3" in whole
    assert "23 of 24" in whole


def test_the_page_has_figures_for_what_the_trials_know(whole):
    names = re.findall(r'<svg[^>]* aria-label="([^"]{12})', whole)
    assert len(names) == 4  # box, differences, convergence, profile; nothing to draw along


def test_a_report_before_any_trial_is_done_says_so():
    waiting = [replace(trial, state=State.WAITING, outcome=None) for trial in duel(1)]
    assert "No trial is done yet." in written(waiting)


def test_a_single_trial_is_reported():
    assert "Mean ratio: 0.9 over 1 trial." in written([done(0, {"ratio": 0.9})])


def test_a_page_has_the_reference_and_the_target_that_were_asked_for():
    text = written(duel(6), {"against": "spsa", "target": 0.85})
    assert "significant" not in text
    assert '<th class="n">ratio ≥ 0.85</th>' in text
    # cobyla 0.90 ... 0.80, three of six; spsa 0.89, 0.86, 0.83 ...: two of six.
    assert re.findall(r'"n">(\d+ %)</td></tr>', text) == ["50 %", "33 %"]


def test_the_same_trials_give_the_same_page():
    assert written(duel(2)) == written(duel(2))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.25 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (200_000, "2 d 7 h")],
)
def test_durations_have_their_two_largest_units(seconds, text):
    assert duration(seconds) == text
