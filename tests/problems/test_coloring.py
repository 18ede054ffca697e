"""Graph colouring: brute force, published counts, the fixed clique, bad input."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.problems._coloring_search import Colorable, colorable, greedy_clique
from hybridq.problems.coloring import Coloring
from hybridq.testing import check_problem
from tests.problems.graph_families import Groups, best_groups, graphs, ground_states

#: Glover, Kochenberger, Du, arXiv:1811.11538, section 4.6: 5 nodes, 7 edges.
GLOVER = [(1, 2), (1, 5), (2, 3), (2, 4), (2, 5), (3, 4), (4, 5)]


def _conflicts(graph: nx.Graph, colors: Groups) -> float:
    return sum(w for u, v, w in graph.edges(data="weight", default=1) if colors[u] == colors[v])


@settings(max_examples=25, deadline=None)
@given(graphs(most=4, weights=st.integers(1, 4).map(float)), st.integers(2, 3), st.booleans())
def test_ground_states_have_the_fewest_conflicts(
    graph: nx.Graph, colors: int, symmetry: bool
) -> None:
    best, found = best_groups(graph, colors, lambda each: _conflicts(graph, each), largest=False)
    problem = Coloring(graph, colors, symmetry=symmetry)
    lowest, rows = ground_states(problem)
    assert lowest == pytest.approx(best)
    ours = {tuple(problem.group_of(row).tolist()) for row in rows} if problem.saved_qubits < (
        problem.n_nodes * (1 if colors == 2 else colors)) else set()  # fmt: skip
    all_best = {tuple(each.values()) for each in found}
    assert ours <= all_best
    if not symmetry:
        assert ours == all_best


@pytest.mark.parametrize(
    ("graph", "colors", "conflicts", "count"),
    [
        # Survey, section 3.4: proper colourings 6, 30, 12, 24, 120.
        (nx.complete_graph(3), 3, 0, 6),
        (nx.cycle_graph(5), 3, 0, 30),
        (nx.circular_ladder_graph(3), 3, 0, 12),
        (nx.complete_graph(4), 4, 0, 24),
        (nx.petersen_graph(), 3, 0, 120),
        # Survey, section 6: myciel3 with 3 colours, 1 conflict, 660 times.
        (nx.mycielski_graph(4), 3, 1, 660),
        (nx.Graph(GLOVER), 3, 0, 6),
    ],
)
def test_published_counts(graph: nx.Graph, colors: int, conflicts: int, count: int) -> None:
    problem = Coloring(graph, colors, symmetry=False)
    assert problem.n_qubits == len(graph) * colors
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert len(values) == colors ** len(graph)
    assert (values.min(), (values == values.min()).sum()) == (conflicts, count)


def test_myciel3_has_12480_proper_colourings_with_four() -> None:
    """Survey, section 6. The joined nodes 5 and 10 have 4 · 3 ordered pairs of colours."""
    problem = Coloring(nx.mycielski_graph(4), 4)
    assert (problem.clique, problem.n_qubits, problem.saved_qubits) == ([5, 10], 36, 8)
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert 4 * 3 * (values == 0).sum() == 12_480


def test_a_clique_is_fixed_where_a_proper_colouring_exists() -> None:
    problem = Coloring(nx.circular_ladder_graph(3), 3)
    assert problem.colorable is Colorable.YES
    assert (problem.n_qubits, problem.saved_qubits) == (9, 9)
    (note,) = problem.notes
    assert "nodes 0, 1, 2, which are joined pairwise, are fixed" in str(note)
    assert "9 qubits instead of 18" in str(note)


def test_a_clique_is_not_fixed_where_conflicts_are_fewer_without() -> None:
    """A pair in many triangles: with 2 colours one conflict at the pair spares the others."""
    graph = nx.Graph([("u", "v"), *((end, other) for end in "uv" for other in "abc")])
    problem = Coloring(graph, 2)
    assert problem.colorable is Colorable.NO
    lowest, rows = ground_states(problem)
    assert lowest == 1.0
    assert all(problem.decode(row)["v"] == 0 for row in rows)
    assert any("no proper colouring with 2 colours exists" in str(each) for each in problem.notes)


def test_the_answer_says_proper_or_names_the_conflicts() -> None:
    problem = Coloring([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")], 3)
    shown = [
        {each.title: each.entries for each in problem.answer(row)}["Conflicts"]
        for row in np.eye(3, dtype=np.uint8)  # colours of d, the only free node
    ]
    assert shown.count(("none: a proper colouring",)) == 2
    assert shown.count(("c-d",)) == 1
    none = problem.answer(np.zeros(3, dtype=np.uint8))
    assert [each.entries for each in none if each.title == "Without colour"] == [("d",)]
    assert [each.entries for each in none if each.title == "Conflicts"] == [()]


@settings(max_examples=60, deadline=None)
@given(graphs(most=6), st.integers(2, 4))
def test_the_search_agrees_with_brute_force(graph: nx.Graph, k: int) -> None:
    index = {node: place for place, node in enumerate(graph)}
    neighbours = [{index[other] for other in graph[node]} for node in graph]
    clique = greedy_clique(neighbours)
    assert all(v in neighbours[u] for u in clique for v in clique if u != v)
    assert not set.intersection(*(neighbours[u] for u in clique))  # maximal
    proper = any(
        all(colors[index[u]] != colors[index[v]] for u, v in graph.edges)
        for colors in product(range(k), repeat=len(graph))
    )
    assert colorable(neighbours, k, clique) is (Colorable.YES if proper else Colorable.NO)


@pytest.mark.parametrize(
    "problem",
    [
        Coloring(nx.cycle_graph(5)),
        Coloring(nx.complete_graph(4), 3),
        Coloring(nx.cycle_graph(5), 2),
        Coloring(nx.complete_graph(3)),
        Coloring(nx.path_graph(4), 3, encoding="domain-wall"),
        Coloring(nx.path_graph(4), 4, encoding="binary"),
    ],
)
def test_instances_keep_the_contract(problem: Coloring) -> None:
    check_problem(problem)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ParameterError, match="colors must be an integer from 2 to 5"):
        Coloring(nx.cycle_graph(5), colors=0)
    with pytest.raises(ProblemError, match=r"edge a-b has weight -1.*must be positive"):
        Coloring([("a", "b", -1.0)], 2)
