"""Circuits run themselves: states, outcomes, samples and expectation values."""

import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz import Circuit
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import PauliSum
from tests.helpers.slow_twin import qaoa_state, random_ising, run

COST = random_ising(4, 5).to_pauli_sum()
X = [0.3, -0.7, 0.5, 0.2]
LAYERS = hq.QAOA(COST, 2).circuit


def marginal(state, qubits):
    outcomes = np.zeros(2 ** len(qubits))
    for index, amplitude in enumerate(state):
        key = sum((index >> qubit & 1) << place for place, qubit in enumerate(qubits))
        outcomes[key] += abs(amplitude) ** 2
    return outcomes


def test_the_state_is_that_of_the_definition():
    assert LAYERS.state(X) == pytest.approx(qaoa_state(COST.diagonal(), X))


def test_values_come_by_name_in_order_or_bound():
    by_name = dict(zip(LAYERS.parameters, X, strict=True))
    assert LAYERS.state(by_name) == pytest.approx(LAYERS.state(X))
    assert LAYERS.bind(X).state() == pytest.approx(LAYERS.state(X))


@pytest.mark.parametrize("qubits", [None, (0,), (0, 2), (2, 0), (3, 1, 0, 2)])
def test_probabilities_are_marginals_in_the_order_asked_for(qubits):
    expected = marginal(LAYERS.state(X), qubits or (0, 1, 2, 3))
    assert LAYERS.probabilities(qubits, X) == pytest.approx(expected)


@pytest.mark.parametrize("qubits", [None, (2, 0)])
def test_samples_follow_the_probabilities(qubits):
    shots = 40_000
    counts = LAYERS.sample(shots, 7, X, qubits)
    assert sum(counts.values()) == shots
    expected = LAYERS.probabilities(qubits, X)
    seen = np.zeros(len(expected))
    for bits, count in counts.items():
        seen[int(bits[::-1], 2)] = count / shots
    # Six standard deviations of the widest bin.
    assert seen == pytest.approx(expected, abs=6 * 0.5 / np.sqrt(shots))
    assert counts == LAYERS.sample(shots, 7, X, qubits)


def test_the_expectation_is_the_engines():
    assert LAYERS.expectation(COST, X) == pytest.approx(
        hq.Expectation(hq.QAOA(COST, 2), COST)(np.array(X))
    )


@pytest.mark.parametrize(
    ("ask", "error", "match"),
    [
        (lambda c: c.state(), ParameterError, r"parameters 'x\[0\]', .* have no value: pass x="),
        (lambda c: c.bind({"x[1]": 0, "x[2]": 0, "x[3]": 0}).state(), ParameterError,
         r"parameter 'x\[0\]' has no value"),
        (lambda c: c.state([0.1]), DimensionError, "takes 4 parameters"),
        (lambda c: c.sample(0, x=X), ParameterError, "shots must be an integer >= 1, got 0"),
        (lambda c: c.sample(10, x=X, qubits=(4,)), DimensionError, "qubit 4 is out of range"),
        (lambda c: c.sample(10, x=X, qubits=()), DimensionError, "no qubit to measure"),
        (lambda c: c.probabilities((1, 1), X), ParameterError, "qubit 1 is repeated"),
        (lambda c: c.expectation(PauliSum.zero(3), X), DimensionError, "the observable 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(ask, error, match):
    with pytest.raises(error, match=match):
        ask(LAYERS)


def bell():
    pytest.importorskip("hybridq.engines.statevector.engine")
    return Circuit(3).h(0).cx(0, 2).ry(1, "theta")


def test_any_circuit_has_a_state():
    assert bell().state({"theta": 0.4}) == pytest.approx(run(bell(), [0.4]))


def test_bits_of_a_bell_pair_agree():
    counts = bell().sample(1000, rng=3, x=[0.0], qubits=(0, 2))
    assert set(counts) == {"00", "11"}
    assert bell().sample(1000, rng=3, x=[np.pi], qubits=(1,)) == {"1": 1000}


def test_correlations_of_a_bell_pair_are_perfect():
    for label in ("ZIZ", "XIX"):
        assert bell().expectation(PauliSum.from_labels({label: 1.0}), [0.0]) == pytest.approx(1.0)
    assert bell().expectation(PauliSum.from_labels({"YIY": 1.0}), [0.0]) == pytest.approx(-1.0)
