"""Progress bar of an experiment that runs from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from hybridq.core.numbers import number, plural
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import State
from hybridq.experiments.running.events import Began, Counted, Ended, Event, Note
from hybridq.presentation.progress import Line, LiveBar

if TYPE_CHECKING:
    from hybridq.experiments.config.config import ExperimentConfig


class TrialBar(LiveBar):
    """Progress bar of `run`: trials that ended, and the best value of the metric::

        with TrialBar(config) as bar:
            experiment = run(config, store, on_event=bar)

    Args:
        config: config of the experiment.
        quiet: show nothing.
        console: a terminal of Rich; by default standard error, or the notebook where there is one.
    """

    def __init__(
        self, config: ExperimentConfig, *, quiet: bool = False, console: Console | None = None
    ) -> None:
        self._goal = config.goal()
        self._stage = "preparing"
        self._total = len(plan(config))
        self._ended = {State.DONE: 0, State.FAILED: 0}
        self._best: float | None = None
        super().__init__(quiet=quiet, console=console)

    def __call__(self, event: Event) -> None:
        """Take an event of the run."""
        if isinstance(event, Began):
            self._stage = f"trial {event.number}"
        elif isinstance(event, Ended) and event.recorded and event.state in self._ended:
            self._ended[event.state] += not event.again
            if event.value is not None:
                better = max if self._goal.direction == "maximize" else min
                known = event.value if self._best is None else self._best
                self._best = better(event.value, known)
        elif isinstance(event, Counted):
            # With the trials of other runners, and those of before.
            self._total = event.waiting + event.running + event.done + event.failed
            self._ended = {State.DONE: event.done, State.FAILED: event.failed}
        elif isinstance(event, Note):
            self._stage = event.text
        self._changed()

    def line(self) -> Line:
        """Return the trials that ended, and the best value."""
        done, failed = self._ended[State.DONE], self._ended[State.FAILED]
        found = plural(done, "trial")
        if failed:
            found += f", {failed} failed"
        if self._best is not None:
            found += f", best {self._goal.metric} {number(float(f'{self._best:.6g}'))}"
        return Line(self._stage, done + failed, self._total, found)
