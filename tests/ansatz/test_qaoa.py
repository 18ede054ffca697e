"""QAOA's starting points, its box of angles, and published expectation values."""

import functools
import json

import networkx as nx
import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.ansatz.angle_file import read_angles
from hybridq.ansatz.angles import fixed_angle_table
from hybridq.core.errors import DimensionError, FormatError, ParameterError, UnknownNameError
from tests.helpers.slow_twin import random_ising

TREE_CUT_FRACTION = {1: 0.6924500897, 2: 0.7559064585, 3: 0.7923984288, 4: 0.8168765649}
"""3-regular, infinite girth, best angles: arXiv:2503.12789."""


def cut_expectation(graph, x):
    problem = hq.MaxCut(graph)
    ansatz = hq.QAOA(problem.hamiltonian, len(x) // 2)
    return -hq.Expectation(ansatz, problem.hamiltonian)(x)


def closed_form_cut(graph, gamma, beta):
    """Expected cut at p = 1 of any weighted graph, edge by edge.

    Hadfield 2018 (thesis); Ozaeta, van Dam, McMahon 2022, arXiv:2012.03421.
    """
    total = 0.0
    weight = nx.to_numpy_array(graph)
    n = len(weight)
    for u, v in zip(*np.nonzero(np.triu(weight)), strict=True):
        others = [k for k in range(n) if k not in (u, v)]
        a, b = gamma * weight[u, others], gamma * weight[v, others]
        w = gamma * weight[u, v]
        zz = -0.5 * np.sin(4 * beta) * np.sin(w) * (np.cos(a).prod() + np.cos(b).prod())
        zz += 0.5 * np.sin(2 * beta) ** 2 * (np.cos(a - b).prod() - np.cos(a + b).prod())
        total += weight[u, v] * (1 - zz) / 2
    return total


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 10),
    st.integers(0, 10**6),
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.sampled_from(["unit", "real", "signed"]),
)
def test_expectation_matches_closed_form_at_p1(n, seed, gamma, beta, weights):
    graph = nx.gnp_random_graph(n, 0.6, seed=seed)
    if not graph.edges:
        graph.add_edge(0, 1)
    rng = np.random.default_rng(seed)
    for u, v in graph.edges:
        draw = {"unit": 1.0, "real": rng.random(), "signed": rng.normal()}[weights]
        graph.edges[u, v]["weight"] = draw
    exact = closed_form_cut(graph, gamma, beta)
    scale = 1 + sum(abs(w) for *_, w in graph.edges.data("weight"))
    assert cut_expectation(graph, [gamma, beta]) == pytest.approx(exact, abs=1e-12 * scale)


