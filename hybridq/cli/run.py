"""Command `hybridq run CONFIG`."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli import page
from hybridq.cli.errors import INTERRUPTED, OK
from hybridq.cli.words import plural

if TYPE_CHECKING:
    from hybridq.core.mapper import Mapper
    from hybridq.experiments.config.config import ExperimentConfig
    from hybridq.experiments.records import Planned
    from hybridq.experiments.running.stop_request import StopRequest
    from hybridq.experiments.store.store import Experiment, Store

_FAILED = 1  # exit status: some trials failed


def run(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="The experiment, a YAML file.")],
    set_: options.Set = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            show_default=False,
            help="Name to use instead of the config's.",
        ),
    ] = None,
    jobs: options.Jobs = None,
    executor: Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="NAME",
            show_default=False,
            help="processes, processes:4, dask://HOST:PORT, mpi or serial (default: the config's, "
            "else processes).",
        ),
    ] = None,
    storage: options.Storage = None,
    extend: Annotated[
        bool,
        typer.Option("--extend", help="Extend a stored experiment with a changed config."),
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run failed trials again.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check and count the trials.")
    ] = False,
    print_sbatch: Annotated[
        bool,
        typer.Option(
            "--print-sbatch",
            help="Store the trials and print a job array of workers for SLURM, --jobs tasks.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Allow any number of trials.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print one line at the end.")] = False,
    debug: options.Debug = False,
) -> int:
    """Run the trials of an experiment that are not stored yet.

    Ctrl-C finishes the running trials; pressed again, it abandons them. The same
    command resumes a run that was stopped or killed, and interrupted trials
    continue from their journals.

    Exit status: 0 when all trials are done, 1 when some failed, 130 when stopped.

    Examples:

      [bold]hybridq run configs/maxcut_depth_sweep.yaml[/bold]
      [bold]hybridq run sweep.yaml --set optimizer.kind=cobyla --name cobyla --jobs 4[/bold]
    """
    from hybridq.cli.status_line import status_line
    from hybridq.storage.database import without_password

    overrides = [*(set_ or []), *([] if name is None else [f"name={name}"])]
    with status_line(f"reading {config} and planning its trials ...", quiet=quiet):
        from hybridq.experiments.config.config import load_config
        from hybridq.experiments.running.runner import check_output, mapped_by
        from hybridq.experiments.store.storage import choose_storage
        from hybridq.experiments.store.store import Store

        loaded = load_config(config, overrides, override_label=options.OVERRIDE)
        planned = options.planned_trials(loaded, without_limit=yes)
        url = choose_storage(storage, loaded.storage)
        check_output(loaded, url)
        store = None if dry_run else Store.open(url)
    if store is None:
        page.say(f"{loaded.name}: {plural(len(planned), 'trial')}, to {without_password(url)}")
        return OK
    if print_sbatch:
        with store:
            return _print_sbatch(loaded, planned, store, jobs or 1, extend, retry_failed)
    jobs, mapped = mapped_by(executor or loaded.executor, jobs, planned)
    with store, mapped as mapper:
        return _Run(loaded, planned, store, quiet, mapper).carry_out(jobs, extend, retry_failed)


def _print_sbatch(
    config: ExperimentConfig,
    planned: Sequence[Planned],
    store: Store,
    tasks: int,
    extend: bool,
    retry_failed: bool,
) -> int:
    """Store the trials and print a script for sbatch that starts workers.

    The storage is in the environment of the job, since its URL may contain a password.
    """
    from hybridq.core.errors import ParameterError, Setting
    from hybridq.experiments.running import runner

    if store.url.startswith("sqlite") and tasks > 1:
        raise ParameterError(
            "SQLite files are not for several machines",
            argument="storage",
            remedy=("use ", Setting("storage", "postgresql://..."), " or a journal:/// file"),
        )
    runner.prepare(config, store, planned=planned, extend=extend, retry_failed=retry_failed)
    named = f"--experiment {shlex.quote(config.name)}"
    page.write_plain(
        f"""\
