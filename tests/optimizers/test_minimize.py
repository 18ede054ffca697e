from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import optuna
import pytest

from hybridq import optimizers
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.optimizers import (
    OPTIMIZERS,
    NelderMead,
    Optimizer,
    Outcome,
    Reason,
    configured_optimizer,
    minimize,
)
from hybridq.optimizers.scipy_call import first_simplex
from tests.optimizers.optimizer_functions import Plain, Quadratic, rosenbrock


@pytest.mark.parametrize(
    ("x0", "error"),
    [
        ([], DimensionError),
        (3.0, DimensionError),
        (np.zeros((2, 2, 2)), DimensionError),
        ([0.0, np.nan], ParameterError),
        ([np.inf], ParameterError),
        (["a"], ParameterError),
        ([[1.0, 2.0], [3.0]], ParameterError),
    ],
)
def test_an_invalid_start_is_refused(x0, error):
    with pytest.raises(error, match="x0"):
        minimize(rosenbrock, x0)


@pytest.mark.parametrize("x0", [[0.1], [0.1, 0.2, 0.3], [[0.1], [0.2]]])
def test_a_start_of_another_length_than_the_objective_takes_is_refused_before_work(x0):
    objective = Plain(rosenbrock)
    objective.n_params = 2
    with pytest.raises(DimensionError, match=r"x0 has shape .* takes 2 parameters: give .*\(2,\)"):
        minimize(objective, x0)
    assert objective.seen == []


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (
            [[1.0, -1.0], [0.0, 1.0]],
            r"bounds\[0\] must be a lower and .* got \[1, -1\]",
        ),
        ([[-1.0, 1.0], [1.0, 1.0]], r"bounds\[1\]"),
        ([[-1.0, np.nan], [0.0, 1.0]], r"bounds\[0\]"),
        ([-1.0, 1.0], r"shape \(2, 2\)"),
        ([[-1.0, 1.0]], r"shape \(2, 2\)"),
        ([[-1.0, 0.25], [0.0, 1.0]], "x0 has 0.5 for parameter 0"),
    ],
)
def test_invalid_bounds_are_refused(bounds, words):
    with pytest.raises(ParameterError, match=words):
        minimize(rosenbrock, [0.5, 0.5], bounds=bounds)


@pytest.mark.parametrize(
    "limit",
    [
        {"max_evaluations": 0},
        {"max_evaluations": 2.5},
        {"max_evaluations": True},
        {"time_limit": 0},
        {"time_limit": -1.0},
        {"time_limit": float("nan")},
        {"time_limit": "1"},
        {"target": float("nan")},
        {"target": "low"},
        {"tolerance": 0.0},
        {"rng": -1},
    ],
)
def test_invalid_limits_are_refused(limit):
    (name,) = limit
    with pytest.raises(ParameterError, match=f"{name} must be ") as caught:
        minimize(rosenbrock, [0.5, 0.5], **limit)
    assert caught.value.argument == name


@pytest.mark.parametrize(
    ("method", "lacks"),
    [
        ("l-bfgs", "a gradient"),
        ("slsqp", "a gradient"),
        ("natural-gradient", "a gradient (value_and_gradient) and the metric of its states"),
        ("qn-spsa", "the fidelity of two states"),
        ("rotosolve", "the frequencies of its parameters"),
    ],
)
def test_a_method_that_an_objective_cannot_serve_is_refused_with_those_that_fit(method, lacks):
    objective = Plain(rosenbrock)
    with pytest.raises(ParameterError, match=f"{method} needs {re.escape(lacks)}") as caught:
        minimize(objective, [0.5, 0.5], method)
    fitting = str(caught.value).split("use one of ")[1].split(", or set")[0].split(", ")
    assert {"cobyla", "spsa", "adam"} <= set(fitting)
    assert not {"l-bfgs", "natural-gradient", "rotosolve"} & set(fitting)
    differences = "difference_step" in OPTIMIZERS[method].option_names()
    assert ("difference_step" in str(caught.value)) == differences
    assert objective.seen == []


