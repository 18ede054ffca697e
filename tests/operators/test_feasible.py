"""Feasible spaces against counts in closed form and brute force."""

import itertools
import math
import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.circuits.digest import digest
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators import _feasible_search
from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound, packed
from tests.engines.subspace_samples import (
    feasible_by_force,
    independent_sets,
    permutations,
    weight_space,
)


def compiled_states(space):
    """The states by the compiled search, whatever their number."""
    search = _feasible_search.Search(space.n_qubits, space.rows)
    none = np.zeros((0, search.words), dtype=np.uint64)
    count = _feasible_search._run(search, 2**40, none)
    out = np.empty((count, search.words), dtype=np.uint64)
    if count:
        assert _feasible_search._run(search, count, out) == count
    return out


GRAPHS = [
    (nx.petersen_graph(), 76),  # published and counted: see the survey of encoders
    (nx.cycle_graph(5), 11),  # Lucas numbers
    (nx.cycle_graph(6), 18),
    (nx.path_graph(4), 8),  # Fibonacci numbers
    (nx.circular_ladder_graph(3), 13),
    (nx.empty_graph(7), 128),
    (nx.complete_graph(9), 10),
]


@pytest.mark.parametrize(("graph", "count"), GRAPHS)
def test_independent_sets_are_counted(graph, count):
    space = independent_sets(graph)
    assert space.count() == space.dim == len(space.words) == count
    np.testing.assert_array_equal(compiled_states(space), space.words)
    for row in space.bits():
        assert not any(row[u] and row[v] for u, v in graph.edges)


@pytest.mark.slow
def test_independent_sets_of_the_karate_club():
    # 13,393,054 with the empty set: count of the survey of encoders.
    space = independent_sets(nx.karate_club_graph())
    assert space.count() == 13_393_054
    words = space.words
    assert len(words) == 13_393_054
    assert (words[1:, 0] > words[:-1, 0]).all()


def test_paths_and_cycles_of_many_nodes_have_fibonacci_and_lucas_numbers():
    a, b = 1, 2
    for n in range(1, 22):
        assert independent_sets(nx.path_graph(n)).count() == b
        a, b = b, a + b
    assert independent_sets(nx.cycle_graph(20)).count() == 15127


@pytest.mark.parametrize(("n", "k"), [(6, 3), (10, 0), (10, 10), (17, 8), (70, 2)])
def test_a_weight_has_binomially_many_states(n, k):
    space = weight_space(n, k)
    assert space.count() == len(space.words) == math.comb(n, k)
    assert (space.bits().sum(axis=1) == k).all()


def test_products_and_permutations_are_counted_in_closed_form():
    blocks = FeasibleSpace(
        30, groups=tuple(Group(tuple(range(3 * i, 3 * i + 3))) for i in range(10))
    )
    assert blocks.count() == len(blocks.words) == 3**10
    for m in (1, 2, 3, 6, 7):
        assert permutations(m).count() == len(permutations(m).words) == math.factorial(m)
    walls = FeasibleSpace(9, chains=((0, 1, 2, 3), (8, 7)), groups=(Group((4, 5)),))
    assert walls.count() == len(walls.words) == 5 * 3 * 2 * 2
    assert permutations(30).count() == math.factorial(30)
    assert weight_space(1000, 500).count(10**6) == 10**6 + 1


def test_states_of_many_words_ascend_and_are_found():
    space = FeasibleSpace(
        150,
        groups=(
            Group((3, 70, 140), 2), Group((149, 64, 63, 0)), Group(tuple(range(100, 110)), 9)
        ),
        bounds=tuple(LinearBound((q,), (1.0,), upper=0.0) for q in range(150)
                     if q not in {3, 70, 140, 149, 64, 63, 0, *range(100, 110)}),
    )  # fmt: skip
    assert space.dim == 3 * 4 * 10
    integers = [sum(int(w) << 64 * i for i, w in enumerate(row)) for row in space.words]
    assert integers == sorted(set(integers))
    np.testing.assert_array_equal(space.index(space.bits()), np.arange(120))
    np.testing.assert_array_equal(compiled_states(space), space.words)
    wrong = space.bits()
    wrong[:, 3] ^= 1
    assert (space.index(wrong) == -1).all()


