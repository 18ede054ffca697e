"""Ising, QUBO and PUBO against direct evaluation, brute force and published optima."""

from __future__ import annotations

import pickle
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators import Ising, PauliSum
from tests.operators.dense_paulis import all_bits, dyadic

N = 5
quick = settings(max_examples=60, deadline=None)
terms = st.lists(
    st.tuples(st.lists(st.integers(0, N - 1), max_size=N, unique=True).map(tuple), dyadic),
    max_size=12,
)


def value(polynomial, variables):
    """Sum of c * prod of variables, one row at a time, from the definition."""
    return np.array(
        [sum(c * np.prod([row[i] for i in set(key)]) for key, c in polynomial) for row in variables]
    )


def ising_of(spin_terms):
    linear = np.zeros(N)
    for key, c in spin_terms:
        if len(key) == 1:
            linear[key[0]] += c
    pairs = [(key, c) for key, c in spin_terms if len(key) == 2]
    return Ising(
        N,
        sum(c for key, c in spin_terms if not key),
        linear,
        np.array([key for key, _ in pairs], dtype=int).reshape(-1, 2),
        np.array([c for _, c in pairs]),
        tuple((key, c) for key, c in spin_terms if len(key) > 2),
    )


@quick
@given(terms)
def test_energies_follow_the_definition_in_spins(spin_terms):
    model, bits = ising_of(spin_terms), all_bits(N)
    expected = value(spin_terms, 1 - 2 * bits.astype(int))
    np.testing.assert_array_equal(model.energies(bits), expected)
    assert model.energies(bits[11]) == expected[11]
    assert model.energies(bits[11]).shape == ()
    np.testing.assert_array_equal(model.to_pauli_sum().diagonal(), expected)


@quick
@given(terms)
def test_pauli_sums_and_qubos_hold_the_same_energies_and_come_back(spin_terms):
    model, bits = ising_of(spin_terms), all_bits(N)
    assert Ising.from_pauli_sum(model.to_pauli_sum()) == model
    Q, offset = model.to_qubo()
    np.testing.assert_array_equal(offset + value(Q.items(), bits), model.energies(bits))
    assert all(c != 0 and list(key) == sorted(set(key)) for key, c in Q.items())
    assert Ising.from_qubo(Q, offset, n_qubits=N) == model
    assert pickle.loads(pickle.dumps(model)) == model


@quick
@given(terms, dyadic)
def test_a_polynomial_of_bits_keeps_its_values_and_its_offset(bit_terms, offset):
    bits = all_bits(N)
    Q = {}
    for key, c in bit_terms:
        Q[key] = Q.get(key, 0) + c
    energies = Ising.from_qubo(Q, offset, n_qubits=N).energies(bits)
    np.testing.assert_array_equal(energies, offset + value(Q.items(), bits))


@quick
@given(terms)
def test_properties_are_those_of_the_energies(spin_terms):
    model, bits = ising_of(spin_terms), all_bits(N)
    energies = model.energies(bits)
    assert model.has_odd_terms == (not np.array_equal(energies, model.energies(1 - bits)))
    assert model.is_integer == bool(((energies - energies[0]) % 1 == 0).all())
    assert model.is_quadratic == (model.order <= 2)
    orders = [q.count("Z") for q in model.to_pauli_sum().to_labels()]
    assert model.order == max(orders, default=0)


def test_arrays_sparse_matrices_and_mappings_mean_the_same_qubo():
    rng = np.random.default_rng(5)
    Q = rng.integers(-9, 10, size=(6, 6)).astype(float)
    bits = all_bits(6)
    expected = 1.5 + np.einsum("ki,ij,kj->k", bits, Q, bits)
    mapping = {(i, j): Q[i, j] for i in range(6) for j in range(6)}
    for given_as in (Q, scipy.sparse.csr_array(Q), scipy.sparse.coo_matrix(Q), mapping):
        np.testing.assert_array_equal(Ising.from_qubo(given_as, 1.5).energies(bits), expected)


def test_gka1b_has_the_published_minimum():
    lines = (Path(__file__).parent / "data" / "gka1b.sparse").read_text().splitlines()
    entries = np.array([line.split() for line in lines[1:]], dtype=int)
    i, j, q = entries.T
    Q = np.zeros((20, 20))
    # An off-diagonal entry stands for both triangles in this file family.
    np.add.at(Q, (i - 1, j - 1), q)
    np.add.at(Q, (j[i != j] - 1, i[i != j] - 1), q[i != j])
    model = Ising.from_qubo(Q)
    assert model.is_integer
    diagonal = model.to_pauli_sum().diagonal()
    assert diagonal.min() == -133
    best = (int(np.argmin(diagonal)) >> np.arange(20)) & 1
    assert best @ Q @ best == -133
    assert model.energies(best) == -133


