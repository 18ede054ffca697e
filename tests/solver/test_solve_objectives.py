"""`solve` with other objectives than the exact expectation value."""

import json

import networkx as nx
import pytest

import hybridq as hq
from hybridq.core.errors import CapacityError, ParameterError, UnknownNameError


@pytest.fixture(scope="module")
def problem():
    return hq.MaxCut(nx.random_regular_graph(3, 8, seed=2))


def exact(problem, result):
    ansatz = hq.QAOA(problem.hamiltonian, 2)
    return hq.Expectation(ansatz, problem.hamiltonian)(result.parameters)


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        ({"objective": "cvar"}, {"kind": "cvar", "alpha": 0.2}),
        ({"objective": "CVaR", "alpha": 0.5}, {"kind": "cvar", "alpha": 0.5}),
        ({"objective": "gibbs", "eta": 0.7}, {"kind": "gibbs", "eta": 0.7}),
        ({"objective": "success"}, {"kind": "success-probability"}),
    ],
)
def test_the_result_says_what_was_minimized_and_what_to_expect(problem, asked, facts):
    result = hq.solve(problem, p=2, rng=1, **asked)
    value = result.objective["value"]
    assert {**result.objective, **facts} == result.objective
    assert result.expectation == pytest.approx(-exact(problem, result))
    assert json.loads(result.to_json())["objective"] == result.objective
    if facts["kind"] == "cvar":
        assert result.expectation < value <= result.reference.value + 1e-9
    if facts["kind"] == "success-probability":
        assert -1.0 <= value < 0.0


def test_the_default_eta_does_not_depend_on_the_unit(problem):
    graph = nx.random_regular_graph(3, 8, seed=2)
    nx.set_edge_attributes(graph, 2.0**20, "weight")
    big = hq.solve(hq.MaxCut(graph), p=2, objective="gibbs", rng=1)
    small = hq.solve(problem, p=2, objective="gibbs", rng=1)
    assert big.objective["eta"] * 2**20 == pytest.approx(small.objective["eta"])
    assert big.expectation / 2**20 == pytest.approx(small.expectation, rel=1e-3)


def test_a_plain_solve_says_so(problem):
    result = hq.solve(problem, p=2, rng=1)
    assert result.objective == {"kind": "expectation", "value": result.expectation}


def test_shots_are_counted_and_repeated_by_the_seed(problem):
    asked = {"p": 2, "objective_shots": 100, "max_evaluations": 60}
    first, second = (hq.solve(problem, rng=4, **asked) for _ in range(2))
    assert first.optimizer.method == "adam"
    assert first.optimizer.options == {"learning_rate": 0.03}
    assert first.objective["shots"] == 100
    assert first.objective["shots_used"] == 100 * first.objective["circuits"]
    assert first.objective["circuits"] >= first.optimizer.evaluations
    assert first.expectation == pytest.approx(-exact(problem, first))
    assert (first.parameters == second.parameters).all()
    assert first.objective == second.objective


def test_methods_that_can_do_without_gradients_get_no_shifts(problem):
    adam = hq.solve(problem, p=1, rng=1, objective_shots=50, max_evaluations=40, restarts=0)
    assert adam.objective["circuits"] <= adam.optimizer.evaluations + 2


def test_methods_that_need_gradients_get_them_by_parameter_shift(problem):
    result = hq.solve(problem, p=2, objective_shots=50, optimizer="bfgs", max_evaluations=3, rng=4)
    rotations = 2 * (12 + 8)
    assert result.objective["circuits"] >= 3 * (1 + 2 * rotations)


def test_an_energy_from_shots_is_reported_exactly():
    hamiltonian = hq.spin_models.tfim(3, h=1.0)
    result = hq.solve(
        hamiltonian, ansatz="hva", objective_shots=200, max_evaluations=30, rng=1, layers=1
    )
    objective = hq.Expectation(hq.HVA(hamiltonian, layers=1), hamiltonian)
    assert result.expectation == pytest.approx(objective(result.parameters))
    assert result.energy.error == pytest.approx(result.expectation - result.energy.exact)
    assert result.objective["circuits"] == 2 * result.optimizer.evaluations


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"objective": "cvr"}, UnknownNameError, "did you mean 'cvar'"),
        ({"alpha": 0.2}, ParameterError, "alpha=0.2 is an option of cvar, not of expectation"),
        (
            {"objective": "cvar", "eta": 1.0},
            ParameterError,
            "eta=1.0 is an option of gibbs, not of cvar",
        ),
        ({"objective": "cvar", "alpha": 1.1}, ParameterError, "at most 1"),
        ({"objective": "gibbs", "eta": -1.0}, ParameterError, "above 0"),
        ({"objective_shots": 0}, ParameterError, "objective_shots must be an integer >= 1, got 0"),
        ({"objective_shots": 9, "optimizer": "bfgs", "p": 300}, CapacityError, "spsa"),
    ],
)
def test_what_makes_no_sense_is_refused(problem, asked, error, words):
    with pytest.raises(error, match=words):
        hq.solve(problem, **asked)


def test_objectives_of_single_values_refuse_other_hamiltonians():
    with pytest.raises(ParameterError, match="not diagonal"):
        hq.solve(hq.spin_models.tfim(3), objective="cvar")
    with pytest.raises(ParameterError, match="adapt minimizes the exact expectation"):
        hq.solve(hq.spin_models.fermi_hubbard(2), ansatz="adapt", objective_shots=100)
