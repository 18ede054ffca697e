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


def test_failed_trials_of_a_batch_do_not_reach_the_model(shared):
    def half(x):
        return np.nan if x[0] > 0.0 else float(x @ x)

    search(half, batch=4, max_evaluations=8, **shared)
    trials = optuna.load_study(storage=shared["storage"], study_name="ours").trials
    states = [trial.state for trial in trials]
    assert set(states) == {optuna.trial.TrialState.FAIL, optuna.trial.TrialState.COMPLETE}
    assert all(
        (trial.params["x0"] > 0.0) == (trial.state == optuna.trial.TrialState.FAIL)
        for trial in trials
    )


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


def test_processes_share_one_study(shared, tmp_path):
    code = """
        import pathlib, sys, time
        from hybridq.optimizers import minimize
        mine, other = (pathlib.Path(sys.argv[3], seed) for seed in sys.argv[2:5:2])
        def f(x):
            mine.touch()
            give_up = time.monotonic() + 300
            while not other.exists() and time.monotonic() < give_up:
                time.sleep(0.01)  # until both search
            return float(x @ x)
        s = minimize(f, [1.0, 1.0], "optuna-tpe", bounds=[[-3, 3]] * 2, max_evaluations=8,
                     storage=sys.argv[1], study_name="ours", rng=int(sys.argv[2]))
        print(s.value)
    """
    optuna.storages.RDBStorage(shared["storage"])  # SQLite tables, made once
    workers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", textwrap.dedent(code)),
                *(shared["storage"], seed, str(tmp_path), other),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, other in (("1", "2"), ("2", "1"))
    ]
    values = [float(worker.communicate(timeout=600)[0]) for worker in workers]
    study = optuna.load_study(storage=shared["storage"], study_name="ours")
    assert 15 <= len(study.trials) <= 16  # one may begin at the other's best
    assert all(trial.state.is_finished() for trial in study.trials)
    assert study.best_value == min(values)


def test_a_study_of_another_search_is_refused(shared):
    search(Batched(), **shared)
    objective = Batched()
    with pytest.raises(ParameterError, match=r"parameter 0 within \[-3.0, 3.0\]"):
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
