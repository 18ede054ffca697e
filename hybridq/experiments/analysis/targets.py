"""Conditions of a success, and time to solution."""

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
    """Condition of a success: a bound on a metric.

    Attributes:
        metric: a numeric column.
        value: the value to reach.
        maximize: True for at least, False for at most this value.
    """

    metric: str
    value: float
    maximize: bool

    def __str__(self) -> str:
        return f"{self.metric} {'≥' if self.maximize else '≤'} {self.value:g}"

    def reached_by(self, trials: Table) -> NDArray[np.bool_]:
        """Return True for the trials that reached it, shape (rows,)."""
        return self.reached(trials.numbers(self.metric))

    def reached(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return True for the values that reach the target, up to rounding; NaN does not."""
        slack = max(ROUNDING * abs(self.value), floor_of(self.metric))
        if self.maximize:
            return np.asarray(values >= self.value - slack)
        return np.asarray(values <= self.value + slack)


@dataclass(frozen=True)
class TimeToSolution:
    """Time of a group to at least one success with 99 % confidence.

    Attributes:
        label: label of the group.
        share: share of its trials that succeeded.
        times: time for each instance, infinite if no repeat succeeded; a single time over all
            instances if none has repeats.
    """

    label: str
    share: float
    times: NDArray[np.float64]


def default_target(trials: Table) -> Target | None:
    """Return the default target: the best known answer, or chemical accuracy."""
    if "best_ratio" in trials.metrics:
        return Target("best_ratio", 1.0, True)
    if "error_mha" in trials.metrics:
        return Target("error_mha", _CHEMICAL_ACCURACY_MHA, False)
    return None


def times_to_solution(
    trials: Table, by: Sequence[str], target: Target, cost: str = "seconds"
) -> list[TimeToSolution]:
    """Return the time to solution of each group, per instance over its repeats.

    Args:
        trials: finished trials.
        by: columns whose values make the groups.
        target: condition of a success.
        cost: the numeric column with the cost of one trial.

    Raises:
        UnknownNameError, ParameterError: a column is missing or not numeric.
    """
    successes, costs = target.reached_by(trials), trials.numbers(cost)
    if np.isnan(costs).any():
        raise ParameterError(
            f"{int(np.isnan(costs).sum())} trials have no {cost}",
            argument="cost",
            value=cost,
            remedy="choose another column",
        )
    found = []
    for key, rows in trials.groups(by).items():
        instances: dict[str, list[int]] = {}
        for row in rows:
            instances.setdefault(trials.instances[row], []).append(row)
        parts = list(instances.values())
        if max(map(len, parts)) == 1:
            parts = [rows]
        times = time_to_solution(
            [float(np.mean(successes[part])) for part in parts],
            [float(np.mean(costs[part])) for part in parts],
        )
        found.append(TimeToSolution(label(by, key), float(np.mean(successes[rows])), times))
    return found