# Minimum energies of low-autocorrelation binary sequences, N = 3 ... 10 (Packebusch and Mertens,
# arXiv:1512.02475, table of optima).
@pytest.mark.parametrize(
    ("n", "minimum"), [(3, 1), (4, 2), (5, 2), (6, 7), (7, 3), (8, 8), (9, 12), (10, 13)]
)
def test_labs_as_a_quartic_ising_has_the_published_minimum(n, minimum):
    constant, pairs, couplings, higher = 0.0, [], [], []
    for k in range(1, n):
        lagged = [(i, i + k) for i in range(n - k)]
        constant += len(lagged)
        for a, b in combinations(lagged, 2):
            spins = tuple(set(a) ^ set(b))
            if len(spins) == 2:
                pairs.append(spins)
                couplings.append(2.0)
            else:
                higher.append((spins, 2.0))
    model = Ising(
        n, constant, np.zeros(n), np.reshape(pairs, (-1, 2)).astype(int), couplings, higher
    )
    bits = all_bits(n)
    spins = 1 - 2 * bits.astype(int)
    direct = [
        sum(int(s[: n - k] @ s[k:]) ** 2 for k in range(1, n)) for s in spins
    ]  # fmt: skip
    np.testing.assert_array_equal(model.energies(bits), direct)
    assert model.energies(bits).min() == minimum
    assert model.to_pauli_sum().diagonal().min() == minimum
    assert not model.has_odd_terms
    assert model.order == (4 if n > 3 else 2)


def test_maxcut_of_a_large_graph_counts_its_cut():
    graph = nx.random_regular_graph(5, 2000, seed=2)
    edges = np.array(graph.edges)
    model = Ising(2000, -len(edges) / 2, np.zeros(2000), edges, np.full(len(edges), 0.5))
    bits = np.random.default_rng(0).integers(0, 2, size=(3, 2000))
    cuts = [nx.cut_size(graph, np.flatnonzero(row).tolist()) for row in bits]
    np.testing.assert_array_equal(model.energies(bits), np.negative(cuts))
    np.testing.assert_array_equal(model.to_pauli_sum().diagonal_at(bits), np.negative(cuts))
    assert model.is_integer
    assert not model.has_odd_terms


def test_repeated_couplings_are_merged_and_zeros_dropped():
    model = Ising(
        4,
        0.0,
        np.zeros(4),
        np.array([[1, 0], [0, 1], [2, 3], [3, 2], [1, 2]]),
        np.array([1.0, 2.0, 1.0, -1.0, 4.0]),
        (((2, 0, 1), 1.0), ((0, 1, 2), 2.0), ((1, 2, 3), 0.0)),
    )
    assert model.pairs.tolist() == [[0, 1], [1, 2]]
    assert model.couplings.tolist() == [3.0, 4.0]
    assert model.higher == (((0, 1, 2), 3.0),)
    with pytest.raises(ValueError, match="read-only"):
        model.linear[0] = 1.0


@pytest.mark.parametrize(
    ("build", "error", "said"),
    [
        (lambda: Ising(0, 0.0, [], [], []), ParameterError, "n_qubits must be an integer"),
        (lambda: Ising(2, 0.0, [1.0], [], []), DimensionError, "linear"),
        (lambda: Ising(2, 0.0, [0, 0], [[0, 2]], [1.0]), DimensionError, r"spins in 0 \.\.\. 1"),
        (lambda: Ising(2, 0.0, [0, 0], [[-1, 1]], [1.0]), DimensionError, r"spins in 0 \.\.\. 1"),
        (lambda: Ising(2, 0.0, [0, 0], [[1, 1]], [1.0]), ParameterError, "itself"),
        (lambda: Ising(2, 0.0, [0, 0], [[0, 1]], [1.0, 2.0]), DimensionError, "pairs"),
        (lambda: Ising(2, 0.0, [0, 0], [[0, 1]], [np.nan]), ParameterError, "NaN"),
        (lambda: Ising(2, np.inf, [0, 0], [], []), ParameterError, "infinite"),
        (lambda: Ising(3, 0, [0] * 3, [], [], (((0, 1), 1.0),)), ParameterError, "three"),
        (lambda: Ising(3, 0, [0] * 3, [], [], (((0, 1, 1), 1.0),)), ParameterError, "different"),
        (lambda: Ising(3, 0, [0] * 3, [], [], (((0, 1, 3), 1.0),)), DimensionError, "must name"),
        (lambda: Ising.from_qubo(np.ones((2, 3))), DimensionError, r"\(n, n\), got \(2, 3\)"),
        (lambda: Ising.from_qubo(np.ones(3)), DimensionError, r"\(n, n\), got \(3,\)"),
        (lambda: Ising.from_qubo([[1j]]), ParameterError, "real"),
        (lambda: Ising.from_qubo([["a"]]), ParameterError, "real"),
        (lambda: Ising.from_qubo([[np.nan]]), ParameterError, "NaN"),
        (lambda: Ising.from_qubo({(): 1.0}), ParameterError, "n_qubits"),
        (lambda: Ising.from_qubo({(0, "a"): 1.0}), ParameterError, "integers"),
        (lambda: Ising.from_qubo({(0, 1): 1.0}, n_qubits=1), DimensionError, "outside"),
        (lambda: Ising.from_qubo({tuple(range(30)): 1.0}), CapacityError, "order 30"),
    ],
)
def test_wrong_input_is_refused_at_birth(build, error, said):
    with pytest.raises(error, match=said):
        build()


@pytest.mark.parametrize(("label", "coefficient"), [("ZX", 1.0), ("ZY", 1.0), ("ZZ", 1j)])
def test_a_sum_that_is_not_real_and_diagonal_is_refused_with_the_term(label, coefficient):
    H = PauliSum.from_labels({"ZI": 1.0, label: coefficient})
    with pytest.raises(ParameterError, match=f"Z0 {label[1]}1"):
        Ising.from_pauli_sum(H)
