"""The loop's owner: every evaluation is limited, counted and recorded here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.optimizers.capabilities import Capability, ShotGradient, Units
from hybridq.optimizers.evaluator import Evaluator
from hybridq.optimizers.history import Best, History
from hybridq.optimizers.occasional import Occasional
from hybridq.optimizers.solution import Record, Status

if TYPE_CHECKING:
    from hybridq.storage.journal_search import JournaledSearch

Callback: TypeAlias = Callable[[Record], object]

# Rows of a batch that are evaluated in one call: the clock, the callback and Ctrl-C are checked
# between calls.
BATCH_ROWS = 32


class Stop(BaseException):
    """Ends a method from inside an evaluation; no `except Exception` catches it."""


class Driver:
    """A limited, counted and recorded view of an objective, which methods call.

    The methods of an optimizer use `value`, `evaluate`, `value_and_gradient` and `values`, and
    some `estimates`, `metric`, `fidelity`, `frequencies` and `periods`. A request beyond a limit
    raises `Stop`, which an optimizer must not catch.

    Args:
        objective: called with a float64 array of shape (n,), returns a float; may offer the
            members of `hybridq.optimizers.capabilities`.
        dimension: n.
        bounds: None, or shape (n, 2): every point is clipped to them before it is evaluated,
            since some methods overstep bounds.
        max_evaluations: the largest number of evaluations.
        time_limit: seconds after which no further evaluation begins, or None; compiling does not
            count.
        target: a value at or below which the search ends, or None.
        callback: called with a `Record` after each evaluation; returning True ends the search.
        journal: answers evaluations that were made before a kill, and records new ones.

    Attributes:
        gradients, metrics, fidelities: how many of each were computed.
        first_gradient: the gradient at the first point of the current start, if it was computed.
        is_random: the objective has a state of its own, such as random numbers, so that two
            values at one point may differ.
        start: the row of x0 that is searched now.
        from_shots: whether values are estimates from measurements.
        stopped: the limit that ended the search, None while it runs.
    """

    def __init__(
        self,
        objective: Callable[[Vector], float],
        dimension: int,
        *,
        bounds: Vector | None = None,
        max_evaluations: int,
        time_limit: float | None = None,
        target: float | None = None,
        callback: Callback | None = None,
        journal: JournaledSearch | None = None,
    ) -> None:
        self.dimension = dimension
        self.max_evaluations = max_evaluations
        self.gradients = 0
        self.metrics = 0
        self.fidelities = 0
        self.start = 0
        self.first_gradient: Vector | None = None
        self.stopped: Status | None = None
        self._evaluator = Evaluator(objective, dimension, journal)
        self.has_gradient = self._evaluator.has_gradient
        self.is_random = self._evaluator.member(Capability.CHECKPOINT) is not None
        self.from_shots = self._evaluator.from_shots
        self._bounds = None if bounds is None else bounds.T.copy()
        self._target = -math.inf if target is None else target
        self._callback = callback
        self._is_due = callback.is_due if isinstance(callback, Occasional) else None
        self._history = History()
        self._values = self._history.values
        # In seconds since the beginning, which moves when a killed search is resumed.
        self._deadline = math.inf if time_limit is None else time_limit
        self._limit = max_evaluations
        self._first = 0
        self._slice_deadline = self._deadline
        self._best_before: Best | None = None

    @property
    def error(self) -> Exception | None:
        """The exception that the objective, the journal or the callback raised."""
        return self._evaluator.error

    @property
    def frequencies(self) -> Any:
        """The objective's frequencies along each parameter, None if it has none."""
        return self._evaluator.member(Capability.FREQUENCIES)

    @property
    def periods(self) -> Vector:
        """Period along each parameter, infinite where none is known, shape (n,)."""
        known = self._evaluator.member(Capability.PERIODS)
        if known is not None:
            return np.array(known, dtype=np.float64)
        waves = self.frequencies
        if waves is None:
            return np.full(self.dimension, np.inf)
        return np.array([np.inf if wave is None else 2.0 * np.pi / wave[0] for wave in waves])

    @property
    def units(self) -> Units:
        """Names and units of the objective, by default ``theta_1`` and so on."""
        known: Units | None = self._evaluator.member(Capability.UNITS)
        if known is not None:
            return known
        names = tuple(f"theta_{number + 1}" for number in range(self.dimension))
        return Units(names, np.ones(self.dimension))

    @property
    def identity(self) -> Any:
        """Plain values that identify the objective, None if it has none."""
        return self._evaluator.member(Capability.IDENTITY)

    @property
    def best(self) -> Best | None:
        """The best finite evaluation so far."""
        return self._history.best

    @property
    def not_finite(self) -> int:
        """Number of values that were not finite."""
        return self._history.not_finite

    @property
    def evaluations(self) -> int:
        """Number of evaluations that have finished."""
        return len(self._values)

    @property
    def remaining(self) -> int:
        """Number of evaluations that are left to the current start."""
        return self._limit - len(self._values)

    @property
    def start_evaluations(self) -> int:
        """Number of evaluations of the current start."""
        return len(self._values) - self._first

    @property
    def history(self) -> Vector:
        """All values in order, shape (evaluations,)."""
        return np.array(self._values, dtype=np.float64)

    def values_since(self, evaluation: int) -> list[float]:
        """Return the values after that number of evaluations, in order."""
        return self._values[evaluation:]

    @property
    def seconds(self) -> float:
        """Time since the search began, without compiling and interruptions."""
        return self._evaluator.seconds

    def begin(self, start: int, starts_left: int) -> bool:
        """Begin the next start with an equal share of the evaluations and time left.

        Args:
            start: the row of x0 that begins now.
            starts_left: number of starts that share what is left, this one included.

        Returns:
            True if there is anything left to share.
        """
        left = self.max_evaluations - len(self._values)
        if left <= 0 or self._evaluator.is_late(self._deadline, bool(self._values)):
            return False
        now = self.seconds
        self.start = start
        self.first_gradient = None
        self.stopped = None
        self._first = len(self._values)
        self._limit = len(self._values) - (-left // starts_left)
        self._slice_deadline = now + (self._deadline - now) / starts_left
        self._best_before = self._history.best
        return True

    def check(self) -> None:
        """Raise `Stop` if no further evaluation may begin.

        Methods call it themselves before long computations of their own.
        """
        if self.stopped is not None:
            raise Stop
        if len(self._values) >= self._limit:
            self._stop("max_evaluations")
        if self._evaluator.is_late(self._slice_deadline, bool(self._values)):
            self._stop("time_limit")

    def interrupt(self) -> None:
        """Mark the search as interrupted by Ctrl-C."""
        self.stopped = "interrupted"

    def evaluate(self, x: Vector) -> float:
        """Return the objective at `x`, shape (n,), possibly NaN or infinite."""
        self.check()
        value = self._evaluator.value(self._inside(x))
        self._record(x, value, None)
        return value

    def value(self, x: Vector) -> float:
        """Return the objective at `x`, shape (n,); a large penalty if it is not finite."""
        value = self.evaluate(x)
        return value if math.isfinite(value) else self.penalty()

    def settle(self, x: Vector, slack: float) -> None:
        """Evaluate `x` and make it the best point of this start, though others were lower.

        For values with noise, the lowest of which is low by chance. A value above the first of
        this start by more than `slack` is not taken.
        """
        value = self.evaluate(x)
        before = self._best_before
        if not value <= self._values[self._first] + slack:
            return
        if before is None or value < before.value:
            self._history.set_best(value, self._inside(x), self.start)
        elif before is not None:
            self._history.restore(before)

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """Return the objective and its gradient at `x`, both shape (n,).

        If either is not finite: the penalty and a zero gradient, which every line search
        rejects. Counts as one evaluation and one gradient.
        """
        self.check()
        value, gradient = self._evaluator.value_and_gradient(self._inside(x))
        self.gradients += 1
        if self.start_evaluations == 0:
            self.first_gradient = gradient.copy()
        self._record(x, value, gradient)
        if math.isfinite(value) and np.isfinite(gradient).all():
            return value, gradient
        return self.penalty(), np.zeros(self.dimension)

    @property
    def has_measured_gradient(self) -> bool:
        """True if the objective takes a number of shots for each derivative."""
        return self._evaluator.member(Capability.MEASURED) is not None

    def measured_gradient(self, x: Vector, shots: Vector, weighted: bool = False) -> ShotGradient:
        """Return a gradient from shots at `x`, shape (n,); an evaluation with gradient.

        Args:
            x: the point.
            shots: wanted for each derivative, shape (n,).
            weighted: draw circuits at random by their weights.
        """
        self.check()
        found = self._evaluator.measured_gradient(self._inside(x), shots, weighted)
        self.gradients += 1
        self._record(x, found.value, found.gradient)
        return found

    def values(self, points: Vector) -> Vector:
        """Return the objective at each row of `points`, shape (k, n), as shape (k,).

        If the objective has ``values``, it gets a few rows at a time. If the budget ends inside
        the batch, the rows that fit are evaluated before `Stop` is raised.
        """
        results = np.empty(len(points))
        if not self._evaluator.has_batch:
            for row, point in enumerate(points):
                results[row] = self.value(point)
            return results
        row = 0
        while row < len(points):
            self.check()
            block = points[row : row + min(BATCH_ROWS, self.remaining)]
            given = self._evaluator.values(self._inside(block))
            for point, value in zip(block, given.tolist(), strict=True):
                self._record(point, value, None, raising=False)
                results[row] = value if math.isfinite(value) else self.penalty()
                row += 1
        if self.stopped is not None:
            raise Stop
        return results

    def estimates(self, points: Vector) -> tuple[Vector, Vector]:
        """Return the objective at each row of `points`, shape (k, n), and standard errors.

        Errors are NaN where the objective does not know them. Values are as of `values`.

        Returns:
            both of shape (k,).
        """
        errors = np.full(len(points), np.nan)
        if not self._evaluator.has_estimate:
            return self.values(points), errors
        results = np.empty(len(points))
        for row, point in enumerate(points):
            self.check()
            value, errors[row] = self._evaluator.estimate(self._inside(point))
            self._record(point, value, None)
            results[row] = value if math.isfinite(value) else self.penalty()
        return results, errors

    def metric(self, x: Vector, blocks: str | None = None) -> Vector:
        """Return the metric at `x`, shape (n, n); not counted as an evaluation.

        Args:
            x: the point, shape (n,).
            blocks: passed on to the objective's ``metric(x, blocks)``.
        """
        self.check()
        found = self._evaluator.metric(self._inside(x), blocks)
        self.metrics += 1
        return found

    def fidelity(self, x: Vector, y: Vector) -> float:
        """Return the fidelity of the states at `x` and `y`; not an evaluation."""
        self.check()
        found = self._evaluator.fidelity(self._inside(np.stack([x, y])))
        self.fidelities += 1
        return found

    def penalty(self) -> float:
        """Return a finite number worse than every value seen, on their scale."""
        return self._history.penalty()

    def _inside(self, x: Vector) -> Vector:
        """Return a copy of `x`, clipped to the bounds, that the objective may overwrite."""
        point = np.array(x, dtype=np.float64)
        if self._bounds is not None:
            np.maximum(point, self._bounds[0], out=point)
            np.minimum(point, self._bounds[1], out=point)
        return point

    def _record(
        self, x: Vector, value: float, gradient: Vector | None, *, raising: bool = True
    ) -> None:
        """Record one evaluation, call the callback, check the target."""
        if self._history.add(value):
            self._history.set_best(value, self._inside(x), self.start)
        is_due = self._callback is not None and (self._is_due is None or self._is_due())
        if is_due and self.stopped != "interrupted":
            self._notify(x, value, gradient)
        if self._history.best_value <= self._target:
            self.stopped = "target"
        if raising and self.stopped is not None:
            raise Stop

    def _notify(self, x: Vector, value: float, gradient: Vector | None) -> None:
        assert self._callback is not None
        best = self._history.best
        record = Record(
            evaluation=len(self._values),
            x=self._inside(x),
            value=value,
            best_value=self._history.best_value,
            best_x=None if best is None else best.x,
            seconds=self.seconds,
            start=self.start,
            gradient=None if gradient is None else gradient.copy(),
        )
        try:
            answer = self._callback(record)
        except Exception as error:
            self._evaluator.error = error
            raise
        # Only True itself: a progress bar's update method returns things that are merely truthy.
        if answer is True or (isinstance(answer, np.bool_) and bool(answer)):
            self.stopped = "interrupted"

    def _stop(self, status: Status) -> None:
        self.stopped = status
        raise Stop
