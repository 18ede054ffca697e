"""Evaluation of an objective through a journal, with checks of its results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.core.arrays import Vector
from hybridq.core.clock import work_seconds
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.capabilities import Capability, EstimatedValue, ShotGradient, member

if TYPE_CHECKING:
    from hybridq.storage.journal_search import Answer, JournaledSearch


class Evaluator:
    """Evaluates an objective, or reads the result from a journal.

    Points must be copies, which the objective may keep or overwrite.

    Args:
        objective: called with a float64 array of shape (n,), returns a float; may offer the
            members of `hybridq.optimizers.capabilities`.
        dimension: n.
        journal: holds evaluations that were made before a kill, and records new ones; or None.

    Attributes:
        error: the last exception of the objective, the journal or the checks. Some methods wrap
            or swallow exceptions; the caller of the search gets this one.
        began: the origin of `seconds` on the work clock.
    """

    def __init__(
        self,
        objective: Callable[[Vector], float],
        dimension: int,
        journal: JournaledSearch | None = None,
    ) -> None:
        self.error: Exception | None = None
        self.began = work_seconds()
        self._dimension = dimension
        self._objective = objective
        self._journal = journal
        self._value_and_gradient: Callable[[Vector], tuple[float, Any]] | None = member(
            objective, Capability.GRADIENT
        )
        self._batch: Callable[[Vector], Any] | None = member(objective, Capability.VALUES)
        self._estimate: Callable[[Vector], EstimatedValue] | None = member(
            objective, Capability.ESTIMATE
        )
        self.has_gradient = self._value_and_gradient is not None
        self.has_batch = self._batch is not None
        self.has_estimate = self._estimate is not None
        self.from_shots = member(objective, Capability.SHOTS) is not None

    def member(self, capability: Capability) -> Any:
        """Return an optional member of the objective, None if it has none."""
        return member(self._objective, capability)

    @property
    def seconds(self) -> float:
        """Time since the search began.

        Excludes compiling (see `hybridq.core.clock`) and the time between a kill and a resume.
        """
        return work_seconds() - self.began

    def is_late(self, deadline: float, has_values: bool) -> bool:
        """Return whether the time is up; a replayed search ends where it ended before.

        Args:
            deadline: in `seconds`.
            has_values: whether there was an evaluation. One is always allowed: a shorter limit
                would leave nothing to return.
        """
        if self._journal is not None and self._journal.replaying:
            recorded = self._journal.out_of_time()
            if recorded is not None:
                self.began = work_seconds() - recorded
            return recorded is not None
        late = self.seconds >= deadline and has_values
        if late and self._journal is not None:
            self._journal.record_out_of_time(self.seconds)
        return late

    def value(self, point: Vector) -> float:
        """Return the objective at `point`, shape (n,), possibly NaN or infinite."""
        known = None if self._journal is None else self._recall("value", point)
        if known is not None:
            return known.value
        try:
            value = self._objective(point)
        except Exception as error:
            self.error = error
            raise
        if type(value) is not float:
            value = self._as_float(value)
        if self._journal is not None:
            self._keep(value)
        return value

    def value_and_gradient(self, point: Vector) -> tuple[float, Vector]:
        """Return the objective and its gradient at `point`, both shape (n,)."""
        function = self._value_and_gradient
        if function is None:
            raise ParameterError("this objective has no value_and_gradient: use value")
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
        # A copy, since an objective may return a buffer that it uses again.
        gradient = np.array(given, dtype=np.float64)
        if gradient.shape != (self._dimension,):
            raise self._failure(
                DimensionError(
                    f"value_and_gradient returned a gradient of shape {gradient.shape}: "
                    f"return shape ({self._dimension},), one derivative for each parameter"
                )
            )
        if known is None and self._journal is not None:
            self._keep(value, gradient)
        return value, gradient

    def estimate(self, point: Vector) -> tuple[float, float]:
        """Return the objective at `point`, shape (n,), and its standard error."""
        assert self._estimate is not None
        known = None if self._journal is None else self._recall("estimate", point)
        if known is not None and known.array is not None:
            return known.value, float(known.array[0])
        try:
            found = self._estimate(point)
        except Exception as error:
            self.error = error
            raise
        value, deviation = self._as_float(found.value), self._as_float(found.standard_error)
        if self._journal is not None:
            self._keep(value, np.array([deviation]))
        return value, deviation

    def measured_gradient(self, point: Vector, shots: Vector, weighted: bool) -> ShotGradient:
        """Return a gradient from shots; see `MeasuredObjective`."""
        function = self._required(Capability.MEASURED)

        def computed(x: Vector) -> Vector:
            found = function(x[0], x[1].astype(np.int64), weighted)
            rows = (found.gradient, found.variances, found.shots)
            return np.concatenate([[found.value, found.spent], *rows])

        flat = self._computed("shots", np.stack([point, shots]), computed)
        if flat.shape != (2 + 3 * self._dimension,):
            raise self._failure(
                DimensionError(
                    f"measured_gradient must return arrays of shape ({self._dimension},)"
                )
            )
        gradient, variances, taken = flat[2:].reshape(3, -1)
        return ShotGradient(float(flat[0]), gradient, variances, taken, int(flat[1]))

    def values(self, block: Vector) -> Vector:
        """Return the objective at each row of `block`, shape (k, n), as shape (k,)."""
        assert self._batch is not None
        known = None if self._journal is None else self._recall("values", block)
        try:
            given = np.asarray(
                self._batch(block) if known is None else known.array, dtype=np.float64
            )
        except Exception as error:
            self.error = error
            raise
        if given.shape != (len(block),):
            raise self._failure(
                DimensionError(
                    f"values returned shape {given.shape} for {len(block)} points: "
                    f"return one value for each row, shape ({len(block)},)"
                )
            )
        if known is None and self._journal is not None:
            self._keep(None, given)
        return given

    def metric(self, point: Vector, blocks: str | None) -> Vector:
        """Return the objective's metric at `point`, shape (n, n)."""
        function = self._required(Capability.METRIC)
        found = self._computed("metric", point, lambda x: function(x, blocks))
        n = self._dimension
        if found.size != n**2:
            raise self._failure(
                DimensionError(f"metric returned {found.size} numbers: return shape ({n}, {n})")
            )
        return found.reshape(n, n)

    def fidelity(self, points: Vector) -> float:
        """Return the fidelity of the states at the two rows of `points`."""
        function = self._required(Capability.FIDELITY)
        return self._as_float(self._computed("fidelity", points, lambda both: function(*both)))

    def _required(self, capability: Capability) -> Callable[..., Any]:
        function: Callable[..., Any] | None = member(self._objective, capability)
        if function is None:
            raise ParameterError(f"this objective has no {capability}")
        return function

    def _computed(self, kind: str, point: Vector, compute: Callable[[Vector], Any]) -> Vector:
        """Return a result other than a value, from the journal if it is there."""
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

    def _recall(self, kind: str, point: Vector) -> Answer | None:
        """Return the recorded evaluation, if any, and set the clock to its time."""
        assert self._journal is not None
        try:
            known = self._journal.recall(kind, point)
        except Exception as error:
            self.error = error
            raise
        if known is not None:
            self.began = work_seconds() - known.seconds
        return known

    def _keep(self, value: float | None, array: Vector | None = None) -> None:
        """Write the evaluation that was just made to the journal."""
        assert self._journal is not None
        try:
            self._journal.record(self.seconds, value, array)
        except Exception as error:
            self.error = error
            raise

    def _as_float(self, value: object) -> float:
        array = np.asarray(value)
        if array.size != 1 or array.dtype.kind not in "fiub":
            raise self._failure(
                ParameterError(
                    f"the objective returned {value!r:.80}: "
                    "it must return one real number for a point of shape (n,)"
                )
            )
        return float(array.item())

    def _failure(self, error: Exception) -> Exception:
        self.error = error
        return error
