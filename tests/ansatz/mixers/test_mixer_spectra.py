"""Closed forms of the mixers: spectra, amplitudes in one-hot blocks, and the gates of peers.

The formulas are collected in the survey of encoders, sections 3.1 and 3.2.
"""

from math import comb

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.mixers import XYChain, XYComplete, XYRing
from tests.engines import subspace_samples as samples

BETAS = (0.3, -1.7, 2.9)


def columns(kind, space, beta):
    """The matrix of the mixer on the feasible states, from one run for each of them."""
    zero = hq.PauliSum.from_sparse([("Z", (0,), 1.0)], space.n_qubits)
    found = []
    for bits in space.bits().tolist():
        mixer = kind(space=space, initial=bits)
        objective = hq.Expectation(hq.QAOA(zero, 1, mixer=mixer), zero, engine="subspace")
        found.append(objective.simulator.amplitudes(np.array([0.0, beta])))
    return np.array(found).T


@pytest.mark.parametrize(("n", "k"), [(4, 2), (5, 2), (6, 3), (6, 1), (5, 4)])
def test_complete_xy_has_the_spectrum_of_the_johnson_graph(n, k):
    """(k − j)(n − k − j) − j, C(n, j) − C(n, j − 1) times; the Dicke state is on top."""
    space = samples.weight_space(n, k)
    levels = [
        ((k - j) * (n - k - j) - j, comb(n, j) - (comb(n, j - 1) if j else 0))
        for j in range(min(k, n - k) + 1)
    ]
    assert sum(count for _, count in levels) == comb(n, k) == space.dim
    for beta in BETAS:
        u = columns(XYComplete, space, beta)
        trace = sum(count * np.exp(1j * beta * level) for level, count in levels)
        assert np.trace(u) == pytest.approx(trace, abs=1e-11)
        dicke = np.full(space.dim, space.dim**-0.5)
        np.testing.assert_allclose(u @ dicke, np.exp(1j * beta * k * (n - k)) * dicke, atol=1e-12)


@pytest.mark.parametrize("d", range(2, 7))
def test_a_one_hot_block_of_a_complete_mixer_is_a_reflection(d):
    """e^{−iβ} [1 + (e^{iβd} − 1) J/d] with J of ones."""
    space = samples.weight_space(d, 1)
    for beta in BETAS:
        expected = np.eye(d) + (np.exp(1j * beta * d) - 1) / d
        u = columns(XYComplete, space, beta)
        np.testing.assert_allclose(u, np.exp(-1j * beta) * expected, atol=1e-13)


@pytest.mark.parametrize("d", range(2, 7))
def test_a_one_hot_block_of_a_ring_is_circulant(d):
    """Eigenvalues 2 cos(2πm/d) on plane waves; two levels have one edge, not two."""
    space = samples.weight_space(d, 1)
    waves = np.exp(2j * np.pi * np.outer(range(d), range(d)) / d) / np.sqrt(d)
    levels = 2 * np.cos(2 * np.pi * np.arange(d) / d) / (2 if d == 2 else 1)
    for beta in BETAS:
        u = columns(XYRing, space, beta)
        order = np.argmax(space.bits(), axis=1)
        expected = (waves * np.exp(1j * beta * levels)) @ waves.conj().T
        np.testing.assert_allclose(u, expected[np.ix_(order, order)], atol=1e-13)


@pytest.mark.parametrize("kind", [XYComplete, XYRing, XYChain])
def test_an_edge_rotates_by_beta(kind):
    """|10⟩ becomes cos β |10⟩ + i sin β |01⟩ under e^{iβ(XX + YY)/2}."""
    for beta in BETAS:
        c, s = np.cos(beta), 1j * np.sin(beta)
        u = columns(kind, samples.weight_space(2, 1), beta)
        np.testing.assert_allclose(u, [[c, s], [s, c]], atol=1e-14)


@pytest.mark.parametrize("beta", BETAS)
def test_the_gate_of_qiskit_has_the_angle_minus_two_beta(beta):
    """XXPlusYYGate(θ) is e^{−iθ(XX + YY)/4}."""
    library = pytest.importorskip("qiskit.circuit.library")
    gate = library.XXPlusYYGate(-2 * beta).to_matrix()
    u = columns(XYChain, samples.weight_space(2, 1), beta)
    np.testing.assert_allclose(gate[1:3, 1:3], u, atol=1e-14)


@pytest.mark.parametrize(("n", "k"), [(7, 3), (6, 2)])
def test_complete_xy_is_up_and_down_again(n, k):
    """A = S₊S₋ − k, and e^{iβA} a polynomial of degree min(k, n − k) in A."""
    space = samples.weight_space(n, k)
    rows = space.bits().astype(int)
    one_lower = samples.weight_space(n, k - 1).bits().astype(int)
    lowering = (np.abs(rows[np.newaxis] - one_lower[:, np.newaxis]).sum(axis=2) == 1).astype(float)
    a = lowering.T @ lowering - k * np.eye(len(rows))
    values, vectors = np.linalg.eigh(a)
    assert len(np.unique(values.round(9))) == min(k, n - k) + 1
    u = (vectors * np.exp(0.8j * values)) @ vectors.T
    np.testing.assert_allclose(columns(XYComplete, space, 0.8), u, atol=1e-12)


@pytest.mark.parametrize(("graph", "colors"), [(nx.petersen_graph(), 3), (nx.complete_graph(4), 4)])
def test_the_uniform_state_has_one_conflict_in_k_edges(graph, colors):
    """A random guess of k colours: m/k."""
    problem = hq.Coloring(graph, colors, symmetry=False)
    ansatz = hq.QAOA(problem, 1, mixer="xy-complete")
    found = hq.Expectation(ansatz, problem, engine="subspace")([0.0, 0.0])
    assert found == pytest.approx(graph.number_of_edges() / colors, abs=1e-12)
