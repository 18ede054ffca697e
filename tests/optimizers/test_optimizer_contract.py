"""One contract, kept by every optimizer in the registry."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import scipy.sparse
from scipy.optimize import OptimizeResult

from hybridq.core.errors import MissingExtraError, ParameterError
from hybridq.optimizers import OPTIMIZERS, Reason, evaluator
from hybridq.optimizers.scipy_call import outcome_of
from tests.optimizers.optimizer_functions import Function, Plain, Quadratic, rosenbrock, run


def _is_installed(name):
    try:
        OPTIMIZERS[name]().prepare()
    except MissingExtraError:
        return False
    return True


INSTALLED = [name for name in OPTIMIZERS if _is_installed(name)]
ABSENT = [name for name in OPTIMIZERS if name not in INSTALLED]
# They need few points, and some ten milliseconds for each; they promise no exact minimum.
SAMPLERS = [name for name in INSTALLED if name.startswith("optuna") or name == "bayesian"]
DESCENDING = [name for name in INSTALLED if name not in SAMPLERS]
# Rotosolve promises a minimum of trigonometric polynomials only.
GENERAL = [name for name in DESCENDING if name != "rotosolve"]

STOCHASTIC = ["spsa", "qn-spsa"]


def _few(method, many):
    """A budget: at most 20 values for samplers, whose time grows with the square of the number."""
    return min(many, 20) if method in SAMPLERS else many


every_optimizer = pytest.mark.parametrize("method", INSTALLED)
every_general = pytest.mark.parametrize("method", GENERAL)


# What brings the packages of those that may be absent; cmaes is among the test requirements.
EXTRAS = {"optuna-gp": "gp"}


def test_only_optimizers_with_an_optional_package_may_be_absent():
    assert set(ABSENT) <= set(EXTRAS)


@pytest.mark.parametrize("method", list(OPTIMIZERS))
def test_an_optimizer_runs_or_names_the_extra_it_lacks(method):
    objective = Quadratic([0.5, -0.5])
    if method in ABSENT:
        with pytest.raises(MissingExtraError, match=rf"'\.\[{EXTRAS[method]}\]'"):
            run(objective, [0.0, 0.0], method, max_evaluations=3)
        assert objective.seen == []
    else:
        assert run(objective, [0.0, 0.0], method, max_evaluations=3).evaluations == 3


@every_general
@pytest.mark.parametrize("with_gradient", [True, False])
def test_the_minimum_of_a_quadratic_is_found(method, with_gradient):
    quadratic = Quadratic([0.7, -1.1, 0.2], floor=-4.0)
    objective = quadratic if with_gradient else Plain(quadratic.formula)
    solution = run(objective, [0.0, 0.0, 0.0], method, max_evaluations=1500, rng=1)
    assert solution.value == pytest.approx(-4.0, abs=1e-5)
    np.testing.assert_allclose(solution.x, [0.7, -1.1, 0.2], atol=5e-3)


@pytest.mark.parametrize("method", [*SAMPLERS, "rotosolve"])
def test_those_that_promise_no_minimum_improve_on_a_poor_start(method):
    solution = run(Quadratic([0.0, 0.0]), [2.9, -2.9], method, max_evaluations=40, rng=1)
    assert solution.value < 0.25 * (2 * 2.9**2)


@every_optimizer
def test_rosenbrock_descends_and_the_value_belongs_to_the_point(method):
    start = [-1.2, 1.0]
    solution = run(rosenbrock, start, method, max_evaluations=60, rng=2)
    assert solution.value < rosenbrock(np.array(start))
    assert rosenbrock(solution.x) == solution.value


@every_optimizer
def test_a_periodic_function_is_minimized(method):
    sampling = method in SAMPLERS
    budget = 40 if sampling else 800
    start = [2.0, -2.2]
    solution = run(lambda x: -float(np.cos(x).sum()), start, method, max_evaluations=budget)
    # Samplers come near; the others find the minimum from the slope of the same period.
    assert solution.value == pytest.approx(-2.0, abs=0.6 if sampling else 1e-5)


@every_optimizer
def test_a_constant_function_ends_with_its_value(method):
    solution = run(lambda x: 3.25, [0.4, -0.3], method, max_evaluations=120, rng=0)
    assert solution.value == 3.25
    assert solution.status in ("converged", "max_evaluations")
    assert 1 <= solution.evaluations <= 120


@every_optimizer
def test_one_parameter_is_enough(method):
    solution = run(
        lambda x: 1.0 - float(np.cos(x[0] - 0.5)),
        [-1.0],
        method,
        max_evaluations=200 if method in DESCENDING else 30,
    )
    assert solution.x.shape == (1,)
    assert solution.value < (1e-5 if method not in [*SAMPLERS, *STOCHASTIC] else 0.03)


@every_optimizer
def test_two_hundred_parameters_are_not_too_many(method):
    center = np.linspace(-1.0, 1.0, 200)
    objective = Quadratic(center)
    budget = 12 if method in SAMPLERS else 210 if method in ("cobyla", "cobyqa") else 420
    solution = run(objective, np.zeros(200), method, max_evaluations=budget, rng=5)
    assert solution.evaluations <= budget
    assert solution.value <= objective.seen[0]
    if OPTIMIZERS[method].uses_gradient and method != "differential-evolution":
        assert solution.value < 1e-3 * float(center @ center)
    if method in ("cobyla", "nelder-mead", *STOCHASTIC):
        assert solution.value < objective.seen[0]


@every_optimizer
def test_noisy_values_do_not_stop_the_search(method):
    noise = np.random.default_rng(17)
    quadratic = Quadratic([0.7, -1.1])

    def noisy(x):
        return quadratic.formula(x) + 0.02 * float(noise.normal())

    differences = "difference_step" in OPTIMIZERS[method].option_names()
    settings = {"difference_step": 0.3} if differences else {}
    budget = 60 if method in SAMPLERS else 150
    solution = run(noisy, [-0.6, 0.4], method, max_evaluations=budget, rng=3, **settings)
    start = quadratic.formula(np.array([-0.6, 0.4]))
    assert quadratic.formula(solution.x) < (start if differences else 0.5 * start)


@every_optimizer
def test_a_region_of_nan_is_avoided(method):
    def half_undefined(x):
        return math.nan if x[0] < 0.0 else float(np.sum((x - [0.3, 0.2]) ** 2))

    budget = _few(method, 100)
    solution = run(half_undefined, [1.5, -0.5], method, max_evaluations=budget, rng=3)
    assert math.isfinite(solution.value)
    assert solution.x[0] >= 0.0
    assert solution.value == np.nanmin(solution.values)
    assert solution.value <= 1.44 + 0.49


@every_optimizer
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_without_any_finite_value_the_search_failed_and_says_so(method, bad):
    solution = run(lambda x: bad, [1.0, -0.5], method, max_evaluations=25, rng=3)
    assert (solution.status, solution.reason) == ("failed", Reason.NOT_FINITE)
    assert solution.not_finite == solution.evaluations
    assert math.isnan(solution.value)
    assert solution.best_evaluation == -1
    assert "finite" in solution.message
    np.testing.assert_array_equal(solution.x, [1.0, -0.5])


@every_optimizer
@pytest.mark.parametrize("budget", [1, 2, 7, 23])
def test_the_budget_is_respected_exactly(method, budget):
    objective = Plain(rosenbrock)
    solution = run(objective, [-1.2, 1.0, 0.3], method, max_evaluations=budget, rng=4)
    assert len(objective.seen) == budget
    assert solution.evaluations == budget
    assert (solution.status, solution.reason) == ("max_evaluations", Reason.MAX_EVALUATIONS)
    assert "max_evaluations" in solution.message


class Clock:
    """A clock that only the objective moves, by one second a call."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@every_optimizer
