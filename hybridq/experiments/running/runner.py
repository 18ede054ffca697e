"""An experiment from its config to the last trial: planned, stored, run on this machine's cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.core import memory
from hybridq.core.errors import ConfigError, ParameterError
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import Planned, State
from hybridq.experiments.running.crew import Crew
from hybridq.experiments.running.events import OnEvent, ignore
from hybridq.experiments.running.stop import Stop
from hybridq.experiments.running.worker import DEAD_AFTER, Terms, work_on
from hybridq.experiments.store.artifacts import check_artifact_folder
from hybridq.experiments.trial.provenance import cores

if TYPE_CHECKING:
    from hybridq.experiments.config.config import ExperimentConfig
    from hybridq.experiments.store.store import Experiment, Store
    from hybridq.experiments.store.trials import Progress

_BYTES_OF_A_WORKER = 2**27  # of its libraries and kernels


@dataclass(frozen=True)
class Prepared:
    """An experiment that is stored and ready to run.

    Attributes:
        planned: the trials that the config asks for.
        added: how many of them the store did not have.
    """

    experiment: Experiment
    planned: Sequence[Planned]
    added: int


def prepare(
    config: ExperimentConfig,
    store: Store,
    *,
    planned: Sequence[Planned] | None = None,
    extend: bool = False,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Prepared:
    """Store the experiment and those of its trials that are missing; nothing is run yet.

    Args:
        config: of the experiment.
        store: where it goes.
        planned: its trials, if they were planned already.
        extend: add to an experiment of this name that has another config.
        retry_failed: enqueue the trials that failed once more.
        progress: called with how many trials are added and how many there are to add.

    Raises:
        HybridqError: the config cannot be run, or there is another experiment of this name.
    """
    planned = plan(config) if planned is None else planned
    goal = config.goal()
    check_output(config, store.url)
    experiment = store.create(
        config.name,
        config.plain(),
        planned,
        metric=goal.metric,
        direction=goal.direction,
        contents=config.contents(),
        extend=extend,
    )
    added = experiment.enqueue(planned, progress, failed=retry_failed)
    return Prepared(experiment, planned, added)


def check_output(config: ExperimentConfig, url: str) -> None:
    """Refuse an output that cannot be kept, before anything is stored.

    Args:
        config: of the experiment.
        url: of the storage.

    Raises:
        ConfigError: none of the problems has what is asked for.
        ParameterError, OutputError: there is no folder for arrays, or none that can be written.
    """
    if config.output is None:
        return
    problems: list[Any] = list(config.sweep().problems())
    over_bits = any(section.over_bits for section in problems)
    if set(config.output.arrays) == {"samples"} and not over_bits:
        raise ConfigError(
            "output.arrays: samples are measured bits, and none of these problems is over bits: "
            "ask for values or points"
        )
    check_artifact_folder(url, config.plain())


def terms_of(config: ExperimentConfig, store: Store) -> Terms:
    """What workers of this config have to know, who wait for each other's trials."""
    return Terms(
        store.url,
        config.name,
        threads=config.threads,
        base=str(config.base.resolve()),
        for_others=True,
    )


def carry_out(
    experiment: Experiment,
    terms: Terms,
    jobs: int,
    *,
    on_event: OnEvent | None = None,
    stop: Stop | None = None,
) -> None:
    """Run what is waiting in an experiment, and return when no worker has anything left to do.

    One job runs in this process, more run in a process each.

    Args:
        experiment: the trials.
        terms: of the workers; `threads` None divides the cores among the jobs.
        jobs: how many trials run at once.
        on_event: told what happens.
        stop: may ask to finish or to abandon.

    Raises:
        OutputError: the storage fails for long.
        HybridqError: workers die one after the other.
    """
    _checked(jobs)
    tell, stop = on_event or ignore, stop or Stop()
    terms = replace(terms, threads=terms.threads or max(1, cores() // jobs))
    if jobs == 1:
        work_on(experiment, terms, on_event=tell, stop=stop)
        return
    limit = experiment.config.get("time_limit")
    Crew(experiment, terms, jobs, time_limit=limit, on_event=tell, stop=stop).work()


def run(
    config: ExperimentConfig,
    store: Store,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    *,
    extend: bool = False,
    retry_failed: bool = False,
    stop: Stop | None = None,
) -> Experiment:
    """Run an experiment: what the store has is not run again.

    Args:
        config: of the experiment (`load_config`).
        store: where it is kept (`Store.open`).
        jobs: trials at once, one for each core by default.
        on_event: told what happens.
        extend: add to an experiment of this name that has another config.
        retry_failed: run the trials that failed once more.
        stop: may ask to finish or to abandon.

    Returns:
        The experiment, whose `trials` have the outcomes. A trial that failed is no error here.

    Raises:
        HybridqError: the config cannot be run, there is another experiment of this name, the
            storage fails for long, or workers die one after the other.
    """
    _checked(1 if jobs is None else jobs)  # before anything is stored
    ready = prepare(config, store, extend=extend, retry_failed=retry_failed)
    jobs = jobs_for(ready.experiment, jobs)
    if jobs:
        terms = terms_of(config, store)
        carry_out(ready.experiment, terms, jobs, on_event=on_event, stop=stop)
    return ready.experiment


def jobs_for(experiment: Experiment, jobs: int | None = None) -> int:
    """How many trials to run at once: one a core unless told, and no more than there are to run.

    Args:
        experiment: trials of workers that are dead are freed first.
        jobs: as many as are wished for.

    Raises:
        ParameterError: `jobs` is not positive.
        CapacityError: that many processes do not fit in memory.
    """
    jobs = _checked(cores() if jobs is None else jobs)
    experiment.release_dead(DEAD_AFTER)
    counts = experiment.counts()
    jobs = min(jobs, counts[State.WAITING] + counts[State.RUNNING])
    memory.require(jobs * _BYTES_OF_A_WORKER, f"running {jobs:,} trials at once", "give fewer jobs")
    return jobs


def _checked(jobs: int) -> int:
    if jobs < 1:
        raise ParameterError(f"jobs={jobs}: at least one is needed")
    return jobs
