"""A start without a slope is named, and the search continues near it."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.optimizers import minimize
from tests.optimizers.optimizer_functions import Plain, Quadratic, run

GRADIENT_METHODS = (
    "l-bfgs", "bfgs", "cg", "slsqp", "tnc", "trust-constr", "adam", "natural-gradient",
)  # fmt: skip
ALONG_AXES = ("powell", "rotosolve")


class Saddle(Plain):
    """f = Σ_i x_i² x_{i+1}² / 4 − x_i x_{i+1}: zero slope and value at 0, lower beside it."""

    def __init__(self):
        super().__init__(lambda x: float(x[0] ** 2 * x[1] ** 2 / 4 - x[0] * x[1]))

    def value_and_gradient(self, x):
        slope = x[0] * x[1] / 2 - 1.0
        return self(x), slope * np.array([x[1], x[0]])


@pytest.mark.parametrize("method", GRADIENT_METHODS)
def test_a_saddle_is_left_for_the_minimum_on_its_valley(method):
    """On x y = 2 the value is −1, the lowest: z²/4 − z for z = x y."""
    objective = Saddle()
    solution = run(objective, [0.0, 0.0], method, max_evaluations=1000, rng=1)
    assert solution.value == pytest.approx(-1.0, abs=1e-4)
    assert solution.stationary_start
    assert (
        "the start is a stationary point, so the search continued from a point near it"
        in solution.message
    )
    assert solution.evaluations == len(objective.seen)
    again = run(Saddle(), [0.0, 0.0], method, max_evaluations=1000, rng=1)
    np.testing.assert_array_equal(again.values, solution.values)


def zero_angles(optimizer, **settings):
    """QAOA of the ring of 4 at p = 1, from angles of 0: the value of a random guess, 2 of 4."""
    problem = hq.MaxCut(nx.cycle_graph(4))
    return hq.solve(
        problem, p=1, initial=[0.0, 0.0], optimizer=optimizer, rng=1, exact=None, **settings
    )


@pytest.mark.parametrize("method", [*GRADIENT_METHODS, *ALONG_AXES])
def test_angles_of_zero_do_not_end_a_solve(method):
    """On a ring p = 1 reaches 3/4 of the edges (Farhi et al. 2014, arXiv:1411.4028)."""
    result = zero_angles(method)
    assert result.expectation == pytest.approx(3.0, abs=1e-3)
    if method != "powell":  # whose line searches leave a level line
        assert "stationary point" in result.optimizer.message


@pytest.mark.parametrize("method", ["l-bfgs", "adam", "powell"])
def test_a_start_at_the_minimum_stays_there(method):
    solution = run(Quadratic([0.3, -0.2], floor=-2.0), [0.3, -0.2], method, rng=1)
    assert solution.value == pytest.approx(-2.0, abs=1e-12)
    if method != "powell":  # which saw other values than that of the start
        assert "and a search from a point near it found nothing lower" in solution.message
        assert solution.status in ("converged", "max_evaluations")


def test_without_evaluations_left_the_message_says_so():
    solution = minimize(Saddle(), [0.0, 0.0], "bfgs", max_evaluations=1)
    assert solution.status == "max_evaluations"
    assert "is a stationary point, and nothing was searched near it" in solution.message


def test_each_start_is_judged_alone_and_bounds_are_kept():
    objective = Saddle()
    box = [[0.0, 3.0], [-3.0, 3.0]]
    starts = [[0.0, 0.0], [1.0, 1.5]]
    solution = minimize(objective, starts, "l-bfgs", bounds=box, rng=2)
    assert solution.value == pytest.approx(-1.0, abs=1e-6)
    points = np.array(objective.points)
    assert (points >= np.array(box)[:, 0]).all()
    assert (points <= np.array(box)[:, 1]).all()


def test_a_small_slope_is_no_stationary_start():
    """Such as where an earlier search has converged: the search ends there as before."""
    objective = Quadratic([5e-7, 0.0])
    solution = run(objective, [0.0, 0.0], "bfgs")
    assert solution.evaluations == 1
    assert solution.message == "bfgs converged after 1 evaluation"
    assert not solution.stationary_start


def test_a_killed_search_beside_a_stationary_point_is_resumed(tmp_path):
    path = tmp_path / "run.jsonl"
    whole = minimize(Saddle(), [0.0, 0.0], "l-bfgs", rng=3, journal=path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    resumed = minimize(Saddle(), [0.0, 0.0], "l-bfgs", rng=3, journal=path, resume=True)
    np.testing.assert_array_equal(resumed.values, whole.values)
    assert resumed.message == whole.message


def test_random_values_that_agree_by_chance_are_not_called_stationary():
    class Sampled(Plain):
        def checkpoint(self):
            return {}

        def restore(self, memory):
            pass

    solution = minimize(Sampled(lambda x: 1.0), [0.0, 0.0], "powell", rng=1)
    assert not solution.stationary_start
