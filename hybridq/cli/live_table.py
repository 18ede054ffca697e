"""Live display of a run: a table on a terminal, otherwise lines."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections import Counter
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hybridq.cli.run_progress import RunProgress
from hybridq.cli.words import decimals, number, one_line, plural
from hybridq.experiments.records import State
from hybridq.experiments.running.events import Ended, Event, Note

_LINE_SECONDS = 10.0
_REFRESHES_PER_SECOND = 4
_ROWS = 12
_WIDTH = 80
_RATIOS = ("ratio", "best_ratio")


class LiveTable:
    """Display of events on standard error.

    Args:
        name: name of the experiment.
        progress: state of the run, updated by the events.
        quiet: show nothing.
        console: output; standard error by default.
    """

    def __init__(
        self, name: str, progress: RunProgress, *, quiet: bool, console: Console | None = None
    ) -> None:
        self._name = name
        self._progress = progress
        self._quiet = quiet
        self._console = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
        terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        self._failures: Counter[str] = Counter()
        self._live: Live | None = None
        self._printed_at = time.monotonic()
        if terminal and not quiet:
            self._live = Live(
                console=self._console,
                refresh_per_second=_REFRESHES_PER_SECOND,
                get_renderable=self.table,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )

    def __enter__(self) -> LiveTable:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def event(self, event: Event) -> None:
        """Show an event."""
        self._progress.take(event)
        if self._quiet or self._live is not None:
            return
        if isinstance(event, Note):
            self.say(event.text)
        elif isinstance(event, Ended) and event.state == State.FAILED:
            self._say_failure(event)
        if time.monotonic() - self._printed_at > _LINE_SECONDS:
            self.say(progress_line(self._progress))

    def _say_failure(self, event: Ended) -> None:
        """Print a failure, a repeated message only once."""
        reason = event.error or "no message"
        self._failures[reason] += 1
        if self._failures[reason] == 1:
            more = " (it will be retried)" if event.again else ""
            self.say(f"trial {event.number} failed{more}: {reason}")
        elif self._failures[reason] == 2:
            self.say("... further failures of this kind are only counted")

    def storing(self, done: int, total: int) -> None:
        """Show the number of stored trials."""
        self._progress.doing = f"storing trials, {done} of {total}"
        if self._live is None and time.monotonic() - self._printed_at > _LINE_SECONDS:
            self.say(self._progress.doing)

    def say(self, text: str) -> None:
        """Print a line, above the table if there is one."""
        if self._quiet:
            return
        self._printed_at = time.monotonic()
        if self._live is not None:
            self._progress.notes.append(text)
        else:
            lines = textwrap.wrap(one_line(text), _WIDTH, subsequent_indent="  ")
            print("\n".join(lines), file=sys.stderr, flush=True)

    def say_at_once(self, text: str) -> None:
        """Print a line from a signal handler, where `print` is not safe."""
        if self._live is not None:
            self._progress.notes.append(text)
        elif not self._quiet:
            os.write(2, f"{text}\n".encode())

    def table(self) -> RenderableType:
        """Return the present content of the terminal."""
        progress = self._progress
        room = max(40, min(self._console.width, 100))
        parts: list[RenderableType] = [
            Text(cut(f"{self._name}: {progress_line(progress)}", room), style="bold")
        ]
        if len(progress.groups) > 1:
            parts.append(_groups(progress))
        parts += [Text(cut(note, room), style="yellow") for note in tuple(progress.notes)]
        return Group(*parts)


def progress_line(progress: RunProgress) -> str:
    """Return the progress in a line.

    Example: ``12/48 done, 2 running, best ratio 0.9712, 3.1/s, 12 s left``.
    """
    if not progress.total:
        return progress.doing or "preparing"
    parts = [f"{progress.done}/{progress.total} done"]
    if progress.running:
        parts.append(f"{progress.running} running")
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.best is not None:
        parts.append(f"best {progress.metric} {value_text(progress.metric, progress.best)}")
    if progress.rate is not None:
        parts.append(f"{progress.rate:.3g}/s")
    if progress.seconds_left:
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _groups(progress: RunProgress) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column(progress.leading or "", overflow="ellipsis", no_wrap=True)
    failures = progress.failed > 0
    for title in ("done", *(["failed"] if failures else []), "mean", "best"):
        column = f"{title} {progress.metric}" if title in ("mean", "best") else title
        table.add_column(column, justify="right", no_wrap=True)
    shown = list(progress.groups.items())[:_ROWS]
    for label, group in shown:
        failed = [str(group.failed) if group.failed else ""] if failures else []
        table.add_row(
            one_line(label),
            f"{group.done}/{group.total}",
            *failed,
            value_text(progress.metric, group.mean),
            value_text(progress.metric, group.best),
        )
    if len(progress.groups) > len(shown):
        table.add_row(f"and {plural(len(progress.groups) - len(shown), 'value')} more")
    return table


def value_text(metric: str, value: float | None) -> str:
    """Return a metric's value as text: ratios with four decimals, None as a dash."""
    if value is None:
        return "-"
    return decimals(value) if metric in _RATIOS else number(value)


def duration(seconds: float) -> str:
    """Return a duration in at most two units: ``12 s``, ``2 h 10 min``."""
    if seconds < 1:
        return "< 1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def cut(text: str, room: int) -> str:
    """Return `text` in at most `room` characters."""
    return text if len(text) <= room else text[: room - 3] + "..."
