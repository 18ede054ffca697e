"""A problem over bits by QAOA: optimize, sample, decode, compare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.clock import Deadline
from hybridq.core.errors import CapacityError, ParameterError, Setting
from hybridq.core.versions import versions
from hybridq.engines.base import counted_bits
from hybridq.engines.choose import AUTO
from hybridq.objectives import Expectation
from hybridq.objectives.landscape import quick_landscape
from hybridq.optimizers.checks import check_limits
from hybridq.optimizers.configure import check_single_search
from hybridq.presentation import ProblemInfo, Result
from hybridq.solver import answers
from hybridq.solver.journaled import begin_journal
from hybridq.solver.minimized import ObjectiveFactory
from hybridq.solver.settings import (
    DEFAULT_OPTIMIZER,
    SolveSettings,
    optimizer_info,
    unless_interrupted,
)
from hybridq.solver.state_memory import check_states
from hybridq.strategies.base import Strategy, StrategyResult, Task
from hybridq.strategies.registry import DEFAULT_STRATEGY, STRATEGIES
from hybridq.strategies.rescaled import energy_unit
from hybridq.strategies.shared_search import SharedSearch

if TYPE_CHECKING:
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver.machine import Machine
    from hybridq.solver.machine_depth import Depths

# The study in experiments/gset: on most large graphs annealing ends level with the best strategy
# that reads correlations of a circuit, or above all of them.
_WITHOUT_STATE = "anneal"
_REASON = "the engine keeps no state, and annealing did best on most large graphs that were tried"

TOLERANCE = 1e-6  # of the default optimizer, relative: far below what any sample can show


def default_evaluations(n_qubits: int, most: int = 2_000) -> int:
    """Return the default number of evaluations: fewer where each takes longer.

    Args:
        n_qubits: number of qubits, or the base-2 logarithm of the number of states.
        most: of an optimizer that takes long between two evaluations.
    """
    return int(np.clip(2_000 * 2.0 ** (18 - n_qubits), 30, most))


def solve_qaoa(
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    initial: str | ArrayLike | LearnedAngles,
    landscape: bool,
    *,
    free_depth: bool = False,
) -> Result:
    """Return the answer of QAOA; `hybridq.solve` explains the arguments.

    Args:
        free_depth: whether the number of layers was not asked for, so that a machine with known
            errors may have fewer.
    """
    machine, depths = settings.machine, None
    strategy, why = _strategy(problem, ansatz, settings)
    strategy.check_ansatz(ansatz)
    if not strategy.searches_once:
        check_single_search(
            settings.optimizer, (Setting("strategy", strategy.name), " makes several searches")
        )
    warnings = _check_model(problem, ansatz, initial)
    penalized = not ansatz.keeps_feasible(problem)
    answers.check_corners(problem, penalized=penalized)
    question, plan, ideal = "", None, None
    if machine is not None:
        from hybridq.solver import machine as machines
        from hybridq.solver import machine_plans as plans
        from hybridq.solver.machine_refinement import run_once
        from hybridq.solver.machine_search import OnMachine, begun, ended, searching

        asked = settings.asked_seed
        if machine.search:
            settings = searching(machine, settings)
        elif ansatz.p > 1 and (free_depth or machine.dry_run):
            depths = _depths(machine, problem, ansatz, settings, strategy, initial)
            if depths is not None and free_depth:
                ansatz = replace(ansatz, p=depths.best)
        question = plans.question_of(problem, ansatz.circuit, initial, settings)
        kept = plans.kept_plan(machine, question, asked)
        if kept is not None:
            settings, plan = replace(settings, rng=kept[0]), kept[1]
        known = plan is not None or machine.search
        compiled = machine.check(ansatz.circuit, settings.shots, known=known)
        if machine.search:  # a circuit that cannot be simulated is refused before the search
            ideal = machines.perfect_mean(ansatz, ansatz.measured(problem), None, settings)
            settings = settings if plan is not None else begun(machine, question, settings, asked)
    begin_journal(settings, problem, ansatz)

    settings.announce("simulating")
    observable = ansatz.measured(problem)
    limit = settings.deadline
    if not strategy.needs_samples:
        limit = limit.part(_ANSWER_SHARE)
    draws = strategy.needs_samples and machine is None
    factory = ObjectiveFactory(observable, settings, draws=draws)
    if plan is not None:
        found = StrategyResult(plan.solution, ansatz, factory(ansatz), plan.start)
    else:
        found = strategy.run(
            Task(
                ansatz,
                factory,
                _shared_search(ansatz, settings, strategy, limit),
                initial,
                settings.restarts,
                settings.streams[0],
                limit,
                settings.announce,
            )
        )
    solution, objective = found.solution, found.objective

    measured = best = executed = None
    if machine is not None:
        if solution.status == "interrupted":
            raise KeyboardInterrupt  # nothing is spent on angles that nobody has seen
        if plan is None:
            trained = plans.Plan(solution, found.start)
            plans.keep_plan(machine, question, settings.seed, trained)
        if ideal is None:
            ideal = machines.perfect_mean(ansatz, observable, objective, settings)
        runs = settings.engine.runs if isinstance(settings.engine, OnMachine) else None
        answering = machine if runs is None else runs.machine  # with what the search left
        executed = run_once(answering, problem, ansatz, settings, compiled, solution.x, ideal)
        if runs is not None:
            executed = machines.with_search(executed, runs.outcomes, solution.evaluations)
        if depths is not None and (free_depth or depths.best != ansatz.p):
            executed = executed.with_info(layers=depths.tried, best_layers=depths.best)
        if executed.bits is not None:
            machine.ledger.answered(question)
            ended(machine, question)
            bits, counts = counted_bits(executed.bits, problem.n_qubits)
            measured = answers.measured(problem, bits, counts, penalized=penalized)
            best = measured.best
    elif found.found is None:
        measured = answers.sample(problem, objective, solution.x, settings, penalized=penalized)
        best = measured.best
    else:
        best = answers.unsampled(problem, found.found, penalized=penalized)
    # Angles have all of a time limit where samples are drawn; references of such sizes are quick.
    left = settings.deadline if measured is None else Deadline()
    reference = answers.classical_reference(problem, settings, left, found.found)
    if executed is None:
        expectation = problem.sign * factory.expectation(objective, solution)
    else:
        expectation = executed.info.value
    seconds = settings.seconds
    grid = None
    drawn = landscape and ansatz.p == 1 and found.ansatz is ansatz and not _on_machine(settings)
    if drawn and solution.status != "interrupted":
        settings.announce("landscape")
        mean = Expectation().bind(ansatz, observable, engine=settings.engine)
        grid = unless_interrupted(
            lambda: quick_landscape(mean, ansatz, problem.sign, settings.mapper)
        )
    return Result(
        problem=ProblemInfo.of(problem, **_circuit_facts(problem, ansatz)),
        ansatz=_described(found, strategy, why, factory, settings, problem.sign, warnings),
        engine=objective.engine,
        optimizer=optimizer_info(solution, settings),
        parameters=found.ansatz.reduced(solution.x if executed is None else executed.x),
        expectation=expectation,
        best=best,
        reference=reference,
        ratio=answers.ratio(problem, expectation, best, reference),
        execution=None if executed is None else executed.info,
        samples=None if measured is None else measured.judged(reference),
        controls=() if found.found is None else answers.controls(problem, found.found),
        seed=settings.seed,
        seconds=seconds,
        versions=versions(),
        trace=answers.trace(
            problem,
            solution,
            measured,
            grid,
            settings.streams[3],
            factory.natural(problem.sign),
            objective.circuit,
        ),
        objective=factory.describe(
            found.objective,
            solution,
            problem.sign,
            found.start.x
            if strategy.name == DEFAULT_STRATEGY and not _on_machine(settings)
            else None,
        ),
    )


def _on_machine(settings: SolveSettings) -> bool:
    """Return whether the values of the search are readings of a machine."""
    return settings.machine is not None and settings.machine.search


def _depths(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    strategy: Strategy,
    initial: str | ArrayLike | LearnedAngles,
) -> Depths | None:
    """Return the predicted values of up to as many layers as `ansatz` has."""
    from hybridq.solver.machine import perfect_mean
    from hybridq.solver.machine_depth import best_depth
    from hybridq.solver.machine_plans import question_of

    observable = ansatz.measured(problem)
    factory = ObjectiveFactory(observable, settings)

    def train(tried: QAOA) -> tuple[NDArray[np.float64], float]:
        rng, limit = np.random.default_rng(0), Deadline(settings.time_limit)
        search = _shared_search(tried, settings, strategy, limit, trial=rng)
        found = strategy.run(Task(tried, factory, search, initial, settings.restarts, rng, limit))
        if found.solution.status == "interrupted":
            raise KeyboardInterrupt
        x = found.solution.x
        return x, perfect_mean(tried, observable, found.objective, settings)(x)

    question = question_of(problem, ansatz.circuit, initial, settings)
    return best_depth(machine, problem, ansatz, settings, train, question)


def _strategy(
    problem: BinaryProblem, ansatz: QAOA, settings: SolveSettings
) -> tuple[Strategy, str]:
    """Return the strategy, and the reason where the size of the problem chose it.

    Raises:
        CapacityError: the strategy samples a state that does not fit in memory.
    """
    chosen = settings.strategy
    if settings.machine is not None:
        if chosen is not None and not (chosen.needs_samples and not chosen.has_own_circuits):
            raise ParameterError(
                (
                    Setting("strategy", chosen.name),
                    " has an answer or circuits of its own, and a machine runs the circuit of QAOA",
                ),
                argument="strategy",
                value=chosen.name,
                remedy=("leave out ", Setting("strategy"), " or ", Setting("backend")),
            )
        return chosen or STRATEGIES[DEFAULT_STRATEGY], ""
    if chosen is not None and not chosen.needs_samples:
        return chosen, ""
    if chosen is None and not settings.engine.holds_state:
        return STRATEGIES[_WITHOUT_STATE], _REASON
    try:
        check_states(problem.name, ansatz, settings, problem.space)
    except CapacityError as error:
        if not _has_closed_form(ansatz) or (error.remedy and settings.engine.name != AUTO):
            raise
        if chosen is None and settings.engine.name == AUTO:
            return STRATEGIES[_WITHOUT_STATE], _REASON
        # One layer needs no state on any graph; deeper circuits only where light cones are small.
        depth = () if ansatz.p == 1 else ("with ", Setting("p", 1), ", ")
        if chosen is None:
            p1, cones = Setting("engine", "p1"), Setting("engine", "lightcone")
            remedy = (*depth, "use ", p1, ", which keeps no state")
            if depth:
                remedy += (", or ", cones, ", which does where light cones are small")
        else:
            remedy = (*depth, "use ", Setting("strategy", "precondition"), ", which needs no state")
        raise CapacityError(error.message, remedy=remedy) from None
    return chosen or STRATEGIES[DEFAULT_STRATEGY], ""


def _check_model(
    problem: BinaryProblem, ansatz: QAOA, initial: str | ArrayLike | LearnedAngles
) -> list[str]:
    """Return warnings where a registered model is used outside of its training set.

    Raises:
        ParameterError: it was learned on another family, weights of another sign, or another mixer.
    """
    from hybridq.ansatz.learned_angles import LearnedAngles

    if not isinstance(initial, LearnedAngles) or initial.model is None:
        return []
    if not ansatz.mixer.has_tables:
        raise ParameterError(
            f"{initial.model} has angles of the mixer x, and this circuit has another",
            argument="initial",
            value=str(initial.model),
            remedy=("leave out ", Setting("mixer"), " or choose another ", Setting("initial")),
        )
    training = initial.training
    return [] if training is None else training.check(problem.kind, ansatz.ising)


def _has_closed_form(ansatz: QAOA) -> bool:
    """Return whether expectation values of the circuit need no state."""
    return ansatz.mixer.has_tables and ansatz.ising.is_quadratic


def _circuit_facts(problem: BinaryProblem, ansatz: QAOA) -> dict[str, Any]:
    """Return facts of the problem that depend on the circuit."""
    if ansatz.space is not None and ansatz.keeps_feasible(problem):
        return {"feasible_states": ansatz.space.dim}
    return {"penalty": problem.penalty_facts()}


# Of a time limit, for a strategy that answers without samples: what it takes with its controls (the
# rest is for the reference and the bound), and what the angles take of that.
_ANSWER_SHARE, _ANGLES_SHARE = 0.6, 1 / 3


def _shared_search(
    ansatz: QAOA,
    settings: SolveSettings,
    strategy: Strategy,
    deadline: Deadline,
    trial: np.random.Generator | None = None,
) -> SharedSearch:
    """Return the budget of all searches, in the units of this cost.

    Args:
        ansatz: with all layers.
        settings: of the solve.
        strategy: that searches.
        deadline: of the strategy.
        trial: randomness of a search that neither the journal nor the progress sees.
    """
    optimizer = settings.optimizer
    budget = settings.max_evaluations
    if budget is None:
        budget = default_evaluations(ansatz.effort_bits, optimizer.most_evaluations)
    check_limits(budget, None, None)
    if not strategy.needs_samples:
        deadline = deadline.part(_ANGLES_SHARE)
    return SharedSearch(
        optimizer,
        unit=energy_unit(ansatz),
        max_evaluations=budget,
        time_limit=deadline,
        tolerance=TOLERANCE if optimizer.name == DEFAULT_OPTIMIZER else None,
        callback=settings.callback if trial is None else None,
        rng=settings.streams[1] if trial is None else trial,
        journal=settings.journal if trial is None else None,
        executor=settings.mapper,
    )


def _described(
    found: StrategyResult,
    strategy: Strategy,
    why: str,
    factory: ObjectiveFactory,
    settings: SolveSettings,
    sign: float,
    warnings: list[str],
) -> dict[str, Any]:
    """Return the ansatz, its start with the reason, and the steps of a longer search."""
    facts = {**found.ansatz.describe(), "initial": found.start.name}
    if found.start.reason:
        facts["initial_reason"] = found.start.reason
    if found.start.guard:
        facts["model"] = {**found.start.guard, "warnings": warnings}
    if options := strategy.changed_options():
        facts["strategy_options"] = options
    if strategy.name != DEFAULT_STRATEGY:
        facts["strategy"] = strategy.name
        if why:
            facts["strategy_reason"] = why
        value = "expectation" if settings.is_plain else "value"
        facts["steps"] = [
            {
                "step": s.label,
                value: factory.natural(sign) * s.value,
                "evaluations": s.evaluations,
                **s.kind,
            }
            for s in found.steps
        ]
    return facts
