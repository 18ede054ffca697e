"""An experiment from its config to the last trial."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hybridq.core.errors import OutputError, ParameterError
from hybridq.core.processes import cores
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import Outcome, State
from hybridq.experiments.running import heartbeats as heartbeats_module
from hybridq.experiments.running.events import Began, Ended, Event, Note
from hybridq.experiments.running.journals import delete_journals, journal_folder
from hybridq.experiments.running.runner import carry_out, jobs_for, prepare, run, terms_of
from hybridq.experiments.running.stop_request import StopRequest, handle_signals
from hybridq.experiments.running.trial_bar import TrialBar
from hybridq.experiments.running.worker import Terms, work
from hybridq.experiments.store.store import Experiment, Store
from hybridq.experiments.trial import run as trial_module
from tests.experiments.run_samples import each_done_once, small, stored_figures, undisturbed

RunTrial = Callable[..., Outcome]

_LIMIT = 120.0  # seconds to wait for an event, on a busy machine too


@pytest.fixture(params=["sqlite:///{}/runs.db", "journal:///{}/runs.log"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store.open(request.param.format(tmp_path))


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunTrial], None]:
    """Put something else in the place of running a trial."""

    def put(run_trial: RunTrial) -> None:
        monkeypatch.setattr(trial_module, "run_trial", run_trial)

    return put


def given(conditions: Any, **_: Any) -> Outcome:
    """An outcome without any work."""
    return Outcome({"ratio": conditions["ansatz"]["p"] / 10})


def test_a_run_gives_what_the_trials_give_and_a_second_one_does_nothing(store: Store) -> None:
    config, events = small(), list[Event]()
    experiment = run(config, store, 1, events.append)
    assert stored_figures(experiment.trials()) == undisturbed(config)
    assert each_done_once(experiment)
    ended = [event for event in events if isinstance(event, Ended)]
    assert [event.number for event in ended] == list(range(8))
    assert all(event.state == State.DONE and event.value for event in ended)

    events.clear()
    run(config, store, 1, events.append)
    assert events == []


def test_only_what_is_missing_is_run(store: Store, instead: Callable[[RunTrial], None]) -> None:
    instead(given)
    run(small("repeats=1"), store, 1)
    events: list[Event] = []
    with pytest.raises(ParameterError, match="repeats"):
        run(small(), store, 1, events.append)
    experiment = run(small(), store, 1, events.append, extend=True)
    assert sum(isinstance(event, Began) for event in events) == 4
    assert experiment.counts()[State.DONE] == 8


def test_a_trial_that_raises_stops_no_other(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    def sometimes(conditions: Any, **rest: Any) -> Outcome:
        if conditions["ansatz"]["p"] == 2:
            raise ZeroDivisionError("a bug of the 2nd kind")
        return given(conditions)

    instead(sometimes)
    events: list[Event] = []
    experiment = run(small(), store, 1, events.append)
    assert experiment.counts() == {
        State.WAITING: 0,
        State.RUNNING: 0,
        State.DONE: 4,
        State.FAILED: 4,
    }
    failed = [trial for trial in experiment.trials() if trial.state == State.FAILED]
    assert all(trial.attempt == 2 for trial in failed)  # retries: 1 by default
    assert "in sometimes" in (failed[0].error or "")
    told = [event for event in events if isinstance(event, Ended) and event.error]
    assert sum(event.again for event in told) == 4
    assert told[0].error == "ZeroDivisionError: a bug of the 2nd kind"

    instead(given)
    experiment = run(small(), store, 1, retry_failed=True)
    assert experiment.counts()[State.DONE] == 8


def test_a_refusal_is_not_tried_again(store: Store, instead: Callable[[RunTrial], None]) -> None:
    def refuse(conditions: Any, **_: Any) -> Outcome:
        raise ParameterError("it makes no sense")

    instead(refuse)
    experiment = run(small("retries=5"), store, 1)
    assert len(experiment.trials(attempts=True)) == 8


def test_the_time_limit_of_the_config_reaches_the_trial(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    limits = []

    def note(conditions: Any, *, time_limit: float, **_: Any) -> Outcome:
        limits.append(time_limit)
        return given(conditions)

    instead(note)
    run(small("time_limit=2.5"), store, 1)
    assert set(limits) == {2.5}


def test_a_bar_counts_the_trials_and_keeps_the_best_value(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    def failing(conditions: Any, **_: Any) -> Outcome:
        if conditions["ansatz"]["p"] == 2:
            raise ValueError("as asked")
        return given(conditions)

    instead(failing)
    config = small()
    with TrialBar(config) as bar:
        run(config, store, 1, bar)
    line = bar.line()
    assert (line.done, line.total) == (8, 8)
    assert line.found == "4 trials, 4 failed, best ratio 0.1"


def test_asked_to_finish_no_further_trial_begins(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    instead(given)
    stop, seen = StopRequest(), list[Event]()

    def on_event(event: Event) -> None:
        seen.append(event)
        if isinstance(event, Began) and event.number == 2:
            stop.request_finish()

    counts = run(small(), store, 1, on_event, stop=stop).counts()
    assert counts[State.DONE] == 3
    assert counts[State.WAITING] == 5


def test_asked_to_abandon_the_running_trial_waits_again(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    def long(conditions: Any, **_: Any) -> Outcome:
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(30)  # which the signal interrupts
        raise AssertionError("not reached")

    instead(long)
    stop = StopRequest()

    def abandon() -> None:
        stop.request_abandon()
        stop.interrupt()

    with handle_signals({signal.SIGUSR1: abandon}):
        experiment = run(small(), store, 1, stop=stop)
    assert experiment.counts()[State.WAITING] == 8
    assert experiment.trials()[0].worker is None


def test_a_worker_goes_on_over_a_storage_that_fails_for_a_moment(
    store: Store, instead: Callable[[RunTrial], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(given)
    finish, failures = Experiment.finish, iter([True, False, True, True])

    def failing(self: Experiment, *arguments: Any) -> bool:
        recorded = finish(self, *arguments)
        if next(failures, False):
            raise OutputError("the server has gone away")  # after the write: a repeat is harmless
        return recorded

    monkeypatch.setattr(Experiment, "finish", failing)
    monkeypatch.setattr("hybridq.experiments.running.retry._FIRST_DELAY", 0.01)
    events: list[Event] = []
    experiment = run(small(), store, 1, events.append)
    assert experiment.counts()[State.DONE] == 8
    assert each_done_once(experiment)
    assert any("retrying" in event.text for event in events if isinstance(event, Note))


def test_an_experiment_deleted_during_a_trial_ends_the_run_in_one_error(
    store: Store, instead: Callable[[RunTrial], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten, beat = threading.Event(), Experiment.beat

    def noted(self: Experiment, worker: str) -> None:
        try:
            beat(self, worker)
        except ParameterError:
            beaten.set()
            raise

    def deleting(conditions: Any, **_: Any) -> Outcome:
        store.delete("small")
        assert beaten.wait(_LIMIT)
        return given(conditions)

    complaints: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", complaints.append)
    monkeypatch.setattr(heartbeats_module, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(Experiment, "beat", noted)
    instead(deleting)
    with pytest.raises(ParameterError, match="was deleted"):
        run(small(), store, 1)
    assert complaints == []


def test_a_trial_whose_journal_is_held_by_another_runs_without_one(
    store: Store, instead: Callable[[RunTrial], None]
) -> None:
    def held(conditions: Any, *, journal_path: Path | None, **_: Any) -> Outcome:
        if journal_path is not None:
            raise OutputError("the journal is in use by another process")
        return given(conditions)

    instead(held)
    assert run(small(), store, 1).counts()[State.DONE] == 8


def test_workers_wait_for_more_as_long_as_they_are_told(
    store: Store, instead: Callable[[RunTrial], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(given)
    experiment = prepare(small(), store).experiment
    waited = []

    def wait(self: StopRequest, seconds: float) -> None:
        if not waited:
            prepare(small("repeats=3"), Store.open(store.url), extend=True)
        waited.append(seconds)

    monkeypatch.setattr(StopRequest, "sleep", wait)
    work(Terms(store.url, "small"))
    assert not waited
    assert experiment.counts()[State.DONE] == 8
    work(Terms(store.url, "small", wait=1.0))
    assert experiment.counts()[State.DONE] == 12
    assert sum(waited[1:]) >= 1.0  # again, after the last trial


def test_a_runner_waits_for_the_trials_of_others(
    store: Store, instead: Callable[[RunTrial], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial that another worker runs may have to be taken up, should that one die."""
    instead(given)
    config = small()
    experiment = prepare(config, store).experiment
    experiment.beat("other")
    claimed = experiment.claim("other")
    assert claimed is not None
    there = Store.open(store.url).experiment("small")
    released = threading.Timer(0.5, there.release, (claimed,))
    released.start()
    carry_out(experiment, terms_of(config, store), 1)
    released.join()
    assert experiment.counts()[State.DONE] == 8


