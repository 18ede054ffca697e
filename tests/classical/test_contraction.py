"""Contraction ends in the state that its own correlations name, and is valued anew."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.classical import contraction as module
from hybridq.classical import local_search
from hybridq.classical.contraction import contraction
from hybridq.core.errors import ParameterError
from hybridq.operators.ising import Ising
from hybridq.operators.p1 import Sums
from tests.classical.ising_oracles import all_energies, gset, isings, maxcut, random_ising


@given(isings(12), st.integers(0, 1000), st.sampled_from([0.0, 0.2, 1.0]))
@settings(deadline=None, max_examples=60)
def test_the_energy_is_that_of_the_bits(ising: Ising, seed: int, scale: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EXACT_REST", 3)
        found = contraction(ising, gamma_scale=scale, rng=seed)
    assert found.baseline.energy == pytest.approx(float(ising.energies(found.baseline.bits)))
    assert found.baseline.energy >= all_energies(ising).min() - 1e-9
    assert found.complete
    assert not found.baseline.exact


@pytest.mark.parametrize("scale", [0.0, 0.2, 1.0])
def test_first_correlations_are_those_of_the_dense_state(scale: float) -> None:
    from hybridq.ansatz.qaoa import QAOA

    ising = random_ising(9, 3, density=0.5, fields=True)
    graph = module._Graph(ising, np.random.default_rng(0))
    gamma = graph.best_gamma(0.0)
    graph.set_angles((scale or 0.3) * gamma)
    graph.score()
    beta = _beta(graph)
    state = QAOA(ising).circuit.state([graph._gamma, beta])
    signs = 1 - 2 * ((np.arange(512)[:, None] >> np.arange(9)) & 1)
    weights = np.abs(state) ** 2
    assert graph._alone == pytest.approx(weights @ signs, abs=1e-12)
    for i in range(9):
        for t in range(graph._starts[i], graph._starts[i] + graph._degrees[i]):
            j = graph._targets[t]
            assert graph._scores[t] == pytest.approx(weights @ (signs[:, i] * signs[:, j]))


def _beta(graph: module._Graph) -> float:
    return graph._sums(graph._gamma).best_beta()


def test_the_best_angles_of_regular_trees_are_found() -> None:
    # gamma = arctan(1/sqrt(d - 1)) and beta = pi/8 for graphs without triangles:
    # Wang, Hadfield, Jiang, Rieffel 2018, arXiv:1706.02998.
    ising = maxcut(nx.heawood_graph())
    graph = module._Graph(ising, np.random.default_rng(0))
    gamma = graph.best_gamma(0.0)
    assert gamma == pytest.approx(np.arctan(1 / np.sqrt(2)), abs=1e-4)
    graph.set_angles(gamma)
    assert _beta(graph) == pytest.approx(np.pi / 8, abs=1e-6)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
@settings(deadline=None)
def test_the_best_beta_is_the_lowest_of_a_fine_grid(a: float, b: float, f: float) -> None:
    betas = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
    values = -a * np.sin(4 * betas) / 2 + b * np.sin(2 * betas) ** 2 / 2 - f * np.sin(2 * betas)
    sums = Sums(a, 0.0, b, 0.0, f, 0.0)
    beta = sums.best_beta()
    at = -a * np.sin(4 * beta) / 2 + b * np.sin(2 * beta) ** 2 / 2 - f * np.sin(2 * beta)
    assert at <= values.min() + 1e-9
    assert sums.energy(beta) == pytest.approx(at, abs=1e-9)


def test_bipartite_tori_are_cut_completely_by_the_greedy_contraction() -> None:
    found = contraction(gset("G48"), rng=1).baseline
    assert found.energy == -6_000
    assert found.method == "greedy contraction"


# Best known cut 564; RQAOA 0.979 to 0.997 of it and the control 0.982 to 0.989, in single runs.
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_cuts_of_a_torus_are_close_to_the_best_known(scale: float) -> None:
    found = contraction(gset("G11"), gamma_scale=scale, rng=1).baseline
    assert 0.97 * 564 <= -found.energy <= 564


def test_rows_that_outgrow_their_pools_are_laid_out_anew() -> None:
    ising = random_ising(60, 5, density=0.4)
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        first = module._Graph._pools

        def tight(graph: module._Graph, slots: int) -> None:
            counted.append(slots)
            first(graph, 0)

        patch.setattr(module._Graph, "_pools", tight)
        found = contraction(ising, gamma_scale=0.5, rng=3).baseline
    assert len(counted) > 1
    assert found.energy == pytest.approx(float(ising.energies(found.bits)))
    assert found.energy <= 0.9 * exactish(ising) < 0


def exactish(ising: Ising) -> float:
    """Return the lowest energy of long annealing, which contraction comes close to."""
    return local_search(ising, restarts=4, sweeps=500, rng=0).energy


def test_couplings_that_cancel_leave_free_spins() -> None:
    # Contracting one pair of a ring of couplings of both signs cancels the others exactly.
    square = Ising(20, 0.0, np.zeros(20), [[0, 1], [1, 2], [2, 3], [0, 3]], [1, 1, 1, -1], ())
    found = contraction(square, gamma_scale=1.0, rng=0)
    assert found.baseline.energy == -2.0
    assert found.contractions < 20


@pytest.mark.parametrize("scale", [0.02, 1.0])
def test_correlations_after_contractions_are_those_of_the_problem_that_is_left(
    scale: float,
) -> None:
    # Weights of both signs cancel in about every tenth contraction of this torus.
    graph = module._Graph(gset("G11"), np.random.default_rng(4))
    graph.set_angles(scale * graph.best_gamma(0.0))
    for _ in range(20):
        assert graph.remove(25) == 25
        updated, alive = graph._keys.copy(), graph._alive
        graph.score()
        assert updated[alive] == pytest.approx(graph._keys[alive], abs=1e-12)
        assert graph._degrees.min() >= 0


def test_progress_is_told_and_a_time_limit_or_interruption_keeps_the_contractions() -> None:
    ising = gset("G11")
    seen: list[int] = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        assert total == 800
        if len(seen) == 3:
            raise KeyboardInterrupt

    found = contraction(ising, gamma_scale=1.0, rng=1, progress=stop)
    assert seen == sorted(seen)
    assert not found.complete
    assert found.contractions == seen[-1]
    assert -found.baseline.energy > 400
    assert not contraction(ising, rng=1, time_limit=0.0).complete


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ParameterError, match="gamma_scale must be a number >= 0, got -1"):
        contraction(maxcut(nx.path_graph(3)), gamma_scale=-1)
