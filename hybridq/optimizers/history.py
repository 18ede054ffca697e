"""The values of a search: all of them, the best point, the worst value."""

from __future__ import annotations

import math
from typing import NamedTuple

from hybridq.core.arrays import Vector

# Given to a method in place of a value that is not finite before any finite one was seen.
BLIND_PENALTY = 1e10


class Best(NamedTuple):
    """The best finite evaluation so far."""

    value: float
    x: Vector
    evaluation: int
    start: int


class History:
    """Values in order of evaluation, and the best of them.

    Attributes:
        values: all values in order, as floats.
        best: the best finite evaluation, None before there is one.
        best_value: its value, infinity before there is one.
        not_finite: number of values that were not finite.
    """

    def __init__(self) -> None:
        self.values: list[float] = []
        self.best: Best | None = None
        self.best_value = math.inf
        self.not_finite = 0
        self._worst_value = -math.inf

    def add(self, value: float) -> bool:
        """Append a value; return whether it is the lowest so far."""
        self.values.append(value)
        if not math.isfinite(value):
            self.not_finite += 1
            return False
        if value > self._worst_value:
            self._worst_value = value
        return value < self.best_value

    def set_best(self, value: float, x: Vector, start: int) -> None:
        """Keep the value that was added last as the best one.

        Args:
            value: the value.
            x: its point, shape (n,); becomes read-only.
            start: the row of x0 that it belongs to.
        """
        x.flags.writeable = False
        # One assignment, so that Ctrl-C finds either the old best or the new one.
        self.best = Best(value, x, len(self.values) - 1, start)
        self.best_value = value

    def restore(self, best: Best) -> None:
        """Make an earlier evaluation the best one again."""
        self.best, self.best_value = best, best.value

    def penalty(self) -> float:
        """Return a finite number worse than every value seen, on their scale.

        Not as large as floats can be: line searches and linear models would lose all digits of
        the other values next to 1e300.
        """
        if self.best is None:
            return BLIND_PENALTY
        worst, spread = self._worst_value, self._worst_value - self.best_value
        return min(worst + 10.0 * (1.0 + abs(worst) + spread), 1e300)
