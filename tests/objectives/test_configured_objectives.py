"""Objectives as configured objects, and objectives from samples without an exact simulator."""

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.angles import coupling_strength
from hybridq.core.errors import EngineError, ParameterError
from hybridq.engines.simulators import Statevector
from hybridq.objectives import OBJECTIVES, ObjectiveConfig, SampledObjective
from hybridq.objectives.config import configured
from tests.engines.sampling_only import Sampler
from tests.helpers import slow_twin
from tests.objectives.objective_samples import COSTS

X = np.array([0.31, 0.52])
CONFIGS = {
    "expectation": hq.Expectation(),
    "cvar": hq.CVaR(alpha=0.3),
    "gibbs": hq.Gibbs(eta=0.5),
    "success-probability": hq.SuccessProbability(),
}


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_every_entry_is_a_frozen_configuration(kind):
    config = CONFIGS[kind]
    assert type(config) is OBJECTIVES[kind]
    assert config.kind == kind
    assert config.summary.endswith(".")
    assert replace(config) == config
    assert pickle.loads(pickle.dumps(config)) == config
    assert eval(repr(config), {type(config).__name__: type(config)}) == config
    assert set(config.describe()) == {"kind", *config.option_names()}
    with pytest.raises(FrozenInstanceError):
        config.kind = "another"


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_both_spellings_bind_the_same_objective(kind):
    hamiltonian = COSTS["weighted"]
    ansatz, config = hq.QAOA(hamiltonian, 1), CONFIGS[kind]
    options = {name: getattr(config, name) for name in config.option_names()}
    long = config.bind(ansatz, hamiltonian, engine="statevector", precision="single", threads=1)
    short = OBJECTIVES[kind](
        ansatz, hamiltonian, engine="statevector", precision="single", threads=1, **options
    )
    assert type(long) is type(short)
    assert long.config == short.config == config
    assert long.identity == short.identity
    assert long.identity["precision"] == "single"
    assert repr(long) == repr(short)
    assert repr(config) in repr(long)
    assert "statevector" in repr(long)
    plain = Statevector(precision="single", threads=1, kernels="numpy")
    long = config.bind(ansatz, hamiltonian, engine=plain)
    assert long(X) == OBJECTIVES[kind](ansatz, hamiltonian, engine=plain, **options)(X)


def test_an_open_eta_is_one_over_the_energy_of_a_single_spin():
    hamiltonian = COSTS["fields"]
    bound = hq.Gibbs(hq.QAOA(hamiltonian, 1), hamiltonian)
    eta = 1.0 / coupling_strength(hq.Ising.from_pauli_sum(hamiltonian))
    assert bound.config == hq.Gibbs(eta=eta)
    assert bound.describe() == {"kind": "gibbs", "eta": eta}
    assert bound(X) == hq.Gibbs(hq.QAOA(hamiltonian, 1), hamiltonian, eta=eta)(X)
    with pytest.raises(ParameterError, match="bind the objective to a Hamiltonian"):
        hq.Gibbs().at(np.array([1.0]), np.array([1.0]))


def test_an_open_alpha_is_a_fifth():
    assert hq.CVaR() == hq.CVaR(alpha=0.2)


@configured
class SecondMoment(ObjectiveConfig):
    """The mean of the squares, an objective that the library does not know."""

    kind = "second-moment"
    summary = "The mean of the squares."
    is_linear = True

    def at(self, values, probabilities):
        return float(values**2 @ probabilities), np.square


def test_an_objective_is_one_dataclass():
    hamiltonian = COSTS["weighted"]
    ansatz = hq.QAOA(hamiltonian, 1)
    square = hq.Expectation(ansatz, hamiltonian @ hamiltonian, engine="statevector")
    bound = SecondMoment(ansatz, hamiltonian)
    assert bound(X) == pytest.approx(square(X))
    np.testing.assert_allclose(
        bound.value_and_gradient(X)[1], square.value_and_gradient(X)[1], atol=1e-10
    )
    assert bound.frequencies == hq.Expectation(ansatz, hamiltonian).frequencies
    estimate = hq.FromShots(SecondMoment(), shots=5000, rng=1).bind(ansatz, hamiltonian).estimate(X)
    assert abs(estimate.value - square(X)) < 5 * estimate.standard_error


# From samples.


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("sampled", [hq.FromShots, hq.ParameterShift])
def test_a_configuration_from_shots_gives_the_values_of_a_bound_objective(sampled, kind):
    hamiltonian = COSTS["weighted"]
    ansatz, config = hq.QAOA(hamiltonian, 1), CONFIGS[kind]
    late = sampled(config, shots=200, rng=7).bind(ansatz, hamiltonian)
    early = sampled(config.bind(ansatz, hamiltonian), shots=200, rng=7)
    assert type(late) is type(early)
    assert isinstance(late, SampledObjective)
    assert late.identity == early.identity
    assert [late(X) for _ in range(3)] == [early(X) for _ in range(3)]
    assert late.fidelity(X, X + 0.2) == early.fidelity(X, X + 0.2)
    assert late.exact(X) == early.exact(X) == config.bind(ansatz, hamiltonian)(X)
    if sampled is hq.ParameterShift:
        np.testing.assert_array_equal(late.value_and_gradient(X)[1], early.value_and_gradient(X)[1])


