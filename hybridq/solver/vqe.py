"""A ground-state energy by the variational quantum eigensolver: any problem, any circuit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from hybridq.circuits.circuit import Circuit
from hybridq.classical.exact_energies import (
    QUICK_STATES,
    ExactEnergies,
    numbers_of,
)
from hybridq.core.errors import ParameterError
from hybridq.operators.moments import moments
from hybridq.operators.sector import Sector
from hybridq.presentation import Result, Trace
from hybridq.problems.base import BinaryProblem
from hybridq.solver import bits
from hybridq.solver.common import (
    Vector,
    Wishes,
    optimizer_info,
    unless_interrupted,
)
from hybridq.solver.energy import SAME_ENERGY, energy_info, exact_reference
from hybridq.solver.exact import lowest_energy
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
    from hybridq.presentation import Energy, Reference
    from hybridq.problems.base import Problem


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
        wishes.configured,
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
        problem,
        goal,
        objective,
        solution,
        {**facts, "initial": starts.name},
        wishes,
        exact,
        _sector(problem, ansatz),
    )


def _sector(problem: Problem, ansatz: Ansatz | Circuit) -> Sector | None:
    """The particle numbers that the problem asks for, or else those given to the ansatz."""
    particles = getattr(ansatz, "particles", None)
    sector = asked_sector(problem)
    if sector is not None or particles is None:
        return sector
    return Sector.of_electrons(problem.n_qubits // 2, *particles)


def finish(
    problem: Problem,
    goal: Goal,
    minimized: Objective | FromShots,
    solution: Solution,
    ansatz: dict[str, Any],
    wishes: Wishes,
    exact: bool | None,
    sector: Sector | None,
    **traced: Any,
) -> Result:
    """The result of a finished search: references beside it, and samples where bits answer.

    Args:
        sector: the particle numbers asked for, None where there are none.
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
        sign = goal.natural(problem.sign)
        trace = bits.trace(problem, solution, sampled, None, wishes.streams[3], sign)
    else:
        wishes.say("exact energy")
        energy, reference = _energies(problem, objective, solution.x, energy_reached, exact, sector)
        trace = Trace(values=solution.values, seconds=solution.seconds, **traced)
    return Result(
        problem=problem_info(problem),
        ansatz=ansatz,
        engine=objective.engine,
        optimizer=optimizer_info(solution, wishes),
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
    wanted: bool | None,
    sector: Sector | None,
) -> tuple[Energy, Reference | None]:
    """What stands beside the energy; Ctrl-C leaves out what is not there yet."""

    def diagonalize() -> ExactEnergies:
        # A bare Hamiltonian asks for the lowest energy of all, wherever its circuit keeps to;
        # the states that the circuit can reach stand in where all are too many.
        narrowed = (
            sector is None and not wanted and 1 << problem.n_qubits > QUICK_STATES
        ) and objective.sector is not None
        try:
            found = lowest_energy(
                objective.hamiltonian, objective.sector if narrowed else sector, wanted
            )
        except ParameterError as refusal:
            if not narrowed:
                raise
            # The circuit keeps what the Hamiltonian does not.
            return ExactEnergies.refused(str(refusal))
        if narrowed and len(found.values):
            return replace(found, narrowed=True)
        return found

    exact = unless_interrupted(diagonalize)
    found = unless_interrupted(lambda: electron_moments(problem, objective, objective.snapshot(x)))
    spin = unless_interrupted(lambda: _exact_spin(problem, exact, asked_sector(problem)))
    kept = None
    if sector is None and wanted is not False:
        kept = unless_interrupted(lambda: _kept(objective, exact))
    block = energy_info(problem, reached, exact, found, exact_s_squared=spin, kept=kept)
    return block, exact_reference(exact)


def _exact_spin(
    problem: Problem, exact: ExactEnergies | None, sector: Sector | None
) -> float | None:
    """⟨S²⟩ of the exact state, None where the problem is not about electrons."""
    if exact is None or exact.ground is None or sector is None:
        return None
    electronic = getattr(problem, "electronic", None)
    restricted = electronic is None or electronic.is_restricted
    m = sector.split
    return moments(sector.basis(), exact.ground, m, same_orbitals=restricted).s_squared


def _kept(objective: Objective, exact: ExactEnergies | None) -> tuple[str, float] | None:
    """What the circuit keeps and its lowest energy, where the ground state is not among that."""
    sector = objective.sector
    if sector is None or exact is None or exact.ground is None:
        return None
    if len(exact.ground) == sector.dim:  # those are the states that were looked at
        return None
    try:
        values = lowest_energy(objective.hamiltonian, sector, None).values
    except ParameterError:  # the Hamiltonian leads out of the sector, which has no energies then
        return None
    lowest = float(exact.values[0])
    if not len(values) or values[0] - lowest <= SAME_ENERGY * max(1.0, abs(lowest)):
        return None
    return numbers_of(sector), float(values[0])
