"""The screen at the end of a run: the metric by what was swept, and what failed."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table as Screen
from rich.text import Text

from hybridq.cli import page
from hybridq.cli.live_table import cut, duration, value_text
from hybridq.cli.words import one_line, plural
from hybridq.experiments.records import State, StoredTrial

_ROWS = 20
_FAILURES = 5
_LINE = 78


def show_summary(
    name: str,
    trials: Sequence[StoredTrial],
    *,
    metric: str,
    seconds: float,
    stopped: bool,
    quiet: bool,
) -> None:
    """Print how an experiment stands.

    Args:
        name: of the experiment.
        trials: all of them, one for each identity.
        metric: the number shown.
        seconds: that this run took.
        stopped: the run was asked to end before its end.
        quiet: one line only.
    """
    done = sum(trial.state == State.DONE for trial in trials)
    failed = [trial for trial in trials if trial.state == State.FAILED]
    expected = len(trials)
    headline = f"{name}: {done} of {plural(expected, 'trial')} done in {duration(seconds)}"
    if failed:
        headline += f", {len(failed)} failed"
    if quiet:
        page.say(headline)
        return
    notes = []
    if stopped:
        notes.append("Stopped early; the same command goes on with what is left.")
    elif done + len(failed) < expected:
        notes.append("The rest is still run by other workers.")
    good = done == expected and not stopped
    parts = page.heading(headline, good=good, notes=notes)
    parts += [*_metrics(trials, metric), *_failures(failed), *_next_steps(name, done, failed)]
    page.show_parts(parts)


def _metrics(trials: Sequence[StoredTrial], metric: str) -> list[RenderableType]:
    """The mean of the metric by the swept conditions, repeats and instances together."""
    import numpy as np

    from hybridq.experiments.analysis.statistics import mean_interval
    from hybridq.experiments.analysis.table import label, table

    rows = table({"": trials})
    if not len(rows) or metric not in rows.metrics:
        return []
    by = rows.choices()
    groups = rows.groups(by)
    values = rows.numbers(metric)
    screen = Screen(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    screen.add_column("", overflow="ellipsis", no_wrap=True)
    for title in ("trials", f"mean {metric}", "95 % interval"):
        screen.add_column(title, justify="right", no_wrap=True)
    for key, members in list(groups.items())[:_ROWS]:
        found = values[members]
        found = found[np.isfinite(found)]
        mean = float(found.mean()) if found.size else None
        interval = mean_interval(found)
        ends = [] if interval is None else [interval.low, interval.high]
        screen.add_row(
            one_line(label(by, key)),
            str(len(members)),
            value_text(metric, mean),
            " to ".join(value_text(metric, end) for end in ends),
        )
    parts: list[RenderableType] = [screen]
    if len(groups) > _ROWS:
        parts.append(Text(f"  ... and {len(groups) - _ROWS} more"))
    return parts


def _failures(failed: Sequence[StoredTrial]) -> list[RenderableType]:
    """What failed, the same message once."""
    if not failed:
        return []
    lines: dict[str, list[int]] = {}
    for trial in failed:
        last = (trial.error or "no message").strip().rpartition("\n")[2]
        lines.setdefault(one_line(last), []).append(trial.number)
    parts: list[RenderableType] = [Text(" Failed:", style="bold red")]
    for line, numbers in list(lines.items())[:_FAILURES]:
        which = f"trial {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} trials"
        parts.append(Text(cut(f"   {which}: {line}", _LINE)))
    if len(lines) > _FAILURES:
        parts.append(Text(f"   ... and {len(lines) - _FAILURES} other messages"))
    return parts


def _next_steps(name: str, done: int, failed: Sequence[StoredTrial]) -> list[RenderableType]:
    shown = f"'{name}'" if " " in name else name
    rows = []
    if done:
        rows.append(("Compare", f"hybridq experiments compare {shown}"))
    if failed:
        rows.append(("Traceback", f"hybridq experiments show {shown} {failed[0].number}"))
        rows.append(("Try again", "the same command with --retry-failed"))
    return [Text(""), page.facts(rows), Text("")]
