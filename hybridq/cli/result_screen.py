"""Screens of results: the answer first, every number after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hybridq.cli import page
from hybridq.cli.angle_table import angle_table
from hybridq.cli.growth_table import growth_table
from hybridq.cli.named_options import in_words as optimizer_options
from hybridq.cli.words import as_option, as_options
from hybridq.core.errors import Text as Message
from hybridq.core.errors import render_text
from hybridq.core.numbers import plural, seconds
from hybridq.core.text import one_line
from hybridq.presentation.report import entries_text

if TYPE_CHECKING:
    from hybridq.presentation import ExcitedStates, Result
    from hybridq.presentation.report import Comparison, Report

_ANSWER_ROOM = 5 * 62  # characters of a row of the answer: about five lines
_ALL = " (--json FILE has all)"
_NOTICEABLE = 2.0  # seconds: far beyond what it takes to load kernels that are compiled


def show(
    result: Result,
    *,
    quiet: bool = False,
    notes: Sequence[Message] = (),
    kernels: str = "",
    compiling: float = 0.0,
) -> None:
    """Print a result: the whole screen, or the essentials on one line.

    Args:
        result: of any problem.
        quiet: True for one line.
        notes: remarks on how the input was read.
        kernels: a remark on the kernels that ran, empty for none.
        compiling: seconds that compiling took besides.
    """
    from hybridq.presentation.sentences import report

    summary = report(result)
    if quiet:
        page.say(_plain(summary.brief))
        return
    rows = [
        *optimizer_options(result.optimizer),
        time_row(result.seconds, result.seed, compiling=compiling),
    ]
    rows += [("Kernels", kernels)] if kernels else []
    parts = report_parts(summary, notes, rows, item=result.problem.item)
    for table in (angle_table(result), growth_table(result)):
        parts += [Text(""), *table] if table else []
    page.show_parts([*parts, Text("")])


def show_states(
    found: ExcitedStates,
    *,
    quiet: bool = False,
    notes: Sequence[Message] = (),
    kernels: str = "",
    compiling: float = 0.0,
) -> None:
    """Print the lowest states: the whole screen, or the energies on one line.

    Args:
        found: the states.
        quiet: True for one line.
        notes: remarks on how the input was read.
        kernels: a remark on the kernels that ran, empty for none.
        compiling: seconds that compiling took besides.
    """
    from hybridq.presentation.state_sentences import evaluations, report

    summary = report(found)
    if quiet:
        page.say(_plain(summary.brief))
        return
    counted = plural(evaluations(found), "evaluation")
    rows = [time_row(found.seconds, found.seed, counted, compiling=compiling)]
    rows += [("Kernels", kernels)] if kernels else []
    page.show_parts([*report_parts(summary, notes, rows), Text("")])


def time_row(
    spent: float, seed: int | None, *further: str, compiling: float = 0.0
) -> tuple[str, str]:
    """Return the row of the time that a run took, further texts, and the seed.

    Kernels are compiled once and kept: that time is named separately, where it is noticeable.
    """
    parts = [seconds(spent), *further]
    if compiling > _NOTICEABLE:
        parts[0] += f" and {seconds(compiling)} to compile and cache its kernels"
    if seed is not None:
        parts.append(f"seed {seed}")
    return "Time", ", ".join(parts)


def report_parts(
    summary: Report,
    notes: Sequence[Message],
    rows: Sequence[tuple[str, str]],
    *,
    item: str = "entry",
) -> list[RenderableType]:
    """Return headline, remarks, comparison and facts of a report.

    Args:
        summary: the report.
        notes: remarks on how the input was read.
        rows: further facts, for the end.
        item: the word for one entry of the answer.
    """
    remarks = [_plain(remark) for remark in summary.remarks]
    parts = page.heading(_plain(summary.headline), good=summary.good, notes=remarks)
    facts = [
        (title, entries_text(entries, item, _ANSWER_ROOM, _ALL))
        for title, entries in summary.answer
    ]
    facts += [("Note", _plain(note)) for note in notes]
    facts += [(name, _fact(name, text)) for name, text in summary.facts]
    return [*parts, comparison_table(summary.comparison), page.facts([*facts, *rows])]


def comparison_table(comparison: Comparison) -> Table:
    """Return the values found and known as a table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    numbered = all(row.name.isdigit() for row in comparison.rows)
    table.add_column("", justify="right" if numbered else "left")
    for title in comparison.columns:
        table.add_column(
            one_line(title), justify="right" if title else "left", no_wrap=len(title) < 20
        )
    for row in comparison.rows:
        cells = [one_line(text) for text in (row.name, *row.cells)]
        table.add_row(*cells, style="bold" if row.emphasized else "")
    return table


def _fact(name: str, text: Message) -> str:
    """Return a fact with its arguments spelled as options."""
    # The optimizer's message is plain text of the library.
    return as_options(_plain(text)) if name == "Optimizer" else _plain(text)


def _plain(text: Message) -> str:
    """Return a message with its arguments spelled as options."""
    return render_text(text, as_option)
