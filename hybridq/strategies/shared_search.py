"""Consecutive searches that share one budget, one clock and one callback."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.executors import ExecutorLike
from hybridq.core.randomness import spawn
from hybridq.optimizers import Optimizer, Record, Solution
from hybridq.optimizers.base import Outcome
from hybridq.optimizers.configure import configured_optimizer
from hybridq.optimizers.occasional import as_often_as
from hybridq.optimizers.search import check_apart
from hybridq.optimizers.solution import Ending, Reason, describe
from hybridq.strategies.rescaled import search_angles, search_each_angles

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

Vector = NDArray[np.float64]
Embedding = Callable[[ArrayLike], Vector]
"""Maps points of a search to parameters of the circuit that was asked for."""


@dataclass(frozen=True)
class _Probe(Optimizer):
    """Evaluate each start and end there."""

    name: ClassVar[str] = "probe"
    summary: ClassVar[str] = "the starts alone"
    cost: ClassVar[str] = "1"

    def run(
        self, driver: Driver, x0: Vector, bounds: Vector | None, rng: np.random.Generator
    ) -> Outcome:
        """See `Optimizer.run`."""
        driver.value(x0)
        return Outcome(True)


class SharedSearch:
    """Repeated `search_angles` with one budget and one record of all runs.

    Args:
        method: an optimizer's name, or an optimizer.
        unit: the unit of energy, of which γ has the inverse.
        max_evaluations: of all searches together.
        time_limit: seconds for all searches together from now on, or a deadline.
        tolerance: of the optimizer where it has none set, or None for its own.
        callback: called with a `Record` after every evaluation; its numbers and its best value
            are those of all searches, its points those of the circuit that was asked for.
        rng: source of randomness of the optimizer.
        limits: further arguments of `minimize` for every search.
    """

    def __init__(
        self,
        method: str | Optimizer,
        *,
        unit: float,
        max_evaluations: int,
        time_limit: TimeLimit = None,
        tolerance: float | None = None,
        callback: Callable[[Record], Any] | None = None,
        rng: np.random.Generator | None = None,
        **limits: Any,
    ) -> None:
        self.optimizer = optimizer = configured_optimizer(method)
        self.needs_bounds = optimizer.needs_bounds
        self.is_local = not (optimizer.needs_bounds or optimizer.joint_starts)
        own = optimizer.options().get("tolerance")
        self.tolerance = tolerance if tolerance is None or own is None else own
        self.max_evaluations = max_evaluations
        self.used = self.gradients = 0
        self.best: tuple[float, Vector] | None = None
        self._unit, self._deadline, self._callback = unit, Deadline.of(time_limit), callback
        self._rng = rng if rng is not None else np.random.default_rng()
        self.executor: ExecutorLike = limits.pop("executor", None)
        self._limits = limits
        self._seconds = 0.0
        self._values: list[Vector] = []
        self._last: Solution | None = None
        self._probed: Solution | None = None
        self._interrupted = False

    @property
    def remaining(self) -> int:
        """Evaluations that are left."""
        return self.max_evaluations - self.used

    @property
    def exhausted(self) -> bool:
        """True if no further search may begin."""
        return self._interrupted or self.remaining <= 0 or self._seconds_left() <= 0.0

    def run(
        self,
        objective: Any,
        starts: Vector,
        embed: Embedding,
        *,
        searches_left: int = 1,
        at_most: int | None = None,
        bounds: Vector | None = None,
        tolerance: float | None = None,
        gammas: int | None = None,
        auxiliary: bool = False,
    ) -> Solution | None:
        """Return the solution of one search; None where nothing is left to spend.

        Args:
            objective: the objective to minimize.
            starts: one start in each row, shape (k, n).
            embed: maps points of this search to parameters of the circuit asked for.
            searches_left: number of searches that share what is left, this one included.
            at_most: evaluations of this search, where they are fewer than its share.
            bounds: a box for methods that need one, shape (n, 2).
            tolerance: other than that of all searches.
            gammas: number of parameters with the inverse unit of energy; half of them by default.
            auxiliary: the search supplements an earlier one: its ending counts only if it found
                the best point.

        Raises:
            KeyboardInterrupt: Ctrl-C before the very first evaluation was finished.
        """
        if self.exhausted:
            return None
        share = -(-self.remaining // searches_left)
        before = self.best
        solution = self._search(
            self.optimizer,
            objective,
            np.clip(starts, bounds[:, 0], bounds[:, 1])
            if self.needs_bounds and bounds is not None
            else starts,
            embed,
            share if at_most is None else min(share, at_most),
            searches_left,
            bounds=bounds if self.needs_bounds else None,
            gammas=gammas,
            tolerance=self.tolerance if tolerance is None else tolerance,
        )
        if solution is not None and not (
            auxiliary and self._last is not None and self.best is before
        ):
            self._last = solution
        return solution

    def run_each(
        self,
        objective: Any,
        starts: Vector,
        embed: Embedding,
        *,
        at_most: int,
        bounds: Vector | None = None,
    ) -> dict[int, Solution]:
        """Return the solutions of searches from each start, as tasks of the executor.

        Unlike those of `run` each has its own evaluations, and leaves none to another.

        Args:
            objective, starts, embed, bounds: see `run`.
            at_most: evaluations of each search.

        Raises:
            ParameterError: a time limit or a journal, which searches on an executor do not keep.
            KeyboardInterrupt: Ctrl-C before the very first search was finished.
        """
        seconds = self._seconds_left()
        check_apart(seconds if math.isfinite(seconds) else None, self._limits.get("journal"))
        method: Any = self.optimizer
        if self.tolerance is not None:
            method = replace(method, tolerance=self.tolerance)
        if self.needs_bounds and bounds is not None:
            starts = np.clip(starts, bounds[:, 0], bounds[:, 1])
        try:
            found = search_each_angles(
                objective,
                self._unit,
                starts,
                method,
                bounds if self.needs_bounds else None,
                None if self._callback is None else self._callback_for(embed),
                spawn(self._rng, len(starts)),
                self.executor,
                at_most=at_most,
            )
        except KeyboardInterrupt:
            if self.best is None:
                raise
            self._interrupted = True
            return {}
        for number in sorted(found.solutions):
            self._last = found.solutions[number]
            self._add(self._last, embed)
        self._interrupted = found.interrupted
        return found.solutions

    def values(self, objective: Any, points: Vector, embed: Embedding) -> Vector | None:
        """Return the values of `points`, shape (k, n) → (k,), each evaluated once.

        None where the budget does not suffice, or without a finite value.
        """
        if self.exhausted or self.remaining < len(points):
            return None
        found = self._search(_Probe(), objective, points, embed, len(points), 1)
        if found is None or found.best_evaluation < 0:
            return None
        self._probed = replace(found, method=self.optimizer.name)
        return found.values if len(found.values) == len(points) else None  # interrupted

    def _search(
        self,
        method: str | Optimizer,
        objective: Any,
        starts: Vector,
        embed: Embedding,
        most: int,
        searches_left: int,
        *,
        bounds: Vector | None = None,
        gammas: int | None = None,
        tolerance: float | None = None,
    ) -> Solution | None:
        seconds = self._seconds_left() / searches_left
        if tolerance is not None:
            # Any: a caller gives a tolerance only to an optimizer that has one.
            configured: Any = configured_optimizer(method)
            method = replace(configured, tolerance=tolerance)
        try:
            solution = search_angles(
                objective,
                self._unit,
                starts,
                method,
                bounds,
                None if self._callback is None else self._callback_for(embed),
                gammas=gammas,
                max_evaluations=most,
                time_limit=seconds if math.isfinite(seconds) else None,
                rng=self._rng,
                executor=None if isinstance(method, _Probe) else self.executor,
                **self._limits,
            )
        except KeyboardInterrupt:
            if self.best is None:
                raise
            self._interrupted = True
            return None
        self._add(solution, embed)
        return solution

    def summary(self, early: str = "", end: Solution | None = None) -> Solution:
        """Return all searches as one solution, with the best point of all.

        Args:
            early: the progress of a strategy that ran out of budget before its end.
            end: the search whose ending counts; the last by default.
        """
        last = end or self._last or self._probed
        assert last is not None, "nothing was searched"
        values = np.concatenate(self._values)
        best_value, best_x = self.best if self.best is not None else (math.nan, last.x)
        finite = np.where(np.isfinite(values), values, np.inf)
        status, reason, message = last.status, last.reason, last.message
        if self._interrupted:
            plural = "" if self.used == 1 else "s"
            status, reason = "interrupted", Reason.INTERRUPTED
            message = f"interrupted after {self.used} evaluation{plural}"
        elif early:
            spent = self.remaining <= 0
            status = "max_evaluations" if spent else "time_limit"
            reason = Reason.MAX_EVALUATIONS if spent else Reason.TIME_LIMIT
            remedy = "raise max_evaluations" if spent else "raise time_limit"
            message = f"{early} when the budget was used up: {remedy} to search on"
        elif status == "max_evaluations" and last.evaluations < self.used:
            # The caller knows the budget of all searches, not the share of the last one.
            ended = Ending(status, Reason.MAX_EVALUATIONS, last.method, self.used)
            bad = int(np.count_nonzero(~np.isfinite(values)))
            message = describe(ended, not_finite=bad, total=self.used, budget=self.max_evaluations)
        return replace(
            last,
            x=best_x,
            value=best_value,
            evaluations=self.used,
            gradients=self.gradients,
            status=status,
            reason=reason,
            message=message,
            values=values,
            best_evaluation=-1 if self.best is None else int(np.argmin(finite)),
            start=0 if len(self._values) > 1 else last.start,
            seconds=self._seconds,
        )

    def _seconds_left(self) -> float:
        """Return the time left, infinite without a limit."""
        left = self._deadline.left
        # The first search always begins: without an evaluation there would be nothing to return.
        return max(left, 1e-9) if self._last is None else left

    def _add(self, solution: Solution, embed: Embedding) -> None:
        """Add a finished search to the record."""
        self._seconds += solution.seconds
        self.used += solution.evaluations
        self.gradients += solution.gradients
        self._values.append(solution.values)
        if math.isfinite(solution.value) and (self.best is None or solution.value < self.best[0]):
            self.best = solution.value, embed(solution.x)
        self._interrupted = solution.status == "interrupted"

    def _callback_for(self, embed: Embedding) -> Callable[[Record], Any]:
        """Return the callback of one search, which reports in terms of all of them."""
        callback, offset, best, began = self._callback, self.used, self.best, self._seconds
        assert callback is not None

        def report(record: Record) -> Any:
            own = record.best_x is not None and (best is None or record.best_value < best[0])
            lowest, where = (
                (record.best_value, embed(record.best_x))  # type: ignore[arg-type]
                if own
                else (best if best is not None else (math.inf, None))
            )
            x = embed(record.x)
            same = len(x) == len(record.x)
            return callback(
                replace(
                    record,
                    evaluation=record.evaluation + offset,
                    x=x,
                    best_value=lowest,
                    best_x=where,
                    seconds=record.seconds + began,
                    gradient=record.gradient if same else None,
                )
            )

        return as_often_as(callback, report)
