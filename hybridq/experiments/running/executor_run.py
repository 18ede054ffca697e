"""Trials of an experiment on an executor; this process keeps the store."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import HybridqError, ParameterError
from hybridq.core.mapper import Mapper, WorkerLostError, result_of
from hybridq.experiments.records import Outcome, State, canonical
from hybridq.experiments.running.events import Began, Ended, Note, OnEvent
from hybridq.experiments.running.heartbeats import heartbeats
from hybridq.experiments.running.retry import retry
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from hybridq.experiments.running.worker import Terms
    from hybridq.experiments.store.store import ClaimedTrial, Experiment

BLOCK = 64
"""Trials that are claimed, and that are recorded, in one transaction."""

_FLUSH_SECONDS = 1.0  # after which outcomes are recorded, however few


@dataclass(frozen=True)
class Task:
    """A trial as a worker gets it, plain data.

    Attributes:
        conditions: see `run_trial`.
        instances: bytes of the instance files that the conditions name, by SHA-256.
    """

    conditions: Mapping[str, Any]
    instances: Mapping[str, bytes]


@dataclass(frozen=True)
class Report:
    """A trial as a worker returns it.

    Attributes:
        outcome: None where it failed.
        error: the traceback of a failure.
        transient: whether a retry may succeed.
        seconds: duration of the trial.
    """

    outcome: Outcome | None
    error: str
    transient: bool
    seconds: float


def run_task(task: Task, base: str | None, threads: int, arrays: list[str]) -> Report:
    """Run a trial; workers call this."""
    from hybridq.experiments.running.worker import is_transient
    from hybridq.experiments.trial.run import run_trial

    began = monotonic()
    try:
        outcome = run_trial(
            task.conditions, instances=task.instances, base=base, threads=threads, arrays=arrays
        )
    except Exception as error:
        return Report(None, traceback.format_exc(), is_transient(error), monotonic() - began)
    return Report(outcome, "", False, monotonic() - began)


class ExecutorRun:
    """A run of the waiting trials of an experiment on an executor.

    Trials have no journals: a worker may be on another machine. Outcomes are those of any other
    run, bit for bit. The trials of a lost worker are run again.

    Args:
        experiment: the trials.
        terms: settings of the workers; one thread each by default.
        mapper: the executor.
        on_event: called with every event.
        stop: requests to finish or to abandon.

    Raises:
        ParameterError: the config limits the time of a trial.
    """

    def __init__(
        self,
        experiment: Experiment,
        terms: Terms,
        mapper: Mapper,
        on_event: OnEvent,
        stop: StopRequest,
    ) -> None:
        from hybridq.experiments.store.heartbeat import new_worker

        if experiment.config.get("time_limit") is not None:
            raise ParameterError(
                "a time limit of trials cannot be kept by workers of an executor",
                argument="time_limit",
                remedy="limit the search with budget.seconds, or leave out the executor",
            )
        self._experiment, self._mapper = experiment, mapper
        self._emit, self._stop = on_event, stop
        self._id = new_worker()
        self._retries = int(experiment.config.get("retries", 0))
        experiment.check_artifacts()
        self._run = partial(
            run_task,
            base=terms.base,
            threads=terms.threads or 1,
            arrays=experiment.wanted_arrays,
        )
        self._out: dict[str, ClaimedTrial] = {}  # claimed and not recorded
        self._done: list[tuple[ClaimedTrial, Report]] = []
        self._flushed = monotonic()

    def work(self) -> None:
        """Run trials until none waits and no other worker runs one.

        Raises:
            OutputError: the storage keeps failing.
            HybridqError: workers were lost over the same trials again and again.
        """
        with heartbeats(self._experiment, self._id, self._retry):
            try:
                while not self._stop.finish:
                    for claimed, report in self._mapper.stream(self._run, self._tasks()):
                        self._collect(claimed, result_of(report))
                        if self._stop.abandon:
                            return
                    self._flush()
                    if not self._others_are_running():
                        return
                    self._stop.sleep(1.0)
            except WorkerLostError as error:
                raise HybridqError(
                    f"{error}; the trials wait in the store", remedy="run the same command again"
                ) from error
            finally:
                self._flush()
                for claimed in self._out.values():
                    self._retry(partial(self._experiment.release, claimed))

    def _tasks(self) -> Iterator[tuple[ClaimedTrial, Task]]:
        """Yield trials as workers become free."""
        while not self._stop.finish:
            block = self._retry(lambda: self._experiment.claim_block(self._id, BLOCK))
            if not block:
                return
            self._out.update((claimed.identity, claimed) for claimed in block)
            for claimed in block:
                if self._stop.finish:
                    return
                self._emit(
                    Began(
                        self._id,
                        claimed.trial_id,
                        claimed.number,
                        claimed.identity,
                        claimed.attempt,
                    )
                )
                yield claimed, Task(claimed.conditions, self._instances(claimed))

    def _instances(self, claimed: ClaimedTrial) -> dict[str, bytes]:
        """Return the instance files that a trial names."""
        text = canonical(claimed.conditions)
        return {key: data for key, data in self._experiment.contents.items() if key in text}

    def _collect(self, claimed: ClaimedTrial, report: Report) -> None:
        """Take the report of a trial; record those that wait where they are many or old."""
        self._done.append((claimed, report))
        if len(self._done) >= BLOCK or monotonic() - self._flushed > _FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        """Record the trials that have ended."""
        done, self._done = self._done, []
        ended = [(claimed, report.outcome) for claimed, report in done if report.outcome]
        if ended:
            self._retry(lambda: self._experiment.finish_block(ended))
        for claimed, report in done:
            if report.outcome is None:
                retries = self._retries if report.transient else 0
                self._retry(partial(self._experiment.fail, claimed, report.error, retries))
            self._out.pop(claimed.identity, None)
            self._report(claimed, report)
        self._flushed = monotonic()

    def _report(self, claimed: ClaimedTrial, report: Report) -> None:
        """Emit the end of a trial."""
        if report.outcome is None:
            again = report.transient and claimed.attempt <= self._retries
            ended = Ended(
                self._id, claimed.number, claimed.identity, State.FAILED,
                seconds=report.seconds, error=reason_of(report.error), again=again,
            )  # fmt: skip
        else:
            value = report.outcome.metrics.get(self._experiment.metric)
            ended = Ended(
                self._id, claimed.number, claimed.identity, State.DONE,
                seconds=report.seconds, value=value,
            )  # fmt: skip
        self._emit(ended)

    def _others_are_running(self) -> bool:
        counts = self._retry(self._experiment.counts)
        return counts[State.RUNNING] + counts[State.WAITING] > 0

    def _retry(self, call: Any) -> Any:
        return retry(call, self._stop, lambda text: self._emit(Note(text)))
