"""Commands `hybridq experiments plot`, `report` and `export`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli import trial_selection as selection
from hybridq.cli.errors import FAILED, OK
from hybridq.cli.words import plural
from hybridq.core.errors import OutputError, Setting


def plot(
    name: selection.Name,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Image file: .png, .pdf or .svg.")
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--kind", metavar="KIND", help="lines, box, differences, convergence, profile, tts."
        ),
    ] = "lines",
    x: Annotated[
        str | None,
        typer.Option(
            "--x",
            metavar="KEY",
            show_default=False,
            help="Condition along the horizontal axis (lines and tts only).",
        ),
    ] = None,
    by: selection.By = None,
    metric: selection.Drawn = None,
    where: selection.Where = None,
    against: selection.Against = None,
    target: selection.Aim = None,
    cost: Annotated[
        str | None,
        typer.Option(
            "--cost",
            metavar="NAME",
            show_default=False,
            help="Metric used as the cost of a trial (tts only; default: seconds).",
        ),
    ] = None,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Draw an experiment.

    lines: mean of the metric along a condition. box: all trials by group.
    differences: paired, from one group. convergence: best so far by evaluations.
    profile: performance profile of the evaluations until --target, or until the
    best value found with the same circuit. tts: time to solution.

    Examples:

      [bold]hybridq experiments plot depth-sweep --out depth.png --x ansatz.p[/bold]
      [bold]hybridq experiments plot depth-sweep --kind profile --out profile.svg[/bold]
    """
    from hybridq.experiments.analysis import files
    from hybridq.experiments.analysis.figures import KINDS
    from hybridq.experiments.store.store import Store
    from hybridq.plots import check_plot_path

    KINDS.canonical(kind)
    check_plot_path(out)
    with Store.open(storage, make=False) as store:
        chosen = selection.select_trials(store, [name], by=by, metric=metric, where=where)
    files.plot(
        chosen.trials,
        out,
        kind=kind,
        by=chosen.by if by is not None else None,
        metric=chosen.metric,
        maximize=chosen.maximize,
        x=x,
        against=against,
        target=target,
        cost=cost,
        title=name,
    )
    page.say(f"{out}: {kind} of {plural(len(chosen.trials), 'trial')}")
    return OK


def report(
    name: selection.Name,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="HTML file.")],
    by: selection.By = None,
    metric: selection.Metric = None,
    where: selection.Where = None,
    against: selection.Against = None,
    target: selection.Aim = None,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Write an experiment as one HTML page.

    The page gives the outcome in one sentence, tables, figures, conditions,
    provenance and failures. It needs no other file and no network.

    Example: [bold]hybridq experiments report depth-sweep --out depth-sweep.html[/bold]
    """
    from hybridq.experiments.analysis import files
    from hybridq.experiments.analysis.table import matching, table
    from hybridq.experiments.records import State
    from hybridq.experiments.store.store import Store

    with Store.open(storage, make=False) as store:
        experiment = store.experiment(name)
        trials, config = experiment.trials(), experiment.config
        done, columns, maximize = table({}), None, experiment.direction == "maximize"
        if any(trial.state == State.DONE for trial in trials):
            chosen = selection.select_trials(
                store, [name], by=by, metric=metric, where=where, trials={name: trials}
            )
            done, columns = chosen.trials, chosen.by
            metric, maximize = chosen.metric, chosen.maximize
    others = [trial for trial in trials if trial.state != State.DONE]
    files.report(
        done,
        out,
        by=columns,
        metric=metric,
        maximize=maximize,
        against=against,
        target=target,
        title=name,
        config=config,
        others=matching(others, selection.conditions(where or [])),
        remark=f"Only trials with {' and '.join(where)}." if where else "",
    )
    page.say(f"{out}: report of {plural(len(done), 'finished trial')}")
    return OK


def export(
    name: selection.Name,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE",
            show_default=False,
            help="Table file: .csv, .parquet, .json or .tex.",
        ),
    ] = None,
    arrays: Annotated[
        str | None,
        typer.Option(
            "--arrays",
            metavar="FOLDER",
            show_default=False,
            help="Folder for the arrays stored by output.arrays, a NumPy file per trial.",
        ),
    ] = None,
    by: selection.By = None,
    metric: selection.Metric = None,
    where: selection.Where = None,
    against: selection.Against = None,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Write an experiment as a table for other programs.

    CSV and Parquet have one row for each trial, including failed ones. JSON adds
    parameters, convergence and config. LaTeX contains the comparison grouped by
    --by.

    Examples:

      [bold]hybridq experiments export depth-sweep --out trials.csv[/bold]
      [bold]hybridq experiments export depth-sweep --out table.tex --by optimizer.kind[/bold]
      [bold]hybridq experiments export depth-sweep --arrays searches[/bold]
    """
    from hybridq.experiments.analysis import files
    from hybridq.experiments.analysis.export import check_export_path, export_trials
    from hybridq.experiments.analysis.export_arrays import export_arrays
    from hybridq.experiments.store.store import Store

    if out is None and arrays is None:
        raise OutputError(
            "nothing to export",
            remedy=("set ", Setting("out"), " or ", Setting("arrays"), ", or both"),
        )
    is_comparison = out is not None and check_export_path(out).suffix.lower() == ".tex"
    if not is_comparison and (where or not by is metric is against is None):
        raise OutputError(
            (
                *(Setting("by"), ", ", Setting("metric"), ", ", Setting("where"), " and "),
                *(Setting("against"), f" apply to .tex only: {out or arrays} has all trials"),
            )
        )
    with Store.open(storage, make=False) as store:
        experiment = store.experiment(name)
        trials = experiment.trials()
        if out is not None and is_comparison:
            chosen = selection.select_trials(store, [name], by=by, metric=metric, where=where)
            count = files.export(
                chosen.trials,
                out,
                by=chosen.by,
                metric=chosen.metric,
                maximize=chosen.maximize,
                against=against,
                title=name,
            )
            page.say(f"{out}: {plural(count, 'group')}")
        elif out is not None:
            export_trials(out, name, experiment.config, trials)
            page.say(f"{out}: {plural(len(trials), 'trial')}")
        if arrays is not None:
            count, unreadable = export_arrays(experiment, trials, arrays)
            page.say(f"{arrays}: arrays of {plural(count, 'trial')}")
            for line in unreadable:
                print(f"hybridq: {line}", file=sys.stderr)
            if unreadable:
                return FAILED
    return OK
