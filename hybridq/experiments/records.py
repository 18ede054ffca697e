"""Plain data of an experiment: planned trials, outcomes, stored trials."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from hybridq.experiments.tracebacks import reason_of

if TYPE_CHECKING:
    from hybridq.experiments.arrays import Arrays

Plain: TypeAlias = dict[str, Any]
"""A mapping with JSON values."""


class State(StrEnum):
    """State of a trial."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Planned:
    """A trial of a config's plan.

    Attributes:
        conditions: the resolved sections of the config, ``problem`` … ``seed``: all that decides
            the outcome, and the location of the instance.
        facts: the part of the conditions that decides the outcome: the content of the instance,
            not its path.
        swept: the conditions that differ within the experiment, by dotted name.
    """

    conditions: Plain
    facts: Plain
    swept: Plain = field(default_factory=dict)

    @cached_property
    def identity(self) -> str:
        """Digest of the facts, equal for the same trial in every experiment."""
        return identity(self.facts)


@dataclass(frozen=True)
class Outcome:
    """Result of one trial in plain values.

    Attributes:
        metrics: flat: ``expectation``, ``ratio``, ``evaluations``, ``seconds``, ``status`` …
        parameters: the best parameters found.
        convergence: pairs (evaluation, best expectation so far), thinned.
        provenance: versions, commit, host, peak memory in bytes, threads.
        arrays: the large arrays that were requested; a store keeps them in separate files.
    """

    metrics: Plain
    parameters: list[float] = field(default_factory=list)
    convergence: list[tuple[int, float]] = field(default_factory=list)
    provenance: Plain = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class StoredTrial:
    """A trial in the store.

    Attributes:
        number: counts from 0 within the experiment.
        identity: digest of its facts.
        outcome: result of a finished trial.
        error: traceback of a failed one.
        worker: name of the worker that runs or ran it.
        attempt: number of the attempt, from 1.
        started, finished: seconds since 1970, None before.
        arrays: shape and dtype of the arrays that are kept, by name (`Experiment.arrays`).
        arrays_in: the folder of their file, None for the one next to the storage.
    """

    number: int
    identity: str
    state: State
    conditions: Plain
    swept: Plain
    outcome: Outcome | None = None
    error: str | None = None
    worker: str | None = None
    attempt: int = 1
    started: float | None = None
    finished: float | None = None
    arrays: Plain = field(default_factory=dict)
    arrays_in: str | None = None

    @property
    def reason(self) -> str:
        """Reason of the failure, in one line."""
        return reason_of(self.error or "no message was stored")


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and without blanks, equal for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def identity(facts: Mapping[str, Any]) -> str:
    """Return the first 16 hexadecimal digits of the facts' SHA-256."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()[:16]


def flat(conditions: Mapping[str, Any], prefix: str = "") -> Plain:
    """Flatten nested conditions: ``{"ansatz": {"p": 3}}`` gives ``{"ansatz.p": 3}``."""
    found: Plain = {}
    for name, value in conditions.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{prefix}{name}."))
        else:
            found[f"{prefix}{name}"] = value
    return found
