"""HTML report of an experiment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis import html_page as html
from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison import Comparison
from hybridq.experiments.analysis.comparison_rows import (
    adjustment,
    cases,
    headings,
    rows,
    sentence,
)
from hybridq.experiments.analysis.figure_axes import FigureSettings, along
from hybridq.experiments.analysis.figures import draw
from hybridq.experiments.analysis.table import Table, label, owners, show
from hybridq.experiments.analysis.targets import Target
from hybridq.experiments.records import Plain, State, StoredTrial

_MOST_GROUPS = 60
_MOST_FAILURES = 20
_MOST_VALUES = 12

_CAPTIONS = {
    "lines": "Mean of the metric, with its 95 % bootstrap interval if a point has several cases.",
    "box": "All trials: quartiles with the median, whiskers to 1.5 times their distance (Tukey).",
    "differences": "Mean differences on the same cases with 95 % bootstrap intervals; p of the "
    "Wilcoxon signed-rank test, corrected by Holm's method.",
    "convergence": "Median over the trials, with the band between the quartiles: distance of the "
    "best so far from the exact energy, or else from the best that any search found on the "
    "instance with the same circuit and objective, as a share of the distance at the worst start.",
    "profile": "Share of the cases on which a search reached the target, or came within 1 % of the "
    "whole improvement to the best found with the same circuit and objective, by evaluations as a "
    "multiple of the fewest that any group needed (Dolan and Moré 2002).",
    "tts": "Time until one run in a row of independent ones has succeeded with 99 % confidence: "
    "the median over the instances, and quartiles.",
}


def page(
    done: Table,
    settings: FigureSettings,
    trials: Sequence[StoredTrial],
    *,
    config: Plain | None = None,
    remark: str = "",
) -> str:
    """Return the report of an experiment as an HTML document.

    Args:
        done: the finished trials.
        settings: title, metric with its direction, columns, target and reference.
        trials: all trials, failed and waiting ones too.
        config: config of the experiment, omitted from the page by default.
        remark: a sentence about the selection of the trials.
    """
    parts = [f"<header><h1>{escape(settings.title)}</h1>"]
    if config and config.get("description"):
        parts.append(html.paragraph(str(config["description"])))
    if remark:
        parts.append(html.paragraph(remark, "quiet"))
    parts.append("</header>")
    if len(done):
        columns = list(settings.by or done.choices())
        parts += _outcome(done, columns, settings)
        parts.append(html.facts(_tiles(trials, done)))
        parts += _tables(done, columns, settings)
        parts += _figures(done, columns, settings)
        parts += _conditions(done)
        parts += _provenance(done)
    else:
        parts.append(html.paragraph("No trial is done yet.", "verdict"))
        parts.append(html.facts(_tiles(trials, done)))
    parts += _failures(trials)
    if config is not None:
        parts += _config(config)
    return html.page(f"{settings.title} · hybridq", parts)


def _outcome(done: Table, by: Sequence[str], settings: FigureSettings) -> list[str]:
    found = compare(done, by, settings.metric, maximize=settings.maximize, against=settings.against)
    notes = [note for note in (cases(found), adjustment(found), *found.notes) if note]
    return [
        html.paragraph(sentence(found), "verdict"),
        *(html.paragraph(note, "quiet") for note in notes),
    ]


def _tiles(trials: Sequence[StoredTrial], done: Table) -> list[tuple[str, str]]:
    counts = {state: sum(trial.state == state for trial in trials) for state in State}
    tiles = [("trials done", f"{len(done)} of {len(trials)}")]
    tiles += [(str(s), str(counts[s])) for s in State if s != State.DONE and counts[s]]
    if len(done):
        tiles.append(("instances", str(len(set(done.instances)))))
        spent = sum(float(value or 0.0) for value in done.metrics.get("seconds_total", []))
        tiles.append(("computing time", duration(spent)))
    return tiles


def _tables(done: Table, by: Sequence[str], settings: FigureSettings) -> list[str]:
    """Return the groups by all columns, and by each of several columns alone."""
    parts = []
    for columns in [list(by), *([[name] for name in by] if len(by) > 1 else [])]:
        # The requested reference is a group by all columns.
        against = settings.against if columns == list(by) else None
        found = compare(done, columns, settings.metric, maximize=settings.maximize, against=against)
        if 1 < len(found.groups) <= _MOST_GROUPS:
            parts.append(html.heading(f"By {' and '.join(columns)}"))
            parts.append(_table(done, found, settings.target))
    if not parts:
        found = compare(done, [], settings.metric, maximize=settings.maximize)
        parts.append(_table(done, found, settings.target))
    return parts


def _table(done: Table, found: Comparison, target: Target | None) -> str:
    shown = rows(found)
    columns = [
        (title, [row.keys[place] for row in shown]) for place, title in enumerate(headings(found))
    ]
    columns += [
        ("trials", [row.trials for row in shown]),
        (f"mean {found.quantity}", [row.mean for row in shown]),
        ("95 % interval", [row.interval for row in shown]),
        ("median", [row.median for row in shown]),
        ("std", [row.std for row in shown]),
        ("wins", [row.wins for row in shown]),
        ("difference", [row.difference for row in shown]),
        ("p-value", [row.p for row in shown]),
    ]
    if target is not None:
        successes = target.reached_by(done)
        shares = {
            label(found.by, key): successes[k].mean() for key, k in done.groups(found.by).items()
        }
        texts = [f"{100 * shares[group.label]:.0f} %" for group in found.groups]
        columns.append((str(target), texts))
    known = [(title, texts) for title, texts in columns if any(texts)]
    return html.table(
        [title for title, _ in known],
        list(zip(*(texts for _, texts in known), strict=True)),
        text_columns=len(found.by),
        best=[row.best and len(shown) > 1 for row in shown],
    )


def _figures(done: Table, by: Sequence[str], settings: FigureSettings) -> list[str]:
    """Return the figures for which the trials have the data."""
    x = along(done, by)
    # Next to the line along a number the other conditions distinguish the groups.
    others = tuple(column for column in by if column != x) or tuple(by)
    parts = []
    for kind, caption in _CAPTIONS.items():
        whole = kind in ("lines", "tts") or (kind == "differences" and settings.against is not None)
        own = replace(settings, by=tuple(by) if whole else others)
        try:
            figure = draw(kind, done, own)
        except ParameterError:
            continue  # not every experiment has two groups, a numeric condition or a success
        parts.append(html.drawing(figure, kind, caption))
    return [html.heading("Figures"), *parts] if parts else []


def _conditions(done: Table) -> list[str]:
    """Return the varied conditions and the equal ones."""
    varied = []
    for name in done.varying:
        column = done.column(name)
        kinds = done.conditions.get(f"{name.partition('.')[0]}.kind", [None] * len(done))
        own = owners(kinds, column)
        having = {v for k, v in zip(kinds, column, strict=True) if not own or show(k) in own}
        values = [key[0] for key in done.groups([name]) if key[0] in having]
        shown = ", ".join(show(value) for value in values[:_MOST_VALUES])
        more = f" … {len(values)} values" if len(values) > _MOST_VALUES else ""
        kept = f" ({', '.join(own)})" if own else ""
        varied.append((name, f"{shown}{more}{kept}"))
    fixed = [
        (name, show(column[0]))
        for name, column in done.conditions.items()
        if name not in done.varying
    ]
    parts = [html.heading("Conditions")]
    if varied:
        parts.append(html.table(["varied", "values"], varied, text_columns=2))
    return [*parts, html.table(["the same in all trials", "value"], fixed, text_columns=2)]


def _provenance(done: Table) -> list[str]:
    found: dict[str, set[str]] = {}
    for trial in done.trials:
        facts: Mapping[str, Any] = trial.outcome.provenance if trial.outcome else {}
        for name, value in facts.items():
            if name == "versions":
                for package, version in value.items():
                    found.setdefault(f"{package}", set()).add(str(version))
            elif name not in ("seed", "instance", "peak_memory"):
                found.setdefault(name, set()).add(show(value))
    rows = [(name, ", ".join(sorted(values)[:_MOST_VALUES])) for name, values in found.items()]
    peaks = [t.outcome.provenance.get("peak_memory") for t in done.trials if t.outcome]
    known = [float(peak) for peak in peaks if peak]
    if known:
        rows.append(("peak memory", f"{max(known) / 1e6:.0f} MB"))
    times = [t for trial in done.trials for t in (trial.started, trial.finished) if t is not None]
    if times:
        rows.append(("first trial began", _moment(min(times))))
        rows.append(("last trial ended", _moment(max(times))))
    return [html.heading("Provenance"), html.table(["what", "value"], rows, text_columns=2)]


def _failures(trials: Sequence[StoredTrial]) -> list[str]:
    failed = [trial for trial in trials if trial.state == State.FAILED]
    if not failed:
        return []
    parts = [html.heading(f"Failures: {len(failed)}")]
    for trial in failed[:_MOST_FAILURES]:
        error = (trial.error or "no traceback was stored").strip()
        what = label(list(trial.swept), tuple(trial.swept.values()))
        parts.append(html.details(f"Trial {trial.number} ({what}): {trial.reason}", error, "bad"))
    if len(failed) > _MOST_FAILURES:
        parts.append(html.paragraph(f"… and {len(failed) - _MOST_FAILURES} more.", "quiet"))
    return parts


def _config(config: Plain) -> list[str]:
    import yaml

    text = yaml.safe_dump(
        json.loads(json.dumps(config)), sort_keys=False, allow_unicode=True, width=88
    )
    return [html.heading("Config"), html.details("The whole config as YAML", text)]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(seconds: float) -> str:
    """Return a duration in its two largest units: ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
