"""Write a table of trials to files: figure, report, export."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybridq.core.errors import OutputError, ParameterError, Setting
from hybridq.experiments.analysis.figure_axes import FigureSettings
from hybridq.experiments.analysis.metric_conventions import maximized
from hybridq.experiments.analysis.table import Table
from hybridq.experiments.analysis.targets import Target
from hybridq.experiments.records import Plain, StoredTrial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS_WITH = {
    "x": ("lines", "tts"),
    "target": ("profile", "tts"),
    "cost": ("tts",),
    "against": ("differences",),
}


def plot(
    trials: Table,
    out: str | os.PathLike[str] | None = None,
    *,
    kind: str = "lines",
    by: Sequence[str] | None = None,
    metric: str | None = None,
    maximize: bool | None = None,
    x: str | None = None,
    against: str | None = None,
    target: float | None = None,
    cost: str | None = None,
    title: str = "",
) -> Figure:
    """Return a figure of the trials, and write it to `out` if given.

    Args:
        trials: finished trials.
        out: image file, .png, .pdf or .svg.
        kind: ``lines``, ``box``, ``differences``, ``convergence``, ``profile`` or ``tts``.
        by: columns whose values make the groups; the varied conditions by default.
        metric: a numeric column; ``ratio`` or ``energy`` by default.
        maximize: True if larger is better; the default depends on the metric.
        x: the column along the horizontal axis, of lines and tts.
        against: label of the group that differences are taken from; the best by default.
        target: value of the metric from which a trial is a success, of profile and tts.
        cost: the column with the cost of a trial, of tts; ``seconds`` by default.
        title: title of the figure.

    Raises:
        UnknownNameError: the kind or a column does not exist.
        ParameterError: the trials lack the data, or an argument belongs to another kind.
        OutputError: `out` cannot be written.
    """
    from hybridq.experiments.analysis.figures import KINDS, draw
    from hybridq.plots import check_plot_path, save

    kind = KINDS.canonical(kind)
    given = {"x": x, "target": target, "cost": cost, "against": against}
    for name, value in given.items():
        if value is not None and kind not in _KINDS_WITH[name]:
            kinds = _KINDS_WITH[name]
            raise ParameterError(
                (Setting(name), f" does not apply to {kind}"),
                argument=name,
                value=value,
                remedy=("omit it, or use ", *_alternatives(kinds)),
            )
    if out is not None:
        check_plot_path(out)
    if x is not None:
        trials.column(x)
    settings = figure_settings(
        trials, title, by=by, metric=metric, maximize=maximize, x=x, against=against,
        target=target, cost=cost or "seconds",
    )  # fmt: skip
    figure = draw(kind, trials, settings)
    if out is not None:
        save(figure, out)
    return figure


def _alternatives(kinds: Sequence[str]) -> list[str | Setting]:
    """Return the settings of these kinds, separated by "or"."""
    parts: list[str | Setting] = []
    for kind in kinds:
        parts += [Setting("kind", kind), " or "]
    return parts[:-1]


def report(
    trials: Table,
    out: str | os.PathLike[str],
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    maximize: bool | None = None,
    against: str | None = None,
    target: float | None = None,
    title: str = "experiment",
    config: Plain | None = None,
    others: Sequence[StoredTrial] = (),
    remark: str = "",
) -> None:
    """Write the trials as one HTML page.

    Args:
        trials: finished trials.
        out: HTML file.
        by, metric, maximize: as in `plot`.
        against: label of the group that the others are tested against; the best by default.
        target: value of the metric from which a trial is a success.
        title: title of the page.
        config: config of the experiment, shown if given.
        others: unfinished trials, shown with their failures.
        remark: a sentence about the selection of the trials.

    Raises:
        UnknownNameError: a column does not exist.
        ParameterError: no trial has the metric, or no group has the label `against`.
        OutputError: `out` cannot be written, or does not end in .html.
    """
    from hybridq.core.files import check_writable, write_text
    from hybridq.experiments.analysis.report import page

    if check_writable(out).suffix.lower() not in (".html", ".htm"):
        raise OutputError(argument="out", value=str(out), expected="a file name that ends in .html")
    settings = figure_settings(
        trials, title, by=by, metric=metric, maximize=maximize, against=against, target=target
    )
    every = sorted([*trials.trials, *others], key=lambda trial: trial.number)
    write_text(out, page(trials, settings, every, config=config, remark=remark))


def export(
    trials: Table,
    out: str | os.PathLike[str],
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    maximize: bool | None = None,
    against: str | None = None,
    title: str = "experiment",
) -> int:
    """Write the trials for other programs, in the format of the suffix of `out`.

    CSV and Parquet have one row for each trial, JSON also parameters and convergence, LaTeX the
    comparison by `by` with one row for each group.

    Args:
        trials: finished trials.
        out: table file, .csv, .parquet, .json or .tex.
        by, metric, maximize: as in `plot`, for LaTeX only.
        against: label of the group that the others are tested against, for LaTeX only.
        title: name of the experiment.

    Returns:
        the number of rows.

    Raises:
        UnknownNameError: a column does not exist.
        ParameterError: no trial has the metric, or no group has the label `against`.
        OutputError: `out` cannot be written, or has another format than the arguments require.
        MissingExtraError: Parquet without pyarrow.
    """
    from hybridq.core.files import write_text
    from hybridq.experiments.analysis.compare import compare
    from hybridq.experiments.analysis.comparison_rows import adjustment, cases
    from hybridq.experiments.analysis.export import check_export_path, export_trials, latex

    if check_export_path(out).suffix.lower() != ".tex":
        if not (by is metric is against is None):
            raise OutputError(
                argument="out", value=str(out), expected="a .tex file with by, metric or against"
            )
        export_trials(out, title, {}, trials.trials)
        return len(trials)
    settings = figure_settings(
        trials, title, by=by, metric=metric, maximize=maximize, against=against
    )
    found = compare(
        trials,
        settings.by or trials.choices(),
        settings.metric,
        maximize=settings.maximize,
        against=against,
    )
    caption = " ".join(
        filter(None, (f"{title}: {found.quantity}.", cases(found), adjustment(found)))
    )
    write_text(out, latex(found, caption))
    return len(found.groups)


def figure_settings(
    trials: Table,
    title: str,
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    maximize: bool | None = None,
    x: str | None = None,
    against: str | None = None,
    target: float | None = None,
    cost: str = "seconds",
) -> FigureSettings:
    """Return settings for these trials with defaults filled in; see `plot`.

    Raises:
        UnknownNameError: a column does not exist.
    """
    metric = metric or ("ratio" if "ratio" in trials.metrics else "energy")
    if len(trials):
        for column in (*(by or ()), metric):
            trials.column(column)
    if maximize is None:
        maximize = maximized(metric, trials)
    return FigureSettings(
        title=title,
        metric=metric,
        maximize=maximize,
        by=None if by is None else tuple(by),
        x=x,
        target=None if target is None else Target(metric, target, maximize),
        cost=cost,
        against=against,
    )
