"""One trial: its conditions become a call of `hybridq.solve`, and the result plain figures."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.core.clock import work_seconds
from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.experiments.arrays import Recorder
from hybridq.experiments.problems import problem_section
from hybridq.experiments.problems.cache import Instance, built
from hybridq.experiments.records import Outcome, Plain
from hybridq.experiments.seeds import trial_seed
from hybridq.experiments.starts import start_of
from hybridq.experiments.trial.measures import convergence, metrics, same_outcome
from hybridq.experiments.trial.provenance import provenance
from hybridq.experiments.trial.time_limit import TrialTimeout, within
from hybridq.optimizers import OPTIMIZERS, Journal
from hybridq.solver import solve
from hybridq.solver.energy import INTERRUPTED

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer
    from hybridq.presentation import Result

__all__ = ["TrialTimeout", "run_trial", "same_outcome"]

JOURNAL_AFTER = 2.0  # seconds: shorter searches are sooner repeated than journaled


@memory.capacity("the trial", "use fewer qubits, layers or shots")
def run_trial(
    conditions: Mapping[str, Any],
    *,
    instances: Mapping[str, bytes] | None = None,
    base: str | os.PathLike[str] | None = None,
    threads: int | None = None,
    journal_path: str | os.PathLike[str] | None = None,
    time_limit: float | None = None,
    arrays: Collection[str] = (),
) -> Outcome:
    """What a trial gives; the same conditions give the same figures, times aside.

    Args:
        conditions: the sections ``problem``, ``ansatz``, ``objective``, ``optimizer``,
            ``strategy``, ``budget``, ``engine``, ``shots``, ``repeat`` and ``seed``, resolved.
        instances: bytes of instance files by SHA-256, which come before the files themselves.
        base: the folder that paths are relative to; the current one by default.
        threads: of the simulator, in place of the engine's own.
        journal_path: where the search is journaled once it has lasted two seconds. A journal that
            is there is continued; one that does not fit is set aside as ``.stale``, and one that
            another process writes is left alone. The file stays after the trial, for whoever
            stores the outcome to remove.
        time_limit: seconds after which the trial is interrupted (see `within`).
        arrays: which of `ARRAYS` to keep.

    Raises:
        HybridqError: the conditions make no sense, or an instance is missing.
        TrialTimeout: it took longer than `time_limit`.
        KeyboardInterrupt: Ctrl-C, at which `solve` alone would return what it has so far.
    """
    began = work_seconds()
    folder, files = Path(base or "."), instances or {}
    with within(time_limit), one_blas_thread():
        section = problem_section(conditions["problem"])
        instance = built(section, folder, conditions.get("seed", 0), files)
        seed = trial_seed(conditions.get("seed", 0), conditions.get("repeat", 0), instance.facts)
        wishes = _wishes(conditions, folder, files, threads)
        recorder = Recorder(arrays)
        result = _solved(instance, wishes, seed, journal_path, recorder)
    if _was_interrupted(result):
        raise KeyboardInterrupt
    return Outcome(
        metrics={**metrics(result), "seconds_total": work_seconds() - began},
        parameters=[float(x) for x in result.parameters],
        convergence=convergence(result),
        provenance={
            **provenance(wishes["threads"]),
            "seed": seed,
            "instance": instance.digest,
            "engine": f"{result.engine.name}: {result.engine.reason}",
        },
        arrays=recorder.arrays(result),
    )


def _wishes(
    conditions: Mapping[str, Any], base: Path, files: Mapping[str, bytes], threads: int | None
) -> Plain:
    """The arguments of `hybridq.solve`, but for the problem, the seed and the journal."""
    objective, strategy, budget, engine = (
        conditions.get(name) or {} for name in ("objective", "strategy", "budget", "engine")
    )
    ansatz = _options(conditions.get("ansatz"))
    wishes = {
        **_ansatz_options(ansatz),
        "ansatz": _unless_auto(ansatz.get("kind")),
        "optimizer": _optimizer(_options(conditions.get("optimizer"))),
        # To search directly is what all circuits do; only those of QAOA have other strategies.
        "strategy": None if strategy.get("kind") in ("auto", "direct") else strategy.get("kind"),
        "initial": start_of(strategy, base, files),
        "restarts": strategy.get("restarts"),
        "objective": objective.get("kind", "expectation"),
        "alpha": objective.get("alpha"),
        "eta": objective.get("eta"),
        "objective_shots": objective.get("shots"),
        "max_evaluations": budget.get("evaluations"),
        "time_limit": budget.get("seconds"),
        "engine": engine.get("kind", "auto"),
        "precision": engine.get("precision", "double"),
        "threads": engine.get("threads") if threads is None else threads,
    }
    if conditions.get("shots") is not None:
        wishes["shots"] = conditions["shots"]
    return wishes


def _ansatz_options(ansatz: Plain) -> Plain:
    """Options of the circuit; a stored trial must not reach other arguments of `solve` by them."""
    options = {name: value for name, value in ansatz.items() if name != "kind"}
    others = options.keys() & (signature(solve).parameters.keys() - {"p"})
    if others:
        raise ParameterError(
            f"ansatz: {', '.join(sorted(others))} must not be among the options of a stored "
            "trial's circuit: run the experiment from its config again"
        )
    return options


def _options(section: Mapping[str, Any] | None) -> Plain:
    """What a section says, without what it leaves open."""
    return {name: value for name, value in (section or {}).items() if value is not None}


def _unless_auto(kind: str | None) -> str | None:
    """The name that `solve` takes, None where it chooses itself."""
    return None if kind == "auto" else kind


def _optimizer(section: Plain) -> Optimizer | None:
    """The configured optimizer, None where `solve` chooses it."""
    kind = section.pop("kind", "auto")
    if kind == "auto":
        return None
    optimizer = OPTIMIZERS[kind](**section)
    if not optimizer.repeatable:
        # A config cannot ask for this, a storage that somebody else writes to could.
        raise ParameterError(
            f"optimizer: {kind} of a stored trial must not open a storage of its own: "
            "run the experiment from its config again"
        )
    return optimizer


def _solved(
    instance: Instance,
    wishes: Plain,
    seed: int,
    journal_path: str | os.PathLike[str] | None,
    recorder: Recorder,
) -> Result:
    optimizer = wishes["optimizer"]
    wishes = {**wishes, "callback": recorder.callback}
    if journal_path is None or not (optimizer is None or optimizer.repeatable):
        return solve(instance.problem, rng=seed, **wishes)
    path = Path(journal_path)
    try:
        with _journal(path) as journal:
            return solve(instance.problem, rng=seed, journal=journal, **wishes)
    except FormatError:  # of another version, or damaged: its evaluations are of no use
        if not path.exists():
            raise
        path.replace(path.with_name(f"{path.name}.stale"))
    recorder.begin()
    with _journal(path) as journal:
        return solve(instance.problem, rng=seed, journal=journal, **wishes)


def _journal(path: Path) -> AbstractContextManager[Journal | None]:
    """The journal to go on with or to begin; none where it cannot be had, which loses no result."""
    try:
        return Journal(path, resume=True) if path.exists() else Journal(path, after=JOURNAL_AFTER)
    except OutputError:
        return nullcontext()


def _was_interrupted(result: Result) -> bool:
    """Whether Ctrl-C has cut the search short, or left out what stands beside it."""
    energy = result.energy
    beside = result.reference is None if energy is None else energy.exact_note == INTERRUPTED
    return beside or result.optimizer.status == "interrupted"
