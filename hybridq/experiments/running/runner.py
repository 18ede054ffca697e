"""Plan, store and run an experiment on the cores of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.core import launch, memory
from hybridq.core.errors import ConfigError, ParameterError, Setting
from hybridq.core.executors import ExecutorLike, open_mapper, process_count
from hybridq.core.mapper import Mapper
from hybridq.core.processes import cores
from hybridq.experiments.config.sweep import plan
from hybridq.experiments.records import Planned, State
from hybridq.experiments.running.events import OnEvent, ignore
from hybridq.experiments.running.executor_run import ExecutorRun
from hybridq.experiments.running.heartbeats import DEAD_AFTER
from hybridq.experiments.running.stop_request import StopRequest
from hybridq.experiments.running.worker import Terms, work_on
from hybridq.experiments.running.worker_pool import WorkerPool
from hybridq.experiments.store.artifacts import check_artifact_folder

if TYPE_CHECKING:
    from hybridq.experiments.config.config import ExperimentConfig
    from hybridq.experiments.store.store import Experiment, Store
    from hybridq.experiments.store.trials import Progress

_BYTES_PER_WORKER = 2**27  # of its libraries and kernels


@dataclass(frozen=True)
class Prepared:
    """A stored experiment that is ready to run.

    Attributes:
        planned: the trials of the config's plan.
        added: number of trials that were added to the store.
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
    """Store the experiment and its missing trials, without running them.

    Args:
        config: config of the experiment.
        store: the store.
        planned: its trials, if they are planned already.
        extend: add to an experiment of this name with another config.
        retry_failed: queue failed trials again.
        progress: called with the number of added trials and the number to add.

    Raises:
        HybridqError: the config cannot be run, or another experiment has this name.
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
    """Raise if the requested arrays cannot be stored, before anything else is.

    Args:
        config: config of the experiment.
        url: URL of the storage.

    Raises:
        ConfigError: none of the problems has the requested arrays.
        ParameterError, OutputError: no folder for arrays is named, or it cannot be written.
    """
    if config.output is None:
        return
    problems: list[Any] = list(config.sweep().problems())
    over_bits = any(section.over_bits for section in problems)
    if set(config.output.arrays) == {"samples"} and not over_bits:
        raise ConfigError(
            "output.arrays: samples are measured bits, and none of these problems is over bits: "
            "request values or points"
        )
    check_artifact_folder(url, config.plain())


def terms_of(config: ExperimentConfig, store: Store) -> Terms:
    """Return the settings of this config's workers, which wait for each other."""
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
    stop: StopRequest | None = None,
    mapper: Mapper | None = None,
) -> None:
    """Run the waiting trials of an experiment until no worker has work left.

    A single job runs in this process, several jobs in a process each.

    Args:
        experiment: the trials.
        terms: settings of the workers; `threads` None divides the cores among the jobs.
        jobs: number of trials at once.
        on_event: called with every event.
        stop: requests to finish or to abandon.
        mapper: an executor that runs them instead.

    Raises:
        OutputError: the storage keeps failing.
        HybridqError: too many workers died in a row.
    """
    _check_jobs(jobs)
    emit, stop = on_event or ignore, stop or StopRequest()
    if mapper is not None:
        ExecutorRun(experiment, terms, mapper, emit, stop).work()
        return
    if launch.leader() is None:  # ranks on one machine share its cores themselves
        terms = replace(terms, threads=terms.threads or max(1, cores() // jobs))
    if jobs == 1:
        work_on(experiment, terms, on_event=emit, stop=stop)
        return
    limit = experiment.config.get("time_limit")
    WorkerPool(experiment, terms, jobs, time_limit=limit, on_event=emit, stop=stop).work()


def run(
    config: ExperimentConfig,
    store: Store,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    *,
    extend: bool = False,
    retry_failed: bool = False,
    stop: StopRequest | None = None,
    executor: ExecutorLike = None,
) -> Experiment:
    """Run the trials of an experiment that the store does not have.

    Args:
        config: config of the experiment (`load_config`).
        store: the store (`Store.open`).
        jobs: trials at once, one for each core by default.
        on_event: called with every event.
        extend: add to an experiment of this name with another config.
        retry_failed: run failed trials again.
        stop: requests to finish or to abandon.
        executor: an executor of ``concurrent.futures`` or its name, in place of the config's; see
            `hybridq.core.executors.open_mapper`.

    Returns:
        The experiment, whose `trials` have the outcomes. A failed trial does not raise.

    Raises:
        HybridqError: the config cannot be run, another experiment has this name, the storage keeps
            failing, or too many workers died in a row.
    """
    _check_jobs(1 if jobs is None else jobs)  # before anything is stored
    planned = plan(config)
    jobs, mapped = mapped_by(config.executor if executor is None else executor, jobs, planned)
    with mapped as mapper:
        ready = prepare(config, store, planned=planned, extend=extend, retry_failed=retry_failed)
        jobs = jobs_for(ready.experiment, jobs)
        if jobs:
            terms = terms_of(config, store)
            carry_out(ready.experiment, terms, jobs, on_event=on_event, stop=stop, mapper=mapper)
    return ready.experiment


def mapped_by(
    executor: ExecutorLike, jobs: int | None, planned: Sequence[Planned]
) -> tuple[int | None, AbstractContextManager[Mapper | None]]:
    """Return the number of jobs, and an executor to open.

    Args:
        executor: see `run`; ``processes`` are the workers of this machine, as without an executor.
        jobs: number of them.
        planned: the trials; those of the engine ``distributed`` run one at a time, in this process,
            where it leads ranks of MPI.

    Returns:
        jobs, and a context of the mapper: None for workers of this machine.

    Raises:
        ParameterError: jobs together with another executor, no number of processes, or several
            jobs where all ranks hold one state.
    """
    if executor is None or executor == "processes":
        if launch.leader() is not None and any(map(_over_ranks, planned)):
            if jobs not in (None, 1):
                raise ParameterError(
                    "the ranks hold the state of one trial at a time",
                    argument="jobs",
                    value=jobs,
                    remedy=("leave out ", Setting("jobs")),
                )
            return 1, nullcontext()
        if launch.is_launched() and any(map(_over_ranks, planned)):
            launch.load_mpi("engine")  # whose failure would be that of every trial
        return jobs, nullcontext()
    if jobs is not None:
        raise ParameterError(
            "an executor has workers of its own",
            argument="jobs",
            value=jobs,
            remedy=("leave out ", Setting("jobs"), " or ", Setting("executor")),
        )
    if isinstance(executor, str) and executor.startswith("processes:"):
        return process_count(executor.removeprefix("processes:")), nullcontext()
    return 1, open_mapper(executor)


def _over_ranks(planned: Planned) -> bool:
    """Return whether the state of a trial is spread over ranks."""
    engine = planned.conditions.get("engine")
    return isinstance(engine, dict) and engine.get("kind") == "distributed"


def jobs_for(experiment: Experiment, jobs: int | None = None) -> int:
    """Return the number of trials to run at once, at most those left to run.

    Args:
        experiment: its trials of dead workers are released first.
        jobs: requested number, one for each core by default.

    Raises:
        ParameterError: `jobs` is not positive.
        CapacityError: the processes do not fit in memory.
    """
    jobs = _check_jobs(cores() if jobs is None else jobs)
    experiment.release_dead(DEAD_AFTER)
    counts = experiment.counts()
    jobs = min(jobs, counts[State.WAITING] + counts[State.RUNNING])
    memory.require(jobs * _BYTES_PER_WORKER, f"running {jobs:,} trials at once", "use fewer jobs")
    return jobs


def _check_jobs(jobs: int) -> int:
    """Return the number of jobs; raise if it is not positive."""
    if jobs < 1:
        raise ParameterError(argument="jobs", value=jobs, expected="an integer >= 1")
    return jobs
