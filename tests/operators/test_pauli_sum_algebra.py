"""PauliSum against dense matrices and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.operators import PauliSum, _masks
from tests.operators.dense_paulis import all_bits, gaussian, label_lists, label_matrix, matrix

N = 3
one = label_lists(N)
quick = settings(max_examples=60, deadline=None)


def dense(operator):
    return matrix(operator.to_labels().items(), operator.n_qubits)


@quick
@given(one)
def test_labels_mean_kronecker_products_with_qubit_0_least_significant(a):
    np.testing.assert_array_equal(dense(PauliSum.from_labels(a)), matrix(a, N))


@pytest.mark.parametrize("n", [1, 2, 4])
def test_to_matrix_equals_kronecker_products(n):
    @quick
    @given(label_lists(n))
    def check(a):
        sparse = PauliSum.from_labels(a).to_matrix()
        assert sparse.format == "csr"
        np.testing.assert_array_equal(sparse.toarray(), matrix(a, n))
        assert (sparse.data != 0).all()

    check()


def test_each_pair_of_single_qubit_paulis_multiplies_as_matrices_do():
    for a in "IXYZ":
        for b in "IXYZ":
            product = PauliSum.from_labels({a: 1.0}) @ PauliSum.from_labels({b: 1.0})
            np.testing.assert_array_equal(
                dense(product), label_matrix(a) @ label_matrix(b), err_msg=a + b
            )


@quick
@given(one, one, gaussian)
def test_sums_and_scalar_multiples_are_those_of_the_matrices(a, b, c):
    A, B = PauliSum.from_labels(a), PauliSum.from_labels(b)
    MA, MB = matrix(a, N), matrix(b, N)
    np.testing.assert_array_equal(dense(A + B), MA + MB)
    np.testing.assert_array_equal(dense(A - B), MA - MB)
    np.testing.assert_array_equal(dense(-A), -MA)
    np.testing.assert_array_equal(dense(c * A), c * MA)
    np.testing.assert_array_equal(dense(A * c), c * MA)
    np.testing.assert_array_equal(dense(A / 4), MA / 4)


@quick
@given(one, one)
def test_products_and_commutators_are_those_of_the_matrices(a, b):
    A, B = PauliSum.from_labels(a), PauliSum.from_labels(b)
    MA, MB = matrix(a, N), matrix(b, N)
    np.testing.assert_array_equal(dense(A @ B), MA @ MB)
    np.testing.assert_array_equal(dense(A.commutator(B)), MA @ MB - MB @ MA)


@quick
@given(one)
def test_dagger_constant_and_norm_are_those_of_the_matrix(a):
    A, M = PauliSum.from_labels(a), matrix(a, N)
    np.testing.assert_array_equal(dense(A.dagger()), M.conj().T)
    assert A.constant == np.trace(M) / 2**N
    assert A.norm == pytest.approx(np.linalg.norm(M) / np.sqrt(2**N), abs=1e-12)
    assert A.one_norm >= np.linalg.norm(M, 2) - 1e-9
    assert A.is_hermitian() == np.array_equal(M, M.conj().T)
    assert A.is_diagonal == (np.count_nonzero(M - np.diag(np.diag(M))) == 0)


@quick
@given(one, one)
def test_equality_is_equality_of_the_matrices_and_implies_equal_hashes(a, b):
    A, B = PauliSum.from_labels(a), PauliSum.from_labels(b)
    assert (A == B) == np.array_equal(matrix(a, N), matrix(b, N))
    shuffled = PauliSum.from_labels([*reversed(a), ("X" * N, 1.0), ("X" * N, -1.0)])
    assert shuffled == A
    assert hash(shuffled) == hash(A)


@pytest.mark.parametrize("n", [1, 4, 12, 13])
def test_diagonal_and_diagonal_at_are_the_diagonal_of_the_kronecker_product(n):
    bits = all_bits(n)
    signs = 1.0 - 2.0 * bits

    @settings(max_examples=25, deadline=None)
    @given(label_lists(n, letters="IZ", coefficients=st.integers(-9, 9).map(float)))
    def check(a):
        A = PauliSum.from_labels(a)
        expected = sum(
            c * signs[:, [q for q in range(n) if label[q] == "Z"]].prod(axis=1) for label, c in a
        )
        values = A.diagonal()
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_array_equal(A.diagonal_at(bits), expected)
        assert A.diagonal_at(bits[-1]) == expected[-1]

    check()


def test_a_sum_of_every_z_product_has_the_projector_on_zero_as_diagonal():
    # prod_q (1 + Z_q) = 2^n |0...0><0...0|
    n = 12
    z = np.arange(1 << n, dtype=np.uint64)[:, None]
    values = PauliSum(n, np.zeros_like(z), z, np.ones(1 << n)).diagonal()
    assert values[0] == 2**n
    assert not values[1:].any()


def test_simplify_merges_orders_and_drops_terms_up_to_the_tolerance():
    A = PauliSum.from_labels([("ZI", 1.0), ("XI", 0.1), ("ZI", 2.0), ("IZ", 1e-9), ("II", 5.0)])
    assert A.to_sparse()[0] == ("Z", (0,), 1.0)
    kept = [("", (), 5.0), ("Z", (0,), 3.0)]
    assert A.simplify().to_sparse() == [*kept, ("Z", (1,), 1e-9), ("X", (0,), 0.1)]
    assert A.simplify(1e-9).to_sparse() == [*kept, ("X", (0,), 0.1)]
    assert A.isclose(PauliSum.from_labels({"ZI": 3.0, "XI": 0.1, "II": 5.0}), tolerance=1e-8)
    assert not A.isclose(PauliSum.from_labels({"ZI": 3.0, "XI": 0.1, "II": 5.0}))


@pytest.mark.parametrize("n", [5, 40, 64, 65, 130, 300])
def test_canonical_order_is_that_of_the_masks_as_integers(n):
    rng = np.random.default_rng(n)
    letters = rng.choice(list("IXYZ"), p=[0.7, 0.1, 0.1, 0.1], size=(60, n))
    A = PauliSum.from_labels([("".join(row), 1.0) for row in letters]).simplify()

    def as_integer(label, which):
        return sum(1 << q for q, letter in enumerate(label) if letter in which)

    keys = [(as_integer(label, "XY"), as_integer(label, "ZY")) for label in A.to_labels()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("qubits", [(0, 1, 2), (62, 63, 64), (127, 128, 199)])
@settings(max_examples=20, deadline=None)
@given(a=one, b=one)
def test_algebra_across_words_equals_algebra_on_three_qubits(qubits, a, b):
    def spread(operator, n):
        terms = [(paulis, [qubits[q] for q in on], c) for paulis, on, c in operator]
        return PauliSum.from_sparse(terms, n)

    A, B = PauliSum.from_labels(a), PauliSum.from_labels(b)
    for wide, narrow in [
        (spread(A, 200) @ spread(B, 200), A @ B),
        (spread(A, 200).commutator(spread(B, 200)), A.commutator(B)),
        (spread(A, 200) + spread(B, 200), A + B),
    ]:
        assert wide == spread(narrow, 200)


def test_wide_diagonal_sums_count_the_cut_of_a_ring():
    n = 1000
    ring = PauliSum.from_sparse([("ZZ", (i, (i + 1) % n), 1.0) for i in range(n)], n)
    alternating = np.arange(n) % 2
    domains = (np.arange(n) < 300).astype(np.uint8)
    values = ring.diagonal_at(np.stack([alternating, domains, np.zeros(n, int)]))
    np.testing.assert_array_equal(values, [-n, n - 4, n])


def test_a_product_of_many_blocks_equals_the_product_in_one(monkeypatch):
    rng = np.random.default_rng(3)
    labels = ["".join(rng.choice(list("IXYZ"), size=4)) for _ in range(40)]
    A = PauliSum.from_labels([(label, float(k)) for k, label in enumerate(labels)])
    B = PauliSum.from_labels([(label, k - 7.0) for k, label in enumerate(reversed(labels))])
    monkeypatch.setattr(_masks, "_PAIR_WORDS", 200)
    MA, MB = A.to_matrix().toarray(), B.to_matrix().toarray()
    np.testing.assert_allclose((A @ B).to_matrix().toarray(), MA @ MB, atol=1e-9)
    np.testing.assert_allclose(A.commutator(B).to_matrix().toarray(), MA @ MB - MB @ MA, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=3, max_size=3))
def test_popcount_counts_bits_as_python_does(words):
    array = np.array([words], dtype=np.uint64)
    expected = sum(word.bit_count() for word in words)
    assert _masks.popcount(array).tolist() == [expected]


def test_h2_has_the_published_spectrum():
    # Two-qubit H2 at 0.735 angstrom, as in the tests of qiskit-algorithms; symmetric in its qubits'
    # names, since the two single-Z terms differ only in sign.
    H = PauliSum.from_labels(
        {
            "II": -1.052373245772859,
            "ZI": 0.39793742484318045,
            "IZ": -0.39793742484318045,
            "ZZ": -0.01128010425623538,
            "XX": 0.18093119978423156,
        }
    )
    assert H.is_hermitian()
    np.testing.assert_allclose(
        np.linalg.eigvalsh(H.to_matrix().toarray()),
        [-1.85727503, -1.24458455, -0.88272215, -0.22491125],
        atol=1e-8,
    )


@pytest.mark.parametrize(("n", "energy"), [(4, -5.226251860), (6, -7.727406610)])
def test_critical_ising_ring_has_the_closed_form_ground_energy(n, energy):
    terms = [("ZZ", (i, (i + 1) % n), -1.0) for i in range(n)]
    terms += [("X", (i,), -1.0) for i in range(n)]
    H = PauliSum.from_sparse(terms, n)
    lowest = np.linalg.eigvalsh(H.to_matrix().toarray())[0]
    assert lowest == pytest.approx(energy, abs=1e-8)
    assert lowest == pytest.approx(-2 / np.sin(np.pi / (2 * n)), abs=1e-10)


def test_the_hash_does_not_see_the_sign_of_a_zero():
    # -(1+0j) has the imaginary part -0.0.
    negated = -PauliSum.from_labels({"ZX": 1.0})
    plain = PauliSum.from_labels({"ZX": -1.0})
    assert negated == plain
    assert hash(negated) == hash(plain)


def test_entries_that_cancel_are_not_stored_in_the_matrix():
    # XX + YY only swaps 01 and 10.
    swap = PauliSum.from_labels({"XX": 0.5, "YY": 0.5}).to_matrix()
    assert swap.nnz == 2
    assert swap[1, 2] == swap[2, 1] == 1
