"""A problem over bits by QAOA: encode, optimize, sample, decode, compare."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.ansatz.angle_file import read_angles
from hybridq.ansatz.angles import fixed_angle_table, regular_degree
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.landscape import quick_landscape
from hybridq.objectives import Expectation
from hybridq.optimizers import OPTIMIZERS
from hybridq.rescaled import energy_unit, search_angles
from hybridq.result import Result
from hybridq.solver import bits
from hybridq.solver.common import (
    DEFAULT_OPTIMIZER,
    Vector,
    Wishes,
    optimizer_info,
    unless_interrupted,
)
from hybridq.strategies.report import problem_info, versions

if TYPE_CHECKING:
    from hybridq.problems.base import BinaryProblem

TOLERANCE = 1e-6  # of the default optimizer, relative: far below what any sample can show


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


def solve_qaoa(
    problem: BinaryProblem,
    wishes: Wishes,
    p: int | None,
    initial: str | os.PathLike[str] | ArrayLike,
    landscape: bool,
) -> Result:
    """The answer of QAOA with `p` layers; `hybridq.solve` explains the arguments."""
    n = problem.n_qubits
    initial = read_angles(initial) if isinstance(initial, os.PathLike) else initial
    if p is None:
        given = 0 if isinstance(initial, str) else np.size(initial) // 2
        p = given or default_depth(n)
    ansatz = QAOA(problem.hamiltonian, p)

    wishes.say("simulating")
    objective = Expectation(ansatz, problem.hamiltonian, **wishes.simulation)
    start = _starting_points(ansatz, initial, wishes.restarts or 0, wishes.streams[0])
    bounds, method = None, wishes.method
    if OPTIMIZERS[method].needs_bounds:
        bounds = ansatz.bounds
        start = _Start(np.array([ansatz.into_bounds(row) for row in start.points]), start.name)
    budget = wishes.max_evaluations
    solution = search_angles(
        objective,
        energy_unit(ansatz),
        start.points,
        method,
        bounds,
        wishes.callback,
        max_evaluations=default_evaluations(n, method) if budget is None else budget,
        time_limit=wishes.time_limit,
        tolerance=TOLERANCE if method == DEFAULT_OPTIMIZER else None,
        rng=wishes.streams[1],
    )

    sampled = bits.sample(problem, objective, solution.x, wishes)
    reference = bits.classical_reference(problem, wishes)
    expectation = problem.sign * solution.value
    seconds = wishes.seconds
    grid = None
    if landscape and ansatz.p == 1 and solution.status != "interrupted":
        wishes.say("landscape")
        grid = unless_interrupted(lambda: quick_landscape(objective, ansatz, problem.sign))
    return Result(
        problem=problem_info(problem),
        ansatz={**ansatz.describe(), "initial": start.name},
        engine=objective.engine,
        optimizer=optimizer_info(solution),
        parameters=solution.x,
        expectation=expectation,
        best=sampled.best,
        reference=reference,
        ratio=bits.ratio(problem, expectation, sampled.best, reference),
        seed=wishes.seed,
        seconds=seconds,
        versions=versions(),
        trace=bits.trace(problem, solution, sampled, grid, wishes.streams[3]),
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
