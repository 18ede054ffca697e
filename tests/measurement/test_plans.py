"""Plans hold their predicted error, estimates are unbiased, bad input is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.measurement import GROUPINGS, Plan, executor, measure, plan, sampled
from hybridq.measurement.allocation import best_division, divided, needed
from tests.measurement.test_groupings import random_integrals

ELECTRONIC = random_integrals(2, np.random.default_rng(11), False)
CIRCUIT = hq.Circuit(4).h(0).ry(1, 0.7).cx(0, 2).rx(3, 1.1).cz(1, 3).ry(2, 0.4).cx(3, 0)


def exact():
    return CIRCUIT.expectation(ELECTRONIC)


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_estimates_are_unbiased_with_the_predicted_error(grouping):
    found = plan(ELECTRONIC, CIRCUIT, grouping=grouping, shots=600)
    state, repeats = CIRCUIT.state(), 300
    rng = np.random.default_rng(1)
    estimates = [found.estimate(sampled(found, state, rng)) for _ in range(repeats)]
    values = np.array([each.value for each in estimates])
    error = found.standard_error
    assert abs(values.mean() - exact()) < 5 * error / np.sqrt(repeats)
    # Relative standard deviation of a sample variance of normal values: √(2/(k−1)).
    assert values.var(ddof=1) / error**2 == pytest.approx(1.0, abs=5 * np.sqrt(2 / (repeats - 1)))
    claimed = np.array([each.standard_error for each in estimates])
    assert (claimed**2).mean() == pytest.approx(error**2, rel=0.05)


def test_circuits_run_on_an_engine_give_the_value_too():
    found = plan(ELECTRONIC, CIRCUIT, grouping="fully-commuting", shots=4000)
    estimate = measure(found, executor("statevector", rng=5))
    assert estimate.shots == 4000
    assert abs(estimate.value - exact()) < 5 * estimate.standard_error


def test_a_plan_without_a_state_is_refined_by_a_pilot_run():
    wide = plan(ELECTRONIC, grouping="qubit-wise", shots=6000)
    assert wide.source == "mixed"
    alone = GROUPINGS["qubit-wise"](overlap=False)
    known = plan(ELECTRONIC, CIRCUIT, grouping=alone, shots=6000)
    pilot = sampled(wide, CIRCUIT.state(), 2)
    refined = wide.refined(pilot)
    assert refined.source == "pilot"
    assert (refined.variances > 0).all()
    assert refined.with_shots(6000).standard_error == pytest.approx(known.standard_error, rel=0.1)


def test_an_unknown_state_is_measured_with_all_shots_counted():
    from dataclasses import replace

    wide = replace(plan(ELECTRONIC, grouping="fully-commuting", shots=5000), preparation=CIRCUIT)
    estimate = measure(wide, executor(rng=7))
    assert estimate.shots == 5000
    assert abs(estimate.value - exact()) < 5 * estimate.standard_error


def test_auto_has_the_smallest_predicted_error_without_shared_terms_or_less():
    found = plan(ELECTRONIC, CIRCUIT, shots=10**6)
    for name in GROUPINGS:
        each = plan(ELECTRONIC, CIRCUIT, grouping=GROUPINGS[name](overlap=False), shots=10**6)
        assert found.standard_error <= each.standard_error * (1 + 1e-9)
    named = plan(ELECTRONIC, CIRCUIT, grouping=found.grouping, shots=10**6)
    assert named.standard_error == found.standard_error


def test_a_state_and_its_circuit_give_one_plan():
    ansatz = hq.Circuit(4).ry(0, "a").cx(0, 1).ry(2, "b")
    by_circuit = plan(ELECTRONIC, ansatz, {"a": 0.3, "b": 0.4}, target_error=0.01)
    by_state = plan(ELECTRONIC, ansatz.state([0.3, 0.4]), target_error=0.01)
    np.testing.assert_array_equal(by_circuit.shots, by_state.shots)


def test_one_term_takes_variance_over_error_squared():
    # ⟨Z⟩ = cos θ, variance sin²θ.
    found = plan(hq.PauliSum.from_labels({"Z": 2.0}), hq.Circuit(1).ry(0, 1.0), target_error=0.01)
    assert found.total_shots == np.ceil(4 * np.sin(1.0) ** 2 / 0.01**2)


def test_covariances_within_a_group_count():
    # On a Bell state ZI and IZ are equal: their sum has variance 4, their difference none.
    bell = hq.Circuit(2).h(0).cx(0, 1)
    same = plan(hq.PauliSum.from_labels({"ZI": 1.0, "IZ": 1.0, "XX": 0.1}), bell, shots=100)
    other = plan(hq.PauliSum.from_labels({"ZI": 1.0, "IZ": -1.0, "XX": 0.1}), bell, shots=100)
    assert same.variances.max() == pytest.approx(4.0)
    assert other.variances.max() == pytest.approx(0.0, abs=1e-12)


def test_a_diagonal_hamiltonian_of_any_width_takes_one_circuit():
    n = 200
    ring = hq.Ising.from_terms({(i, (i + 1) % n): 1.0 for i in range(n)}, n_qubits=n)
    found = plan(ring, target_error=0.5)
    assert len(found.circuits) == 1
    estimate = found.estimate([np.zeros((10, n), np.uint8)])
    assert estimate.value == n
    assert estimate.standard_error == 0


def test_a_constant_takes_no_circuit():
    found = plan(hq.PauliSum.identity(2, 3.0), shots=10)
    assert found.estimate([]).value == 3.0


def test_a_target_out_of_reach_says_how_many_shots_it_takes():
    hamiltonian = hq.PauliSum.from_labels({"Z": 1.0})
    with pytest.raises(ParameterError, match=r"it takes 10,000,000,000 shots"):
        plan(hamiltonian, hq.Circuit(1).h(0), target_error=1e-5)
    with pytest.raises(ParameterError, match=r"it takes about 1\.0e\+24 shots"):
        plan(hamiltonian, hq.Circuit(1).h(0), target_error=1e-12)
    found = plan(hamiltonian, hq.Circuit(1).h(0), target_error=1e-5, max_shots=10**10)
    assert found.total_shots == 10**10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either target_error or shots"),
        ({"shots": 10, "target_error": 0.1}, "give either target_error or shots"),
        ({"shots": 2}, "shots must be an integer >= 4"),
        ({"target_error": -1.0}, "target_error must be a positive number"),
        ({"shots": 100, "state": np.ones(3)}, "state must be a circuit, or a statevector"),
        ({"shots": 100, "state": np.ones(4)}, "state must be a vector of norm 1"),
        ({"shots": 100, "state": hq.Circuit(2).ry(0, "a")}, "1 parameters without values"),
        ({"shots": 100, "state": hq.Circuit(3)}, "2 qubits wide"),
        ({"shots": 100, "params": [1.0]}, "params must be left out without a circuit"),
        ({"shots": 100, "grouping": 3}, "grouping must be 'auto', a name"),
    ],
)
def test_ambiguous_input_is_refused(options, message):
    state = options.get("state")
    others = {name: value for name, value in options.items() if name != "state"}
    with pytest.raises(ParameterError, match=message):
        plan(hq.PauliSum.from_labels({"XX": 1.0, "ZI": 1.0}), state, **others)


def test_hamiltonians_that_are_not_hermitian_are_refused():
    with pytest.raises(ParameterError, match="not hermitian"):
        plan(hq.PauliSum.from_labels({"X": 1j}), shots=10)


@pytest.mark.parametrize(
    "bits", [[np.zeros((3, 2))], [np.zeros((3, 2)), np.zeros((0, 2))], [np.zeros(2), np.zeros(2)]]
)
def test_bits_of_another_shape_are_refused(bits):
    found = plan(hq.PauliSum.from_labels({"XX": 1.0, "ZI": 1.0}), shots=10)
    assert isinstance(found, Plan)
    with pytest.raises(DimensionError, match="bits must be"):
        found.estimate(bits)


def test_an_execution_that_loses_shots_is_refused():
    found = plan(ELECTRONIC, CIRCUIT, shots=1000)
    with pytest.raises(DimensionError, match="execute must be"):
        measure(found, lambda circuits, shots: executor()(circuits, [n - 1 for n in shots]))


@settings(max_examples=50, deadline=None)
@given(
    weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    extra=st.integers(0, 10**6),
    at_least=st.integers(0, 3),
)
def test_divided_shots_sum_to_their_number(weights, extra, at_least):
    shots = extra + at_least * len(weights)
    parts = divided(shots, np.array(weights), at_least)
    assert parts.sum() == shots
    assert (parts >= at_least).all()


@settings(max_examples=50, deadline=None)
@given(variances=st.lists(st.floats(0, 1e3), min_size=1, max_size=8), error=st.floats(0.01, 10))
def test_needed_shots_reach_the_error_within_a_hundredth_of_the_fewest(variances, error):
    variances = np.array(variances)
    shots = needed(variances, error)
    assert (variances / shots).sum() <= error**2 * (1 + 1e-9)
    fewest = np.sqrt(variances).sum() ** 2 / error**2
    assert shots.sum() <= 1.01 * fewest + 3 * len(variances)


def test_no_other_division_of_the_shots_has_a_smaller_variance():
    variances = np.array([9.0, 1.0, 4.0])
    best = best_division(60, variances)
    np.testing.assert_array_equal(best, [30, 10, 20])


def test_variances_under_noise_predict_the_error_of_noisy_shots():
    noise = hq.NoiseModel(
        two_qubit=hq.noise.depolarizing(0.05), readout=hq.noise.readout(p10=0.02, p01=0.02)
    )
    found = plan(ELECTRONIC, CIRCUIT, grouping="fully-commuting", shots=4000, noise=noise)
    silent = plan(ELECTRONIC, CIRCUIT, grouping="fully-commuting", shots=4000)
    estimate = measure(found, executor(hq.engines.Density(noise, kernels="numpy"), 3))
    assert found.standard_error == pytest.approx(estimate.standard_error, rel=0.15)
    assert found.standard_error > silent.standard_error
