"""Instances of families on graphs: the values that their pages state, recomputed."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.problems._coloring_search import Colorable
from hybridq.problems.bisection import Bisection
from hybridq.problems.clique import Clique
from hybridq.problems.coloring import Coloring
from hybridq.problems.communities import Communities
from hybridq.problems.densest_subgraph import DensestSubgraph
from hybridq.problems.max_k_cut import MaxKCut
from hybridq.problems.vertex_cover import VertexCover

FOLDER = Path(__file__).parents[2] / "problems"
Column = dict[str, str]


def table(folder: str) -> list[Column]:
    """The rows of the table on the page of a folder."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (FOLDER / folder / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    head, _, *rows = lines
    return [dict(zip(head, row, strict=True)) for row in rows]


def plain_graph(folder: str, row: Column) -> nx.Graph:
    """The graph of a row, checked against its numbers of nodes and edges."""
    graph = nx.Graph(hq.MaxCut.from_file(FOLDER / folder / row["file"]).graph)
    assert (len(graph), graph.number_of_edges()) == (int(row["nodes"]), int(row["edges"]))
    return graph


def rows_of(folder: str) -> list[object]:
    """The rows of a page as parameters of a test."""
    rows = table(folder)
    assert rows
    return [pytest.param(row, id=f"{Path(row['file']).name}-{n}") for n, row in enumerate(rows)]


@pytest.mark.parametrize("row", rows_of("coloring"))
def test_fewest_conflicts(row: Column) -> None:
    graph = plain_graph("coloring", row)
    colors, fewest = int(row["colours"]), int(row["fewest conflicts"])
    problem = Coloring.from_file(FOLDER / "coloring" / row["file"], colors=colors)
    assert problem.colorable is (Colorable.NO if fewest else Colorable.YES)
    if row["proved by"] == "enumeration":
        ends = np.array([(list(graph).index(u), list(graph).index(v)) for u, v in graph.edges])
        all_colors = np.array(list(product(range(colors), repeat=len(graph))), dtype=np.int8)
        assert (all_colors[:, ends[:, 0]] == all_colors[:, ends[:, 1]]).sum(axis=1).min() == fewest
    elif fewest:  # one edge less, and a proper colouring exists: one conflict at most
        assert fewest == 1
        assert any(
            Coloring(nx.restricted_view(graph, [], [edge]), colors).colorable is Colorable.YES
            for edge in graph.edges
        )


@pytest.mark.parametrize("row", rows_of("max_k_cut"))
def test_best_cuts_into_parts(row: Column) -> None:
    graph = plain_graph("max_k_cut", row)
    assert row["parts"] == "3"
    problem = MaxKCut.from_file(FOLDER / "max_k_cut" / row["file"])
    # All edges are cut, so that a proper colouring is the proof.
    assert problem.most == int(row["best cut"]) == graph.number_of_edges()
    assert Coloring(graph, 3).colorable is Colorable.YES


@pytest.mark.parametrize("row", rows_of("bisection"))
def test_least_cuts(row: Column) -> None:
    graph = plain_graph("bisection", row)
    nodes, n = list(graph), len(graph)
    # The last node of an even graph is on side 0.
    sets = np.arange(1 << (n - (n % 2 == 0)), dtype=np.int32)
    sets = sets[sum((sets >> u & 1).astype(np.int8) for u in range(n)) == n // 2]
    cuts = np.zeros(len(sets), dtype=np.int32)
    for u, v in graph.edges:
        cuts += (sets >> nodes.index(u) ^ sets >> nodes.index(v)) & 1
    assert cuts.min() == int(row["least cut"])
    problem = Bisection.from_file(FOLDER / "bisection" / row["file"])
    assert problem.part_sizes == (n - n // 2, n // 2)


@pytest.mark.parametrize("row", rows_of("clique"))
def test_largest_cliques(row: Column) -> None:
    graph = plain_graph("clique", row)
    largest = int(row["largest clique"])
    assert nx.max_weight_clique(graph, weight=None)[1] == largest
    problem = Clique.from_file(FOLDER / "clique" / row["file"])
    assert problem.n_qubits == len(graph)
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert len(values) == 1 + sum(1 for _ in nx.enumerate_all_cliques(graph))
    assert values.max() == largest


@pytest.mark.parametrize("row", rows_of("densest_subgraph"))
def test_most_edges_inside(row: Column) -> None:
    graph = plain_graph("densest_subgraph", row)
    joined = nx.to_numpy_array(graph, weight=None).astype(np.int8)
    size = int(row["size"])
    flat = (u for nodes in combinations(range(len(graph)), size) for u in nodes)
    sets = np.fromiter(flat, dtype=np.int8).reshape(-1, size)
    inside = sum(joined[sets[:, i], sets[:, j]] for i in range(size) for j in range(i))
    assert np.max(inside) == int(row["most edges inside"])
    file = FOLDER / "densest_subgraph" / row["file"]
    problem = DensestSubgraph.from_file(file, size=size, weight="none")
    best = np.zeros(len(graph), dtype=np.uint8)
    best[sets[np.argmax(inside)]] = 1
    assert problem.value(best) == int(row["most edges inside"])


@pytest.mark.parametrize("row", rows_of("communities"))
def test_largest_modularity(row: Column) -> None:
    graph = plain_graph("communities", row)
    parts, stated = int(row["communities"]), float(row["modularity"])
    file = FOLDER / "communities" / row["file"]
    problem = Communities.from_file(file, parts=parts, weight="none")
    if row["proved by"] == "enumeration":
        rest, best = list(graph)[1:], -1.0
        for k in range(len(rest) + 1):
            for one in combinations(rest, k):
                sets = [set(one), set(graph) - set(one)] if one else [set(graph)]
                if len(graph) < 10:
                    best = max(best, nx.community.modularity(graph, sets, weight=None))
        values = problem.values(
            (np.arange(1 << len(rest))[:, np.newaxis] >> np.arange(len(rest)) & 1).astype(np.uint8)
        )
        assert values.max() == pytest.approx(stated, abs=5e-7)
        assert len(graph) >= 10 or best == pytest.approx(stated, abs=5e-7)
    else:
        found = nx.community.louvain_communities(graph, weight=None, seed=0)
        assert len(found) == parts
        assert nx.community.modularity(graph, found, weight=None) == pytest.approx(stated, abs=5e-7)


@pytest.mark.parametrize("row", rows_of("vertex_cover"))
def test_smallest_covers(row: Column) -> None:
    graph = plain_graph("vertex_cover", row)
    outside = nx.max_weight_clique(nx.complement(graph), weight=None)[1]
    assert len(graph) - outside == int(row["smallest cover"])
    problem = VertexCover.from_file(FOLDER / "vertex_cover" / row["file"])
    assert problem.sense == "minimize"
    assert problem.n_qubits == len(graph)


def test_named_graphs_are_those_of_their_names() -> None:
    def read(name: str) -> nx.Graph:
        return nx.Graph(hq.MaxCut.from_file(FOLDER / name).graph)

    assert nx.is_isomorphic(read("coloring/myciel3.col"), nx.mycielski_graph(4))
    assert nx.is_isomorphic(read("coloring/myciel4.col"), nx.mycielski_graph(5))
    assert nx.is_isomorphic(read("max_k_cut/octahedron.json"), nx.octahedral_graph())
    assert nx.is_isomorphic(read("bisection/grid_4x4.json"), nx.grid_2d_graph(4, 4))
    pairs = nx.line_graph(nx.complete_graph(8))
    assert nx.is_isomorphic(read("clique/johnson8_2_4.col"), nx.complement(pairs))
