"""Maximum k-cut: brute force over all parts, published optima, encodings, bad input."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ParameterError
from hybridq.problems import MaxCut
from hybridq.problems.max_k_cut import MaxKCut
from hybridq.testing import check_problem
from tests.problems.graph_families import all_bits, best_groups, cut_weight, graphs, ground_states

SIGNED = st.integers(-5, 9).map(float)


@settings(max_examples=25, deadline=None)
@given(graphs(most=4, weights=SIGNED), st.sampled_from([None, "domain-wall", "binary"]))
def test_ground_states_are_the_largest_cuts(graph: nx.Graph, encoding: str | None) -> None:
    best, found = best_groups(graph, 3, lambda groups: cut_weight(graph, groups), largest=True)
    problem = MaxKCut(graph, 3, encoding=encoding)
    lowest, rows = ground_states(problem)
    assert -lowest == pytest.approx(best)
    anchor = problem.nodes[problem.anchor]
    expected = {tuple(each.values()) for each in found if each[anchor] == 0}
    assert {tuple(problem.group_of(row).tolist()) for row in rows} == expected
    assert not problem.violation_counts(rows).any()


def test_petersen_has_120_cuts_of_15() -> None:
    """Survey, section 6: max-3-cut 15, reached 120 times."""
    problem = MaxKCut(nx.petersen_graph(), 3, symmetry=False)
    assert problem.space is not None
    values = problem.values(problem.space.bits())
    assert (len(values), values.max(), (values == 15).sum()) == (3**10, 15.0, 120)
    fixed = MaxKCut(nx.petersen_graph())
    assert (fixed.n_qubits, fixed.saved_qubits) == (27, 3)
    assert any("27 qubits instead of 30" in str(note) for note in fixed.notes)
    assert fixed.space is not None
    values = fixed.values(fixed.space.bits())
    assert (len(values), (values == 15).sum()) == (3**9, 40)


def test_four_parts_in_binary_need_no_penalty_and_have_terms_of_four_bits() -> None:
    problem = MaxKCut(nx.complete_graph(5), 4, encoding="binary")
    ising = problem.cost()
    assert problem.n_qubits == 2 * 4
    assert problem.space is None
    assert problem.mixers == ("x",)
    assert max(len(key) for key, _ in ising.higher) == 4  # 2 ceil(log2 4)
    # Turán's graph T(5, 4) has 9 edges.
    assert -ising.energies(all_bits(8)).min() == 9.0


def test_two_parts_are_max_cut() -> None:
    graph = nx.petersen_graph()
    problem = MaxKCut(graph, 2)
    assert (problem.n_qubits, problem.labels()) == (9, list(range(1, 10)))
    rows = all_bits(9)
    whole = np.concatenate([np.zeros((512, 1), dtype=np.uint8), rows], axis=1)
    np.testing.assert_allclose(problem.values(rows), MaxCut(graph).values(whole))
    assert problem.values(rows).max() == 12.0  # survey, section 6


@pytest.mark.parametrize(
    ("parts", "encoding"),
    [(2, None), (3, None), (3, "domain-wall"), (3, "binary"), (4, "domain-wall"), (4, "binary")],
)
def test_every_encoding_keeps_the_contract(parts: int, encoding: str | None) -> None:
    check_problem(MaxKCut(nx.path_graph(4), parts, encoding=encoding))


def test_answers_name_parts_and_weight() -> None:
    problem = MaxKCut([("a", "b", 2.0), ("b", "c", 3.0), ("a", "c", 1.0)], 3, name="tri")
    assert problem.nodes[problem.anchor] == "a"
    row = problem.checked_row({label: int(label in ("b in part 1", "c in part 2"))
                               for label in problem.labels()})  # fmt: skip
    assert problem.value(row) == 6.0
    shown = {each.title: each.entries for each in problem.answer(row)}
    assert shown["Part 0"] == ("a",)
    assert shown["Part 2"] == ("c",)
    assert shown["Weight between parts"] == ("6 of 6",)
    nowhere = np.zeros(problem.n_qubits, dtype=np.uint8)
    assert problem.violations(nowhere) == (
        "node b is in one part (by 1)",
        "node c is in one part (by 1)",
    )
    assert ("b", "c") in [each.entries for each in problem.answer(nowhere)]


def test_labels_that_read_alike_are_told_apart() -> None:
    problem = MaxKCut([(1, "1"), ("1", 2)], 2)
    assert set(problem.labels()) == {1, 2}
    assert problem.node_names == ("1", "'1'", "2")


@pytest.mark.parametrize("parts", [0, 1, 4, 2.5, True, "3"])
def test_a_number_of_parts_out_of_range_is_refused(parts: object) -> None:
    with pytest.raises(ParameterError, match="parts must be an integer from 2 to 3"):
        MaxKCut(nx.path_graph(3), parts)  # type: ignore[arg-type]


def test_symmetry_is_true_or_false() -> None:
    with pytest.raises(ParameterError, match="symmetry must be true or false"):
        MaxKCut(nx.path_graph(3), symmetry=1)  # type: ignore[arg-type]
