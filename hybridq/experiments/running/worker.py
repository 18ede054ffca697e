"""A worker, which claims trials, runs them and stores their outcomes."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from hybridq.core.errors import CapacityError, HybridqError, OutputError
from hybridq.experiments.records import State
from hybridq.experiments.running.events import Began, Ended, Note, OnEvent, ignore
from hybridq.experiments.running.heartbeats import DEAD_AFTER, heartbeats
from hybridq.experiments.running.journals import (
    is_linked,
    journal_file,
    journal_folder,
    leave_folder,
    set_aside,
)
from hybridq.experiments.running.retry import retry
from hybridq.experiments.running.stop_request import Abandoned, StopRequest
from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from hybridq.experiments.records import Outcome
    from hybridq.experiments.store.store import ClaimedTrial, Experiment

T = TypeVar("T")

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 1.0  # seconds between two searches for trials


@dataclass(frozen=True)
class Terms:
    """Settings of a worker.

    Attributes:
        url: URL of the storage.
        name: name of the experiment.
        threads: threads of the simulator, None for all cores.
        base: folder of the config's files that the store does not contain.
        wait: seconds to wait for more trials once none is left.
        for_others: wait as long as other workers run trials, which may be released.
    """

    url: str
    name: str
    threads: int | None = None
    base: str | None = None
    wait: float = 0.0
    for_others: bool = False

    def to_line(self) -> str:
        """Return the terms as one line of JSON, without the line end."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Terms:
        """Return the terms in a line of `to_line`."""
        return cls(**json.loads(line))


def work(terms: Terms, *, on_event: OnEvent | None = None, stop: StopRequest | None = None) -> None:
    """Work on an experiment until no trial is left or a stop is requested.

    Args:
        terms: settings of the worker.
        on_event: called when a trial begins and ends.
        stop: set by signal handlers and threads to finish or to abandon.

    Raises:
        OutputError: the storage cannot be reached or keeps failing.
    """
    from hybridq.experiments.store.store import Store

    experiment = Store.open(terms.url).experiment(terms.name)
    work_on(experiment, terms, on_event=on_event, stop=stop)


def work_on(
    experiment: Experiment,
    terms: Terms,
    *,
    on_event: OnEvent | None = None,
    stop: StopRequest | None = None,
) -> None:
    """Work on an open experiment; see `work`."""
    _Worker(experiment, terms, on_event or ignore, stop or StopRequest()).work()


class _Worker:
    """A worker in this process."""

    def __init__(
        self, experiment: Experiment, terms: Terms, on_event: OnEvent, stop: StopRequest
    ) -> None:
        from hybridq.experiments.store.heartbeat import new_worker

        self._experiment = experiment
        self._terms = terms
        self._emit = on_event
        self._stop = stop
        self._id = new_worker()
        config = experiment.config
        self._retries = int(config.get("retries", 0))
        self._time_limit = config.get("time_limit")
        self._arrays = experiment.wanted_arrays
        experiment.check_artifacts()
        self._journals: Path | None = None
        if config.get("journal", True):
            folder = journal_folder(terms.url, experiment.name)
            self._journals = None if is_linked(folder) else folder
            with suppress(OSError):  # trials then run without journals
                folder.mkdir(parents=True, exist_ok=True)

    def work(self) -> None:
        """Claim and run trials until none is left."""
        self._retry(lambda: self._experiment.release_dead(DEAD_AFTER))
        try:
            self._work()
        finally:
            self._remove_empty_folder()

    def _work(self) -> None:
        with heartbeats(self._experiment, self._id, self._retry):
            idle, delay = 0.0, _FIRST_DELAY
            while not self._stop.finish:
                claimed = self._retry(lambda: self._experiment.claim(self._id))
                if claimed is not None:
                    idle, delay = 0.0, _FIRST_DELAY
                    self._run(claimed)
                    continue
                if idle >= self._terms.wait and not self._others_are_running():
                    return
                self._stop.sleep(delay)
                idle, delay = idle + delay, min(2 * delay, _LONGEST_DELAY)

    def _others_are_running(self) -> bool:
        if not self._terms.for_others:
            return False
        counts = self._retry(self._experiment.counts)
        return counts[State.RUNNING] + counts[State.WAITING] > 0

    def _run(self, claimed: ClaimedTrial) -> None:
        experiment = self._experiment
        self._emit(
            Began(self._id, claimed.trial_id, claimed.number, claimed.identity, claimed.attempt)
        )
        began = perf_counter()
        try:
            with self._stop.trial():
                outcome = self._outcome(claimed)
        except (Abandoned, KeyboardInterrupt) as error:
            self._retry(lambda: experiment.release(claimed))
            self._report_end(claimed, State.WAITING, began)
            if isinstance(error, KeyboardInterrupt):
                raise
        except Exception as error:
            text = traceback.format_exc()
            retries = self._retries if is_transient(error) else 0
            self._retry(lambda: experiment.fail(claimed, text, retries))
            again = claimed.attempt <= retries
            self._report_end(claimed, State.FAILED, began, error=reason_of(text), again=again)
        else:
            recorded = self._retry(lambda: experiment.finish(claimed, outcome))
            self._delete_journal(claimed)
            value = outcome.metrics.get(experiment.metric)
            self._report_end(claimed, State.DONE, began, recorded=recorded, value=value)

    def _outcome(self, claimed: ClaimedTrial) -> Outcome:
        """Run the trial, journaled where possible."""
        from hybridq.experiments.trial.run import run_trial

        def outcome(journal: Path | None) -> Outcome:
            return run_trial(
                claimed.conditions,
                instances=self._experiment.contents,
                base=self._terms.base,
                threads=self._terms.threads,
                journal_path=journal,
                time_limit=self._time_limit,
                arrays=self._arrays,
            )

        journal = self._journal(claimed)
        if journal is not None and (not claimed.again or journal.is_symlink()):
            journal = journal if set_aside(journal) else None
        try:
            return outcome(journal)
        except OutputError:
            # A worker that was taken for dead holds the journal, or the disk is full.
            if journal is None:
                raise
            return outcome(None)

    def _journal(self, claimed: ClaimedTrial) -> Path | None:
        return None if self._journals is None else journal_file(self._journals, claimed.identity)

    def _remove_empty_folder(self) -> None:
        """Remove an empty folder of journals unless another worker may use it."""
        if self._journals is None:
            return
        with suppress(HybridqError):
            counts = self._experiment.counts()
            if not counts[State.RUNNING] + counts[State.WAITING]:
                leave_folder(self._journals)

    def _delete_journal(self, claimed: ClaimedTrial) -> None:
        journal = self._journal(claimed)
        if journal is not None:
            for path in (journal, journal.with_name(f"{journal.name}.stale")):
                path.unlink(missing_ok=True)

    def _report_end(
        self, claimed: ClaimedTrial, state: State, began: float, **facts: object
    ) -> None:
        seconds = perf_counter() - began
        event = Ended(
            self._id,
            claimed.number,
            claimed.identity,
            state,
            seconds=seconds,
            **facts,  # type: ignore[arg-type]
        )
        self._emit(event)

    def _retry(self, call: Callable[[], T]) -> T:
        return retry(call, self._stop, lambda text: self._emit(Note(text)))


def is_transient(error: Exception) -> bool:
    """True if a retry may succeed; errors of hybridq itself would recur."""
    return not isinstance(error, HybridqError) or isinstance(error, OutputError | CapacityError)