def test_jobs_are_as_many_as_there_are_trials_at_most(store: Store) -> None:
    experiment = prepare(small(), store).experiment
    assert jobs_for(experiment) == min(cores(), 8)
    assert jobs_for(experiment, 3) == 3
    assert jobs_for(experiment, 100) == 8
    with pytest.raises(ParameterError, match="jobs must be an integer >= 1, got 0"):
        jobs_for(experiment, 0)
    with pytest.raises(ParameterError, match="jobs must be an integer >= 1, got 0"):
        run(small(), store, 0)
    run(small(), store, 1)
    assert jobs_for(experiment) == 0


def test_two_processes_give_what_one_gives(tmp_path: Path) -> None:
    config, store = small(), Store.open(f"sqlite:///{tmp_path}/runs.db")
    events: list[Event] = []
    experiment = run(config, store, 2, events.append)
    assert stored_figures(experiment.trials()) == undisturbed(config)
    assert each_done_once(experiment)
    assert sum(isinstance(event, Ended) for event in events) == len(plan(config))


def test_a_worker_says_that_it_lives(
    store: Store, instead: Callable[[RunTrial], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats_module, "BEAT_SECONDS", 0.02)
    beats: list[str] = []
    beat = Experiment.beat

    enough = threading.Event()

    def noted(self: Experiment, worker: str) -> None:
        beat(self, worker)
        beats.append(worker)
        if len(beats) > 3:
            enough.set()

    monkeypatch.setattr(Experiment, "beat", noted)

    def slow(conditions: Any, **_: Any) -> Outcome:
        assert enough.wait(_LIMIT)
        return given(conditions)

    instead(slow)
    run(small("repeats=1"), store, 1)
    assert len(set(beats)) == 1


def test_a_run_leaves_no_folder_of_journals(store: Store) -> None:
    run(small(), store, jobs=1)
    folder = journal_folder(store.url, "small")
    assert not folder.parent.exists()


def test_a_folder_with_a_journal_stays_until_the_experiment_is_deleted(store: Store) -> None:
    folder = journal_folder(store.url, "small")
    folder.mkdir(parents=True)
    (folder / "cut-short.jsonl").touch()
    run(small(), store, jobs=1)
    assert (folder / "cut-short.jsonl").exists()
    delete_journals(store.url, "small")
    assert not folder.parent.exists()
    delete_journals(store.url, "small")  # nothing there is nothing to do
