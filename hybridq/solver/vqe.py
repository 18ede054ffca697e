"""Ground-state energies by the variational quantum eigensolver."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from hybridq.circuits.circuit import Circuit
from hybridq.classical.exact_energies import (
    QUICK_STATES,
    ExactEnergies,
    ExactStatus,
)
from hybridq.core.clock import Deadline
from hybridq.core.errors import ParameterError
from hybridq.core.versions import versions
from hybridq.engines.protocols import SupportsSnapshots
from hybridq.operators.moments import moments
from hybridq.operators.sector import Sector
from hybridq.presentation import ProblemInfo, Result, Trace
from hybridq.problems.base import BinaryProblem
from hybridq.solver import answers
from hybridq.solver.energy import SAME_ENERGY, energy_info, exact_reference
from hybridq.solver.exact import lowest_energy
from hybridq.solver.journaled import begin_journal
from hybridq.solver.measured import measured_energy
from hybridq.solver.minimized import ObjectiveFactory
from hybridq.solver.saddle import without_saddle
from hybridq.solver.settings import (
    SolveSettings,
    Vector,
    optimizer_info,
    unless_interrupted,
)
from hybridq.strategies.automatic import Start
from hybridq.strategies.measured import electron_moments
from hybridq.strategies.resolve import describe_ansatz, requested_sector
from hybridq.strategies.search import search_energy
from hybridq.strategies.starts import first_points

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.objectives import ExactObjective, Objective
    from hybridq.optimizers import Solution
    from hybridq.presentation import Energy, Reference
    from hybridq.presentation.machine import MachineInfo
    from hybridq.problems.base import Problem


def solve_vqe(
    problem: Problem,
    ansatz: Ansatz | Circuit,
    settings: SolveSettings,
    initial: str | ArrayLike,
    exact: bool | None,
) -> Result:
    """Return the lowest energy of `ansatz`; `hybridq.solve` explains the arguments."""
    question, kept, machine = "", None, settings.machine
    if machine is not None:
        from hybridq.solver import machine as machines
        from hybridq.solver import machine_plans as plans

        circuit = ansatz if isinstance(ansatz, Circuit) else ansatz.circuit
        question = plans.question_of(problem, circuit, initial, settings)
        kept = plans.kept_plan(machine, question, settings.asked_seed)
        if kept is not None:
            settings = replace(settings, rng=kept[0])
        machine.check_width(circuit, settings.shots)
    begin_journal(settings, problem, ansatz)
    settings.announce("simulating")
    factory = ObjectiveFactory(problem.observable, settings)
    objective = factory(ansatz)
    starts = first_points(ansatz, initial, settings.restarts, settings.streams[0])

    def search(points: Vector, **limits: Any) -> Solution:
        return search_energy(
            objective,
            points,
            settings.optimizer,
            problem,
            callback=settings.callback,
            rng=settings.streams[1],
            journal=settings.journal,
            executor=settings.mapper,
            **limits,
        )

    solution = (
        kept[1].solution
        if kept is not None
        else search(
            starts.points,
            max_evaluations=settings.max_evaluations,
            time_limit=settings.time_limit,
        )
    )
    sector = _sector(problem, ansatz)
    facts = {**describe_ansatz(ansatz), "initial": starts.name}
    if settings.is_plain and kept is None:
        solution, leads = without_saddle(
            problem, ansatz, objective, solution, search, settings, sector, exact
        )
        facts |= leads
    execution = None
    if machine is not None:
        from hybridq.solver.machine_energy import measure_energy

        if solution.status == "interrupted":
            raise KeyboardInterrupt  # nothing is spent on parameters that nobody has seen
        if kept is None:
            trained = plans.Plan(solution, Start(starts.points[0], starts.name))
            plans.keep_plan(machine, question, settings.seed, trained)
        ideal = machines.perfect_mean(ansatz, problem.observable, objective, settings)(solution.x)
        execution = measure_energy(machine, problem, circuit, settings, solution.x, ideal)
        if execution.submitted:
            machine.ledger.answered(question)
    return finish(
        problem, factory, objective, solution, facts, settings, exact, sector, execution=execution
    )


def _sector(problem: Problem, ansatz: Ansatz | Circuit) -> Sector | None:
    """Return the particle numbers of the problem, or else those given to the ansatz."""
    sector = requested_sector(problem)
    if sector is not None or isinstance(ansatz, Circuit) or ansatz.particles is None:
        return sector
    return Sector.of_electrons(problem.n_qubits // 2, *ansatz.particles)


def finish(
    problem: Problem,
    factory: ObjectiveFactory,
    minimized: Objective,
    solution: Solution,
    ansatz: dict[str, Any],
    settings: SolveSettings,
    exact: bool | None,
    sector: Sector | None,
    *,
    execution: MachineInfo | None = None,
    **traced: Any,
) -> Result:
    """Return the result of a finished search, with references, and samples for bits.

    Args:
        sector: the particle numbers asked for, None without such.
        execution: the measurement on a machine, None for none.
        traced: further fields of the trace.
    """
    sampled = best = ratio = measured = None
    energy: Energy | None = None
    objective = minimized.exact
    energy_reached = factory.expectation(minimized, solution)
    expectation = problem.sign * energy_reached if execution is None else execution.value
    if isinstance(problem, BinaryProblem):
        sampled = answers.sample(problem, objective, solution.x, settings)
        best = sampled.best
        reference = answers.classical_reference(problem, settings, Deadline())
        ratio = answers.ratio(problem, expectation, best, reference)
        sign = factory.natural(problem.sign)
        trace = answers.trace(
            problem, solution, sampled, None, settings.streams[3], sign, objective.circuit
        )
    else:
        settings.announce("exact energy")
        energy, reference = _energies(problem, objective, solution.x, energy_reached, exact, sector)
        measured = measured_energy(problem, objective, solution.x, settings)
        trace = Trace(
            values=solution.values,
            seconds=solution.seconds,
            circuit=objective.circuit,
            **traced,
        )
    return Result(
        problem=ProblemInfo.of(problem),
        ansatz=ansatz,
        engine=objective.engine,
        optimizer=optimizer_info(solution, settings),
        parameters=solution.x,
        expectation=expectation,
        best=best,
        samples=None if sampled is None else sampled.judged(reference),
        reference=reference,
        ratio=ratio,
        seed=settings.seed,
        seconds=settings.seconds,
        versions=versions(),
        trace=trace,
        energy=energy,
        execution=execution,
        measured=measured,
        objective=factory.describe(minimized, solution, problem.sign),
    )


def _energies(
    problem: Problem,
    objective: ExactObjective,
    x: Vector,
    reached: float,
    wanted: bool | None,
    sector: Sector | None,
) -> tuple[Energy, Reference | None]:
    """Return the judged energy and the reference.

    Ctrl-C leaves out the references that are not computed yet.
    """

    def diagonalize() -> ExactEnergies:
        # A bare Hamiltonian asks for the lowest energy of all states, whatever its circuit
        # conserves; where these are too many, those that the circuit can reach replace them.
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
            # The circuit conserves what the Hamiltonian does not.
            return ExactEnergies.absent(ExactStatus.REFUSED, refusal=str(refusal))
        if narrowed and len(found.values):
            return replace(found, how=replace(found.how, within_circuit=True))
        return found

    exact = unless_interrupted(diagonalize)
    found = None
    if isinstance(objective.binding.engine, SupportsSnapshots):  # noisy engines have no pure state
        found = unless_interrupted(
            lambda: electron_moments(problem, objective, objective.snapshot(x))
        )
    spin = unless_interrupted(lambda: _exact_spin(problem, exact, requested_sector(problem)))
    kept = None
    if sector is None and wanted is not False:
        kept = unless_interrupted(lambda: _kept(objective, exact))
    block = energy_info(problem, reached, exact, found, exact_s_squared=spin, kept=kept)
    return block, exact_reference(exact)


def _exact_spin(
    problem: Problem, exact: ExactEnergies | None, sector: Sector | None
) -> float | None:
    """Return ⟨S²⟩ of the exact state, None for problems without electrons."""
    if exact is None or exact.ground is None or sector is None:
        return None
    electronic = problem.electronic
    restricted = electronic is None or electronic.is_restricted
    m = sector.split
    return moments(sector.basis(), exact.ground, m, same_orbitals=restricted).s_squared


def _kept(objective: ExactObjective, exact: ExactEnergies | None) -> tuple[Sector, float] | None:
    """Return the circuit's sector and lowest energy; None if it has the ground state."""
    sector = objective.sector
    if sector is None or exact is None or exact.ground is None:
        return None
    if len(exact.ground) == sector.dim:  # those are the states that were searched
        return None
    try:
        values = lowest_energy(objective.hamiltonian, sector, None).values
    except ParameterError:  # the Hamiltonian leads out of the sector, which then has no energies
        return None
    lowest = float(exact.values[0])
    if not len(values) or values[0] - lowest <= SAME_ENERGY * max(1.0, abs(lowest)):
        return None
    return sector, float(values[0])