def test_from_shots_is_a_frozen_configuration():
    config = hq.FromShots(hq.CVaR(alpha=0.2), shots=100, rng=7)
    assert config == replace(config, shots=100)
    assert pickle.loads(pickle.dumps(config)) == config
    assert repr(config) == "FromShots(objective=CVaR(alpha=0.2), shots=100, rng=7)"
    bound = config.bind(hq.QAOA(COSTS["whole"], 1), COSTS["whole"])
    assert repr(bound).startswith("<CVaR(alpha=0.2) from 100 shots: 6 qubits, 2 parameters")
    with pytest.raises(ParameterError, match="objective must be an objective such as"):
        hq.FromShots("cvar", shots=100)


def product(n):
    """A circuit without entanglement: RY on each qubit, two parameters in turn."""
    circuit = hq.Circuit(n)
    names = ("a", "b")
    for qubit in range(n):
        circuit = circuit.ry(qubit, hq.Parameter(names[qubit % 2]))
    return circuit


@pytest.mark.parametrize("n", [62, 64, 100])
def test_a_machine_that_samples_needs_no_state_of_any_size(n):
    """⟨Z_q Z_{q+1}⟩ = cos a cos b in a product state; no simulator holds 2^62 amplitudes."""
    terms = [("ZZ", (q, q + 1), 1.0) for q in range(n - 1)]
    hamiltonian = hq.PauliSum.from_sparse(terms, n)
    circuit = product(n)
    x = np.array([0.4, 0.9])
    mean = (n - 1) * np.cos(0.4) * np.cos(0.9)
    objective = hq.FromShots(hq.Expectation(), shots=4000, rng=3).bind(
        circuit, hamiltonian, engine=Sampler()
    )
    estimate = objective.estimate(x)
    assert abs(estimate.value - mean) < 5 * estimate.standard_error
    assert objective.engine.name == "sampler"
    tail = hq.FromShots(hq.CVaR(alpha=0.2), shots=4000, rng=3).bind(
        circuit, hamiltonian, engine=Sampler()
    )
    assert tail(x) < estimate.value
    assert sum(objective.sample(x, 50, rng=1).values()) == 50
    with pytest.raises(EngineError, match="sampler engine does not give"):
        _ = objective.exact


def test_wide_samples_are_ordered_by_basis_index():
    objective = hq.FromShots(hq.Expectation(), shots=10, rng=3).bind(
        product(70), hq.PauliSum.from_sparse([("Z", (69,), 1.0)], 70), engine=Sampler()
    )
    bits, counts = objective.sample_bits([np.pi / 2, np.pi / 2], 20, rng=1)
    indices = [int("".join(map(str, row[::-1])), 2) for row in bits]
    assert indices == sorted(set(indices))
    assert counts.sum() == 20


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_samples_of_a_machine_scatter_around_the_exact_value(kind):
    hamiltonian = slow_twin.random_ising(5, 8).to_pauli_sum()
    circuit, x = product(5), np.array([0.8, 1.9])
    config = CONFIGS[kind]
    exact = config.bind(circuit, hamiltonian)(x)
    noisy = hq.FromShots(config, shots=20_000, rng=5).bind(circuit, hamiltonian, engine=Sampler())
    estimate = noisy.estimate(x)
    assert abs(estimate.value - exact) < 5 * estimate.standard_error


def test_other_bases_are_measured_by_gates_where_no_state_is_given():
    hamiltonian = hq.PauliSum.from_labels(
        {"III": 0.3, "ZZI": -1.0, "IZZ": 0.8, "XII": 0.5, "IYX": -0.7, "YIY": 0.4, "XXX": 0.2}
    )
    circuit = hq.Circuit(3).rx(0, "a").ry(1, "b").rx(2, "c").h(2)
    x = np.array([0.7, 1.1, 2.3])
    exact = hq.Expectation(circuit, hamiltonian)(x)
    noisy = hq.FromShots(hq.Expectation(), shots=40_000, rng=5).bind(
        circuit, hamiltonian, engine=Sampler()
    )
    found = [noisy.estimate(x) for _ in range(40)]
    pulls = [(each.value - exact) / each.standard_error for each in found]
    assert abs(np.mean(pulls)) < 0.6
    assert 0.6 < np.std(pulls) < 1.5
    assert noisy.circuits == 40 * 4


def test_gradients_and_fidelities_come_from_a_machine_too():
    hamiltonian = hq.PauliSum.from_labels({"ZZ": 1.0, "XI": 0.4})
    circuit, x = product(2), np.array([0.4, 0.9])
    noisy = hq.ParameterShift(hq.Expectation(), shots=100_000, rng=5).bind(
        circuit, hamiltonian, engine=Sampler()
    )
    _, slope = hq.Expectation(circuit, hamiltonian).value_and_gradient(x)
    np.testing.assert_allclose(noisy.value_and_gradient(x)[1], slope, atol=0.02)
    exact = np.cos(0.1) ** 2 * np.cos(0.2) ** 2
    assert noisy.fidelity(x, [0.6, 1.3]) == pytest.approx(exact, abs=0.01)


def test_an_optimizer_runs_on_samples_alone():
    hamiltonian = hq.PauliSum.from_labels({"ZI": 1.0, "IZ": 1.0})
    objective = hq.FromShots(hq.CVaR(), shots=500, rng=5).bind(
        product(2), hamiltonian, engine=Sampler(flip=0.01)
    )
    solution = hq.minimize(objective, [1.0, 1.0], method="spsa", max_evaluations=200, rng=1)
    assert solution.value < -1.9


def test_hamiltonians_that_are_not_diagonal_have_a_width_at_most():
    hamiltonian = hq.PauliSum.from_sparse([("X", (69,), 1.0)], 70)
    with pytest.raises(hq.HybridqError, match="up to 64 qubits, got 70"):
        hq.FromShots(hq.Expectation(), shots=10).bind(product(70), hamiltonian, engine=Sampler())
