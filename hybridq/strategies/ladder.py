"""Growing a QAOA layer by layer: each depth starts from the best angles of the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.strategies.base import Found, Step, Task

Vector = NDArray[np.float64]

# How much looser the lower rungs are searched than the last: their angles only are a start.
ROUGH = 100.0

Rung = Callable[[QAOA, Any, Vector], tuple[Vector, Step] | None]


def climb(task: Task, rung: Rung) -> Found:
    """The ladder from the first depth to p.

    Args:
        task: what to do.
        rung: called with the ansatz of a depth, its objective and the angles of the depth before;
            at the first depth with those of the start, which has this depth. Returns the best
            angles there and what the search took, or None where nothing is left to spend.
    """
    first = task.first_depth()
    start, x, steps, reached = None, np.empty(0), [], 0
    for depth in range(first, task.p + 1):
        ansatz = task.at_depth(depth)
        objective = task.build(ansatz)
        if start is None:
            start = task.start(ansatz, objective)
            x = start.x
        done = rung(ansatz, objective, x)
        if done is None:
            break
        x, step = done
        steps.append(step)
        reached = depth
        if task.search.over:
            break
    assert start is not None
    early = f"depth {reached} of {task.p} was reached" if reached < task.p else ""
    return Found(
        solution=task.search.summary(early),
        ansatz=task.ansatz,
        objective=objective if depth == task.p else task.build(task.ansatz),
        start=start,
        steps=tuple(steps),
    )


def rough_tolerance(task: Task, depth: int) -> float | None:
    """The tolerance of a rung: that of the task on the last, and a looser one below."""
    tolerance = task.search.tolerance
    return tolerance if tolerance is None or depth == task.p else ROUGH * tolerance
