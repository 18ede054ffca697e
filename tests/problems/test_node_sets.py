"""Independent sets, cliques and vertex covers: brute force, published counts, settled nodes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import HybridqError
from hybridq.problems import IndependentSet
from hybridq.problems.base import BinaryProblem
from hybridq.problems.clique import Clique
from hybridq.problems.vertex_cover import VertexCover
from hybridq.testing import check_problem
from tests.problems.graph_families import all_bits, graphs, ground_states

INSTANCES = Path(__file__).parents[2] / "problems"
FAMILIES = {"independent": IndependentSet, "clique": Clique, "cover": VertexCover}

#: Glover, Kochenberger, Du, arXiv:1811.11538, section 3.3: 5 nodes, 6 edges.
GLOVER = [(1, 2), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)]


def _holds(graph: nx.Graph, nodes: set[object], family: str) -> bool:
    """True if nodes are an independent set, a clique or a vertex cover, from the graph alone."""
    if family == "cover":
        return all(u in nodes or v in nodes for u, v in graph.edges)
    pairs = combinations(nodes, 2)
    return all(graph.has_edge(u, v) == (family == "clique") for u, v in pairs)


def _best(graph: nx.Graph, family: str) -> tuple[float, set[frozenset[object]]]:
    weights = dict(graph.nodes(data="weight", default=1))
    found = {
        frozenset(nodes): sum(weights[node] for node in nodes)
        for k in range(len(graph) + 1)
        for nodes in combinations(graph, k)
        if _holds(graph, set(nodes), family)
    }
    best = (min if family == "cover" else max)(found.values())
    return best, {nodes for nodes, weight in found.items() if weight == best}


def _chosen(problem: BinaryProblem, row: np.ndarray) -> frozenset[object]:
    return frozenset(problem.answer(row)[0].entries)


@settings(max_examples=60, deadline=None)
@given(
    graphs(most=7),
    st.lists(st.integers(1, 5), min_size=7, max_size=7),
    st.sampled_from(sorted(FAMILIES)),
)
def test_ground_states_are_the_best_sets(graph: nx.Graph, weights: list[int], family: str) -> None:
    nx.set_node_attributes(graph, dict(zip(graph, weights, strict=False)), "weight")
    best, found = _best(graph, family)
    problem = FAMILIES[family](graph)
    lowest, rows = ground_states(problem)
    assert problem.sign * lowest == pytest.approx(best)
    assert {_chosen(problem, row) for row in rows} == found


@settings(max_examples=30, deadline=None)
@given(graphs(most=6), st.sampled_from(sorted(FAMILIES)))
def test_the_space_holds_the_sets(graph: nx.Graph, family: str) -> None:
    problem = FAMILIES[family](graph)
    rows = all_bits(problem.n_qubits)
    sets = {_chosen(problem, row) for row in rows if not problem.violations(row)}
    expected = {
        nodes for nodes in {_chosen(problem, row) for row in rows} if _holds(graph, nodes, family)
    }
    assert sets == expected
    if problem.space is not None:
        assert {_chosen(problem, row) for row in problem.space.bits()} == sets


def _johnson(n: int, k: int, distance: int) -> nx.Graph:
    """Sets of k of n things, joined where they differ in `distance` places or more."""
    graph = nx.Graph()
    sets = list(combinations(range(n), k))
    graph.add_nodes_from(sets)
    graph.add_edges_from((a, b) for a, b in combinations(sets, 2) if len({*a} ^ {*b}) >= distance)
    return graph


def _hamming(bits: int, distance: int) -> nx.Graph:
    """Words of some bits, joined where they differ in `distance` places or more."""
    graph = nx.empty_graph(1 << bits)
    pairs = combinations(range(1 << bits), 2)
    graph.add_edges_from((a, b) for a, b in pairs if (a ^ b).bit_count() >= distance)
    return graph


@pytest.mark.parametrize(
    ("graph", "sets", "largest", "count"),
    [
        # Survey, sections 3.2 and 6: independent sets, their largest size and its sets. Those of
        # 28, 64 and 70 qubits are QOBLIB's johnson8-2-4, hamming6-2 and johnson8-4-4.
        (nx.path_graph(4), 8, 2, 3),
        (nx.cycle_graph(5), 11, 2, 5),
        (nx.cycle_graph(6), 18, 3, 2),
        (nx.circular_ladder_graph(3), 13, 2, 6),
        (nx.petersen_graph(), 76, 4, 5),
        ("maxcut/florentine.json", 1216, 7, 30),
        ("independent_set/farm.gph", 2380, 10, 2),
        ("independent_set/kangaroo.gph", 118, 4, 13),
        (_johnson(8, 2, 4), 1045, 7, None),
        (_hamming(6, 2), 257, 2, 192),
        (_johnson(8, 4, 4), 2423, 5, None),
    ],
)
def test_published_counts_of_independent_sets(
    graph: nx.Graph | str, sets: int, largest: int, count: int | None
) -> None:
    problem = (
        IndependentSet.from_file(INSTANCES / graph, weight="none")
        if isinstance(graph, str)
        else IndependentSet(graph)
    )
    values = problem.values(problem.space.bits())
    assert (len(values), values.max()) == (sets, largest)
    assert count is None or (values == largest).sum() == count


@pytest.mark.parametrize(
    ("file", "sets"), [("independent_set/brock200-1.gph", 47_224), ("maxcut/karate.graphml", None)]
)
def test_large_graphs_are_counted_exactly(file: str, sets: int | None) -> None:
    """Survey, section 6: 47,224 sets on 200 nodes; karate has 13,393,054."""
    problem = IndependentSet.from_file(INSTANCES / file)
    assert problem.space.count() == (sets or 13_393_054)


def test_a_set_is_a_clique_of_the_complement_and_leaves_a_cover() -> None:
    graph = nx.petersen_graph()
    sets = IndependentSet(graph).space.bits()
    cliques, covers = Clique(nx.complement(graph)).space, VertexCover(graph).space
    assert cliques is not None
    assert covers is not None
    assert cliques.bits().tolist() == sets.tolist()
    assert sorted(covers.bits().tolist()) == sorted((1 - sets).tolist())


def test_the_florentine_families_have_three_cliques_of_three() -> None:
    """Survey, section 6."""
    problem = Clique.from_file(INSTANCES / "maxcut" / "florentine.json")
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert (values.max(), (values == 3).sum()) == (3.0, 3)
    assert len(values) == 1 + 15 + 20 + 3  # empty, nodes, edges, triangles


def test_a_published_cover_and_its_qubo() -> None:
    """Glover: cover 3; with P = 8 the QUBO's minimum is −45, 48 below ours."""
    problem = VertexCover(GLOVER, penalty=8)
    lowest, rows = ground_states(problem)
    assert lowest == pytest.approx(3.0)
    assert lowest - 8 * len(GLOVER) == pytest.approx(-45.0)
    assert all(len(_chosen(problem, row)) == 3 for row in rows)


