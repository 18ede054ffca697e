"""Progress bars: in a terminal on standard error, in a notebook below the cell.

Elsewhere, in a pipe for example, nothing is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from html import escape
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from hybridq.core.numbers import number, plural, seconds
from hybridq.core.text import one_line
from hybridq.objectives import OBJECTIVES, ObjectiveConfig
from hybridq.problems.base import BinaryProblem
from hybridq.problems.problem import Problem

if TYPE_CHECKING:
    from hybridq.optimizers import Record

_REFRESHES_PER_SECOND = 8
_ENERGY_DIGITS = 11  # millihartree show


@dataclass(frozen=True)
class Line:
    """Content of a bar.

    Attributes:
        stage: what is done now.
        done: steps done.
        total: number of steps, None if unknown.
        found: what was found so far.
    """

    stage: str
    done: int = 0
    total: int | None = None
    found: str = ""


class _Surface(Protocol):
    """A place that shows lines."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def refresh(self) -> None: ...
    def note(self, text: str) -> None: ...


class LiveBar:
    """A bar that is shown from `with` to its end; subclasses say what is in it.

    Args:
        quiet: show nothing.
        console: the terminal; by default standard error, or the notebook where there is one.
    """

    def __init__(self, *, quiet: bool = False, console: Console | None = None) -> None:
        self._quiet = quiet
        self._surface: _Surface | None = None
        self._open = ExitStack()
        if quiet:
            return
        notebook = None if console is not None else _notebook()
        if notebook is not None:
            self._surface = _NotebookBar(self, notebook)
            return
        console = console or Console(stderr=True)
        if console.is_terminal and not console.is_dumb_terminal:
            self._surface = _TerminalBar(self, console)

    def line(self) -> Line:
        """Return the present content."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        from hybridq.core.jit import announcing_compilation

        self._open.enter_context(announcing_compilation(self.compiling))
        if self._surface is not None:
            self._surface.start()
            self._open.callback(self._surface.stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def _changed(self) -> None:
        """Show the present content, at once or soon."""
        if self._surface is not None:
            self._surface.refresh()

    def compiling(self, text: str) -> None:
        """Print a line that announces the compilation of kernels."""
        if self._surface is not None:
            self._surface.note(text)
        elif not self._quiet:
            print(text, file=sys.stderr, flush=True)


class ProgressBar(LiveBar):
    """Progress bar of a search: evaluations, the best value, and the time::

        with hq.ProgressBar(problem) as bar:
            result = hq.solve(problem, p=8, callback=bar)

    It is a `callback` of `solve`, `minimize`, `adapt_vqe` and `excited_states`. Searches call it up
    to 10^5 times a second; it draws a few times a second.

    Args:
        problem: the question, for the name and the sign of the best value; by default the
            minimized value is shown.
        objective: the minimized function, a name of `OBJECTIVES` or a configured objective.
        total: the limit of evaluations, if it is known.
        quiet: show nothing.
        console: a terminal of Rich; by default standard error, or the notebook where there is one.

    Raises:
        UnknownNameError: no objective has that name.
    """

    def __init__(
        self,
        problem: Problem | None = None,
        *,
        objective: str | ObjectiveConfig = "expectation",
        total: int | None = None,
        quiet: bool = False,
        console: Console | None = None,
    ) -> None:
        self._label, self._sign, self._digits = "best value", 1.0, 6
        if isinstance(problem, BinaryProblem):
            kind = OBJECTIVES[objective] if isinstance(objective, str) else type(objective)
            self._label = f"best {kind.label.format(value=problem.value_name)}"
            self._sign = kind.shown_sign(problem.sign)
        elif problem is not None:
            self._label, self._digits = problem.value_name, _ENERGY_DIGITS
        self._total = total
        self._latest: Record | None = None
        self._stage = "preparing"
        super().__init__(quiet=quiet, console=console)

    def __call__(self, record: Record) -> None:
        """Take the latest evaluation."""
        self._latest = record
        self._changed()

    def stage(self, text: str) -> None:
        """Take the name of the present stage, as `stage` of `solve`."""
        self._stage = text
        self._changed()

    def line(self) -> Line:
        """Return stage, evaluations and the best value."""
        record = self._latest
        if record is None:
            return Line(self._stage, total=self._total)
        count = record.evaluation
        found = f"{plural(count, 'evaluation')}, {self._label} {self._best(record)}"
        return Line(self._stage, count, self._total, found)

    def _best(self, record: Record) -> str:
        best = self._sign * record.best_value
        return number(float(f"{best:.6g}")) if self._digits <= 6 else f"{best:.{self._digits}g}"


class _TerminalBar:
    """Bar of a terminal, which its own thread draws; it vanishes at the end."""

    def __init__(self, owner: LiveBar, console: Console) -> None:
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=14),
            TextColumn("{task.fields[found]}", markup=False),
            TimeElapsedColumn(),
        ]
        self._bar = _Bar(
            owner,
            columns,
            console=console,
            transient=True,
            refresh_per_second=_REFRESHES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Show the bar."""
        self._bar.start()

    def stop(self) -> None:
        """Remove the bar."""
        self._bar.stop()

    def refresh(self) -> None:
        """Do nothing: the thread of the bar asks for the line."""

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._bar.print(text, markup=False, highlight=False)


