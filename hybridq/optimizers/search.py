"""`minimize`: one call for every optimizer, start and limit."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core import memory
from hybridq.core.arrays import Vector
from hybridq.core.errors import HybridqError, ParameterError, Setting
from hybridq.core.executors import ExecutorLike
from hybridq.core.randomness import RandomLike, spawn
from hybridq.optimizers.base import Optimizer, Outcome
from hybridq.optimizers.capabilities import Capability, member
from hybridq.optimizers.checks import (
    check_bounds,
    check_limits,
    check_objective,
    check_repeatable,
    check_starts,
)
from hybridq.optimizers.configure import OptimizerLike, configured_optimizer, default_optimizer
from hybridq.optimizers.driver import Callback, Driver, Stop
from hybridq.optimizers.function import FunctionOptimizer
from hybridq.optimizers.restarts import search_starts
from hybridq.optimizers.solution import Ending, Reason, Solution, describe
from hybridq.optimizers.stationary import began_stationary, displaced, remark
from hybridq.storage.journal import Journal, opened
from hybridq.storage.journal_facts import Later, seed_facts


@memory.capacity("the search", "use fewer parameters")
def minimize(
    objective: Callable[[Vector], float],
    x0: ArrayLike,
    method: OptimizerLike | None = None,
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
    executor: ExecutorLike = None,
    **options: Any,
) -> Solution:
    """Search for a minimum of `objective` and return the lowest point seen.

    Ctrl-C ends the search and returns the best point so far. A search that fails is returned
    with ``status="failed"`` and advice, not raised; exceptions of the objective pass unchanged.

    A start where the gradient is zero, or where all values tried are equal, is a stationary point
    and not known to be a minimum: the search continues from a random point near it, and the
    message says so.

    Args:
        objective: called with float64 of shape (n,), returns a float. May offer
            ``value_and_gradient(x)``, returning a float and shape (n,), ``values(X)`` for X of
            shape (k, n), returning shape (k,), and members that some methods require: ``metric``,
            ``fidelity``, ``frequencies`` (see `hybridq.optimizers.capabilities`).
        x0: one start, shape (n,), or several, shape (k, n). Several are searched one after the
            other; each gets an equal share of the remaining budget and time.
        method: a name of `OPTIMIZERS`, a configured `Optimizer`, or a function of an objective
            and a start, see `FunctionOptimizer`. None: l-bfgs if the objective has a gradient,
            cobyla otherwise.
        bounds: lower and upper bound of each parameter, shape (n, 2). No point outside is ever
            evaluated. None: no bounds, for methods that do not require them.
        max_evaluations: budget of all starts together. None: ``default_budget(n)`` of the
            optimizer for each start, 1000 (n + 1) for most.
        time_limit: seconds after which no further evaluation begins.
        target: the search ends at a value at or below this.
        tolerance: the method's own measure of convergence; see its documentation.
        callback: called with a `Record` after each evaluation; the search ends when it returns
            True.
        rng: source of all randomness; the same seed gives the same search.
        journal: a file in which every evaluation is written, so that the search can be killed and
            resumed; or a `Journal` that several searches share.
        resume: continue the search in that file: called with the same arguments, it returns the
            same as if it had not been killed, and evaluates only what is not in the file. The
            callback is called for all evaluations again. Limits may differ; without `rng` the
            seed is that of the file.
        executor: searches several starts at once, each with its own share of the budget, of which
            none is left to others: an executor of ``concurrent.futures`` or its name (see
            `hybridq.core.executors.open_mapper`). The result is the same to the last bit on any.
            The callback is called once for each start. Not with a time limit or a journal.
        **options: options of the method, the fields of its class.

    Raises:
        UnknownNameError: no optimizer, or no option of it, has that name.
        DimensionError: `x0`, `bounds` or a result of the objective has the wrong shape.
        ParameterError: an argument or an option has a value that is not accepted, or the
            objective lacks what the method requires, such as a gradient; the message names the
            methods that fit.
        MissingExtraError: the optimizer needs a package that is not installed.
        OutputError: the journal cannot be written, or exists and is not resumed.
        FormatError: the journal is of another search; the message names the difference.
        KeyboardInterrupt: Ctrl-C before the first evaluation was finished.
    """
    if not callable(objective):
        raise ParameterError(
            argument="objective", value=objective, expected="a function of a vector"
        )
    if callback is not None and not callable(callback):
        raise ParameterError(argument="callback", value=callback, expected="a function of a Record")
    if tolerance is not None:
        options["tolerance"] = tolerance
    optimizer = configured_optimizer(
        default_optimizer(objective) if method is None else method, options, argument="method"
    )
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
    if executor is not None:
        check_apart(time_limit, journal)
        if len(searches) > 1:
            return search_starts(
                objective, starts, optimizer, box, spawn(rng, len(searches)), executor,
                max_evaluations=int(max_evaluations), target=target, callback=callback,
            )  # fmt: skip
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
            journaled.keep_state(
                member(objective, Capability.CHECKPOINT), member(objective, Capability.RESTORE)
            )
        generators = spawn(rng, len(searches))
        driver = Driver(
            objective,
            starts.shape[1],
            bounds=box,
            callback=callback,
            journal=journaled,
            **limits,
        )
        endings: list[Ending] = []
        for index, (start, generator) in enumerate(zip(searches, generators, strict=True)):
            if not driver.begin(index, len(searches) - index):
                break
            endings.append(_run(optimizer, driver, start, box, generator))
            if endings[-1].status in ("target", "interrupted"):
                break
        solution = _solution(optimizer, driver, starts, endings, len(searches))
        if journaled is not None:
            journaled.restore_state()
            if solution.status != "interrupted":
                solution = replace(solution, seconds=journaled.end(solution.seconds))
    return solution


def check_apart(time_limit: float | None, journal: object) -> None:
    """Raise for what searches on an executor cannot keep."""
    for name, value in (("time_limit", time_limit), ("journal", journal)):
        if value is not None:
            raise ParameterError(
                f"searches on an executor keep no {name.replace('_', ' ')}",
                argument=name,
                remedy=("leave out ", Setting(name), " or ", Setting("executor")),
            )


def _start_of(
    optimizer: Optimizer,
    objective: object,
    starts: Vector,
    bounds: Vector | None,
    rng: RandomLike,
) -> dict[str, Any]:
    """Return all facts that decide the points of a search, for its journal."""
    options = optimizer.options()
    return {
        "method": optimizer.name,
        "options": {name: options[name] for name in optimizer.condition_names()},
        "objective": Later(lambda: member(objective, Capability.IDENTITY)),
        "with_gradient": member(objective, Capability.GRADIENT) is not None,
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
) -> Ending:
    """Search from one start until the method or the driver ends it."""
    outcome = Outcome(False)
    flat = 0
    try:
        outcome = optimizer.run(driver, start, bounds, rng)
        if outcome.converged and began_stationary(driver):
            flat = driver.start_evaluations
            outcome = optimizer.run(driver, displaced(start, bounds, rng), bounds, rng)
    except Stop:
        pass
    except KeyboardInterrupt:
        if driver.evaluations == 0:
            raise
        driver.interrupt()
    except Exception as error:
        if driver.error is not None:
            # Some methods wrap or swallow exceptions of the objective; raise the original.
            raise driver.error from None
        broken = isinstance(error, ArithmeticError | ValueError | np.linalg.LinAlgError)
        foreign = isinstance(optimizer, FunctionOptimizer)
        if isinstance(error, HybridqError) or foreign or not broken:
            raise
        outcome = Outcome(False, f"its arithmetic broke down ({error})", Reason.ARITHMETIC)
    if driver.error is not None:
        raise driver.error
    ending = _ending(optimizer, driver, outcome)
    if flat:
        plain = ending.reason is Reason.CONVERGED
        reason = Reason.STATIONARY_START if plain else ending.reason
        ending = replace(ending, reason=reason, note=remark(driver, flat))
    return ending


def _ending(optimizer: Optimizer, driver: Driver, outcome: Outcome) -> Ending:
    """Return how the search from one start ended."""
    if driver.stopped is not None:
        whole = driver.stopped in ("target", "interrupted")
        count = driver.evaluations if whole else driver.start_evaluations
        return Ending(driver.stopped, Reason(driver.stopped), optimizer.name, count)
    count = driver.start_evaluations
    if outcome.converged:
        reason = outcome.reason or Reason.CONVERGED
        return Ending("converged", reason, optimizer.name, count, outcome.message)
    reason = outcome.reason or Reason.GAVE_UP
    return Ending("failed", reason, optimizer.name, count, outcome.message)


def _solution(
    optimizer: Optimizer, driver: Driver, starts: Vector, endings: list[Ending], searches: int
) -> Solution:
    best, evaluations = driver.best, driver.evaluations
    if endings[-1].status == "interrupted":
        ending = endings[-1]
    elif best is None:
        ending = Ending("failed", Reason.NOT_FINITE, optimizer.name, evaluations)
    else:
        ending = endings[best.start]
    message = describe(
        ending,
        start=0 if best is None else best.start,
        starts=searches,
        starts_begun=0 if best is None else len(endings),
        not_finite=0 if best is None else driver.not_finite,
        total=evaluations,
        budget=driver.max_evaluations,
    )
    return Solution(
        x=starts[0].copy() if best is None else best.x.copy(),
        value=float("nan") if best is None else best.value,
        evaluations=evaluations,
        gradients=driver.gradients,
        status=ending.status,
        message=message,
        method=optimizer.name,
        values=driver.history,
        best_evaluation=-1 if best is None else best.evaluation,
        start=0 if best is None else best.start,
        seconds=driver.seconds,
        metrics=driver.metrics,
        fidelities=driver.fidelities,
        reason=ending.reason,
        not_finite=driver.not_finite,
        starts_begun=len(endings),
        stationary_start=bool(ending.note),
    )
