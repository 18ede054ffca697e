"""Results as a notebook shows them: escaped, and in the sentences of the report."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

import networkx as nx
import pytest

import hybridq as hq
from hybridq.core.errors import render_text
from hybridq.experiments import compare, table
from hybridq.presentation import Columns, ExcitedStates, Result
from hybridq.presentation.sentences import report
from hybridq.presentation.state_sentences import report as states_report
from tests.cli.cli_samples import hand_made_result
from tests.experiments.trial_samples import duel
from tests.helpers.energy_samples import molecule_result, three_states

EVIL = '<script>alert("1")</script>&$x$'
EMPTY = ("img", "br")


class Tree(HTMLParser):
    """Checks that tags are closed in order, and keeps tags and texts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("make", [hand_made_result, molecule_result])
def test_a_result_shows_every_sentence_of_its_report_and_its_picture(
    make: Callable[[], Result],
) -> None:
    result = make()
    shown = result._repr_html_()
    texts = Tree(shown).texts
    found = report(result)
    said = [*found.remarks, *(text for _, text in found.facts)]
    assert any(render_text(found.headline) in text for text in texts)
    for text in said:
        assert squeezed(render_text(text)) in texts
    for row in found.comparison.rows:
        assert squeezed(row.name) in texts
        assert set(map(squeezed, row.cells)) <= {*texts, ""}
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', shown)
    assert picture is not None
    assert b64decode(picture[1]).startswith(b"\x89PNG\r\n")


def test_states_show_their_energies() -> None:
    found: ExcitedStates = three_states()
    texts = Tree(found._repr_html_()).texts
    for row in states_report(found).comparison.rows:
        assert set(row.cells) <= {*texts, ""}


def test_names_and_labels_are_escaped() -> None:
    graph = nx.Graph([(EVIL, "b"), ("b", "c")])
    shown = hq.solve(hq.MaxCut(graph, name=EVIL), p=1, rng=1)._repr_html_()
    tree = Tree(shown)
    assert "script" not in tree.tags
    assert any(EVIL in text for text in tree.texts)
    assert EVIL in unescape(shown)
    assert "tex2jax_ignore" in shown  # a dollar begins no formula


def test_a_result_from_json_shows_itself() -> None:
    text = hand_made_result().to_json()
    assert "<img" in Result.from_json(text)._repr_html_()


def test_columns_show_their_first_rows() -> None:
    columns = Columns("steps", {"p": tuple(range(25)), "value": (None, *(0.5,) * 24)})
    texts = Tree(columns._repr_html_()).texts
    assert texts[:4] == ["p", "value", "0", "1"]
    assert texts[-1] == "... and 5 more rows"
    assert "<script" not in Columns("x", {EVIL: (EVIL,)})._repr_html_()


def test_trials_and_their_comparison_show_what_they_print() -> None:
    trials = table({"a": duel(6)})
    texts = Tree(trials._repr_html_()).texts
    assert texts[:5] == ["trial", "problem.instance", "optimizer.kind", "ratio", "status"]
    assert texts[5:9] == ["0", "0", "cobyla", "0.9"]
    found = compare(trials, ["optimizer.kind"], "ratio", maximize=True)
    shown = Tree(found._repr_html_()).texts
    for line in filter(None, str(found).splitlines()):
        assert set(re.split(r"\s{2,}", line)) <= set(shown)
