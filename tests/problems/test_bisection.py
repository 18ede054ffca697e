"""Bisection: brute force over equal parts, published cuts, symmetry, bad input."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ParameterError
from hybridq.problems.bisection import Bisection
from hybridq.testing import check_problem
from tests.problems.graph_families import Groups, best_groups, cut_weight, graphs, ground_states

INSTANCES = Path(__file__).parents[2] / "problems"
SIGNED = st.integers(-4, 6).map(float)


def _equal_cut(graph: nx.Graph, parts: int, groups: Groups) -> float | None:
    """The cut of parts whose sizes differ by one at most, None for others."""
    sizes = Counter(groups.values())
    if max(sizes[c] for c in range(parts)) - min(sizes[c] for c in range(parts)) > 1:
        return None
    return cut_weight(graph, groups)


@settings(max_examples=40, deadline=None)
@given(graphs(least=3, most=7, weights=SIGNED), st.booleans())
def test_halves_have_the_least_cut(graph: nx.Graph, symmetry: bool) -> None:
    best, found = best_groups(graph, 2, lambda each: _equal_cut(graph, 2, each), largest=False)
    problem = Bisection(graph, symmetry=symmetry)
    lowest, rows = ground_states(problem)
    assert lowest == pytest.approx(best)
    ours = {tuple(problem.group_of(row).tolist()) for row in rows}
    assert ours <= {tuple(each.values()) for each in found}
    even = len(graph) % 2 == 0
    assert len(found) == len(ours) * (1 if even and not symmetry else 2)


@settings(max_examples=20, deadline=None)
@given(graphs(least=3, most=4, weights=SIGNED), st.booleans())
def test_three_parts_have_the_least_cut(graph: nx.Graph, symmetry: bool) -> None:
    best, found = best_groups(graph, 3, lambda each: _equal_cut(graph, 3, each), largest=False)
    problem = Bisection(graph, 3, symmetry=symmetry)
    lowest, rows = ground_states(problem)
    assert lowest == pytest.approx(best)
    ours = {tuple(problem.group_of(row).tolist()) for row in rows}
    assert ours <= {tuple(each.values()) for each in found}


def test_petersen_has_a_bisection_of_5() -> None:
    """Survey, section 6."""
    whole, fixed = (Bisection(nx.petersen_graph(), symmetry=each) for each in (False, True))
    assert (whole.n_qubits, fixed.n_qubits) == (10, 9)
    assert ground_states(whole)[0] == pytest.approx(5.0)
    assert ground_states(fixed)[0] == pytest.approx(5.0)
    assert len(ground_states(whole)[1]) == 2 * len(ground_states(fixed)[1])
    assert fixed.space is not None
    assert fixed.space.count() == 126  # C(9, 5)


def test_the_florentine_families_split_7_to_8_with_a_cut_of_4() -> None:
    """Survey, section 6."""
    problem = Bisection.from_file(INSTANCES / "maxcut" / "florentine.json")
    assert problem.part_sizes == (8, 7)
    assert problem.saved_qubits == 0  # the parts differ in size
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert (len(values), values.min()) == (6435, 4.0)  # C(15, 7)


def test_symmetry_leaves_one_part_of_each_size_to_the_fixed_node() -> None:
    problem = Bisection(nx.path_graph(7), 3)
    assert problem.part_sizes == (3, 2, 2)
    assert problem.allowed[problem.anchor] == (0, 1)
    (note,) = problem.notes
    assert "is in part 0 or 1" in str(note)
    assert "20 qubits instead of 21" in str(note)
    assert problem.mixers == ("grover", "x")


def test_violations_name_the_part_and_its_size() -> None:
    problem = Bisection(nx.path_graph(4))
    row = problem.checked_row(dict.fromkeys(problem.labels(), 0))
    assert problem.violations(row) == ("part 1 has 2 nodes (by 2)",)
    shown = {each.title: each.entries for each in problem.answer(row)}
    assert shown["Weight between parts"] == ("0 of 3",)
    assert problem.picture_title(row) == "Parts of unequal size"


@pytest.mark.parametrize(
    "problem",
    [
        Bisection(nx.cycle_graph(5)),
        Bisection(nx.path_graph(4), 2),
        Bisection(nx.path_graph(3), 3),
        Bisection(nx.path_graph(3), 3, encoding="domain-wall"),
    ],
)
def test_instances_keep_the_contract(problem: Bisection) -> None:
    check_problem(problem)


@pytest.mark.parametrize("parts", [1, 6, None])
def test_a_number_of_parts_out_of_range_is_refused(parts: object) -> None:
    with pytest.raises(ParameterError, match="parts must be an integer from 2 to 5"):
        Bisection(nx.cycle_graph(5), parts)  # type: ignore[arg-type]
