"""Communities: modularity of networkx, published optimum, bad input."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.problems.communities import Communities
from hybridq.testing import check_problem
from tests.problems.graph_families import Groups, all_bits, best_groups, graphs, ground_states

INSTANCES = Path(__file__).parents[2] / "problems"


def _modularity(graph: nx.Graph, groups: Groups) -> float:
    """The modularity as networkx computes it; it takes no empty communities."""
    sets = [{u for u in graph if groups[u] == c} for c in set(groups.values())]
    return float(nx.community.modularity(graph, sets))


@settings(max_examples=25, deadline=None)
@given(graphs(most=6, weights=st.integers(1, 5).map(float)), st.booleans())
def test_two_communities_have_the_largest_modularity(graph: nx.Graph, symmetry: bool) -> None:
    best, found = best_groups(graph, 2, lambda each: _modularity(graph, each), largest=True)
    problem = Communities(graph, symmetry=symmetry)
    assert problem.space is None
    lowest, rows = ground_states(problem)
    assert -lowest == pytest.approx(best)
    ours = {tuple(problem.group_of(row).tolist()) for row in rows}
    assert ours <= {tuple(each.values()) for each in found}
    assert len(found) == len(ours) * (2 if symmetry else 1)


@settings(max_examples=15, deadline=None)
@given(graphs(most=4, weights=st.integers(0, 3).map(float)))
def test_three_communities_have_the_largest_modularity(graph: nx.Graph) -> None:
    if not graph.size(weight="weight"):
        return
    best, _ = best_groups(graph, 3, lambda each: _modularity(graph, each), largest=True)
    assert -ground_states(Communities(graph, 3))[0] == pytest.approx(best)


def test_every_assignment_has_the_modularity_of_networkx() -> None:
    graph = nx.les_miserables_graph().subgraph(list(nx.les_miserables_graph())[:9])
    problem = Communities(graph)
    for row in all_bits(8)[::7]:
        groups = dict(zip(graph, problem.group_of(row).tolist(), strict=True))
        assert problem.value(row) == pytest.approx(_modularity(graph, groups), abs=1e-12)


def test_the_florentine_families_have_modularity_031875() -> None:
    """Survey, section 6: Q2 = .31875, reached twice."""
    problem = Communities.from_file(INSTANCES / "maxcut" / "florentine.json")
    assert (problem.n_qubits, problem.saved_qubits) == (14, 1)
    assert any("Medici is fixed in community 0" in str(note) for note in problem.notes)
    values = problem.values(all_bits(14))
    assert values.max() == pytest.approx(0.31875)
    assert 2 * (np.abs(values - 0.31875) < 1e-9).sum() == 2


def test_more_communities_take_one_hot_bits() -> None:
    problem = Communities(nx.path_graph(4), 3)
    assert (problem.n_qubits, problem.mixers[0]) == (9, "xy-complete")
    assert Communities(nx.path_graph(4)).mixers == ("x",)
    assert [each.title for each in problem.answer(np.zeros(9, dtype=np.uint8))] == [
        *(f"Community {c}" for c in range(3)),
        "Without community",
    ]


@pytest.mark.parametrize("parts", [2, 3])
def test_instances_keep_the_contract(parts: int) -> None:
    check_problem(Communities(nx.path_graph(4), parts))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ProblemError, match="edge a-b has weight -1: modularity"):
        Communities([("a", "b", -1.0)])
    with pytest.raises(ProblemError, match="all weights are 0"):
        Communities([("a", "b", 0.0)])
    with pytest.raises(ParameterError, match="parts must be an integer from 2 to 4"):
        Communities(nx.path_graph(4), 5)
