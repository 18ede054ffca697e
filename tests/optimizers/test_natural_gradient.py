"""The quantum natural gradient against closed forms and published examples."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.instructions import Angle, PauliRotation
from hybridq.core.errors import ParameterError
from hybridq.optimizers import minimize

SPHERE = hq.Circuit(1).ry(0, "a").rz(0, "b")
X = hq.PauliSum.from_labels([("X", 1.0)])


def test_one_step_is_the_closed_form_on_the_bloch_sphere():
    # <X> = sin a cos b, metric diag(1, sin² a) / 4.
    a, b, rate = 0.4, 0.3, 1e-3
    points = []
    minimize(
        hq.Expectation(SPHERE, X),
        [a, b],
        "natural-gradient",
        learning_rate=rate,
        regularization=1e-12,
        max_evaluations=2,
        callback=lambda record: points.append(record.x),
    )
    gradient = np.array([np.cos(a) * np.cos(b), -np.sin(a) * np.sin(b)])
    step = -rate * 4 * gradient / [1.0, np.sin(a) ** 2]
    np.testing.assert_allclose(points[1] - points[0], step, rtol=1e-9)


# Three qubits, two layers of parameters; the block-diagonal metric as PennyLane's demonstration of
# Stokes et al. 2020 (arXiv:1909.02108), tutorial_quantum_natural_gradient, prints it.
PUBLISHED = (
    hq.Circuit(3)
    .ry(0, np.pi / 4).ry(1, np.pi / 3).ry(2, np.pi / 7)
    .rz(0, "a").rz(1, "b").cx(0, 1).cx(1, 2)
    .ry(1, "c").rx(2, "d").cx(0, 1).cx(1, 2)
)  # fmt: skip
PUBLISHED_AT = np.array([0.432, -0.123, 0.543, 0.233])
PUBLISHED_METRIC = np.array(
    [
        [0.125, 0.0, 0.0, 0.0],
        [0.0, 0.1875, 0.0, 0.0],
        [0.0, 0.0, 0.24973433, -0.01524701],
        [0.0, 0.0, -0.01524701, 0.20293623],
    ]
)


def test_a_step_goes_by_the_published_metric():
    objective = hq.Expectation(PUBLISHED, hq.PauliSum.from_labels([("YYI", 1.0), ("IYZ", 0.7)]))
    np.testing.assert_allclose(
        objective.metric(PUBLISHED_AT, "layers"), PUBLISHED_METRIC, atol=6e-9
    )
    points = []
    minimize(
        objective, PUBLISHED_AT, "natural-gradient", blocks="layers", learning_rate=0.01,
        regularization=1e-12, max_evaluations=2, callback=lambda record: points.append(record.x),
    )  # fmt: skip
    _, gradient = objective.value_and_gradient(PUBLISHED_AT)
    assert (abs(gradient[2:]) > 1e-3).all()  # those that the metric couples
    step = -0.01 * np.linalg.solve(PUBLISHED_METRIC, gradient)
    np.testing.assert_allclose(points[1] - points[0], step, rtol=1e-6, atol=1e-12)


def test_the_path_of_states_does_not_depend_on_the_parameters_of_the_circuit():
    # x -> x / 5 in one parameter: the metric undoes it, a plain gradient does not.
    scaled = hq.Circuit(1).append(
        PauliRotation("Y", (0,), Angle(parameter=0, coefficient=5.0)),
        PauliRotation("Z", (0,), Angle(parameter=1)),
    )
    values = [
        minimize(
            hq.Expectation(circuit, X), x0, "natural-gradient", regularization=1e-12,
            learning_rate=0.01, max_evaluations=10,
        ).values
        for circuit, x0 in ((SPHERE, [0.4, 0.3]), (scaled, [0.08, 0.3]))
    ]  # fmt: skip
    np.testing.assert_allclose(values[0], values[1], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("blocks", ["full", "layers"])
def test_the_ground_state_of_a_spin_chain_is_reached(blocks):
    ansatz = hq.HVA(hq.spin_models.tfim(6, h=1.0, periodic=True), 3)
    objective = hq.Expectation(ansatz, hq.spin_models.tfim(6, h=1.0, periodic=True))
    solution = minimize(
        objective, ansatz.initial_point("random", rng=1), "natural-gradient", blocks=blocks,
        max_evaluations=400,
    )  # fmt: skip
    # -2 / sin(pi / 12)
    assert solution.value == pytest.approx(-7.727406610, abs=1e-6)
    assert solution.metrics <= solution.gradients == solution.evaluations


def test_differences_replace_a_missing_gradient():
    exact = hq.Expectation(SPHERE, X)

    class Bare:
        metric = staticmethod(exact.metric)

        def __call__(self, x):
            return exact(x)

    solution = minimize(Bare(), [0.4, 0.3], "natural-gradient", difference_step=1e-7)
    assert solution.value == pytest.approx(-1.0, abs=1e-8)
    assert solution.gradients == 0


def test_within_bounds_the_free_parameters_go_on():
    bounds = [[0.2, 1.0], [-np.pi, np.pi]]
    solution = minimize(hq.Expectation(SPHERE, X), [0.4, 0.3], "natural-gradient", bounds=bounds)
    assert solution.status == "converged"
    np.testing.assert_allclose(abs(solution.x), [1.0, np.pi], atol=1e-4)


def test_other_words_for_blocks_are_refused():
    with pytest.raises(ParameterError, match="blocks must be one of 'full', 'layers'"):
        minimize(hq.Expectation(SPHERE, X), [0.4, 0.3], "natural-gradient", blocks="qubits")


def test_a_metric_of_another_shape_is_refused():
    class Wrong:
        def __call__(self, x):
            return 0.0

        def value_and_gradient(self, x):
            return 0.0, np.ones(2)

        def metric(self, x, blocks=None):
            return np.eye(3)

    with pytest.raises(ParameterError, match=r"return shape \(2, 2\)"):
        minimize(Wrong(), [0.0, 0.0], "natural-gradient")
