"""The Gibbs objective and the probability of the optimum, exact."""

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError
from tests.objectives.objective_samples import COSTS, hardware_efficient, probabilities, slopes

X = np.array([0.31, 0.52, 0.47, 0.23])


@pytest.mark.parametrize("eta", [0.01, 1.0, 5.0])
@pytest.mark.parametrize("name", COSTS)
def test_values_agree_with_the_definition(name, eta):
    hamiltonian = COSTS[name]
    ansatz = hq.QAOA(hamiltonian, 2)
    objective = hq.Gibbs(ansatz, hamiltonian, eta=eta)
    mean = np.exp(-eta * hamiltonian.diagonal()) @ probabilities(ansatz, X)
    assert objective(X) == pytest.approx(-np.log(mean), abs=1e-10)
    assert objective.value_and_gradient(X)[0] == pytest.approx(-np.log(mean), abs=1e-10)


@pytest.mark.parametrize("eta", [0.3, 3.0])
@pytest.mark.parametrize("name", COSTS)
def test_gradients_equal_finite_differences(name, eta):
    hamiltonian = COSTS[name]
    for ansatz in (hq.QAOA(hamiltonian, 2), hardware_efficient(hamiltonian)):
        x = 0.3 + 0.2 * np.arange(ansatz.n_params) % 1.3
        objective = hq.Gibbs(ansatz, hamiltonian, eta=eta)
        _, gradient = objective.value_and_gradient(x)
        np.testing.assert_allclose(gradient, slopes(objective, x), atol=1e-7)


def test_one_qubit_in_closed_form():
    """RY(θ) and H = Z: ⟨e^{−ηZ}⟩ = cosh η − cos θ sinh η."""
    hamiltonian = hq.PauliSum.from_labels({"Z": 1.0})
    objective = hq.Gibbs(hq.Circuit(1).ry(0, "theta"), hamiltonian, eta=0.7)
    value, gradient = objective.value_and_gradient([1.2])
    mean = np.cosh(0.7) - np.cos(1.2) * np.sinh(0.7)
    assert value == pytest.approx(-np.log(mean))
    assert gradient == pytest.approx([-np.sin(1.2) * np.sinh(0.7) / mean])


def test_its_limits_are_the_mean_and_the_minimum():
    hamiltonian = COSTS["weighted"]
    ansatz = hq.QAOA(hamiltonian, 2)
    mean = hq.Expectation(ansatz, hamiltonian)(X)
    assert hq.Gibbs(ansatz, hamiltonian, eta=1e-7)(X) / 1e-7 == pytest.approx(mean, rel=1e-5)
    lowest = hamiltonian.diagonal().min()
    assert hq.Gibbs(ansatz, hamiltonian, eta=1e5)(X) / 1e5 == pytest.approx(lowest, rel=1e-4)


def test_huge_values_do_not_overflow():
    hamiltonian = 1e6 * COSTS["whole"]
    ansatz = hq.QAOA(hamiltonian, 1)
    value, gradient = hq.Gibbs(ansatz, hamiltonian, eta=1.0).value_and_gradient([3e-7, 0.4])
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    shifted = hamiltonian + 1e9 * hq.PauliSum.identity(6)
    assert hq.Gibbs(ansatz, shifted, eta=1.0, engine="statevector")([3e-7, 0.4]) == pytest.approx(
        value + 1e9
    )


def test_a_state_without_the_lowest_value_has_finite_gradients():
    """The optimum of Z has no probability at all, and e^{−ηE} relative to it is 0."""
    hamiltonian = hq.PauliSum.from_labels({"Z": 1000.0})
    value, gradient = hq.Gibbs(hq.Circuit(1).ry(0, "t"), hamiltonian, eta=1.0).value_and_gradient(
        [0.0]
    )
    assert value == pytest.approx(1000.0)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("eta", [0.0, -1.0, float("nan"), float("inf"), True])
def test_eta_out_of_range_is_refused(eta):
    hamiltonian = COSTS["whole"]
    with pytest.raises(ParameterError, match="finite number above 0"):
        hq.Gibbs(hq.QAOA(hamiltonian, 1), hamiltonian, eta=eta)


@pytest.mark.parametrize("name", COSTS)
def test_success_is_minus_the_probability_of_all_optima(name):
    hamiltonian = COSTS[name]
    diagonal = hamiltonian.diagonal()
    ansaetze = [hq.QAOA(hamiltonian, 2)]
    if name == "fields":  # dense matrices are slow on more qubits
        ansaetze.append(hardware_efficient(hamiltonian))
    for ansatz in ansaetze:
        x = 0.3 + 0.2 * np.arange(ansatz.n_params) % 1.3
        objective = hq.SuccessProbability(ansatz, hamiltonian)
        best = np.isclose(diagonal, diagonal.min(), rtol=0, atol=1e-9)
        expected = -probabilities(ansatz, x)[best].sum()
        value, gradient = objective.value_and_gradient(x)
        assert value == pytest.approx(expected, abs=1e-12)
        assert objective(x) == pytest.approx(expected, abs=1e-12)
        np.testing.assert_allclose(gradient, slopes(objective, x), atol=1e-8)


def test_a_full_turn_is_always_successful():
    """One field of one qubit: QAOA at γ = β = π/4 prepares the ground state."""
    hamiltonian = hq.PauliSum.from_labels({"Z": 1.0})
    objective = hq.SuccessProbability(hq.QAOA(hamiltonian, 1), hamiltonian)
    assert objective([np.pi / 4, np.pi / 4]) == pytest.approx(-1.0)


def test_a_constant_is_always_optimal():
    hamiltonian = hq.PauliSum.from_labels({"II": 2.0})
    objective = hq.SuccessProbability(hq.Circuit(2).h(0).rx(1, "t"), hamiltonian)
    assert objective([0.4]) == pytest.approx(-1.0)
    assert hq.CVaR(hq.Circuit(2).rx(1, "t"), hamiltonian, alpha=0.3)([0.4]) == pytest.approx(2.0)


def test_linear_objectives_know_their_frequencies_and_others_do_not():
    hamiltonian = hq.PauliSum.from_labels({"Z": 1.0})
    circuit = hq.Circuit(1).ry(0, "theta")
    assert hq.Expectation(circuit, hamiltonian).frequencies == ((1.0, 1),)
    assert hq.SuccessProbability(circuit, hamiltonian).frequencies == ((1.0, 1),)
    assert hq.CVaR(circuit, hamiltonian, alpha=0.5).frequencies is None


def test_metric_and_fidelity_are_those_of_the_state():
    hamiltonian = hq.PauliSum.from_labels({"Z": 1.0})
    objective = hq.CVaR(hq.Circuit(1).ry(0, "theta"), hamiltonian, alpha=0.5)
    assert objective.metric([0.3]) == pytest.approx(np.array([[0.25]]))
    assert objective.fidelity([0.3], [0.9]) == pytest.approx(np.cos(0.3) ** 2)
