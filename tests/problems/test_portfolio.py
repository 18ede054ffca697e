"""Portfolios: published instance, budgets, and data that do not fit."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import hybridq as hq
from hybridq.core.errors import ParameterError, ProblemError
from hybridq.problems.instance_data import PortfolioData

FOLDER = Path(__file__).parents[2] / "problems" / "portfolio"
MU = [0.7313, 0.9893, 0.2725, 0.8750, 0.7667, 0.3622]
SIGMA = [
    [0.7312, -0.6233, 0.4689, -0.5452, -0.0082, -0.3809],
    [-0.6233, 2.4732, -0.7538, 2.4659, -0.0733, 0.8945],
    [0.4689, -0.7538, 1.1543, -1.4095, 0.0007, -0.4301],
    [-0.5452, 2.4659, -1.4095, 3.5067, 0.2012, 1.0922],
    [-0.0082, -0.0733, 0.0007, 0.2012, 0.6231, 0.1509],
    [-0.3809, 0.8945, -0.4301, 1.0922, 0.1509, 0.8992],
]


def _rows(n: int) -> NDArray[np.uint8]:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _objective(mu: object, sigma: object, risk: float, bits: NDArray[np.uint8]) -> float:
    x = bits.astype(float)
    return float(risk * x @ np.array(sigma) @ x - np.array(mu) @ x)


def test_the_tutorial_of_qiskit() -> None:
    """Qiskit Optimization's tutorial 08 publishes 1.27835 at 1,1,0,0,1,0, maximized."""
    problem = hq.Portfolio.from_file(FOLDER / "assets_6.json")
    assert np.array_equal(problem.data.returns, MU)
    assert np.array_equal(problem.data.covariance, SIGMA)
    assert (problem.risk, problem.budget) == (0.5, 3)
    rows = problem.space.bits()
    assert len(rows) == 20
    values = problem.values(rows)
    by_hand = [_objective(MU, SIGMA, 0.5, row) for row in rows]
    assert values == pytest.approx(by_hand, abs=1e-12)
    assert values.min() == pytest.approx(-1.27835, abs=1e-9)
    assert rows[values.argmin()].tolist() == [1, 1, 0, 0, 1, 0]
    assert values.max() == pytest.approx(5.66565, abs=1e-9)
    assert values.mean() == pytest.approx(0.558425, abs=1e-9)
    energies = problem.cost().energies(_rows(6))
    assert _rows(6)[energies.argmin()].tolist() == [1, 1, 0, 0, 1, 0]
    assert problem.penalty_weights.threshold < 0.0  # the objective alone has that minimum


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-9, 9), min_size=5, max_size=5),
    st.lists(st.integers(-9, 9), min_size=25, max_size=25),
    st.sampled_from([0.0, 0.25, 1.0]),
    st.sampled_from([None, 1, 2, 3, 4, 5]),
)
def test_ground_states_are_the_best_portfolios(
    mu: list[int], numbers: list[int], risk: float, budget: int | None
) -> None:
    factors = np.array(numbers, dtype=float).reshape(5, 5)
    sigma = factors @ factors.T
    problem = hq.Portfolio(mu, sigma, risk, budget)
    rows = _rows(5)
    allowed = rows if budget is None else rows[rows.sum(axis=1) == budget]
    best = min(_objective(mu, sigma, risk, row) for row in allowed)
    energies = problem.cost().energies(rows)
    assert energies.min() == pytest.approx(best, abs=1e-6)
    ground = rows[energies < energies.min() + 1e-6]
    assert not problem.violation_counts(ground).any()


def test_without_a_budget_all_portfolios_are_feasible() -> None:
    problem = hq.Portfolio(MU, SIGMA)
    assert (problem.budget, problem.risk, problem.space) == (None, 0.5, None)
    assert problem.mixers == ("x", "grover")
    assert problem.mean_value == pytest.approx(
        np.mean([_objective(MU, SIGMA, 0.5, row) for row in _rows(6)])
    )


def test_options_precede_the_file() -> None:
    path = FOLDER / "assets_6.json"
    assert hq.Portfolio.from_file(path, budget=2).size() == "6 assets, budget 2, risk 0.5"
    assert hq.Portfolio.from_file(path, risk=0.0).size() == "6 assets, budget 3, risk 0"
    data = PortfolioData(np.array(MU), np.array(SIGMA))
    assert hq.Portfolio.from_data(data, name="x").size() == "6 assets, risk 0.5"
    options = {each.name for each in hq.Portfolio.options()}
    assert options == {"risk", "budget", "penalty", "encoding", "inequalities"}