def test_no_evaluation_begins_after_the_time_limit(method, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(evaluator, "work_seconds", clock)
    calls = []

    def slow(x):
        calls.append(clock.now)
        clock.now += 1.0
        return rosenbrock(x)

    solution = run(slow, [-1.2, 1.0], method, time_limit=9.5, rng=5)
    assert calls == [100.0 + second for second in range(10)]
    assert solution.status == "time_limit"
    assert solution.seconds == 10.0


@every_optimizer
def test_the_search_ends_at_the_first_value_that_reaches_the_target(method):
    objective = Quadratic([0.0, 0.0])
    solution = run(objective, [1.0, -1.0], method, target=1.2, max_evaluations=300, rng=6)
    assert solution.status == "target"
    assert objective.seen[-1] == solution.value <= 1.2
    assert min(objective.seen[:-1]) > 1.2


@every_optimizer
def test_a_callback_that_returns_true_ends_the_search(method):
    records = []

    def callback(record):
        records.append(record)
        return record.evaluation == 5

    solution = run(rosenbrock, [-1.2, 1.0], method, callback=callback, rng=7)
    assert solution.status == "interrupted"
    assert solution.evaluations == 5
    assert [record.evaluation for record in records] == [1, 2, 3, 4, 5]
    assert [record.value for record in records] == solution.values.tolist()
    best = np.minimum.accumulate(solution.values)
    assert [record.best_value for record in records] == best.tolist()
    assert all(rosenbrock(record.x) == record.value for record in records)
    assert all(rosenbrock(record.best_x) == record.best_value for record in records)


@every_optimizer
def test_ctrl_c_returns_the_best_so_far(method):
    calls = []

    def interrupted(x):
        if len(calls) == 6:
            raise KeyboardInterrupt
        calls.append(rosenbrock(x))
        return calls[-1]

    solution = run(interrupted, [-1.2, 1.0], method, rng=8)
    assert solution.status == "interrupted"
    assert solution.values.tolist() == calls
    assert solution.value == min(calls)


@every_optimizer
def test_ctrl_c_before_the_first_value_is_raised(method):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(interrupted, [0.1, 0.2], method)


@every_optimizer
@pytest.mark.parametrize(
    "error", [ValueError("mine"), np.linalg.LinAlgError("mine"), OSError("mine")]
)
def test_what_the_objective_raises_passes_unchanged(method, error):
    calls = []

    def broken(x):
        calls.append(x)
        if len(calls) == 4:
            raise error
        return rosenbrock(x)

    with pytest.raises(type(error)) as caught:
        run(broken, [-1.2, 1.0], method, rng=8)
    assert caught.value is error


@every_optimizer
def test_history_is_what_the_objective_returned_and_the_best_of_it_wins(method):
    objective = Plain(rosenbrock)
    solution = run(objective, [-1.2, 1.0], method, max_evaluations=_few(method, 40), rng=9)
    assert solution.values.tolist() == objective.seen
    assert solution.values.dtype == np.float64
    assert solution.best_evaluation == int(np.argmin(objective.seen))
    assert solution.value == min(objective.seen)
    np.testing.assert_array_equal(solution.x, objective.points[solution.best_evaluation])


@every_optimizer
def test_the_same_seed_gives_the_same_search(method):
    first, second = (
        run(rosenbrock, [-1.2, 1.0], method, max_evaluations=_few(method, 45), rng=11)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.x, second.x)


@every_optimizer
def test_a_search_that_was_cut_short_is_resumed_to_the_same_end(method, tmp_path):
    path = tmp_path / "run.jsonl"
    budget = 14 if method in SAMPLERS else 90

    def search(**journal):
        objective = Plain(rosenbrock)
        start = [[-1.2, 1.0], [0.4, 0.9]]
        solution = run(objective, start, method, max_evaluations=budget, rng=13, **journal)
        facts = {name: value for name, value in vars(solution).items() if name != "seconds"}
        return {name: np.asarray(value).tolist() for name, value in facts.items()}, objective

    whole, once = search()
    assert search(journal=path)[0] == whole
    lines = path.read_bytes().splitlines(keepends=True)
    for kept in (len(lines) // 3, len(lines) - 2):
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][:9])
        resumed, again = search(journal=path, resume=True)
        assert resumed == whole
        assert len(again.seen) < len(once.seen)
    assert search(journal=path, resume=True)[0] == whole


