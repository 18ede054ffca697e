"""A progress bar on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from hybridq.cli.words import number, plural

if TYPE_CHECKING:
    from hybridq.optimizers import Record

_REFRESHES_PER_SECOND = 8


class Progress:
    """Progress bar of a search.

    The search calls `record` up to 10^5 times a second, which only stores the latest record; the
    bar's own thread renders it a few times a second.

    Args:
        label: the name of the best value.
        sign: natural value = sign * minimized value.
        total: the limit of evaluations, if it is known.
        quiet: show nothing.
        digits: significant digits of the best value.
        console: the console of the bar; standard error by default.
    """

    def __init__(
        self,
        label: str,
        *,
        sign: float = 1.0,
        total: int | None = None,
        quiet: bool = False,
        digits: int = 6,
        console: Console | None = None,
    ) -> None:
        self.label = label
        self.sign = sign
        self.quiet = quiet
        self.digits = digits
        self.latest: Record | None = None
        self.current = "preparing"
        console = console or Console(stderr=True)
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=14),
            TextColumn("{task.fields[found]}", markup=False),
            TimeElapsedColumn(),
        ]
        self._bar = _Bar(
            self,
            columns,
            console=console,
            transient=True,
            refresh_per_second=_REFRESHES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=quiet or not console.is_terminal or console.is_dumb_terminal,
        )
        self._task = self._bar.add_task(self.current, total=total, found="")

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def record(self, record: Record) -> None:
        """Store the latest evaluation."""
        self.latest = record

    def stage(self, text: str) -> None:
        """Store the name of the current stage."""
        self.current = text

    def compiling(self, text: str) -> None:
        """Print a line that announces the compilation of kernels."""
        if self.quiet:
            return
        if self._bar.disable:
            print(text, file=sys.stderr, flush=True)
        else:
            self._bar.print(text, markup=False, highlight=False)

    def refresh_bar(self) -> None:
        """Update the bar with the latest record."""
        record = self.latest
        if record is None:
            self._bar.update(self._task, description=self.current)
            return
        count = record.evaluation
        found = f"{plural(count, 'evaluation')}, {self.label} {self._best(record)}"
        self._bar.update(self._task, description=self.current, completed=count, found=found)

    def _best(self, record: Record) -> str:
        best = self.sign * record.best_value
        return number(float(f"{best:.6g}")) if self.digits <= 6 else f"{best:.{self.digits}g}"


class _Bar(Bar):
    """Rich's bar, updated by the thread that draws it."""

    def __init__(self, owner: Progress, columns: list[ProgressColumn], **options: Any) -> None:
        self._owner: Progress | None = None
        super().__init__(*columns, **options)
        self._owner = owner

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar with the latest record."""
        if self._owner is not None and self.tasks:
            self._owner.refresh_bar()
        yield from super().get_renderables()
