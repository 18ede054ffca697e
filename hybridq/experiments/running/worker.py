"""A worker: claims trials one after the other, runs them, and stores what they gave."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from hybridq.core.errors import CapacityError, HybridqError, OutputError
from hybridq.experiments.records import State
from hybridq.experiments.running.events import Began, Ended, Note, OnEvent, ignore
from hybridq.experiments.running.journals import (
    is_linked,
    journal_file,
    journal_folder,
    leave_folder,
    set_aside,
)
from hybridq.experiments.running.patience import patiently
from hybridq.experiments.running.stop import Abandoned, Stop
from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from hybridq.experiments.records import Outcome
    from hybridq.experiments.store.store import Claimed, Experiment

T = TypeVar("T")

BEAT_SECONDS = 10.0
DEAD_AFTER = 60.0
"""Seconds without a sign of life after which a worker's trials go to others."""

_NAPS = (0.05, 1.0)  # seconds between two looks for trials: at first, and at most


@dataclass(frozen=True)
class Terms:
    """What a worker has to know.

    Attributes:
        url: of the storage.
        name: of the experiment.
        threads: of the simulator, None for all cores.
        base: the folder that files in the config are relative to, where the store has not their
            contents.
        wait: seconds to look for more once nothing is left.
        for_others: wait as long as another worker runs trials, which may have to be taken up.
    """

    url: str
    name: str
    threads: int | None = None
    base: str | None = None
    wait: float = 0.0
    for_others: bool = False

    def to_line(self) -> str:
        """The terms as one line of JSON, without the end of the line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Terms:
        """The terms that `to_line` made this line of."""
        return cls(**json.loads(line))


def work(terms: Terms, *, on_event: OnEvent | None = None, stop: Stop | None = None) -> None:
    """Work on an experiment until none of its trials is left, or until it is asked to stop.

    Args:
        terms: which experiment, and how.
        on_event: told when a trial begins and ends.
        stop: may be asked to finish or to abandon, from signals and threads.

    Raises:
        OutputError: the storage cannot be reached or fails for long.
    """
    from hybridq.experiments.store.store import Store

    experiment = Store.open(terms.url).experiment(terms.name)
    work_on(experiment, terms, on_event=on_event, stop=stop)


def work_on(
    experiment: Experiment,
    terms: Terms,
    *,
    on_event: OnEvent | None = None,
    stop: Stop | None = None,
) -> None:
    """`work` on an experiment that is open already."""
    _Worker(experiment, terms, on_event or ignore, stop or Stop()).work()


class _Worker:
    def __init__(self, experiment: Experiment, terms: Terms, on_event: OnEvent, stop: Stop) -> None:
        from hybridq.experiments.store.heartbeat import new_worker

        self._experiment = experiment
        self._terms = terms
        self._tell = on_event
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
            with suppress(OSError):  # then trials go unjournaled
                folder.mkdir(parents=True, exist_ok=True)

    def work(self) -> None:
        """Claim and run until nothing is left."""
        self._patiently(lambda: self._experiment.release_dead(DEAD_AFTER))
        try:
            self._work()
        finally:
            self._leave_journals()

    def _work(self) -> None:
        with self._heart():
            idle, nap = 0.0, _NAPS[0]
            while not self._stop.finish:
                claimed = self._patiently(lambda: self._experiment.claim(self._id))
                if claimed is not None:
                    idle, nap = 0.0, _NAPS[0]
                    self._run(claimed)
                    continue
                if idle >= self._terms.wait and not self._others_run():
                    return
                self._stop.sleep(nap)
                idle, nap = idle + nap, min(2 * nap, _NAPS[1])

    def _others_run(self) -> bool:
        if not self._terms.for_others:
            return False
        counts = self._patiently(self._experiment.counts)
        return counts[State.RUNNING] + counts[State.WAITING] > 0

    def _run(self, claimed: Claimed) -> None:
        experiment = self._experiment
        self._tell(
            Began(self._id, claimed.trial_id, claimed.number, claimed.identity, claimed.attempt)
        )
        began = perf_counter()
        try:
            with self._stop.trial():
                outcome = self._outcome(claimed)
        except (Abandoned, KeyboardInterrupt) as error:
            self._patiently(lambda: experiment.release(claimed))
            self._ended(claimed, State.WAITING, began)
            if isinstance(error, KeyboardInterrupt):
                raise
        except Exception as error:
            text = traceback.format_exc()
            retries = self._retries if _may_differ_next_time(error) else 0
            self._patiently(lambda: experiment.fail(claimed, text, retries))
            again = claimed.attempt <= retries
            self._ended(claimed, State.FAILED, began, error=reason_of(text), again=again)
        else:
            recorded = self._patiently(lambda: experiment.finish(claimed, outcome))
            self._forget_journal(claimed)
            value = outcome.metrics.get(experiment.metric)
            self._ended(claimed, State.DONE, began, recorded=recorded, value=value)

    def _outcome(self, claimed: Claimed) -> Outcome:
        """What the trial gives, journaled where that can be."""
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
            # The journal is held by a worker that was taken for dead, or the disk is full.
            if journal is None:
                raise
            return outcome(None)

    def _journal(self, claimed: Claimed) -> Path | None:
        return None if self._journals is None else journal_file(self._journals, claimed.identity)

    def _leave_journals(self) -> None:
        """Leave no empty folder, unless another worker may be about to write there."""
        if self._journals is None:
            return
        with suppress(HybridqError):
            counts = self._experiment.counts()
            if not counts[State.RUNNING] + counts[State.WAITING]:
                leave_folder(self._journals)

    def _forget_journal(self, claimed: Claimed) -> None:
        journal = self._journal(claimed)
        if journal is not None:
            for path in (journal, journal.with_name(f"{journal.name}.stale")):
                path.unlink(missing_ok=True)

    def _ended(self, claimed: Claimed, state: State, began: float, **facts: object) -> None:
        seconds = perf_counter() - began
        event = Ended(
            self._id,
            claimed.number,
            claimed.identity,
            state,
            seconds=seconds,
            **facts,  # type: ignore[arg-type]
        )
        self._tell(event)

    def _patiently(self, call: Callable[[], T]) -> T:
        return patiently(call, self._stop, lambda text: self._tell(Note(text)))

    @contextmanager
    def _heart(self) -> Iterator[None]:
        """Signs of life from a thread, which also frees the trials of workers that gave none."""
        ended = threading.Event()

        def beat() -> None:
            while True:
                with suppress(HybridqError):  # the worker itself tells of a storage that fails
                    self._experiment.beat(self._id)
                    self._experiment.release_dead(DEAD_AFTER)
                if ended.wait(BEAT_SECONDS):
                    return

        self._patiently(lambda: self._experiment.beat(self._id))
        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(BEAT_SECONDS)
            with suppress(HybridqError):
                self._experiment.leave(self._id)


def _may_differ_next_time(error: Exception) -> bool:
    """Whether trying again makes sense: a refusal by hybridq itself would be the same again."""
    return not isinstance(error, HybridqError) or isinstance(error, OutputError | CapacityError)
