"""Quadratic assignment: cost, ground states and matrices that do not fit."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import hybridq as hq
from hybridq.core.errors import CapacityError, ProblemError

FOLDER = Path(__file__).parents[2] / "problems" / "quadratic_assignment"
FLOWS = [[0, 5, 2], [5, 0, 3], [2, 3, 0]]
DISTANCES = [[0, 8, 15], [8, 0, 13], [15, 13, 0]]


def _rows(n: int) -> NDArray[np.uint8]:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _cost(flows: object, distances: object, places: tuple[int, ...]) -> float:
    """Return Σ f_ij d_{p(i) p(j)}, diagonals included."""
    f, d = np.array(flows, dtype=float), np.array(distances, dtype=float)
    n = range(len(f))
    return float(sum(f[i, j] * d[places[i], places[j]] for i in n for j in n))


def _bits(places: tuple[int, ...]) -> NDArray[np.uint8]:
    grid = np.zeros((len(places), len(places)), dtype=np.uint8)
    grid[range(len(places)), list(places)] = 1
    return grid.ravel()


def test_glover() -> None:
    """Glover, Kochenberger and Du, arXiv:1811.11538, section 4.4: 218."""
    problem = hq.QuadraticAssignment.from_file(FOLDER / "glover_3.json")
    assert np.array_equal(problem.data.flows, FLOWS)
    assert np.array_equal(problem.data.distances, DISTANCES)
    assert min(_cost(FLOWS, DISTANCES, each) for each in permutations(range(3))) == 218
    energies = problem.cost().energies(_rows(9))
    assert energies.min() == pytest.approx(218.0)
    ground = _rows(9)[energies < energies.min() + 1e-6]
    assert not problem.violation_counts(ground).any()
    assert "counts twice" in str(problem.notes)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-3, 9), min_size=18, max_size=18))
def test_ground_states_are_the_cheapest_assignments(numbers: list[int]) -> None:
    flows, distances = np.array(numbers, dtype=float).reshape(2, 3, 3)
    problem = hq.QuadraticAssignment(flows, distances)
    for places in permutations(range(3)):
        assert problem.value(_bits(places)) == _cost(flows, distances, places)
    energies = problem.cost().energies(_rows(9))
    best = min(_cost(flows, distances, each) for each in permutations(range(3)))
    assert energies.min() == pytest.approx(best)
    ground = _rows(9)[energies < energies.min() + 1e-6]
    assert not problem.violation_counts(ground).any()


@pytest.mark.parametrize("n", [4, 5, 6])
def test_the_space_has_all_permutations(n: int) -> None:
    rng = np.random.default_rng(n)
    flows, distances = rng.integers(0, 10, (2, n, n))
    problem = hq.QuadraticAssignment(flows, distances)
    costs = sorted(_cost(flows, distances, each) for each in permutations(range(n)))
    assert sorted(problem.values(problem.space.bits()).tolist()) == costs


def test_nug12() -> None:
    """QAPLIB: 578 at (12, 7, 9, 3, 4, 8, 11, 1, 5, 6, 10, 2)."""
    problem = hq.QuadraticAssignment.from_file(FOLDER / "nug12.dat")
    grid = np.array(
        [[abs(a // 4 - b // 4) + abs(a % 4 - b % 4) for b in range(12)] for a in range(12)]
    )
    assert np.array_equal(problem.data.flows, grid)
    order = np.array([12, 7, 9, 3, 4, 8, 11, 1, 5, 6, 10, 2]) - 1
    assert problem.value(_bits(tuple(order.tolist()))) == 578.0
    assert problem.space.count(10**9) == 479_001_600  # 12!


def test_answers_name_facilities_and_places() -> None:
    problem = hq.QuadraticAssignment(FLOWS, DISTANCES)
    rows = problem.answer(_bits((2, 0, 1)))
    assert rows[0].entries == ("0 at 2", "1 at 0", "2 at 1")
    wrong = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1], dtype=np.uint8)
    assert problem.answer(wrong)[0].entries == ("0 at 0 and 1", "1 at no place", "2 at 2")
    assert problem.violations(wrong) == (
        "facility 0 has one place (by 1)",
        "facility 1 has one place (by 1)",
    )


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ProblemError, match="one size"):
        hq.QuadraticAssignment(FLOWS, np.zeros((2, 2)))
    with pytest.raises(ProblemError, match="square"):
        hq.QuadraticAssignment([[1, 2]], [[1, 2]])
    with pytest.raises(ProblemError, match="finite, got nan"):
        hq.QuadraticAssignment([[0, np.nan], [1, 0]], [[0, 1], [1, 0]])
    with pytest.raises(ProblemError, match="at least two facilities"):
        hq.QuadraticAssignment([[1]], [[1]])
    with pytest.raises(CapacityError, match="terms"):
        hq.QuadraticAssignment(np.ones((80, 80)), np.ones((80, 80)))


@pytest.mark.parametrize("encoding", ["one-hot", "domain-wall", "binary"])
def test_every_encoding_has_all_assignments(encoding: str) -> None:
    problem = hq.QuadraticAssignment(FLOWS, DISTANCES, encoding=encoding)
    costs = sorted(_cost(FLOWS, DISTANCES, each) for each in permutations(range(3)))
    assert sorted(problem.values(problem.space.bits()).tolist()) == costs
