"""Run a stored trial again and compare the outcomes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError, ParameterError
from hybridq.experiments.arrays import kinds_of
from hybridq.experiments.records import Outcome, StoredTrial, flat

if TYPE_CHECKING:
    from hybridq.experiments.store.store import Experiment

_ENVIRONMENT = ("versions.", "python", "host", "processor", "platform", "commit")


@dataclass(frozen=True)
class Reproduction:
    """A stored trial and its outcome when run again.

    Attributes:
        trial: the stored trial; for a failed attempt the one that counts.
        outcome: the new outcome.
        differences: differences of the outcomes, one a line, empty if they are identical.
        changed: changes of the environment since then, by name: (then, now).
        note: what was not compared and why, empty if everything was.
    """

    trial: StoredTrial
    outcome: Outcome
    differences: list[str]
    changed: dict[str, tuple[Any, Any]]
    note: str = ""

    @property
    def identical(self) -> bool:
        """True if every number is the same bit for bit, times excepted."""
        return not self.differences


def reproduce(
    experiment: Experiment,
    number: int,
    *,
    base: str | os.PathLike[str] | None = None,
    threads: int | None = None,
) -> Reproduction:
    """Run a stored trial again; nothing is stored.

    Args:
        experiment: the experiment with the trial.
        number: number of the trial; a failed attempt leads to the one that counts.
        base: folder of instance files that the store does not contain, the current one by default.
        threads: threads of the simulator.

    Raises:
        ParameterError: no trial has this number, or it is not done.
        HybridqError: its instance is missing, or the trial fails.
    """
    from hybridq.experiments.trial.run import run_trial, same_outcome

    trial = _done_trial(experiment, number)
    assert trial.outcome is not None
    before, note = trial.outcome, ""
    try:
        before = replace(before, arrays=experiment.arrays(trial))
    except OutputError as error:
        note = f"the arrays are not compared: {error}"
    outcome = run_trial(
        trial.conditions,
        instances=experiment.contents,
        base=base,
        threads=threads,
        arrays=kinds_of(before.arrays),
    )
    return Reproduction(
        trial,
        outcome,
        same_outcome(before, outcome),
        _changed(trial.outcome.provenance, outcome.provenance),
        note,
    )


def _done_trial(experiment: Experiment, number: int) -> StoredTrial:
    """Return the trial of this number, or the attempt that counts if it failed."""
    trials = {trial.number: trial for trial in experiment.trials(attempts=True)}
    if number not in trials:
        present = f"one of {min(trials)} to {max(trials)}" if trials else "of an existing trial"
        raise ParameterError(
            argument="number",
            value=number,
            expected=present,
            remedy=None if trials else f"{experiment.name!r} has no trials yet",
        )
    asked = trials[number]
    if asked.outcome is not None:
        return asked
    latest = next(one for one in experiment.trials() if one.identity == asked.identity)
    if latest.outcome is not None:
        return latest
    again = f" (retried as trial {latest.number}: {latest.state})"
    raise ParameterError(
        f"trial {number} of {experiment.name!r} is {asked.state}"
        f"{again * (latest.number != number)} and has no outcome to compare with",
        argument="number",
        value=number,
        remedy="choose a trial that is done",
    )


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the changes that may alter numbers: versions, commit, machine."""
    before, after = flat(then), flat(now)
    names = [name for name in {**before, **after} if name.startswith(_ENVIRONMENT)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }
