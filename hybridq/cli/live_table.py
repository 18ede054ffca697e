"""The run as it goes: a table that stays in place on a terminal, a line now and then elsewhere."""

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

from hybridq.cli.run_progress import Standing
from hybridq.cli.words import decimals, number, one_line, plural
from hybridq.experiments.records import State
from hybridq.experiments.running.events import Ended, Event, Note

_LINE_SECONDS = 10.0
_REFRESHES_PER_SECOND = 4
_ROWS = 12
_WIDTH = 80


class Watch:
    """Shows events as they come, on standard error.

    Args:
        name: of the experiment.
        standing: kept up to date by the events.
        quiet: show nothing.
        console: where it goes; standard error by default.
    """

    def __init__(
        self, name: str, standing: Standing, *, quiet: bool, console: Console | None = None
    ) -> None:
        self._name = name
        self._standing = standing
        self._quiet = quiet
        self._console = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
        terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        self._failures: Counter[str] = Counter()
        self._live: Live | None = None
        self._told = time.monotonic()
        if terminal and not quiet:
            self._live = Live(
                console=self._console,
                refresh_per_second=_REFRESHES_PER_SECOND,
                get_renderable=self.table,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )

    def __enter__(self) -> Watch:
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
        """Take note of an event."""
        self._standing.take(event)
        if self._quiet or self._live is not None:
            return
        if isinstance(event, Note):
            self.say(event.text)
        elif isinstance(event, Ended) and event.state == State.FAILED:
            self._say_failure(event)
        if time.monotonic() - self._told > _LINE_SECONDS:
            self.say(progress_line(self._standing))

    def _say_failure(self, event: Ended) -> None:
        """What failed; the same message not over and over again."""
        reason = event.error or "no message"
        self._failures[reason] += 1
        if self._failures[reason] == 1:
            more = " (it will be tried again)" if event.again else ""
            self.say(f"trial {event.number} failed{more}: {reason}")
        elif self._failures[reason] == 2:
            self.say("... more failures of this kind are only counted")

    def storing(self, done: int, total: int) -> None:
        """Take note of how many trials are written to the storage."""
        self._standing.doing = f"storing trials, {done} of {total}"
        if self._live is None and time.monotonic() - self._told > _LINE_SECONDS:
            self.say(self._standing.doing)

    def say(self, text: str) -> None:
        """A line of its own, also above the table."""
        if self._quiet:
            return
        self._told = time.monotonic()
        if self._live is not None:
            self._standing.notes.append(text)
        else:
            lines = textwrap.wrap(one_line(text), _WIDTH, subsequent_indent="  ")
            print("\n".join(lines), file=sys.stderr, flush=True)

    def say_at_once(self, text: str) -> None:
        """A line of its own from within a handler of a signal, where `print` may not be called."""
        if self._live is not None:
            self._standing.notes.append(text)
        elif not self._quiet:
            os.write(2, f"{text}\n".encode())

    def table(self) -> RenderableType:
        """What stands on the terminal at this moment."""
        standing = self._standing
        room = max(40, min(self._console.width, 100))
        parts: list[RenderableType] = [
            Text(cut(f"{self._name}: {progress_line(standing)}", room), style="bold")
        ]
        if len(standing.groups) > 1:
            parts.append(_groups(standing))
        parts += [Text(cut(note, room), style="yellow") for note in tuple(standing.notes)]
        return Group(*parts)


def progress_line(standing: Standing) -> str:
    """The whole state in a line: ``12/48 done, 2 running, best ratio 0.9712, 3.1/s, 12 s left``."""
    if not standing.total:
        return standing.doing or "preparing"
    parts = [f"{standing.done}/{standing.total} done"]
    if standing.running:
        parts.append(f"{standing.running} running")
    if standing.failed:
        parts.append(f"{standing.failed} failed")
    if standing.best is not None:
        parts.append(f"best {standing.metric} {value_text(standing.metric, standing.best)}")
    if standing.rate is not None:
        parts.append(f"{standing.rate:.3g}/s")
    if standing.seconds_left:
        parts.append(f"{duration(standing.seconds_left)} left")
    return ", ".join(parts)


def _groups(standing: Standing) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column(standing.leading or "", overflow="ellipsis", no_wrap=True)
    failures = standing.failed > 0
    for title in ("done", *(["failed"] if failures else []), "mean", "best"):
        column = f"{title} {standing.metric}" if title in ("mean", "best") else title
        table.add_column(column, justify="right", no_wrap=True)
    shown = list(standing.groups.items())[:_ROWS]
    for label, group in shown:
        failed = [str(group.failed) if group.failed else ""] if failures else []
        table.add_row(
            one_line(label),
            f"{group.done}/{group.total}",
            *failed,
            value_text(standing.metric, group.mean),
            value_text(standing.metric, group.best),
        )
    if len(standing.groups) > len(shown):
        table.add_row(f"and {plural(len(standing.groups) - len(shown), 'value')} more")
    return table


def value_text(metric: str, value: float | None) -> str:
    """A metric's value as people read it: four decimals of a ratio, a dash where there is none."""
    if value is None:
        return "-"
    return decimals(value) if "ratio" in metric else number(value)


def duration(seconds: float) -> str:
    """``12 s``, ``3 min``, ``2 h 10 min``, ``3 d 2 h``: no more than two parts."""
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
    """`text` in at most so many characters."""
    return text if len(text) <= room else text[: room - 3] + "..."
