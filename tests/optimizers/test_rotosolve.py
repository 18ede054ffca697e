"""Rotosolve on sinusoids, where each step is exact."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers import minimize
from hybridq.optimizers.rotosolve import lowest, nodes
from tests.optimizers.optimizer_functions import Plain

COEFFICIENTS = st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=11).filter(lambda c: len(c) % 2)


def polynomial(coefficients, t):
    t = np.asarray(t)
    total = np.full(t.shape, coefficients[0])
    for k in range(1, len(coefficients) // 2 + 1):
        total = total + coefficients[2 * k - 1] * np.cos(k * t)
        total = total + coefficients[2 * k] * np.sin(k * t)
    return total


@settings(deadline=None, max_examples=200)
@given(COEFFICIENTS)
def test_the_lowest_point_of_a_trigonometric_polynomial_is_found(coefficients):
    degree = len(coefficients) // 2
    t, value = lowest(polynomial(coefficients, np.concatenate([[0.0], nodes(degree)])))
    grid = polynomial(coefficients, np.linspace(-np.pi, np.pi, 4001))
    assert -np.pi - 1e-12 <= t <= np.pi + 1e-12
    assert value == pytest.approx(float(polynomial(coefficients, t)), abs=1e-8)
    assert value <= grid.min() + 1e-8


def test_a_constant_stays_where_it_is():
    assert lowest(np.full(3, 2.5)) == (0.0, 2.5)


class Sinusoids(Plain):
    frequencies = ((1.0, 1), (1.0, 1), (1.0, 1))


def test_a_sum_of_sinusoids_is_minimized_in_one_sweep():
    phases = np.array([0.3, -2.0, 1.7])
    objective = Sinusoids(lambda x: float(np.cos(x - phases).sum()))
    solution = minimize(objective, np.zeros(3), "rotosolve")
    assert solution.value == pytest.approx(-3.0, abs=1e-12)
    assert objective.seen[7] == pytest.approx(-3.0, abs=1e-12)  # start, 2 n values, the new point
    assert solution.evaluations == 1 + 2 * 7  # and a sweep that finds nothing more
    assert solution.status == "converged"


def test_one_qubit_is_solved_by_one_step_from_a_maximum():
    # Ostaszewski et al., arXiv:1905.09692, equation (1): the sign of <Z> after RX is a sinusoid.
    z = hq.PauliSum.from_labels([("Z", 1.0)])
    objective = hq.Expectation(hq.Circuit(1).rx(0, "a"), z)
    solution = minimize(objective, [0.0], "rotosolve")
    assert solution.value == pytest.approx(-1.0, abs=1e-14)
    assert abs(solution.x[0]) == pytest.approx(np.pi, abs=1e-12)


def test_every_sweep_lowers_the_energy_of_a_chain():
    h = hq.spin_models.heisenberg(4)
    ansatz = hq.HardwareEfficient(4, layers=2)
    points = []
    solution = minimize(
        hq.Expectation(ansatz, h), ansatz.initial_point("uniform", rng=2), "rotosolve",
        max_evaluations=1500, callback=lambda record: points.append(record.value),
    )  # fmt: skip
    sweeps = np.array(points[:: 2 * ansatz.n_params + 1])
    assert (np.diff(sweeps) <= 1e-12).all()
    assert solution.value == pytest.approx(sweeps[-1], abs=0.05)
    exact = np.linalg.eigvalsh(h.to_matrix().toarray())[0]
    assert solution.value < 0.9 * exact


def test_shared_and_scaled_parameters_are_solved_with_more_values():
    # QAOA on a square: beta has frequencies 2 to 8, gamma 1 to 4 in the energies' differences.
    problem = hq.MaxCut(nx.cycle_graph(4))
    objective = hq.Expectation(hq.QAOA(problem.hamiltonian, 1), problem.hamiltonian)
    assert objective.frequencies == ((1.0, 4), (2.0, 4))
    solution = minimize(objective, [0.3, 0.2], "rotosolve")
    assert solution.value == pytest.approx(-3.0, abs=1e-8)


@pytest.mark.parametrize(
    ("frequencies", "error", "words"),
    [
        ([(1.0, 1)], DimensionError, "1 of 2 parameters"),
        ([(1.0, 1), None], ParameterError, "along parameter 1: its frequencies have no common"),
        ([(1.0, 1000), (1.0, 1)], ParameterError, r"along parameter 0: .*\(degree 1000"),
        ([(0.0, 1), (1.0, 1)], ParameterError, "frequency must be positive"),
    ],
)
def test_what_is_no_short_polynomial_is_refused_before_work(frequencies, error, words):
    objective = Plain(lambda x: float(np.cos(x).sum()))
    objective.frequencies = frequencies
    with pytest.raises(error, match=words):
        minimize(objective, [0.1, 0.2], "rotosolve")
    assert objective.seen == []


def test_real_weights_have_no_common_frequency():
    h = hq.PauliSum.from_labels([("ZZI", 1.0), ("IZZ", np.sqrt(2.0))])
    objective = hq.Expectation(hq.QAOA(h, 1), h)
    with pytest.raises(ParameterError, match="along parameter 0"):
        minimize(objective, [0.1, 0.2], "rotosolve")
