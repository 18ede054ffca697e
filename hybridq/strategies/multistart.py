"""Successive halving of many starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count
from hybridq.core.limits import MOST_RESTARTS
from hybridq.optimizers import Solution
from hybridq.strategies.base import Step, Strategy, StrategyResult, Task

Vector = NDArray[np.float64]


@dataclass
class _Candidate:
    """One start and the state of its search."""

    x: Vector
    value: float = np.inf
    done: bool = False

    def take(self, solution: Solution) -> None:
        """Go on from the solution of a search."""
        self.x, self.value = solution.x, solution.value
        self.done = solution.status == "converged"


@dataclass(frozen=True, kw_only=True)
class Multistart(Strategy):
    """Search many starts in rounds, each of which continues the better half.

    The rounds share the budget equally, so the later, fewer survivors get more each.

    Prefer it for rugged landscapes of which nothing is known.

    Args:
        random_starts: number of random starts in addition to the first, used when restarts is not
            given.

    Source: Jamieson, Talwalkar 2016, arXiv:1502.07943 (successive halving).
    """

    name: ClassVar[str] = "multistart"
    summary: ClassVar[str] = "many starts, the worse half dropped each round; rugged landscapes"
    source: ClassVar[str] = "Jamieson, Talwalkar 2016, arXiv:1502.07943"

    random_starts: int = 15

    def __post_init__(self) -> None:
        checked_count("random_starts", self.random_starts, at_least=0, at_most=MOST_RESTARTS)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        ansatz, search = task.ansatz, task.search
        objective = task.build(ansatz)
        start = task.start(ansatz, objective)
        alive = [_Candidate(x) for x in task.with_random(start.x, ansatz, self.random_starts)]
        rounds = int(np.ceil(np.log2(len(alive)))) + 1
        steps = []
        search_round = self._one_by_one if search.executor is None else self._at_once
        for number in range(rounds):
            before = search.used
            budget = -(-search.remaining // (rounds - number))
            later = sum(max(len(alive) >> ahead, 1) for ahead in range(rounds - number))
            search_round(task, objective, alive, budget, later)
            alive.sort(key=lambda candidate: candidate.value)
            count, used = len(alive), search.used - before
            steps.append(Step(f"{count} starts", alive[0].value, used, starts=count))
            if search.exhausted or all(candidate.done for candidate in alive):
                break
            alive = alive[: -(-len(alive) // 2)]
        return StrategyResult(search.summary(), ansatz, objective, start, tuple(steps))

    @staticmethod
    def _one_by_one(
        task: Task, objective: Any, alive: list[_Candidate], budget: int, later: int
    ) -> None:
        """Search on from each start; what one does not use is left to those after it.

        Args:
            task: the circuit and its budget.
            objective: the objective to minimize.
            alive: starts, which are changed.
            budget: evaluations of all of them.
            later: searches of this round and all later ones.
        """
        search, before = task.search, task.search.used
        for index, candidate in enumerate(alive):
            share = -(-(budget - (search.used - before)) // (len(alive) - index))
            if candidate.done or share < 1:
                continue
            solution = search.run(
                objective,
                candidate.x[np.newaxis],
                np.asarray,
                searches_left=later - index,
                at_most=share,
                bounds=task.ansatz.bounds,
            )
            if solution is None:
                break
            candidate.take(solution)

    @staticmethod
    def _at_once(
        task: Task, objective: Any, alive: list[_Candidate], budget: int, later: int
    ) -> None:
        """Search on from all starts on the executor, with equal shares; see `_one_by_one`."""
        left = [candidate for candidate in alive if not candidate.done]
        share = budget // max(len(left), 1)
        if not left or share < 1:
            return
        starts = np.array([candidate.x for candidate in left])
        found = task.search.run_each(
            objective, starts, np.asarray, at_most=share, bounds=task.ansatz.bounds
        )
        for number, solution in found.items():
            left[number].take(solution)
