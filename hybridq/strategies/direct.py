"""The plain search: all angles at once, from one start and random ones."""

from __future__ import annotations

import numpy as np

from hybridq.strategies.base import Found, Task, steps


def direct(task: Task) -> Found:
    """All 2p angles at once, from the start asked for and from random ones."""
    ansatz = task.ansatz
    objective = task.build(ansatz)
    start = task.start(ansatz, objective)
    starts = task.with_random(start.x, ansatz)
    if task.search.needs_bounds:
        starts = np.array([ansatz.into_bounds(row) for row in starts])
    solution = task.search.run(objective, starts, np.asarray, bounds=ansatz.bounds)
    return Found(task.search.summary(), ansatz, objective, start, steps(f"p = {task.p}", solution))
