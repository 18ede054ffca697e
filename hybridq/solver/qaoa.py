"""A problem over bits by QAOA: encode, optimize, sample, decode, compare."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.ansatz.learned_angles import LearnedAngles, angles_in
from hybridq.ansatz.qaoa import QAOA
from hybridq.objectives import Expectation
from hybridq.objectives.landscape import quick_landscape
from hybridq.optimizers.checks import check_limits
from hybridq.optimizers.choice import check_alone
from hybridq.presentation import Result
from hybridq.solver import answers
from hybridq.solver.common import (
    DEFAULT_OPTIMIZER,
    Wishes,
    optimizer_info,
    unless_interrupted,
)
from hybridq.solver.goal import Goal, exact
from hybridq.solver.journaled import begin_journal
from hybridq.strategies.base import Found, Task
from hybridq.strategies.registry import STRATEGIES
from hybridq.strategies.report import problem_info, versions
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

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


def solve_qaoa(
    problem: BinaryProblem,
    wishes: Wishes,
    p: int | None,
    initial: str | os.PathLike[str] | ArrayLike | LearnedAngles,
    landscape: bool,
) -> Result:
    """The answer of QAOA with `p` layers; `hybridq.solve` explains the arguments."""
    strategy = STRATEGIES[wishes.strategy or "direct"]
    if not strategy.searches_once:
        check_alone(wishes.configured, f"strategy={strategy.name!r} makes several searches")
    initial = angles_in(initial) if isinstance(initial, os.PathLike) else initial
    if p is None:
        p = _layers_of(initial) or default_depth(problem.n_qubits)
    ansatz = QAOA(problem.hamiltonian, p)
    begin_journal(wishes, problem, ansatz)

    wishes.say("simulating")
    goal = Goal(problem.hamiltonian, wishes)
    found = strategy(
        Task(
            ansatz,
            goal,
            _shared_search(ansatz, wishes),
            initial,
            wishes.restarts,
            wishes.streams[0],
        )
    )
    solution, objective = found.solution, exact(found.objective)

    sampled = answers.sample(problem, objective, solution.x, wishes)
    reference = answers.classical_reference(problem, wishes)
    expectation = problem.sign * goal.expectation(objective, solution)
    seconds = wishes.seconds
    grid = None
    if landscape and ansatz.p == 1 and found.ansatz is ansatz and solution.status != "interrupted":
        wishes.say("landscape")
        mean = Expectation(ansatz, problem.hamiltonian, **wishes.simulation)
        grid = unless_interrupted(lambda: quick_landscape(mean, ansatz, problem.sign))
    return Result(
        problem=problem_info(problem),
        ansatz=_described(found, strategy.name, goal, problem.sign),
        engine=objective.engine,
        optimizer=optimizer_info(solution, wishes),
        parameters=solution.x,
        expectation=expectation,
        best=sampled.best,
        reference=reference,
        samples=sampled.samples,
        ratio=answers.ratio(problem, expectation, sampled.best, reference),
        seed=wishes.seed,
        seconds=seconds,
        versions=versions(),
        trace=answers.trace(
            problem, solution, sampled, grid, wishes.streams[3], goal.natural(problem.sign)
        ),
        objective=goal.describe(
            found.objective,
            solution,
            problem.sign,
            found.start.x if strategy.name == "direct" else None,
        ),
    )


def _layers_of(initial: str | ArrayLike | LearnedAngles) -> int:
    """The depth of given angles, 0 for a start by name."""
    if isinstance(initial, LearnedAngles):
        return initial.p
    return 0 if isinstance(initial, str) else np.size(initial) // 2


def _shared_search(ansatz: QAOA, wishes: Wishes) -> SharedSearch:
    """The budget of all searches, in the units of this cost."""
    budget = wishes.max_evaluations
    if budget is None:
        budget = default_evaluations(ansatz.n_qubits, wishes.method)
    check_limits(budget, wishes.time_limit, None)
    return SharedSearch(
        wishes.configured,
        unit=energy_unit(ansatz),
        max_evaluations=budget,
        time_limit=wishes.time_limit,
        tolerance=TOLERANCE if wishes.method == DEFAULT_OPTIMIZER else None,
        callback=wishes.callback,
        rng=wishes.streams[1],
        journal=wishes.journal,
    )


def _described(found: Found, strategy: str, goal: Goal, sign: float) -> dict[str, Any]:
    """The ansatz, where its search began and why, and each step of a longer search."""
    facts = {**found.ansatz.describe(), "initial": found.start.name}
    if found.start.reason:
        facts["initial_reason"] = found.start.reason
    if strategy != "direct":
        facts["strategy"] = strategy
        value = "expectation" if goal.is_plain else "value"
        facts["steps"] = [
            {
                "step": s.label,
                value: goal.natural(sign) * s.value,
                "evaluations": s.evaluations,
                **s.kind,
            }
            for s in found.steps
        ]
    return facts
