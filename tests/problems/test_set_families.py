"""Set cover, packing and exact cover: published optima, brute force, reduction."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import HybridqError, ParameterError, ProblemError
from hybridq.problems.instance_data import SetData
from hybridq.testing import check_problem

FAMILIES = {"cover": hq.SetCover, "packing": hq.SetPacking, "exact": hq.ExactCover}


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _choices(data: SetData, question: str) -> dict[tuple[int, ...], float]:
    """Cost of every feasible choice, from the sets themselves."""
    found = {}
    for bits in product((0, 1), repeat=len(data.sets)):
        held = [
            e
            for (_, elements), bit in zip(data.sets, bits, strict=True)
            if bit
            for e in set(elements)
        ]
        counts = [held.count(e) for e in data.universe]
        feasible = {
            "cover": all(c >= 1 for c in counts),
            "packing": all(c <= 1 for c in counts),
            "exact": all(c == 1 for c in counts),
        }[question]
        if feasible:
            costs = data.costs or (1.0,) * len(bits)
            found[bits] = sum(c for c, bit in zip(costs, bits, strict=True) if bit)
    return found


def _ground(problem: hq.BinaryProblem) -> set[tuple[int, ...]]:
    """Choices of the lowest energy, decided sets included."""
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    lowest = rows[energies <= energies.min() + 1e-9]
    assert not problem.violation_counts(lowest).any()
    return {tuple(row) for row in problem.variables(lowest).tolist()}


def test_the_packing_of_glover() -> None:
    """Glover, Kochenberger, Du 2019: x1 + x3 + x4 <= 1, x1 + x2 <= 1 has the maximum 2."""
    problem = hq.SetPacking({1: ["a", "b"], 2: ["b"], 3: ["a"], 4: ["a"]}, reduce=False)
    assert _ground(problem) == {(0, 1, 1, 0), (0, 1, 0, 1)}
    assert problem.value("0110") == 2


def test_the_partition_of_glover() -> None:
    """Four rows, costs 3, 2, 1, 1, 3, 2: the least cost is 6 at 100010."""
    rows = ((1, 3, 6), (2, 3, 5, 6), (3, 4, 5), (1, 2, 4, 6))
    sets = tuple((s, tuple(r for r, row in enumerate(rows) if s in row)) for s in range(1, 7))
    problem = hq.ExactCover(SetData((0, 1, 2, 3), sets, (3, 2, 1, 1, 3, 2)))
    assert _ground(problem) == {(1, 0, 0, 0, 1, 0)}
    assert problem.value("100010") == 6
    assert problem.answer("100010")[1].entries == ("3, 3",)


def test_the_exact_cover_of_knuth() -> None:
    """Knuth 2000, arXiv:cs/0011047: seven elements, six sets, one exact cover."""
    problem = hq.ExactCover.example()
    assert _ground(problem) == {(0, 1, 0, 1, 0, 1)}
    assert problem.answer("010101")[0].entries == ("B", "D", "F")
    reduced = hq.ExactCover(problem.data)
    assert _ground(reduced) == {(0, 1, 0, 1, 0, 1)}


@pytest.mark.parametrize(
    ("graph", "number", "count"),
    [(nx.petersen_graph(), 3, 10), (nx.florentine_families_graph(), 5, 20)],
)
def test_domination_numbers(graph: nx.Graph, number: int, count: int) -> None:
    """The Petersen graph and the marriages of Florentine families, by exhaustion."""
    problem = hq.SetCover(graph)
    feasible = _choices(problem.data, "cover")
    assert min(feasible.values()) == number
    best = {bits for bits, cost in feasible.items() if cost == number}
    assert len(best) == count
    assert all(
        nx.is_dominating_set(graph, {v for v, bit in zip(graph, bits, strict=True) if bit})
        for bits in best
    )
    assert _ground(problem) == best


def test_a_cover_by_hand() -> None:
    data = SetData("abcde", (("S", "abc"), ("T", "cd"), ("U", "de"), ("V", "e")), (5, 2, 4, 1))
    problem = hq.SetCover(data)
    assert [str(note) for note in problem.notes][:2] == [
        "chosen, since each alone holds an element: S",
        "3 qubits instead of 4",
    ]
    assert _ground(problem) == {(1, 1, 0, 1)}  # S, T and V cost 8; S and U cost 9
    assert list(problem.labels()) == ["T", "U", "V"]
    assert problem.violations("100") == ("element e is covered (by 1)",)
    assert problem.answer("101")[0].entries == ("S", "T", "V")


def test_a_hitting_set_is_the_cover_of_the_dual() -> None:
    """Elements that meet {1, 2}, {2, 3} and {3, 1}: any two of them."""
    sets = {"A": [1, 2], "B": [2, 3], "C": [3, 1]}
    problem = hq.SetCover(sets, hitting=True)
    assert list(problem.labels()) == [1, 2, 3]
    assert _ground(problem) == {(1, 1, 0), (1, 0, 1), (0, 1, 1)}
    assert problem.violations("100") == ("set B is hit (by 1)",)


def test_weights_of_nodes_are_costs() -> None:
    star = nx.star_graph(3)
    nx.set_node_attributes(star, {0: 10.0, 1: 1.0, 2: 1.0, 3: 1.0}, "weight")
    assert _ground(hq.SetCover(star)) == {(0, 1, 1, 1)}
    assert _ground(hq.SetCover(star, weight="none")) == {(1, 0, 0, 0)}


SETS = st.lists(st.sets(st.integers(0, 4), max_size=4), min_size=2, max_size=5)
COSTS = st.lists(st.integers(0, 4), min_size=5, max_size=5)


@settings(max_examples=80, deadline=None)
@given(SETS, COSTS, st.sampled_from(list(FAMILIES)), st.booleans())
def test_any_sets_agree_with_brute_force(sets, costs, question, reduce) -> None:
    universe = tuple(sorted(set().union(*sets)) or [0])
    labelled = tuple((f"S{i}", tuple(each)) for i, each in enumerate(sets))
    data = SetData(universe, labelled, tuple(map(float, costs[: len(sets)])))
    feasible = _choices(data, question)
    if not feasible:
        with pytest.raises(ProblemError, match=r"proven|no assignment"):
            FAMILIES[question](data, reduce=reduce).cost()
        return
    problem = FAMILIES[question](data, reduce=reduce)
    best = (max if question == "packing" else min)(feasible.values())
    ground = _ground(problem)
    assert ground <= {bits for bits, cost in feasible.items() if cost == best}
    if not reduce:
        assert ground == {bits for bits, cost in feasible.items() if cost == best}
    for row in _rows(problem.n_qubits):
        bits = tuple(problem.variables(row[np.newaxis])[0].tolist())
        assert (problem.violations(row) == ()) == (bits in feasible)
        assert problem.value(row) == feasible.get(bits, problem.value(row))


@pytest.mark.parametrize("question", FAMILIES)
def test_it_keeps_the_contract(question: str) -> None:
    sets = {"A": [1, 4, 7], "B": [1, 4], "C": [4, 5, 7], "D": [3, 5, 6], "E": [2, 3, 6], "F": [2]}
    check_problem(FAMILIES[question](sets, reduce=False))
    if question == "cover":
        check_problem(hq.SetCover(nx.star_graph(4), reduce=False))


def test_what_is_solved_by_preprocessing_says_so() -> None:
    for problem in (
        hq.SetCover({"A": [1], "B": [2, 3]}),
        hq.SetPacking({"A": [1], "B": [2, 3]}),
        hq.ExactCover({"A": [1], "B": [2, 3], "C": []}),
    ):
        assert any("solved by preprocessing" in str(note) for note in problem.notes)
        assert problem.n_qubits == 1  # a circuit needs a qubit, which has no effect
        assert problem.value("0") == 2 == problem.value("1")
        assert problem.answer("0")[0].entries == ("A", "B")


def test_what_cannot_be_covered_is_proven() -> None:
    data = SetData((1, 2, 3), (("A", (1,)), ("B", (1, 2))))
    for family in (hq.SetCover, hq.ExactCover):
        with pytest.raises(ProblemError, match=r"\(proven\): element 3 is in none of the sets"):
            family(data)
    with pytest.raises(ProblemError, match=r"\(proven\): element 3 cannot be covered once"):
        hq.ExactCover({"A": [1, 2], "B": [2, 3]})


@pytest.mark.parametrize("family", FAMILIES.values())
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SetData((1,), ()), "0 sets"),
        (SetData((), (("A", ()),)), "universe is empty"),
        (SetData((1, 1), (("A", (1,)),)), "two elements have the label '1'"),
        (SetData((1,), (("A", (1,)), ("A", (1,)))), "two sets have the label 'A'"),
        (SetData((1,), (("A", (1, 2)),)), "set 'A' has the element 2, which the universe lacks"),
        (SetData((1,), (("A", (1,)),), (1.0, 2.0)), "1 sets need as many costs, got 2"),
        (SetData((1,), (("A", (1,)),), (-1.0,)), "set 'A' has the cost -1.0"),
        (SetData((1,), (("A", (1,)),), (float("inf"),)), "set 'A' has the cost inf"),
        ([1, 2], "sets must be a SetData"),
        ({"A": 3}, "set 'A' must be a list of elements, got 3"),
        ({"A": "abc"}, "set 'A' must be a list"),
    ],
)
def test_bad_sets_are_refused(family, data, message) -> None:
    with pytest.raises(ProblemError, match=message):
        family(data)


def test_bad_graphs_and_options_are_refused() -> None:
    with pytest.raises(ProblemError, match="directed"):
        hq.SetCover(nx.DiGraph([(1, 2)]))
    with pytest.raises(ProblemError, match="no nodes"):
        hq.SetCover(nx.Graph())
    with pytest.raises(ParameterError, match="weight is for graphs"):
        hq.SetCover({"A": [1]}, weight="cost")
    with pytest.raises(HybridqError, match="hitting must be True or False"):
        hq.SetCover({"A": [1]}, hitting="yes")