#!/bin/bash
# {plural(len(planned), "trial")} of {config.name}. Workers take trials until none is left; a task
# that is killed or runs out of time loses none, and more of them may be started at any time.
# Before sbatch: export HYBRIDQ_STORAGE=URL, that of this command.
#SBATCH --job-name={config.name.replace(" ", "-")}
#SBATCH --array=1-{tasks}
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
#SBATCH --signal=B:TERM@60
#SBATCH --output=%x-%A_%a.out
exec srun hybridq worker {named} --jobs "$SLURM_CPUS_PER_TASK" --wait 60
"""
    )
    return OK


class _Run:
    """One run of an experiment with its display."""

    def __init__(
        self,
        config: ExperimentConfig,
        planned: Sequence[Planned],
        store: Store,
        quiet: bool,
        mapper: Mapper | None,
    ) -> None:
        self._config = config
        self._planned = planned
        self._store = store
        self._quiet = quiet
        self._mapper = mapper

    def carry_out(self, jobs: int | None, extend: bool, retry_failed: bool) -> int:
        """Store and run missing trials, show the summary, return the exit status."""
        from hybridq.cli.live_table import LiveTable
        from hybridq.cli.run_progress import RunProgress
        from hybridq.cli.stop_signals import handle_stop_signals
        from hybridq.experiments.running import runner
        from hybridq.experiments.running.stop_request import StopRequest
        from hybridq.experiments.running.versions import version_note

        began = time.perf_counter()
        goal = self._config.goal()
        progress = RunProgress(goal.metric, goal.direction == "maximize")
        stop = StopRequest()
        with LiveTable(self._config.name, progress, quiet=self._quiet) as live:
            ready = runner.prepare(
                self._config,
                self._store,
                planned=self._planned,
                extend=extend,
                retry_failed=retry_failed,
                progress=live.storing,
            )
            experiment = ready.experiment
            progress.expect(self._planned)
            if ready.added < len(self._planned):
                progress.remember(experiment.trials())
            if note := version_note(experiment):
                live.say(note)
            jobs = runner.jobs_for(experiment, jobs)
            if jobs:
                with handle_stop_signals(stop, live.say_at_once):
                    live.say(self._opening(progress.total, progress.done, jobs))
                    runner.carry_out(
                        experiment,
                        runner.terms_of(self._config, self._store),
                        jobs,
                        on_event=live.event,
                        stop=stop,
                        mapper=self._mapper,
                    )
        try:
            return self._summarized(experiment, began, stop, idle=not jobs)
        except KeyboardInterrupt:
            if stop.finish:  # Ctrl-C again, just after the running trials have ended
                return INTERRUPTED
            raise

    def _summarized(
        self, experiment: Experiment, began: float, stop: StopRequest, *, idle: bool
    ) -> int:
        """Show the summary; return the exit status."""
        from hybridq.cli.run_summary import show_summary
        from hybridq.experiments.records import State

        trials = experiment.trials()
        left = sum(trial.state in (State.WAITING, State.RUNNING) for trial in trials)
        stopped = stop.finish and left > 0
        show_summary(
            experiment.name,
            trials,
            metric=experiment.metric,
            maximize=experiment.direction == "maximize",
            seconds=time.perf_counter() - began,
            stopped=stopped,
            quiet=self._quiet,
            idle_in=self._storage() if idle else None,
        )
        if stopped:
            return INTERRUPTED
        return _FAILED if any(trial.state == State.FAILED for trial in trials) else OK

    def _opening(self, total: int, done: int, jobs: int) -> str:
        before = f", {done} of them done" if done else ""
        where = f"{jobs} at a time" if self._mapper is None else "on an executor"
        return (
            f"{self._config.name}: {plural(total, 'trial')}{before}, {where}, to {self._storage()}"
        )

    def _storage(self) -> str:
        from hybridq.storage.database import without_password

        return without_password(self._store.url)