def test_one_evaluation_is_written_in_the_singular():
    found = minimize(Quadratic([0.0]), [1.0], method="nelder-mead", max_evaluations=1)
    assert "the budget of 1 evaluation is used up" in found.message


def test_the_budget_that_is_told_is_that_of_all_starts():
    slow = minimize(Quadratic([0.0]), [[1.0], [2.0]], method="nelder-mead", max_evaluations=9)
    assert (slow.status, slow.evaluations) == ("max_evaluations", 9)
    assert "its share of the budget of 9 evaluations is used up" in slow.message


def test_without_a_method_the_gradient_decides():
    assert minimize(Quadratic([0.1]), [1.0]).method == "l-bfgs"
    assert minimize(Plain(lambda x: float(x[0] ** 2)), [1.0]).method == "cobyla"


def test_an_unknown_method_is_answered_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="did you mean 'cobyla'"):
        minimize(rosenbrock, [0.5, 0.5], "cobila")
    with pytest.raises(UnknownNameError, match="unknown optimizer ''"):
        minimize(rosenbrock, [0.5, 0.5], "")


@pytest.mark.parametrize("method", list(OPTIMIZERS))
def test_an_unknown_option_is_answered_with_the_valid_ones(method):
    with pytest.raises(UnknownNameError, match=f"option of {method} 'step_sise'") as caught:
        minimize(rosenbrock, [0.5, 0.5], method, step_sise=1)
    assert caught.value.argument == "step_sise"
    assert all(name in str(caught.value) for name in OPTIMIZERS[method].option_names())


def test_a_misspelled_option_is_answered_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match="did you mean 'learning_rate'"):
        minimize(rosenbrock, [0.5, 0.5], "adam", lerning_rate=0.1)


@pytest.mark.parametrize("wrong", [3.0, None, object()])
def test_what_is_not_an_optimizer_is_refused_with_what_is_expected(wrong):
    with pytest.raises(ParameterError, match="must be a name of OPTIMIZERS, a conf") as caught:
        configured_optimizer(wrong)
    assert caught.value.argument == "optimizer"


def test_a_class_in_place_of_an_optimizer_is_refused_with_the_remedy():
    with pytest.raises(ParameterError, match=r"method must be .*: call the class"):
        minimize(rosenbrock, [0.5, 0.5], NelderMead)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_is_importable_by_its_class(name):
    kind = OPTIMIZERS[name]
    assert getattr(optimizers, kind.__name__) is kind
    assert kind.__name__ in optimizers.__all__


def test_classes_have_the_names_of_the_field():
    named = {"SPSA": "spsa", "QNSPSA": "qn-spsa", "Adam": "adam", "COBYLA": "cobyla"}
    named |= {"NelderMead": "nelder-mead", "LBFGS": "l-bfgs", "BFGS": "bfgs"}
    assert {name: getattr(optimizers, name).name for name in named} == named


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_an_optimizer_is_made_of_its_name_and_options(name):
    made = configured_optimizer(name)
    assert type(made) is OPTIMIZERS[name]
    assert configured_optimizer(name, made.options()) == made
    assert configured_optimizer(made) is made


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("nelder-mead", {"initial_step": -0.1}),
        ("cobyla", {"initial_step": "big"}),
        ("l-bfgs", {"memory": 0}),
        ("l-bfgs", {"difference_step": float("inf")}),
        ("trust-constr", {"initial_step": 0}),
        ("basin-hopping", {"hops": 0.5}),
        ("differential-evolution", {"recombination": 1.5}),
        ("dual-annealing", {"visit": 4.0}),
        ("optuna-tpe", {"startup": -1}),
        ("optuna-random", {"batch": 0}),
        ("optuna-random", {"storage": "sqlite:///x.db"}),
        ("optuna-random", {"study_name": ""}),
        ("spsa", {"calibration": 0}),
        ("spsa", {"perturbation": -1.0}),
        ("adam", {"schedule": "linear"}),
        ("adam", {"beta1": 1.0}),
        ("adam", {"final": 0.0}),
        ("optuna-cmaes", {"population": 1}),
    ],
)
def test_an_invalid_option_is_refused(method, options):
    with pytest.raises(ParameterError, match=next(iter(options))):
        minimize(rosenbrock, [0.5, 0.5], method, bounds=[[0, 1]] * 2, **options)


