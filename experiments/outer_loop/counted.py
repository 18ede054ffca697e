"""Cost of a search in circuit executions, and its values on the way.

One execution is one run of the circuit at the angles of a value. Without shots, where a simulator
does the work: a value 1; a value with all its derivatives 4, as the adjoint method takes about the
time of four values; a fidelity 2 states; a metric 2p, the states whose overlaps it is made of. From
shots: what `FromShots` counts, 1 for a value or a fidelity, 1 + 2R for a gradient by parameter
shifts of R rotations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.objectives import Objective, SampledObjective
from hybridq.objectives.parameter_shift import ShiftedObjective

Vector = NDArray[np.float64]

VALUE, GRADIENT, FIDELITY = 1, 4, 2


@dataclass
class Meter:
    """The executions of one run, and each improvement with what was spent until then.

    Attributes:
        budget: executions; an evaluation that goes beyond them does not count as seen.
        spent: executions so far.
        first, last: the first and the last point that was asked for within the budget.
        improvements: spent, and the point, whenever the value was the lowest so far.
    """

    budget: int
    spent: int = 0
    first: Vector | None = None
    last: Vector | None = None
    lowest: float = np.inf
    improvements: list[tuple[int, Vector]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.spent >= self.budget

    def saw(self, x: Vector, value: float, cost: int) -> None:
        """Book an evaluation."""
        if self.first is None:
            self.first = x.copy()
        self.spent += cost
        if self.spent > self.budget:
            return
        self.last = x.copy()
        if value < self.lowest:
            self.lowest = value
            self.improvements.append((self.spent, x.copy()))

    def best_at(self, executions: int) -> Vector:
        """The best point among the evaluations that so many executions paid for.

        Where they paid for none, the first point.
        """
        seen = [x for spent, x in self.improvements if spent <= executions]
        if not seen:
            assert self.first is not None, "nothing was asked for"
            return self.first
        return seen[-1]


class Counted:
    """An objective of QAOA that books each call with a `Meter`; it offers what the objective does.

    Args:
        objective: exact, or from shots.
        meter: keeps the books.
    """

    def __init__(self, objective: Objective, meter: Meter) -> None:
        self._objective, self._meter = objective, meter
        self.n_params, self.is_energy = objective.n_params, objective.is_energy
        self.frequencies = objective.frequencies
        self._sampled = isinstance(objective, SampledObjective)
        if hasattr(objective, "value_and_gradient"):
            self.value_and_gradient = self._value_and_gradient
        if hasattr(objective, "metric"):
            self.metric = self._metric

    def __call__(self, x: ArrayLike) -> float:
        point = np.asarray(x, dtype=np.float64)
        value = self._objective(point)
        self._meter.saw(point, value, VALUE)
        return value

    def values(self, points: ArrayLike) -> Vector:
        rows = np.asarray(points, dtype=np.float64)
        values = self._objective.values(rows)
        for row, value in zip(rows, values.tolist(), strict=True):
            self._meter.saw(row, value, VALUE)
        return values

    def _value_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        point = np.asarray(x, dtype=np.float64)
        value, gradient = self._objective.value_and_gradient(point)  # type: ignore[union-attr]
        self._meter.saw(point, value, self.gradient_cost)
        return value, gradient

    @property
    def gradient_cost(self) -> int:
        """Executions of a value with its derivatives."""
        if isinstance(self._objective, ShiftedObjective):
            return self._objective.circuits_per_gradient
        return GRADIENT

    def fidelity(self, x: ArrayLike, y: ArrayLike) -> float:
        self._meter.spent += 1 if self._sampled else FIDELITY
        return self._objective.fidelity(x, y)

    def _metric(self, x: ArrayLike, blocks: str | None = None) -> Vector:
        self._meter.spent += self.n_params
        metric: Vector = self._objective.metric(x, blocks)  # type: ignore[union-attr]
        return metric
