"""Screen at the end of a run: the metric by condition, and failures."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from hybridq.cli import page
from hybridq.cli.failure_lines import failures, traceback_command
from hybridq.cli.live_table import duration
from hybridq.cli.words import plural
from hybridq.experiments.records import State, StoredTrial

_ROWS = 20


def show_summary(
    name: str,
    trials: Sequence[StoredTrial],
    *,
    metric: str,
    maximize: bool,
    seconds: float,
    stopped: bool,
    quiet: bool,
    idle_in: str | None = None,
) -> None:
    """Print the state of an experiment.

    Args:
        name: name of the experiment.
        trials: all trials, one for each identity.
        metric: the shown metric.
        maximize: True if larger is better.
        seconds: duration of this run.
        stopped: True if the run was stopped before its end.
        quiet: print one line only.
        idle_in: storage of a run without any work, None for other runs.
    """
    done = sum(trial.state == State.DONE for trial in trials)
    failed = [(trial.number, trial.reason) for trial in trials if trial.state == State.FAILED]
    expected = len(trials)
    headline = f"{name}: {done} of {plural(expected, 'trial')} done"
    if idle_in is None:
        headline += f" in {duration(seconds)}"
    if failed:
        headline += f", {len(failed)} failed"
    if idle_in is not None:
        headline += f": no trials left to run, results are in {idle_in}"
    if quiet:
        page.say(headline)
        return
    notes = []
    if stopped:
        notes.append("Stopped early; the same command runs the remaining trials.")
    elif done + len(failed) < expected:
        notes.append("Other workers are still running the rest.")
    good = done == expected and not stopped
    parts = page.heading(headline, good=good, notes=notes)
    parts += [*_metrics(trials, metric, maximize=maximize), *failures(failed)]
    parts += _next_steps(name, done, failed)
    page.show_parts(parts)


def _metrics(trials: Sequence[StoredTrial], metric: str, *, maximize: bool) -> list[RenderableType]:
    """Return the mean metric by varied condition, as in 'experiments compare'."""
    import numpy as np

    from hybridq.cli.comparison_columns import columns
    from hybridq.cli.fitted_table import fitted
    from hybridq.experiments.analysis.compare import compare, numeric
    from hybridq.experiments.analysis.comparison_rows import rows
    from hybridq.experiments.analysis.table import table

    done = table({"": trials})
    if metric not in numeric(done) or not np.isfinite(done.numbers(metric)).any():
        return []
    found = compare(done, done.choices(), metric, maximize=maximize, tested=False)
    shown = rows(found)[:_ROWS]
    bold = [row.best and len(found.groups) > 1 for row in shown]
    screen, _ = fitted(columns(found, shown), page.width(), bold)
    parts: list[RenderableType] = [Text(""), screen]
    if len(found.groups) > _ROWS:
        parts.append(Text(f"  ... and {len(found.groups) - _ROWS} more"))
    return parts


def _next_steps(name: str, done: int, failed: Sequence[tuple[int, str]]) -> list[RenderableType]:
    rows = []
    if done:
        rows.append(("Compare", f"hybridq experiments compare {shlex.quote(name)}"))
    if failed:
        rows.append(("Traceback", traceback_command(name, failed)))
        rows.append(("Retry", "the same command with --retry-failed"))
    return [Text(""), page.facts(rows), Text("")]