def test_what_is_not_a_function_is_refused():
    with pytest.raises(ParameterError, match=r"objective must be a function of a vector, got 3.0"):
        minimize(3.0, [0.0])
    objective = Plain(rosenbrock)
    with pytest.raises(
        ParameterError, match="callback must be a function of a Record, got 'print'"
    ):
        minimize(objective, [0.0, 0.0], callback="print")
    assert objective.seen == []


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("lbfgs", "l-bfgs"),
        ("L-BFGS-B", "l-bfgs"),
        ("tpe", "optuna-tpe"),
        ("QNG", "natural-gradient"),
        ("nft", "rotosolve"),
        ("Nelder_Mead", "nelder-mead"),
    ],
)
def test_other_spellings_lead_to_the_same_optimizer(alias, name):
    assert OPTIMIZERS.canonical(alias) == name


def test_a_configured_optimizer_can_be_passed_itself():
    by_name = minimize(rosenbrock, [-1.2, 1.0], "nelder-mead", initial_step=0.3)
    itself = minimize(rosenbrock, [-1.2, 1.0], NelderMead(initial_step=0.3))
    np.testing.assert_array_equal(by_name.values, itself.values)
    with pytest.raises(ParameterError, match="already configured"):
        minimize(rosenbrock, [-1.2, 1.0], NelderMead(), initial_step=0.3)


def test_a_smaller_tolerance_comes_nearer():
    loose, tight = (
        minimize(rosenbrock, [-1.2, 1.0], "nelder-mead", tolerance=tolerance)
        for tolerance in (1e-2, 1e-10)
    )
    assert loose.status == tight.status == "converged"
    assert tight.value < 1e-15 < loose.value


def test_the_first_simplex_stays_within_the_bounds_and_keeps_its_size_where_it_can():
    bounds = np.array([[0.0, 1.0], [0.0, 1.0], [0.45, 0.52]])
    simplex = first_simplex(np.array([0.5, 0.95, 0.5]), 0.1, bounds)
    np.testing.assert_allclose(simplex[0], [0.5, 0.95, 0.5])
    np.testing.assert_allclose(np.diag(simplex[1:] - simplex[0]), [0.1, -0.1, -0.05])
    np.testing.assert_allclose(first_simplex(np.zeros(2), 0.2, None), [[0, 0], [0.2, 0], [0, 0.2]])


def test_finite_differences_are_counted():
    with_gradient, without = (
        minimize(objective, [1.0, 2.0, 3.0], "l-bfgs", difference_step=1.5e-8)
        for objective in (Quadratic([0, 0, 0]), Plain(Quadratic([0, 0, 0]).formula))
    )
    assert with_gradient.gradients == with_gradient.evaluations
    assert without.gradients == 0
    assert without.evaluations == 4 * with_gradient.evaluations  # n + 1 values for each gradient


def test_a_wrong_gradient_is_reported_as_a_failure_with_advice():
    class Wrong(Quadratic):
        def value_and_gradient(self, x):
            value, gradient = super().value_and_gradient(x)
            return value, -gradient

    solution = minimize(Wrong([0.0, 0.0]), [1.0, 2.0], "bfgs")
    assert (solution.status, solution.reason) == ("failed", Reason.LINE_SEARCH)
    assert "nelder-mead" in solution.message


def test_a_method_whose_arithmetic_breaks_down_returns_the_best_so_far():
    class Fragile(Optimizer):
        name = "fragile"
        summary = "breaks"

        def run(self, driver, x0, bounds, rng):
            driver.value(x0)
            raise ZeroDivisionError("no pivot")

    solution = minimize(lambda x: 4.0, [0.0], Fragile())
    assert (solution.status, solution.reason) == ("failed", Reason.ARITHMETIC)
    assert solution.value == 4.0
    assert "no pivot" in solution.message


