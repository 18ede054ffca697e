"""How the searches of a table went: convergence by group, effort to converge, time to solution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.errors import ParameterError
from hybridq.experiments.analysis.statistics import time_to_solution
from hybridq.experiments.analysis.table import Key, Table, label, show
from hybridq.experiments.records import StoredTrial

_EXACT = 1e-9
_CHEMICAL_ACCURACY_MHA = 1.6
_POINTS = 200


Curve: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Evaluations, and values there."""


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
        values = trials.numbers(self.metric)
        slack = _EXACT * abs(self.value)
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


def effort(
    trials: Table, by: Sequence[str], tolerance: float = 1e-2
) -> tuple[list[str], NDArray[np.float64]]:
    r"""Evaluations until a search has converged, on the cases that all groups have.

    Converged is what has closed all but `tolerance` of the gap between the worst beginning and
    the best value that any group reached on the case: :math:`f \le f_L + \tau (f_0 - f_L)`.

    Args:
        trials: of one objective, with their convergence.
        by: columns whose values make the groups.
        tolerance: τ, between 0 and 1.

    Returns:
        labels of the groups, and evaluations, shape (cases, groups), infinite where a search did
        not converge.

    Raises:
        ParameterError: several objectives, or no case that all groups have.

    Source: Moré and Wild 2009, SIAM J. Optim. 20, 172 (the test of convergence).
    """
    differing = _objective_differs_in(trials)
    if differing:
        values = [key[0] for key in trials.groups(differing[:1])]
        raise ParameterError(
            "searches for different objectives cannot be compared by their convergence: "
            f"choose one with --where {differing[0]}={show(values[0])}, or another of its values: "
            f"{', '.join(map(show, values[1:]))}"
        )
    groups = trials.groups(by)
    cells = _cells(trials, by, list(groups.values()))
    whole = [cell for cell in cells if all(cell)]
    if not whole:
        raise ParameterError(
            f"no case was run in all of the {len(groups)} groups with its convergence kept: choose "
            "others with --by, or fewer with --where"
        )
    sign = -1.0 if _rises(trials) else 1.0
    return (
        [label(by, key) for key in groups],
        np.array([_efforts(cell, sign, tolerance) for cell in whole]),
    )


def curves(trials: Table, by: Sequence[str]) -> tuple[str, dict[str, Curve]]:
    """How far the best so far was from the goal, by evaluations: quartiles over the trials.

    Of energies whose exact values are known, the distance from them. Otherwise the gap to the best
    value that any group reached on the case, as a share of that from the worst beginning; where
    the groups have different objectives, that their own group reached.

    Returns:
        what the values are: ``"error"`` or ``"gap"``; and of each group the evaluations, shape
        (k,), with first quartile, median and third, shape (3, k).
    """
    groups = trials.groups(by)
    is_error = _has_exact_energies(trials)
    sign = -1.0 if _rises(trials) else 1.0
    lines: list[list[Curve]] = [[] for _ in groups]
    for cell in _cells(trials, by, list(groups.values())):
        apart = [[part] for part in cell] if _objective_differs_in(trials) else [cell]
        ends = [_ends(parts, sign) for parts in apart]
        for place, part in enumerate(cell):
            first, best = ends[place if len(ends) > 1 else 0]
            for trial in part:
                curve = _curve(trial)
                if is_error:
                    values = np.abs(curve[:, 1] - _metric(trial, "reference"))
                else:
                    values = (sign * curve[:, 1] - best) / (first - best or 1.0)
                lines[place].append((curve[:, 0], values))
    return "error" if is_error else "gap", {
        label(by, key): _quartiles(group) for key, group in zip(groups, lines, strict=True) if group
    }


def _quartiles(lines: Sequence[Curve]) -> Curve:
    """Quartiles of step functions on the evaluations 1 … last, about evenly on a log scale."""
    last = max(float(steps[-1]) for steps, _ in lines)
    grid = np.unique(np.geomspace(1.0, max(last, 1.0), _POINTS).round())
    held = np.full((len(lines), grid.size), math.nan)
    for row, (steps, values) in enumerate(lines):
        # A search that has ended keeps what it found.
        place = np.searchsorted(steps, grid, side="right") - 1
        held[row, place >= 0] = values[place[place >= 0]]
    known = ~np.isnan(held).all(axis=0)
    return grid[known], np.nanquantile(held[:, known], [0.25, 0.5, 0.75], axis=0)


def _cells(
    trials: Table, by: Sequence[str], groups: Sequence[Sequence[int]]
) -> list[list[list[StoredTrial]]]:
    """Trials with a convergence by case and group: what has the same instance and conditions."""
    keys = trials.keys(trials.alike(by))
    cells: dict[tuple[str, Key], list[list[StoredTrial]]] = {}
    for place, rows in enumerate(groups):
        for row in rows:
            if trials.trials[row].outcome and _curve(trials.trials[row]).size:
                case = (trials.instances[row], keys[row])
                cells.setdefault(case, [[] for _ in groups])[place].append(trials.trials[row])
    return list(cells.values())


def _objective_differs_in(trials: Table) -> list[str]:
    """The varying conditions of the objective, its kind first."""
    names = [name for name in trials.varying if name.startswith("objective.")]
    return sorted(names, key=lambda name: not name.endswith(".kind"))


def _has_exact_energies(trials: Table) -> bool:
    known = "reference" in trials.metrics and None not in trials.metrics["reference"]
    exact = all(trials.metrics.get("reference_exact", [False]))
    objectives = set(trials.conditions.get("objective.kind", [None]))
    return "energy" in trials.metrics and known and exact and objectives <= {None, "expectation"}


def _ends(parts: Sequence[Sequence[StoredTrial]], sign: float) -> tuple[float, float]:
    """The worst beginning and the best end of these searches; smaller is better with the sign."""
    every = [_curve(trial)[:, 1] * sign for part in parts for trial in part]
    if not every:
        return 0.0, 0.0
    return max(float(c[0]) for c in every), min(float(c[-1]) for c in every)


def _efforts(cell: Sequence[Sequence[StoredTrial]], sign: float, tolerance: float) -> list[float]:
    first, best = _ends(cell, sign)
    enough = best + tolerance * (first - best) + _EXACT * abs(best)
    spent = []
    for group in cell:
        reached = [c[c[:, 1] * sign <= enough, 0] for c in map(_curve, group)]
        spent.append(float(np.mean([steps[0] if steps.size else math.inf for steps in reached])))
    return spent


def _rises(trials: Table) -> bool:
    """Whether the searches go up: what they report has the problem's own sign."""
    gain = 0.0
    for trial in trials.trials:
        curve = _curve(trial)
        if curve.size:
            gain += float(curve[-1, 1] - curve[0, 1])
    return gain > 0.0


def _curve(trial: StoredTrial) -> NDArray[np.float64]:
    points: Sequence[Any] = trial.outcome.convergence if trial.outcome else []
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _metric(trial: StoredTrial, name: str) -> float:
    values: Mapping[str, Any] = trial.outcome.metrics if trial.outcome else {}
    value = values.get(name)
    return math.nan if value is None else float(value)
