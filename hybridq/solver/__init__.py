"""From a problem to an answer: encode, optimize, decode, compare.

`settings` turns choices by name into configured objects, `choices` does so for the ansatz;
`qaoa`, `vqe` and `adapt` are the ways to solve; `minimized` binds the objective to circuits,
`answers` and `energy` judge the outcome, `journaled` makes a solve resumable.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.mixers.base import Mixer
from hybridq.ansatz.qaoa import QAOA
from hybridq.backends.ledger import Ledger
from hybridq.backends.registry import BackendLike
from hybridq.circuits.circuit import Circuit
from hybridq.core import memory
from hybridq.core.errors import CapacityError, ParameterError, Setting
from hybridq.core.executors import ExecutorLike, open_mapper
from hybridq.core.randomness import RandomLike
from hybridq.engines.choose import EngineLike
from hybridq.measurement.registry import GroupingLike
from hybridq.noise import NoiseModel
from hybridq.objectives import ObjectiveConfig
from hybridq.operators.pauli_sum import PauliSum
from hybridq.optimizers import OptimizerLike, Record
from hybridq.presentation import Result
from hybridq.problems.base import BinaryProblem, Problem
from hybridq.solver.choices import GrowingAnsatz, default_depth, layers_of, resolve_ansatz
from hybridq.solver.measured import MitigationLike
from hybridq.solver.settings import (
    DEFAULT_OPTIMIZER,
    SolveSettings,
    Stage,
    resolve_settings,
    resolve_strategy,
    started,
)
from hybridq.storage.journal import Journal, opened
from hybridq.strategies.base import Strategy
from hybridq.strategies.resolve import resolve_problem

if TYPE_CHECKING:
    from hybridq.solver.machine import Machine

__all__ = ["DEFAULT_OPTIMIZER", "default_depth", "solve"]


@memory.capacity("solving", "use fewer qubits, layers or shots, or precision='single'")
def solve(
    problem: Problem | PauliSum,
    *,
    ansatz: str | Ansatz | Circuit | None = None,
    p: int | None = None,
    mixer: str | Mixer | None = None,
    objective: str | ObjectiveConfig = "expectation",
    optimizer: OptimizerLike | None = None,
    strategy: str | Strategy | None = None,
    engine: EngineLike = "auto",
    alpha: float | None = None,
    eta: float | None = None,
    objective_shots: int | None = None,
    initial: str | os.PathLike[str] | ArrayLike | Mapping[str, Any] | LearnedAngles = "auto",
    restarts: int | None = None,
    executor: ExecutorLike = None,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    shots: int | None = None,
    target_error: float | None = None,
    grouping: GroupingLike | None = None,
    mitigate: MitigationLike | None = None,
    precision: str | None = None,
    threads: int | None = None,
    kernels: str | None = None,
    noise: NoiseModel | Mapping[str, Any] | str | None = None,
    rng: RandomLike = None,
    landscape: bool = False,
    exact: bool | None = None,
    callback: Callable[[Record], Any] | None = None,
    stage: Stage | None = None,
    journal: str | os.PathLike[str] | Journal | None = None,
    resume: bool = False,
    backend: BackendLike | None = None,
    ledger: str | os.PathLike[str] | Ledger | None = None,
    max_executions: int | None = None,
    max_shots: int | None = None,
    max_cost: float | None = None,
    dry_run: bool = False,
    refine: bool = False,
    search_on_machine: bool = False,
    **options: Any,
) -> Result:
    """Return the answer that a variational circuit finds, with a classical reference.

    A problem over bits is answered by QAOA: the circuit is optimized, sampled, and the best
    feasible sample decoded. A molecule or a Hamiltonian is answered by the variational quantum
    eigensolver: an energy, with the Hartree–Fock and exact ones. Every choice is a name or a
    configured object, such as ``objective="cvar"`` or ``objective=hq.CVaR(alpha=0.1)``. A
    `KeyboardInterrupt` during the search ends it: the best point so far is reported.

    Args:
        problem: an instance of a family of `PROBLEMS`, a `PauliSum`, a `HubbardModel`, or an
            operator or a model of another package.
        ansatz: parameterized circuit (default: depends on the problem); a name of `ANSATZE`,
            ``"adapt"`` for a circuit that grows, an `Ansatz` or a `Circuit`. By default ``"qaoa"``
            for problems over bits, ``"uccsd"`` for molecules, and for Hamiltonians as
            `default_ansatz` picks.
        p: layers of QAOA (default: depends on the size, on a machine also on its errors).
        mixer: mixer of QAOA (default: the first that fits); a name of `MIXERS` or a configured
            mixer.
        objective: quantity to minimize (default: expectation); a name of `OBJECTIVES` or a
            configured objective. The result's `expectation` is the expectation value all the same.
        optimizer: classical outer loop (default: l-bfgs); a name of `OPTIMIZERS`,
            a configured optimizer such as ``hq.optimizers.SPSA(blocking=True)``, or a function
            ``optimizer(f, x0)`` that returns an object with ``x``, as SciPy's do, or the point; see
            `FunctionOptimizer`.
        strategy: search strategy for QAOA angles (default: direct); a name of `STRATEGIES`.
        engine: simulator of the circuit (default: auto); a name of `ENGINES` or a configured
            engine such as ``hq.engines.Statevector(threads=2)``.
        alpha: share of the samples that cvar averages (default: 0.2).
        eta: weight of low energies in gibbs (default: depends on the scale).
        objective_shots: shots for each objective value (default: exact values). The optimizer is
            then Adam along gradients estimated from two values; optimizers that cannot do without
            gradients get them from parameter shifts.
        initial: initial point, a file of parameters, model:NAME@champion or a start (default:
            auto); also the parameters, or `LearnedAngles`. A file is a `Path`. A model, by alias
            or as model:NAME@3, is a version of the registry in ``HYBRIDQ_MODELS``; the search
            begins with the better of its angles and auto.
        restarts: further random starts (default: depends on the ansatz); they share the budget.
        executor: workers that search the restarts, scan the landscape, contract spins and anneal
            the reference, processes:4, dask://HOST:PORT, mpi or serial (default: this process,
            starts one after another); also an executor of ``concurrent.futures``. Each start then
            has a share of the budget of its own, and the result is the same on any of them.
        max_evaluations: maximum number of evaluations (default: depends on the size); for QAOA at
            most 2,000 and otherwise 50,000, fewer where each takes long.
        time_limit: seconds of work, without reading, start-up and the compilation of kernels
            (default: no limit). Where samples are drawn it limits the search of the angles, else
            the whole answer with reference and bound.
        shots: samples of the final state (default: 1024 for problems over bits, none for energies);
            for an energy, the shots of all circuits that measure it at the end. On a machine 1024
            by default.
        target_error: standard error wanted of the measured final energy (default: not measured);
            a measurement plan finds the shots that it takes. Instead of `shots`.
        grouping: grouping of the terms of a measured energy (default: auto, the fewest shots); a
            name of `hybridq.measurement.GROUPINGS`.
        mitigate: mitigation of noise in a measured energy or a machine's mean (default: readout
            where its errors are known); a name of `hybridq.mitigation.MITIGATIONS`, ``"none"``, or
            a configured one.
        precision: floating-point precision, double or single (default: double); single takes half
            the memory.
        threads: number of threads (default: all cores).
        kernels: code of the simulator, compiled, numpy or auto (default: auto); auto takes numpy
            as long as this machine has not compiled the kernels, where that is quicker.
        noise: noise of every gate, a JSON file or KEY=VALUE,... as in
            one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04 (default: none); also a `NoiseModel`
            or its description. The engine is then density, exact up to 14 qubits.
        rng: source of randomness for starts, the optimizer, samples and the heuristics; by
            default a seed is drawn, which the result names.
        landscape: of QAOA with p = 1, also scan a grid of angles for the picture.
        exact: compute the exact energy (default: if quick).
        callback: called with a `Record` after every evaluation, such as a `ProgressBar`.
        stage: called with a word when the work moves on.
        journal: a file in which every evaluation is written, so that the run can be killed and
            resumed; see `Journal`.
        resume: continue the run in that file: called with the same arguments, it ends in the same
            result as if it had not been killed, and simulates only what is missing. Limits may
            differ; without `rng` the seed is that of the file.
        backend: machine that runs the trained circuit, a name of BACKENDS or NAME:TARGET
            (default: the simulator samples); also a configured backend. The angles are found by
            simulation, and one batch of `shots` answers.
        ledger: file that keeps every execution (default: hybridq-jobs.db); also a `Ledger`. A run
            that was interrupted continues when it is repeated, and nothing is paid twice.
        max_executions: most circuits that may be submitted (default: no limit).
        max_shots: most shots that may be submitted (default: no limit).
        max_cost: most that may be spent, in the currency of the backend (default: no limit).
        dry_run: show circuits, gates, price and the predicted result, and submit nothing.
        refine: execute a second batch at angles improved for the machine's noise, if the predicted
            gain exceeds the error bar; for problems over bits of at most 10 qubits in use.
        search_on_machine: take the values of the search from the machine too, a batch of
            objective_shots each, at most max_evaluations (default: by simulation); for problems
            over bits, and optimizers without gradients.
        options: of the named ansatz, for example ``layers=4``.

    Returns:
        the `Result`; its `optimizer.status` says whether the search was interrupted.

    Raises:
        UnknownNameError: no ansatz, mixer, optimizer, engine, start or option of that name.
        ParameterError: an argument has a value that is not accepted.
        DimensionError: a given circuit has another width than the Hamiltonian.
        ProblemError: value, cost and constraints of the family contradict each other.
        CapacityError: the state does not fit in memory.
        OutputError: the journal cannot be written, or exists already and is not resumed.
        FormatError: the journal is of another run; the message names the difference.
        BackendError: the machine cannot run the circuit, its canary failed, or a job did.
        BudgetError: the batch exceeds a limit; nothing was submitted.
        PendingError: the results come later, by hand; the same call continues.
        MissingExtraError: a package of the backend is not installed.
    """
    _reject_misspelled(options)
    began = started(time_limit)
    subject = resolve_problem(problem, ansatz, options)
    start = _start_of(initial, subject)
    free_depth = p is None and strategy is None and not isinstance(ansatz, Ansatz | Circuit)
    strategy = resolve_strategy(strategy)
    if p is None and strategy is not None and not isinstance(ansatz, Ansatz | Circuit):
        p = strategy.most_layers
    with _naming_alternatives(subject):
        chosen = resolve_ansatz(subject, ansatz, p=p, mixer=mixer, initial=start, options=options)
    limits = {"max_executions": max_executions, "max_shots": max_shots, "max_cost": max_cost}
    with (
        opened(journal, resume) as log,
        _machine(backend, ledger, limits, dry_run, refine, search_on_machine) as machine,
        nullcontext() if executor is None else open_mapper(executor) as mapper,
        _naming_alternatives(subject),
    ):
        if machine is not None and isinstance(chosen, QAOA) and isinstance(subject, BinaryProblem):
            from hybridq.solver.machine_mixer import with_gates

            asked = mixer is not None or isinstance(ansatz, Ansatz)
            machine, chosen = with_gates(machine, subject, chosen, asked=asked)
        settings = resolve_settings(
            optimizer=optimizer,
            objective=objective,
            engine=engine,
            strategy=strategy,
            alpha=alpha,
            eta=eta,
            precision=precision,
            threads=threads,
            kernels=kernels,
            noise=noise,
            problem=subject,
            ansatz=chosen,
            objective_shots=objective_shots,
            restarts=restarts,
            mapper=mapper,
            max_evaluations=max_evaluations,
            time_limit=time_limit,
            shots=shots,
            target_error=target_error,
            grouping=grouping,
            mitigate=mitigate,
            rng=rng if log is None else log.seed(rng),
            callback=callback,
            stage=stage,
            journal=log,
            machine=machine,
            began=began,
        )
        if isinstance(chosen, QAOA) and isinstance(subject, BinaryProblem):
            from hybridq.solver.qaoa import solve_qaoa

            free = free_depth and not layers_of(start)
            return solve_qaoa(subject, chosen, settings, start, landscape, free_depth=free)
        return _solve_energy(subject, chosen, settings, start, exact)


def _machine(
    backend: BackendLike | None,
    ledger: str | os.PathLike[str] | Ledger | None,
    limits: Mapping[str, Any],
    dry_run: bool,
    refine: bool,
    search: bool,
) -> AbstractContextManager[Machine | None]:
    """Return the machine of a solve, None without a backend.

    Raises:
        ParameterError: an option of machines is given without one.
    """
    if backend is not None:
        from hybridq.solver.machine import opened_machine

        return opened_machine(backend, ledger, limits, dry_run, refine, search)
    flags = {
        "dry_run": dry_run or None,
        "refine": refine or None,
        "search_on_machine": search or None,
    }
    for name, value in {"ledger": ledger, **limits, **flags}.items():
        if value is not None:
            raise ParameterError(
                (Setting(name), " is an option of runs on a machine"),
                argument=name,
                value=value,
                remedy=("choose one with ", Setting("backend", "embedded"), ", or leave it out"),
            )
    return nullcontext()


@contextmanager
def _naming_alternatives(problem: Problem) -> Iterator[None]:
    """Name the problem's alternatives where its feasible space is too large."""
    try:
        yield
    except CapacityError as error:
        if error.argument != "space":
            raise
        remedy = problem.smaller or _without_states(problem)
        if not remedy:
            raise
        error.remedy = remedy
        raise error.with_argument("space") from None