def test_an_error_in_a_method_that_is_a_bug_is_raised():
    class Buggy(Optimizer):
        name = "buggy"
        summary = "has a bug"

        def run(self, driver, x0, bounds, rng):
            driver.value(x0)
            raise TypeError("a bug")

    with pytest.raises(TypeError, match="a bug"):
        minimize(lambda x: 4.0, [0.0], Buggy())


class Walk(Optimizer):
    """Five steps downhill and five up again."""

    name = "walk"
    summary = "there and back"

    def run(self, driver, x0, bounds, rng):
        for step in (0, -1, -2, -3, -2, -1, 0, 1):
            driver.value(x0 + step)
        return Outcome(True, "walked")


def test_the_best_point_seen_is_returned_not_the_last():
    solution = minimize(lambda x: float(x[0]), [10.0], Walk())
    assert solution.values.tolist() == [10.0, 9.0, 8.0, 7.0, 8.0, 9.0, 10.0, 11.0]
    assert solution.value == 7.0
    assert solution.x.tolist() == [7.0]
    assert solution.best_evaluation == 3
    assert solution.message == "walk converged after 8 evaluations: walked"


def test_the_status_is_that_of_the_winning_start_and_the_message_names_it():
    solution = minimize(lambda x: float(x[0]), [[20.0], [10.0], [15.0]], Walk(), max_evaluations=23)
    assert solution.evaluations == 23  # of 24: shares of 8, 8 and 7
    assert solution.start == 1
    assert solution.status == "converged"
    assert solution.message.startswith("start 2 of 3 is the best")


def test_starts_beyond_the_budget_are_not_begun_and_that_is_reported():
    solution = minimize(lambda x: float(x[0]), np.arange(5.0)[:, None], Walk(), max_evaluations=2)
    assert solution.evaluations == 2
    assert solution.starts_begun == 2
    assert "3 of 5 starts were not begun" in solution.message


def test_values_that_are_not_finite_are_mentioned():
    solution = minimize(lambda x: float(x[0]) if x[0] < 9 else np.nan, [10.0], Walk())
    assert solution.value == 7.0
    assert solution.not_finite == 5
    assert "5 of 8 values were not finite" in solution.message


def test_the_callback_sees_which_start_it_is():
    seen = []
    minimize(lambda x: float(x[0]), [[1.0], [2.0]], Walk(), callback=lambda r: seen.append(r.start))
    assert seen == [0] * 8 + [1] * 8


def test_what_a_callback_raises_passes_unchanged():
    error = ValueError("mine")

    def callback(record):
        raise error

    with pytest.raises(ValueError, match="mine") as caught:
        minimize(rosenbrock, [0.0, 0.0], callback=callback)
    assert caught.value is error


@pytest.mark.parametrize("verbosity", [optuna.logging.DEBUG, optuna.logging.INFO])
def test_optuna_is_silenced_only_while_it_searches(verbosity):
    before = optuna.logging.get_verbosity()
    inside = []

    def objective(x):
        inside.append(optuna.logging.get_verbosity())
        return 0.0

    try:
        optuna.logging.set_verbosity(verbosity)
        minimize(objective, [0.5], "optuna-random", bounds=[[0, 1]], max_evaluations=3)
        assert optuna.logging.get_verbosity() == verbosity
        assert inside == [optuna.logging.ERROR] * 3
    finally:
        optuna.logging.set_verbosity(before)


def test_optuna_tries_all_starts_first_and_has_its_own_default_budget():
    starts = np.array([[0.1, 0.9], [0.8, 0.2]])
    objective = Plain(rosenbrock)
    solution = minimize(objective, starts, "optuna-random", bounds=[[0, 1]] * 2, rng=1)
    np.testing.assert_array_equal(objective.points[:2], starts)
    assert solution.evaluations == 50 * 3


def test_importing_the_optimizers_loads_no_numerical_library_but_numpy():
    code = (
        "import sys, hybridq.optimizers\n"
        "print([m for m in ('scipy', 'optuna', 'numba', 'matplotlib') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
