"""Annealing in rounds: parts of states, counted work, limits."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical.annealing import Work, annealing
from hybridq.classical.local_search import crossed
from hybridq.core.errors import ParameterError
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, gset, isings, maxcut, random_ising


@given(isings(10), st.integers(0, 1000), st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_crossing_is_never_worse_than_any_of_the_states(ising: Ising, seed: int, k: int) -> None:
    rows = np.random.default_rng(seed).integers(0, 2, size=(k, ising.n_qubits)).astype(np.uint8)
    found = crossed(ising, rows)
    assert float(ising.energies(found)) <= np.min(ising.energies(rows)) + 1e-9


def test_parts_that_are_good_in_different_states_are_joined() -> None:
    # Two pentagons far apart on a path: each state cuts one of them best.
    graph = nx.path_graph(20)
    graph.add_edges_from([(0, 4), (15, 19)])
    ising = maxcut(graph)
    best = np.arange(20) % 2
    left, right = best.copy(), best.copy()
    right[:5], left[15:] = 0, 0
    assert float(ising.energies(crossed(ising, [left, right]))) == all_energies(ising).min()


@given(isings(9), st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_small_problems_are_solved_to_the_optimum(ising: Ising, seed: int) -> None:
    found = annealing(ising, work=1e5, rng=seed)
    assert found.energy == pytest.approx(all_energies(ising).min(), abs=1e-9)
    assert found.energy == pytest.approx(float(ising.energies(found.bits)), abs=1e-12)
    assert not found.exact


def test_the_answer_depends_on_the_seed_and_the_work_alone() -> None:
    ising = gset("G11")
    one, two = (
        annealing(ising, work=2e6, rng=5, executor=name) for name in ("serial", "threads:2")
    )
    assert np.array_equal(one.bits, two.bits)
    assert annealing(ising, work=2e7, rng=5).energy <= one.energy
    again = annealing(ising, work=2e6, start=one.bits, rng=6)
    assert again.energy <= one.energy


def test_work_counts_couplings_and_not_only_spins() -> None:
    sparse, dense = (maxcut(graph) for graph in (nx.cycle_graph(300), nx.complete_graph(300)))
    assert 300 <= Work.of(sparse).sweep <= 600
    # A flip of the complete graph changes 299 fields; some flips are refused.
    assert 300 * (1 + 0.25 * 299 * 0.1) <= Work.of(dense).sweep <= 300 * (1 + 0.25 * 299)
    assert Work.of(dense).sweep == Work.of(dense).sweep


def test_a_limit_that_has_passed_leaves_one_round_and_says_so() -> None:
    found = annealing(random_ising(40, 4), rng=0, time_limit=0.0)
    assert not found.complete
    assert found.method == "simulated annealing, 1 round"
    assert annealing(random_ising(40, 4), work=1e4, rng=0, time_limit=1e6).complete


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ParameterError, match="work must be a number > 0, got 0"):
        annealing(random_ising(3, 0), work=0)
    cubic = Ising(3, 0.0, np.zeros(3), np.empty((0, 2)), [], (((0, 1, 2), 1.0),))
    with pytest.raises(ParameterError, match="order 3"):
        annealing(cubic)
