"""Requests that a run end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from hybridq.core.errors import OutputError
from hybridq.experiments.records import State
from hybridq.experiments.running.events import (
    Began,
    Counted,
    Ended,
    Event,
    Note,
    from_line,
    to_line,
)
from hybridq.experiments.running.journals import journal_folder
from hybridq.experiments.running.retry import retry
from hybridq.experiments.running.stop_request import Abandoned, StopRequest, handle_signals


@pytest.mark.parametrize(
    "event",
    [
        Began("here-1", 7, 3, "abc", 2),
        Ended("here-1", 3, "abc", State.DONE, value=0.1 + 0.2, seconds=1e-3),
        Ended("here-1", 3, "abc", State.FAILED, error="naïve\nüber", again=True),
        Counted(1, 2, 3, 4),
        Note("a line\nand another"),
    ],
)
def test_events_cross_a_pipe_unchanged(event: Event) -> None:
    line = to_line(event)
    assert "\n" not in line
    assert from_line(line) == event


def test_a_signal_interrupts_a_trial_and_nothing_else() -> None:
    stop = StopRequest()

    def abandon() -> None:
        stop.request_abandon()
        stop.interrupt()

    with handle_signals({signal.SIGUSR1: abandon}):
        os.kill(os.getpid(), signal.SIGUSR1)  # between two trials: only taken note of
        assert stop.abandon
        assert stop.finish
        with pytest.raises(Abandoned), stop.trial():
            pytest.fail("asked for before it began")
        stop.abandon = False
        with pytest.raises(Abandoned), stop.trial():
            signal.raise_signal(signal.SIGUSR1)
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_abandoned_is_no_failure_that_a_trial_could_swallow() -> None:
    assert not issubclass(Abandoned, Exception | KeyboardInterrupt)


def test_sleep_ends_when_asked_to_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, naps = StopRequest(), list[float]()

    def nap(seconds: float) -> None:
        naps.append(seconds)
        stop.request_finish()

    monkeypatch.setattr("hybridq.experiments.running.stop_request.time.sleep", nap)
    stop.sleep(3600)
    stop.sleep(3600)
    assert len(naps) == 1
    assert naps[0] < 1


def test_a_storage_that_fails_for_a_while_is_waited_for() -> None:
    answers = [OutputError("the server restarts"), OutputError("still"), 42]
    told: list[str] = []

    def call() -> int:
        answer = answers.pop(0)
        if isinstance(answer, OutputError):
            raise answer
        return answer

    assert retry(call, StopRequest(), told.append) == 42
    assert told[0].startswith("the server restarts; retrying")
    assert told[1].startswith("the storage has recovered")
    assert len(told) == 2


def test_a_storage_that_goes_on_failing_is_given_up() -> None:
    def call() -> None:
        raise OutputError("no space left on the device")

    with pytest.raises(OutputError, match="no space left"):
        retry(call, StopRequest(), lambda text: None, seconds=0.0)


def test_journals_are_beside_a_file_and_in_the_cache_for_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert journal_folder("sqlite:////data/runs.db", "a") == Path("/data/runs.db.journals/a")
    assert journal_folder("journal:///runs.log", "../a") == Path("runs.log.journals/..%2Fa")
    here = journal_folder("postgresql://me:secret@host/db", "a")
    assert here.is_relative_to(tmp_path / "hybridq" / "journals")
    assert "secret" not in str(here)
    assert here == journal_folder("postgresql://me:other@host/db", "a")
