"""From a problem to an answer: encode, optimize, sample, decode, compare."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq._version import __version__
from hybridq.ansatz.angle_file import read_angles
from hybridq.ansatz.angles import fixed_angle_table, regular_degree
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.errors import ParameterError
from hybridq.landscape import quick_landscape
from hybridq.objectives import Expectation
from hybridq.optimizers import OPTIMIZERS, Record, Solution
from hybridq.problems.base import Problem
from hybridq.randomness import RandomLike, as_generator
from hybridq.rescaled import energy_unit, search_angles
from hybridq.result import (
    Best,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Result,
    Trace,
)
from hybridq.simulator.engine import checked_precision, checked_shots

Vector = NDArray[np.float64]
Stage = Callable[[str], None]
T = TypeVar("T")

DEFAULT_OPTIMIZER = "l-bfgs"
TOLERANCE = 1e-6  # of the default optimizer, relative: far below what any sample can show
UNIFORM_SAMPLES = 20_000


def default_depth(n_qubits: int) -> int:
    """Layers by default: 8 from 8 to 16 qubits, then fewer, so that a solve stays at seconds."""
    return int(np.clip(8 - (n_qubits - 15) // 2, 2, min(8, max(n_qubits, 2))))


def default_evaluations(n_qubits: int, method: str) -> int:
    """Evaluations by default: fewer where each takes longer, so that a solve stays short.

    Bayesian searches think for tens of milliseconds before each evaluation and get fewer.
    """
    most = 150 if method.startswith("optuna") else 2_000
    return int(np.clip(2_000 * 2.0 ** (18 - n_qubits), 30, most))


@dataclass(frozen=True)
class _Start:
    """Where the search begins: one row a start, and what to call it."""

    points: Vector
    name: str


def solve(
    problem: Problem,
    *,
    p: int | None = None,
    optimizer: str | None = None,
    initial: str | os.PathLike[str] | ArrayLike = "auto",
    restarts: int = 0,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    shots: int = 1024,
    precision: str = "double",
    engine: str = "auto",
    threads: int | None = None,
    rng: RandomLike = None,
    landscape: bool = False,
    callback: Callable[[Record], Any] | None = None,
    stage: Stage | None = None,
) -> Result:
    """The answer that QAOA finds for `problem`, beside a classical one.

    A QAOA circuit is optimized on the embedded simulator, sampled, and the best sample decoded.
    A `KeyboardInterrupt` during the search ends it: the best point so far is reported.

    Args:
        problem: what to solve, for example a `MaxCut`.
        p: layers; by default those of given angles, else 8 up to 16 qubits and fewer beyond.
        optimizer: a name of `OPTIMIZERS`; L-BFGS with exact gradients by default.
        initial: ``"auto"`` (fixed angles where they are tabulated, else the ramp), ``"ramp"``,
            ``"fixed-angles"``, ``"random"``, a `Path` to a file of angles, or 2p angles in
            radians.
        restarts: further starts from random points, which share the budget.
        max_evaluations: evaluations in all; by default 2000, fewer above 18 qubits.
        time_limit: seconds for the search.
        shots: measurements of the final state.
        precision: ``"double"`` or ``"single"``.
        engine: an engine's name, or ``"auto"``.
        threads: threads of the simulator; all by default.
        rng: source of randomness for starts, the optimizer, samples and the heuristics.
        landscape: with p = 1, also scan a grid of angles for the picture.
        callback: called with a `Record` after every evaluation.
        stage: called with a word when the work moves on.

    Returns:
        the `Result`; its `optimizer.status` says whether the search was interrupted.

    Raises:
        ParameterError: an argument makes no sense.
        CapacityError: the state does not fit in memory.
    """
    began = time.perf_counter()
    if not isinstance(problem, Problem):
        raise ParameterError(
            f"solve takes a problem, got a {type(problem).__name__}: "
            "for a graph, write hybridq.solve(hybridq.MaxCut(graph))"
        )
    say: Stage = stage or (lambda text: None)
    seed = int(rng) if isinstance(rng, int | np.integer) and not isinstance(rng, bool) else None
    start_rng, search_rng, sample_rng, classic_rng = as_generator(rng).spawn(4)
    method = OPTIMIZERS.canonical(optimizer or DEFAULT_OPTIMIZER)
    shots = checked_shots(shots)
    checked_precision(precision)
    if isinstance(restarts, bool) or not isinstance(restarts, int | np.integer) or restarts < 0:
        raise ParameterError(f"restarts={restarts!r}: give a whole number of at least 0")
    n = problem.n_qubits
    initial = read_angles(initial) if isinstance(initial, os.PathLike) else initial
    if p is None:
        given = 0 if isinstance(initial, str) else np.size(initial) // 2
        p = given or default_depth(n)
    ansatz = QAOA(problem.hamiltonian, p)

    say("simulating")
    objective = Expectation(
        ansatz, problem.hamiltonian, engine=engine, precision=precision, threads=threads
    )
    start = _starting_points(ansatz, initial, restarts, start_rng)
    bounds = None
    if OPTIMIZERS[method].needs_bounds:
        bounds = ansatz.bounds
        start = _Start(np.array([ansatz.into_bounds(row) for row in start.points]), start.name)
    budget = default_evaluations(n, method) if max_evaluations is None else max_evaluations
    solution = search_angles(
        objective,
        energy_unit(ansatz),
        start.points,
        method,
        bounds,
        callback,
        max_evaluations=budget,
        time_limit=time_limit,
        tolerance=TOLERANCE if method == DEFAULT_OPTIMIZER else None,
        rng=search_rng,
    )

    say("sampling")
    bits, counts = objective.sample_bits(solution.x, shots, sample_rng)
    values = problem.values(bits)
    best = _best_sample(problem, bits, values)

    say("classical reference")
    reference = _unless_interrupted(lambda: _reference(problem, ansatz, classic_rng))
    expectation = problem.sign * solution.value
    seconds = time.perf_counter() - began
    grid = None
    if landscape and ansatz.p == 1 and solution.status != "interrupted":
        say("landscape")
        grid = _unless_interrupted(lambda: quick_landscape(objective, ansatz, problem.sign))
    trace = _trace(problem, solution, values, counts, grid, classic_rng)
    return Result(
        problem=ProblemInfo(
            kind=problem.kind,
            name=problem.name,
            n_qubits=n,
            sense=problem.sense,
            value_name=problem.value_name,
            facts=problem.describe(),
        ),
        ansatz={**ansatz.describe(), "initial": start.name},
        engine=objective.engine,
        optimizer=OptimizerInfo(
            method=solution.method,
            evaluations=solution.evaluations,
            status=solution.status,
            message=solution.message,
        ),
        parameters=solution.x,
        expectation=expectation,
        best=best,
        reference=reference,
        ratio=None
        if reference is None
        else _ratio(expectation, best, reference, problem.hamiltonian.one_norm),
        seed=seed,
        seconds=seconds,
        versions=_versions(),
        trace=trace,
    )


def _starting_points(
    ansatz: QAOA,
    initial: str | ArrayLike,
    restarts: int,
    rng: np.random.Generator,
) -> _Start:
    if isinstance(initial, str):
        name = initial.strip().lower()
        if name == "auto":
            tabulated = (regular_degree(ansatz.ising), ansatz.p) in fixed_angle_table()
            name = "fixed-angles" if tabulated else "ramp"
        else:
            name = INITIAL_POINTS.canonical(name)
        first = ansatz.initial_point(name, rng)
    else:
        name, first = "given angles", ansatz.initial_point(initial)
    others = [ansatz.initial_point("random", rng) for _ in range(restarts)]
    return _Start(np.array([first, *others]), name)


def _best_sample(problem: Problem, bits: NDArray[np.uint8], values: NDArray[np.float64]) -> Best:
    row = int(np.argmin(problem.sign * values))
    return Best(
        value=float(values[row]),
        bits="".join(map(str, bits[row])),
        assignment=problem.decode(bits[row]),
    )


def _reference(problem: Problem, ansatz: QAOA, rng: np.random.Generator) -> Reference:
    from hybridq.baselines import reference

    classic = reference(ansatz.ising, rng=rng)
    return Reference(
        value=float(problem.value(classic.bits)), method=classic.method, exact=classic.exact
    )


def _ratio(expectation: float, best: Best, reference: Reference, total: float) -> Ratio:
    return Ratio(
        expectation=_quotient(expectation, reference.value, total),
        best=_quotient(best.value, reference.value, total),
    )


def _quotient(value: float, reference: float, total: float) -> float | None:
    """value / reference, None where the reference is nothing but rounding of `total`."""
    return value / reference if reference > 1e-12 * total else None


def _trace(
    problem: Problem,
    solution: Solution,
    values: NDArray[np.float64],
    counts: NDArray[np.int64],
    landscape: tuple[Vector, Vector, Vector] | None,
    rng: np.random.Generator,
) -> Trace:
    distinct, where = np.unique(values, return_inverse=True)
    uniform = rng.integers(0, 2, (UNIFORM_SAMPLES, problem.n_qubits), dtype=np.uint8)
    return Trace(
        values=problem.sign * solution.values,
        sample_values=distinct,
        sample_counts=np.bincount(where, weights=counts).astype(np.int64),
        uniform_values=problem.values(uniform),
        landscape=landscape,
        graph=getattr(problem, "graph", None),
    )


def _unless_interrupted(work: Callable[[], T]) -> T | None:
    """What `work` returns, or None on Ctrl-C: the answer that is there already is not lost."""
    try:
        return work()
    except KeyboardInterrupt:
        return None


def _versions() -> dict[str, str]:
    packages = ("numpy", "scipy", "numba", "networkx")
    return {
        "hybridq": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }
