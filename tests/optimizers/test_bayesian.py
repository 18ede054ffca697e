"""Bayesian optimization: few evaluations, known errors, batches, its end, its journal."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import DimensionError, HybridqError, ParameterError
from hybridq.optimizers import Bayesian, Reason, minimize
from hybridq.strategies.rescaled import in_energy_units
from hybridq.testing import check_optimizer
from tests.optimizers.optimizer_functions import Function, Plain

BOX = [[-np.pi, np.pi]] * 2
DEEPEST = np.array([2.9, -1.0])


def waves(x):
    """Minimum -2.5 at `DEEPEST`, near the end of the period, and shallower ones elsewhere."""
    y = x - DEEPEST
    return float(-np.cos(y[0]) - np.cos(y[1]) - 0.5 * np.cos(2.0 * y[0]) * np.cos(y[1]))


@dataclass(frozen=True)
class Found:
    value: float
    standard_error: float


class Estimated(Function):
    """Waves with normal noise of a known size, as from shots."""

    shots = 100
    periods = np.full(2, 2.0 * np.pi)

    def __init__(self, error, seed=0):
        super().__init__()
        self.error, self.rng = error, np.random.default_rng(seed)

    def formula(self, x):
        return waves(x) + self.error * float(self.rng.standard_normal())

    def estimate(self, x):
        return Found(self(x), self.error)


class Periodic(Plain):
    periods = np.full(2, 2.0 * np.pi)


def test_the_contract_of_optimizers_is_kept():
    check_optimizer(Bayesian(startup=3, batch=3))


@pytest.mark.parametrize("seed", range(3))
def test_the_minimum_of_a_periodic_landscape_is_found_in_25_values(seed):
    start = np.random.default_rng(seed).uniform(-np.pi, np.pi, 2)
    solution = minimize(
        Periodic(waves), start, "bayesian", bounds=BOX, max_evaluations=25, rng=seed
    )
    assert solution.value < -2.49


def test_known_periods_save_values():
    """Without them, both ends of a period are to be searched."""
    after = []
    for objective in (Periodic(waves), Plain(waves)):
        lowest = [
            minimize(
                objective, np.zeros(2), "bayesian", bounds=BOX, max_evaluations=18, rng=seed
            ).values
            for seed in range(3)
        ]
        below = [np.flatnonzero(values < -2.45) for values in lowest]
        after.append(np.mean([each[0] if len(each) else 18 for each in below]))
    assert after[0] < after[1]


def test_a_constant_function_ends_the_search_early():
    solution = minimize(
        Plain(lambda x: 3.25), np.zeros(2), "bayesian", bounds=BOX, max_evaluations=120, rng=0
    )
    assert (solution.status, solution.value) == ("converged", 3.25)
    assert solution.evaluations < 30
    assert "values are equal" in solution.message


@pytest.mark.parametrize("seed", range(3))
def test_the_search_ends_when_it_expects_to_gain_less_than_the_error_of_a_value(seed):
    objective = Estimated(0.1, seed)
    solution = minimize(
        objective, np.zeros(2), "bayesian", bounds=BOX, max_evaluations=150, rng=seed
    )
    assert (solution.status, solution.reason) == ("converged", Reason.SHOT_NOISE)
    assert 10 < solution.evaluations < 100
    assert "expected to gain" in solution.message
    assert waves(solution.x) < -2.5 + 0.15
    # The value is that of a new measurement, not the lowest by chance.
    assert solution.best_evaluation == solution.evaluations - 1
    np.testing.assert_array_equal(solution.x, objective.points[-1])
    assert any(np.array_equal(solution.x, point) for point in objective.points[:-1])


def test_without_a_tolerance_the_budget_ends_the_search():
    solution = minimize(
        Estimated(0.5), np.zeros(2), Bayesian(tolerance=None), bounds=BOX, max_evaluations=40,
        rng=0,
    )  # fmt: skip
    assert (solution.status, solution.evaluations) == ("max_evaluations", 40)
    assert solution.best_evaluation == 39  # the lowest mean, measured once more


def test_batches_leave_a_value_for_the_result():
    objective = Estimated(0.3)
    solution = minimize(
        objective, np.zeros(2), Bayesian(tolerance=None, batch=4), bounds=BOX, max_evaluations=25,
        rng=0,
    )  # fmt: skip
    assert (solution.evaluations, solution.best_evaluation) == (25, 24)
    assert any(np.array_equal(solution.x, point) for point in objective.points[:-1])


def test_noise_makes_the_result_the_lowest_mean_and_not_the_lowest_value():
    errors = []
    for seed in range(4):
        objective = Estimated(0.4, seed)
        solution = minimize(
            objective, np.zeros(2), "bayesian", bounds=BOX, max_evaluations=40, rng=seed
        )
        lowest = objective.points[int(np.argmin(objective.seen))]
        errors.append((waves(solution.x) + 2.5, waves(lowest) + 2.5))
    ours, lowest = np.mean(errors, axis=0)
    assert ours < lowest
    assert ours < 0.25


def test_points_of_a_batch_are_evaluated_together_and_apart_from_each_other():
    class Batched(Periodic):
        def __init__(self, formula):
            super().__init__(formula)
            self.blocks = []

        def values(self, points):
            self.blocks.append(np.array(points))
            return np.array([self(point) for point in points])

    objective = Batched(waves)
    solution = minimize(
        objective, np.zeros(2), "bayesian", bounds=BOX, max_evaluations=30, rng=1, batch=4
    )
    sizes = [len(block) for block in objective.blocks]
    assert sizes == [1, 4, *[4] * 6, 1]
    for block in objective.blocks[2:6]:
        apart = np.abs(block[:, np.newaxis] - block).max(axis=2)[np.triu_indices(len(block), 1)]
        assert apart.min() > 1e-3
    assert solution.value < -2.45


def test_all_starts_are_the_first_points():
    objective = Plain(waves)
    starts = np.array([[0.1, 0.2], [1.0, -1.0], [2.0, 2.0]])
    minimize(objective, starts, "bayesian", bounds=BOX, max_evaluations=8, rng=1)
    np.testing.assert_array_equal(objective.points[:3], starts)


def ring(p):
    problem = hq.MaxCut(nx.random_regular_graph(3, 8, seed=1))
    ansatz = hq.QAOA(problem, p=p)
    return ansatz, hq.Expectation(ansatz, problem.observable)


def test_values_from_shots_are_taken_with_their_errors_and_resumed_bit_for_bit(tmp_path):
    ansatz, exact = ring(1)
    path = tmp_path / "run.jsonl"

    def search(**journal):
        objective = hq.FromShots(exact, shots=200, rng=3)
        solution = minimize(
            objective, [0.3, 0.3], "bayesian", bounds=ansatz.bounds, max_evaluations=18, rng=5,
            batch=2, **journal,
        )  # fmt: skip
        facts = {name: value for name, value in vars(solution).items() if name != "seconds"}
        facts["state"] = objective.checkpoint()
        return {name: np.asarray(value).tolist() for name, value in facts.items()}

    whole = search()
    assert search(journal=path) == whole
    lines = path.read_bytes().splitlines(keepends=True)
    assert sum(line.startswith(b'["estimate"') for line in lines) == 17
    for kept in (3, 9, len(lines) - 2):
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][:12])
        assert search(journal=path, resume=True) == whole


def test_a_journal_with_other_values_is_refused(tmp_path):
    path = tmp_path / "run.jsonl"
    limits = {"bounds": BOX, "max_evaluations": 9, "rng": 5}
    minimize(Estimated(0.1), np.zeros(2), "bayesian", journal=path, **limits)
    text = path.read_text().replace('["estimate"', '["value"', 1)
    path.write_text(text)
    with pytest.raises(HybridqError, match="a value with its error"):
        minimize(Estimated(0.1), np.zeros(2), "bayesian", journal=path, resume=True, **limits)


def test_angles_of_qaoa_are_found_from_shots_in_few_executions():
    ansatz, exact = ring(1)
    optimum = minimize(exact, ansatz.initial_point("auto"), "l-bfgs").value
    for seed in range(3):
        start = ansatz.initial_point("random", seed)
        objective = hq.FromShots(exact, shots=1000, rng=seed)
        solution = minimize(
            objective, start, "bayesian", bounds=ansatz.bounds, max_evaluations=25, rng=seed
        )
        assert exact(solution.x) / optimum > 0.97
        assert objective.evaluations == solution.evaluations <= 25


@pytest.mark.parametrize("weighted", [False, True])
def test_the_periods_of_an_objective_leave_its_value_as_it_is(weighted):
    graph = nx.random_regular_graph(3, 6, seed=2)
    for number, (u, v) in enumerate(graph.edges):
        graph[u][v]["weight"] = 1.0 + weighted * 0.1234567 * number**1.5
    problem = hq.MaxCut(graph)
    ansatz = hq.QAOA(problem, p=2)
    objective = hq.Expectation(ansatz, problem.observable)
    scaled = in_energy_units(objective, 4.0)
    x = np.array([0.4, -0.7, 0.2, 0.3])
    expected = [np.inf] * 2 if weighted else [2.0 * np.pi] * 2
    np.testing.assert_allclose(objective.periods, [*expected, np.pi / 2, np.pi / 2])
    np.testing.assert_allclose(
        scaled.periods, [4.0 * expected[0]] * 2 + [np.pi / 2] * 2, rtol=1e-12
    )
    for index in np.flatnonzero(np.isfinite(objective.periods)):
        moved = x.copy()
        moved[index] += objective.periods[index]
        assert objective(moved) == pytest.approx(objective(x), abs=1e-10)


def test_an_estimate_in_other_units_has_its_error_in_them():
    _, exact = ring(1)
    plain, scaled = (hq.FromShots(exact, shots=100, rng=2) for _ in range(2))
    found = plain.estimate([0.5, 0.2])
    other = in_energy_units(scaled, 4.0).estimate([2.0, 0.2])
    assert other.value == pytest.approx(found.value / 4.0)
    assert other.standard_error == pytest.approx(found.standard_error / 4.0)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("startup", 0), ("startup", 2.5), ("startup", True), ("batch", 0), ("batch", "two"),
        ("tolerance", 0.0), ("tolerance", -1.0), ("tolerance", float("nan")), ("tolerance", "low"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(option, value):
    with pytest.raises(ParameterError, match=option):
        Bayesian(**{option: value})


@pytest.mark.parametrize("periods", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, np.nan]])
def test_wrong_periods_are_refused_before_any_value(periods):
    objective = Plain(waves)
    objective.periods = np.array(periods)
    with pytest.raises(DimensionError, match="periods"):
        minimize(objective, np.zeros(2), "bayesian", bounds=BOX, rng=0)
    assert objective.seen == []
