"""A function f, x0 → x as an optimizer: counted, limited, its best point kept."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import scipy.optimize

import hybridq as hq
from hybridq.core.errors import HybridqError, ParameterError
from hybridq.optimizers import FunctionOptimizer, Reason, minimize
from tests.optimizers.optimizer_functions import Plain, Quadratic, rosenbrock


def cobyla(f, x0):
    return scipy.optimize.minimize(f, x0, method="COBYLA")


def square():
    return hq.MaxCut(nx.cycle_graph(4))


def test_solve_takes_a_function_of_scipy():
    """On a ring p = 1 reaches 3/4 of the edges (Farhi et al. 2014, arXiv:1411.4028)."""
    result = hq.solve(square(), p=1, optimizer=cobyla, initial="ramp", rng=1)
    assert result.expectation == pytest.approx(3.0, abs=1e-4)
    assert result.optimizer.method == "function"
    assert result.optimizer.options == {"function": "cobyla"}
    count = result.optimizer.evaluations
    assert result.optimizer.message == (
        f"the function given as optimizer returned after {count} evaluations"
    )
    again = hq.Result.from_json(result.to_json())
    assert again.optimizer == result.optimizer


def test_energies_and_lambdas_too():
    h = hq.spin_models.tfim(3, h=1.0)
    result = hq.solve(
        h, ansatz="hva", layers=3, rng=1,
        optimizer=lambda f, x0: scipy.optimize.minimize(
            f.value_and_gradient, x0, jac=True, method="BFGS"
        ),
    )  # fmt: skip
    exact = float(np.linalg.eigvalsh(np.asarray(h.to_matrix().todense()))[0])
    assert result.expectation == pytest.approx(exact, abs=1e-4)


def test_the_driver_counts_and_limits():
    objective = Plain(rosenbrock)
    records = []
    solution = minimize(objective, [-1.2, 1.0], cobyla, max_evaluations=17, callback=records.append)
    assert len(objective.seen) == solution.evaluations == len(records) == 17
    assert (solution.status, solution.reason) == ("max_evaluations", Reason.MAX_EVALUATIONS)
    assert solution.value == min(objective.seen)


@pytest.mark.parametrize("shape", ["point", "list", "object", "mapping"])
def test_the_best_evaluated_point_is_kept_whatever_is_returned(shape):
    def wander(f, x0):
        for step in (0.1, 0.2, 0.9):
            f(x0 + step)
        x = x0 + 3.0
        found = {
            "point": x, "list": x.tolist(), "mapping": {"x": x, "fun": -99.0},
            "object": scipy.optimize.OptimizeResult(x=x, fun=-99.0),
        }  # fmt: skip
        return found[shape]

    objective = Quadratic([0.2, 0.2])
    solution = minimize(objective, [0.0, 0.0], wander)
    np.testing.assert_allclose(solution.x, [0.2, 0.2])
    # The returned point is evaluated once, as it was not before; what it claims is not believed.
    assert solution.evaluations == 4
    assert solution.value == min(objective.seen)
    assert solution.reason is Reason.RETURNED


def test_a_returned_point_that_was_evaluated_is_not_evaluated_again():
    objective = Quadratic([0.2])

    def once(f, x0):
        f(x0)
        return x0

    assert minimize(objective, [0.5], once).evaluations == 1


def test_a_function_that_reports_failure_failed():
    def failing(f, x0):
        f(x0)
        return scipy.optimize.OptimizeResult(x=x0, success=False, message="out of luck.")

    solution = minimize(Quadratic([0.2]), [0.5], failing)
    assert solution.status == "failed"
    assert "out of luck; try another" in solution.message


@pytest.mark.parametrize("returned", [None, "x", [1.0], [[0.1, 0.2]], [np.nan, 0.0], {"y": 1}])
def test_what_is_no_point_is_refused(returned):
    with pytest.raises(ParameterError, match=r"given as optimizer returned .*: give 2 finite"):
        minimize(Quadratic([0.2, 0.1]), [0.5, 0.5], lambda f, x0: returned)


def test_what_the_function_raises_passes_unchanged():
    def broken(f, x0):
        raise ValueError("Unknown solver")

    with pytest.raises(ValueError, match=r"^Unknown solver$"):
        minimize(Quadratic([0.2]), [0.5], broken)


def test_functions_of_other_arguments_and_other_objects_are_refused():
    with pytest.raises(ParameterError, match="optimizer must be a function of two arguments"):
        hq.solve(square(), optimizer=lambda f: f)

    class Foreign:
        def minimize(self, fun, x0, jac=None, bounds=None):
            return cobyla(fun, x0)

    with pytest.raises(ParameterError, match="give its method minimize"):
        hq.solve(square(), optimizer=Foreign())
    assert hq.solve(square(), p=1, optimizer=Foreign().minimize, rng=1).expectation > 2.9
    with pytest.raises(ParameterError, match="optimizer must be a name of OPTIMIZERS"):
        hq.solve(square(), optimizer=3)


def test_journals_refuse_a_function(tmp_path):
    path = tmp_path / "run.jsonl"
    for call in (
        lambda: hq.solve(square(), p=1, optimizer=cobyla, journal=path),
        lambda: minimize(Quadratic([0.2]), [0.5], cobyla, journal=path),
    ):
        with pytest.raises(ParameterError, match=r"cannot be resumed from a journal.*by name"):
            call()
        assert not path.exists()


def test_experiments_take_names_only():
    from hybridq.experiments.config.config import parse_config

    text = "name: x\nproblem: {kind: maxcut, path: x.json}\noptimizer: {kind: function}\n"
    with pytest.raises(HybridqError, match="optimizer 'function'"):
        parse_config(text)


def test_several_starts_call_it_once_each_and_share_the_budget():
    starts = []

    def remembered(f, x0):
        starts.append(x0.tolist())
        return cobyla(f, x0)

    solution = minimize(
        Plain(rosenbrock), [[-1.2, 1.0], [0.9, 0.8]], FunctionOptimizer(remembered),
        max_evaluations=100,
    )  # fmt: skip
    assert starts == [[-1.2, 1.0], [0.9, 0.8]]
    assert solution.start == 1
