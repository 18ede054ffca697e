"""Run one trial: conditions to a call of `hybridq.solve`, result to plain values."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.backends import BACKENDS, Backend
from hybridq.backends.ledger import DEFAULT_LEDGER
from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.core.clock import work_seconds
from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.core.jit import announcing_compilation
from hybridq.engines.choose import ENGINES, Auto
from hybridq.engines.simulators import AUTO_KERNELS, COMPILED
from hybridq.experiments.arrays import Recorder
from hybridq.experiments.problems import problem_section
from hybridq.experiments.problems.cache import Instance, built
from hybridq.experiments.records import Outcome, Plain
from hybridq.experiments.seeds import trial_seed
from hybridq.experiments.starts import START_KEYS, start_of
from hybridq.experiments.trial.measures import convergence, metrics, same_outcome
from hybridq.experiments.trial.provenance import provenance
from hybridq.experiments.trial.time_limit import TrialTimeout, within
from hybridq.mitigation import MITIGATIONS, Mitigation
from hybridq.objectives import OBJECTIVES
from hybridq.optimizers.configure import configured_optimizer
from hybridq.problems.base import BinaryProblem
from hybridq.solver import solve
from hybridq.solver.energy import INTERRUPTED
from hybridq.storage.journal import Journal
from hybridq.strategies.registry import DEFAULT_STRATEGY, configured_strategy

if TYPE_CHECKING:
    from hybridq.engines.config import EngineConfig
    from hybridq.optimizers import Optimizer
    from hybridq.presentation import Result
    from hybridq.strategies.base import Strategy

__all__ = ["TrialTimeout", "run_trial", "same_outcome"]

JOURNAL_AFTER = 2.0  # seconds; shorter searches are repeated instead of resumed


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
    """Return the outcome of a trial; equal conditions give equal values, except times.

    Args:
        conditions: the sections ``problem``, ``ansatz``, ``objective``, ``optimizer``,
            ``strategy``, ``budget``, ``engine``, ``shots``, ``measurement``,
            ``mitigation``, ``repeat`` and ``seed``, resolved.
        instances: bytes of instance files by SHA-256, used in preference to the files.
        base: the folder that paths are relative to; the current one by default.
        threads: threads of the simulator, in place of the engine's own.
        journal_path: the journal of a search that lasts more than two seconds. An existing
            journal is resumed; one of another run is renamed to ``.stale``, and one that another
            process writes is left unchanged. The caller removes the file after it has stored the
            outcome.
        time_limit: seconds after which the trial is interrupted (see `within`).
        arrays: names of `ARRAYS` to keep.

    Raises:
        HybridqError: the conditions are not accepted, or an instance is missing.
        TrialTimeout: it took longer than `time_limit`.
        KeyboardInterrupt: Ctrl-C, where `solve` alone returns its best point so far.
    """
    began = work_seconds()
    folder, files = Path(base or "."), instances or {}
    with within(time_limit), one_blas_thread(), announcing_compilation(lambda text: None):
        section = problem_section(conditions["problem"])
        instance = built(section, folder, conditions.get("seed", 0), files)
        seed = trial_seed(conditions.get("seed", 0), conditions.get("repeat", 0), instance.facts)
        arguments = _arguments(conditions, folder, files, threads)
        if not isinstance(instance.problem, BinaryProblem):
            arguments |= _options(conditions.get("measurement"))
            arguments["mitigate"] = _mitigation(_options(conditions.get("mitigation")))
        else:
            if conditions.get("shots") is not None:
                arguments["shots"] = conditions["shots"]
            if arguments.get("backend") is not None:
                arguments["mitigate"] = _mitigation(_options(conditions.get("mitigation")))
        if arguments.get("backend") is not None and arguments.get("target_error") is None:
            arguments.setdefault("shots", conditions.get("shots"))
        recorder = Recorder(arrays)
        result = _solved(instance, arguments, seed, journal_path, recorder)
    if _was_interrupted(result):
        raise KeyboardInterrupt
    return Outcome(
        metrics={**metrics(result), "seconds_total": work_seconds() - began},
        parameters=[float(x) for x in result.parameters],
        convergence=convergence(result),
        provenance={
            **provenance(arguments["engine"].options().get("threads")),
            "seed": seed,
            "instance": instance.digest,
            "engine": f"{result.engine.name}: {result.engine.reason}",
            "kernels": result.engine.kernels,
        },
        arrays=recorder.arrays(result),
    )


def _arguments(
    conditions: Mapping[str, Any], base: Path, files: Mapping[str, bytes], threads: int | None
) -> Plain:
    """Return the arguments of `hybridq.solve` except problem, seed and journal."""
    objective, strategy, budget, engine, optimizer, ansatz = (
        _options(conditions.get(name))
        for name in ("objective", "strategy", "budget", "engine", "optimizer", "ansatz")
    )
    arguments = {
        **_ansatz_options(ansatz),
        "ansatz": _unless_auto(ansatz.get("kind")),
        "optimizer": _optimizer(optimizer),
        "strategy": _strategy(strategy),
        "initial": start_of(strategy, base, files),
        "restarts": strategy.get("restarts"),
        "objective_shots": objective.pop("shots", None),
        "objective": OBJECTIVES[objective.pop("kind", "expectation")](**objective),
        "max_evaluations": budget.get("evaluations"),
        "time_limit": budget.get("seconds"),
        "engine": _engine(engine, threads),
    }
    if conditions.get("backend") is not None:
        arguments["backend"] = _backend(conditions["backend"], conditions)
        arguments["ledger"] = DEFAULT_LEDGER  # next to the storage, as of `hybridq solve`
    return arguments


def _mitigation(section: Plain) -> str | Mitigation | None:
    """Return the configured mitigation, None for the default of `hybridq.solve`."""
    kind = section.pop("kind", "auto")
    if kind == "none":
        return kind
    return None if kind == "auto" else MITIGATIONS[kind](**section)


def _backend(section: Mapping[str, Any], conditions: Mapping[str, Any]) -> Backend:
    """Return the machine; a simulated one draws other samples for each repeat."""
    options = {name: value for name, value in section.items() if name != "kind"}
    kind = BACKENDS[section["kind"]]
    if "seed" in (each.name for each in fields(kind)):
        repeat = int(conditions.get("repeat", 0))
        options["seed"] = int(options.get("seed", 0)) + repeat
    return kind(**options)


def _engine(section: Plain, threads: int | None) -> EngineConfig:
    """Return the configured engine; `threads`, where given, replaces its own.

    Trials are compared, and so wait for the compiler rather than run each on its own kernels.
    Numba may be limited to fewer (``NUMBA_NUM_THREADS``); results do not depend on the number.
    """
    name = section.pop("kind", "auto")
    kind = Auto if name == "auto" else ENGINES[name]
    if threads is not None and "threads" in kind.option_names():
        from hybridq.engines.kernels import team

        section["threads"] = min(threads, team.most_threads())
    if "kernels" in kind.option_names() and section.get("kernels", AUTO_KERNELS) == AUTO_KERNELS:
        section["kernels"] = COMPILED
    return kind(**section)


def _ansatz_options(ansatz: Plain) -> Plain:
    """Return the options of the ansatz; reject other arguments of `hybridq.solve`."""
    options = {name: value for name, value in ansatz.items() if name != "kind"}
    others = options.keys() & (signature(solve).parameters.keys() - {"p", "mixer"})
    if others:
        raise ParameterError(
            f"ansatz: {', '.join(sorted(others))} must not be among the options of a stored "
            "trial's circuit: run the experiment from its config again"
        )
    return options


def _options(section: Mapping[str, Any] | None) -> Plain:
    """Return the values of a section that are set."""
    return {name: value for name, value in (section or {}).items() if value is not None}


def _unless_auto(kind: str | None) -> str | None:
    """Return the name, None for the default choice of `hybridq.solve`."""
    return None if kind == "auto" else kind


def _strategy(section: Plain) -> Strategy | None:
    """Return the configured strategy, None for the default of `hybridq.solve`.

    Every circuit is searched directly; only QAOA has other strategies and options.
    """
    name = section.get("kind", "auto")
    options = {k: v for k, v in section.items() if k not in ("kind", *START_KEYS)}
    if name in ("auto", DEFAULT_STRATEGY) and not options:
        return None
    return configured_strategy(DEFAULT_STRATEGY if name == "auto" else name, options)


def _optimizer(section: Plain) -> Optimizer | None:
    """Return the configured optimizer, None for the default of `hybridq.solve`."""
    kind = section.pop("kind", "auto")
    if kind == "auto":
        return None
    optimizer = configured_optimizer(kind, section)
    if not optimizer.repeatable:
        # A config cannot contain this, a storage that others write to can.
        raise ParameterError(
            f"optimizer: {kind} of a stored trial must not open a storage of its own: "
            "run the experiment from its config again"
        )
    return optimizer


def _solved(
    instance: Instance,
    arguments: Plain,
    seed: int,
    journal_path: str | os.PathLike[str] | None,
    recorder: Recorder,
) -> Result:
    optimizer = arguments["optimizer"]
    arguments = {**arguments, "callback": recorder.callback}
    if journal_path is None or not (optimizer is None or optimizer.repeatable):
        return solve(instance.problem, rng=seed, **arguments)
    path = Path(journal_path)
    try:
        with _journal(path) as journal:
            return solve(instance.problem, rng=seed, journal=journal, **arguments)
    except FormatError:  # of another version, or damaged: its evaluations cannot be used
        if not path.exists():
            raise
        path.replace(path.with_name(f"{path.name}.stale"))
    recorder.begin()
    with _journal(path) as journal:
        return solve(instance.problem, rng=seed, journal=journal, **arguments)


def _journal(path: Path) -> AbstractContextManager[Journal | None]:
    """Return the journal to resume or begin, an empty context if it cannot be opened."""
    try:
        return Journal(path, resume=True) if path.exists() else Journal(path, after=JOURNAL_AFTER)
    except OutputError:
        return nullcontext()


def _was_interrupted(result: Result) -> bool:
    """Return whether Ctrl-C stopped the search or the computation of a reference."""
    energy = result.energy
    no_reference = result.reference is None if energy is None else energy.exact_note == INTERRUPTED
    return no_reference or result.optimizer.status == "interrupted"