class _Bar(Bar):
    """Rich's bar, updated by the thread that draws it."""

    def __init__(self, owner: LiveBar, columns: list[ProgressColumn], **options: Any) -> None:
        self._owner: LiveBar | None = None
        super().__init__(*columns, **options)
        self._task = self.add_task("", total=None, found="")
        self._owner = owner

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar with the latest line."""
        if self._owner is not None:
            line = self._owner.line()
            self.update(
                self._task,
                description=line.stage,
                completed=line.done,
                total=line.total,
                found=line.found,
            )
        yield from super().get_renderables()


class _NotebookBar:
    """Bar below a cell, drawn by the calls of the search; its last line stays."""

    def __init__(self, owner: LiveBar, display: Any) -> None:
        self._owner, self._display = owner, display
        self._handle: Any = None
        self._began = self._drawn = time.monotonic()

    def start(self) -> None:
        """Show the bar."""
        self._began = time.monotonic()
        self._draw(self._owner.line())

    def stop(self) -> None:
        """Show the last line without a bar."""
        line = self._owner.line()
        self._draw(Line("", found=line.found or line.stage), bar=False)

    def refresh(self) -> None:
        """Draw, a few times a second."""
        if time.monotonic() - self._drawn >= 1 / _REFRESHES_PER_SECOND:
            self._draw(self._owner.line())

    def note(self, text: str) -> None:
        """Show a line in place of the stage."""
        self._draw(Line(text))

    def _draw(self, line: Line, *, bar: bool = True) -> None:
        """Show a line, in the place of the one before."""
        texts = [one_line(text) for text in (line.stage, line.found) if text]
        texts.append(seconds(time.monotonic() - self._began))
        parts = list(map(escape, texts))
        if bar:
            share = f' value="{line.done}" max="{line.total}"' if line.total else ""
            parts.insert(1, f"<progress{share}></progress>")
        shown = {"text/html": " ".join(parts), "text/plain": ", ".join(texts)}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)
        self._drawn = time.monotonic()


def _notebook() -> Any:
    """Return IPython's `display` in a notebook, None elsewhere."""
    shell = sys.modules.get("IPython.core.interactiveshell")
    if shell is None or not shell.InteractiveShell.initialized():
        return None
    # Only a shell with a kernel has a page; that of a terminal shows a bar of the terminal.
    if "kernel" not in shell.InteractiveShell.instance().trait_names():
        return None
    from IPython.display import display

    return display