def _without_states(problem: Problem) -> tuple[str | Setting, ...]:
    """Return the mixer that needs no state, where the penalties are quadratic."""
    if not isinstance(problem, BinaryProblem) or "x" not in problem.mixers:
        return ()
    if not problem.cost().is_quadratic:
        return ()
    return ("use ", Setting("mixer", "x"), ", with penalties, which needs no state")


def _solve_energy(
    problem: Problem,
    ansatz: Ansatz | Circuit | GrowingAnsatz,
    settings: SolveSettings,
    initial: str | ArrayLike | LearnedAngles,
    exact: bool | None,
) -> Result:
    """Return the lowest energy of any ansatz but QAOA."""
    if settings.machine is not None and (
        isinstance(problem, BinaryProblem) or isinstance(ansatz, GrowingAnsatz)
    ):
        raise ParameterError(
            "a machine runs QAOA of problems over bits, and circuits of a fixed form for energies",
            argument="backend",
            value=settings.machine.backend.title,
            remedy=("leave out ", Setting("backend"), " or choose another ", Setting("ansatz")),
        )
    if settings.machine is not None and settings.machine.search:
        raise ParameterError(
            (Setting("search_on_machine"), " searches the angles of QAOA"),
            argument="search_on_machine",
            value=True,
            remedy="leave it out",
        )
    if settings.strategy is not None:
        raise ParameterError(
            (Setting("strategy", settings.strategy.name), " searches the angles of QAOA"),
            argument="strategy",
            value=settings.strategy.name,
            remedy="leave it out",
        )
    if isinstance(initial, LearnedAngles):
        raise ParameterError(
            "learned angles are those of QAOA",
            argument="initial",
            remedy="give parameters or the name of a start",
        )
    if isinstance(ansatz, GrowingAnsatz):
        from hybridq.solver.adapt import solve_adapt

        return solve_adapt(problem, settings, exact, ansatz.options)
    from hybridq.solver.vqe import solve_vqe

    return solve_vqe(problem, ansatz, settings, initial, exact)


def _start_of(
    initial: str | os.PathLike[str] | ArrayLike | Mapping[str, Any] | LearnedAngles,
    problem: Problem,
) -> str | ArrayLike | LearnedAngles:
    """Return a start by name, or the angles that it names."""
    from hybridq.angles.references import is_reference
    from hybridq.ansatz.angle_file import read_angles
    from hybridq.ansatz.given_angles import by_name
    from hybridq.ansatz.learned_angles import angles_in

    if is_reference(initial):
        from hybridq.angles.registry import resolve_locally

        return resolve_locally(str(initial))
    if isinstance(initial, os.PathLike):
        over_bits = isinstance(problem, BinaryProblem)
        return angles_in(initial) if over_bits else read_angles(initial)
    return by_name(initial) if isinstance(initial, Mapping) else initial


def _reject_misspelled(options: dict[str, Any]) -> None:
    """Raise for an argument that other tools call otherwise."""
    if "seed" in options:
        raise ParameterError(
            "solve has no argument 'seed'",
            argument="rng",
            value=options["seed"],
            remedy=("write ", Setting("rng", options["seed"])),
        )
