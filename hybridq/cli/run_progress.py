"""Progress of a run, counted from its events."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Planned, State
from hybridq.experiments.running.events import Began, Counted, Ended, Event, Note

if TYPE_CHECKING:
    from hybridq.experiments.records import StoredTrial

_REPETITION = ("repeat", "seed", "instance", "path")  # the ends of such names
_RATE_OVER = 500  # trials over which the rate is measured
_NOTES = 3


@dataclass
class GroupProgress:
    """Progress of the trials with one value of the leading condition."""

    total: int = 0
    done: int = 0
    failed: int = 0
    sum: float = 0.0
    valued: int = 0
    best: float | None = None

    @property
    def mean(self) -> float | None:
        """Mean of the metric over the trials that have one."""
        return self.sum / self.valued if self.valued else None


@dataclass
class RunProgress:
    """Progress of a run.

    Attributes:
        metric, maximize: the shown metric, and True if larger is better.
        leading: dotted name of the first swept condition, None without a sweep.
        doing: activity before the first trial.
        groups: trials by the leading condition's value, in the order of the plan.
    """

    metric: str
    maximize: bool
    leading: str | None = None
    groups: dict[str, GroupProgress] = field(default_factory=dict)
    total: int = 0
    running: int = 0
    doing: str = ""
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=_NOTES))

    def __post_init__(self) -> None:
        self._group_of: dict[str, str] = {}
        self._ended_at: deque[float] = deque(maxlen=_RATE_OVER)
        self._begun_at: float | None = None
        self._over: set[str] = set()
        self._mine = 0  # running here
        self._seen = {State.DONE: 0, State.FAILED: 0}
        self._counted = {State.DONE: 0, State.FAILED: 0}  # with other runners' trials

    def expect(self, planned: Sequence[Planned]) -> None:
        """Add the planned trials."""
        self.leading = _leading(planned)
        for trial in planned:
            self._add(trial.identity, trial.swept)

    def _add(self, identity: str, swept: Mapping[str, Any]) -> None:
        label = _label(swept, self.leading)
        self._group_of[identity] = label
        self.groups.setdefault(label, GroupProgress()).total += 1
        self.total += 1

    def remember(self, trials: Iterable[StoredTrial]) -> None:
        """Count trials that ended before this run, including unplanned ones."""
        for trial in trials:
            if trial.identity not in self._group_of:
                self._add(trial.identity, trial.swept)
            if trial.state in (State.DONE, State.FAILED):
                outcome = trial.outcome
                value = None if outcome is None else outcome.metrics.get(self.metric)
                self._end(trial.identity, trial.state, value)

    def take(self, event: Event) -> None:
        """Update the progress by an event."""
        if isinstance(event, Began):
            self._mine += 1
            self.running = max(self.running, self._mine)
            self._begun_at = self._begun_at or time.monotonic()
        elif isinstance(event, Ended):
            self._mine -= 1
            self.running = max(0, self.running - 1)
            if event.recorded and not event.again and event.state != State.WAITING:
                self._ended_at.append(time.monotonic())
                self._end(event.identity, event.state, event.value)
        elif isinstance(event, Counted):
            self._counted = {State.DONE: event.done, State.FAILED: event.failed}
            self.running = event.running
        elif isinstance(event, Note):
            self.notes.append(event.text)

    def _end(self, identity: str, state: State, value: Any) -> None:
        if identity in self._over:
            return
        self._over.add(identity)
        group = self.groups.setdefault(self._group_of.get(identity, "all"), GroupProgress())
        self._seen[state] += 1
        if state == State.FAILED:
            group.failed += 1
            return
        group.done += 1
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            group.sum += value
            group.valued += 1
            better = max if self.maximize else min
            group.best = value if group.best is None else better(group.best, value)

    @property
    def done(self) -> int:
        """Number of trials that are known to be done."""
        return max(self._seen[State.DONE], self._counted[State.DONE])

    @property
    def failed(self) -> int:
        """Number of trials that have failed for good."""
        return max(self._seen[State.FAILED], self._counted[State.FAILED])

    @property
    def best(self) -> float | None:
        """Best value of the metric so far."""
        groups = list(self.groups.values())  # another thread renders while this one counts
        values = [group.best for group in groups if group.best is not None]
        return (max if self.maximize else min)(values, default=None)

    @property
    def rate(self) -> float | None:
        """Recent trials per second."""
        if not self._ended_at or self._begun_at is None:
            return None
        full = len(self._ended_at) == self._ended_at.maxlen
        since = self._ended_at[0] if full else self._begun_at
        span = time.monotonic() - since
        return len(self._ended_at) / span if span > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Remaining time, estimated from the rate."""
        left = self.total - self.done - self.failed
        return left / self.rate if self.rate and left >= 0 else None


def _leading(planned: Sequence[Planned]) -> str | None:
    """Return the first swept condition except repeats and instances."""
    for trial in planned[:1]:
        for name in trial.swept:
            if name.rpartition(".")[2] not in _REPETITION:
                return name
    return None


def _label(swept: Mapping[str, Any], leading: str | None) -> str:
    if leading is None:
        return "all"
    from hybridq.experiments.analysis.table import frozen, show

    return show(frozen(swept.get(leading)))
