"""The trials of one experiment in a storage of Optuna, through what Optuna itself offers."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.effective import tally
from hybridq.experiments.store.trial_record import Row

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, TrialState

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class NewTrial:
    """A trial to be added: its attributes and its parameters for Optuna."""

    attributes: Plain
    params: Plain
    distributions: dict[str, BaseDistribution]

    @property
    def identity(self) -> str:
        """Of the trial's facts."""
        return str(self.attributes["identity"])


class Trials:
    """What the store needs of Optuna; enough for journal files, which Optuna keeps in memory.

    Args:
        storage: of Optuna.
        study: the number of the experiment's study in it.
    """

    def __init__(self, storage: BaseStorage, study: int) -> None:
        self.storage = storage
        self.study = study

    def attributes(self, prefix: str = "") -> Plain:
        """The study's attributes whose names begin so."""
        found = self.storage.get_study_user_attrs(self.study)
        return {name: value for name, value in found.items() if name.startswith(prefix)}

    def heads(self, states: Collection[State] | None = None) -> list[Row]:
        """The trials by number, with at least the attributes identity, attempt and worker."""
        return self.rows(states)

    def rows(self, states: Collection[State] | None = None) -> list[Row]:
        """The trials by number, with all attributes; those that are not hybridq's are left out."""
        wanted = None if states is None else optuna_states(states)
        found = self.storage.get_all_trials(self.study, deepcopy=False, states=wanted)
        return [_row(trial) for trial in found if "identity" in trial.user_attrs]

    def counts(self) -> dict[State, int]:
        """How many identities stand where."""
        return tally(self.rows())

    def row(self, trial_id: int) -> Row:
        """One trial."""
        self.storage.get_study_name_from_id(self.study)  # journals keep trials of deleted studies
        return _row(self.storage.get_trial(trial_id))

    def add(
        self,
        trials: Sequence[NewTrial],
        wanted: Callable[[list[Row], Sequence[NewTrial]], list[NewTrial]],
        progress: Progress | None,
    ) -> int:
        """Add those of the trials that `wanted` picks, given the heads of what is there.

        Returns:
            how many were added.
        """
        from optuna.trial import TrialState, create_trial

        missing = wanted(self.heads(), trials)
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

    def claim(self, trial_id: int, worker: str) -> bool:
        """Make a waiting trial this worker's; False if somebody else was first."""
        from optuna.trial import TrialState

        if not self._change(trial_id, TrialState.RUNNING):
            return False
        mark = {"name": worker, "since": time.time()}
        self.storage.set_trial_user_attr(trial_id, "worker", mark)
        return True

    def release(self, trial_id: int) -> bool:
        """Let a trial wait again; False if it has ended."""
        from optuna.trial import TrialState

        return self._change(trial_id, TrialState.WAITING)

    def finish(self, trial_id: int, result: Plain, value: float) -> bool:
        """Record what a trial gave; False if it had ended before."""
        from optuna.trial import TrialState

        return self._end(trial_id, "result", result, TrialState.COMPLETE, [value])

    def fail(self, trial_id: int, error: Plain) -> bool:
        """Record why a trial failed; False if it had ended before."""
        from optuna.trial import TrialState

        return self._end(trial_id, "error", error, TrialState.FAIL, None)

    def best(self) -> int | None:
        """The id of the trial with the best value."""
        try:
            return int(self.storage.get_best_trial(self.study)._trial_id)
        except ValueError:  # none is done
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
    """Optuna's names of these states."""
    return tuple(theirs for theirs, ours in _states().items() if ours in states)


def state_of(state: TrialState) -> State:
    """Our name of a state of Optuna."""
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


def _row(trial: FrozenTrial) -> Row:
    attributes: dict[str, Any] = dict(trial.user_attrs)
    state = state_of(trial.state)
    if state is State.RUNNING and "worker" not in attributes and trial.datetime_start:
        # Its worker was killed just after it had claimed it.
        attributes["worker"] = {"name": None, "since": trial.datetime_start.timestamp()}
    return Row(trial._trial_id, trial.number, state, attributes)
