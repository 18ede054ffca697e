"""Screens of an experiment and of a trial."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from hybridq.cli import page
from hybridq.cli.failure_lines import failures, traceback_command
from hybridq.cli.live_table import duration, value_text
from hybridq.cli.words import as_config_keys, number, plural
from hybridq.experiments.analysis.table import owners, show
from hybridq.experiments.records import Plain, State, StoredTrial, flat

if TYPE_CHECKING:
    from hybridq.experiments.store.experiment import Experiment

_VALUES = 12


def show_config(config: Plain) -> None:
    """Print a config as YAML."""
    from hybridq.experiments.config.yaml_source import dump

    page.write_plain(dump(json.loads(json.dumps(config))))


def show_experiment(experiment: Experiment, trials: Sequence[StoredTrial]) -> None:
    """Print the conditions, the state and the failures of an experiment."""
    counts = {state: sum(trial.state == state for trial in trials) for state in State}
    states = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    facts = experiment.facts
    rows = [
        ("Trials", f"{len(trials)}: {states}" if trials else "none"),
        ("Metric", f"{facts.metric}, to {facts.direction}"),
        ("Made", f"{_moment(facts.created)} with hybridq {facts.version}"),
    ]
    best = experiment.best()
    if best is not None and best.outcome is not None:
        value = best.outcome.metrics.get(facts.metric)
        if value is not None:
            text = f"{facts.metric} {value_text(facts.metric, value)} in trial {best.number}"
            rows.insert(1, ("Best", text))
    description = facts.config.get("description")
    parts = page.heading(experiment.name, good=False, notes=[])
    if description:
        parts.append(Text(f" {description}"))
    parts += [Text(""), page.facts(rows)]
    varied, fixed = _conditions(trials)
    for title, conditions in (("Varied", varied), ("The same in all trials", fixed)):
        if conditions:
            parts += [Text(""), Text(f" {title}", style="bold"), page.facts(conditions)]
    failed = [(trial.number, trial.reason) for trial in trials if trial.state == State.FAILED]
    parts += failures(failed)
    if failed:
        parts += [Text(""), page.facts([("Traceback", traceback_command(experiment.name, failed))])]
    page.show_parts([*parts, Text("")])


def show_trial(
    name: str, trial: StoredTrial, attempts: Sequence[StoredTrial], file: str = ""
) -> None:
    """Print all data of a trial.

    Args:
        name: name of the experiment.
        trial: the trial.
        attempts: all trials of the same conditions by number, including this one.
        file: path of its arrays, if it has any.
    """
    parts = page.heading(f"{name}, trial {trial.number}: {trial.state}", good=False)
    rows = [("Identity", trial.identity), ("Attempt", _attempt(trial, attempts))]
    if trial.worker:
        rows.append(("Worker", trial.worker))
    if trial.started is not None:
        rows.append(("Began", _moment(trial.started)))
        if trial.finished is not None:
            rows.append(("Took", duration(trial.finished - trial.started)))
    parts += [Text(""), page.facts(rows)]
    sections: list[tuple[str, Plain]] = [("Conditions", flat(trial.conditions))]
    outcome = trial.outcome
    if outcome is not None:
        sections += [("Metrics", outcome.metrics), ("Provenance", flat(outcome.provenance))]
    for title, values in sections:
        shown = [(key, _metric_text(key, value)) for key, value in values.items()]
        parts += [Text(""), Text(f" {title}", style="bold"), page.facts(shown)]
    if outcome is not None and outcome.parameters:
        listed = ", ".join(f"{x:.6g}" for x in outcome.parameters)
        title = f" {plural(len(outcome.parameters), 'parameter')}"
        parts += [Text(""), Text(title, style="bold"), page.facts([("", listed)])]
    if trial.arrays:
        kept = [
            (name, " x ".join(f"{length:,}" for length in what["shape"]))
            for name, what in trial.arrays.items()
        ]
        parts += [Text(""), Text(" Arrays", style="bold"), page.facts([*kept, ("file", file)])]
    page.show_parts(parts)
    if trial.error:
        # Unwrapped, so that its lines can be copied.
        page.show_parts(
            [Text(""), Text(" Traceback", style="bold red"), Text(trial.error.rstrip())]
        )
    page.show_parts([Text("")])


def _attempt(trial: StoredTrial, attempts: Sequence[StoredTrial]) -> str:
    """Return the attempt, and the numbers of the others."""
    text = str(trial.attempt)
    others = [f"{one.number} ({one.state})" for one in attempts if one.number != trial.number]
    if not others:
        return text
    last = attempts[-1]
    if last.number == trial.number:
        return f"{text}, after trial {', '.join(others)}"
    return f"{text}; retried, the latest attempt is trial {last.number} ({last.state})"


def _metric_text(key: str, value: Any) -> str:
    if key == "peak_memory":
        return f"{value / 1e6:.0f} MB"
    return as_config_keys(value) if key == "message" else _value(value)


def _conditions(trials: Sequence[StoredTrial]) -> tuple[list[tuple[str, str]], ...]:
    """Return the varied conditions with their values, and the equal ones."""
    varied: list[tuple[str, str]] = []
    fixed: list[tuple[str, str]] = []
    rows = [{**flat(trial.conditions), **trial.swept} for trial in trials]
    for name in {name: None for row in rows for name in row}:
        column = [row.get(name) for row in rows]
        kinds = [row.get(f"{name.partition('.')[0]}.kind") for row in rows]
        own = owners(kinds, column)
        shown = [
            _value(value)
            for kind, value in zip(kinds, column, strict=True)
            if not own or show(kind) in own
        ]
        values = list(dict.fromkeys(shown))
        text = ", ".join(values[:_VALUES]) + _more(len(values))
        if own:
            text += f" ({', '.join(own)})"
        (varied if own or len(values) > 1 else fixed).append((name, text))
    return varied, fixed


def _more(count: int) -> str:
    return f", ... ({count} values)" if count > _VALUES else ""


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float):
        return number(value)
    return show(value)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
