"""`minimize`: one call for every optimizer, start and limit."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core import memory
from hybridq.core.errors import HybridqError, ParameterError
from hybridq.core.randomness import RandomLike, spawn
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.checks import (
    check_bounds,
    check_limits,
    check_objective,
    check_repeatable,
    check_starts,
    configure,
    default_method,
)
from hybridq.optimizers.driver import Callback, Driver, Stop, Vector
from hybridq.optimizers.solution import Solution, Status
from hybridq.storage.journal import Journal, opened
from hybridq.storage.journal_facts import Later, seed_facts


@dataclass(frozen=True)
class _End:
    """How the search from one start ended."""

    status: Status
    message: str


@memory.capacity("the search", "use fewer parameters")
def minimize(
    objective: Callable[[Vector], float],
    x0: ArrayLike,
    method: str | Optimizer | None = None,
    *,
    bounds: ArrayLike | None = None,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    tolerance: float | None = None,
    callback: Callback | None = None,
    rng: RandomLike = None,
    journal: str | os.PathLike[str] | Journal | None = None,
    resume: bool = False,
    **options: Any,
) -> Solution:
    """The lowest point of `objective` that a search has seen.

    Ctrl-C ends the search and returns the best point so far. A search that fails is returned
    with ``status="failed"`` and advice, not raised; what the objective raises passes unchanged.

    Args:
        objective: called with float64 of shape (n,), returns a float. May offer
            ``value_and_gradient(x)``, returning a float and shape (n,), ``values(X)`` for X of
            shape (k, n), returning shape (k,), and what some methods need beside: ``metric``,
            ``fidelity``, ``frequencies`` (see `natural-gradient`, `qn-spsa`, `rotosolve`).
        x0: one start, shape (n,), or several, shape (k, n). Several are searched one after the
            other; each gets an equal share of the budget and the time that are left.
        method: a name of `OPTIMIZERS`, or a configured `Optimizer`. None: l-bfgs where the
            objective has a gradient, cobyla elsewhere.
        bounds: lower and upper bound of each parameter, shape (n, 2). No point outside is ever
            evaluated. None: no bounds, where the method can do without.
        max_evaluations: budget of all starts together. None: ``default_budget(n)`` of the
            optimizer for each start, 1000 (n + 1) for most.
        time_limit: seconds after which no further evaluation begins.
        target: the search ends at a value at or below this.
        tolerance: the method's own measure of convergence; its documentation says of what.
        callback: called with a `Record` after each evaluation; the search ends when it returns
            True.
        rng: source of all randomness; the same seed gives the same search.
        journal: a file in which every evaluation is written, so that the search can be killed and
            resumed; or a `Journal` that several searches share.
        resume: go on with the search in that file: called with the same arguments, it returns the
            same as if it had not been killed, and evaluates only what is not in the file. The
            callback is told of all evaluations again. Limits may differ; without `rng` the seed is
            that of the file.
        **options: options of the method, the fields of its class.

    Raises:
        UnknownNameError: no optimizer of that name.
        DimensionError: `x0`, `bounds` or what the objective returns has the wrong shape.
        ParameterError: an argument or an option makes no sense, or the objective lacks what the
            method needs, such as a gradient; the message names the methods that fit.
        MissingExtraError: the optimizer needs a package that is not installed.
        OutputError: the journal cannot be written, or is there already and not resumed.
        FormatError: the journal is of another search; the message says what differs.
        KeyboardInterrupt: Ctrl-C before the first evaluation was finished.
    """
    if not callable(objective):
        raise ParameterError(f"objective={objective!r:.60} is not a function of a vector")
    if callback is not None and not callable(callback):
        raise ParameterError(f"callback={callback!r:.60} is no function: it is given a Record")
    method = default_method(objective) if method is None else method
    optimizer = configure(method, tolerance, options)
    check_objective(objective, optimizer)
    starts = check_starts(x0, objective)
    memory.require(
        optimizer.memory_needed(starts.shape[1]),
        f"{optimizer.name} with {starts.shape[1]:,} parameters",
        "use fewer parameters, or a method that holds no matrix, such as l-bfgs, adam or spsa",
    )
    box = check_bounds(bounds, starts, optimizer)
    check_limits(max_evaluations, time_limit, target)
    if journal is not None:
        check_repeatable(optimizer)
    optimizer.prepare()
    searches = [starts] if optimizer.joint_starts else list(starts)
    if max_evaluations is None:
        max_evaluations = len(searches) * optimizer.default_budget(starts.shape[1])
    limits: dict[str, Any] = {
        "max_evaluations": int(max_evaluations),
        "time_limit": time_limit,
        "target": target,
    }
    with opened(journal, resume) as log:
        journaled = None
        if log is not None:
            log.begin_alone()
            rng = log.seed(rng)
            journaled = log.search(_start_of(optimizer, objective, starts, box, rng), limits)
            journaled.remembers(objective)
        generators = spawn(rng, len(searches))
        driver = Driver(
            objective,
            starts.shape[1],
            bounds=box,
            callback=callback,
            journal=journaled,
            **limits,
        )
        ends: list[_End] = []
        for index, (start, generator) in enumerate(zip(searches, generators, strict=True)):
            if not driver.begin(index, len(searches) - index):
                break
            ends.append(_run(optimizer, driver, start, box, generator))
            if ends[-1].status in ("target", "interrupted"):
                break
        solution = _solution(optimizer, driver, starts, ends, len(searches))
        if journaled is not None:
            journaled.restore()
            if solution.status != "interrupted":
                solution = replace(solution, seconds=journaled.end(solution.seconds))
    return solution


def _start_of(
    optimizer: Optimizer,
    objective: object,
    starts: Vector,
    bounds: Vector | None,
    rng: RandomLike,
) -> dict[str, Any]:
    """All that decides which points a search asks for, for its journal."""
    return {
        "method": optimizer.name,
        "options": {name: getattr(optimizer, name) for name in optimizer.condition_names()},
        "objective": Later(lambda: getattr(objective, "identity", None)),
        "with_gradient": hasattr(objective, "value_and_gradient"),
        "x0": starts,
        "bounds": bounds,
        "seed": seed_facts(rng),
    }


def _run(
    optimizer: Optimizer,
    driver: Driver,
    start: Vector,
    bounds: Vector | None,
    rng: np.random.Generator,
) -> _End:
    """Search from one start until the method or the driver ends it."""
    outcome = Outcome(False, "the method ended without a word")
    try:
        outcome = optimizer.run(driver, start, bounds, rng)
    except Stop:
        pass
    except KeyboardInterrupt:
        if driver.evaluations == 0:
            raise
        driver.stopped = "interrupted"
    except Exception as error:
        if driver.error is not None:
            # Some methods wrap or swallow what the objective raised; the caller gets the original.
            raise driver.error from None
        broken = isinstance(error, ArithmeticError | ValueError | np.linalg.LinAlgError)
        if isinstance(error, HybridqError) or not broken:
            raise
        outcome = Outcome(False, f"its arithmetic broke down ({error})")
    if driver.error is not None:
        raise driver.error
    return _end(optimizer, driver, outcome)


def _end(optimizer: Optimizer, driver: Driver, outcome: Outcome) -> _End:
    """The status of one search and a sentence about it."""
    name, count = optimizer.name, driver.start_evaluations
    match driver.stopped:
        case None if outcome.converged:
            detail = f": {outcome.message}" if outcome.message else ""
            return _End("converged", f"{name} converged after {_evaluations(count)}{detail}")
        case None:
            return _End("failed", f"{name} gave up: {outcome.message}; try another method or start")
        case "max_evaluations":
            return _End(
                "max_evaluations",
                f"the budget of {_evaluations(count)} is used up: "
                "raise max_evaluations to search on",
            )
        case "time_limit":
            return _End("time_limit", "the time limit is reached: raise time_limit to search on")
        case "target":
            return _End("target", f"the target is reached at evaluation {driver.evaluations}")
        case _:
            return _End("interrupted", f"interrupted after {_evaluations(driver.evaluations)}")


def _evaluations(count: int) -> str:
    return f"{count} evaluation{'' if count == 1 else 's'}"


def _solution(
    optimizer: Optimizer, driver: Driver, starts: Vector, ends: list[_End], searches: int
) -> Solution:
    best, evaluations = driver.best, driver.evaluations
    last = ends[-1]
    if last.status == "interrupted":
        end = last
    elif best is None:
        end = _End(
            "failed",
            f"none of {_evaluations(evaluations)} gave a finite number: "
            "check the objective, or start elsewhere",
        )
    else:
        end = ends[best.start]
    message = end.message
    if best is not None and searches > 1:
        message = f"start {best.start + 1} of {searches} is the best; {message}"
        if len(ends) < searches:
            message += f"; {searches - len(ends)} of {searches} starts were not begun"
    if best is not None and driver.not_finite:
        message += f"; {driver.not_finite} of {evaluations} values were not finite"
    return Solution(
        x=starts[0].copy() if best is None else best.x.copy(),
        value=float("nan") if best is None else best.value,
        evaluations=evaluations,
        gradients=driver.gradients,
        status=end.status,
        message=message,
        method=optimizer.name,
        values=driver.history,
        best_evaluation=-1 if best is None else best.evaluation,
        start=0 if best is None else best.start,
        seconds=driver.seconds,
        metrics=driver.metrics,
        fidelities=driver.fidelities,
    )
