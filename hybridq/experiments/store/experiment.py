"""An experiment in a store: add, claim, finish and read its trials."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Outcome, Plain, Planned, State, StoredTrial
from hybridq.experiments.store import optuna_parameters
from hybridq.experiments.store.artifacts import (
    Artifacts,
    artifact_folder,
    check_artifact_folder,
)
from hybridq.experiments.store.contents import stored_contents
from hybridq.experiments.store.experiment_facts import FACTS, Facts
from hybridq.experiments.store.heartbeat import heartbeat, release_expired, write_heartbeat
from hybridq.experiments.store.trial_record import (
    LONGEST_ERROR,
    TrialRecord,
    one_per_identity,
    outcome_attribute,
    stored_trial,
    waiting_attributes,
)
from hybridq.experiments.store.trials import Ended, NewTrial, Progress, Trials
from hybridq.experiments.tracebacks import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from optuna.distributions import BaseDistribution

_ENDED = (State.DONE, State.FAILED)


@dataclass(frozen=True)
class ClaimedTrial:
    """A trial that a worker has claimed.

    Attributes:
        again: True if a worker has started it before, and may have left a journal.
    """

    trial_id: int
    number: int
    identity: str
    conditions: Plain
    attempt: int
    worker: str
    again: bool = False


class Experiment:
    """An experiment; `Store.create` and `Store.experiment` return these.

    Any number of processes may use it at the same time. Every method that writes may be called
    again after it has raised: nothing is recorded twice.

    Every method raises `OutputError` if the storage fails, and `ParameterError` if the experiment
    has been deleted.

    Args:
        name: name of the experiment.
        trials: its trials in the storage.
        translate: a context that converts storage exceptions to errors of hybridq.
        url: URL of the storage.
    """

    def __init__(
        self,
        name: str,
        trials: Trials,
        translate: Callable[[], AbstractContextManager[None]],
        url: str,
    ) -> None:
        self.name = name
        self._url = url
        self._trials = trials
        self._translate = translate
        self._queue: list[int] = []  # ids of the trials to claim next, in reverse

    @cached_property
    def facts(self) -> Facts:
        """Config, metric and origin."""
        with self._translate():
            return Facts.read(self._trials.attributes(FACTS)[FACTS])

    @property
    def config(self) -> Plain:
        """Config of the latest run; see `Facts`."""
        return self.facts.config

    @property
    def metric(self) -> str:
        """Metric that tables show; see `Facts`."""
        return self.facts.metric

    @property
    def direction(self) -> str:
        """Direction in which the metric improves; see `Facts`."""
        return self.facts.direction

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Contents of the instance files by their SHA-256."""
        with self._translate():
            return stored_contents(self._trials)

    @cached_property
    def artifacts(self) -> Artifacts:
        """Files of the arrays."""
        return Artifacts(self._url, {"name": self.name, "created": self.facts.created})

    def check_artifacts(self) -> None:
        """Raise if arrays are requested and cannot be written; see `artifact_folder`."""
        if self.wanted_arrays:
            check_artifact_folder(self._url, self.config)

    @property
    def wanted_arrays(self) -> list[str]:
        """Names in `ARRAYS` that are kept of each trial."""
        return (self.config.get("output") or {}).get("arrays", [])

    def arrays(self, trial: StoredTrial) -> dict[str, NDArray[Any]]:
        """Return the arrays of a finished trial by name (see `ARRAYS`), empty if none.

        Raises:
            OutputError: they were stored and cannot be read.
        """
        return self.artifacts.read(trial) if trial.arrays else {}

    def enqueue(
        self, planned: Iterable[Planned], progress: Progress | None = None, *, failed: bool = False
    ) -> int:
        """Add the missing trials to the queue.

        Args:
            planned: all trials of the plan.
            progress: called with the number of added trials and the number to add.
            failed: retry trials of which every attempt has failed.

        Returns:
            the number of added trials.
        """
        new = [self._new(one) for one in planned]

        def wanted(heads: list[TrialRecord], new: Sequence[NewTrial]) -> list[NewTrial]:
            there = {head.identity: head for head in one_per_identity(heads)}
            missing: dict[str, NewTrial] = {}
            for one in new:
                head = there.get(one.identity)
                if head is None:
                    missing.setdefault(one.identity, one)
                elif failed and head.state is State.FAILED:
                    one.attributes["attempt"] = head.attempt + 1
                    missing.setdefault(one.identity, one)
            return list(missing.values())

        with self._translate():
            return self._trials.add(new, wanted, progress)

    def claim(self, worker: str) -> ClaimedTrial | None:
        """Claim a waiting trial; return None if none waits."""
        return next(iter(self.claim_block(worker, 1)), None)

    def claim_block(self, worker: str, most: int) -> list[ClaimedTrial]:
        """Claim up to `most` waiting trials at once; return none if none waits.

        A single worker gets them in order. Several start at random places, which keeps collisions
        rare.
        """
        with self._translate():
            while self._queue or self._fill_queue():
                ids = self._queue[: -most - 1 : -1]
                del self._queue[-most:]
                records = self._trials.claim(ids, worker)
                if len(records) < len(ids):  # another worker was faster
                    self._queue = []
                if records:
                    return [_claimed(record, worker) for record in records]
        return []

    def finish(self, claimed: ClaimedTrial, outcome: Outcome) -> bool:
        """Record the outcome of a trial.

        Returns:
            False if another worker had finished it, having taken this one for dead. Then nothing
            changes: the same trial has the same outcome.
        """
        return self.finish_block([(claimed, outcome)])[0]

    def finish_block(self, ended: Sequence[tuple[ClaimedTrial, Outcome]]) -> list[bool]:
        """Record the outcomes of trials at once; see `finish`."""
        with self._translate():
            return self._trials.finish([self._ended(*one) for one in ended])

    def _ended(self, claimed: ClaimedTrial, outcome: Outcome) -> Ended:
        """Return the end of a trial, with its arrays kept."""
        arrays: Plain = {}
        # Arrays of a trial that has ended must not be replaced.
        if outcome.arrays and self._check_same(claimed).state not in _ENDED:
            arrays = self.artifacts.keep(
                self._trials.storage,
                claimed.trial_id,
                claimed.identity,
                outcome.arrays,
                artifact_folder(self._url, self.config),
            )
        result = outcome_attribute(outcome, claimed.worker, self._trials.clock(), arrays)
        return Ended(claimed.trial_id, claimed.identity, result, self._value(outcome))

    def fail(self, claimed: ClaimedTrial, error: str, retries: int = 0) -> None:
        """Record the failure of a trial, and retry it if allowed.

        Args:
            claimed: the trial.
            error: the traceback.
            retries: most retries after the first attempt.
        """
        what = {
            "traceback": shortened(error, LONGEST_ERROR),
            "worker": claimed.worker,
            "finished": self._trials.clock(),
        }
        with self._translate():
            self._check_same(claimed)
            if claimed.attempt <= retries:
                # Before the failure is recorded: a kill in between must not lose the retry.
                self._retry(claimed)
            self._trials.fail(claimed.trial_id, what)

    def release(self, claimed: ClaimedTrial) -> None:
        """Return a claimed trial to the queue."""
        with self._translate():
            self._check_same(claimed)
            self._trials.release(claimed.trial_id)

    def release_dead(self, timeout: float) -> int:
        """Return the trials of dead workers to the queue.

        Args:
            timeout: seconds without a heartbeat after which a worker counts as dead.

        Returns:
            the number of released trials.
        """
        with self._translate():
            return release_expired(self._trials, timeout)

    def beat(self, worker: str) -> None:
        """Record a heartbeat of this process's worker."""
        with self._translate():
            write_heartbeat(self._trials, worker, heartbeat(self._trials.clock()))

    def leave(self, worker: str) -> None:
        """Record that this worker has ended."""
        with self._translate():
            beat = {**heartbeat(self._trials.clock()), "left": True}
            write_heartbeat(self._trials, worker, beat)

    def counts(self) -> dict[State, int]:
        """Return the number of trials in each state, retries counted once."""
        with self._translate():
            return self._trials.counts()

    def trials(
        self, states: Collection[State] | None = None, *, attempts: bool = False
    ) -> list[StoredTrial]:
        """Return the trials by number.

        Args:
            states: return only trials in one of these.
            attempts: include failed attempts of trials that were retried.
        """
        with self._translate():
            records = self._trials.records()
        if not attempts:
            records = one_per_identity(records)
        return [
            stored_trial(record) for record in records if states is None or record.state in states
        ]

    def best(self) -> StoredTrial | None:
        """Return the trial with the best value of the metric, None if none is done."""
        with self._translate():
            trial_id = self._trials.best()
            return None if trial_id is None else stored_trial(self._trials.record(trial_id))

    def _new(self, planned: Planned, attempt: int = 1) -> NewTrial:
        known = self.distributions
        params = optuna_parameters.parameters(planned.swept, known)
        return NewTrial(waiting_attributes(planned, attempt), params, known)

    @cached_property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Optuna's distribution of each condition that differs between trials."""
        from optuna.distributions import json_to_distribution

        return {name: json_to_distribution(text) for name, text in self.facts.swept.items()}

    def _fill_queue(self) -> bool:
        """Read the waiting trials; return False if none waits."""
        records = one_per_identity(self._trials.headers())
        waiting = [record.trial_id for record in records if record.state is State.WAITING]
        if waiting and any(record.state is State.RUNNING for record in records):
            start = random.randrange(len(waiting))
            waiting = waiting[start:] + waiting[:start]
        self._queue = waiting[::-1]
        return bool(waiting)

    def _check_same(self, claimed: ClaimedTrial) -> TrialRecord:
        """Return the claimed trial; raise if its number now belongs to another.

        A database reuses the numbers of deleted trials.
        """
        record = self._trials.record(claimed.trial_id)
        if record.identity != claimed.identity:
            raise KeyError(claimed.trial_id)
        return record

    def _retry(self, claimed: ClaimedTrial) -> None:
        record = self._trials.record(claimed.trial_id)
        attributes = {name: record.attributes[name] for name in ("identity", "conditions", "swept")}
        again = NewTrial(
            {**attributes, "attempt": claimed.attempt + 1},
            optuna_parameters.parameters(attributes["swept"], self.distributions),
            self.distributions,
        )

        def wanted(heads: list[TrialRecord], new: Sequence[NewTrial]) -> list[NewTrial]:
            there = any(
                head.identity == claimed.identity and head.attempt > claimed.attempt
                for head in heads
            ) or any(head.trial_id == claimed.trial_id and head.state in _ENDED for head in heads)
            return [] if there else list(new)

        self._trials.add([again], wanted, None)

    def _value(self, outcome: Outcome) -> float:
        """Return the metric for Optuna, the worst value where the trial has none."""
        value = outcome.metrics.get(self.metric)
        if value is None or math.isnan(value):
            return math.inf if self.direction == "minimize" else -math.inf
        return float(value)


def _claimed(record: TrialRecord, worker: str) -> ClaimedTrial:
    """Return the claim of a trial, from its record before the claim."""
    return ClaimedTrial(
        trial_id=record.trial_id,
        number=record.number,
        identity=record.identity,
        conditions=record.attributes["conditions"],
        attempt=record.attempt,
        worker=worker,
        again="worker" in record.attributes or record.attempt > 1,
    )
