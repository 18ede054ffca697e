"""The study of large graphs: its table of best known cuts, its store, and what it has written."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import pytest

pytest.importorskip("experiments.gset.study", reason="needs the repository: run from its root")

from experiments.gset import graphs, runs, study, tables

KNOWN = graphs.best_known()
RUNS = runs.stored(runs.STORE)


def test_all_graphs_have_all_methods_and_seeds_once() -> None:
    expected = [
        (graph.name, method, seed)
        for graph in graphs.GRAPHS
        for method in runs.METHODS
        for seed in study.SEEDS
    ]
    assert sorted(run.key for run in RUNS) == sorted(expected)


def test_cuts_and_bounds_enclose_the_best_known_cut() -> None:
    for run in RUNS:
        bound = float("inf") if run.bound is None else run.bound
        assert max(run.cut, *run.controls.values(), 0.0) <= bound, run.key
        if run.graph in KNOWN:
            best = KNOWN[run.graph]
            assert not best.proven or run.cut <= best.cut, run.key
            assert bound >= best.cut, run.key


def test_bipartite_tori_prove_their_own_best_known_cut() -> None:
    problem = next(graph for graph in graphs.GRAPHS if graph.name == "G48").problem()
    assert nx.is_bipartite(problem.graph)
    assert KNOWN["G48"] == graphs.BestKnown(problem.graph.number_of_edges(), True)


def test_a_torn_line_is_cut_off_and_the_last_run_of_a_key_counts(tmp_path: Path) -> None:
    store = tmp_path / "runs.jsonl"
    one = runs.Run("G11", "anneal", 7, 560.0, 1.0, None, "", None, {}, {})
    two = runs.Run("G11", "anneal", 7, 564.0, 1.0, 629.0, "anneal", (1.0, 2.0), {}, {})
    runs.append(one, store)
    runs.append(two, store)
    whole = store.read_bytes()
    store.write_bytes(whole + b'{"graph": "G1')
    assert runs.stored(store) == [two]
    assert store.read_bytes() == whole


def test_the_study_makes_what_is_missing_and_writes_tables_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = graphs.Graph("regular_60_1", graphs.REGULAR)
    monkeypatch.setattr(study, "GRAPHS", (small,))
    monkeypatch.setattr(tables, "GRAPHS", (small,))
    store = tmp_path / "runs.jsonl"
    words = ["--methods", "recursive", "--store", str(store), "--out", str(tmp_path)]
    study.main([*words, "--seeds", "7"])
    study.main([*words, "--seeds", "7", "8"])
    found = runs.stored(store)
    assert [run.key for run in found] == [("regular_60_1", "recursive", seed) for seed in (7, 8)]
    problem = small.problem()
    assert all(0 < run.cut <= problem.graph.number_of_edges() for run in found)
    assert "| 3-regular | regular_60_1 |" in (tmp_path / "study.md").read_text("utf-8")
    assert (tmp_path / "time.png").stat().st_size > 10_000


def test_the_table_in_the_documentation_is_that_of_the_store() -> None:
    groups = tables.grouped(RUNS)
    shown = tables.default_table(groups, KNOWN, tables.SHOWN)
    assert "\n".join(shown) in Path("docs/explanations/speed.md").read_text("utf-8")
    assert "\n".join(tables.short_table(groups, KNOWN)) in Path("README.md").read_text("utf-8")
    assert len(re.findall(r"^\| G\d+ \|", "\n".join(shown), re.MULTILINE)) == len(tables.SHOWN)
