"""Objectives in units of a single spin's energy, as optimizers see them."""

import numpy as np
import pytest

import hybridq as hq
from hybridq.strategies.rescaled import in_energy_units, search_angles
from tests.objectives.objective_samples import COSTS, slopes

UNIT = 8.0
X = np.array([0.03, 0.52])
Y = np.array([0.24, 0.52])


def big():
    hamiltonian = UNIT * COSTS["weighted"]
    return hq.QAOA(hamiltonian, 1), hamiltonian


@pytest.mark.parametrize("kind", ["expectation", "cvar", "gibbs", "success-probability"])
def test_energies_are_scaled_and_pure_numbers_are_not(kind):
    ansatz, hamiltonian = big()
    options = {"cvar": {"alpha": 0.3}, "gibbs": {"eta": 0.1}}.get(kind, {})
    objective = hq.OBJECTIVES[kind](ansatz, hamiltonian, **options)
    scaled = in_energy_units(objective, UNIT)
    unit = UNIT if kind in ("expectation", "cvar") else 1.0
    value, gradient = scaled.value_and_gradient(Y)
    assert value == pytest.approx(objective(X) / unit)
    assert scaled(Y) == pytest.approx(value)
    assert scaled.values([Y, Y]) == pytest.approx([value, value])
    np.testing.assert_allclose(gradient, slopes(scaled, Y), atol=1e-7)


def test_metric_and_fidelity_and_frequencies_follow_the_coordinates():
    ansatz, hamiltonian = big()
    objective = hq.Expectation(ansatz, hamiltonian)
    scaled = in_energy_units(objective, UNIT)
    step = np.array([1e-4, -2e-4])
    metric = scaled.metric(Y)
    assert 1.0 - scaled.fidelity(Y, Y + step) == pytest.approx(step @ metric @ step, rel=1e-3)
    whole = UNIT * COSTS["whole"]
    known = in_energy_units(hq.Expectation(hq.QAOA(whole, 1), whole), UNIT).frequencies
    plain = hq.Expectation(hq.QAOA(COSTS["whole"], 1), COSTS["whole"]).frequencies
    assert known == plain


def test_shots_offer_no_gradient_and_keep_their_memory():
    ansatz, hamiltonian = big()
    noisy = hq.FromShots(hq.CVaR(ansatz, hamiltonian, alpha=0.5), shots=100, rng=1)
    scaled = in_energy_units(noisy, UNIT)
    assert not hasattr(scaled, "value_and_gradient")
    assert not hasattr(scaled, "metric")
    assert scaled.frequencies is None
    scaled(Y)
    memory = scaled.checkpoint()
    first = scaled(Y)
    scaled.restore(memory)
    assert scaled(Y) == first


def test_a_search_of_a_pure_number_reports_it_unscaled():
    ansatz, hamiltonian = big()
    objective = hq.SuccessProbability(ansatz, hamiltonian)
    seen = []
    found = search_angles(
        objective, UNIT, np.array([X]), "l-bfgs", None, lambda record: seen.append(record.value)
    )
    assert found.value == pytest.approx(objective(found.x))
    assert seen == pytest.approx(found.values.tolist())
    assert -1.0 <= found.value < objective(X)