def test_nodes_without_edges_are_left_out_of_a_cover() -> None:
    graph = nx.Graph([("a", "b"), ("b", "c")])
    graph.add_nodes_from(["x", "y"])
    problem = VertexCover(graph)
    assert (problem.n_qubits, problem.saved_qubits, problem.labels()) == (3, 2, ["a", "b", "c"])
    (note,) = problem.notes
    assert note == "nodes x, y are left out, since no edge needs them: 3 qubits instead of 5"
    check_problem(problem)


def test_nodes_joined_to_all_others_are_in_a_clique() -> None:
    wheel = Clique(nx.wheel_graph(6))
    assert (wheel.n_qubits, wheel.saved_qubits, wheel.labels()) == (5, 1, [1, 2, 3, 4, 5])
    assert "node 0 is in the clique, since all others are joined to it" in str(wheel.notes[0])
    assert -ground_states(wheel)[0] == pytest.approx(3.0)
    complete = Clique(nx.complete_graph(4))
    assert "every choice is settled" in str(complete.notes[0])
    assert complete.value(np.zeros(1, dtype=np.uint8)) == 4.0
    check_problem(complete)


def test_violations_say_what_should_hold() -> None:
    clique = Clique(nx.cycle_graph(4))
    row = np.array([1, 1, 1, 0], dtype=np.uint8)
    assert clique.violations(row) == ("at most one of 0 and 2, which no edge joins (by 1)",)
    cover = VertexCover([("a", "b"), ("b", "c")])
    assert cover.violations(np.array([0, 0, 1], dtype=np.uint8)) == ("edge a-b is covered (by 1)",)
    assert cover.picture_title(np.array([0, 1, 0], dtype=np.uint8)) == "The vertex cover"
    assert cover.picture_title(np.array([0, 0, 1], dtype=np.uint8)) == "The chosen nodes"


@pytest.mark.parametrize("family", FAMILIES.values())
def test_weights_of_nodes_name_the_value_and_must_be_positive(family: type) -> None:
    graph = nx.path_graph(3)
    assert family(graph).value_name == "size"
    graph.nodes[1]["weight"] = 2.5
    problem = family(graph)
    assert problem.value_name == "weight"
    assert problem.size() == "3 nodes, 2 edges, node weights 1 to 2.5"
    check_problem(problem)
    graph.nodes[1]["weight"] = 0
    with pytest.raises(HybridqError, match="node 1 has weight 0: give a positive number"):
        family(graph)


@pytest.mark.parametrize("family", FAMILIES.values())
def test_single_flips_come_first_among_the_mixers(family: type) -> None:
    assert family(nx.path_graph(3)).mixers == ("bit-flip", "grover", "x")
