"""Results of a search: records of evaluations, its ending, the solution."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from hybridq.core.arrays import Vector
from hybridq.core.numbers import plural

Status: TypeAlias = Literal[
    "converged", "max_evaluations", "time_limit", "target", "interrupted", "failed"
]


class Reason(StrEnum):
    """The fact that ended a search; finer than `Status`.

    Attributes:
        CONVERGED: the method's own convergence test passed.
        ROUNDING: no step lowers the value beyond rounding.
        SHORT_STEPS: several steps in a row were shorter than the tolerance.
        STATIONARY_START: the same, after a search from near a start that is a stationary point.
        RETURNED: a function given as optimizer returned.
        OFF_SADDLE: the method's own test passed, after a step off a saddle point.
        SADDLE: the gradient vanishes at a saddle point, and no lower point was found.
        SHOT_NOISE: the values change less than their shots resolve.
        ALL_HOPS: the given number of hops is done.
        SMALL_GRADIENT: the gradient of an operator pool is below its tolerance.
        SMALL_GAIN: the last operator lowered the energy by less than the tolerance.
        NO_DESCENT: no operator of the pool lowers the energy.
        NO_PARAMETERS: there is nothing to vary.
        TARGET: a value reached the target.
        MAX_EVALUATIONS: the budget of evaluations is used up.
        MAX_OPERATORS: the ansatz has the largest allowed number of operators.
        TIME_LIMIT: the time limit is reached.
        INTERRUPTED: Ctrl-C, or the callback returned True.
        NOT_FINITE: no value was finite.
        LINE_SEARCH: the line search found no lower value along the gradient.
        ARITHMETIC: the method's arithmetic broke down.
        GAVE_UP: the method ended without convergence, for another reason.
    """

    CONVERGED = "converged"
    ROUNDING = "rounding"
    SHORT_STEPS = "short_steps"
    STATIONARY_START = "stationary_start"
    RETURNED = "returned"
    OFF_SADDLE = "off_saddle"
    SADDLE = "saddle"
    SHOT_NOISE = "shot_noise"
    ALL_HOPS = "all_hops"
    SMALL_GRADIENT = "small_gradient"
    SMALL_GAIN = "small_gain"
    NO_DESCENT = "no_descent"
    NO_PARAMETERS = "no_parameters"
    TARGET = "target"
    MAX_EVALUATIONS = "max_evaluations"
    MAX_OPERATORS = "max_operators"
    TIME_LIMIT = "time_limit"
    INTERRUPTED = "interrupted"
    NOT_FINITE = "not_finite"
    LINE_SEARCH = "line_search"
    ARITHMETIC = "arithmetic"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Record:
    """One finished evaluation, as the callback receives it.

    Attributes:
        evaluation: number of this evaluation, counted from 1.
        x: the point, float64, shape (n,); a copy.
        value: the value that the objective returned; may be NaN or infinite.
        best_value: the lowest finite value so far, infinity if there is none.
        best_x: the point of the best value, read-only, or None.
        seconds: time since the search began, without compiling.
        start: the row of `x0` that this evaluation belongs to, counted from 0.
        gradient: the gradient at `x`, shape (n,), if it was computed.
    """

    evaluation: int
    x: Vector
    value: float
    best_value: float
    best_x: Vector | None
    seconds: float
    start: int
    gradient: Vector | None = None


@dataclass(frozen=True)
class Solution:
    """The best point of a search, and how the search went.

    Attributes:
        x: the best point, float64, shape (n,). Without any finite value: the first start.
        value: the objective there, NaN without any finite value.
        evaluations: number of evaluations of the objective; one that also gave the gradient
            counts once.
        gradients: how many of them gave a gradient.
        status: why the search ended. ``converged``: the method's own test passed;
            ``max_evaluations``, ``time_limit``, ``target``: that limit was reached;
            ``interrupted``: by Ctrl-C or by the callback; ``failed``: no finite value, or the
            method gave up. With several starts, the status of the best start.
        message: a sentence made from these fields, with advice where there is something to do.
        method: the optimizer's name.
        values: the objective at every evaluation in order, float64, shape (evaluations,).
        best_evaluation: index of the best one in `values`, -1 without any finite value.
        start: row of `x0` that it belongs to; 0 for methods that use all rows in one search.
        seconds: time of the search, without compiling.
        metrics: number of evaluations of the objective's metric, not in `evaluations`.
        fidelities: number of fidelities of two states, not in `evaluations`.
        reason: the fact that ended the search, finer than `status`; None if unknown.
        not_finite: number of values that were not finite.
        starts_begun: number of starts that were begun.
        stationary_start: the start was a stationary point, and the search continued near it.
    """

    x: Vector
    value: float
    evaluations: int
    gradients: int
    status: Status
    message: str
    method: str
    values: Vector = field(repr=False)
    best_evaluation: int
    start: int
    seconds: float
    metrics: int = 0
    fidelities: int = 0
    reason: Reason | None = None
    not_finite: int = 0
    starts_begun: int = 1
    stationary_start: bool = False


@dataclass(frozen=True)
class Ending:
    """End of the search from one start, as data; `describe` makes the sentence.

    Attributes:
        status: see `Solution`.
        reason: see `Reason`.
        method: the optimizer's name.
        evaluations: evaluations of this start; of the whole search for ``target``,
            ``interrupted`` and `Reason.NOT_FINITE`.
        detail: what the method reports about its end, without a full stop; may be empty.
        note: what there is to know about its start, without a full stop; may be empty.
    """

    status: Status
    reason: Reason
    method: str
    evaluations: int
    detail: str = ""
    note: str = ""


def describe(
    ending: Ending, *, start: int = 0, starts: int = 1, starts_begun: int = 1, not_finite: int = 0,
    total: int = 0, budget: int | None = None,
) -> str:  # fmt: skip
    """Return a sentence about the end of a search, with advice if there is any.

    Args:
        ending: of the start that the solution comes from.
        start: row of x0 of that start.
        starts: number of starts.
        starts_begun: number of starts that were begun; 0 leaves the starts out.
        not_finite: number of values that were not finite; 0 leaves them out.
        total: number of values.
        budget: evaluations that the caller allowed to all starts and searches together; those of
            the ending by default.
    """
    text = _of_one_start(ending, ending.evaluations if budget is None else budget)
    if ending.note:
        text += f"; {ending.note}"
    if starts > 1 and starts_begun:
        text = f"start {start + 1} of {starts} is the best; {text}"
        if starts_begun < starts:
            text += f"; {starts - starts_begun} of {starts} starts were not begun"
    if not_finite:
        text += f"; {not_finite} of {total} values were not finite"
    return text


def _of_one_start(ending: Ending, budget: int) -> str:
    spent = plural(ending.evaluations, "evaluation")
    if ending.reason is Reason.NOT_FINITE:
        return f"none of {spent} gave a finite number: check the objective, or start elsewhere"
    match ending.status:
        case "converged":
            detail = f": {ending.detail}" if ending.detail else ""
            if ending.reason is Reason.RETURNED:
                return f"the function given as optimizer returned after {spent}"
            return f"{ending.method} converged after {spent}{detail}"
        case "max_evaluations":
            share = "its share of " if ending.evaluations < budget else ""
            whole = plural(budget, "evaluation")
            return f"{share}the budget of {whole} is used up: raise max_evaluations to search on"
        case "time_limit":
            return "the time limit is reached: raise time_limit to search on"
        case "target":
            return f"the target is reached at evaluation {ending.evaluations}"
        case "interrupted":
            return f"interrupted after {spent}"
        case "failed":
            detail = ending.detail or "no reason given"
            return f"{ending.method} gave up: {detail}; try another method or start"
