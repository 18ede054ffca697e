"""When a trial is a success, and how long it takes until one is: time to solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.metric_conventions import ROUNDING, floor_of
from hybridq.experiments.analysis.statistics import time_to_solution
from hybridq.experiments.analysis.table import Table, label

_CHEMICAL_ACCURACY_MHA = 1.6


@dataclass(frozen=True)
class Target:
    """When a trial counts as a success.

    Attributes:
        metric: a numeric column.
        value: what it has to reach.
        maximize: whether it has to be at least or at most so large.
    """

    metric: str
    value: float
    maximize: bool

    def __str__(self) -> str:
        return f"{self.metric} {'≥' if self.maximize else '≤'} {self.value:g}"

    def met(self, trials: Table) -> NDArray[np.bool_]:
        """Which trials met it, shape (rows,); those without the metric did not."""
        return self.reached(trials.numbers(self.metric))

    def reached(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of these values of the metric are enough, up to rounding; NaN is not."""
        slack = max(ROUNDING * abs(self.value), floor_of(self.metric))
        if self.maximize:
            return np.asarray(values >= self.value - slack)
        return np.asarray(values <= self.value + slack)


@dataclass(frozen=True)
class Solution:
    """How long a group takes to succeed at least once with 99 % confidence.

    Attributes:
        label: of the group.
        share: of its trials that succeeded.
        times: of each instance, infinite where no repeat succeeded; a single time over all
            instances where none has repeats.
    """

    label: str
    share: float
    times: NDArray[np.float64]


def usual_target(trials: Table) -> Target | None:
    """The goal unless told: the best known answer was sampled, or chemical accuracy is reached."""
    if "best_ratio" in trials.metrics:
        return Target("best_ratio", 1.0, True)
    if "error_mha" in trials.metrics:
        return Target("error_mha", _CHEMICAL_ACCURACY_MHA, False)
    return None


def solutions(
    trials: Table, by: Sequence[str], target: Target, cost: str = "seconds"
) -> list[Solution]:
    """Time to solution of each group (see `time_to_solution`), per instance over its repeats.

    Args:
        trials: what is done.
        by: columns whose values make the groups.
        target: what a success is.
        cost: the numeric column that says what one trial takes.

    Raises:
        UnknownNameError, ParameterError: a column is missing or no number.
    """
    met, costs = target.met(trials), trials.numbers(cost)
    if np.isnan(costs).any():
        raise ParameterError(f"{int(np.isnan(costs).sum())} trials have no {cost}: choose another")
    found = []
    for key, rows in trials.groups(by).items():
        instances: dict[str, list[int]] = {}
        for row in rows:
            instances.setdefault(trials.instances[row], []).append(row)
        parts = list(instances.values())
        if max(map(len, parts)) == 1:
            parts = [rows]
        times = time_to_solution(
            [float(np.mean(met[part])) for part in parts],
            [float(np.mean(costs[part])) for part in parts],
        )
        found.append(Solution(label(by, key), float(np.mean(met[rows])), times))
    return found
