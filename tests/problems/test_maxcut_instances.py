"""The graphs in problems/maxcut/ are what their index says."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from hybridq.problems import MaxCut
from hybridq.problems.formats import read_graph
from tests.problems.maxcut_exact import all_cuts, milp_bound

FOLDER = Path(__file__).parents[2] / "problems" / "maxcut"
INDEX = {e["file"]: e for e in json.loads((FOLDER / "index.json").read_text())["instances"]}
PROVED = [e for e in INDEX.values() if e["exact"]]


def test_the_index_names_every_file_and_the_table_every_optimum() -> None:
    others = {"index.json", "README.md", "make_instances.py"}
    files = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert files - others == set(INDEX)
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    for entry in INDEX.values():
        row = next(row for row in rows if row.startswith(f"| {entry['file']} |"))
        cells = [cell.strip() for cell in row.split("|")]
        assert cells[3:6] == [str(entry[key]) for key in ("nodes", "edges", "best_known")]
        assert (cells[6] == "best known") == (not entry["exact"])
        assert entry["source"]
        assert entry["licence"]


@pytest.mark.parametrize("file", INDEX)
def test_an_instance_has_the_size_that_the_index_states(file: str) -> None:
    facts = MaxCut.from_file(FOLDER / file).describe()
    entry = INDEX[file]
    assert {key: facts[key] for key in ("nodes", "edges", "total_weight")} == {
        key: entry[key] for key in ("nodes", "edges", "total_weight")
    }


@pytest.mark.parametrize("file", [e["file"] for e in PROVED if e["nodes"] <= 24])
def test_the_stored_optimum_is_the_largest_of_all_cuts(file: str) -> None:
    assert all_cuts(read_graph(FOLDER / file)).max() == INDEX[file]["best_known"]


# Slow: the proof for this graph takes eight seconds.
LONG_PROOFS = {"les_miserables.csv": pytest.mark.slow}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(e["file"], marks=LONG_PROOFS.get(e["file"], ()))
        for e in PROVED
        if e["nodes"] > 24
    ],
)
def test_the_stored_optimum_is_reached_and_cannot_be_exceeded(file: str) -> None:
    graph = read_graph(FOLDER / file)
    best = INDEX[file]["best_known"]
    assert all(w >= 0 and float(w).is_integer() for *_, w in graph.edges(data="weight"))
    if nx.is_bipartite(graph):
        sides = nx.bipartite.color(graph)
        bits = [sides[label] for label in graph]
        assert MaxCut(graph).value(bits) == best == MaxCut(graph).total_weight
    else:
        reached, bound = milp_bound(graph)
        assert round(reached) == best
        assert np.floor(bound + 1e-6) == best  # weights are whole numbers, and so are cuts


@pytest.mark.parametrize(
    ("file", "girth"),
    [("petersen.edgelist", 5), ("heawood.json", 6), ("mcgee.mtx", 7), ("tutte_coxeter.col", 8)],
)
def test_the_named_cubic_graphs_are_cages(file: str, girth: int) -> None:
    graph = read_graph(FOLDER / file)
    assert nx.girth(graph) == girth
    assert {degree for _, degree in graph.degree} == {3}


@pytest.mark.parametrize(
    ("file", "original"),
    [
        ("karate.graphml", nx.karate_club_graph()),
        ("les_miserables.csv", nx.les_miserables_graph()),
        ("florentine.json", nx.florentine_families_graph()),
        ("davis.json", nx.davis_southern_women_graph()),
    ],
)
def test_a_real_graph_equals_the_one_in_networkx(file: str, original: nx.Graph) -> None:
    graph = read_graph(FOLDER / file)
    assert set(graph) == set(original)
    assert graph.number_of_edges() == original.number_of_edges()
    for u, v, weight in original.edges(data="weight", default=1):
        assert graph[u][v]["weight"] == weight
