"""A table of trials as files: a picture, a page, a table for other programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybridq.core.errors import OutputError, ParameterError
from hybridq.experiments.analysis.figure_axes import Wish
from hybridq.experiments.analysis.metric_conventions import maximized
from hybridq.experiments.analysis.table import Table
from hybridq.experiments.analysis.targets import Target
from hybridq.experiments.records import Plain, StoredTrial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MEANT_FOR = {
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
    """A figure of the trials, written to `out` where that is given.

    Args:
        trials: what is done.
        out: picture to write, .png, .pdf or .svg.
        kind: ``lines``, ``box``, ``differences``, ``convergence``, ``profile`` or ``tts``.
        by: columns whose values make the groups; what was varied if left out.
        metric: a numeric column; ``ratio``, or ``energy``, if left out.
        maximize: whether larger is better; what is known of the metric if left out.
        x: the column along the horizontal axis, of lines and tts.
        against: label of the group that differences are taken from; the best if left out.
        target: value of the metric from which a trial is a success, of profile and tts.
        cost: the column that says what a trial takes, of tts; ``seconds`` if left out.
        title: above the figure.

    Raises:
        UnknownNameError: there is no such kind or column.
        ParameterError: the trials have not what it shows, or an option is of another kind.
        OutputError: `out` cannot be written.
    """
    from hybridq.experiments.analysis.figures import KINDS, draw
    from hybridq.plots import check_plot_path, save

    kind = KINDS.canonical(kind)
    given = {"x": x, "target": target, "cost": cost, "against": against}
    for name, value in given.items():
        if value is not None and kind not in _MEANT_FOR[name]:
            raise ParameterError(
                f"--{name} is for --kind {' and '.join(_MEANT_FOR[name])}: leave it out of {kind}"
            )
    if out is not None:
        check_plot_path(out)
    if x is not None:
        trials.column(x)
    wish = wish_of(
        trials, title, by=by, metric=metric, maximize=maximize, x=x, against=against,
        target=target, cost=cost or "seconds",
    )  # fmt: skip
    figure = draw(kind, trials, wish)
    if out is not None:
        save(figure, out)
    return figure


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
    """Write the trials as one HTML page: outcome, tables, figures, conditions, provenance.

    Args:
        trials: what is done.
        out: page to write, .html.
        by, metric, maximize: as in `plot`.
        against: label of the group that the others are tested against; the best if left out.
        target: value of the metric from which a trial is a success.
        title: of the page.
        config: of the experiment, shown where it is given.
        others: trials that are not done, told with their failures.
        remark: a sentence on what the trials are.

    Raises:
        UnknownNameError: there is no such column.
        ParameterError: no trial has the metric, or there is no group `against`.
        OutputError: `out` cannot be written, or is not called .html.
    """
    from hybridq.core.files import check_writable, write_text
    from hybridq.experiments.analysis.report import page

    if check_writable(out).suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"cannot write {out}: a report is HTML; name it .html")
    wish = wish_of(
        trials, title, by=by, metric=metric, maximize=maximize, against=against, target=target
    )
    every = sorted([*trials.trials, *others], key=lambda trial: trial.number)
    write_text(out, page(trials, wish, every, config=config, remark=remark))


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
    """Write the trials for other programs, by the suffix of `out`; how many rows it has.

    CSV and Parquet have a row for each trial, JSON the parameters and convergence as well, LaTeX
    the comparison by `by` (a row for each group).

    Args:
        trials: what is done.
        out: table to write, .csv, .parquet, .json or .tex.
        by, metric, maximize: as in `plot`, of LaTeX alone.
        against: label of the group that the others are tested against, of LaTeX alone.
        title: of the experiment.

    Raises:
        UnknownNameError: there is no such column.
        ParameterError: no trial has the metric, or there is no group `against`.
        OutputError: `out` cannot be written, or an option of LaTeX for another format.
        MissingExtraError: Parquet without pyarrow.
    """
    from hybridq.core.files import write_text
    from hybridq.experiments.analysis.compare import compare
    from hybridq.experiments.analysis.comparison_rows import adjustment, cases
    from hybridq.experiments.analysis.export import check_export_path, export_trials, latex

    if check_export_path(out).suffix.lower() != ".tex":
        if not (by is metric is against is None):
            raise OutputError(f"by, metric and against are for .tex: {out} has all trials")
        export_trials(out, title, {}, trials.trials)
        return len(trials)
    wish = wish_of(trials, title, by=by, metric=metric, maximize=maximize, against=against)
    found = compare(
        trials, wish.by or trials.choices(), wish.metric, maximize=wish.maximize, against=against
    )
    caption = " ".join(
        filter(None, (f"{title}: {found.quantity}.", cases(found), adjustment(found)))
    )
    write_text(out, latex(found, caption))
    return len(found.groups)


def wish_of(
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
) -> Wish:
    """What to show of these trials, with the usual choices filled in; see `plot`.

    Raises:
        UnknownNameError: there is no such column.
    """
    metric = metric or ("ratio" if "ratio" in trials.metrics else "energy")
    if len(trials):
        for column in (*(by or ()), metric):
            trials.column(column)
    if maximize is None:
        maximize = maximized(metric, trials)
    return Wish(
        title=title,
        metric=metric,
        maximize=maximize,
        by=None if by is None else tuple(by),
        x=x,
        target=None if target is None else Target(metric, target, maximize),
        cost=cost,
        against=against,
    )
