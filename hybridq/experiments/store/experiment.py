"""An experiment in a store: its trials are added, claimed, finished and read."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Outcome, Plain, Planned, State, StoredTrial
from hybridq.experiments.store import swept
from hybridq.experiments.store.artifacts import (
    Artifacts,
    artifact_folder,
    check_artifact_folder,
)
from hybridq.experiments.store.contents import stored_contents
from hybridq.experiments.store.effective import effective
from hybridq.experiments.store.facts import FACTS, Facts
from hybridq.experiments.store.heartbeat import sign_of_life
from hybridq.experiments.store.left_behind import leave_sign, release_left
from hybridq.experiments.store.trial_record import LONGEST_ERROR, Row, described, packed, stored
from hybridq.experiments.store.trials import NewTrial, Progress, Trials
from hybridq.experiments.tracebacks import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from optuna.distributions import BaseDistribution

_ENDED = (State.DONE, State.FAILED)


@dataclass(frozen=True)
class Claimed:
    """A trial that is this worker's to run.

    Attributes:
        again: whether a worker has begun it before, and may have left a journal.
    """

    trial_id: int
    number: int
    identity: str
    conditions: Plain
    attempt: int
    worker: str
    again: bool = False


class Experiment:
    """One experiment; `Store.create` and `Store.experiment` make these.

    Any number of processes may hold one each and call what they like at the same time. All that
    writes may be called again after it has raised: nothing is recorded twice.

    Every method raises `OutputError` where the storage fails, and `ParameterError` where somebody
    has deleted the experiment.

    Args:
        name: of the experiment.
        trials: its trials in the storage.
        told: a context that tells failures of the storage as errors of hybridq.
        url: of the storage.
    """

    def __init__(
        self, name: str, trials: Trials, told: Callable[[], AbstractContextManager[None]], url: str
    ) -> None:
        self.name = name
        self._url = url
        self._trials = trials
        self._told = told
        self._ahead: list[int] = []  # trials to be claimed next, in reverse

    @cached_property
    def facts(self) -> Facts:
        """What the experiment is."""
        with self._told():
            return Facts.read(self._trials.attributes(FACTS)[FACTS])

    @property
    def config(self) -> Plain:
        """See `Facts`."""
        return self.facts.config

    @property
    def metric(self) -> str:
        """See `Facts`."""
        return self.facts.metric

    @property
    def direction(self) -> str:
        """See `Facts`."""
        return self.facts.direction

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """What the files of its instances hold, by the SHA-256 of that."""
        with self._told():
            return stored_contents(self._trials)

    @cached_property
    def artifacts(self) -> Artifacts:
        """The files of its arrays."""
        return Artifacts(self._url, {"name": self.name, "created": self.facts.created})

    def check_artifacts(self) -> None:
        """Refuse to run where arrays are asked for and cannot be written; see `artifact_folder`."""
        if self.wanted_arrays:
            check_artifact_folder(self._url, self.config)

    @property
    def wanted_arrays(self) -> list[str]:
        """Which of `ARRAYS` are kept of each trial."""
        return (self.config.get("output") or {}).get("arrays", [])

    def arrays(self, trial: StoredTrial) -> dict[str, NDArray[Any]]:
        """The arrays of a trial that is done, by name (see `ARRAYS`); empty if none were kept.

        Raises:
            OutputError: they were kept and cannot be read.
        """
        return self.artifacts.read(trial) if trial.arrays else {}

    def enqueue(
        self, planned: Iterable[Planned], progress: Progress | None = None, *, failed: bool = False
    ) -> int:
        """Add the trials that are not there yet; they wait to be claimed.

        Args:
            planned: all that there should be.
            progress: called with how many are added and how many there are to add.
            failed: also those of which every attempt has failed, once more.

        Returns:
            how many were added.
        """
        new = [self._new(one) for one in planned]

        def wanted(heads: list[Row], new: Sequence[NewTrial]) -> list[NewTrial]:
            there = {head.identity: head for head in effective(heads)}
            missing: dict[str, NewTrial] = {}
            for one in new:
                head = there.get(one.identity)
                if head is None:
                    missing.setdefault(one.identity, one)
                elif failed and head.state is State.FAILED:
                    one.attributes["attempt"] = head.attempt + 1
                    missing.setdefault(one.identity, one)
            return list(missing.values())

        with self._told():
            return self._trials.add(new, wanted, progress)

    def claim(self, worker: str) -> Claimed | None:
        """A waiting trial that is now this worker's; None if none waits.

        A worker that is alone gets them in order. Several begin at random places, so that they
        seldom reach for the same one.
        """
        with self._told():
            while True:
                if not self._ahead and not self._look_ahead():
                    return None
                row = self._trials.row(self._ahead.pop())  # once claimed, it names this worker
                if self._trials.claim(row.trial_id, worker):
                    return _claimed(row, worker)
                self._ahead = []

    def finish(self, claimed: Claimed, outcome: Outcome) -> bool:
        """Record what a trial gave.

        Returns:
            False if somebody else had finished it, having taken this worker for dead. Then nothing
            is changed: the same trial gives the same again.
        """
        with self._told():
            if self._check_same(claimed).state in _ENDED:
                return False  # before its arrays are replaced
            arrays: Plain = {}
            if outcome.arrays:
                arrays = self.artifacts.keep(
                    self._trials.storage,
                    claimed.trial_id,
                    claimed.identity,
                    outcome.arrays,
                    artifact_folder(self._url, self.config),
                )
            result = packed(outcome, claimed.worker, time.time(), arrays)
            return self._trials.finish(claimed.trial_id, result, self._value(outcome))

    def fail(self, claimed: Claimed, error: str, retries: int = 0) -> None:
        """Record that a trial failed, and let it be tried again if it may.

        Args:
            claimed: the trial.
            error: the traceback.
            retries: how often it may be tried again after the first attempt.
        """
        what = {
            "traceback": shortened(error, LONGEST_ERROR),
            "worker": claimed.worker,
            "finished": time.time(),
        }
        with self._told():
            self._check_same(claimed)
            if claimed.attempt <= retries:
                # Before the failure is recorded: a kill in between must not lose the retry.
                self._retry(claimed)
            self._trials.fail(claimed.trial_id, what)

    def release(self, claimed: Claimed) -> None:
        """Let a claimed trial wait for another worker."""
        with self._told():
            self._check_same(claimed)
            self._trials.release(claimed.trial_id)

    def release_dead(self, timeout: float) -> int:
        """Let the trials of dead workers wait again.

        Args:
            timeout: seconds without a sign of life after which a worker counts as dead.

        Returns:
            how many trials were freed.
        """
        with self._told():
            return release_left(self._trials, timeout)

    def beat(self, worker: str) -> None:
        """Leave a sign of life of this process's worker."""
        with self._told():
            leave_sign(self._trials, worker, sign_of_life())

    def leave(self, worker: str) -> None:
        """Say that this worker has ended."""
        with self._told():
            leave_sign(self._trials, worker, {**sign_of_life(), "left": True})

    def counts(self) -> dict[State, int]:
        """How many trials stand where; of several attempts of one trial only one counts."""
        with self._told():
            return self._trials.counts()

    def trials(
        self, states: Collection[State] | None = None, *, attempts: bool = False
    ) -> list[StoredTrial]:
        """The trials by number.

        Args:
            states: only those in one of these.
            attempts: failed attempts too of trials that were tried again.
        """
        with self._told():
            rows = self._trials.rows()
        if not attempts:
            rows = effective(rows)
        return [stored(row) for row in rows if states is None or row.state in states]

    def best(self) -> StoredTrial | None:
        """The trial with the best value of the metric; None if none is done."""
        with self._told():
            trial_id = self._trials.best()
            return None if trial_id is None else stored(self._trials.row(trial_id))

    def _new(self, planned: Planned, attempt: int = 1) -> NewTrial:
        known = self.distributions
        params = swept.placed(planned.swept, known)
        return NewTrial(described(planned, attempt), params, known)

    @cached_property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Optuna's distribution of each condition that differs between trials."""
        from optuna.distributions import json_to_distribution

        return {name: json_to_distribution(text) for name, text in self.facts.swept.items()}

    def _look_ahead(self) -> bool:
        """Find out which trials wait."""
        rows = effective(self._trials.heads())
        waiting = [row.trial_id for row in rows if row.state is State.WAITING]
        if waiting and any(row.state is State.RUNNING for row in rows):
            start = random.randrange(len(waiting))
            waiting = waiting[start:] + waiting[:start]
        self._ahead = waiting[::-1]
        return bool(waiting)

    def _check_same(self, claimed: Claimed) -> Row:
        """The trial; a database numbers new ones as deleted ones were, which are others."""
        row = self._trials.row(claimed.trial_id)
        if row.identity != claimed.identity:
            raise KeyError(claimed.trial_id)
        return row

    def _retry(self, claimed: Claimed) -> None:
        row = self._trials.row(claimed.trial_id)
        attributes = {name: row.attributes[name] for name in ("identity", "conditions", "swept")}
        again = NewTrial(
            {**attributes, "attempt": claimed.attempt + 1},
            swept.placed(attributes["swept"], self.distributions),
            self.distributions,
        )

        def wanted(heads: list[Row], new: Sequence[NewTrial]) -> list[NewTrial]:
            there = any(
                head.identity == claimed.identity and head.attempt > claimed.attempt
                for head in heads
            ) or any(head.trial_id == claimed.trial_id and head.state in _ENDED for head in heads)
            return [] if there else list(new)

        self._trials.add([again], wanted, None)

    def _value(self, outcome: Outcome) -> float:
        """The metric for Optuna, which knows no trial without one: then the worst there is."""
        value = outcome.metrics.get(self.metric)
        if value is None or math.isnan(value):
            return math.inf if self.direction == "minimize" else -math.inf
        return float(value)


def _claimed(row: Row, worker: str) -> Claimed:
    """Return a trial as its worker takes it, from what the storage said of it before."""
    return Claimed(
        trial_id=row.trial_id,
        number=row.number,
        identity=row.identity,
        conditions=row.attributes["conditions"],
        attempt=row.attempt,
        worker=worker,
        again="worker" in row.attributes or row.attempt > 1,
    )
