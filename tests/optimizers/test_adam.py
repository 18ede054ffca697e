"""Adam against its published recurrence, with and without a gradient."""

from __future__ import annotations

import numpy as np
import pytest

from hybridq.optimizers import minimize
from hybridq.optimizers.adam import Adam
from tests.optimizers.optimizer_functions import Plain, Quadratic


def test_the_steps_are_those_of_kingma_and_ba():
    objective = Quadratic([1.0, -3.0])
    minimize(
        objective, [0.0, 0.0], "adam", schedule="constant", learning_rate=0.05, beta2=0.999,
        max_evaluations=6,
    )  # fmt: skip
    x, m, v = np.zeros(2), np.zeros(2), np.zeros(2)
    for k, point in enumerate(objective.points, start=1):
        np.testing.assert_allclose(point, x, rtol=1e-12)
        gradient = 2.0 * (x - [1.0, -3.0])
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        x = x - 0.05 * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)


@pytest.mark.parametrize(
    ("schedule", "parts"),
    [
        ("constant", [1.0, 1.0, 1.0]),
        ("exponential", [1.0, 0.1, 0.01]),
        ("cosine", [1.0, 0.505, 0.01]),
    ],
)
def test_the_learning_rate_follows_its_schedule(schedule, parts):
    adam = Adam(schedule=schedule, final=0.01)
    np.testing.assert_allclose([adam._rate_fraction(t) for t in (0.0, 0.5, 1.0)], parts)


def test_without_a_gradient_two_values_make_one():
    objective = Plain(Quadratic(np.ones(10)).formula)
    solution = minimize(objective, np.zeros(10), "adam", max_evaluations=600, rng=0)
    assert solution.gradients == 0
    assert solution.value < 1e-3
    pairs = np.array(objective.points[1:3])
    assert np.ptp(abs(pairs[0] - pairs[1])) == pytest.approx(0.0, abs=1e-12)


def test_it_ends_where_the_gradient_vanishes_or_the_bounds_hold_it():
    solution = minimize(Quadratic([5.0, 0.2]), [0.0, 0.0], "adam", bounds=[[-1, 1], [-1, 1]])
    assert solution.status == "converged"
    np.testing.assert_allclose(solution.x, [1.0, 0.2], atol=1e-4)