@pytest.mark.parametrize(
    "method",
    [*SAMPLERS, *STOCHASTIC, "adam", "basin-hopping", "differential-evolution", "dual-annealing"],
)
def test_another_seed_gives_another_search(method):
    first, second = (
        run(rosenbrock, [-1.2, 1.0], method, max_evaluations=200, rng=seed).values
        if method not in SAMPLERS
        else run(rosenbrock, [-1.2, 1.0], method, max_evaluations=15, rng=seed).values
        for seed in (1, 2)
    )
    assert not np.array_equal(first, second)


def two_valleys(x):
    """Minima near x = 2 with about 1 and near x = -2 with about -1."""
    return float(np.sum((x**2 - 4.0) ** 2 / 4.0 + 0.5 * x))


@every_optimizer
def test_the_best_of_several_starts_wins_and_all_share_the_budget(method):
    starts = np.array([[1.8], [2.2], [-1.9]])
    solution = run(two_valleys, starts, method, max_evaluations=90, rng=12)
    assert solution.evaluations <= 90
    assert solution.x[0] == pytest.approx(-2.0, abs=0.3)
    assert solution.value <= two_valleys(starts[2])
    assert solution.start == (0 if OPTIMIZERS[method].joint_starts else 2)


@every_optimizer
def test_every_start_is_evaluated(method):
    starts = np.array([[1.8, 0.1], [2.2, -0.4], [-1.9, 0.3]])
    objective = Plain(two_valleys)
    budget = _few(method, 240)
    run(objective, starts, method, max_evaluations=budget, rng=12)
    for row in starts:
        assert any(np.allclose(row, point, rtol=0, atol=1e-12) for point in objective.points)


