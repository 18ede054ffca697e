"""Trials of one experiment, through the interface of Optuna's storages."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.trial_record import TrialRecord, count_by_state

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, TrialState

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of trials that are added and the number to add."""

Clock: TypeAlias = Callable[[], float]
"""Returns the time in seconds since 1970."""


@dataclass(frozen=True)
class NewTrial:
    """A trial to add: its attributes and its parameters for Optuna."""

    attributes: Plain
    params: Plain
    distributions: dict[str, BaseDistribution]

    @property
    def identity(self) -> str:
        """Digest of the trial's facts."""
        return str(self.attributes["identity"])


@dataclass(frozen=True)
class Ended:
    """A trial that is done.

    Attributes:
        trial_id: the number of its record.
        identity: digest of the trial's facts.
        result: its outcome as an attribute.
        value: the metric, for Optuna.
    """

    trial_id: int
    identity: str
    result: Plain
    value: float


class Trials:
    """Trials of one experiment in any storage.

    This is fast enough for journal files, which Optuna holds in memory; `SqlTrials` serves
    databases.

    Args:
        storage: Optuna's storage.
        study: the number of the experiment's study in it.
        clock: for the times of claims.
    """

    def __init__(self, storage: BaseStorage, study: int, clock: Clock = time.time) -> None:
        self.storage = storage
        self.study = study
        self.clock = clock

    def attributes(self, prefix: str = "") -> Plain:
        """Return the study's attributes whose names begin with `prefix`."""
        found = self.storage.get_study_user_attrs(self.study)
        return {name: value for name, value in found.items() if name.startswith(prefix)}

    def headers(self, states: Collection[State] | None = None) -> list[TrialRecord]:
        """Return the trials by number with their identity, attempt and worker at least."""
        return self.records(states)

    def records(self, states: Collection[State] | None = None) -> list[TrialRecord]:
        """Return hybridq's trials by number, with all attributes."""
        wanted = None if states is None else optuna_states(states)
        found = self.storage.get_all_trials(self.study, deepcopy=False, states=wanted)
        return [_record(trial) for trial in found if "identity" in trial.user_attrs]

    def counts(self) -> dict[State, int]:
        """Return the number of identities in each state."""
        return count_by_state(self.records())

    def record(self, trial_id: int) -> TrialRecord:
        """Return one trial."""
        self.storage.get_study_name_from_id(
            self.study
        )  # journals keep the trials of deleted studies
        return _record(self.storage.get_trial(trial_id))

    def add(
        self,
        trials: Sequence[NewTrial],
        wanted: Callable[[list[TrialRecord], Sequence[NewTrial]], list[NewTrial]],
        progress: Progress | None,
    ) -> int:
        """Add the trials that `wanted` selects, given the headers of the present ones.

        Returns:
            the number of added trials.
        """
        from optuna.trial import TrialState, create_trial

        missing = wanted(self.headers(), trials)
        for done, trial in enumerate(missing):
            if progress is not None:
                progress(done, len(missing))
            template = create_trial(
                state=TrialState.WAITING,
                params=trial.params,
                distributions={name: trial.distributions[name] for name in trial.params},
                user_attrs=trial.attributes,
            )
            self.storage.create_new_trial(self.study, template)
        return len(missing)

    def claim(self, trial_ids: Sequence[int], worker: str) -> list[TrialRecord]:
        """Claim trials; return those that still waited, as they were before."""
        from optuna.trial import TrialState

        claimed = []
        for trial_id in trial_ids:
            record = self.record(trial_id)  # before the name of a former worker is replaced
            if self._change(trial_id, TrialState.RUNNING):
                mark = {"name": worker, "since": self.clock()}
                self.storage.set_trial_user_attr(trial_id, "worker", mark)
                claimed.append(record)
        return claimed

    def release(self, trial_id: int) -> bool:
        """Return a trial to the queue; return False if it has ended."""
        from optuna.trial import TrialState

        return self._change(trial_id, TrialState.WAITING)

    def finish(self, ended: Sequence[Ended]) -> list[bool]:
        """Record results of trials; return False for each that had ended before.

        Raises:
            KeyError: the number of a trial belongs to another one by now.
        """
        from optuna.trial import TrialState

        found = []
        for one in ended:
            record = self.record(one.trial_id)
            if record.identity != one.identity:
                raise KeyError(one.trial_id)
            recorded = record.state not in (State.DONE, State.FAILED) and self._end(
                one.trial_id, "result", one.result, TrialState.COMPLETE, [one.value]
            )
            found.append(recorded)
        return found

    def fail(self, trial_id: int, error: Plain) -> bool:
        """Record a trial's failure; return False if it had ended before."""
        from optuna.trial import TrialState

        return self._end(trial_id, "error", error, TrialState.FAIL, None)

    def best(self) -> int | None:
        """Return the id of the trial with the best value, None if none is done."""
        try:
            return int(self.storage.get_best_trial(self.study)._trial_id)
        except ValueError:  # no trial is done
            return None

    def delete(self) -> None:
        """Delete the study with its trials."""
        self.storage.delete_study(self.study)

    def _end(
        self, trial_id: int, name: str, what: Plain, state: TrialState, values: list[float] | None
    ) -> bool:
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            self.storage.set_trial_user_attr(trial_id, name, what)
        except UpdateFinishedTrialError:
            return False
        return self._change(trial_id, state, values)

    def _change(self, trial_id: int, state: TrialState, values: list[float] | None = None) -> bool:
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            return bool(self.storage.set_trial_state_values(trial_id, state, values))
        except UpdateFinishedTrialError:
            return False


def optuna_states(states: Collection[State]) -> tuple[TrialState, ...]:
    """Convert our states to Optuna's."""
    return tuple(theirs for theirs, ours in _states().items() if ours in states)


def state_of(state: TrialState) -> State:
    """Convert a state of Optuna to ours."""
    return _states()[state]


def _states() -> dict[TrialState, State]:
    from optuna.trial import TrialState

    return {
        TrialState.WAITING: State.WAITING,
        TrialState.RUNNING: State.RUNNING,
        TrialState.COMPLETE: State.DONE,
        TrialState.FAIL: State.FAILED,
        TrialState.PRUNED: State.FAILED,
    }


def _record(trial: FrozenTrial) -> TrialRecord:
    attributes: dict[str, Any] = dict(trial.user_attrs)
    state = state_of(trial.state)
    if state is State.RUNNING and "worker" not in attributes and trial.datetime_start:
        # Its worker was killed just after the claim.
        attributes["worker"] = {"name": None, "since": trial.datetime_start.timestamp()}
    return TrialRecord(trial._trial_id, trial.number, state, attributes)
