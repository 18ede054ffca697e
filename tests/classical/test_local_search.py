from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical import local_search
from hybridq.core.errors import ParameterError
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, gset, isings, maxcut, random_ising


@given(isings(10), st.integers(0, 1000), st.sampled_from([0, 30]))
@settings(deadline=None, max_examples=60)
def test_no_single_flip_improves_the_answer(ising: Ising, seed: int, sweeps: int) -> None:
    found = local_search(ising, restarts=2, sweeps=sweeps, rng=seed)
    flips = found.bits ^ np.eye(ising.n_qubits, dtype=np.uint8)
    assert np.all(ising.energies(flips) >= found.energy - 1e-9)
    assert found.energy == pytest.approx(float(ising.energies(found.bits)), abs=1e-12)
    assert not found.exact


@given(isings(9), st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_small_problems_are_solved_to_the_optimum(ising: Ising, seed: int) -> None:
    found = local_search(ising, restarts=8, sweeps=100, rng=seed)
    assert found.energy == pytest.approx(all_energies(ising).min(), abs=1e-9)


# Best known cuts: Gset (Helmberg & Rendl), as listed by microsoft/AOCoptimizer.jl, MIT.
@pytest.mark.parametrize(
    ("name", "best_known"),
    [
        ("G11", 564),
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (("G1", 11_624), ("G14", 3_064), ("G48", 6_000))
        ),
    ],
)
def test_gset_cuts_come_within_one_percent_of_the_best_known(name: str, best_known: int) -> None:
    cut = -local_search(gset(name), rng=7).energy
    assert 0.99 * best_known <= cut <= best_known


@pytest.mark.parametrize("sweeps", [0, 40])
def test_a_seed_gives_the_same_answer_on_any_number_of_threads(sweeps: int) -> None:
    ising = random_ising(150, 1, density=0.05)
    one, four = (local_search(ising, sweeps=sweeps, rng=3, executor=f"threads:{k}") for k in (1, 4))
    assert np.array_equal(one.bits, four.bits)
    assert one.method == four.method


def test_more_restarts_of_the_same_seed_are_never_worse() -> None:
    ising = gset("G11")
    energies = [local_search(ising, restarts=k, sweeps=0, rng=5).energy for k in (1, 4, 16)]
    assert energies[0] >= energies[1] >= energies[2]
    assert energies[0] > energies[2]


def test_annealing_beats_greedy_descent_on_a_frustrated_graph() -> None:
    ising = gset("G11")
    greedy = local_search(ising, restarts=8, sweeps=0, rng=1).energy
    assert local_search(ising, restarts=8, sweeps=500, rng=1).energy < greedy


def test_the_label_tells_what_was_done() -> None:
    ising = maxcut(nx.path_graph(4))
    assert local_search(ising, restarts=3, rng=0).method == "simulated annealing, 16 restarts"
    once = local_search(ising, restarts=1, sweeps=0, rng=0)
    assert once.method == "greedy local search, 1 restart"


def test_a_time_limit_of_zero_still_runs_one_descent_and_says_so() -> None:
    found = local_search(random_ising(30, 4), restarts=40, rng=0, time_limit=0.0)
    assert found.method == "greedy local search, 1 restart"
    assert not found.complete


def test_a_limit_that_is_never_met_leaves_the_search_whole() -> None:
    ising = random_ising(30, 4)
    assert local_search(ising, restarts=2, sweeps=40, rng=0, time_limit=1e6).complete
    assert local_search(ising, restarts=2, sweeps=40, rng=0).complete


def test_a_problem_without_terms_is_answered() -> None:
    assert local_search(Ising(3, 1.5, np.zeros(3), np.empty((0, 2)), []), rng=0).energy == 1.5


def test_bad_arguments_are_refused() -> None:
    cubic = Ising(3, 0.0, np.zeros(3), np.empty((0, 2)), [], (((0, 1, 2), 1.0),))
    with pytest.raises(ParameterError, match="order 3"):
        local_search(cubic)
    with pytest.raises(ParameterError, match="restarts must be an integer >= 1, got 0"):
        local_search(random_ising(3, 0), restarts=0)
    with pytest.raises(ParameterError, match="sweeps must be an integer >= 0, got -1"):
        local_search(random_ising(3, 0), sweeps=-1)


def test_a_start_is_never_made_worse() -> None:
    ising = gset("G11")
    first = local_search(ising, restarts=1, sweeps=50, rng=3)
    again = local_search(ising, restarts=2, sweeps=50, start=first.bits, rng=4)
    assert again.energy <= first.energy
    hamming = min((first.bits != again.bits).mean(), (first.bits == again.bits).mean())
    assert hamming < 0.4  # annealing is too cool to forget it
