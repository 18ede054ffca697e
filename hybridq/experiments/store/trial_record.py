"""Trials as attributes of Optuna's trials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hybridq.experiments.records import Outcome, Plain, Planned, State, StoredTrial

LONGEST_ERROR = 20_000
"""Most characters of a traceback that are stored, from its two ends."""


@dataclass(frozen=True)
class TrialRecord:
    """A trial as the storage holds it."""

    trial_id: int
    number: int
    state: State
    attributes: Plain

    @property
    def identity(self) -> str:
        """Digest of the trial's facts."""
        return str(self.attributes["identity"])

    @property
    def attempt(self) -> int:
        """Number of the attempt, from 1."""
        return int(self.attributes["attempt"])

    @property
    def worker(self) -> str | None:
        """Name of the worker that claimed it last."""
        return self.attributes.get("worker", {}).get("name")

    @property
    def since(self) -> float | None:
        """Time of the claim in seconds since 1970."""
        return self.attributes.get("worker", {}).get("since")


def waiting_attributes(planned: Planned, attempt: int = 1) -> Plain:
    """Return the attributes of a new trial."""
    return {
        "identity": planned.identity,
        "conditions": planned.conditions,
        "swept": planned.swept,
        "attempt": attempt,
    }


def outcome_attribute(outcome: Outcome, worker: str, finished: float, arrays: Plain) -> Plain:
    """Return the attribute with an outcome, without the arrays themselves."""
    return {
        "metrics": outcome.metrics,
        "parameters": outcome.parameters,
        "convergence": outcome.convergence,
        "provenance": outcome.provenance,
        "worker": worker,
        "finished": finished,
        **({"arrays": arrays} if arrays else {}),
    }


def stored_trial(record: TrialRecord) -> StoredTrial:
    """Convert a record to a `StoredTrial`."""
    attributes = record.attributes
    result = attributes.get("result") if record.state is State.DONE else None
    error = attributes.get("error") if record.state is State.FAILED else None
    ended = result or error or {}
    kept = ended.get("arrays", {})
    waiting = record.state is State.WAITING
    return StoredTrial(
        number=record.number,
        identity=record.identity,
        state=record.state,
        conditions=attributes["conditions"],
        swept=attributes["swept"],
        outcome=None if result is None else _outcome(result),
        error=None if error is None else error["traceback"],
        worker=None if waiting else ended.get("worker", record.worker),
        attempt=record.attempt,
        started=None if waiting else record.since,
        finished=ended.get("finished"),
        arrays=kept.get("shapes", {}),
        arrays_in=kept.get("folder"),
    )


def one_per_identity(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Return the trial that counts for each identity, by number.

    Two runners may add the same trial at once. The first one that has not failed counts, for every
    reader; where all have failed, the last one counts.

    Args:
        records: all trials of an experiment, by number.
    """
    best: dict[str, TrialRecord] = {}
    for record in records:
        other = best.get(record.identity)
        if other is None or other.state is State.FAILED:
            best[record.identity] = record
    return sorted(best.values(), key=lambda record: record.number)


def count_by_state(records: Iterable[TrialRecord]) -> dict[State, int]:
    """Return the number of identities in each state."""
    found = dict.fromkeys(State, 0)
    for record in one_per_identity(records):
        found[record.state] += 1
    return found


def _outcome(result: Plain) -> Outcome:
    return Outcome(
        metrics=result["metrics"],
        parameters=result["parameters"],
        convergence=[(int(count), value) for count, value in result["convergence"]],
        provenance=result["provenance"],
    )
