"""Polynomials in arrays are the same mappings as dictionaries of the same terms."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hybridq.operators import Ising
from hybridq.operators.terms import HigherTerms, Terms

KEYS = st.lists(st.integers(0, 5), max_size=4).map(tuple)
LISTS = st.lists(st.tuples(KEYS, st.integers(-3, 3)), max_size=12)


def _summed(items: list[tuple[tuple[int, ...], int]]) -> dict[tuple[int, ...], float]:
    total: dict[tuple[int, ...], float] = {}
    for key, value in items:
        place = tuple(sorted(key))
        total[place] = total.get(place, 0.0) + value
    return {key: value for key, value in total.items() if value}


@given(LISTS, LISTS)
def test_terms_are_the_sum_of_what_is_given(
    first: list[tuple[tuple[int, ...], int]], second: list[tuple[tuple[int, ...], int]]
) -> None:
    one, two = Terms.of(_summed(first)), Terms.of(_summed(second))
    found = Terms.added(one, two)
    assert found == _summed(first + second)
    assert list(found) == sorted(found, key=lambda key: (len(key), key))
    assert found.constant == _summed(first + second).get((), 0.0)
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.scaled(2.0) == {key: 2.0 * value for key, value in found.items()}
    assert found.degree == max(map(len, found), default=0)
    assert found.highest == max((index for key in found for index in key), default=-1)


def test_many_factors_of_large_indices_are_merged() -> None:
    wide = np.array([range(10**6, 10**6 + 9)], dtype=np.int64)  # 10^54 possible products
    found = Terms([(np.repeat(wide, 3, axis=0), np.array([1.0, 2.0, 4.0])), (wide + 1, np.ones(1))])
    assert found == {tuple(wide[0].tolist()): 7.0, tuple((wide[0] + 1).tolist()): 1.0}


@given(LISTS)
def test_an_energy_of_bits_is_its_polynomial(items: list[tuple[tuple[int, ...], int]]) -> None:
    polynomial = _summed(items)
    states = (np.arange(64)[:, np.newaxis] >> np.arange(6)) & 1
    expected = sum(
        (value * states[:, list(key)].prod(axis=1) for key, value in polynomial.items()),
        start=np.zeros(64),
    )
    for given_terms in (polynomial, Terms.of(polynomial)):
        ising = Ising.from_qubo(given_terms, n_qubits=6)
        np.testing.assert_allclose(ising.energies(states), expected, atol=1e-12)
        assert pickle.loads(pickle.dumps(ising)) == ising


@given(LISTS)
def test_an_energy_of_spins_has_the_terms_it_is_given(
    items: list[tuple[tuple[int, ...], int]],
) -> None:
    polynomial = {key: value for key, value in _summed(items).items() if len(set(key)) == len(key)}
    ising = Ising.from_terms(polynomial, 6)
    assert dict(ising.higher) == {key: v for key, v in polynomial.items() if len(key) > 2}
    assert ising.constant == polynomial.get((), 0.0)
    assert ising.linear.tolist() == [polynomial.get((q,), 0.0) for q in range(6)]
    pairs = zip(map(tuple, ising.pairs.tolist()), ising.couplings.tolist(), strict=True)
    assert dict(pairs) == {key: v for key, v in polynomial.items() if len(key) == 2}


def test_higher_terms_are_a_sorted_sequence() -> None:
    terms = (((0, 1, 2, 3), 1.0), ((0, 2, 3), 2.0))
    higher = Ising(4, 0.0, np.zeros(4), [], [], terms[::-1]).higher
    assert higher == terms
    assert higher[0] == terms[0]
    assert len(higher) == 2
    assert higher != ()
    assert HigherTerms() == ()
