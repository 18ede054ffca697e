"""SPSA and QN-SPSA against their formulas and against noise."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.optimizers import minimize
from hybridq.optimizers.driver import Driver
from hybridq.optimizers.perturbation import Gains, perturbed_gradients
from hybridq.optimizers.qn_spsa import QNSPSA
from tests.optimizers.optimizer_functions import Plain, Quadratic


class Random:
    """An objective that may have noise, whose steps SPSA accepts as they come."""

    def __init__(self, objective):
        self.objective = objective
        for name in ("fidelity", "n_params"):
            if hasattr(objective, name):
                setattr(self, name, getattr(objective, name))

    def __call__(self, x):
        return self.objective(x)

    def checkpoint(self):
        return {}

    def restore(self, memory):
        pass


def driver_of(objective, n):
    driver = Driver(objective, n, max_evaluations=10**6)
    driver.begin(0, 1)
    return driver


def test_the_mean_of_perturbed_gradients_is_the_gradient():
    hessian = np.array([[2.0, 0.5], [0.5, 1.0]])
    x = np.array([0.3, -0.8])
    driver = driver_of(lambda x: float(x @ hessian @ x) / 2, 2)
    estimates = perturbed_gradients(driver, x, 0.1, 4000, None, np.random.default_rng(1))
    np.testing.assert_allclose(estimates.mean(axis=0), hessian @ x, atol=0.03)
    # With two parameters there are two directions, and each estimate is exact along its own.
    g = hessian @ x
    assert {tuple(np.round(row, 12)) for row in estimates} == {
        tuple(np.round([g[0] + s * g[1], s * g[0] + g[1]], 12)) for s in (1.0, -1.0)
    }


def test_the_gains_are_those_of_spall():
    gains = Gains(a=0.2, stability=9.0)
    assert gains.step(0) == pytest.approx(0.2 / 10**0.602)
    assert gains.step(990) == pytest.approx(0.2 / 1000**0.602)


def test_the_first_step_moves_each_parameter_by_the_initial_step():
    objective = Plain(lambda x: 37.0 * float(x[0]))
    minimize(
        Random(objective), [0.0], "spsa", max_evaluations=5, calibration=1, initial_step=0.2, rng=0
    )
    # The start, the calibrating pair, and where the step led, at the end of the budget.
    start, _, _, moved, _ = (point[0] for point in objective.points)
    assert start == 0.0
    assert moved == pytest.approx(-0.2)


def test_an_iteration_costs_two_values_however_many_parameters():
    for n in (1, 30):
        objective = Quadratic(np.ones(n))
        minimize(Random(objective), np.zeros(n), "spsa", max_evaluations=100, calibration=3, rng=0)
        points = np.array(objective.points[7:99])
        moves = abs(points[::2] - points[1::2]) / 2
        np.testing.assert_allclose(moves, np.broadcast_to(moves[:, :1], moves.shape), atol=1e-12)
        # c / (k + 1)^0.101
        np.testing.assert_allclose(moves[:, 0], 0.1 / np.arange(2, len(moves) + 2) ** 0.101)


def test_the_walk_is_the_recursion_of_spall():
    """Spall 1998, doi:10.1109/7.705889: x − a_k ĝ_k, redone from the perturbed pairs alone."""
    objective = Plain(lambda x: float(np.sum((x - [0.4, -0.7, 1.1]) ** 4) + x[0] * x[1]))
    budget, pairs = 203, 100
    minimize(
        Random(objective), [1.0, 1.0, -1.0], "spsa", max_evaluations=budget, calibration=1, rng=4,
        initial_step=0.2, perturbation=0.15,
    )  # fmt: skip
    points, values = np.array(objective.points), np.array(objective.seen)
    assert len(points) == budget
    stability = 0.1 * (budget // 2)  # A: a tenth of the iterations that the budget allows
    x = np.array([1.0, 1.0, -1.0])
    a = None
    for k in range(pairs):
        ahead, behind = points[1 + 2 * k], points[2 + 2 * k]
        np.testing.assert_allclose((ahead + behind) / 2, x, atol=1e-12)
        c = 0.15 / (k + 1) ** 0.101
        np.testing.assert_allclose(abs(ahead - x), c, atol=1e-12)
        gradient = (values[1 + 2 * k] - values[2 + 2 * k]) / (2 * c) * np.sign(ahead - x)
        if a is None:  # the first step is to move each parameter by 0.2
            a = 0.2 * (1 + stability) ** 0.602 / abs(gradient[0])
        x = x - a / (k + 1 + stability) ** 0.602 * gradient
    np.testing.assert_allclose(points[1 + 2 * pairs], x, atol=1e-12)  # the last point's own value


def test_resamplings_average_gradients():
    def spread(resamplings):
        ends = [
            minimize(
                Plain(Quadratic(np.ones(20)).formula), np.zeros(20), "spsa",
                max_evaluations=2 * 20 * resamplings, resamplings=resamplings, calibration=1, rng=s,
            ).value
            for s in range(5)
        ]  # fmt: skip
        return np.mean(ends)

    assert spread(4) < spread(1)


def test_blocking_never_climbs_without_noise():
    objective = Plain(lambda x: float(np.sum(x**2 + 2.0 * np.sin(5.0 * x))))
    solution = minimize(
        objective, [1.0, -1.0], "spsa", blocking=True, initial_step=0.5, max_evaluations=300, rng=1
    )
    first = 1 + 1 + 10  # the start, once more for the noise, five calibrating pairs
    iterates = np.array(objective.seen[first::3])
    lowest = np.minimum.accumulate(iterates)
    assert (iterates > lowest).any()  # some steps were refused
    assert solution.value == min(objective.seen)


def test_a_first_step_that_is_far_too_long_is_shortened_where_values_are_exact():
    objective = Plain(lambda x: 1e4 * float(x @ x))
    solution = minimize(
        objective, [0.01, -0.02], "spsa", initial_step=5.0, max_evaluations=300, rng=1
    )
    assert solution.value < 1e-3 * objective.seen[0]


def test_noisy_values_are_not_blocked_unless_asked_for():
    """From shots two values may be equal by chance: the objective says that it is random."""

    def formula(x):  # coarse, so that two values at the start agree
        return float(np.round(np.sum(x**2)))

    def searched(kind, blocking):
        objective = Plain(formula)
        minimize(
            kind(objective), [0.3, -0.2], "spsa", max_evaluations=40, rng=1, blocking=blocking,
            initial_step=0.7,
        )  # fmt: skip
        return [point.tolist() for point in objective.points]

    def exact(objective):
        return objective

    assert searched(exact, False) == searched(exact, True)
    # An exact start is evaluated twice, and a random one once: Spall's recursion follows.
    assert searched(Random, False)[1] != searched(exact, False)[1]
    assert searched(Random, False) != searched(Random, True)


def test_shots_are_endured_where_a_quasi_newton_method_is_lost():
    h = hq.spin_models.tfim(4, h=1.0, periodic=True)
    ansatz = hq.HardwareEfficient(4, layers=1, rotations=("ry",))
    exact = hq.Expectation(ansatz, h)
    x0 = ansatz.initial_point(rng=3)
    noise = np.random.default_rng(5)

    def noisy(x):
        return exact(x) + 0.1 * float(noise.normal())

    ends = [minimize(noisy, x0, "spsa", max_evaluations=600, rng=seed).x for seed in range(3)]
    best = minimize(exact, x0, "l-bfgs").value
    assert np.median([exact(x) for x in ends]) < best + 0.25
    assert exact(x0) > best + 1.0


def test_the_mean_of_metric_samples_is_the_metric():
    ansatz = hq.HardwareEfficient(2, layers=1)
    objective = hq.Expectation(ansatz, hq.spin_models.tfim(2, h=1.0))
    x = np.random.default_rng(2).normal(size=ansatz.n_params)
    driver = driver_of(objective, ansatz.n_params)
    rng = np.random.default_rng(4)
    sampler = QNSPSA(metric_perturbation=0.02)
    mean = np.mean([sampler._metric_sample(driver, x, rng) for _ in range(3000)], axis=0)
    assert driver.fidelities == 12000
    np.testing.assert_allclose(mean, objective.metric(x), atol=0.05)


def test_fidelities_are_counted_beside_the_evaluations():
    ansatz = hq.HardwareEfficient(2, layers=1)
    objective = hq.Expectation(ansatz, hq.spin_models.tfim(2, h=1.0))
    solution = minimize(
        Random(objective), ansatz.initial_point(rng=1), "qn-spsa", max_evaluations=211,
        calibration=5, rng=1,
    )  # fmt: skip
    assert solution.evaluations == 211
    assert solution.fidelities == 4 * (1 + 99)  # of 11 + 2 · 99 evaluations, and 2 looks at x
    assert solution.value < -1.9


def test_blocking_is_true_or_false():
    with pytest.raises(ParameterError, match="blocking must be True or False, got 'yes'"):
        hq.optimizers.SPSA(blocking="yes")
