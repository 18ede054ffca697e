"""The expectation objective: one function, its gradient, batches and samples."""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError


@pytest.fixture(scope="module")
def objective():
    problem = hq.MaxCut(nx.petersen_graph())
    return hq.Expectation(hq.QAOA(problem.hamiltonian, 2), problem.hamiltonian)


def test_gradient_equals_finite_differences(objective):
    x = np.array([0.3, 0.8, 0.5, 0.2])
    value, gradient = objective.value_and_gradient(x)
    assert value == pytest.approx(objective(x), rel=1e-13)
    for k, step in enumerate(np.eye(4) * 1e-5):
        slope = (objective(x + step) - objective(x - step)) / 2e-5
        assert gradient[k] == pytest.approx(slope, abs=1e-8)


def test_values_equal_single_calls(objective):
    points = np.random.default_rng(1).normal(size=(5, 4))
    single = [objective(row) for row in points]
    np.testing.assert_allclose(objective.values(points), single, rtol=0, atol=1e-13)


def test_the_expectation_is_the_mean_of_the_samples(objective):
    x = np.array([0.4, 0.7, 0.5, 0.3])
    counts = objective.sample(x, shots=200_000, rng=3)
    assert sum(counts.values()) == 200_000
    problem = hq.MaxCut(nx.petersen_graph())
    bits = np.array([[int(letter) for letter in text] for text in counts], dtype=np.uint8)
    weights = np.array(list(counts.values()))
    cuts = problem.values(bits)
    mean = cuts @ weights / weights.sum()
    spread = np.sqrt((cuts - mean) ** 2 @ weights / weights.sum() / weights.sum())
    assert abs(mean + objective(x)) < 5 * spread


def test_bitstrings_are_written_qubit_0_first():
    """A field on one qubit alone turns that qubit alone."""
    hamiltonian = hq.PauliSum.from_labels({"ZII": 1.0})
    ansatz = hq.QAOA(hamiltonian, 1)
    counts = hq.Expectation(ansatz, hamiltonian).sample([np.pi / 4, np.pi / 4], 4000, rng=1)
    first = sum(count for text, count in counts.items() if text[0] == "1")
    second = sum(count for text, count in counts.items() if text[1] == "1")
    assert first == 4000  # the ground state of +Z
    assert 1700 < second < 2300


def test_the_engine_explains_itself(objective):
    assert objective.engine.name == "diagonal"
    assert "half the state (9 of 10 qubits)" in str(objective.engine)


def test_mismatches_are_refused(objective):
    other = hq.PauliSum.from_labels({"ZZ": 1.0})
    with pytest.raises(DimensionError, match="10 qubits and the Hamiltonian 2"):
        hq.Expectation(objective.ansatz, other)
    with pytest.raises(UnknownNameError, match="engine"):
        hq.Expectation(objective.ansatz, objective.hamiltonian, engine="quantum")


def test_what_prepares_or_measures_nothing_is_refused(objective):
    ansatz, hamiltonian = objective.ansatz, objective.hamiltonian
    with pytest.raises(ParameterError, match=r"hamiltonian must be a PauliSum.*got <networkx"):
        hq.Expectation(ansatz, nx.Graph())
    with pytest.raises(ParameterError, match=r"ansatz must be a Circuit .*, got 'qaoa'"):
        hq.Expectation("qaoa", hamiltonian)
    with pytest.raises(ParameterError, match="hamiltonian must be a PauliSum"):
        hq.Circuit(1).expectation(None)


@pytest.mark.parametrize("point", [["a"] * 4, [1j] * 4])
def test_parameters_that_are_no_numbers_are_refused(objective, point):
    with pytest.raises(ParameterError, match="real numbers"):
        objective(point)
    with pytest.raises(ParameterError, match="real numbers"):
        objective.values([point])
