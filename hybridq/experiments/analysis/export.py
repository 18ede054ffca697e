"""Export of an experiment: CSV, Parquet, JSON, LaTeX."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hybridq.core.errors import MissingExtraError, OutputError
from hybridq.core.files import atomic_path, check_writable, write_text
from hybridq.experiments.analysis.comparison import Comparison
from hybridq.experiments.analysis.comparison_rows import formatter, headings, rows
from hybridq.experiments.analysis.table import show
from hybridq.experiments.records import Plain, StoredTrial, canonical, flat

SUFFIXES = (".csv", ".json", ".parquet", ".tex")


def check_export_path(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a `Path`; raise if an export cannot be written there.

    Raises:
        OutputError: the suffix is unknown, or the place cannot be written.
        MissingExtraError: Parquet without pyarrow.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(
            argument="out",
            value=str(target),
            expected=f"a file name that ends in one of {', '.join(SUFFIXES)}",
        )
    if suffix == ".parquet":
        _pyarrow()
    return check_writable(target)


def columns(trials: Sequence[StoredTrial]) -> dict[str, list[Any]]:
    """Return all trials as columns of equal length, with None for missing values.

    First ``trial``, ``state``, ``attempt``, then conditions by dotted name, metrics, and
    ``worker``, ``host``, ``started``, ``finished`` (UTC, ISO 8601), ``identity``, ``instance``,
    ``error`` (its last line). Lists and mappings are JSON.
    """
    rows = [_row(trial) for trial in trials]
    names: dict[str, None] = {}
    for part in ("head", "conditions", "metrics", "tail"):
        for row in rows:
            names.update(dict.fromkeys(row[part]))
    merged = [{k: v for part in row.values() for k, v in part.items()} for row in rows]
    return {name: [row.get(name) for row in merged] for name in names}


def export_trials(
    path: str | os.PathLike[str], name: str, config: Plain, trials: Sequence[StoredTrial]
) -> None:
    """Write all trials as CSV, Parquet or JSON, in one atomic write.

    JSON contains everything: the experiment's config, and each trial's conditions, metrics,
    parameters, convergence and provenance.

    Raises:
        OutputError: another suffix, or the file cannot be written.
        MissingExtraError: Parquet without pyarrow.
    """
    suffix = check_export_path(path).suffix.lower()
    if suffix == ".json":
        write_text(path, json.dumps(_whole(name, config, trials), indent=1, ensure_ascii=False))
    elif suffix == ".csv":
        write_text(path, _csv(columns(trials)))
    else:
        table = _arrow(columns(trials))
        with atomic_path(path) as temporary:
            _pyarrow("parquet").write_table(table, temporary)


def latex(found: Comparison, caption: str) -> str:
    r"""Return a comparison as a LaTeX table (``\usepackage{booktabs}``).

    Means that tie with the best, or are equal to it in the shown digits, are bold.
    """
    digits = formatter(found)
    titles = [
        *map(_tex, headings(found)),
        "trials",
        _tex(f"mean {found.quantity}"),
        r"95\,\% interval",
        "median",
    ]
    titles += ["wins"] * any(group.wins is not None for group in found.groups)
    titles += ["$p$"] * any(group.contrast for group in found.groups)
    lines = [
        r"\begin{table}", r"  \centering", rf"  \caption{{{_tex(caption)}}}",
        rf"  \begin{{tabular}}{{{'l' * len(found.by)}{'r' * (len(titles) - len(found.by))}}}",
        r"    \toprule", f"    {' & '.join(titles)} \\\\", r"    \midrule",
    ]  # fmt: skip
    for group, row in zip(found.groups, rows(found), strict=True):
        mean = digits(group.mean)
        cells = [_tex("–" if value is None else show(value)) for value in group.key]
        cells += [str(len(group.rows)), rf"\textbf{{{mean}}}" if row.best else mean]
        ends = group.interval
        cells.append("--" if ends is None else f"[{digits(ends.low)}, {digits(ends.high)}]")
        cells.append(digits(group.median))
        if "wins" in titles:
            cells.append("--" if group.wins is None else rf"{100 * group.wins:.0f}\,\%")
        if "$p$" in titles:
            cells.append("--" if group.contrast is None else f"{group.contrast.p:.2g}")
        lines.append(f"    {' & '.join(cells)} \\\\")
    return "\n".join([*lines, r"    \bottomrule", r"  \end{tabular}", r"\end{table}", ""])


def _row(trial: StoredTrial) -> dict[str, Plain]:
    outcome = trial.outcome
    provenance = outcome.provenance if outcome else {}
    tail = {
        "worker": trial.worker,
        "host": provenance.get("host"),
        "started": _moment(trial.started),
        "finished": _moment(trial.finished),
        "identity": trial.identity,
        "instance": provenance.get("instance"),
        "error": trial.reason if trial.error else None,
    }
    return {
        "head": {"trial": trial.number, "state": str(trial.state), "attempt": trial.attempt},
        "conditions": {k: _cell(v) for k, v in {**flat(trial.conditions), **trial.swept}.items()},
        "metrics": {k: _cell(v) for k, v in (outcome.metrics if outcome else {}).items()},
        "tail": tail,
    }


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)):
        return canonical(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _csv(found: dict[str, list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(found)
    for row in zip(*found.values(), strict=True):
        writer.writerow([_csv_cell(value) for value in row])
    return text.getvalue()


def _csv_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: it gets an apostrophe.

    Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def _arrow(found: dict[str, list[Any]]) -> Any:
    """Return an Arrow table; a column of several types becomes text."""
    pyarrow = _pyarrow()
    arrays: dict[str, Any] = {}
    for name, values in found.items():
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) > 1 and not kinds <= {int, float}:
            values = [None if value is None else str(value) for value in values]
        elif kinds == {int, float}:
            values = [None if value is None else float(value) for value in values]
        arrays[name] = pyarrow.array(values)
    return pyarrow.table(arrays)


def _pyarrow(module: str = "") -> Any:
    from importlib import import_module

    try:
        return import_module(f"pyarrow.{module}" if module else "pyarrow")
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet", "writing Parquet") from None


def _whole(name: str, config: Plain, trials: Sequence[StoredTrial]) -> Plain:
    return {
        "experiment": name,
        "config": config,
        "trials": [{**asdict(trial), "state": str(trial.state)} for trial in trials],
    }


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPECIAL: dict[str, str] = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)
