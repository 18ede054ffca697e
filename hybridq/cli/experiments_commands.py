"""Commands `hybridq experiments list`, `show` and `delete`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli.errors import OK
from hybridq.cli.experiments_compare import compare
from hybridq.cli.experiments_files import export, plot, report
from hybridq.cli.options import whole_number
from hybridq.cli.spelling import Command
from hybridq.cli.trial_selection import Name
from hybridq.cli.words import plural
from hybridq.core.errors import OutputError, ParameterError, Setting

if TYPE_CHECKING:
    from hybridq.experiments.records import StoredTrial
    from hybridq.experiments.store.experiment import Experiment
    from hybridq.experiments.store.store import Store, Summary

experiments = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@experiments.callback()
def experiments_group() -> None:
    """List, show, compare, draw and export experiments.

    Examples:

      [bold]hybridq experiments compare depth-sweep --by ansatz.p[/bold]
      [bold]hybridq experiments report depth-sweep --out depth-sweep.html[/bold]
    """


@experiments.command("list", cls=Command)
def list_(storage: options.StoredIn = None, debug: options.Debug = False) -> int:
    """List the experiments in a storage.

    Example: [bold]hybridq experiments list[/bold]
    """
    from hybridq.experiments.store.store import Store
    from hybridq.storage.database import without_password

    with Store.open(storage, make=False) as store:
        summaries = store.summaries()
        if not summaries:
            page.say(f"no experiments in {without_password(store.url)}")
            return OK
        _show_list(store, summaries)
    return OK


@experiments.command(cls=Command)
def show(
    name: Name,
    trial: Annotated[
        int | None,
        typer.Argument(
            metavar="TRIAL", parser=whole_number(0), show_default=False, help="Number of a trial."
        ),
    ] = None,
    config: Annotated[
        bool, typer.Option("--config", help="Print the config only, as YAML.")
    ] = False,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Show the conditions of an experiment, or everything about one trial.

    A trial that failed is shown with its traceback.

    Examples:

      [bold]hybridq experiments show depth-sweep[/bold]
      [bold]hybridq experiments show depth-sweep 12[/bold]
      [bold]hybridq experiments show depth-sweep --config > again.yaml[/bold]
    """
    from hybridq.cli.experiment_screen import show_config, show_experiment, show_trial
    from hybridq.experiments.store.store import Store

    with Store.open(storage, make=False) as store:
        experiment = store.experiment(name)
        if config:
            show_config(experiment.config)
            return OK
        trials = experiment.trials(attempts=trial is not None)
        if trial is None:
            show_experiment(experiment, trials)
            return OK
        for one in trials:
            if one.number == trial:
                attempts = [each for each in trials if each.identity == one.identity]
                file = _file(experiment, one)
                show_trial(name, one, attempts, file)
                return OK
        raise ParameterError(f"{name} has no trial {trial}", remedy=_numbers(len(trials)))


@experiments.command(cls=Command)
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    storage: options.StoredIn = None,
    debug: options.Debug = False,
) -> int:
    """Delete an experiment with all its trials.

    Example: [bold]hybridq experiments delete first-try[/bold]
    """
    from hybridq.experiments.records import State
    from hybridq.experiments.running.journals import delete_journals
    from hybridq.experiments.store.store import Store

    with Store.open(storage, make=False) as store:
        counts = store.experiment(name).counts()
        what = f"{name}: {plural(sum(counts.values()), 'trial')}, {counts[State.DONE]} of them done"
        if counts[State.RUNNING]:
            what += f", {counts[State.RUNNING]} running right now"
        if not yes:
            if not sys.stdin.isatty():
                raise ParameterError(
                    what, remedy=("delete them without asking with ", Setting("yes", True))
                )
            page.say(what)
            if not typer.confirm("Delete all of it?"):
                page.say("not deleted")
                return OK
        lost = store.delete(name)
        delete_journals(store.url, name)
        page.say(f"deleted {what}")
        if lost:
            page.say(f"not found: arrays of {plural(lost, 'trial')}, whose folder was moved")
    return OK


experiments.command(cls=Command)(compare)
experiments.command(cls=Command)(plot)
experiments.command(cls=Command)(report)
experiments.command(cls=Command)(export)


def _file(experiment: Experiment, trial: StoredTrial) -> str:
    """Return the path of a trial's arrays, or the error; empty without arrays."""
    if not trial.arrays:
        return ""
    try:
        return str(experiment.artifacts.find(trial))
    except OutputError as error:
        return str(error)


def _show_list(store: Store, summaries: list[Summary]) -> None:
    import time

    from hybridq.cli.fitted_table import Column, fitted
    from hybridq.cli.live_table import duration
    from hybridq.experiments.records import State

    now = time.time()
    best = [_best(store, one) for one in summaries]
    progress = [f"{one.counts[State.DONE]}/{sum(one.counts.values())}" for one in summaries]
    columns = [
        Column("experiment", [one.name for one in summaries], words=True),
        Column("done", progress),
        Column("running", [str(one.counts[State.RUNNING] or "") for one in summaries], 2),
        Column("failed", [str(one.counts[State.FAILED] or "") for one in summaries]),
        Column("best", best),
        Column("made", [f"{duration(now - one.created)} ago" for one in summaries], 1),
        Column("", [one.description for one in summaries], 3, words=True),
    ]
    table, _ = fitted(columns, page.width())
    page.show_parts([table])


def _best(store: Store, summary: Summary) -> str:
    trial = store.experiment(summary.name).best()
    from hybridq.cli.live_table import value_text

    value = trial.outcome.metrics.get(summary.metric) if trial and trial.outcome else None
    return "" if value is None else f"{summary.metric} {value_text(summary.metric, value)}"


def _numbers(count: int) -> str:
    return f"choose from 0 to {count - 1}" if count else "it has no trials"
