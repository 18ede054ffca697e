"""Multi-angle QAOA: it contains QAOA, and exceeds it."""

import networkx as nx
import numpy as np
import pytest
import scipy.linalg

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError


def problem():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1.0), (1, 2, 0.5), (2, 3, -2.0), (3, 0, 1.5), (0, 2, 1)])
    return hq.MaxCut(graph)


@pytest.mark.parametrize("p", [1, 3])
def test_it_contains_standard_qaoa(p):
    hamiltonian = problem().hamiltonian + hq.PauliSum.from_labels({"ZIII": 0.3, "ZZZI": 0.7})
    wide, standard = hq.MultiAngleQAOA(hamiltonian, p), hq.QAOA(hamiltonian, p)
    x = np.random.default_rng(p).uniform(-1, 1, 2 * p)
    value = hq.Expectation(standard, hamiltonian)(x)
    assert hq.Expectation(wide, hamiltonian)(wide.from_standard(x)) == pytest.approx(value)
    assert wide.n_params == p * (7 + 4)


def test_the_state_is_the_product_of_exponentials():
    hamiltonian = problem().hamiltonian
    wide = hq.MultiAngleQAOA(hamiltonian, 1)
    x = np.random.default_rng(3).uniform(-1, 1, wide.n_params)
    z, flip = np.diag([1.0, -1.0]), np.array([[0.0, 1.0], [1.0, 0.0]])

    def on(matrix, qubits):
        full = np.eye(1)
        for q in range(4):  # qubit 0 is the lowest bit of the index
            full = np.kron(matrix if q in qubits else np.eye(2), full)
        return full

    phases = sum(g * on(z, qubits) for g, (qubits, _) in zip(x, wide.terms, strict=False))
    mixer = sum(b * on(flip, (q,)) for q, b in enumerate(x[len(wide.terms) :]))
    state = scipy.linalg.expm(1j * mixer) @ scipy.linalg.expm(-1j * phases) @ np.full(16, 0.25)
    overlap = np.vdot(state, hq.Expectation(wide, hamiltonian).state(x))
    assert abs(overlap) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("n", [5, 8])
def test_one_layer_cuts_a_star_exactly(n):
    """Herrman et al. 2022, arXiv:2109.11455, theorem 2: ratio 1 on stars at p = 1."""
    found = hq.solve(hq.MaxCut(nx.star_graph(n)), p=1, strategy="multi-angle", rng=1)
    assert found.ratio.expectation == pytest.approx(1.0, abs=1e-4)
    plain = hq.solve(hq.MaxCut(nx.star_graph(n)), p=1, rng=1)
    assert plain.ratio.expectation < 0.9


def test_bad_arguments_are_refused():
    hamiltonian = problem().hamiltonian
    with pytest.raises(DimensionError, match="2 angles, got 3"):
        hq.MultiAngleQAOA(hamiltonian, 1).from_standard([1, 2, 3])
    with pytest.raises(ParameterError, match="p must be an integer >= 1, got 0"):
        hq.MultiAngleQAOA(hamiltonian, 0)
