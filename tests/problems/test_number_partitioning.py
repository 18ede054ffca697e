"""Number partitioning: what it takes for a list of numbers."""

import math
from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ProblemError, render_text
from hybridq.problems.instance_data import EquationData
from hybridq.testing import check_problem

FOLDER = Path(__file__).parents[2] / "problems" / "number_partitioning"


@pytest.mark.parametrize("numbers", [5, None, {3: 1, 4: 2}, {3, 4}, "31", b"31", [1], np.array(3)])
def test_what_is_no_list_of_numbers_is_refused(numbers):
    with pytest.raises(ProblemError, match="numbers must be a list of at least two numbers, got"):
        hq.NumberPartitioning(numbers)


@pytest.mark.parametrize("numbers", [[1, math.nan], [1, -math.inf], [1, None], [1, 1j], [1, True]])
def test_an_entry_that_is_no_finite_number_is_named(numbers):
    with pytest.raises(ProblemError, match=r"number 2 is .*: give a finite real number"):
        hq.NumberPartitioning(numbers)


def test_numbers_whose_squares_no_float_holds_are_refused():
    for numbers in ([10**400, 1], [1e200, 1]):
        with pytest.raises(ProblemError, match="too large to be squared"):
            hq.NumberPartitioning(numbers)


@pytest.mark.parametrize("numbers", [(3, 1), np.array([3, 1]), range(3, 5), iter([3, 1])])
def test_any_list_of_numbers_will_do(numbers):
    assert hq.NumberPartitioning(numbers).n_qubits == 2


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


@pytest.mark.parametrize("fix_sign", [False, True])
def test_the_example_of_glover(fix_sign: bool) -> None:
    """Glover, Kochenberger, Du 2019, section 3.1: difference 0, two splits."""
    problem = hq.NumberPartitioning([25, 7, 13, 31, 42, 17, 21, 10], fix_sign=fix_sign)
    energies = problem.cost().energies(_rows(problem.n_qubits))
    assert energies.min() == 0
    assert (energies == 0).sum() == (2 if fix_sign else 4)  # each split twice without
    terms, offset = hq.NumberPartitioning(problem.numbers).cost().to_qubo()
    assert offset == 166**2
    assert terms[0, 1] / 4 == 2 * 25 * 7  # their matrix is a quarter of this one
    assert (energies.min() - offset) / 4 == -6889  # their least y


@pytest.mark.parametrize("fix_sign", [False, True])
def test_a_fixed_sign_leaves_the_optimum(fix_sign: bool) -> None:
    numbers = [5, -3, 2.5, 8, 1]
    problem = hq.NumberPartitioning(numbers, fix_sign=fix_sign)
    check_problem(problem)
    values = problem.values(_rows(problem.n_qubits))
    signs = 1 - 2 * _rows(5).astype(int)
    assert values.min() == ((signs @ numbers) ** 2).min()
    note = "4 qubits instead of 5" if fix_sign else "saves a qubit"
    assert note in render_text(problem.notes[0])
    assert list(problem.labels()) == list(range(fix_sign, 5))
    if fix_sign:
        assert problem.answer("0000")[0].entries == tuple(numbers)


def _market_split(name: str) -> EquationData:
    """A file of QOBLIB: rows of coefficients, the side last."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.strip() and not line.startswith("#")]
    table = np.array([[float(word) for word in row.split()] for row in rows[1:]])
    return EquationData(table[:, :-1], table[:, -1])


@pytest.mark.parametrize(
    ("name", "solutions"), [("ms_03_050_002.dat", 1), ("ms_03_050_005.dat", 3)]
)
def test_market_splits_of_qoblib(name: str, solutions: int) -> None:
    """QOBLIB 01: the least residual is 0; solutions are counted over all 2^20 assignments."""
    data = _market_split(name)
    rows = _rows(20)
    exact = np.flatnonzero((rows @ data.matrix.T == data.sides).all(axis=1))
    assert len(exact) == solutions
    problem = hq.NumberPartitioning(data)
    assert problem.n_qubits == 20
    assert (problem.values(rows[exact]) == 0).all()
    assert np.allclose(problem.cost().energies(rows[exact]), 0.0, atol=1e-9)
    some = rows[:: 1 << 12]
    expected = ((some @ data.matrix.T - data.sides) ** 2).sum(axis=1)
    assert np.allclose(problem.cost().energies(some), expected, atol=1e-6)


def test_the_quadratic_file_of_the_same_instance() -> None:
    """First lines of ms_03_050_002.qs of QOBLIB, whose off-diagonals count twice."""
    terms, offset = hq.NumberPartitioning(_market_split("ms_03_050_002.dat")).cost().to_qubo()
    assert offset == pytest.approx(202539)
    assert terms[0,] == pytest.approx(-49120)
    assert terms[0, 1] == pytest.approx(2 * 1064)
    assert terms[0, 2] == pytest.approx(2 * 2414)


def test_equations_keep_the_contract() -> None:
    data = EquationData(np.array([[1.0, 2.0, 3.0, -1.0], [2.0, 0.5, 1.0, 1.0]]), np.array([3.0, 2]))
    problem = hq.NumberPartitioning(data)
    check_problem(problem)
    assert problem.value("1100") == 0.25
    assert problem.answer("1100")[1].entries == ("3 of 3; 2.5 of 2",)


@pytest.mark.parametrize(
    ("matrix", "sides", "message"),
    [
        ([[1, 2]], [1, 2], "one row for each side"),
        ([[]], [1], "one row for each side"),
        ([[1, math.nan]], [1], "matrix must be finite"),
        ([[1, 2]], [math.inf], "sides must be finite"),
        ([[1e200, 2]], [1], "too large to be squared"),
    ],
)
def test_bad_equations_are_refused(matrix, sides, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.NumberPartitioning(EquationData(matrix, sides))


def test_a_sign_of_equations_is_not_fixed() -> None:
    with pytest.raises(ProblemError, match="fix_sign is for numbers"):
        hq.NumberPartitioning(EquationData(np.eye(2), np.ones(2)), fix_sign=True)
    with pytest.raises(ProblemError, match="fix_sign must be True or False"):
        hq.NumberPartitioning([1, 2], fix_sign=1)
