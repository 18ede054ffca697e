"""Facts on an answer in bits: feasibility, problem, circuit, engine and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.errors import Text
from hybridq.core.numbers import percent, plural, seconds
from hybridq.core.text import capital, one_line
from hybridq.presentation import machine, search
from hybridq.presentation.objectives import objective_facts

if TYPE_CHECKING:
    from hybridq.presentation.result import Result

_ROW_ROOM = 66  # characters of a fact on one line of a screen


def answer_facts(result: Result) -> list[tuple[str, Text]]:
    """Return the rows about feasibility, problem, circuit, engine and search."""
    problem = result.problem
    rows: list[tuple[str, Text]] = []
    if result.best is not None and result.best.violations:
        rows.append(("Violated", "; ".join(result.best.violations)))
    if result.best is not None and result.best.method:
        rows.append(("Found by", one_line(result.best.method)))
        rows += _times(result)
    samples = result.samples
    if samples is not None and has_constraints(result):
        feasible = round(samples.feasible_share * samples.shots)
        share = percent(samples.feasible_share)
        rows.append(("Feasible", f"{feasible} of {plural(samples.shots, 'sample')} ({share})"))
    if samples is not None and samples.optimal_share is not None:
        optimal = round(samples.optimal_share * samples.shots)
        share = percent(samples.optimal_share)
        rows.append(("Optimal", f"{optimal} of {plural(samples.shots, 'sample')} ({share})"))
    rows.append((capital(problem.noun), search.problem_line(problem)))
    if problem.feasible_states is not None:
        rows.append(("Feasible space", search.space_line(problem)))
    if problem.penalty:
        rows.append(("Penalty", search.penalty_line(problem.penalty)))
    rows += machine.machine_facts(result)
    rows.append(("Engine", search.engine_line(result.engine, problem.n_qubits, _ROW_ROOM)))
    rows.append(("Ansatz", search.ansatz_line(result.ansatz)))
    rows += search.start_facts(result.ansatz)
    rows += objective_facts(result)
    rows.append(("Optimizer", search.optimizer_line(result.optimizer)))
    return rows


def _times(result: Result) -> list[tuple[str, Text]]:
    """Return the time of the strategy, of the reference and of the controls."""
    best, reference = result.best, result.reference
    parts = []
    if best is not None and best.seconds is not None:
        parts.append(f"strategy {seconds(best.seconds)}")
    if reference is not None and reference.seconds is not None:
        parts.append(f"reference and bound {seconds(reference.seconds)}")
    parts += [f"control {seconds(control.seconds)}" for control in result.controls]
    return [("Times", ", ".join(parts))] if parts else []


def is_feasible(result: Result) -> bool:
    """True unless the best sample violates a constraint."""
    return result.best is None or result.best.feasible


def has_constraints(result: Result) -> bool:
    """True if a sample violated a constraint."""
    share = 1.0 if result.samples is None else result.samples.feasible_share
    return share < 1.0 or not is_feasible(result)
