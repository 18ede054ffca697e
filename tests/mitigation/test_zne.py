"""Folding keeps the state and scales the noise; fits are exact where they should be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.measurement import executor, plan
from hybridq.mitigation import ZeroNoise
from hybridq.mitigation.extrapolation import exponential, polynomial
from hybridq.mitigation.folding import FOLDINGS, folded

GHZ = hq.Circuit(3).h(0).cx(0, 1).cx(1, 2)
ALL_X = hq.PauliSum.from_labels({"XXX": 1.0})
NOISE = hq.NoiseModel(two_qubit=hq.noise.depolarizing(0.06))


def noisy(circuit, observable, noise=NOISE):
    return hq.engines.Density(noise, kernels="numpy").bind(circuit, observable).expectation([])


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("scale", [1, 1.5, 2, 3, 4.4, 5])
def test_folded_circuits_prepare_the_same_state(scale, folding):
    circuit = hq.Circuit(3).h(0).t(0).cx(0, 1).ry(2, 0.3).cx(1, 2).s(2).cx(0, 1).rzz(0, 2, 0.4)
    again, reached = folded(circuit, scale, folding)
    assert abs(np.vdot(again.state(), circuit.state())) == pytest.approx(1.0)
    pairs = sum(len(gate.qubits) == 2 for gate in again.instructions)
    assert pairs == pytest.approx(4 * reached)
    assert abs(reached - scale) <= 0.25 + 1e-12


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("scale", [1, 2, 3, 5])
def test_noise_after_each_cx_grows_with_the_scale(scale, folding):
    # GHZ states: ⟨X…X⟩ = (1 − λ) to the number of CX.
    again, reached = folded(GHZ, scale, folding)
    assert reached == scale
    assert noisy(again, ALL_X) == pytest.approx(0.94 ** (2 * scale))


@pytest.mark.parametrize(
    ("scales", "degree", "growth"),
    [((1, 2, 3), 2, 19.0), ((1, 3, 5), 2, 5.21875), ((1, 1.5, 2), 2, 109.0), ((1, 2, 3), 1, 7 / 3)],
)
def test_the_variance_grows_by_the_known_factors(scales, degree, growth):
    # Σ w² of Lagrange's weights and of the line by least squares, by hand.
    fitted = polynomial(np.array(scales, float), np.ones(3), np.ones(3), degree)
    assert fitted.amplification == pytest.approx(growth)
    assert fitted.standard_error == pytest.approx(np.sqrt(growth))


@settings(max_examples=30, deadline=None)
@given(coefficients=st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_a_polynomial_is_exact_on_its_own_degree(coefficients):
    scales = np.array([1.0, 2.0, 3.5, 5.0])
    values = np.polynomial.polynomial.polyval(scales, coefficients)
    fitted = polynomial(scales, values, np.zeros(4), 2)
    assert fitted.value == pytest.approx(coefficients[0], abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    a=st.floats(-3, 3), b=st.floats(0.1, 3), c=st.floats(0.01, 0.6), sign=st.sampled_from([1, -1])
)
def test_an_exponential_is_exact_on_its_own_kind(a, b, c, sign):
    scales = np.array([1.0, 3.0, 5.0])
    fitted = exponential(scales, a + sign * b * np.exp(-c * scales), np.zeros(3), a)
    assert fitted.value == pytest.approx(a + sign * b, rel=1e-9, abs=1e-9)


def test_the_error_of_an_exponential_is_that_of_repetitions():
    rng, scales = np.random.default_rng(3), np.array([1.0, 3.0, 5.0])
    exact = 0.5 + 2.0 * np.exp(-0.2 * scales)
    found = [
        exponential(scales, exact + 0.02 * rng.normal(size=3), np.full(3, 0.02), 0.5)
        for _ in range(400)
    ]
    spread = np.std([each.value for each in found], ddof=1)
    assert found[0].standard_error == pytest.approx(spread, rel=5 / np.sqrt(2 * 399))


def test_extrapolation_of_a_ghz_state_is_exact_but_for_the_shots():
    found = plan(ALL_X, GHZ, shots=30_000)
    execute = executor(hq.engines.Density(NOISE, kernels="numpy"), 7)
    result = ZeroNoise().measure(found, execute)
    assert abs(result.value - 1.0) < 5 * result.standard_error
    assert abs(result.value - 1.0) < abs(result.raw - 1.0)
    assert result.raw == pytest.approx(0.94**2, abs=0.03)
    assert (result.label, result.facts["scales"]) == ("biased", [1.0, 3.0, 5.0])


def test_readout_errors_are_inverted_before_the_fit():
    noise = hq.NoiseModel(
        two_qubit=hq.noise.depolarizing(0.06), readout=hq.noise.readout(p10=0.02, p01=0.06)
    )
    found = plan(ALL_X, GHZ, shots=60_000)
    execute = executor(hq.engines.Density(noise, kernels="numpy"), 7)
    result = ZeroNoise().measure(found, execute, noise)
    assert abs(result.value - 1.0) < 5 * result.standard_error


def test_fits_whose_variance_explodes_are_refused():
    with pytest.raises(ParameterError, match="109 times as large"):
        ZeroNoise(scales=(1, 1.5, 2), fit="polynomial")
    assert ZeroNoise(scales=(1, 1.5, 2), fit="polynomial", max_amplification=110.0)


def test_values_lost_in_noise_are_refused_by_the_exponential():
    strong = hq.NoiseModel(two_qubit=hq.noise.depolarizing(0.6))
    found = plan(ALL_X, GHZ, shots=300)
    execute = executor(hq.engines.Density(strong, kernels="numpy"), 1)
    with pytest.raises(ParameterError, match="not resolved from 0"):
        ZeroNoise().measure(found, execute)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scales": (0.5, 1)}, "scales must be numbers >= 1"),
        ({"scales": (1,)}, "at least 2 different numbers"),
        ({"scales": (1, 3), "fit": "polynomial"}, "at least 3 different numbers"),
        ({"fit": "cubic"}, "fit must be one of"),
        ({"folding": "all"}, "folding must be one of"),
        ({"scales": "1,3"}, "numbers such as"),
    ],
)
def test_options_outside_their_range_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        ZeroNoise(**options)
