"""Gradients from measurements: the rule itself, its estimates, its cost."""

import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.instructions import Angle, Excitation, PhaseGate, Transition
from hybridq.core.errors import CapacityError
from hybridq.objectives import parameter_shift
from hybridq.objectives.parameter_shift import unrolled
from tests.helpers import slow_twin
from tests.objectives.objective_samples import COSTS, hardware_efficient


def rich_circuit():
    """Every kind of instruction with a parameter, shared and scaled parameters among them."""
    cost = hq.PauliSum.from_labels({"ZZI": 0.7, "IZZ": -0.4, "ZII": 0.3})
    return (
        hq.QAOA(cost, 1)
        .circuit.append(PhaseGate((0, 2), Angle(0.2, 2, 1.5)))
        .append(Excitation(((1.0, Transition((0,), (2,))),), Angle(0.1, 3, -0.5)))
        .append(Excitation(((0.6, Transition((1,), (0,), (2,))),), Angle(0.0, 0, 2.0), True))
        .rx(1, Angle(0.0, 2, -1.0))
        .rz(0, 0.4)
    )


def test_the_unrolled_circuit_prepares_the_same_state():
    circuit = rich_circuit()
    x = np.array([0.3, 0.5, -0.8, 0.9])
    turned = unrolled(circuit)
    state = slow_twin.run(circuit, x)
    other = slow_twin.run(turned.circuit, turned.angles(x))
    assert abs(np.vdot(state, other)) == pytest.approx(1.0)


def test_the_rule_gives_the_exact_gradient_without_noise():
    circuit = rich_circuit()
    hamiltonian = hq.PauliSum.from_labels({"XZI": 0.8, "IYY": -0.3, "ZZZ": 0.5, "IIX": 0.2})
    x = np.array([0.3, 0.5, -0.8, 0.9])
    turned = unrolled(circuit)
    shifted = hq.Expectation(turned.circuit, hamiltonian)
    steps = np.pi / 2 * np.eye(len(turned.parameter))
    angles = turned.angles(x)
    rule = np.array([(shifted(angles + step) - shifted(angles - step)) / 2 for step in steps])
    _, exact = hq.Expectation(circuit, hamiltonian).value_and_gradient(x)
    np.testing.assert_allclose(turned.pulled_back(rule, 4), exact, atol=1e-10)


@pytest.mark.parametrize("kind", ["expectation", "cvar", "gibbs", "success"])
def test_estimated_gradients_scatter_around_the_exact_one(kind):
    hamiltonian = COSTS["fields"]
    ansatz = hq.QAOA(hamiltonian, 1)
    objective = {
        "expectation": hq.Expectation(ansatz, hamiltonian),
        "cvar": hq.CVaR(ansatz, hamiltonian, alpha=0.4),
        "gibbs": hq.Gibbs(ansatz, hamiltonian, eta=0.3),
        "success": hq.SuccessProbability(ansatz, hamiltonian),
    }[kind]
    x = np.array([0.2, 0.5])
    noisy = hq.ParameterShift(objective, shots=4000, rng=3)
    gradients = np.array([noisy.value_and_gradient(x)[1] for _ in range(12)])
    exact = objective.value_and_gradient(x)[1]
    error = gradients.std(axis=0, ddof=1) / np.sqrt(12)
    assert (np.abs(gradients.mean(axis=0) - exact) < 4.5 * error).all()


def test_several_bases_have_gradients_too():
    hamiltonian = hq.spin_models.tfim(3, h=0.7)
    ansatz = hardware_efficient(hamiltonian)
    x = 0.4 * np.arange(ansatz.n_params) % 1.1
    objective = hq.Expectation(ansatz, hamiltonian)
    noisy = hq.ParameterShift(objective, shots=40_000, rng=3)
    value, gradient = noisy.value_and_gradient(x)
    exact, slope = objective.value_and_gradient(x)
    assert value == pytest.approx(exact, abs=0.1)
    np.testing.assert_allclose(gradient, slope, atol=0.1)


def test_its_cost_is_counted():
    """QAOA of the 6-node 3-regular cut has 9 + 6 rotations a layer."""
    hamiltonian = COSTS["whole"]
    objective = hq.Expectation(hq.QAOA(hamiltonian, 2), hamiltonian)
    noisy = hq.ParameterShift(objective, shots=10, rng=3)
    assert noisy.circuits_per_gradient == 1 + 2 * 2 * 15
    noisy.value_and_gradient([0.1, 0.2, 0.3, 0.4])
    assert noisy.circuits == 61
    assert noisy.shots_used == 610
    assert noisy.evaluations == 1


def test_a_gradient_of_too_many_circuits_is_refused(monkeypatch):
    monkeypatch.setattr(parameter_shift, "MOST_CIRCUITS", 60)
    hamiltonian = COSTS["whole"]
    objective = hq.Expectation(hq.QAOA(hamiltonian, 2), hamiltonian)
    with pytest.raises(CapacityError, match=r"61 circuits here \(limit 60\).*spsa"):
        hq.ParameterShift(objective, shots=10)


def test_gradient_methods_use_it():
    hamiltonian = COSTS["whole"]
    ansatz = hq.QAOA(hamiltonian, 1)
    noisy = hq.ParameterShift(hq.Expectation(ansatz, hamiltonian), shots=500, rng=3)
    x0 = ansatz.initial_point("ramp")
    solution = hq.minimize(noisy, x0, method="l-bfgs", max_evaluations=10)
    assert solution.gradients > 0
    assert noisy.exact(solution.x) <= noisy.exact(x0) + 0.1
