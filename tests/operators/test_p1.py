"""One layer of QAOA in closed form: dense states, published optima, sorted rows, bad input."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core import memory
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators import Ising
from hybridq.operators.p1 import OneLayer, close_pairs, closed_form, p1_optimum
from tests.helpers.slow_twin import qaoa_state, random_ising

GRAPHS = Path(__file__).parents[2] / "problems" / "maxcut"
KERNELS = ("compiled", "numpy")


def cut(graph) -> Ising:
    """The energy of max-cut."""
    return hq.MaxCut(graph).ising


def all_pairs(n):
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def dense_means(ising, measured, gamma, beta, pairs):
    """⟨Z_i⟩, ⟨Z_iZ_j⟩ and the measured energy from the state itself."""
    n = ising.n_qubits
    chances = np.abs(qaoa_state(ising.to_pauli_sum().diagonal(), [gamma, beta])) ** 2
    spins = 1.0 - 2.0 * (np.arange(1 << n)[:, None] >> np.arange(n) & 1)
    products = spins[:, pairs[:, 0]] * spins[:, pairs[:, 1]]
    return chances @ spins, chances @ products, chances @ measured.to_pauli_sum().diagonal()


@pytest.mark.parametrize("kernels", KERNELS)
@settings(max_examples=25)
@given(
    st.integers(1, 8),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    st.booleans(),
    st.booleans(),
    st.floats(-4.0, 4.0),
    st.floats(-4.0, 4.0),
)
def test_means_are_those_of_the_state(kernels, n, seed, density, fields, integer, gamma, beta):
    """Any couplings, fields, triangles and angles; pairs that are coupled and that are not."""
    ising = random_ising(n, seed, density=density, fields=fields, integer=integer)
    measured = random_ising(n, seed + 1, density=0.7)
    pairs = all_pairs(n)
    z, zz, energy = dense_means(ising, measured, gamma, beta, pairs)
    layer = OneLayer(ising, measured, kernels=kernels)
    found = layer.correlations(gamma, beta, pairs)
    np.testing.assert_allclose(found[0], z, atol=1e-13, rtol=0)
    np.testing.assert_allclose(found[1], zz, atol=1e-13, rtol=0)
    assert layer.energy(gamma, beta) == pytest.approx(energy, abs=1e-12 * (n + 1) ** 2)


@settings(max_examples=25)
@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.booleans(), st.floats(-3.0, 3.0))
def test_kernels_and_twin_agree_on_values_and_slopes(n, seed, fields, gamma):
    ising = random_ising(n, seed, density=0.6, fields=fields)
    measured = random_ising(n, seed + 1)
    compiled, plain = (OneLayer(ising, measured, kernels=each).sums(gamma) for each in KERNELS)
    np.testing.assert_allclose(plain, compiled, atol=1e-11, rtol=1e-12)


@pytest.mark.parametrize(
    "graph",
    [
        nx.wheel_graph(200),  # a hub whose row is merged with short ones by blocks
        nx.star_graph(200),
        nx.complete_graph(75),
        nx.complete_bipartite_graph(3, 150),
        nx.barabasi_albert_graph(250, 3, seed=1),
    ],
    ids=["wheel", "star", "complete", "bipartite", "hubs"],
)
def test_long_rows_are_merged_as_short_ones(graph):
    rng = np.random.default_rng(5)
    n, edges = len(graph), np.array(graph.edges())
    ising = Ising(n, 0.0, rng.normal(size=n), edges, rng.normal(size=len(edges)))
    compiled, plain = (OneLayer(ising, kernels=each) for each in KERNELS)
    np.testing.assert_allclose(compiled.sums(0.08), plain.sums(0.08), rtol=1e-10, atol=1e-13)
    pairs = rng.permutation(all_pairs(n))[:500]
    for here, there in zip(
        compiled.correlations(0.05, 0.4, pairs), plain.correlations(0.05, 0.4, pairs), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-14, rtol=1e-11)


@pytest.mark.parametrize("levels", [(1.0,), (-0.5, 0.5), (1.0, 0.25, -2.0)])
def test_counted_factors_are_those_of_merged_rows(levels, monkeypatch):
    rng = np.random.default_rng(3)
    edges = np.array(nx.gnp_random_graph(60, 0.8, seed=4).edges())
    ising = Ising(60, 0.0, rng.normal(size=60), edges, rng.choice(levels, size=len(edges)))
    counted = OneLayer(ising)
    assert counted._measured.counts is not None
    monkeypatch.setattr(closed_form, "few_kinds", lambda *_: False)
    merged, pairs = OneLayer(ising), all_pairs(60)
    for gamma in (0.02, 0.3, np.pi / 4):
        np.testing.assert_allclose(counted.sums(gamma), merged.sums(gamma), rtol=1e-9, atol=1e-12)
        found = (layer.correlations(gamma, 0.3, pairs)[1] for layer in (counted, merged))
        np.testing.assert_allclose(*found, atol=1e-14)


def test_a_cosine_of_zero_is_not_divided_by():
    """At γ = π/4 and couplings of 1 all cosines but that of one coupling are 0, up to rounding."""
    pairs = np.array([(0, 1), (0, 2), (1, 2), (2, 3)])
    ising = Ising(4, 0.0, np.zeros(4), pairs, np.array([1.0, 1.0, 1.0, 0.3]))
    z, zz, _ = dense_means(ising, ising, np.pi / 4, 0.3, pairs)
    found = OneLayer(ising).correlations(np.pi / 4, 0.3)
    np.testing.assert_allclose(found[0], z, atol=1e-14)
    np.testing.assert_allclose(found[1], zz, atol=1e-14)


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.booleans(), st.floats(-2.0, 2.0))
def test_slopes_are_those_of_differences(n, seed, fields, gamma):
    ising, measured = (random_ising(n, seed + k, density=0.6, fields=fields) for k in (0, 1))
    layer, beta, step = OneLayer(ising, measured), 0.4, 1e-4
    value, by_gamma, by_beta = layer.energy_and_gradient(gamma, beta)
    assert value == layer.energy(gamma, beta)
    for slope, (x, y) in ((by_gamma, (1, 0)), (by_beta, (0, 1))):
        # Richardson: the error is of order step⁴
        far, near = (
            (layer.energy(gamma + x * h, beta + y * h) - layer.energy(gamma - x * h, beta - y * h))
            / (2.0 * h)
            for h in (2 * step, step)
        )
        assert slope == pytest.approx((4 * near - far) / 3, abs=1e-7 * (n + 1) ** 2)


def test_results_do_not_depend_on_the_number_of_threads_bit_for_bit(monkeypatch):
    monkeypatch.setattr(closed_form, "_SPREAD", 0)
    graph = nx.barabasi_albert_graph(300, 3, seed=2)
    rng, edges = np.random.default_rng(1), np.array(graph.edges())
    ising = Ising(300, 0.0, rng.normal(size=300), edges, rng.normal(size=len(edges)))
    pairs = close_pairs(ising)
    one, *others = (OneLayer(ising, threads=threads) for threads in (1, 2, 5))
    for other in others:
        assert other.sums(0.3) == one.sums(0.3)
        for here, there in zip(
            one.correlations(0.3, 0.2, pairs), other.correlations(0.3, 0.2, pairs), strict=True
        ):
            assert np.array_equal(here, there)
    assert p1_optimum(ising, threads=3) == p1_optimum(ising)


# -- best angles ------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(1, 7), st.integers(0, 2**32 - 1), st.booleans(), st.floats(-2.0, 2.0))
def test_no_beta_of_a_fine_scan_is_better(n, seed, fields, gamma):
    ising, measured = (random_ising(n, seed + k, density=0.6, fields=fields) for k in (0, 1))
    layer = OneLayer(ising, measured)
    sums = layer.sums(gamma)
    beta, energy = layer.best_beta(gamma)
    scan = [sums.energy(each) for each in np.linspace(-np.pi / 2, np.pi / 2, 400)]
    assert energy <= measured.constant + min(scan) + 1e-12 * (n + 1) ** 2
    assert sums.by_beta(beta) == pytest.approx(0.0, abs=1e-9 * (n + 1) ** 2)


# Survey values (dense search in γ and β, six digits): γ*, β*, expected cut.
OPTIMA = {
    "K3": (nx.complete_graph(3), 0.615480, 0.307740, 2.0),
    "K4": (nx.complete_graph(4), 0.491520, 0.282456, 3.697516),
    "K5": (nx.complete_graph(5), 0.413531, 0.265309, 5.905212),
    "prism": (nx.circular_ladder_graph(3), 0.570330, 0.348183, 5.939222),
    "octahedron": (nx.octahedral_graph(), 0.455742, 0.298607, 7.300198),
    "icosahedron": (nx.icosahedral_graph(), 0.422292, 0.310539, 18.045230),
    "florentine": (nx.florentine_families_graph(), 0.599923, 0.365716, 13.339311),
    "davis": (nx.davis_southern_women_graph(), 0.413602, 0.392699, 55.427994),
    "karate": (nx.karate_club_graph(), 0.121827, 0.329293, 137.709310),
    "les miserables": (nx.les_miserables_graph(), 0.035028, 0.295652, 456.577772),
    "G1": ("G1.rud", 0.144219, 0.361795, 10329.040276),
    "G14": ("G14.rud", 0.295380, 0.339393, 2635.776680),
    "G11": ("G11.rud", np.pi / 6, np.pi / 8, 276.807621),
    "G32": ("G32.rud", np.pi / 6, np.pi / 8, 660.519053),
    "G48": ("G48.rud", np.pi / 6, np.pi / 8, 3974.278579),
}


@pytest.mark.parametrize("name", OPTIMA)
def test_known_optima(name):
    graph, gamma, beta, expected = OPTIMA[name]
    problem = hq.MaxCut.from_file(GRAPHS / graph) if isinstance(graph, str) else hq.MaxCut(graph)
    found = p1_optimum(problem.ising)
    assert found.gamma == pytest.approx(gamma, abs=6e-7)
    assert found.beta == pytest.approx(beta, abs=6e-7)
    assert -found.energy == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("degree", [1, 2, 3, 5, 8])
def test_regular_graphs_without_triangles(degree):
    """γ* = arctan(1/√(d−1)), β* = π/8; the cut is that of Wang et al. 2018, equation 17."""
    graph = nx.complete_bipartite_graph(degree, degree)
    found = p1_optimum(cut(graph))
    assert found.gamma == pytest.approx(np.arctan2(1.0, np.sqrt(degree - 1.0)), abs=1e-7)
    assert found.beta == pytest.approx(np.pi / 8, abs=1e-9)
    best = 0.5 + 0.5 / np.sqrt(degree) * (1.0 - 1.0 / degree) ** ((degree - 1) / 2)
    assert -found.energy == pytest.approx(degree**2 * best, abs=1e-9)


def test_signs_of_couplings_do_not_matter_without_triangles():
    """A torus with weights ±1: γ* = π/6, and W/2 + (3√3/32) Σ|w| of cut, as of any signs."""
    graph = nx.grid_2d_graph(6, 5, periodic=True)
    rng = np.random.default_rng(3)
    signs = rng.choice([-1.0, 1.0], 60).tolist()
    nx.set_edge_attributes(graph, dict(zip(graph.edges, signs, strict=True)), "weight")
    found = p1_optimum(cut(graph))
    total = graph.size("weight")
    assert (found.gamma, found.beta) == pytest.approx((np.pi / 6, np.pi / 8), abs=1e-9)
    assert -found.energy == pytest.approx(total / 2 + 60 * 3 * np.sqrt(3) / 32, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_unit_of_energy_only_rescales(unit):
    ising = random_ising(9, 4, density=0.5)
    scaled = Ising(9, 0.0, unit * ising.linear, ising.pairs, unit * ising.couplings)
    plain = p1_optimum(Ising(9, 0.0, ising.linear, ising.pairs, ising.couplings))
    found = p1_optimum(scaled)
    assert found.gamma * unit == pytest.approx(plain.gamma, rel=1e-6)
    assert found.energy / unit == pytest.approx(plain.energy, rel=1e-12)


def test_one_huge_coupling_does_not_hide_the_others():
    """The rest of the graph is 3-regular of weight 1; its best γ lies far beyond 1.2/κ."""
    graph = nx.random_regular_graph(3, 60, seed=4)
    graph.add_edge("a", "b", weight=1000.0)
    gamma = p1_optimum(cut(graph)).gamma
    rest = OneLayer(cut(nx.random_regular_graph(3, 60, seed=4)))
    assert rest.best_beta(gamma)[1] <= 0.95 * rest.best_beta(np.arctan(np.sqrt(0.5)))[1]


def test_energies_without_anything_to_gain():
    flat = p1_optimum(Ising(3, 2.5, np.zeros(3), np.zeros((0, 2), dtype=int), np.zeros(0)))
    assert (flat.gamma, flat.energy) == (0.0, 2.5)
    single = p1_optimum(Ising(1, 0.0, np.array([2.0]), np.zeros((0, 2), dtype=int), np.zeros(0)))
    assert single.energy == pytest.approx(-2.0)  # one spin in a field turns all the way
    z, zz = OneLayer(Ising(2, 0.0, np.zeros(2), [], [])).correlations(0.3, 0.4, [[0, 1]])
    assert z.tolist() == [0.0, 0.0]
    assert zz.tolist() == [0.0]


# -- pairs ------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(0, 2**32 - 1), st.floats(0.0, 0.3))
def test_close_pairs_are_those_at_distance_one_and_two(n, seed, density):
    graph = nx.gnp_random_graph(n, density, seed=seed)
    ising = Ising(n, 0.0, np.zeros(n), np.array(graph.edges()), np.ones(len(graph.edges())))
    near = dict(nx.all_pairs_shortest_path_length(graph, cutoff=2))
    expected = [(i, j) for i in range(n) for j in range(i + 1, n) if j in near[i]]
    assert close_pairs(ising).tolist() == [list(pair) for pair in expected]


def test_pairs_further_apart_are_products_of_means():
    ising = random_ising(9, 1, density=0.2)
    near = set(map(tuple, close_pairs(ising).tolist()))
    far = np.array([pair for pair in all_pairs(9) if tuple(sorted(pair)) not in near])
    z, zz = OneLayer(ising).correlations(0.4, 0.3, far)
    assert len(far)
    np.testing.assert_allclose(zz, z[far[:, 0]] * z[far[:, 1]], atol=1e-15)


def test_too_many_close_pairs_are_refused_before_they_are_listed(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    star = Ising(50_001, 0.0, np.zeros(50_001), [(0, k) for k in range(1, 50_001)], [1.0] * 50_000)
    with pytest.raises(CapacityError, match=r"up to 2,500,\d+,\d+ pairs.*name the pairs"):
        close_pairs(star)
    layer = OneLayer(star)  # the energy itself is linear in the number of leaves
    assert layer.energy(0.0, 0.1) == 0.0


@pytest.mark.parametrize(
    ("pairs", "error", "match"),
    [
        ([[0, 0]], ParameterError, r"two different qubits, got \[0, 0\] in row 0"),
        ([[0, 4]], DimensionError, r"qubits in 0 ... 3, got 0 ... 4"),
        ([[-1, 2]], DimensionError, r"qubits in 0 ... 3, got -1"),
        ([0, 1], DimensionError, r"shape \(k, 2\)"),
        ([[0.0, 1.0]], ParameterError, "integers"),
    ],
)
def test_bad_pairs_are_refused(pairs, error, match):
    with pytest.raises(error, match=match) as caught:
        OneLayer(random_ising(4, 1)).correlations(0.1, 0.1, pairs)
    assert caught.value.argument == "pairs"


def test_terms_of_higher_order_are_refused_with_their_order():
    with pytest.raises(ParameterError, match="at most two spins, got a term of 4"):
        OneLayer(random_ising(5, 1, order=4))
