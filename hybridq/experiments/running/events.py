"""Events of a run, plain data that cross a pipe as one line each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from hybridq.experiments.records import State


@dataclass(frozen=True)
class Began:
    """A worker has started a trial.

    Attributes:
        trial_id: the store's id of the trial.
        number: number of the trial within the experiment.
        identity: digest of the trial's facts.
        attempt: number of the attempt, from 1.
    """

    worker: str
    trial_id: int
    number: int
    identity: str
    attempt: int = 1


@dataclass(frozen=True)
class Ended:
    """A worker has ended a trial.

    Attributes:
        state: done, failed, or waiting after it was abandoned.
        recorded: False if another worker had finished it meanwhile.
        value: the experiment's metric, None without one.
        seconds: duration of the trial.
        error: reason of a failure, in one line.
        again: True if a failed trial will be retried.
    """

    worker: str
    number: int
    identity: str
    state: State
    recorded: bool = True
    value: float | None = None
    seconds: float = 0.0
    error: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Counted:
    """Numbers of trials of the whole experiment in each state."""

    waiting: int
    running: int
    done: int
    failed: int


@dataclass(frozen=True)
class Note:
    """A message for the person who watches the run."""

    text: str


Event: TypeAlias = Began | Ended | Counted | Note
OnEvent: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Discard an event."""
    del event


_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Began, Ended, Counted, Note)}


def to_line(event: Event) -> str:
    """Return the event as one line of JSON, without the line end."""
    return json.dumps([type(event).__name__, asdict(event)])


def from_line(line: str) -> Event:
    """Return the event in a line of `to_line`."""
    kind, fields = json.loads(line)
    if "state" in fields:
        fields["state"] = State(fields["state"])
    return _KINDS[kind](**fields)
