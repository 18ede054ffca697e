from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical import (
    elimination_minimum,
    exact_minimum,
    local_search,
    plan_elimination,
    reference,
    unfrustrated_minimum,
)
from hybridq.classical.choose import joined, proven
from hybridq.core.clock import Deadline
from hybridq.core.errors import CapacityError
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, gset, isings, maxcut, random_ising


def lower_bound(ising: Ising) -> float:
    return float(ising.constant - np.abs(ising.linear).sum() - np.abs(ising.couplings).sum())


@given(isings(9))
@settings(deadline=None, max_examples=80)
def test_elimination_gives_the_minimum_over_all_states(ising: Ising) -> None:
    found = elimination_minimum(ising)
    assert found.energy == pytest.approx(all_energies(ising).min(), abs=1e-10)
    assert found.exact


@given(isings(8))
@settings(deadline=None, max_examples=80)
def test_a_state_that_satisfies_every_term_is_found_exactly_when_there_is_one(
    ising: Ising,
) -> None:
    found = unfrustrated_minimum(ising)
    attainable = all_energies(ising).min() <= lower_bound(ising) + 1e-9
    assert (found is not None) == attainable
    if found is not None:
        assert found.exact
        assert found.energy == pytest.approx(lower_bound(ising), abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
@settings(deadline=None, max_examples=30)
def test_elimination_takes_terms_of_any_order(seed: int, n_terms: int) -> None:
    rng = np.random.default_rng(seed)
    higher = tuple(
        (tuple(rng.choice(8, rng.integers(3, 6), replace=False).tolist()), float(rng.normal()))
        for _ in range(n_terms)
    )
    ising = Ising(8, 0.0, rng.normal(size=8), [[0, 7]], [0.5], higher)
    assert elimination_minimum(ising).energy == pytest.approx(all_energies(ising).min())


def test_elimination_agrees_with_exhaustive_search_on_a_regular_graph_of_24_nodes() -> None:
    ising = maxcut(nx.random_regular_graph(3, 24, seed=5))
    assert elimination_minimum(ising).energy == exact_minimum(ising).energy


def test_a_chain_of_triangles_loses_one_edge_in_each() -> None:
    # 400 triangles in a row, each sharing one node with the next: at best two edges of each.
    graph = nx.Graph()
    for k in range(400):
        nx.add_cycle(graph, [2 * k, 2 * k + 1, 2 * k + 2])
    found = reference(maxcut(graph))
    assert found.energy == -800
    assert (found.method, found.exact) == ("variable elimination", True)


def test_elimination_width_of_known_graphs() -> None:
    assert plan_elimination(maxcut(nx.path_graph(50))).width == 1
    assert plan_elimination(maxcut(nx.cycle_graph(50))).width == 2
    assert plan_elimination(maxcut(nx.complete_graph(12))).width == 11


def test_elimination_refuses_a_dense_problem() -> None:
    ising = maxcut(nx.complete_graph(40))
    assert plan_elimination(ising) is None
    with pytest.raises(CapacityError, match="use local_search"):
        elimination_minimum(ising)


def test_a_large_bipartite_graph_is_cut_whole_and_proven() -> None:
    # G48 is a toroidal grid of even sides: all 6,000 edges can be cut.
    found = reference(gset("G48"))
    assert found.energy == -6000
    assert (found.method, found.exact) == ("every term satisfied at once", True)


def test_a_large_frustrated_problem_is_labelled_as_not_proven() -> None:
    ising = random_ising(80, 3, density=0.9)
    found = reference(ising, rng=1)
    assert not found.exact
    assert found.method == "simulated annealing, 9 rounds of 32 restarts"
    assert np.array_equal(found.bits, reference(ising, rng=1).bits)


@given(isings(9))
@settings(deadline=None, max_examples=25)
def test_small_problems_are_searched_exhaustively(ising: Ising) -> None:
    found = reference(ising)
    assert found.energy == pytest.approx(all_energies(ising).min(), abs=1e-10)
    assert (found.method, found.exact) == ("exhaustive search", True)


@pytest.mark.parametrize(
    ("n", "minimum"),
    # Energies of low-autocorrelation binary sequences: Packebusch & Mertens 2016,
    # arXiv:1512.02475, table 1.
    [(7, 3), (13, 6), (14, 19)],
)
def test_low_autocorrelation_sequences_have_their_published_energy(n: int, minimum: int) -> None:
    terms: dict[tuple[int, ...], float] = {}
    for k in range(1, n):
        for i in range(n - k):
            for j in range(n - k):
                odd = tuple(sorted({i} ^ {i + k} ^ {j} ^ {j + k}))
                terms[odd] = terms.get(odd, 0.0) + 1.0
    pairs = [key for key in terms if len(key) == 2]
    ising = Ising(
        n, terms[()], np.zeros(n), pairs, [terms[key] for key in pairs],
        tuple((key, value) for key, value in terms.items() if len(key) > 2),
    )  # fmt: skip
    assert reference(ising).energy == minimum


def test_a_large_dense_problem_of_higher_order_is_refused() -> None:
    rng = np.random.default_rng(0)
    higher = tuple((tuple(rng.choice(60, 3, replace=False).tolist()), 1.0) for _ in range(400))
    with pytest.raises(CapacityError, match="60 spins"):
        reference(Ising(60, 0.0, np.zeros(60), np.empty((0, 2)), [], higher))


def test_components_are_solved_apart_and_proven_together() -> None:
    parts = [random_ising(14, seed, density=0.9) for seed in range(4)]
    pairs = np.concatenate([part.pairs + 14 * k for k, part in enumerate(parts)])
    linear = np.concatenate([*(part.linear for part in parts), [0.5, -0.5, 0.0]])
    couplings = np.concatenate([part.couplings for part in parts])
    whole = Ising(59, 1.0, linear, pairs, couplings, ())
    # The constant is 1, and the fields of the three spins without couplings take 1 away.
    expected = sum(float(all_energies(part).min()) - part.constant for part in parts)
    found = joined(whole, lambda _, part, stream: local_search(part, rng=stream), rng=1)
    assert found.energy == pytest.approx(expected, abs=1e-9)
    assert found.exact
    assert found.bound == found.energy


@pytest.mark.slow
def test_a_graph_beyond_proofs_has_a_proven_bound() -> None:
    ising = gset("G11")
    found = reference(ising, rng=1)
    assert not found.exact
    assert found.bound is not None
    assert -found.energy <= 564 <= -found.bound <= 629  # the best known cut, the relaxation's floor
    assert found.bound == round(found.bound)  # cuts are whole numbers


@pytest.mark.parametrize("parts", [1, 2])
def test_a_limit_too_short_for_a_relaxation_leaves_the_bound_of_all_terms(parts: int) -> None:
    graph = nx.disjoint_union_all(nx.random_regular_graph(6, 80, seed=k) for k in range(parts))
    ising = maxcut(graph)
    found = reference(ising, rng=1, time_limit=0.0)
    assert found.bound == lower_bound(ising) == -240 * parts
    assert (found.exact, found.complete, found.failure) == (False, False, 0.0)
    assert found.energy == ising.energies(found.bits)
    # What was not proven for want of time is asked again where there is time.
    again = reference(ising, rng=1)
    assert again.complete
    assert lower_bound(ising) < again.bound <= again.energy


def test_a_proof_is_made_once_for_reference_and_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    from hybridq.classical import choose

    calls = []

    def planned(*given: object, **_: object) -> None:
        calls.append(given)

    monkeypatch.setattr(choose, "plan_elimination", planned)
    ising = random_ising(40, 1)
    assert proven(ising) is proven(ising) is None
    assert proven(ising, Deadline(1.0)) is None
    assert len(calls) == 1
