"""Polynomials of bits and spins: conventions, orders, published values."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import HybridqError, ProblemError
from hybridq.operators.ising import Ising
from hybridq.problems.instance_data import PolynomialData
from hybridq.testing import check_problem


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def test_the_example_of_qiskits_tutorial() -> None:
    """QUBO x − 2y + 3z + xy − xz + 2yz: offset 1.5, Z coefficients −.5, .25, −1.75, minimum −2."""
    problem = hq.Polynomial.from_terms(
        {"x": 1, "y": -2, "z": 3, ("x", "y"): 1, ("x", "z"): -1, ("y", "z"): 2}
    )
    ising = problem.cost()
    assert ising.constant == 1.5
    assert ising.linear.tolist() == [-0.5, 0.25, -1.75]
    values = {
        (x, y, z): x - 2 * y + 3 * z + x * y - x * z + 2 * y * z
        for x, y, z in product((0, 1), repeat=3)
    }
    assert min(values.values()) == -2 == problem.values(_rows(3)).min()
    assert all(problem.value(bits) == value for bits, value in values.items())
    assert problem.answer("010")[0].entries == ("y",)


@pytest.mark.parametrize("make", [list, np.array, scipy.sparse.csr_array, scipy.sparse.coo_matrix])
def test_both_triangles_of_a_matrix_count(make) -> None:
    matrix = [[1.0, 2.0, 0.0], [3.0, -4.0, 0.5], [0.0, 0.0, 2.0]]
    problem = hq.Polynomial.from_matrix(make(matrix), offset=7.0)
    for bits in product((0, 1), repeat=3):
        x = np.array(bits)
        assert problem.value(bits) == pytest.approx(x @ np.array(matrix) @ x + 7.0)
    assert problem.data.names == ("x0", "x1", "x2")
    assert any("offset 7" in str(note) and "both triangles" in str(note) for note in problem.notes)
    spins = hq.Polynomial.from_matrix(make(matrix), spins=True)
    for bits in product((0, 1), repeat=3):
        s = 1 - 2 * np.array(bits)
        assert spins.value(bits) == pytest.approx(s @ np.array(matrix) @ s)
    assert spins.offset == 1 - 4 + 2  # squares of spins are 1


TERMS = st.lists(
    st.tuples(st.integers(-5, 5), st.lists(st.integers(0, 4), max_size=5).map(tuple)), max_size=9
)


@settings(max_examples=60, deadline=None)
@given(TERMS, st.booleans(), st.sampled_from(["minimize", "maximize"]))
def test_any_polynomial_agrees_with_its_terms(terms, spins, sense) -> None:
    data = PolynomialData(tuple("abcde"), tuple(terms), spins, sense)
    problem = hq.Polynomial(data)
    for bits in product((0, 1), repeat=5):
        x = [1 - 2 * bit if spins else bit for bit in bits]
        expected = sum(value * math.prod(x[i] for i in key) for value, key in terms)
        assert problem.value(bits) == pytest.approx(expected)
        energy = problem.cost().energies(bits)
        assert energy == pytest.approx(problem.sign * expected, abs=1e-9)


@pytest.mark.parametrize("spins", [False, True])
def test_it_keeps_the_contract(spins: bool) -> None:
    terms = ((2.0, ()), (1.5, (0, 0, 1)), (-3.0, (3, 1, 2)), (1.0, (2,)), (0.5, (3, 0)))
    check_problem(hq.Polynomial(PolynomialData(tuple("abcd"), terms, spins, "maximize")))


def test_an_ising_energy_comes_back() -> None:
    ising = Ising(4, 2.0, [1, 0, -1, 0.5], [[0, 1], [2, 3]], [1.5, -2], (((0, 1, 2), 3.0),))
    assert hq.Polynomial.from_ising(ising).cost() == ising


def test_products_of_high_order_take_no_further_qubits() -> None:
    problem = hq.Polynomial.from_terms({tuple(range(7)): 1.0, (2, 3): -1.0, 6: 0.5})
    assert problem.n_qubits == 7
    assert problem.describe()["degree"] == 7
    spins = hq.Polynomial.from_terms({tuple(range(30)): 1.0}, spins=True)
    assert len(spins.cost().higher) == 1


def test_idle_variables_are_named() -> None:
    data = PolynomialData(("a", "b", "c"), ((1.0, (0,)), (2.0, (1,)), (-2.0, (1,))))
    assert any("b, c" in str(note) for note in hq.Polynomial(data).notes)


@pytest.mark.parametrize(
    ("names", "terms", "message"),
    [
        ((), (), "no variables"),
        (("a", "a"), (), "two variables have the name 'a'"),
        (("a", "b"), ((math.nan, (0, 1)),), "the term a b has the coefficient nan"),
        (("a",), ((1.0, (1,)),), "names variable 1"),
        (("a",), ((1e308, (0,)), (1e308, ())), "more than a float holds"),
    ],
)
def test_bad_terms_are_refused(names, terms, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.Polynomial(PolynomialData(names, terms))


@pytest.mark.parametrize("matrix", [[[1, 2]], [1, 2], [["a"]], [[math.inf]], [[1], [2, 3]], []])
def test_what_is_no_square_matrix_is_refused(matrix) -> None:
    with pytest.raises(HybridqError, match="matrix"):
        hq.Polynomial.from_matrix(matrix)


def test_names_and_numbers_are_not_mixed() -> None:
    with pytest.raises(ProblemError, match="names, or numbers"):
        hq.Polynomial.from_terms({("x", 1): 1.0})
    with pytest.raises(ProblemError, match="PolynomialData"):
        hq.Polynomial({(0,): 1.0})  # type: ignore[arg-type]
