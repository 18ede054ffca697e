"""What a run tells while it goes on; each event is plain data that crosses a pipe as one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from hybridq.experiments.records import State


@dataclass(frozen=True)
class Began:
    """A worker has taken up a trial.

    Attributes:
        trial_id: the store's own name of the trial.
        number: within the experiment.
        identity: of the trial's facts.
        attempt: 1, and more where it is tried again.
    """

    worker: str
    trial_id: int
    number: int
    identity: str
    attempt: int = 1


@dataclass(frozen=True)
class Ended:
    """A worker is through with a trial.

    Attributes:
        state: done, failed, or waiting again where it was abandoned.
        recorded: False where somebody else had finished it meanwhile.
        value: the experiment's metric, None where there is none.
        seconds: how long the trial took.
        error: why one failed, in a line.
        again: a failed trial will be tried once more.
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
    """How many trials of the whole experiment stand where, other runners' trials included."""

    waiting: int
    running: int
    done: int
    failed: int


@dataclass(frozen=True)
class Note:
    """Something that the person who watches should know, in a sentence."""

    text: str


Event: TypeAlias = Began | Ended | Counted | Note
OnEvent: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """What hears events that nobody asked to be told."""
    del event


_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Began, Ended, Counted, Note)}


def to_line(event: Event) -> str:
    """The event as one line of JSON, without the end of the line."""
    return json.dumps([type(event).__name__, asdict(event)])


def from_line(line: str) -> Event:
    """The event that `to_line` made this line of."""
    kind, fields = json.loads(line)
    if "state" in fields:
        fields["state"] = State(fields["state"])
    return _KINDS[kind](**fields)
