"""The owner of the loop: every evaluation passes through here, is counted, checked and kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.clock import work_seconds
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.solution import Record, Status

if TYPE_CHECKING:
    from hybridq.storage.journal_search import Answer, JournaledSearch

Vector: TypeAlias = NDArray[np.float64]
Callback: TypeAlias = Callable[[Record], object]

# Rows of a batch that are evaluated in one call: the clock, the callback and Ctrl-C are looked at
# in between.
BATCH_ROWS = 32

# Given to a method in place of a value that is not finite before any finite one was seen.
BLIND_PENALTY = 1e10


class Stop(BaseException):
    """Ends a method from inside an evaluation. A `BaseException`, so that no method catches it."""


class Best(NamedTuple):
    """The best finite evaluation so far."""

    value: float
    x: Vector
    evaluation: int
    start: int


class Driver:
    """A counted, limited and remembered view of an objective; what a method calls.

    The methods of an optimizer see only `value`, `evaluate`, `value_and_gradient` and `values`.
    A request beyond a limit raises `Stop`, which an optimizer lets pass.

    Args:
        objective: called with a float64 array of shape (n,), returns a float; may offer
            ``value_and_gradient(x)`` and ``values(X)``.
        dimension: n.
        bounds: None, or shape (n, 2): every point is clipped into them before it is evaluated,
            since some methods treat bounds as a wish.
        max_evaluations: how many evaluations there may be in all.
        time_limit: seconds after which no further evaluation begins, or None; compiling does not
            count.
        target: a value at or below which the search ends, or None.
        callback: called with a `Record` after each evaluation; returning True ends the search.
        journal: answers evaluations that were made before a kill, and records those made now.
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
        self.best: Best | None = None
        self.gradients = 0
        self.metrics = 0
        self.fidelities = 0
        self.not_finite = 0
        self.start = 0
        self.stopped: Status | None = None
        self.error: Exception | None = None
        self.began = work_seconds()
        self._objective = objective
        self._value_and_gradient: Callable[[Vector], tuple[float, Any]] | None = getattr(
            objective, "value_and_gradient", None
        )
        self._batch: Callable[[Vector], Any] | None = getattr(objective, "values", None)
        self._bounds = None if bounds is None else bounds.T.copy()
        self._target = -math.inf if target is None else target
        self._callback = callback
        self._journal = journal
        self._values: list[float] = []
        self._best_value = math.inf
        self._worst_value = -math.inf
        # In seconds since the beginning, which moves when a killed search goes on.
        self._deadline = math.inf if time_limit is None else time_limit
        self._limit = max_evaluations
        self._first = 0
        self._slice_deadline = self._deadline

    @property
    def has_gradient(self) -> bool:
        """Whether the objective computes its own gradient."""
        return self._value_and_gradient is not None

    @property
    def evaluations(self) -> int:
        """How many evaluations have finished."""
        return len(self._values)

    @property
    def remaining(self) -> int:
        """How many evaluations are left to the current start."""
        return self._limit - len(self._values)

    @property
    def start_evaluations(self) -> int:
        """How many evaluations the current start has had."""
        return len(self._values) - self._first

    @property
    def history(self) -> Vector:
        """All values in order, shape (evaluations,)."""
        return np.array(self._values, dtype=np.float64)

    @property
    def seconds(self) -> float:
        """Time since the search began, without compiling (see `hybridq.core.clock`) and
        without that between a kill and its resuming."""
        return work_seconds() - self.began

    def begin(self, start: int, starts_left: int) -> bool:
        """Give the next start its fair share of the evaluations and of the time that are left.

        Args:
            start: the row of x0 that begins now.
            starts_left: how many starts share what is left, this one included.

        Returns:
            whether there is anything left to share.
        """
        left = self.max_evaluations - len(self._values)
        if left <= 0 or self._is_late(self._deadline):
            return False
        now = self.seconds
        self.start = start
        self.stopped = None
        self._first = len(self._values)
        self._limit = len(self._values) - (-left // starts_left)
        self._slice_deadline = now + (self._deadline - now) / starts_left
        return True

    def check(self) -> None:
        """Raise `Stop` if no further evaluation may begin; for methods that think for long."""
        if self.stopped is not None:
            raise Stop
        if len(self._values) >= self._limit:
            self._stop("max_evaluations")
        if self._is_late(self._slice_deadline):
            self._stop("time_limit")

    def _is_late(self, deadline: float) -> bool:
        """Whether the time is up; a search that is replayed ends where it ended in time."""
        if self._journal is not None and self._journal.replaying:
            recorded = self._journal.out_of_time()
            if recorded is not None:
                self.began = work_seconds() - recorded
            return recorded is not None
        # One evaluation is always allowed: a limit shorter than it would leave nothing to return.
        late = self.seconds >= deadline and bool(self._values)
        if late and self._journal is not None:
            self._journal.record_out_of_time(self.seconds)
        return late

    def evaluate(self, x: Vector) -> float:
        """The objective at `x`, shape (n,), as it is: possibly NaN or infinite."""
        self.check()
        point = self._inside(x)
        known = None if self._journal is None else self._recall("value", point)
        if known is not None:
            value = known.value
        else:
            try:
                value = self._objective(point)
            except Exception as error:
                self.error = error
                raise
            if type(value) is not float:
                value = self._as_float(value)
            if self._journal is not None:
                self._keep(value)
        self._record(x, value, None)
        return value

    def value(self, x: Vector) -> float:
        """The objective at `x`, shape (n,); a large finite penalty where it is not finite."""
        value = self.evaluate(x)
        return value if math.isfinite(value) else self.penalty()

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """The objective and its gradient at `x`, both shape (n,).

        Where either is not finite: the penalty and a zero gradient, which every line search
        refuses. Counts as one evaluation and one gradient.
        """
        function = self._value_and_gradient
        if function is None:
            raise ParameterError("this objective has no value_and_gradient: use value")
        self.check()
        point = self._inside(x)
        known = None if self._journal is None else self._recall("gradient", point)
        given: Any
        if known is not None:
            value, given = known.value, known.array
        else:
            try:
                value, given = function(point)
            except Exception as error:
                self.error = error
                raise
            if type(value) is not float:
                value = self._as_float(value)
        # A copy, since an objective may hand out a buffer that it uses again.
        gradient = np.array(given, dtype=np.float64)
        if gradient.shape != (self.dimension,):
            raise self._refuse(
                DimensionError(
                    f"value_and_gradient returned a gradient of shape {gradient.shape}: "
                    f"return shape ({self.dimension},), one derivative a parameter"
                )
            )
        if known is None and self._journal is not None:
            self._keep(value, gradient)
        self.gradients += 1
        self._record(x, value, gradient)
        if math.isfinite(value) and np.isfinite(gradient).all():
            return value, gradient
        return self.penalty(), np.zeros(self.dimension)

    def values(self, points: Vector) -> Vector:
        """The objective at each row of `points`, shape (k, n), as shape (k,).

        Rows go to ``objective.values`` a few at a time where there is one. When the budget ends
        inside the batch, the rows that fit are evaluated before `Stop` is raised.
        """
        results = np.empty(len(points))
        if self._batch is None:
            for row, point in enumerate(points):
                results[row] = self.value(point)
            return results
        row = 0
        while row < len(points):
            self.check()
            block = points[row : row + min(BATCH_ROWS, self.remaining)]
            inside = self._inside(block)
            known = None if self._journal is None else self._recall("values", inside)
            try:
                given = np.asarray(
                    self._batch(inside) if known is None else known.array, dtype=np.float64
                )
            except Exception as error:
                self.error = error
                raise
            if given.shape != (len(block),):
                raise self._refuse(
                    DimensionError(
                        f"values returned shape {given.shape} for {len(block)} points: "
                        f"return one value a row, shape ({len(block)},)"
                    )
                )
            if known is None and self._journal is not None:
                self._keep(None, given)
            for point, value in zip(block, given.tolist(), strict=True):
                self._record(point, value, None, raising=False)
                results[row] = value if math.isfinite(value) else self.penalty()
                row += 1
        if self.stopped is not None:
            raise Stop
        return results

    def metric(self, x: Vector, blocks: str | None = None) -> Vector:
        """The objective's metric at `x`, shape (n, n); counted apart from the evaluations.

        Args:
            x: the point, shape (n,).
            blocks: what else the objective's ``metric(x, blocks)`` takes.
        """
        found = self._beside("metric", x, lambda point: self._extra("metric")(point, blocks))
        self.metrics += 1
        if found.size != self.dimension**2:
            raise self._refuse(
                DimensionError(
                    f"metric returned {found.size} numbers: "
                    f"return shape ({self.dimension}, {self.dimension})"
                )
            )
        return found.reshape(self.dimension, self.dimension)

    def fidelity(self, x: Vector, y: Vector) -> float:
        """The objective's fidelity between `x` and `y`; counted apart from the evaluations."""
        both = np.stack([x, y])
        found = self._beside("fidelity", both, lambda points: self._extra("fidelity")(*points))
        self.fidelities += 1
        return self._as_float(found)

    @property
    def frequencies(self) -> Any:
        """What the objective says of its frequencies along each parameter, None if nothing."""
        return getattr(self._objective, "frequencies", None)

    def _extra(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] | None = getattr(self._objective, name, None)
        if function is None:
            raise ParameterError(f"this objective has no {name}")
        return function

    def _beside(self, kind: str, x: Vector, compute: Callable[[Vector], Any]) -> Vector:
        """What is asked of the objective beside its value, from the journal where it is there."""
        self.check()
        point = self._inside(x)
        known = None if self._journal is None else self._recall(kind, point)
        if known is not None and known.array is not None:
            return known.array
        try:
            found = np.array(compute(point), dtype=np.float64)
        except Exception as error:
            self.error = error
            raise
        if self._journal is not None:
            self._keep(None, found)
        return found

    def penalty(self) -> float:
        """A finite number worse than every value seen, on their scale.

        Not as large as floats go: line searches and linear models lose all digits beside 1e300.
        """
        if self.best is None:
            return BLIND_PENALTY
        worst, spread = self._worst_value, self._worst_value - self._best_value
        return min(worst + 10.0 * (1.0 + abs(worst) + spread), 1e300)

    def _recall(self, kind: str, x: Vector) -> Answer | None:
        """What the journal holds of this evaluation; the clock goes with it."""
        assert self._journal is not None
        try:
            known = self._journal.recall(kind, x)
        except Exception as error:
            self.error = error
            raise
        if known is not None:
            self.began = work_seconds() - known.seconds
        return known

    def _keep(self, value: float | None, array: Vector | None = None) -> None:
        """Write the evaluation that was just made into the journal."""
        assert self._journal is not None
        try:
            self._journal.record(self.seconds, value, array)
        except Exception as error:
            self.error = error
            raise

    def _inside(self, x: Vector) -> Vector:
        """A copy of `x` that the objective may keep or spoil, clipped into the bounds."""
        point = np.array(x, dtype=np.float64)
        if self._bounds is not None:
            np.maximum(point, self._bounds[0], out=point)
            np.minimum(point, self._bounds[1], out=point)
        return point

    def _record(
        self, x: Vector, value: float, gradient: Vector | None, *, raising: bool = True
    ) -> None:
        """Count and remember one evaluation, tell the callback, look at the target."""
        self._values.append(value)
        if not math.isfinite(value):
            self.not_finite += 1
        else:
            if value > self._worst_value:
                self._worst_value = value
            if value < self._best_value:
                best_x = self._inside(x)
                best_x.flags.writeable = False
                # One assignment, so that Ctrl-C finds either the old best or the new one.
                self.best = Best(value, best_x, len(self._values) - 1, self.start)
                self._best_value = value
        if self._callback is not None and self.stopped != "interrupted":
            self._tell(x, value, gradient)
        if self._best_value <= self._target:
            self.stopped = "target"
        if raising and self.stopped is not None:
            raise Stop

    def _tell(self, x: Vector, value: float, gradient: Vector | None) -> None:
        assert self._callback is not None
        record = Record(
            evaluation=len(self._values),
            x=self._inside(x),
            value=value,
            best_value=self._best_value,
            best_x=None if self.best is None else self.best.x,
            seconds=work_seconds() - self.began,
            start=self.start,
            gradient=None if gradient is None else gradient.copy(),
        )
        try:
            answer = self._callback(record)
        except Exception as error:
            self.error = error
            raise
        # Only True itself: a progress bar's update method returns things that are merely truthy.
        if answer is True or (isinstance(answer, np.bool_) and bool(answer)):
            self.stopped = "interrupted"

    def _stop(self, why: Status) -> None:
        self.stopped = why
        raise Stop

    def _as_float(self, value: object) -> float:
        array = np.asarray(value)
        if array.size != 1 or array.dtype.kind not in "fiub":
            raise self._refuse(
                ParameterError(
                    f"the objective returned {value!r:.80}: "
                    "it must return one real number for a point of shape (n,)"
                )
            )
        return float(array.item())

    def _refuse(self, error: Exception) -> Exception:
        self.error = error
        return error
