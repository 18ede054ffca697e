"""Many starts, of which the worse half is given up again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.strategies.base import Found, Step, Task

Vector = NDArray[np.float64]

DEFAULT_RESTARTS = 15


@dataclass
class _Runner:
    """One start on its way."""

    x: Vector
    value: float = np.inf
    done: bool = False


def multistart(task: Task) -> Found:
    """Successive halving: every round searches the survivors on and keeps the better half.

    The rounds share the budget equally, so the later, fewer survivors get more each; 15 random
    starts beside the first by default. Prefer it for rugged landscapes of which nothing is known.

    Source: Jamieson, Talwalkar 2016, arXiv:1502.07943 (successive halving).
    """
    ansatz, search = task.ansatz, task.search
    objective = task.build(ansatz)
    start = task.start(ansatz, objective)
    alive = [_Runner(x) for x in task.with_random(start.x, ansatz, DEFAULT_RESTARTS)]
    rounds = int(np.ceil(np.log2(len(alive)))) + 1
    rungs = []
    for number in range(rounds):
        before = search.used
        budget = -(-search.remaining // (rounds - number))
        for index, runner in enumerate(alive):
            share = -(-(budget - (search.used - before)) // (len(alive) - index))
            if runner.done or share < 1:
                continue
            solution = search.run(
                objective,
                runner.x[np.newaxis],
                np.asarray,
                searches_left=sum(max(len(alive) >> later, 1) for later in range(rounds - number))
                - index,
                at_most=share,
                bounds=ansatz.bounds,
            )
            if solution is None:
                break
            runner.x, runner.value = solution.x, solution.value
            runner.done = solution.status == "converged"
        alive.sort(key=lambda runner: runner.value)
        count = len(alive)
        used = search.used - before
        rungs.append(Step(f"{count} starts", alive[0].value, used, starts=count))
        if search.over or all(runner.done for runner in alive):
            break
        alive = alive[: -(-len(alive) // 2)]
    return Found(search.summary(), ansatz, objective, start, tuple(rungs))
