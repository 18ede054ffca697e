"""Objectives from measurements: seeds, counting, standard errors, measurement in other bases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.objectives.qubit_wise import qubit_wise_bases
from hybridq.objectives.readout import GroupedReadout
from hybridq.objectives.statistics import standard_error
from tests.objectives.objective_samples import COSTS, hardware_efficient

X = np.array([0.31, 0.52])


def kinds(hamiltonian, ansatz):
    return {
        "expectation": hq.Expectation(ansatz, hamiltonian),
        "cvar": hq.CVaR(ansatz, hamiltonian, alpha=0.3),
        "gibbs": hq.Gibbs(ansatz, hamiltonian, eta=0.5),
        "success": hq.SuccessProbability(ansatz, hamiltonian),
    }


@pytest.mark.parametrize("kind", ["expectation", "cvar", "gibbs", "success"])
@pytest.mark.parametrize("name", COSTS)
def test_estimates_scatter_around_the_exact_value_as_their_errors_say(name, kind):
    """Over 200 estimates the deviations in units of the error have mean 0 and variance 1."""
    hamiltonian = COSTS[name]
    objective = kinds(hamiltonian, hq.QAOA(hamiltonian, 1))[kind]
    noisy = hq.FromShots(objective, shots=20_000, rng=5)
    found = [noisy.estimate(X) for _ in range(200)]
    pulls = [(each.value - objective(X)) / each.standard_error for each in found]
    assert abs(np.mean(pulls)) < 0.3
    assert 0.75 < np.std(pulls) < 1.25


def test_the_error_of_a_mean_is_the_textbook_one():
    values, counts = np.array([-1.0, 1.0]), np.array([90, 10])
    sample = np.repeat(values, counts)
    assert standard_error(hq.Expectation(), values, counts) == pytest.approx(
        sample.std(ddof=1) / np.sqrt(100)
    )
    assert np.isnan(standard_error(hq.Expectation(), np.array([1.0]), np.array([1])))


def test_the_error_of_cvar_agrees_with_the_bootstrap():
    values, counts = np.array([-3.0, -1.0, 0.5, 2.0]), np.array([150, 220, 400, 230])
    tail = hq.CVaR(hq.QAOA(COSTS["whole"], 1), COSTS["whole"], alpha=0.25).statistic
    rng = np.random.default_rng(1)
    drawn = [tail.at(values, row / 1000)[0] for row in rng.multinomial(1000, counts / 1000, 4000)]
    assert standard_error(tail, values, counts) == pytest.approx(np.std(drawn), rel=0.05)


def test_a_seed_and_the_number_of_an_evaluation_decide_its_shots():
    hamiltonian = COSTS["whole"]
    exact = hq.CVaR(hq.QAOA(hamiltonian, 1), hamiltonian, alpha=0.5)
    first, second = (hq.FromShots(exact, shots=50, rng=7) for _ in range(2))
    values = [first(X) for _ in range(6)]
    assert values == second.values([X] * 6).tolist()
    assert len(set(values)) > 1
    memory = second.checkpoint()
    later = hq.FromShots(exact, shots=50, rng=7)
    later.restore(memory)
    assert later(X) == second(X) == first(X)
    assert later.shots_used == second.shots_used
    assert hq.FromShots(exact, shots=50, rng=8)(X) != values[0]


def test_shots_and_circuits_are_counted():
    hamiltonian = COSTS["whole"]
    noisy = hq.FromShots(hq.Expectation(hq.QAOA(hamiltonian, 1), hamiltonian), shots=50, rng=7)
    noisy(X)
    noisy.values([X, X])
    noisy.estimate(X)
    assert (noisy.evaluations, noisy.circuits, noisy.shots_used) == (4, 4, 200)
    noisy.fidelity(X, X + 0.1)
    assert (noisy.evaluations, noisy.circuits, noisy.shots_used) == (4, 5, 250)
    assert noisy.describe() == {"kind": "expectation", "shots": 50}


def test_optimizers_see_no_gradient_and_count_every_call():
    hamiltonian = COSTS["whole"]
    noisy = hq.FromShots(hq.Expectation(hq.QAOA(hamiltonian, 1), hamiltonian), shots=200, rng=7)
    assert not hasattr(noisy, "value_and_gradient")
    solution = hq.minimize(noisy, X, method="cobyla", max_evaluations=30, rng=1)
    assert solution.evaluations == noisy.evaluations
    assert solution.gradients == 0
    assert noisy.exact(solution.x) < noisy.exact(X)


def test_fidelities_are_shares_of_shots():
    hamiltonian = COSTS["whole"]
    exact = hq.Expectation(hq.QAOA(hamiltonian, 1), hamiltonian)
    noisy = hq.FromShots(exact, shots=4000, rng=7)
    assert noisy.fidelity(X, X) == 1.0
    expected = exact.fidelity(X, X + 0.05)
    spread = np.sqrt(expected * (1 - expected) / 4000)
    assert noisy.fidelity(X, X + 0.05) == pytest.approx(expected, abs=5 * spread)


# Hamiltonians that are measured in several bases.


def mixed():
    return hq.PauliSum.from_labels(
        {"III": 0.3, "ZZI": -1.0, "IZZ": 0.8, "XII": 0.5, "IYX": -0.7, "YIY": 0.4, "XXX": 0.2}
    )


def test_terms_of_a_basis_agree_qubit_by_qubit_and_none_is_lost():
    hamiltonian = mixed()
    bases = qubit_wise_bases(hamiltonian)
    total = hq.PauliSum.zero(3)
    for basis in bases:
        terms = {}
        for mask, coefficient in zip(basis.masks.tolist(), basis.coefficients, strict=True):
            label = "".join(basis.letters[q] if mask >> q & 1 else "I" for q in range(3))
            terms[label] = coefficient
        total = total + hq.PauliSum.from_labels(terms)
    assert total.isclose(hamiltonian)
    assert len(bases) == 4


@settings(max_examples=30)
@given(st.dictionaries(st.text("IXYZ", min_size=3, max_size=3), st.floats(-2, 2), min_size=1))
def test_every_basis_reads_the_mean_of_its_terms(labels):
    """Without sampling: the values of a basis under the rotated state give the exact mean."""
    hamiltonian = hq.PauliSum.from_labels(labels)
    rng = np.random.default_rng(len(labels))
    state = rng.normal(size=8) + 1j * rng.normal(size=8)
    state /= np.linalg.norm(state)
    total = sum(
        basis.values(np.arange(8)) @ np.abs(basis.rotated(state)) ** 2
        for basis in qubit_wise_bases(hamiltonian)
    )
    exact = (state.conj() @ (hamiltonian.to_matrix() @ state)).real
    assert total == pytest.approx(exact, abs=1e-10)


def test_estimates_of_a_molecule_like_hamiltonian_scatter_as_their_errors_say():
    hamiltonian = mixed()
    ansatz = hardware_efficient(hamiltonian)
    x = 0.4 * np.arange(ansatz.n_params) % 1.1
    objective = hq.Expectation(ansatz, hamiltonian)
    noisy = hq.FromShots(objective, shots=3000, rng=11)
    found = [noisy.estimate(x) for _ in range(200)]
    pulls = [(each.value - objective(x)) / each.standard_error for each in found]
    assert abs(np.mean(pulls)) < 0.3
    assert 0.75 < np.std(pulls) < 1.25
    assert noisy.circuits == 200 * 4
    assert noisy.shots_used == 200 * 3000


def test_shots_are_divided_by_weight_and_add_up():
    plan = GroupedReadout(mixed(), 1000, None)
    weights = np.array([basis.weight for basis in plan.bases])
    assert plan.shots.sum() == 1000
    np.testing.assert_allclose(plan.shots / 1000, weights / weights.sum(), atol=0.003)
    assert GroupedReadout(mixed(), 4, None).shots.tolist() == [1, 1, 1, 1]


def test_the_sector_engine_is_measured_on_all_qubits():
    """Hubbard's dimer, whose circuit keeps particle numbers and whose terms do not commute."""
    model = hq.spin_models.fermi_hubbard(2, U=4.0)
    ansatz = hq.UCCSD((2, 1, 1))
    objective = hq.Expectation(ansatz, model.hamiltonian)
    assert objective.engine.name == "sector"
    x = np.full(ansatz.n_params, 0.3)
    estimate = hq.FromShots(objective, shots=20_000, rng=3).estimate(x)
    assert abs(estimate.value - objective(x)) < 5 * estimate.standard_error
    assert 0.0 < estimate.standard_error < 0.1


@pytest.mark.parametrize("shots", [0, -3, 2.5, True])
def test_shots_that_make_no_sense_are_refused(shots):
    hamiltonian = COSTS["whole"]
    with pytest.raises(ParameterError, match="must be an integer >= 1"):
        hq.FromShots(hq.Expectation(hq.QAOA(hamiltonian, 1), hamiltonian), shots=shots)


def test_fewer_shots_than_circuits_are_refused():
    hamiltonian = mixed()
    objective = hq.Expectation(hardware_efficient(hamiltonian), hamiltonian)
    with pytest.raises(ParameterError, match=r"shots must be an integer >= 4, got 2: .*4 circuits"):
        hq.FromShots(objective, shots=2)
