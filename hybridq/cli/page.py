"""What every screen shares: plain text on standard output, facts in two columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hybridq.cli.words import as_options, one_line, plural

if TYPE_CHECKING:
    from hybridq.presentation import EngineInfo, OptimizerInfo

_WIDTH = 80
_ROW_ROOM = 66  # characters of a fact on one line


def show_parts(parts: Iterable[RenderableType]) -> None:
    """Print tables and texts on standard output."""
    console = _console()
    with console.capture() as screen:
        for part in parts:
            console.print(part)
    # Rich fills lines up with blanks, which only get in the way of who reads or compares the text.
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in screen.get().splitlines()))
    sys.stdout.flush()


def say(text: str) -> None:
    """Print one line of text as it is."""
    _console().print(Text(one_line(text)), soft_wrap=True)


def write_plain(text: str) -> None:
    """Write `text` on standard output as UTF-8, untouched."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "surrogatepass"))
    buffer.flush()


def width() -> int:
    """How many characters a line may have."""
    return _console().width


def more_room() -> str:
    """How to get longer lines: a window can be dragged, a pipe is told by COLUMNS."""
    return "a wider terminal" if _console().is_terminal else "COLUMNS=160"


def heading(text: str, *, good: bool, notes: Sequence[str] = ()) -> list[RenderableType]:
    """The answer in a sentence or two, and under it what is to be kept in mind."""
    style = "bold green" if good else "bold"
    parts: list[RenderableType] = [Text(""), Padding(Text(text, style=style), (0, 1))]
    return parts + [Padding(Text(one_line(note), style="yellow"), (0, 1)) for note in notes]


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(f" {name}", Text(one_line(value)))
    return grid


def engine_line(engine: EngineInfo, n_qubits: int) -> str:
    """All that the engine says of itself where it fits a line, else the gist for a newcomer."""
    whole = str(engine)
    if len(whole) <= _ROW_ROOM:
        return whole
    gist = f"{engine.name}, {engine.precision} precision, {plural(n_qubits, 'qubit')}"
    threads = engine.reason.rpartition("; ")[2]
    return f"{gist} on {threads}" if threads.endswith(("thread", "threads")) else gist


def search_line(optimizer: OptimizerInfo) -> str:
    """Method, evaluations and why it ended, each said once."""
    counted = plural(optimizer.evaluations, "evaluation")
    message = as_options(optimizer.message or optimizer.status)
    if optimizer.method in message and counted not in message and "evaluation" in message:
        # The last search was not all there was.
        return f"{message}, {counted} in all"
    said = [part for part in (optimizer.method, counted) if part not in message]
    return ": ".join([", ".join(said), message] if said else [message])


def _console() -> Console:
    """Standard output: coloured on a terminal, plain text elsewhere.

    As wide as COLUMNS says, else at most 100 characters on a terminal and 80 elsewhere.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # a label that the encoding lacks is no failure
    console = Console(highlight=False, markup=False, emoji=False)
    if not _asked_width():
        console.width = min(console.width, 100) if console.is_terminal else _WIDTH
    return console


def _asked_width() -> int:
    """The characters of a line that the environment asks for, 0 where it does not."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 0