@st.composite
def spaces(draw):
    n = draw(st.integers(1, 9))
    qubits = list(draw(st.permutations(range(n))))
    groups, chains, grid = [], [], ()
    if n >= 4 and draw(st.booleans()):
        square, qubits = qubits[:4], qubits[4:]
        grid = (tuple(square[:2]), tuple(square[2:]))
    while qubits and draw(st.booleans()):
        size = draw(st.integers(1, min(4, len(qubits))))
        part, qubits = tuple(qubits[:size]), qubits[size:]
        if draw(st.booleans()):
            groups.append(Group(part, draw(st.integers(0, size))))
        else:
            chains.append(part)
    bounds = []
    for _ in range(draw(st.integers(0, 4))):
        chosen = tuple(draw(st.permutations(range(n)))[: draw(st.integers(1, n))])
        values = draw(
            st.one_of(
                st.just([1.0] * len(chosen)),
                st.tuples(*[st.integers(-4, 5)] * len(chosen)),
                st.tuples(*[st.sampled_from([0.1, 0.7, -1.3, 2.5])] * len(chosen)),
            )
        )
        lower = draw(st.sampled_from([-math.inf, -1.0, 0.0, 1.0, 1.4]))
        upper = draw(st.sampled_from([math.inf, 1.0, 2.0, 3.1]))
        bounds.append(LinearBound(chosen, tuple(values), lower, upper))
    accepts = draw(st.sampled_from([None, None, odd_ones]))
    return FeasibleSpace(n, tuple(bounds), tuple(groups), grid, tuple(chains), accepts)


def odd_ones(rows):
    return rows.sum(axis=1) % 2 == 1


@settings(max_examples=120)
@given(spaces())
def test_enumeration_is_brute_force(space):
    expected = packed(feasible_by_force(space))
    np.testing.assert_array_equal(space.words, expected)
    assert space.count() == space.dim == len(expected)
    if space.accepts is None:
        np.testing.assert_array_equal(compiled_states(space), expected)
    rows = np.array(list(itertools.product((0, 1), repeat=space.n_qubits)), dtype=np.uint8)
    inside = space.contains(rows)
    np.testing.assert_array_equal(space.index(rows) >= 0, inside)
    assert inside.sum() == space.dim
    if space.dim > 1:
        assert space.count(space.dim - 1) == space.dim
        assert space.count(1) == 2


def test_knapsacks_agree_with_sums_of_all_subsets():
    # PennyLane's knapsack: weights 3, 11, 14, 19, 5 and capacity 26 leave 16 of 32.
    space = FeasibleSpace(5, (LinearBound(tuple(range(5)), (3, 11, 14, 19, 5), upper=26),))
    assert space.dim == 16
    values = space.bits() @ np.array([8, 47, 10, 5, 16])
    assert values.max() == 71  # published optimum, 11001
    assert space.bits()[values.argmax()].tolist() == [1, 1, 0, 0, 1]


def test_a_space_pickles_without_its_states_and_has_a_digest():
    space = independent_sets(nx.petersen_graph())
    _ = space.words
    copy = pickle.loads(pickle.dumps(space))
    assert copy == space
    assert "words" not in vars(copy)
    assert digest(copy) == digest(space) != digest(independent_sets(nx.cycle_graph(10)))
    filtered = FeasibleSpace(4, accepts=odd_ones)
    assert digest(filtered) == digest(FeasibleSpace(4, accepts=lambda rows: odd_ones(rows)))
    assert digest(filtered) != digest(FeasibleSpace(4))


def test_too_many_states_are_refused_before_they_are_stored(monkeypatch):
    with pytest.raises(
        CapacityError, match=r"permutations|feasible space of 900 qubits has about 10\^32"
    ):
        _ = permutations(30).dim
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 64 * 100_000)
    graph = independent_sets(nx.path_graph(60))
    with pytest.raises(CapacityError, match="more than 100,000 states") as refusal:
        _ = graph.words
    assert "use a smaller problem" in str(refusal.value)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: FeasibleSpace(0), ParameterError, "n_qubits must be an integer >= 1"),
        (lambda: FeasibleSpace(2, groups=(Group((0, 2)),)), DimensionError, "qubit 2"),
        (lambda: FeasibleSpace(2, (LinearBound((5,), (1.0,)),)), DimensionError, "qubit 5"),
        (lambda: FeasibleSpace(4, grid=((0, 1), (2,))), DimensionError, "grid must be a square"),
        (lambda: FeasibleSpace(4, groups=(Group((0, 1)), Group((1,)))), ParameterError, "qubit 1"),
        (lambda: Group((0, 1), 3), ParameterError, "count must be an integer from 0 to 2"),
        (lambda: Group((0, 0)), ParameterError, "qubits must be different integers"),
        (lambda: LinearBound((0, 1), (1.0,)), ParameterError, "coefficients must be 2 finite"),
        (lambda: LinearBound((0,), (math.nan,)), ParameterError, "coefficients must be 1 finite"),
        (lambda: LinearBound((0,), (1.0,), lower=math.nan), ParameterError, "lower must be"),
        (lambda: FeasibleSpace(2, accepts=lambda rows: 1).words, ParameterError, "booleans"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_contradictory_constraints_leave_no_state():
    space = FeasibleSpace(3, (LinearBound((0, 1, 2), (1, 1, 1), lower=4),))
    assert space.count() == space.dim == 0
    assert space.words.shape == (0, 1)
    assert (space.index(np.eye(3, dtype=np.uint8)) == -1).all()
