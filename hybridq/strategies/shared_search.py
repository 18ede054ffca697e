"""Several searches, one after the other, that share one budget, one clock and one callback."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.optimizers import Optimizer, Reason, Record, Solution
from hybridq.optimizers.base import Outcome
from hybridq.optimizers.choice import chosen_optimizer
from hybridq.strategies.rescaled import search_angles

if TYPE_CHECKING:
    from hybridq.optimizers.driver import Driver

Vector = NDArray[np.float64]
Show = Callable[[ArrayLike], Vector]


@dataclass(frozen=True)
class _Probe(Optimizer):
    """Evaluates each start and leaves it at that."""

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
    """Runs `search_angles` again and again and keeps the books of all runs together.

    Args:
        method: an optimizer's name, or an optimizer.
        unit: the unit of energy, of which γ has the inverse.
        max_evaluations: of all searches together.
        time_limit: seconds for all searches together, or None.
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
        time_limit: float | None = None,
        tolerance: float | None = None,
        callback: Callable[[Record], Any] | None = None,
        rng: np.random.Generator | None = None,
        **limits: Any,
    ) -> None:
        self.optimizer = optimizer = chosen_optimizer(method)
        self.needs_bounds = optimizer.needs_bounds
        self.is_local = not (optimizer.needs_bounds or optimizer.joint_starts)
        own = optimizer.options().get("tolerance")
        self.tolerance = tolerance if tolerance is None or own is None else own
        self.max_evaluations = max_evaluations
        self.used = self.gradients = 0
        self.best: tuple[float, Vector] | None = None
        self._unit, self._time_limit, self._callback = unit, time_limit, callback
        self._rng = rng if rng is not None else np.random.default_rng()
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
    def over(self) -> bool:
        """Whether no further search may begin."""
        return self._interrupted or self.remaining <= 0 or self._seconds_left() <= 0.0

    def run(
        self,
        objective: Any,
        starts: Vector,
        show: Show,
        *,
        searches_left: int = 1,
        at_most: int | None = None,
        bounds: Vector | None = None,
        tolerance: float | None = None,
        gammas: int | None = None,
        aside: bool = False,
    ) -> Solution | None:
        """One search; None where nothing is left to spend.

        Args:
            objective: what to minimize.
            starts: one row a start, shape (k, n).
            show: the circuit's parameters of a point of this search.
            searches_left: how many searches share what is left, this one included.
            at_most: evaluations of this search, where they are fewer than its share.
            bounds: a box for methods that need one, shape (n, 2).
            tolerance: other than that of all searches.
            gammas: how many of the parameters have the inverse unit of energy; half of them by
                default.
            aside: the search goes beside another: its ending only counts if it found the best.

        Raises:
            KeyboardInterrupt: Ctrl-C before the very first evaluation was finished.
        """
        if self.over:
            return None
        share = -(-self.remaining // searches_left)
        before = self.best
        solution = self._search(
            self.optimizer,
            objective,
            np.clip(starts, bounds[:, 0], bounds[:, 1])
            if self.needs_bounds and bounds is not None
            else starts,
            show,
            share if at_most is None else min(share, at_most),
            searches_left,
            bounds=bounds if self.needs_bounds else None,
            gammas=gammas,
            tolerance=self.tolerance if tolerance is None else tolerance,
        )
        if solution is not None and not (aside and self._last is not None and self.best is before):
            self._last = solution
        return solution

    def probe(self, objective: Any, points: Vector, show: Show) -> int | None:
        """Which row of `points`, shape (k, n), is the lowest; each is evaluated once.

        None where there was no time for it, or no finite value.
        """
        if self.over or self.remaining < len(points):
            return None
        found = self._search(_Probe(), objective, points, show, len(points), 1)
        if found is None or found.best_evaluation < 0:
            return None
        self._probed = replace(found, method=self.optimizer.name)
        return found.start

    def _search(
        self,
        method: str | Optimizer,
        objective: Any,
        starts: Vector,
        show: Show,
        most: int,
        searches_left: int,
        *,
        bounds: Vector | None = None,
        gammas: int | None = None,
        tolerance: float | None = None,
    ) -> Solution | None:
        seconds = self._seconds_left() / searches_left
        if tolerance is not None:
            # Any: not every optimizer has a tolerance; who gives one knows that this one has.
            configured: Any = chosen_optimizer(method)
            method = replace(configured, tolerance=tolerance)
        try:
            solution = search_angles(
                objective,
                self._unit,
                starts,
                method,
                bounds,
                None if self._callback is None else self._teller(show),
                gammas=gammas,
                max_evaluations=most,
                time_limit=seconds if math.isfinite(seconds) else None,
                rng=self._rng,
                **self._limits,
            )
        except KeyboardInterrupt:
            if self.best is None:
                raise
            self._interrupted = True
            return None
        self._keep(solution, show)
        return solution

    def summary(self, early: str = "", end: Solution | None = None) -> Solution:
        """All searches as one solution; the best point of all.

        Args:
            end: the search whose ending counts; the last by default.
            early: where the strategy did not come to its end, how far it came.
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
            reason = Reason(status)
            remedy = "raise max_evaluations" if spent else "raise time_limit"
            message = f"{early} when the budget was used up: {remedy} to search on"
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
        if self._time_limit is None:
            return math.inf
        left = self._time_limit - self._seconds
        # The first search always begins: without an evaluation there would be nothing to return.
        return max(left, 1e-9) if self._last is None else left

    def _keep(self, solution: Solution, show: Show) -> None:
        self._seconds += solution.seconds
        self.used += solution.evaluations
        self.gradients += solution.gradients
        self._values.append(solution.values)
        if math.isfinite(solution.value) and (self.best is None or solution.value < self.best[0]):
            self.best = solution.value, show(solution.x)
        self._interrupted = solution.status == "interrupted"

    def _teller(self, show: Show) -> Callable[[Record], Any]:
        """The callback of one search, in terms of all of them."""
        callback, offset, best, began = self._callback, self.used, self.best, self._seconds
        assert callback is not None

        def tell(record: Record) -> Any:
            own = record.best_x is not None and (best is None or record.best_value < best[0])
            lowest, where = (
                (record.best_value, show(record.best_x))  # type: ignore[arg-type]
                if own
                else (best if best is not None else (math.inf, None))
            )
            x = show(record.x)
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

        return tell
