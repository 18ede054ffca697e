"""How a trial is laid down in the attributes of an Optuna trial, and read from there."""

from __future__ import annotations

from dataclasses import dataclass

from hybridq.experiments.records import Outcome, Plain, Planned, State, StoredTrial

LONGEST_ERROR = 20_000
"""Characters of a traceback that are kept, of its two ends."""


@dataclass(frozen=True)
class Row:
    """A trial as it stands in the storage."""

    trial_id: int
    number: int
    state: State
    attributes: Plain

    @property
    def identity(self) -> str:
        """Of the trial's facts."""
        return str(self.attributes["identity"])

    @property
    def attempt(self) -> int:
        """1, and more where it was tried again."""
        return int(self.attributes["attempt"])

    @property
    def worker(self) -> str | None:
        """Who claimed it last."""
        return self.attributes.get("worker", {}).get("name")

    @property
    def since(self) -> float | None:
        """When it was claimed, in seconds since 1970."""
        return self.attributes.get("worker", {}).get("since")


def described(planned: Planned, attempt: int = 1) -> Plain:
    """The attributes of a trial that waits."""
    return {
        "identity": planned.identity,
        "conditions": planned.conditions,
        "swept": planned.swept,
        "attempt": attempt,
    }


def packed(outcome: Outcome, worker: str, finished: float, arrays: Plain) -> Plain:
    """All that a trial gave, for one attribute; of its arrays what `Artifacts.keep` tells."""
    return {
        "metrics": outcome.metrics,
        "parameters": outcome.parameters,
        "convergence": outcome.convergence,
        "provenance": outcome.provenance,
        "worker": worker,
        "finished": finished,
        **({"arrays": arrays} if arrays else {}),
    }


def stored(row: Row) -> StoredTrial:
    """The trial of this row."""
    attributes = row.attributes
    result = attributes.get("result") if row.state is State.DONE else None
    error = attributes.get("error") if row.state is State.FAILED else None
    ended = result or error or {}
    kept = ended.get("arrays", {})
    waiting = row.state is State.WAITING
    return StoredTrial(
        number=row.number,
        identity=row.identity,
        state=row.state,
        conditions=attributes["conditions"],
        swept=attributes["swept"],
        outcome=None if result is None else _outcome(result),
        error=None if error is None else error["traceback"],
        worker=None if waiting else ended.get("worker", row.worker),
        attempt=row.attempt,
        started=None if waiting else row.since,
        finished=ended.get("finished"),
        arrays=kept.get("shapes", {}),
        arrays_in=kept.get("folder"),
    )


def _outcome(result: Plain) -> Outcome:
    return Outcome(
        metrics=result["metrics"],
        parameters=result["parameters"],
        convergence=[(int(count), value) for count, value in result["convergence"]],
        provenance=result["provenance"],
    )
