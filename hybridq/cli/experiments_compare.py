"""Command `hybridq experiments compare NAME ...`."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli import trial_selection as selection
from hybridq.cli.errors import OK
from hybridq.cli.words import one_line, plural, seconds

if TYPE_CHECKING:
    from hybridq.experiments.analysis.comparison import Comparison
    from hybridq.experiments.analysis.targets import TimeToSolution

_MOST_ROWS = 100


def compare(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="One experiment, or several.")],
    by: selection.By = None,
    metric: selection.Metric = None,
    where: selection.Where = None,
    against: selection.Against = None,
    target: selection.Aim = None,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Compare groups of trials: means with intervals, wins, paired tests.

    Groups are tested on the same instances with repeats averaged: Wilcoxon
    signed-rank test, corrected by Holm's method. Wins: share of the instances
    on which a group is best; ties (within 1e-7 of the value, or rounding) are
    shared. Intervals: bootstrap over the instances. Groups of different
    problems are only tested with --against.

    Examples:

      [bold]hybridq experiments compare depth-sweep --by ansatz.p,optimizer.kind[/bold]
      [bold]hybridq experiments compare depth-sweep --where ansatz.p=3 --against spsa[/bold]
      [bold]hybridq experiments compare first second --metric evaluations[/bold]
    """
    from hybridq.experiments.analysis.compare import compare as compared
    from hybridq.experiments.analysis.targets import Target, times_to_solution
    from hybridq.experiments.records import State
    from hybridq.experiments.store.store import Store

    with Store.open(storage, make=False) as store:
        chosen = selection.select_trials(store, names, by=by, metric=metric, where=where)
        failed = [(name, store.experiment(name).counts()[State.FAILED]) for name in names]
    found = compared(
        chosen.trials, chosen.by, chosen.metric, maximize=chosen.maximize, against=against
    )
    times = []
    if target is not None:
        goal = Target(chosen.metric, target, chosen.maximize)
        times = times_to_solution(chosen.trials, chosen.by, goal)
    _show(chosen.title, found, times, [_failure_note(*one) for one in failed if one[1]])
    return OK


def _failure_note(name: str, count: int) -> str:
    """Return the note that failed trials are not in the means."""
    return (
        f"{name}: {plural(count, 'trial')} failed and {'is' if count == 1 else 'are'} not in the "
        f"means: hybridq experiments show {shlex.quote(name)}."
    )


def _show(
    title: str, found: Comparison, times: list[TimeToSolution], failures: Sequence[str]
) -> None:
    from rich.console import RenderableType
    from rich.padding import Padding
    from rich.text import Text

    from hybridq.cli.comparison_columns import columns
    from hybridq.cli.fitted_table import Column, fitted
    from hybridq.experiments.analysis.comparison_rows import (
        adjustment,
        cases,
        rows,
        sentence,
    )

    shown = rows(found)[:_MOST_ROWS]
    successes = {one.label: one for one in times}
    solved = [successes.get(group.label) for group in found.groups[:_MOST_ROWS]]
    table_columns = [
        *columns(found, shown),
        Column("success", ["" if one is None else f"{100 * one.share:.0f} %" for one in solved]),
        Column("TTS 99 %", ["" if one is None else _time(one) for one in solved]),
        Column("median", [row.median for row in shown], 5),
        Column("std", [row.std for row in shown], 6),
        Column("wins", [row.wins for row in shown], 1),
        Column("difference", [row.difference for row in shown], 4),
        Column("p-value", [row.p for row in shown]),
    ]
    bold = [row.best and len(shown) > 1 for row in shown]
    table, left_out = fitted(table_columns, page.width(), bold)
    notes = []
    if len(found.groups) > _MOST_ROWS:
        notes.append(f"{len(found.groups) - _MOST_ROWS} more groups: 'export' writes all.")
    if paired := cases(found):
        notes.append(paired)
        named = "P-value" if "difference" in left_out else "Difference and p-value"
        notes.append(f"{named}: from {found.reference_label}.")
        notes.append(adjustment(found))
    if times:
        notes.append("TTS: median time to one success with 99 % confidence, repeating a trial.")
    if left_out:
        notes.append(f"No room for {', '.join(left_out)}: {page.more_room()}, or 'report'.")
    parts: list[RenderableType] = [
        *page.heading(f"{title}\n{sentence(found)}", good=False, notes=(*failures, *found.notes)),
        Text(""),
        table,
        Text(""),
    ]
    page.show_parts(
        [*parts, *(Padding(Text(one_line(note), style="dim"), (0, 1)) for note in notes), Text("")]
    )


def _time(one: TimeToSolution) -> str:
    middle = sorted(one.times)[len(one.times) // 2]
    return seconds(float(middle)) if math.isfinite(middle) else "never"
