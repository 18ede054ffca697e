"""Workers in processes of their own; here scripts stand in for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from hybridq.core.errors import HybridqError, OutputError
from hybridq.experiments.records import State
from hybridq.experiments.running import worker_pool as pool_module
from hybridq.experiments.running.events import Counted, Ended, Event, Note
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.running.worker import Terms
from hybridq.experiments.running.worker_pool import MAX_DEATHS_PER_TRIAL, WorkerPool

# What every script begins with: it reads its terms and can tell of trials.
HEAD = """
import json, os, signal, sys, time
terms = json.loads(sys.stdin.readline())
def tell(kind, **fields):
    print(json.dumps([kind, fields]), flush=True)
def began(number):
    tell("Began", worker="w", trial_id=number, number=number, identity=str(number), attempt=1)
def ended(number):
    tell("Ended", worker="w", number=number, identity=str(number), state="done", value=0.5)
"""


class Experiments:
    """Takes note of what is done to the experiment."""

    name = "scripted"

    def __init__(self) -> None:
        self.failed: list[tuple[int, str]] = []
        self.freed = 0

    def release_dead(self, timeout: float) -> int:
        self.freed += 1
        return 1

    def fail(self, claimed: Any, error: str, retries: int) -> None:
        assert retries == 0
        self.failed.append((claimed.number, error))

    def counts(self) -> dict[State, int]:
        return dict.fromkeys(State, 0)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Experiments, list[Event]]]:
    """Run a pool of this script; return the experiment and the events."""

    def work(
        script: str,
        jobs: int = 1,
        *,
        stop: StopRequest | None = None,
        time_limit: float | None = None,
    ) -> tuple[Experiments, list[Event]]:
        monkeypatch.setattr(pool_module, "_COMMAND", [sys.executable, "-S", "-c", HEAD + script])
        experiment, events = Experiments(), list[Event]()
        WorkerPool(
            experiment,  # type: ignore[arg-type]
            Terms("sqlite:///x.db", "scripted", threads=1),
            jobs,
            time_limit=time_limit,
            on_event=events.append,
            stop=stop or StopRequest(),
        ).work()
        return experiment, events

    return work


def test_what_workers_tell_is_handed_on(pool: Callable[..., Any]) -> None:
    experiment, events = pool("began(3); ended(3)", jobs=2)
    assert [event.number for event in events] == [3, 3, 3, 3]
    assert sum(isinstance(event, Ended) for event in events) == 2
    assert experiment.freed == 0


def test_workers_get_their_share_of_threads(pool: Callable[..., Any]) -> None:
    script = """
tell("Note", text=os.environ["NUMBA_NUM_THREADS"] + os.environ["OMP_NUM_THREADS"])
tell("Note", text=terms["name"])
"""
    _, events = pool(script)
    assert events == [Note("11"), Note("scripted")]


def test_a_worker_that_is_killed_is_replaced(pool: Callable[..., Any], tmp_path: Any) -> None:
    mark = tmp_path / "died"
    script = f"""
began(7)
if not os.path.exists({str(mark)!r}):
    open({str(mark)!r}, "w").close()
    os.kill(os.getpid(), signal.SIGKILL)
ended(7)
"""
    experiment, events = pool(script)
    assert Note("a worker died over trial 7 (killed by SIGKILL), which is run again") in events
    assert isinstance(events[-1], Ended)
    assert experiment.freed == 1
    assert experiment.failed == []


def test_a_storage_that_fails_for_a_moment_ends_no_worker(
    pool: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(call: Callable[..., Any]) -> Callable[..., Any]:
        left = iter([True])

        def once(*arguments: Any) -> Any:
            if next(left, False):
                raise OutputError("the server has gone away")
            return call(*arguments)

        return once

    monkeypatch.setattr(pool_module, "_COUNT_SECONDS", 0.0)
    for name in ("counts", "release_dead"):
        monkeypatch.setattr(Experiments, name, failing(getattr(Experiments, name)))
    mark = tmp_path / "died"
    script = f"""
if not os.path.exists({str(mark)!r}):
    open({str(mark)!r}, "w").close()
    sys.exit(1)
began(7); ended(7)
"""
    experiment, events = pool(script)
    assert isinstance([one for one in events if not isinstance(one, Counted | Note)][-1], Ended)
    assert any("retrying" in one.text for one in events if isinstance(one, Note))
    assert experiment.freed == 1


def test_a_trial_that_kills_its_workers_fails_in_the_end(
    pool: Callable[..., Any], tmp_path: Any
) -> None:
    deaths = tmp_path / "deaths"
    deaths.touch()
    script = f"""
if os.path.getsize({str(deaths)!r}) < {MAX_DEATHS_PER_TRIAL}:
    with open({str(deaths)!r}, "a") as file:
        file.write("x")
    began(7)
    print("cannot allocate 64 GiB", file=sys.stderr)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    experiment, events = pool(script)
    ((number, error),) = experiment.failed
    assert number == 7
    assert error.startswith("WorkerDied: 3 workers died over this trial (killed by SIGKILL)")
    assert "memory" in error
    assert error.endswith("cannot allocate 64 GiB")
    assert [event.state for event in events if isinstance(event, Ended)] == [State.FAILED]


def test_workers_that_cannot_even_begin_are_no_endless_story(pool: Callable[..., Any]) -> None:
    with pytest.raises(HybridqError, match=r"died in a row \(exit status 1; .*: no such module\)"):
        pool("raise ImportError('no such module')")


def test_a_worker_that_gives_up_says_why(pool: Callable[..., Any]) -> None:
    with pytest.raises(OutputError, match="the server is gone"):
        pool("tell('Note', text='the server is gone'); sys.exit(2)", jobs=2)


def test_a_trial_far_beyond_its_time_limit_is_ended_with_its_process(
    pool: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_GRACE_SECONDS", 0.1)
    mark = tmp_path / "hung"
    script = f"""
if not os.path.exists({str(mark)!r}):
    open({str(mark)!r}, "w").close()
    began(4)
    time.sleep(60)
"""
    experiment, _ = pool(script, time_limit=0.2)
    assert experiment.failed[0][0] == 4
    assert "its time limit of 0.2 s" in experiment.failed[0][1]


def test_asked_to_finish_workers_are_told(pool: Callable[..., Any]) -> None:
    stop = StopRequest()
    threading.Timer(0.2, stop.request_finish).start()
    script = "began(1); assert sys.stdin.readline() == 'finish\\n'; ended(1)"
    _, events = pool(script, jobs=2, stop=stop)
    assert sum(isinstance(event, Ended) for event in events) == 2


def test_asked_to_abandon_workers_are_ended_even_if_they_do_not_listen(
    pool: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_GRACE_SECONDS", 0.3)
    stop = StopRequest()
    threading.Timer(0.3, stop.request_abandon).start()
    script = "signal.signal(signal.SIGTERM, signal.SIG_IGN); began(1); time.sleep(60); ended(1)"
    experiment, events = pool(script, jobs=2, stop=stop)
    assert not any(isinstance(event, Ended) for event in events)
    assert experiment.freed == 2
    assert experiment.failed == []