def test_answers_are_in_the_labels_of_the_assets() -> None:
    problem = hq.Portfolio(MU, SIGMA, budget=3, assets=list("ABCDEF"))
    bits = np.array([1, 1, 0, 0, 1, 0], dtype=np.uint8)
    chosen, expected, variance = problem.answer(bits)
    assert chosen.entries == ("A", "B", "E")
    assert expected.entries == ("2.4873",)  # .7313 + .9893 + .7667
    assert variance.entries == ("2.4179",)
    assert problem.value(bits) == pytest.approx(0.5 * 2.4179 - 2.4873)
    assert problem.decode(bits) == {"A": 1, "B": 1, "C": 0, "D": 0, "E": 1, "F": 0}
    assert problem.violations(np.array([1, 0, 0, 0, 0, 0])) == (
        "exactly 3 assets are chosen (by 2)",
    )


def test_benchmark_size() -> None:
    problem = hq.Portfolio.from_file(FOLDER / "assets_24.json")
    assert problem.space.dim == math.comb(24, 12)
    bits = np.array(list(map(int, "111110010001110011001000")), dtype=np.uint8)
    best = problem.value(bits)
    assert best == pytest.approx(-0.4563, abs=1e-9)
    chosen = np.flatnonzero(bits)
    for out, into in ((a, b) for a in chosen for b in np.flatnonzero(bits == 0)):
        other = bits.copy()
        other[[out, into]] = 0, 1
        assert problem.value(other) >= best


def test_a_budget_of_all_assets_leaves_no_choice() -> None:
    assert "takes all assets" in str(hq.Portfolio(MU, SIGMA, budget=6).notes)
    assert not hq.Portfolio(MU, SIGMA, budget=3).notes
    assert len(list(combinations(range(6), 6))) == hq.Portfolio(MU, SIGMA, budget=6).space.dim


@pytest.mark.parametrize("budget", [0, 7, -1, 2.5, "three", True])
def test_budgets_that_no_portfolio_has_are_refused(budget: object) -> None:
    with pytest.raises(ParameterError, match="budget must be an integer from 1 to 6"):
        hq.Portfolio(MU, SIGMA, budget=budget)


@pytest.mark.parametrize("risk", [-0.5, math.nan, math.inf, "low"])
def test_risk_is_checked(risk: object) -> None:
    with pytest.raises(ParameterError, match="risk must be a finite number >= 0"):
        hq.Portfolio(MU, SIGMA, risk)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"covariance of shape \(2, 2\)"):
        hq.Portfolio([1, 2], [[1.0]])
    with pytest.raises(ProblemError, match="symmetric, got 2 for assets 0 and 1 and 3"):
        hq.Portfolio([1, 2], [[1, 2], [3, 1]])
    with pytest.raises(ProblemError, match="finite, got nan"):
        hq.Portfolio([1, math.nan], [[1, 2], [2, 1]])
    with pytest.raises(ProblemError, match="no assets"):
        hq.Portfolio([], np.zeros((0, 0)))
    with pytest.raises(ProblemError, match="two assets are called 'A'"):
        hq.Portfolio([1, 2], [[1, 0], [0, 1]], assets=["A", "A"])


@pytest.mark.parametrize(
    ("mixer", "one", "two"),
    [
        ("xy-complete", 0.345914588773, 0.960046571754),
        ("xy-ring", -0.173509983239, 0.226666122771),
        ("xy-ring-trotter", -0.163771691347, 0.093707368772),
    ],
)
def test_energies_at_fixed_angles(mixer: str, one: float, two: float) -> None:
    """From an independent calculation; the Trotterized ring agrees with QOKit's kernels."""
    problem = hq.Portfolio(MU, SIGMA, 0.5, 3)
    for angles, expected in (((0.5, 0.3), one), ((0.5, 0.8, 0.6, 0.3), two)):
        circuit = hq.QAOA(problem, p=len(angles) // 2, mixer=mixer)
        found = hq.Expectation(circuit, problem, engine="subspace")(np.array(angles))
        assert found == pytest.approx(expected, abs=1e-10)