@every_optimizer
def test_no_point_outside_the_bounds_is_evaluated(method):
    bounds = np.array([[-1.0, 0.5], [0.0, 2.0]])
    objective = Plain(Quadratic([3.0, -3.0]).formula)
    if not OPTIMIZERS[method].takes_bounds:
        with pytest.raises(ParameterError, match="cannot keep to bounds"):
            run(objective, [0.0, 1.0], method, bounds=bounds)
        return
    budget = 60 if method in SAMPLERS else 200
    solution = run(objective, [0.0, 1.0], method, bounds=bounds, max_evaluations=budget, rng=13)
    points = np.array(objective.points)
    assert (points >= bounds[:, 0]).all()
    assert (points <= bounds[:, 1]).all()
    corner = 2.5**2 + 3.0**2
    assert solution.value < (1.5 if method in SAMPLERS else 1.05) * corner


@every_optimizer
def test_methods_that_need_bounds_say_so(method):
    if OPTIMIZERS[method].needs_bounds:
        with pytest.raises(ParameterError, match="give bounds"):
            run(rosenbrock, [0.0, 1.0], method, bounds=None)
        with pytest.raises(ParameterError, match="finite bounds"):
            run(rosenbrock, [0.0, 1.0], method, bounds=[[0, np.inf], [0, 2]])
    else:
        assert run(rosenbrock, [0.0, 1.0], method, bounds=None, max_evaluations=2).evaluations == 2


@every_optimizer
def test_gradients_are_asked_for_only_by_methods_that_use_them(method):
    class Counting(Quadratic):
        asked = 0

        def value_and_gradient(self, x):
            self.asked += 1
            return super().value_and_gradient(x)

    objective = Counting([0.5, 0.5])
    budget = _few(method, 400)
    solution = run(objective, [0.0, -1.0], method, max_evaluations=budget, rng=14)
    assert solution.gradients == objective.asked
    assert solution.evaluations == len(objective.seen)
    if not OPTIMIZERS[method].uses_gradient:
        assert objective.asked == 0
    elif method != "differential-evolution":  # its polish may lie beyond the budget
        assert objective.asked > 0


@every_optimizer
def test_nothing_is_printed_warned_or_changed(method, capsys):
    start = np.array([-1.2, 1.0])
    state = np.random.get_state()[1].copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(rosenbrock, start, method, max_evaluations=_few(method, 40), rng=15)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
    np.testing.assert_array_equal(start, [-1.2, 1.0])
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize("method", list(OPTIMIZERS))
def test_the_registry_describes_every_optimizer(method):
    entry = OPTIMIZERS[method]
    assert entry.name == method
    for line in (entry.summary, entry.cost, entry.source):
        assert line
        assert "\n" not in line
        assert len(line) <= 80
    assert "Prefer" in entry.__doc__
    assert "Cost:" in entry.__doc__
    assert "Source:" in entry.__doc__


class Batched(Function):
    """Offers `values`, and notes how many rows came at once."""

    formula = staticmethod(rosenbrock)

    def __init__(self):
        super().__init__()
        self.rows = []

    def values(self, points):
        self.rows.append(len(points))
        return np.array([self(point) for point in points])


def test_differential_evolution_hands_over_batches_and_finds_the_same():
    batched = Batched()
    one_by_one = run(rosenbrock, [-1.2, 1.0], "differential-evolution", max_evaluations=150, rng=16)
    together = run(batched, [-1.2, 1.0], "differential-evolution", max_evaluations=150, rng=16)
    assert max(batched.rows) > 1
    assert len(batched.seen) == 150
    np.testing.assert_array_equal(together.values, one_by_one.values)


def test_differential_evolution_polishes_with_the_gradient():
    objective = Quadratic([0.1, 0.2, 0.3])
    rough, fine = (
        run(objective, [1.0, 1.0, 1.0], "differential-evolution", polish=polish, rng=1)
        for polish in (False, True)
    )
    assert rough.gradients == 0 < fine.gradients
    assert fine.value < 1e-3 * rough.value


@pytest.mark.parametrize(("slope", "status"), [(1e-9, Reason.ROUNDING), (1.0, Reason.LINE_SEARCH)])
def test_trust_constr_that_stalls_is_judged_by_its_gradient(slope, status):
    """Its `jac` is a list of the constraints' Jacobians, sparse ones of bounds."""
    result = OptimizeResult(
        success=False, message="The maximum number of function evaluations is exceeded.", fun=-1.0,
        grad=np.array([slope, 0.0]), jac=[scipy.sparse.csr_array(np.eye(2))],
    )  # fmt: skip
    assert outcome_of(result).reason == status
