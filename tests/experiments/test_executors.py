"""Trials on executors: each once, with the outcomes of any other run."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hybridq.core.errors import HybridqError, ParameterError
from hybridq.experiments.config.config import parse_config
from hybridq.experiments.records import State
from hybridq.experiments.running.runner import run
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.store.store import Store

TRIALS = 24
TEXT = f"""
name: {{name}}
problem: {{{{kind: random-regular, nodes: 8, degree: 3, instances: {TRIALS}}}}}
ansatz: {{{{kind: qaoa, p: 1}}}}
engine: {{{{kind: diagonal, kernels: numpy}}}}
output: {{{{arrays: [values]}}}}
"""


def config(name, further=""):
    return parse_config(TEXT.format(name=name) + further)


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/runs.db") as opened:
        yield opened


def figures(experiment):
    """Return what trials found, by identity, without times and places."""
    trials = experiment.trials(attempts=True)
    assert [trial.state for trial in trials] == [State.DONE] * TRIALS
    assert len({trial.identity for trial in trials}) == TRIALS
    return {
        trial.identity: (
            {name: value for name, value in trial.outcome.metrics.items() if "seconds" not in name},
            trial.outcome.parameters,
            trial.outcome.convergence,
            experiment.arrays(trial)["values"].tolist(),
        )
        for trial in trials
    }


def test_outcomes_do_not_depend_on_the_executor(store):
    expected = figures(run(config("one by one"), store, 1))
    assert figures(run(config("serial", "executor: serial\n"), store)) == expected
    with ThreadPoolExecutor(3) as pool:
        assert figures(run(config("threads"), store, executor=pool)) == expected


def test_a_dask_worker_that_is_killed_loses_nothing(store):
    distributed = pytest.importorskip("distributed")
    expected = figures(run(config("here"), store, 1))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        killed = threading.Event()

        def kill(event):
            if type(event).__name__ == "Ended" and not killed.is_set():
                killed.set()
                os.kill(cluster.workers[0].process.pid, signal.SIGKILL)

        found = run(
            config("there"), store, on_event=kill, executor=f"dask://{cluster.scheduler_address}"
        )
        assert killed.is_set()
        assert figures(found) == expected


def test_a_stopped_run_leaves_the_rest_waiting(store):
    stop = StopRequest()

    def finish(event):
        if type(event).__name__ == "Ended":
            stop.request_finish()

    experiment = run(config("stopped"), store, executor="serial", on_event=finish, stop=stop)
    counts = experiment.counts()
    assert counts[State.DONE] >= 1
    assert counts[State.WAITING] == TRIALS - counts[State.DONE]
    assert len(figures(run(config("stopped"), store, executor="serial"))) == TRIALS


def test_a_failed_trial_is_tried_again_and_recorded(store, monkeypatch):
    def failing(conditions, **options):
        raise ValueError("no luck")

    monkeypatch.setattr("hybridq.experiments.trial.run.run_trial", failing)
    experiment = run(config("bad", "retries: 1\n"), store, executor="serial")
    assert experiment.counts()[State.FAILED] == TRIALS
    attempts = experiment.trials(attempts=True)
    assert len(attempts) == 2 * TRIALS
    assert {trial.reason for trial in attempts} == {"ValueError: no luck"}


def test_runs_that_an_executor_cannot_do_are_refused(store):
    with pytest.raises(ParameterError, match="executor has workers of its own"):
        run(config("jobs"), store, 2, executor="serial")
    with pytest.raises(ParameterError, match="time limit of trials cannot be kept"):
        run(config("limited", "time_limit: 5\n"), store, executor="serial")
    with pytest.raises(HybridqError, match="processes:4"):
        run(config("many"), store, executor="processes:x")