@pytest.mark.parametrize(
    ("degree", "graph"),
    [
        (2, nx.cycle_graph(8)),
        (3, nx.petersen_graph()),
        (3, nx.heawood_graph()),
        (4, nx.hypercube_graph(4)),
    ],
)
def test_best_angles_at_p1_give_the_triangle_free_cut_fraction(degree, graph):
    gamma = np.arctan(1 / np.sqrt(degree - 1)) if degree > 1 else np.pi / 2
    fraction = 0.5 + (1 - 1 / degree) ** ((degree - 1) / 2) / (2 * np.sqrt(degree))
    cut = cut_expectation(graph, [gamma, np.pi / 8])
    assert cut / graph.number_of_edges() == pytest.approx(fraction, abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_ring_of_disagrees_reaches_its_published_fraction(p):
    graph = nx.cycle_graph(2 * p + 4)
    problem = hq.MaxCut(graph)
    ansatz = hq.QAOA(problem.hamiltonian, p)
    solution = hq.minimize(
        hq.Expectation(ansatz, problem.hamiltonian), ansatz.initial_point("ramp"), "l-bfgs"
    )
    assert -solution.value / len(graph) == pytest.approx((2 * p + 1) / (2 * p + 2), abs=1e-8)


@pytest.mark.parametrize(
    ("graph", "cut"), [(nx.complete_graph(4), 3.6975160993), (nx.cycle_graph(4), 3.0)]
)
def test_small_graphs_reach_their_published_expectation_at_p1(graph, cut):
    problem = hq.MaxCut(graph)
    result = hq.solve(problem, p=1, restarts=4, rng=1)
    assert result.expectation == pytest.approx(cut, abs=1e-8)


def test_petersen_with_fixed_angles_at_p1_gives_the_published_cut():
    problem = hq.MaxCut(nx.petersen_graph())
    ansatz = hq.QAOA(problem.hamiltonian, 1)
    cut = cut_expectation(nx.petersen_graph(), ansatz.initial_point("fixed-angles"))
    assert cut == pytest.approx(10.386751, abs=1e-6)


def tree_cut_fraction(degree, x):
    """Cut fraction on the infinite d-regular tree, by the recursion over neighbourhoods.

    Basso, Farhi, Marwaha, Villalonga, Zhou 2022, arXiv:2110.14206, section 3.
    """
    p = len(x) // 2
    gammas, betas = np.asarray(x[:p]), np.asarray(x[p:])
    length = 2 * p + 1
    # Spins a_1 … a_p, a_0, a_-p … a_-1 along the path through the circuit and back.
    spins = 1 - 2 * ((np.arange(1 << length)[:, None] >> np.arange(length)) & 1)
    phases = np.concatenate([gammas, [0.0], -gammas[::-1]])
    steps = np.concatenate([betas, -betas[::-1]])
    weight = np.full(1 << length, 0.5, dtype=complex)
    for k, beta in enumerate(steps):
        same = spins[:, k] == spins[:, k + 1]
        weight *= np.where(same, np.cos(beta), 1j * np.sin(beta))
    # Each neighbour b brings the phase e^{-i sum_k phases_k a_k b_k / 2} of its edge; the signs
    # a_k b_k are those of the exclusive or of their indices.
    index = np.arange(1 << length)
    edge = np.exp(-0.5j * (spins @ phases))[index[:, None] ^ index]
    branch = np.ones(1 << length, dtype=complex)
    for _ in range(p):
        branch = (edge @ (weight * branch)) ** (degree - 1)
    vector = weight * branch * spins[:, p]
    return float(0.5 - 0.5 * (vector @ edge @ vector).real)


@functools.cache
def best_tree_angles(p):
    """The best angles on the infinite 3-regular tree, from the recursion alone."""
    start = np.array(fixed_angle_table()[3, p])
    best = scipy.optimize.minimize(
        lambda x: -tree_cut_fraction(3, x), start, method="BFGS", jac="3-point",
        options={"gtol": 1e-6},
    )  # fmt: skip
    return best.x


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_the_recursion_reaches_the_published_tree_values(p):
    fraction = tree_cut_fraction(3, best_tree_angles(p))
    assert fraction == pytest.approx(TREE_CUT_FRACTION[p], abs=1e-9)


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_tabulated_fixed_angles_reach_the_published_tree_values(p):
    fraction = tree_cut_fraction(3, fixed_angle_table()[3, p])
    assert fraction == pytest.approx(TREE_CUT_FRACTION[p], abs=1e-6)


@pytest.mark.parametrize(
    ("graph", "p"),
    [
        (nx.petersen_graph(), 1),
        (nx.heawood_graph(), 1),
        (nx.heawood_graph(), 2),
        (nx.LCF_graph(24, [12, 7, -7], 8), 1),
        (nx.LCF_graph(24, [12, 7, -7], 8), 2),
        pytest.param(nx.LCF_graph(30, [-13, -9, 7, -7, 9, 13], 5), 3, marks=pytest.mark.slow),
    ],
)
def test_graphs_whose_girth_exceeds_2p_plus_1_attain_the_tree_cut_fraction(graph, p):
    assert nx.girth(graph) > 2 * p + 1
    cut = cut_expectation(graph, best_tree_angles(p))
    assert cut / graph.number_of_edges() == pytest.approx(TREE_CUT_FRACTION[p], abs=1e-8)


@pytest.mark.parametrize("degree", [4, 5, 6])
def test_the_table_for_other_degrees_gives_tree_values_on_graphs_without_short_cycles(degree):
    x = fixed_angle_table()[degree, 1]
    exact = 0.5 + (1 - 1 / degree) ** ((degree - 1) / 2) / (2 * np.sqrt(degree))
    assert tree_cut_fraction(degree, x) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("p", [1, 2])
def test_sherrington_kirkpatrick_energies_approach_the_published_limit(p):
    """Farhi, Goldstone, Gutmann, Zhou 2022, arXiv:1910.08187: 0.3033 and 0.4075 a spin."""
    limit = {1: 0.3033, 2: 0.4075}[p]
    n = 16
    energies = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        pairs = np.array([(i, j) for j in range(n) for i in range(j)])
        couplings = rng.choice([-1.0, 1.0], len(pairs)) / np.sqrt(n)
        hamiltonian = hq.Ising(n, 0.0, np.zeros(n), pairs, couplings).to_pauli_sum()
        ansatz = hq.QAOA(hamiltonian, p)
        objective = hq.Expectation(ansatz, hamiltonian)
        energies.append(-hq.minimize(objective, ansatz.initial_point("ramp")).value / n)
    # Each instance has its own best angles, and finite size lowers the mean by about 1/n.
    assert np.mean(energies) == pytest.approx(limit, rel=0.08)


def test_the_ramp_is_an_annealing_path():
    ansatz = hq.QAOA(random_ising(6, 1).to_pauli_sum(), 5)
    x = ansatz.initial_point("ramp")
    assert (np.diff(x[:5]) > 0).all()
    assert (np.diff(x[5:]) < 0).all()


def test_the_ramp_does_not_depend_on_the_unit_of_energy():
    hamiltonian = random_ising(6, 1).to_pauli_sum()
    x = hq.QAOA(hamiltonian, 3).initial_point("ramp")
    y = hq.QAOA(1000.0 * hamiltonian, 3).initial_point("ramp")
    assert y[:3] * 1000 == pytest.approx(x[:3])
    assert y[3:] == pytest.approx(x[3:])


def test_a_random_start_lies_in_the_box_and_repeats_with_its_seed():
    ansatz = hq.QAOA(hq.MaxCut(nx.cycle_graph(5)).hamiltonian, 4)
    x = ansatz.initial_point("random", 3)
    assert (x == ansatz.initial_point("random", 3)).all()
    assert (x >= ansatz.bounds[:, 0]).all()
    assert (x <= ansatz.bounds[:, 1]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_angles_brought_into_the_box_prepare_the_same_expectation(seed, fields):
    ising = random_ising(4, seed, fields=fields, integer=True)
    hamiltonian = ising.to_pauli_sum()
    ansatz = hq.QAOA(hamiltonian, 2)
    objective = hq.Expectation(ansatz, hamiltonian)
    x = np.random.default_rng(seed).uniform(-20, 20, 4)
    inside = ansatz.into_bounds(x)
    assert (np.abs(inside) <= ansatz.bounds[:, 1] + 1e-12).all()
    if not (ising.couplings.any() or ising.linear.any()):
        return
    assert objective(inside) == pytest.approx(objective(x), abs=1e-9)


def test_bad_arguments_are_refused():
    hamiltonian = hq.MaxCut(nx.cycle_graph(4)).hamiltonian
    for p in (0, -1, 1.5, True, "3"):
        with pytest.raises(ParameterError, match=f"p must be an integer >= 1, got {p!r}"):
            hq.QAOA(hamiltonian, p)
    with pytest.raises(ParameterError, match="I and Z only"):
        hq.QAOA(hq.PauliSum.from_labels({"XZ": 1.0}), 1)
    ansatz = hq.QAOA(hamiltonian, 3)
    with pytest.raises(DimensionError, match=r"QAOA\(p=3\) takes 6 angles in one list.*got 5"):
        ansatz.initial_point(np.zeros(5))
    with pytest.raises(ParameterError, match="finite"):
        ansatz.initial_point([np.inf] * 6)
    with pytest.raises(UnknownNameError, match="did you mean 'ramp'"):
        ansatz.initial_point("rampp")
    with pytest.raises(ParameterError, match="no fixed angles for p=30"):
        hq.QAOA(hamiltonian, 30).initial_point("fixed-angles")


@pytest.mark.parametrize(
    "text",
    ["[0.1, -2, 3e-1]", '{"parameters": [0.1, -2, 0.3]}', "0.1 -2\n0.3 # beta\n", "0.1,-2,0.3"],
)
def test_angle_files_are_read_in_every_form(tmp_path, text):
    path = tmp_path / "angles"
    path.write_text(text)
    assert read_angles(path) == pytest.approx([0.1, -2.0, 0.3])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "expected finite angles"),
        ("0.1 x", "line 1: 'x' is not a number"),
        ("[0.1,", "not valid JSON"),
        ('{"angles": [1]}', "parameters"),
        ("[true]", "list of numbers"),
        ("nan", "finite"),
        ("[1" + "0" * 400 + "]", "finite"),
    ],
)
def test_bad_angle_files_are_refused(tmp_path, text, match):
    path = tmp_path / "angles"
    path.write_text(text)
    with pytest.raises(FormatError, match=match):
        read_angles(path)
    with pytest.raises(FormatError, match="cannot be read"):
        read_angles(tmp_path)


def test_a_result_is_an_angle_file(tmp_path):
    result = hq.solve(hq.MaxCut(nx.cycle_graph(4)), p=2, rng=1)
    result.to_json(tmp_path / "out.json")
    assert read_angles(tmp_path / "out.json") == pytest.approx(result.parameters, abs=0)
    assert json.loads((tmp_path / "out.json").read_text())["ansatz"]["p"] == 2


@pytest.mark.parametrize(
    ("angles", "message"),
    [
        ([0.1, np.nan], "initial angle 1 must be finite, got nan"),
        (["a", "b"], "initial must be an array of real numbers"),
        ([0.1], r"takes 2 angles in one list \(gamma_1 .* got 1"),
    ],
)
def test_initial_angles_that_are_none_are_refused(angles, message):
    ansatz = hq.QAOA(hq.MaxCut(nx.cycle_graph(4)).hamiltonian, 1)
    with pytest.raises(ParameterError, match=message):
        ansatz.initial_point(angles)
