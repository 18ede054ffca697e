"""Advice for a poor energy, given where a trial of it reached a lower one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from hybridq.ansatz.adaptive import AdaptiveAnsatz
from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.registry import ANSATZE
from hybridq.core.errors import HybridqError
from hybridq.engines.simulators import NUMPY
from hybridq.presentation import ExcitedStates, Result, search
from hybridq.presentation.advice import Advice
from hybridq.presentation.energies import Standing, standing
from hybridq.presentation.state_sentences import are_good
from hybridq.problems.base import Problem
from hybridq.solver.choices import ADAPT, GrowingAnsatz
from hybridq.strategies.resolve import default_ansatz

Trial: TypeAlias = Callable[[], tuple[Advice, Standing]]

# Evaluations of a trial, at most, and fewer where they take long.
MOST_EVALUATIONS = 1000
EVALUATIONS_IN_NUMPY = 100
STATES_IN_ALL = 4_000_000
# Part of the error that a trial has to remove.
GAIN = 0.1
RESTARTS = 5
STATES = 3


def with_advice(
    result: Result,
    problem: Problem,
    again: Callable[..., Result],
    states: Callable[[int], ExcitedStates],
) -> Result:
    """Return the result, with options of which a trial reached a lower energy.

    Trials are made only where the search converged on a poor energy and takes seconds. The first
    that reaches a good energy ends them; else the lowest that removes a tenth of the error counts.
    Ctrl-C ends them too.

    Args:
        result: the result.
        problem: its problem.
        again: makes the same search with other options.
        states: makes the same search for so many of the lowest states.
    """
    block = result.energy
    if block is None or block.error is None or standing(result, block) is not Standing.POOR:
        return result
    size = block.diagonalization.states
    if size is None or search.ended_early(result.optimizer, len(result.trace.iterations)):
        return result
    budget = min(MOST_EVALUATIONS, STATES_IN_ALL // size)
    if 10 * budget < MOST_EVALUATIONS:
        return result
    if result.engine.kernels == NUMPY:  # slower, and the first answer is awaited
        budget = min(budget, EVALUATIONS_IN_NUMPY)
    trials: list[Trial] = [
        partial(_of_circuit, again, options, budget) for options in _options(result, problem)
    ]
    if block.other_spin and result.ansatz.get("kind") != ADAPT:
        trials.insert(0, partial(_of_states, states))
    advice = _lowest(trials, result.trained - GAIN * block.error)
    return result if advice is None else replace(result, energy=replace(block, advice=advice))


def _lowest(trials: Sequence[Trial], below: float) -> Advice | None:
    """Return the first good advice, else the lowest; None where none is below."""
    best: Advice | None = None
    for trial in trials:
        try:
            advice, quality = trial()
        except HybridqError:
            continue
        except KeyboardInterrupt:
            break
        if advice.reached < below and quality is not Standing.BELOW:
            best, below = advice, advice.reached
            if quality in (Standing.EXACT, Standing.GOOD):
                break
    return best


def _of_circuit(
    again: Callable[..., Result], options: dict[str, Any], budget: int
) -> tuple[Advice, Standing]:
    """Return the energy of a search with other options."""
    trial = again(**options, max_evaluations=budget)
    if trial.optimizer.status == "interrupted":
        raise KeyboardInterrupt
    quality = Standing.UNKNOWN if trial.energy is None else standing(trial, trial.energy)
    return Advice(options, trial.expectation), quality


def _of_states(states: Callable[[int], ExcitedStates]) -> tuple[Advice, Standing]:
    """Return the energy of the lowest of several states."""
    found = states(STATES)
    lowest = found.states[0]
    if lowest.status == "interrupted":
        raise KeyboardInterrupt
    quality = Standing.GOOD if are_good(found) else Standing.UNKNOWN
    return Advice({"excited": STATES}, lowest.energy), quality


def _options(result: Result, problem: Problem) -> Iterator[dict[str, Any]]:
    """Yield what to try: a larger circuit, further starts, another ansatz."""
    kind = str(result.ansatz.get("kind"))
    made: type[Ansatz] | None = AdaptiveAnsatz if kind == ADAPT else None
    if kind in ANSATZE:
        made = ANSATZE[kind].made
    if made is not None:
        yield from made.richer(result.ansatz)
    if kind != ADAPT:
        yield {"restarts": RESTARTS}
    usual = default_ansatz(problem)
    if kind not in (usual, ADAPT):
        yield {"ansatz": usual}
    if kind != ADAPT and GrowingAnsatz.suits(type(problem)):
        yield {"ansatz": ADAPT}
