"""A stored trial run again: is the outcome identical, and if not, what else has changed?"""

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

_OF_THE_MACHINE = ("versions.", "python", "host", "processor", "platform", "commit")


@dataclass(frozen=True)
class Reproduction:
    """A trial beside itself, run again.

    Attributes:
        trial: as it is stored; where an attempt that failed was asked for, the one that counts.
        outcome: what it gave now.
        differences: of the outcomes, a line each; none if they are identical.
        changed: what was otherwise when the trial was stored, by name: (then, now).
        note: what was not compared and why, empty where all was.
    """

    trial: StoredTrial
    outcome: Outcome
    differences: list[str]
    changed: dict[str, tuple[Any, Any]]
    note: str = ""

    @property
    def identical(self) -> bool:
        """Whether every figure is the same, bit for bit, times aside."""
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
        experiment: which has the trial.
        number: of the trial; that of an attempt which failed leads to the latest one.
        base: the folder that instance files are relative to, where the store has not their
            contents; the current one by default.
        threads: of the simulator.

    Raises:
        ParameterError: there is no such trial, or it is not done.
        HybridqError: its instance is missing, or it fails now.
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
    """The trial of this number, or the attempt that counts where it failed."""
    trials = {trial.number: trial for trial in experiment.trials(attempts=True)}
    if number not in trials:
        there = f"it has {min(trials)} to {max(trials)}" if trials else "it has none yet"
        raise ParameterError(f"{experiment.name!r} has no trial {number}: {there}")
    asked = trials[number]
    if asked.outcome is not None:
        return asked
    latest = next(one for one in experiment.trials() if one.identity == asked.identity)
    if latest.outcome is not None:
        return latest
    again = f" (tried again as trial {latest.number}: {latest.state})"
    raise ParameterError(
        f"trial {number} of {experiment.name!r} is {asked.state}"
        f"{again * (latest.number != number)}, so there is nothing to compare with: "
        "choose one that is done"
    )


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What may make figures differ: versions, the commit, the machine."""
    before, after = flat(then), flat(now)
    names = [name for name in {**before, **after} if name.startswith(_OF_THE_MACHINE)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }
