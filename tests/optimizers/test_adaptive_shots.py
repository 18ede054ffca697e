"""Descents that choose their shots: formulas, unbiased gradients, exact counts."""

from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.optimizers import OPTIMIZERS, minimize
from hybridq.optimizers.capabilities import ShotGradient

METHODS = ("icans", "gcans", "rosalin")
CIRCUIT = hq.Circuit(2).ry(0, "a").ry(1, "b").cx(0, 1).rx(1, "a")
HAMILTONIAN = hq.PauliSum.from_labels({"ZI": 1.0, "IZ": 0.5, "XX": 0.7, "YI": 0.2, "II": -30.0})
POINT = np.array([0.4, 0.9])


def shifted(shots=50, rng=3):
    return hq.ParameterShift(hq.Expectation(CIRCUIT, HAMILTONIAN), shots=shots, rng=rng)


def test_icans_follows_its_formula():
    # By hand: Lα = 1/2, factor 2/3; s = 2/3 ξ/χ², the gains (α − Lα²/2)χ²/s − Lα²ξ/(2s²).
    method = OPTIMIZERS["icans"](learning_rate=0.1, lipschitz=5.0, min_shots=2)
    found = method.next_shots(np.array([0.1, 0.01]), np.array([1.0, 1.0]), 0.0)
    np.testing.assert_allclose(found, [1 / 1.5 / 0.01, 1 / 1.5 / 0.01])
    found = method.next_shots(np.array([0.1, 0.2]), np.array([1.0, 1.0]), 0.0)
    np.testing.assert_allclose(found, [1 / 1.5 / 0.04, 1 / 1.5 / 0.04])


def test_gcans_follows_its_formula():
    method = OPTIMIZERS["gcans"](learning_rate=0.1, lipschitz=5.0)
    found = method.next_shots(np.array([0.3, 0.4]), np.array([2.0, 1.0]), 0.0)
    np.testing.assert_allclose(found, [2 / 3 * 2 * 3 / 0.25, 2 / 3 * 1 * 3 / 0.25])


@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_are_unbiased_with_the_variance_that_they_claim(weighted):
    objective, repeats, shots = shifted(), 200, np.array([12, 20])
    exact = hq.Expectation(CIRCUIT, HAMILTONIAN).value_and_gradient(POINT)
    found = [objective.measured_gradient(POINT, shots, weighted) for _ in range(repeats)]
    gradients = np.array([each.gradient for each in found])
    error = gradients.std(axis=0, ddof=1) / np.sqrt(repeats)
    assert (abs(gradients.mean(axis=0) - exact[1]) < 5 * error).all()
    values = np.array([each.value for each in found])
    assert abs(values.mean() - exact[0]) < 5 * values.std(ddof=1) / np.sqrt(repeats)
    claimed = np.mean([each.variances / each.shots for each in found], axis=0)
    # Relative standard deviation of a sample variance: √(2/(k−1)).
    tolerance = 5 * np.sqrt(2 / (repeats - 1))
    np.testing.assert_allclose(claimed, gradients.var(axis=0, ddof=1), rtol=tolerance)
    assert objective.shots_used == sum(each.spent for each in found)


def test_a_derivative_may_have_fewer_random_shots_than_there_are_circuits():
    objective = shifted()
    assert objective.measured_gradient(POINT, [1, 1], weighted=True).shots.tolist() == [1, 1]
    assert objective.measured_gradient(POINT, [1, 1]).shots.tolist() == [6, 6]  # three circuits


@pytest.mark.parametrize("method", METHODS)
def test_a_molecule_descends_and_every_shot_is_counted(method):
    path = Path(__file__).parents[2] / "problems" / "molecules" / "h2_sto3g.fcidump"
    problem = hq.Molecule.from_fcidump(path)
    ansatz = hq.UCCSD(problem)
    objective = hq.ParameterShift(hq.Expectation(ansatz, problem.hamiltonian), shots=20, rng=2)
    spent = []
    measured = objective.measured_gradient

    def counted(*arguments):
        spent.append(measured(*arguments))
        return spent[-1]

    objective.measured_gradient = counted
    solution = minimize(
        objective,
        np.zeros(ansatz.n_params),
        OPTIMIZERS[method](learning_rate=0.1, lipschitz=5.0, shot_budget=20_000),
        max_evaluations=200,
        rng=1,
    )
    of_value = 20  # the mean point at the end
    assert sum(each.spent for each in spent) + of_value == objective.shots_used >= 20_000
    assert objective.shots_used < 22_000
    assert "shots are spent" in solution.message or solution.converged
    # Half of the correlation energy at least, from −1.1170 to −1.1373 Ha.
    assert objective.exact(solution.x) < -1.1270
    assert len({each.shots[0] for each in spent}) > 1


@pytest.mark.parametrize("method", METHODS)
def test_the_solution_is_a_mean_of_points_and_not_the_luckiest_value(method):
    """A noisy parabola in 2 dimensions: where the lowest of many values lies is chance."""

    class Noisy:
        shots, noise = 10, np.random.default_rng(3)

        def __call__(self, x):
            return float(x @ x) + 0.3 * self.noise.normal()

        def value_and_gradient(self, x):
            raise AssertionError("shots are chosen for each derivative")

        def measured_gradient(self, x, shots, weighted=False):
            scatter = self.noise.normal(size=2) / np.sqrt(shots)
            return ShotGradient(
                self(x), 2 * x + scatter, np.ones(2), np.array(shots), int(sum(shots))
            )

    found = minimize(
        Noisy(), np.full(2, 1.0), OPTIMIZERS[method](learning_rate=0.2), max_evaluations=30, rng=1
    )
    assert found.evaluations == 30
    assert found.x @ found.x < 0.01  # points scatter by 0.1 in each direction
    assert found.best_evaluation == 29  # counted from 0, the last


def test_other_objectives_than_the_expectation_are_refused():
    ising = hq.PauliSum.from_labels({"ZI": 1.0, "IZ": 0.5})
    objective = hq.ParameterShift(hq.CVaR(CIRCUIT, ising, alpha=0.5), shots=50, rng=1)
    with pytest.raises(ParameterError, match="expectation where shots are chosen"):
        objective.measured_gradient(POINT, [10, 10])


@pytest.mark.parametrize("shots", [[10], [0, 5], [1.5, 2.0]])
def test_shots_of_another_form_are_refused(shots):
    with pytest.raises(ParameterError, match="shots must be integers >= 1"):
        shifted().measured_gradient(POINT, shots)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"learning_rate": 0.5, "lipschitz": 5.0}, "learning_rate must be below 2 / lipschitz"),
        ({"memory": 1.0}, "memory must be at least 0 and below 1"),
        ({"min_shots": 1}, "min_shots must be an integer >= 2"),
        ({"min_shots": 50, "max_shots": 20}, "max_shots must be an integer >= 50"),
    ],
)
def test_options_outside_their_range_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        OPTIMIZERS["icans"](**options)
