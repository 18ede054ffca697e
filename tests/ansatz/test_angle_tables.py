"""Tabulated angles: published energies, units, and other depths."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz import angle_tables as tables
from hybridq.ansatz.angles import coupling_strength, linear_ramp
from hybridq.ansatz.automatic_start import choose_start
from hybridq.ansatz.qaoa import INITIAL_POINTS
from hybridq.operators.p1 import OneLayer, p1_optimum

SK_ENERGY = {1: 0.3033, 2: 0.4075, 3: 0.4726, 4: 0.5157, 5: 0.5476}


def maxcut_ising(graph):
    return hq.MaxCut(graph).ising


def infinite_size_energy(x):
    """Energy per spin of the Sherrington–Kirkpatrick model, n → ∞, exactly.

    The iteration over the (2p+1)-spin matrix G of Basso, Farhi, Marwaha, Villalonga, Zhou 2022,
    arXiv:2110.14206, section 4.
    """
    p = len(x) // 2
    gammas, betas = np.asarray(x[:p]), np.asarray(x[p:])
    length = 2 * p + 1
    spins = 1 - 2 * ((np.arange(1 << length)[:, None] >> np.arange(length)) & 1)
    phases = np.concatenate([gammas, [0.0], -gammas[::-1]])
    steps = np.concatenate([betas, -betas[::-1]])
    weight = np.full(1 << length, 0.5, dtype=complex)
    for k, beta in enumerate(steps):
        same = spins[:, k] == spins[:, k + 1]
        weight *= np.where(same, np.cos(beta), 1j * np.sin(beta))
    matrix = (spins.T * weight) @ spins
    signed = spins * phases
    for _ in range(p):
        exponent = np.einsum("aj,jk,ak->a", signed, matrix, signed)
        matrix = (spins.T * (weight * np.exp(-0.5 * exponent))) @ spins
    return float(np.real(0.5j * np.sum(phases * matrix[p] ** 2)))


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5])
def test_sk_angles_reach_the_published_energies_in_the_limit_of_infinite_size(p):
    """Farhi, Goldstone, Gutmann, Zhou 2022, arXiv:1910.08187, table 1."""
    energy = infinite_size_energy(tables.sk_table()[p])
    assert energy == pytest.approx(SK_ENERGY[p], abs=6e-5)


def test_sk_angles_of_a_signed_dense_instance_come_near_the_limit():
    n, p = 14, 3
    pairs = np.array([(i, j) for j in range(n) for i in range(j)])
    energies = []
    for seed in range(8):
        couplings = np.random.default_rng(seed).choice([-1.0, 1.0], len(pairs)) / np.sqrt(n)
        hamiltonian = hq.Ising(n, 0.0, np.zeros(n), pairs, couplings).to_pauli_sum()
        ansatz = hq.QAOA(hamiltonian, p)
        energies.append(-hq.Expectation(ansatz, hamiltonian)(ansatz.initial_point("sk")) / n)
    # Finite size takes about 1/n of the energy.
    assert np.mean(energies) == pytest.approx(SK_ENERGY[p], rel=0.1)


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 7])
def test_half_a_phase_unit_is_the_best_angle_of_one_layer_on_regular_trees(degree):
    graph = nx.random_regular_graph(degree, 12, seed=1)
    best = np.arctan(1 / np.sqrt(degree - 1)) if degree > 1 else np.pi / 2
    assert tables.phase_unit(maxcut_ising(graph)) / 2 == pytest.approx(best, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(1e-3, 1e3), st.sampled_from(sorted(INITIAL_POINTS)))
def test_starts_scale_inversely_with_the_weights(seed, factor, name):
    if name in ("random", "sweep"):  # a sweep is for mixers that start in one assignment
        return
    graph = nx.gnp_random_graph(8, 0.7, seed=seed)
    graph.add_edge(0, 1)
    rng = np.random.default_rng(seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.uniform(0.1, 1))
    hamiltonian = hq.MaxCut(graph).hamiltonian
    x = hq.QAOA(hamiltonian, 2).initial_point(name)
    y = hq.QAOA(factor * hamiltonian, 2).initial_point(name)
    assert y[:2] * factor == pytest.approx(x[:2], rel=1e-9)
    assert y[2:] == pytest.approx(x[2:])


def test_the_phase_unit_of_a_dense_cost_is_the_inverse_coupling_strength():
    ising = maxcut_ising(nx.complete_graph(60))
    assert tables.phase_unit(ising) * coupling_strength(ising) == pytest.approx(1.0, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 30))
def test_a_ramp_resampled_is_the_ramp_of_the_other_depth(depth, p):
    ising = maxcut_ising(nx.petersen_graph())
    resampled = tables.resampled(linear_ramp(ising, depth), p)
    if depth > 1:
        assert resampled == pytest.approx(linear_ramp(ising, p), abs=1e-12)
    else:
        assert (resampled[:p] == linear_ramp(ising, 1)[0]).all()


@pytest.mark.parametrize("name", ["sk", "transfer", "tuned-ramp", "auto"])
@pytest.mark.parametrize("p", [1, 12, 33, 100])
def test_starts_by_table_exist_at_every_depth(name, p):
    x = hq.QAOA(hq.MaxCut(nx.petersen_graph()).hamiltonian, p).initial_point(name)
    assert x.shape == (2 * p,)
    assert np.isfinite(x).all()
    assert (x >= 0).all()


def signed_graph():
    graph = nx.complete_graph(8)
    for number, (u, v) in enumerate(graph.edges):
        graph.edges[u, v]["weight"] = 1 - 2 * (number % 2)
    return graph


@pytest.mark.parametrize(
    ("graph", "p", "name"),
    [
        (nx.petersen_graph(), 5, "fixed-angles"),
        (nx.petersen_graph(), 30, "transfer"),
        (nx.complete_graph(9), 4, "transfer"),
        (nx.random_labeled_tree(12, seed=1), 4, "sk"),
        (signed_graph(), 4, "sk"),
        (nx.random_regular_graph(4, 40, seed=1), 6, "tree"),
        (nx.random_regular_graph(4, 40, seed=1), 5, "fixed-angles"),
        (nx.random_regular_graph(4, 30, seed=1), 6, "transfer"),
    ],
)
def test_the_automatic_start_suits_the_graph(graph, p, name):
    chosen, reason = choose_start(maxcut_ising(graph), p)
    assert chosen == name
    assert reason


def test_costs_without_pairs_or_with_long_terms_have_starts_too():
    for hamiltonian in (
        hq.PauliSum.from_labels({"ZI": 1.0, "IZ": -2.0}),
        hq.PauliSum.from_labels({"ZZZ": 1.0, "ZZI": 0.5}),
    ):
        ansatz = hq.QAOA(hamiltonian, 3)
        assert choose_start(ansatz.ising, 3)[0] == "tuned-ramp"
        for name in ("auto", "sk", "transfer", "tuned-ramp"):
            assert np.isfinite(ansatz.initial_point(name)).all()


def test_angles_of_trees_are_those_of_the_table_and_are_scaled_by_the_weights():
    graph = nx.petersen_graph()
    found, table = (
        hq.QAOA(hq.MaxCut(graph), 3).initial_point(each) for each in ("tree", "fixed-angles")
    )
    np.testing.assert_allclose(found, table, atol=2e-3)
    nx.set_edge_attributes(graph, 4.0, "weight")
    heavy = hq.QAOA(hq.MaxCut(graph), 3).initial_point("tree")
    np.testing.assert_allclose(heavy[:3] * 4.0, found[:3], atol=1e-12)
    deep = hq.QAOA(hq.MaxCut(nx.path_graph(5)), 11).initial_point("tree")
    assert deep.shape == (22,)


def heavy_tailed(n, seed):
    """A 3-regular graph with weights that differ by orders of magnitude."""
    graph = nx.random_regular_graph(3, n, seed=seed)
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(sigma=2.0, size=graph.size())
    nx.set_edge_attributes(graph, dict(zip(graph.edges, weights, strict=True)), "weight")
    return maxcut_ising(graph)


def test_beyond_simulated_sizes_one_layer_of_the_medians_is_the_best_one():
    """γ is then that of the closed form's optimum, where the means of weights are far off."""
    ising = heavy_tailed(60, 1)
    best = p1_optimum(ising)
    gamma, _ = tables.median_angles(ising, 1)
    assert gamma == pytest.approx(best.gamma, rel=1e-12)
    layer = OneLayer(ising)
    by_means = tables.fitted(tables.median_table("sparse")[1], ising, 1)[0]
    gain = -best.energy + layer.measured.constant  # beyond half the weights
    assert layer.measured.constant - layer.best_beta(by_means)[1] < 0.9 * gain
    deeper, table = tables.median_angles(ising, 4), tables.median_table("sparse")
    np.testing.assert_allclose(deeper[:4], table[4][:4] * best.gamma / table[1][0], rtol=1e-12)
    np.testing.assert_array_equal(deeper[4:], table[4][4:])


def test_up_to_simulated_sizes_angles_are_as_they_were():
    ising = heavy_tailed(34, 2)
    for p in (1, 3, 20):
        expected = tables.fitted(tables.schedule_of(tables.median_table("sparse"), p), ising, p)
        np.testing.assert_array_equal(tables.median_angles(ising, p), expected)


def test_costs_without_a_closed_form_keep_the_unit_of_the_means(monkeypatch):
    n = 40
    cubic = hq.Ising(n, 0.0, np.zeros(n), [[0, 1]], [1.0], (((0, 1, 2), 1.0),))
    flat = hq.Ising(n, 0.0, np.zeros(n), np.zeros((0, 2), dtype=int), np.zeros(0))
    for ising in (cubic, flat):
        assert tables.calibrated_unit(ising, 0.5) == tables.phase_unit(ising)
    monkeypatch.setattr(tables, "_MOST_COSINES", 10)
    ising = heavy_tailed(40, 3)
    assert tables.calibrated_unit(ising, 0.5) == tables.phase_unit(ising)
