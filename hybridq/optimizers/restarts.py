"""Several starts of one search as independent tasks on an executor."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.core.executors import ExecutorLike, open_mapper
from hybridq.core.mapper import result_of
from hybridq.optimizers.base import Optimizer
from hybridq.optimizers.driver import Callback
from hybridq.optimizers.solution import Ending, Reason, Record, Solution, describe

Task = tuple[Vector, np.random.Generator]


@dataclass(frozen=True)
class _Search:
    """One start's search, as workers get it.

    Attributes:
        objective, method, bounds, max_evaluations, target: see `minimize`.
    """

    objective: Any
    method: Optimizer
    bounds: Vector | None
    max_evaluations: int
    target: float | None


def _searched(task: Task, search: _Search) -> Solution:
    """Return the solution from one start; workers call this."""
    from hybridq.optimizers.search import minimize

    start, generator = task
    return minimize(
        search.objective, start, search.method, bounds=search.bounds,
        max_evaluations=search.max_evaluations, target=search.target, rng=generator,
    )  # fmt: skip


def search_starts(
    objective: Any,
    starts: Vector,
    method: Optimizer,
    bounds: Vector | None,
    generators: Sequence[np.random.Generator],
    executor: ExecutorLike,
    *,
    max_evaluations: int,
    target: float | None,
    callback: Callback | None,
) -> Solution:
    """Return the best of searches from each start, with equal shares of the budget.

    Unlike one after another, a search leaves what it does not use to no other one. So the result
    is the same to the last bit on any executor.

    Args:
        objective, method, bounds, max_evaluations, target: see `minimize`.
        starts, generators, executor, callback: see `search_each`.

    Raises:
        ParameterError: the objective cannot be sent to another process.
        KeyboardInterrupt: Ctrl-C before the first start was finished.
    """
    began, count = work_seconds(), len(starts)
    found = search_each(
        objective, starts, method, bounds, generators, executor,
        at_most=max(max_evaluations // count, 1), target=target, callback=callback,
    )  # fmt: skip
    return _merged(found.solutions, count, max_evaluations, target, began, found.interrupted)


@dataclass(frozen=True)
class Each:
    """Solutions of searches by the number of their start, of those that ended.

    Attributes:
        solutions: by number, in the order in which they ended.
        interrupted: whether Ctrl-C or the callback ended the others.
    """

    solutions: dict[int, Solution]
    interrupted: bool


def search_each(
    objective: Any,
    starts: Vector,
    method: Optimizer,
    bounds: Vector | None,
    generators: Sequence[np.random.Generator],
    executor: ExecutorLike,
    *,
    at_most: int,
    target: float | None = None,
    callback: Callback | None = None,
) -> Each:
    """Return the solution of a search from each start.

    Args:
        objective, method, bounds, target: see `minimize`.
        starts: shape (k, n).
        generators: of each start.
        executor: see `hybridq.core.executors.open_mapper`.
        at_most: evaluations of each.
        callback: called with the best evaluation of each start as it ends, in any order.

    Raises:
        ParameterError: the objective cannot be sent to another process.
        KeyboardInterrupt: Ctrl-C before the first start was finished.
    """
    began = work_seconds()
    search = _Search(objective, method, bounds, at_most, target)
    try:
        pickle.dumps(search)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ParameterError(
            f"the objective cannot be sent to workers: {error}",
            argument="executor",
            remedy="use a function of a module, or leave out the executor",
        ) from None
    tasks = list(enumerate(zip(starts, generators, strict=True)))
    found: dict[int, Solution] = {}
    interrupted = False
    with open_mapper(executor) as mapper:
        stream = mapper.stream(partial(_searched, search=search), tasks, total=len(tasks))
        try:
            for number, result in stream:
                found[number] = result_of(result)
                if callback is not None and callback(_record(found, number, began)):
                    interrupted = True
                    break
        except KeyboardInterrupt:
            if not found:
                raise
            interrupted = True
        finally:
            stream.close()
    return Each(found, interrupted)


def _record(found: dict[int, Solution], number: int, began: float) -> Record:
    """Return the record of the best evaluation of a start that has ended."""
    own = found[number]
    best = min(found.values(), key=_value)
    return Record(
        evaluation=sum(each.evaluations for each in found.values()),
        x=own.x,
        value=own.value,
        best_value=_value(best),
        best_x=best.x if np.isfinite(best.value) else None,
        seconds=work_seconds() - began,
        start=number,
    )


def _value(solution: Solution) -> float:
    """Return the best value, infinite where none is finite."""
    return solution.value if np.isfinite(solution.value) else np.inf


def _merged(
    found: dict[int, Solution],
    count: int,
    budget: int,
    target: float | None,
    began: float,
    interrupted: bool,
) -> Solution:
    """Return all searches as one, with the best point; ties go to the first start."""
    numbers = sorted(found)
    if target is not None:  # those after the first that reached it would not have begun
        reached = next((k for k in numbers if found[k].status == "target"), None)
        numbers = [k for k in numbers if reached is None or k <= reached]
    used = [found[k] for k in numbers]
    place = min(range(len(used)), key=lambda k: _value(used[k]))
    best, total = used[place], sum(each.evaluations for each in used)
    finite = bool(np.isfinite(best.value))
    status, reason = best.status, best.reason or Reason.GAVE_UP
    if interrupted:
        status, reason = "interrupted", Reason.INTERRUPTED
    bad = sum(each.not_finite for each in used)
    message = describe(
        Ending(status, reason, best.method, total if interrupted else best.evaluations),
        start=numbers[place],
        starts=count,
        starts_begun=len(used) if finite else 0,
        not_finite=bad if finite else 0,
        total=total,
        budget=budget,
    )
    before = sum(each.evaluations for each in used[:place])
    return Solution(
        x=best.x,
        value=best.value,
        evaluations=total,
        gradients=sum(each.gradients for each in used),
        status=status,
        message=message,
        method=best.method,
        values=np.concatenate([each.values for each in used]),
        best_evaluation=before + best.best_evaluation if finite else -1,
        start=numbers[place],
        seconds=work_seconds() - began,
        metrics=sum(each.metrics for each in used),
        fidelities=sum(each.fidelities for each in used),
        reason=reason,
        not_finite=bad,
        starts_begun=len(used),
        stationary_start=best.stationary_start,
    )
