"""A second batch at angles improved for a machine's noise, where that is worth it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hybridq.backends.base import Compilation
from hybridq.backends.budget import BudgetError
from hybridq.backends.prediction import improved
from hybridq.circuits.digest import digest
from hybridq.presentation.machine import MANY_ERRORS, deviation
from hybridq.solver.machine import Executed, Machine, run_batch
from hybridq.solver.settings import Vector

if TYPE_CHECKING:
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver.settings import SolveSettings


def run_once(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    compiled: Compilation,
    x: Vector,
    ideal: Callable[[Vector], float],
) -> Executed:
    """Execute the trained circuit in one batch, and once more if it is worth it.

    With `Machine.refine`, angles are improved by simulation with the machine's noise, if the first
    batch has confirmed that; a second batch runs them only if the predicted gain exceeds the
    standard error of the first, and is only taken if it did not measure worse.

    Args:
        machine: that runs it.
        problem: the question.
        ansatz: of the circuit.
        settings: shots.
        compiled: the circuit with parameters as the machine runs it, for a refinement.
        x: the trained angles.
        ideal: mean energy of a perfect machine, minimized.
    """
    first = run_batch(machine, problem, ansatz, settings, x, ideal)
    error = first.info.standard_error
    if not machine.refine or first.bits is None or error is None:
        return first
    far = deviation(first.info)
    if far is not None and far > MANY_ERRORS:
        note = (
            f"not refined: the measured mean is {far:.1f} standard errors away from the "
            "predicted one, so that this machine's gains cannot be predicted"
        )
        return first.with_info(refinement=note)
    settings.announce("predicting a refinement")
    better = _kept_improvement(machine, problem, ansatz, compiled, x)
    if better is None:
        note = "not refined: the gain cannot be predicted for this device or width"
        return first.with_info(refinement=note)
    angles, gain = better
    if gain <= error:
        note = f"not refined: the predicted gain {gain:.2g} is within the standard error"
        return first.with_info(refinement=note)
    info = first.info
    left = machine.budget.left(info.executions, info.new_shots, info.price)
    try:
        second = run_batch(replace(machine, budget=left), problem, ansatz, settings, angles, ideal)
    except BudgetError:
        note = f"not refined: the budget is too small for the predicted gain of {gain:.2g}"
        return first.with_info(refinement=note)
    return _better(first, second, gain, problem.sign)


def _better(first: Executed, second: Executed, gain: float, sign: float) -> Executed:
    """Return the better batch, the second if in doubt, with the costs of both."""
    one, two = first.info, second.info
    assert one.mean is not None
    assert two.mean is not None
    errors = ((one.standard_error or 0.0) ** 2 + (two.standard_error or 0.0) ** 2) ** 0.5
    change = sign * (one.mean - two.mean)  # positive for an improvement
    vain = change < -errors
    text = f"a gain of {gain:.2g} was predicted, above the standard error"
    if vain:
        text = f"refined in vain: {text}, but the second batch had the mean {two.mean:.6g}"
    else:
        text = f"refined once: {text}; the first batch had the mean {one.mean:.6g}"
    prices = (one.price, two.price)
    return (first if vain else second).with_info(
        executions=one.executions + two.executions,
        reused=one.reused + two.reused,
        new_shots=one.new_shots + two.new_shots,
        price=None if None in prices else sum(each or 0.0 for each in prices),
        jobs=(*one.jobs, *two.jobs),
        remarks=(*one.remarks, *two.remarks),
        refinement=text,
    )


def _kept_improvement(
    machine: Machine, problem: BinaryProblem, ansatz: QAOA, compiled: Compilation, x: Vector
) -> tuple[Vector, float] | None:
    """Return improved angles and the predicted gain, from the ledger if it can."""
    key = digest("refined", machine.backend.identity, ansatz.circuit.to_qasm(3), x)
    row = machine.ledger.plan(key, 0)
    if row is not None:
        return np.array(row[1]["x"]), float(row[1]["gain"])
    found = improved(compiled, x, ansatz.measured(problem))  # type: ignore[arg-type]
    if found is not None:
        machine.ledger.keep_plan(key, 0, {"x": found[0].tolist(), "gain": found[1]})
    return found
