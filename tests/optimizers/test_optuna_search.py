"""Batches, samplers by name and studies that several processes share."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import optuna
import pytest

from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.optimizers import minimize
from hybridq.optimizers.capabilities import Units
from tests.optimizers.optimizer_functions import Quadratic

BOX = [[-3.0, 3.0]] * 2


class Batched(Quadratic):
    """Notes how many rows came at once."""

    def __init__(self):
        super().__init__([0.5, -0.5])
        self.rows = []

    def values(self, points):
        self.rows.append(len(points))
        return np.array([self(point) for point in points])


def search(objective, method="optuna-random", **settings):
    settings = {"bounds": BOX, "rng": 1, "max_evaluations": 20, **settings}
    return minimize(objective, [1.0, 1.0], method, **settings)


@pytest.fixture
def shared(tmp_path):
    return {"storage": f"sqlite:///{tmp_path}/search.db", "study_name": "ours"}


@pytest.mark.parametrize("method", ["optuna-random", "optuna-tpe", "optuna-qmc"])
def test_batches_are_evaluated_together_and_end_with_the_budget(method):
    objective = Batched()
    solution = search(objective, method, batch=8)
    assert objective.rows == [8, 8, 4]
    assert solution.evaluations == 20
    again = search(Batched(), method, batch=8)
    np.testing.assert_array_equal(solution.values, again.values)


def test_a_database_in_memory_serves_one_search():
    solution = search(lambda x: float(x @ x), storage="sqlite://", study_name="ours")
    assert solution.evaluations == 20


def test_random_trials_do_not_depend_on_the_batch():
    one, many = (search(Batched(), batch=batch) for batch in (1, 5))
    np.testing.assert_allclose(np.sort(one.values), np.sort(many.values))


@pytest.mark.parametrize("batch", [1, 4])
def test_the_sampler_is_told_a_penalty_for_values_that_are_not_finite(shared, batch):
    def half(x):
        return np.nan if x[0] > 0.0 else float(x @ x)

    solution = minimize(
        half, [-1.0, 1.0], "optuna-random", bounds=BOX, rng=1, batch=batch, max_evaluations=12,
        **shared,
    )  # fmt: skip
    trials = optuna.load_study(storage=shared["storage"], study_name="ours").trials
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}
    bad = [trial for trial in trials if trial.params["theta_1"] > 0.0]
    assert 0 < len(bad) < len(trials)
    assert all(trial.user_attrs["not_finite"] for trial in bad)
    assert all(not trial.user_attrs for trial in trials if trial not in bad)
    finite = [trial.value for trial in trials if trial not in bad]
    assert min(trial.value for trial in bad) > finite[0]
    assert solution.value == min(finite)
    assert f"{len(bad)} of {len(trials)} values were not finite" in solution.message


def test_a_penalty_is_never_the_best_of_a_study(shared):
    """The search of a process that joins begins at the best finite point."""
    seen = []

    def mostly_undefined(x):
        seen.append(x)
        return np.inf if len(seen) < 5 else 1e6 + float(x @ x)

    search(mostly_undefined, "optuna-random", max_evaluations=8, **shared)
    study = optuna.load_study(storage=shared["storage"], study_name="ours")
    assert "not_finite" not in study.best_trial.user_attrs


@pytest.mark.parametrize("name", ["TPESampler", "nsga-ii", "NSGAII", "random", "NSGAIIISampler"])
def test_any_sampler_of_optuna_goes_by_its_name(name):
    solution = search(Batched(), "optuna", sampler=name)
    assert solution.evaluations == 20
    np.testing.assert_array_equal(solution.values, search(Batched(), "optuna", sampler=name).values)


def test_the_preset_and_its_name_are_the_same_search():
    by_name, preset = (
        search(Batched(), method, **options)
        for method, options in [("optuna", {"sampler": "tpe"}), ("optuna-tpe", {})]
    )
    np.testing.assert_array_equal(by_name.values, preset.values)


@pytest.mark.parametrize("name", ["grid", "bruteforce", "tpe2", "Base"])
def test_other_samplers_are_refused_with_those_that_fit(name):
    objective = Batched()
    with pytest.raises(UnknownNameError, match=r"choose from .*nsgaii.*tpe"):
        search(objective, "optuna", sampler=name)
    assert objective.seen == []


def test_a_study_is_continued_from_its_best_point(shared):
    first = search(Batched(), **shared)
    objective = Batched()
    second = search(objective, rng=2, max_evaluations=5, **shared)
    np.testing.assert_array_equal(objective.points[0], first.x)
    assert second.value <= first.value
    # The best point is evaluated outside the study, instead of x0.
    trials = optuna.load_study(storage=shared["storage"], study_name="ours").trials
    assert len(trials) == 24
    assert all(trial.state.is_finished() for trial in trials)


def test_processes_share_one_study_and_with_one_seed_draw_other_points(shared, tmp_path):
    code = """
        import pathlib, sys, time
        from hybridq.optimizers import minimize
        mine, other = (pathlib.Path(sys.argv[2], name) for name in sys.argv[3:5])
        def f(x):
            mine.touch()
            give_up = time.monotonic() + 300
            while not other.exists() and time.monotonic() < give_up:
                time.sleep(0.01)  # until both search
            return float(x @ x)
        s = minimize(f, [1.0, 1.0], "optuna-tpe", bounds=[[-3, 3]] * 2, max_evaluations=15,
                     storage=sys.argv[1], study_name="ours", rng=7)
        print(s.value)
    """
    optuna.storages.RDBStorage(shared["storage"])  # SQLite tables, made once
    workers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", textwrap.dedent(code), shared["storage"], str(tmp_path)),
                *(mine, other),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine, other in (("a", "b"), ("b", "a"))
    ]
    values = [float(worker.communicate(timeout=600)[0]) for worker in workers]
    study = optuna.load_study(storage=shared["storage"], study_name="ours")
    assert 29 <= len(study.trials) <= 30  # one may begin at the other's best
    assert all(trial.state.is_finished() for trial in study.trials)
    assert study.best_value == min(values)
    points = [tuple(trial.params.values()) for trial in study.trials]
    drawn = [point for point in points if point != (1.0, 1.0)]
    assert len(drawn) >= 28
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("method", ["optuna-random", "optuna-tpe", "optuna-qmc"])
def test_later_processes_with_one_seed_draw_other_points_and_the_first_as_alone(shared, method):
    alone = Batched()
    search(alone, method, max_evaluations=10)
    first, second, third = Batched(), Batched(), Batched()
    for objective in (first, second, third):
        search(objective, method, max_evaluations=10, **shared)
    np.testing.assert_array_equal(first.points, alone.points)
    drawn = [tuple(x) for x in [*first.points, *second.points[1:], *third.points[1:]]]
    assert len(set(drawn)) == len(drawn) == 28


class Known(Quadratic):
    """A function with names, units and an identity."""

    def __init__(self, problem="a", shots=None):
        super().__init__([0.5, -0.5])
        self.units = Units(("gamma_1", "beta_1"), np.array([1 / 128, 1.0]), 128.0)
        self.identity = {"kind": "expectation", "hamiltonian": problem, "engine": "diagonal"}
        if shots:
            self.identity.update(shots=shots, seed=shots)


def test_a_study_has_the_names_and_units_of_the_user(shared):
    objective = Known()
    search(objective, **shared)
    trials = optuna.load_study(storage=shared["storage"], study_name="ours").trials
    for trial, point, value in zip(trials, objective.points, objective.seen, strict=True):
        assert trial.params == {"gamma_1": point[0] / 128, "beta_1": point[1]}
        assert trial.value == 128.0 * value
    assert trials[0].distributions["gamma_1"].high == 3.0 / 128
    second = Known()
    found = search(second, rng=2, max_evaluations=3, **shared)
    assert found.evaluations == 3
    assert second.seen[0] == min(objective.seen)


def test_a_study_of_another_problem_is_refused(shared):
    search(Known(), **shared)
    attributes = optuna.load_study(storage=shared["storage"], study_name="ours").user_attrs
    assert attributes["hybridq"] == {"objective": "expectation", "problem": "a"}
    other = Known("b")
    with pytest.raises(ParameterError, match="is of another problem: its problem is a and that"):
        search(other, **shared)
    with pytest.raises(ParameterError, match="is of another shots"):
        search(Known(shots=10), **shared)
    assert other.seen == []
    search(Known(shots=10), storage=shared["storage"], study_name="shots")
    again = Known(shots=10)
    again.identity["seed"] = 11  # each process has its own
    search(again, storage=shared["storage"], study_name="shots", rng=4, max_evaluations=3)
    assert len(again.seen) == 3


def test_a_study_of_an_earlier_version_is_refused(shared):
    study = optuna.create_study(storage=shared["storage"], study_name="ours")
    box = {name: optuna.distributions.FloatDistribution(-3.0, 3.0) for name in ("x0", "x1")}
    study.add_trial(
        optuna.trial.create_trial(params={"x0": 0.0, "x1": 1.0}, distributions=box, value=1.0)
    )
    with pytest.raises(ParameterError, match="has the parameters x0, x1 and this search theta_1"):
        search(Batched(), **shared)


def test_a_study_of_another_search_is_refused(shared):
    search(Batched(), **shared)
    objective = Batched()
    with pytest.raises(ParameterError, match=r"theta_1 within \[-3.0, 3.0\]"):
        search(objective, bounds=[[-2.0, 3.0]] * 2, **shared)
    with pytest.raises(ParameterError, match="has 2 parameters and this search 1"):
        minimize(objective, [1.0], "optuna-random", bounds=BOX[:1], **shared)
    optuna.create_study(storage=shared["storage"], study_name="up", direction="maximize")
    with pytest.raises(ParameterError, match="does not minimize"):
        search(objective, storage=shared["storage"], study_name="up")
    assert objective.seen == []


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("sqlite:////nowhere/at/all/x.db", OutputError, "cannot be reached"),
        ("postgresql://me:secret@localhost:1/x", OutputError, "cannot be reached"),
        ("not a url", ParameterError, "must be a URL"),
        ("mysql+abacus://me:secret@host/x", ParameterError, "must be a URL"),
    ],
)
def test_a_storage_out_of_reach_is_refused_before_work(url, error, words):
    objective = Batched()
    with pytest.raises(error, match=words) as caught:
        search(objective, storage=url, study_name="ours")
    assert "secret" not in str(caught.value)
    assert objective.seen == []


def test_a_shared_search_takes_no_journal(shared, tmp_path):
    with pytest.raises(ParameterError, match="leave the journal out"):
        search(Batched(), journal=tmp_path / "run.journal", **shared)
