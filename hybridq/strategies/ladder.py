"""Base of strategies that grow a QAOA layer by layer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.checks import checked_positive
from hybridq.strategies.base import Step, Strategy, StrategyResult, Task

Vector = NDArray[np.float64]

Rung = Callable[[QAOA, Any, Vector], tuple[Vector, Step] | None]
"""The search of one depth.

It is called with the ansatz of the depth, its objective and the angles of the depth before; at the
first depth with those of the start, which has this depth. It returns the best angles and the step,
or None where nothing is left to spend.
"""


@dataclass(frozen=True, kw_only=True)
class Ladder(Strategy):
    """Base of strategies that search each depth from the result of the one before.

    Args:
        loosening: ratio of the tolerance of lower depths to that of the last; their angles are
            starts only.
    """

    loosening: float = 100.0

    def __post_init__(self) -> None:
        checked_positive("loosening", self.loosening)

    @abstractmethod
    def rung(self, task: Task) -> Rung:
        """Return the search of one depth; it may keep state from depth to depth."""

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        search = self.rung(task)
        start, x, steps, reached = None, np.empty(0), [], 0
        for depth in range(task.first_depth(), task.p + 1):
            ansatz = task.at_depth(depth)
            objective = task.build(ansatz)
            if start is None:
                start = task.start(ansatz, objective)
                x = start.x
            done = search(ansatz, objective, x)
            if done is None:
                break
            x, step = done
            steps.append(step)
            reached = depth
            if task.search.exhausted:
                break
        assert start is not None
        early = f"depth {reached} of {task.p} was reached" if reached < task.p else ""
        return StrategyResult(
            solution=task.search.summary(early),
            ansatz=task.ansatz,
            objective=objective if depth == task.p else task.build(task.ansatz),
            start=start,
            steps=tuple(steps),
        )

    def tolerance(self, task: Task, depth: int) -> float | None:
        """Return the tolerance at a depth: that of the task at the last, looser below."""
        tolerance = task.search.tolerance
        return tolerance if tolerance is None or depth == task.p else self.loosening * tolerance
