"""`hybridq experiments plot`, `report` and `export`: experiments as files."""

from __future__ import annotations

from typing import Annotated

import typer

from hybridq.cli import choice_options as choices
from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli.errors import OK
from hybridq.cli.words import plural
from hybridq.errors import OutputError


def plot(
    name: choices.Name,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Picture: .png, .pdf or .svg.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind", metavar="KIND", help="lines, box, differences, convergence, profile, tts."
        ),
    ] = "lines",
    x: Annotated[
        str | None,
        typer.Option(
            "--x", metavar="KEY", show_default=False, help="Condition along the axis of lines."
        ),
    ] = None,
    by: choices.By = None,
    metric: choices.Metric = None,
    where: choices.Where = None,
    against: choices.Against = None,
    target: choices.Aim = None,
    cost: Annotated[
        str, typer.Option("--cost", metavar="NAME", help="What a trial takes, for tts.")
    ] = "seconds",
    storage: options.Storage = None,
    debug: options.Debug = False,
) -> int:
    """Draw an experiment.

    lines: mean of the metric along a condition. box: all trials by group.
    differences: paired, from one group. convergence: best so far by evaluations.
    profile: performance profile of the evaluations. tts: time to solution.

    Examples:

      [bold]hybridq experiments plot depth-sweep --out depth.png --x ansatz.p[/bold]
      [bold]hybridq experiments plot depth-sweep --kind profile --out profile.svg[/bold]
    """
    from hybridq.experiments.analysis.figures import KINDS, Wish, draw
    from hybridq.experiments.analysis.searches import Target
    from hybridq.experiments.store.store import Store
    from hybridq.plots import check_plot_path, save

    KINDS.canonical(kind)
    check_plot_path(out)
    with Store.open(storage, make=False) as store:
        chosen = choices.choose(store, [name], by=by, metric=metric, where=where)
    if x is not None:
        chosen.trials.column(x)
    goal = None if target is None else Target(chosen.metric, target, chosen.maximize)
    wish = Wish(
        title=name,
        metric=chosen.metric,
        maximize=chosen.maximize,
        by=chosen.by if by is not None else None,
        x=x,
        target=goal,
        cost=cost,
        against=against,
    )
    save(draw(kind, chosen.trials, wish), out)
    page.say(f"{out}: {kind} of {plural(len(chosen.trials), 'trial')}")
    return OK


def report(
    name: choices.Name,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Page to write, .html.")],
    by: choices.By = None,
    metric: choices.Metric = None,
    storage: options.Storage = None,
    debug: options.Debug = False,
) -> int:
    """Write an experiment as one HTML page with everything inside.

    The outcome in a sentence, tables, figures, conditions, provenance, failures.
    The file needs no other file and no network.

    Example: [bold]hybridq experiments report depth-sweep --out depth-sweep.html[/bold]
    """
    from hybridq.experiments.analysis.report import report as written
    from hybridq.experiments.analysis.senses import maximized
    from hybridq.experiments.analysis.table import table
    from hybridq.experiments.store.store import Store
    from hybridq.files import check_writable, write_text

    if check_writable(out).suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"cannot write {out}: a report is HTML; name it .html")
    with Store.open(storage, make=False) as store:
        experiment = store.experiment(name)
        trials, config = experiment.trials(), experiment.config
        own, direction = experiment.metric, experiment.direction
    metric = metric or own
    done = table({name: trials})
    columns = None if by is None else [part.strip() for part in by.split(",") if part.strip()]
    if len(done):
        for column in (*(columns or ()), metric):
            done.column(column)
    maximize = direction == "maximize" if metric == own else maximized(metric, done)
    text = written(name, config, trials, metric=metric, maximize=maximize, by=columns)
    write_text(out, text)
    page.say(f"{out}: report of {plural(len(done), 'finished trial')}")
    return OK


def export(
    name: choices.Name,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Table: .csv, .parquet, .json or .tex.")
    ],
    by: choices.By = None,
    metric: choices.Metric = None,
    where: choices.Where = None,
    storage: options.Storage = None,
    debug: options.Debug = False,
) -> int:
    """Write an experiment as a table for other programs.

    CSV and Parquet have a row for each trial, failed ones too; JSON has the
    parameters, convergence and config as well. LaTeX has the comparison by --by.

    Examples:

      [bold]hybridq experiments export depth-sweep --out trials.csv[/bold]
      [bold]hybridq experiments export depth-sweep --out table.tex --by optimizer.kind[/bold]
    """
    from hybridq.experiments.analysis.compare import compare
    from hybridq.experiments.analysis.export import check_export_path, export_trials, latex
    from hybridq.experiments.store.store import Store
    from hybridq.files import write_text

    suffix = check_export_path(out).suffix.lower()
    if suffix != ".tex" and (by is not None or metric is not None or where):
        raise OutputError(
            f"--by, --metric and --where are for .tex: {out} has all trials with all columns"
        )
    with Store.open(storage, make=False) as store:
        if suffix == ".tex":
            chosen = choices.choose(store, [name], by=by, metric=metric, where=where)
            found = compare(chosen.trials, chosen.by, chosen.metric, maximize=chosen.maximize)
            write_text(out, latex(found, f"{name}: {chosen.metric}"))
            page.say(f"{out}: {plural(len(found.groups), 'group')}")
            return OK
        experiment = store.experiment(name)
        trials, config = experiment.trials(), experiment.config
    export_trials(out, name, config, trials)
    page.say(f"{out}: {plural(len(trials), 'trial')}")
    return OK
