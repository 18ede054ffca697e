"""The conditional value at risk, exact: quantile weights, limits, gradients."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.objectives import FromShots
from tests.objectives.objective_samples import COSTS, hardware_efficient, probabilities, slopes

X = np.array([0.31, 0.52, 0.47, 0.23])


def sorted_mean(values, weights, alpha):
    """The mean of the lowest part alpha, outcome by outcome."""
    total, left = 0.0, alpha
    for row in np.argsort(values):
        taken = min(weights[row], left)
        total, left = total + taken * values[row], left - taken
    return total / alpha


def test_ninety_shots_of_minus_one_and_ten_of_plus_one():
    """The worked example: the better half is all −1; nine tenths exactly too; then it rises."""
    values, shares = np.array([-1.0, 1.0]), np.array([0.9, 0.1])
    assert hq.CVaR(alpha=0.5).at(values, shares)[0] == -1.0
    assert hq.CVaR(alpha=0.9).at(values, shares)[0] == -1.0
    assert hq.CVaR(alpha=0.95).at(values, shares)[0] == pytest.approx(-0.85 / 0.95)
    assert hq.CVaR(alpha=1.0).at(values, shares)[0] == pytest.approx(-0.8)


def test_a_qubit_that_shows_minus_one_nine_times_in_ten():
    """The same as an objective: RY(θ) with sin²(θ/2) = 0.9, exact and from shots."""
    circuit, z = hq.Circuit(1).ry(0, "a"), hq.PauliSum.from_labels([("Z", 1.0)])
    theta = [2.0 * np.arcsin(np.sqrt(0.9))]
    assert hq.CVaR(circuit, z, alpha=0.5)(theta) == pytest.approx(-1.0, abs=1e-14)
    assert hq.CVaR(circuit, z, alpha=1.0)(theta) == pytest.approx(-0.8, abs=1e-14)
    sampled = FromShots(hq.CVaR(circuit, z, alpha=0.5), shots=100, rng=1)
    found = sampled.estimate(theta)
    assert found.value == -1.0
    assert found.shots == 100


def test_the_quantile_counts_only_with_what_is_missing():
    values, shares = np.array([-3.0, -1.0, 5.0]), np.array([0.25, 0.5, 0.25])
    assert hq.CVaR(alpha=0.5).at(values, shares)[0] == pytest.approx((-3 * 0.25 - 1 * 0.25) / 0.5)
    assert hq.CVaR(alpha=0.1).at(values, shares)[0] == -3.0


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 50)), min_size=1, max_size=12).filter(
        lambda rows: sum(count for _, count in rows) > 0
    ),
    st.floats(1e-3, 1.0),
)
def test_any_distribution_agrees_with_counting_outcomes(rows, alpha):
    values, counts = (np.array(column, dtype=float) for column in zip(*sorted(rows), strict=True))
    shares = counts / counts.sum()
    value, weigh = hq.CVaR(alpha=alpha).at(values, shares)
    assert value == pytest.approx(sorted_mean(values, shares, alpha), abs=1e-9)
    assert weigh(values) @ shares == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("alpha", [0.03, 0.2, 0.75])
@pytest.mark.parametrize("name", COSTS)
def test_values_agree_with_the_sorted_state(name, alpha):
    hamiltonian = COSTS[name]
    ansatz = hq.QAOA(hamiltonian, 2)
    objective = hq.CVaR(ansatz, hamiltonian, alpha=alpha)
    expected = sorted_mean(hamiltonian.diagonal(), probabilities(ansatz, X), alpha)
    assert objective(X) == pytest.approx(expected, abs=1e-11)
    assert objective.value_and_gradient(X)[0] == pytest.approx(expected, abs=1e-11)
    assert objective.values([X, X]) == pytest.approx([expected] * 2, abs=1e-11)


@pytest.mark.parametrize("alpha", [0.1, 0.6])
@pytest.mark.parametrize("name", COSTS)
def test_gradients_equal_finite_differences(name, alpha):
    hamiltonian = COSTS[name]
    for ansatz in (hq.QAOA(hamiltonian, 2), hardware_efficient(hamiltonian)):
        x = 0.3 + 0.2 * np.arange(ansatz.n_params) % 1.3
        objective = hq.CVaR(ansatz, hamiltonian, alpha=alpha)
        _, gradient = objective.value_and_gradient(x)
        np.testing.assert_allclose(gradient, slopes(objective, x), atol=2e-8)


@pytest.mark.parametrize("name", COSTS)
def test_alpha_1_is_the_expectation_value(name):
    hamiltonian = COSTS[name]
    ansatz = hq.QAOA(hamiltonian, 2)
    value, gradient = hq.CVaR(ansatz, hamiltonian, alpha=1.0).value_and_gradient(X)
    expected, slope = hq.Expectation(ansatz, hamiltonian).value_and_gradient(X)
    assert value == pytest.approx(expected, abs=1e-11)
    np.testing.assert_allclose(gradient, slope, atol=1e-10)


def test_small_alpha_tends_to_the_minimum():
    hamiltonian = COSTS["weighted"]
    ansatz = hq.QAOA(hamiltonian, 2)
    values = [hq.CVaR(ansatz, hamiltonian, alpha=alpha)(X) for alpha in (1.0, 0.5, 0.1, 0.01, 1e-9)]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(hamiltonian.diagonal().min())


def test_minimizing_a_tail_finds_the_optimum_more_often_than_minimizing_the_mean():
    """The claim of Barkoutsos et al., arXiv:1907.04769, on one instance."""
    hamiltonian = COSTS["weighted"]
    ansatz = hq.QAOA(hamiltonian, 1)
    x0 = ansatz.initial_point("ramp")
    success = hq.SuccessProbability(ansatz, hamiltonian)
    mean = hq.minimize(hq.Expectation(ansatz, hamiltonian), x0)
    tail = hq.minimize(hq.CVaR(ansatz, hamiltonian, alpha=0.3), x0)
    assert success(tail.x) < success(mean.x)


@pytest.mark.parametrize("alpha", [0.0, -0.1, 1.5, float("nan"), True, "0.5"])
def test_alpha_outside_its_range_is_refused(alpha):
    hamiltonian = COSTS["whole"]
    with pytest.raises(ParameterError, match="above 0 and at most 1"):
        hq.CVaR(hq.QAOA(hamiltonian, 1), hamiltonian, alpha=alpha)


def test_other_than_diagonal_hamiltonians_are_refused():
    hamiltonian = hq.spin_models.tfim(3, h=1.0)
    with pytest.raises(ParameterError, match=r"not diagonal.*objective='expectation'"):
        hq.CVaR(hq.HardwareEfficient(3), hamiltonian, alpha=0.5)


def test_points_that_are_no_points_are_refused():
    hamiltonian = COSTS["whole"]
    objective = hq.CVaR(hq.QAOA(hamiltonian, 1), hamiltonian, alpha=0.5)
    with pytest.raises(ParameterError, match="finite"):
        objective([np.nan, 0.1])
    with pytest.raises(ParameterError, match="2 parameters"):
        objective.value_and_gradient([0.1])
