"""The study of Bayesian optimization: its instances, its counts, and a miniature of the whole."""

import json

import numpy as np
import pytest

pytest.importorskip("experiments.bayesian.searches", reason="needs the repository")

from experiments.bayesian import __main__ as study
from experiments.bayesian import searches


def test_the_instances_are_balanced():
    graphs = [searches.graph(number) for number in range(8)]
    assert sorted(len(graph) for graph in graphs) == [10] * 4 + [12] * 4
    weighted = ["weight" in next(iter(graph.edges(data=True)))[2] for graph in graphs]
    assert sum(weighted) == 4
    assert {len(g) for g, w in zip(graphs, weighted, strict=True) if w} == {10, 12}
    assert all(degree == 3 for graph in graphs for _, degree in graph.degree)


def test_quartiles_count_failures_as_longer_than_all_others():
    rows = [{"reached": [count, None]} for count in (5, 9, None, 7, None)]
    counts = study.executions(rows, 0)
    assert study.quartiles(counts) == (7.0, 9.0, np.inf)
    assert study.spelled(counts, 75) == ["**9**", "7 to > 75", "2"]
    assert study.spelled(study.executions(rows, 1), 75) == ["**> 75**", "> 75 to > 75", "5"]


def test_the_executions_are_those_until_the_point_has_the_share():
    case = searches.Case(1, 1)
    found = case.searched("cobyla", None)
    first, last = found["reached"]
    assert 1 <= first <= last == found["evaluations"] < searches.BUDGET[1]
    assert 0.99 <= found["share"] <= 1.0 + 1e-9
    assert found["status"] == "interrupted"  # at the last share, and not one later


def test_a_miniature_writes_each_search_once_and_continues(monkeypatch, tmp_path):
    monkeypatch.setattr(searches, "DEPTHS", (1,))
    monkeypatch.setattr(searches, "METHODS", ("cobyla", "spsa"))
    monkeypatch.setattr(searches, "BUDGET", {1: 12})
    store = tmp_path / "store.jsonl"
    found = list(searches.rows(store, 1))
    # Two starts; two methods, exact and from shots.
    assert len(found) == 6
    lines = store.read_bytes().splitlines(keepends=True)
    assert [json.loads(line) for line in lines] == found
    store.write_bytes(b"".join(lines[:3]) + lines[3][:20])
    monkeypatch.setattr(searches.time, "process_time", lambda: 0.0)
    again = list(searches.rows(store, 1))
    assert [row["key"] for row in again] == [row["key"] for row in found]
    assert again[:3] == found[:3]
    for row, before in zip(again, found, strict=True):
        assert {**row, "seconds": 0} == {**before, "seconds": 0}
