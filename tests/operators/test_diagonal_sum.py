"""Pauli sums of Ising energies against the same sums built from masks."""

from __future__ import annotations

import copy
import operator
import pickle
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.circuits.digest import digest
from hybridq.core.errors import CapacityError, ParameterError
from hybridq.operators import Ising, PauliSum, _masks
from hybridq.operators.diagonal_sum import DiagonalSum
from tests.operators.dense_paulis import dyadic

# Beyond one word of a mask, so that the order of terms depends on two.
N = 70
quick = settings(max_examples=60, deadline=None)
keys = st.lists(st.integers(0, N - 1), max_size=4, unique=True).map(lambda key: tuple(sorted(key)))
terms = st.dictionaries(keys, dyadic, max_size=12)


def ising_of(spin_terms):
    linear = np.zeros(N)
    for key, c in spin_terms.items():
        if len(key) == 1:
            linear[key] = c
    pairs = [key for key in spin_terms if len(key) == 2]
    return Ising(
        N,
        spin_terms.get((), 0.0),
        linear,
        np.array(pairs, dtype=int).reshape(-1, 2),
        [spin_terms[key] for key in pairs],
        tuple((key, c) for key, c in spin_terms.items() if len(key) > 2),
    )


def from_masks(spin_terms):
    listed = [("Z" * len(key), key, c) for key, c in spin_terms.items()]
    return PauliSum.from_sparse(listed, N).simplify()


def same_to_the_last_bit(one, other):
    return all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(one._arrays, other._arrays, strict=True)
    )


@quick
@given(terms)
def test_a_sum_of_an_energy_is_the_sum_of_its_terms_to_the_last_bit(spin_terms):
    made, expected = ising_of(spin_terms).to_pauli_sum(), from_masks(spin_terms)
    assert type(made) is DiagonalSum
    assert type(expected) is PauliSum
    assert made.to_sparse() == expected.to_sparse()
    assert made.to_json() == expected.to_json()
    assert repr(made) == repr(expected)
    assert digest(made) == digest(expected)
    assert digest(ising_of(spin_terms)) == digest(ising_of(spin_terms))
    assert digest(ising_of(spin_terms)) != digest(ising_of({**spin_terms, (0, 1, 2): 0.3}))
    assert (len(made), made.constant) == (len(expected), expected.constant)
    assert (made.one_norm, made.norm) == (expected.one_norm, expected.norm)
    bits = np.random.default_rng(3).integers(0, 2, (7, N))
    assert made.diagonal_at(bits).tobytes() == expected.diagonal_at(bits).tobytes()
    assert made.to_labels() == expected.to_labels()
    assert same_to_the_last_bit(made, expected)
    assert Ising.from_pauli_sum(made) == Ising.from_pauli_sum(expected)


@quick
@given(terms, terms, dyadic)
def test_algebra_is_that_of_the_terms(first, second, number):
    a, b = (ising_of(each).to_pauli_sum() for each in (first, second))
    c, d = (from_masks(each) for each in (first, second))
    pairs = [
        (a + b, c + d), (a - b, c - d), (a + d, c + d), (d + a, d + c), (-a, -c), (a @ b, c @ d),
        (a * number, c * number), (number * a, number * c), (a + number, c + number),
        (number - a, number - c), (a + 1j, c + 1j), (2j * a, 2j * c), (a / 3.0, c / 3.0),
        (a.simplify(0.5), c.simplify(0.5)), (a.dagger(), c.dagger()), (0 * a, 0 * c),
    ]  # fmt: skip
    for made, expected in pairs:
        assert np.array_equal(made.x_masks, expected.x_masks)
        assert np.array_equal(made.z_masks, expected.z_masks)
        assert np.array_equal(made.coefficients, expected.coefficients)
    assert a.isclose(b, 0.5) == c.isclose(d, 0.5) == a.isclose(d, 0.5)


@quick
@given(terms, terms)
def test_equality_and_hashes_do_not_depend_on_the_form(first, second):
    a, b = (ising_of(each).to_pauli_sum() for each in (first, second))
    c, d = (from_masks(each) for each in (first, second))
    assert a == c
    assert c == a
    assert hash(a) == hash(c)
    assert (a == b) == (c == d) == (a == d) == (d == a)
    assert a != PauliSum.identity(N + 1)
    x = PauliSum.from_sparse([("X", (0,), 1.0)], N)
    assert a != x
    assert a != c + 1j
    assert a != c + 0.25


def test_zeros_with_a_sign_are_zeros_without():
    linear = np.array([-0.0, 1.0])
    ising = Ising(2, -0.0, linear, np.empty((0, 2), dtype=int), [])
    kept = Ising.from_pauli_sum(ising.to_pauli_sum())
    assert not np.signbit([kept.constant, *kept.linear]).any()
    assert ising.to_pauli_sum().to_sparse() == [("Z", (1,), 1.0)]


def test_copies_and_pickles_keep_the_energy():
    total = ising_of({(): 1.5, (3,): 1.0, (69, 2): -0.5, (1, 2, 65): 2.0}).to_pauli_sum()
    for other in (pickle.loads(pickle.dumps(total)), copy.copy(total), copy.deepcopy(total)):
        assert other == total
        assert type(other) is DiagonalSum
    with pytest.raises(AttributeError):
        total.n_qubits = 3
    with pytest.raises(ValueError, match="read-only"):
        total.coefficients[0] = 1.0


@pytest.fixture
def no_masks(monkeypatch):
    """Fail where masks of terms are made."""

    def fail(*_):
        raise AssertionError("masks were made")

    monkeypatch.setattr(_masks, "pack", fail)


@pytest.mark.usefixtures("no_masks")
def test_wide_sums_answer_without_masks():
    n = 20_000
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    ising = Ising(n, -n / 2, np.zeros(n), ring, np.full(n, 0.5))
    total, again = (ising.to_pauli_sum() for _ in range(2))
    assert (len(total), total.one_norm, total.constant) == (n + 1, n, -n / 2)
    assert total.is_diagonal
    assert total.is_hermitian()
    assert total == again
    assert hash(total) == hash(again)
    assert total.isclose(again)
    assert not total.isclose(2.0 * again)
    assert total != 2.0 * again
    assert digest(total) == digest(again)
    assert "20001 terms: -10000 I + 0.5 Z0 Z1 + 0.5 Z1 Z2" in repr(total)
    cut = np.arange(n) % 2
    assert total.diagonal_at(cut) == -n  # an even ring is cut whole
    assert (total - total).to_sparse() == []
    assert reduce(operator.add, [total, -total, total]) == total
    with pytest.raises(CapacityError, match="the diagonal on 20000 qubits"):
        total.diagonal()


def test_masks_of_wide_sums_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 2**27)
    n = 20_000
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    total = Ising(n, 0.0, np.zeros(n), ring, np.ones(n)).to_pauli_sum()
    with pytest.raises(CapacityError, match="a sum of 20000 terms on 20032 qubits needs"):
        _ = total.z_masks


def test_energies_add_term_by_term():
    one = ising_of({(): 1.0, (0,): 2.0, (0, 1): 0.5, (0, 1, 2): 1.0})
    other = ising_of({(0,): -2.0, (1, 0): 0.25, (0, 1, 2): -1.0})
    assert one + other == ising_of({(): 1.0, (0, 1): 0.75})
    with pytest.raises(ParameterError, match="70 and 2 spins cannot be added"):
        _ = one + Ising(2, 0.0, np.zeros(2), np.empty((0, 2), dtype=int), [])
    with pytest.raises(TypeError):
        _ = one + 1.0
