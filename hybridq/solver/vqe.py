"""A ground-state energy by the variational quantum eigensolver: any problem, any circuit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from hybridq.ansatz.circuit import Circuit
from hybridq.baselines.exact_energies import QUICK_STATES, ExactEnergies, exact_energies
from hybridq.problems.base import BinaryProblem
from hybridq.result import Result, Trace
from hybridq.solver import bits
from hybridq.solver.common import (
    Vector,
    Wishes,
    optimizer_info,
    unless_interrupted,
)
from hybridq.solver.energy import energy_info, exact_reference
from hybridq.solver.goal import Goal
from hybridq.solver.goal import exact as without_shots
from hybridq.solver.journaled import begin_journal
from hybridq.strategies.measured import electron_moments
from hybridq.strategies.report import problem_info, versions
from hybridq.strategies.search import search_energy
from hybridq.strategies.starts import first_points
from hybridq.strategies.subject import asked_sector, observable_of

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.objectives import FromShots, Objective
    from hybridq.optimizers import Solution
    from hybridq.problems.base import Problem
    from hybridq.result import Energy, Reference


def solve_vqe(
    problem: Problem,
    ansatz: Ansatz | Circuit,
    wishes: Wishes,
    initial: str | ArrayLike,
    exact: bool | None,
) -> Result:
    """The lowest energy that `ansatz` reaches; `hybridq.solve` explains the arguments."""
    begin_journal(wishes, problem, ansatz)
    wishes.say("simulating")
    goal = Goal(observable_of(problem), wishes)
    objective = goal(ansatz)
    starts = first_points(ansatz, initial, wishes.restarts, wishes.streams[0])
    solution = search_energy(
        objective,
        starts.points,
        wishes.method,
        problem,
        max_evaluations=wishes.max_evaluations,
        time_limit=wishes.time_limit,
        callback=wishes.callback,
        rng=wishes.streams[1],
        journal=wishes.journal,
    )
    facts = {"kind": "circuit", "n_params": ansatz.n_params}
    if not isinstance(ansatz, Circuit):
        facts = ansatz.describe()
    return finish(
        problem, goal, objective, solution, {**facts, "initial": starts.name}, wishes, exact
    )


def finish(
    problem: Problem,
    goal: Goal,
    minimized: Objective | FromShots,
    solution: Solution,
    ansatz: dict[str, Any],
    wishes: Wishes,
    exact: bool | None,
    **traced: Any,
) -> Result:
    """The result of a finished search: references beside it, and samples where bits answer.

    Args:
        traced: further fields of the trace.
    """
    sampled = best = ratio = None
    energy: Energy | None = None
    objective = without_shots(minimized)
    energy_reached = goal.expectation(minimized, solution)
    expectation = problem.sign * energy_reached
    if isinstance(problem, BinaryProblem):
        sampled = bits.sample(problem, objective, solution.x, wishes)
        best = sampled.best
        reference = bits.classical_reference(problem, wishes)
        ratio = bits.ratio(problem, expectation, best, reference)
        trace = bits.trace(problem, solution, sampled, None, wishes.streams[3])
    else:
        wishes.say("exact energy")
        energy, reference = _energies(problem, objective, solution.x, energy_reached, wishes, exact)
        trace = Trace(values=solution.values, **traced)
    return Result(
        problem=problem_info(problem),
        ansatz=ansatz,
        engine=objective.engine,
        optimizer=optimizer_info(solution),
        parameters=solution.x,
        expectation=expectation,
        best=best,
        reference=reference,
        ratio=ratio,
        seed=wishes.seed,
        seconds=wishes.seconds,
        versions=versions(),
        trace=trace,
        energy=energy,
        objective=goal.describe(minimized, solution, problem.sign),
    )


def _energies(
    problem: Problem,
    objective: Objective,
    x: Vector,
    reached: float,
    wishes: Wishes,
    wanted: bool | None,
) -> tuple[Energy, Reference | None]:
    """What stands beside the energy; Ctrl-C leaves out what is not there yet."""

    def diagonalize() -> ExactEnergies:
        sector = asked_sector(problem)
        # A bare Hamiltonian asks for the lowest energy of all, wherever its circuit keeps to;
        # the states that the circuit can reach stand in where all are too many.
        narrowed = (
            sector is None and not wanted and 1 << problem.n_qubits > QUICK_STATES
        ) and objective.sector is not None
        found = exact_energies(
            objective.hamiltonian,
            sector=objective.sector if narrowed else sector,
            wanted=wanted,
            rng=wishes.streams[3],
        )
        if narrowed and len(found.values):
            return replace(found, note=f"{found.note}, those of the circuit; others not looked at")
        return found

    exact = unless_interrupted(diagonalize)
    moments = unless_interrupted(
        lambda: electron_moments(problem, objective, objective.snapshot(x))
    )
    return energy_info(problem, reached, exact, moments), exact_reference(exact)
