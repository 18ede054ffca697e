"""The plain data of an experiment: what a trial is, what it gave, what the store knows of it."""

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
"""A mapping of values that JSON knows."""


class State(StrEnum):
    """Where a trial stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Planned:
    """A trial that a config asks for.

    Attributes:
        conditions: the resolved sections of the config, ``problem`` … ``seed``: all that decides
            the outcome, and where the instance is found.
        facts: what of the conditions decides the outcome: the instance's content and not its path.
        swept: the conditions that differ within the experiment, by dotted name.
    """

    conditions: Plain
    facts: Plain
    swept: Plain = field(default_factory=dict)

    @cached_property
    def identity(self) -> str:
        """A name made from the facts alone: the same trial has it in every experiment."""
        return identity(self.facts)


@dataclass(frozen=True)
class Outcome:
    """What one trial gave, in plain values.

    Attributes:
        metrics: flat: ``expectation``, ``ratio``, ``evaluations``, ``seconds``, ``status`` …
        parameters: the best parameters found.
        convergence: pairs (evaluation, best expectation so far), thinned out.
        provenance: versions, commit, host, peak memory in bytes, threads.
        arrays: the large arrays that were asked for; in a store they are apart from the rest.
    """

    metrics: Plain
    parameters: list[float] = field(default_factory=list)
    convergence: list[tuple[int, float]] = field(default_factory=list)
    provenance: Plain = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class StoredTrial:
    """A trial as the store has it.

    Attributes:
        number: counts from 0 within the experiment.
        identity: of its facts.
        outcome: of a trial that is done.
        error: the traceback of one that failed.
        worker: who runs or ran it.
        attempt: 1, and more where it was tried again.
        started, finished: seconds since 1970, None where that is not so yet.
        arrays: shape and dtype of the arrays that are kept, by name (`Experiment.arrays`).
        arrays_in: the folder of their file, None where it is the one beside the storage.
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
        """Why it failed, in a line."""
        return reason_of(self.error or "no message was kept")


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def identity(facts: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that name what these facts say."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()[:16]


def flat(conditions: Mapping[str, Any], prefix: str = "") -> Plain:
    """Nested conditions by dotted names: ``{"ansatz": {"p": 3}}`` gives ``{"ansatz.p": 3}``."""
    found: Plain = {}
    for name, value in conditions.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{prefix}{name}."))
        else:
            found[f"{prefix}{name}"] = value
    return found
