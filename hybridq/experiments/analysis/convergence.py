"""How the searches of a table went: convergence by group, effort to converge."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.metric_conventions import ROUNDING, floor_of
from hybridq.experiments.analysis.table import Key, Table, label
from hybridq.experiments.analysis.targets import Target
from hybridq.experiments.records import StoredTrial

_POINTS = 200
_OF_VALUE = ("expectation", "ratio", "energy", "error", "error_mha")
_OF_CIRCUIT, _OF_OBJECTIVE = "ansatz.", "objective."
# Strategies that search a circuit of their own; the others differ in the way to the same angles.
_OWN_CIRCUIT = ("multi-angle", "warm-start", "warm-start-cut")

Curve: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Evaluations, and values there."""


@dataclass(frozen=True)
class Goal:
    """What the searches of one function began and ended with, whatever the group.

    Attributes:
        sign: 1 where they go down, −1 where they go up.
        first, best: the worst beginning and the best end, times the sign.
    """

    sign: float
    first: float
    best: float


def searched(trials: Table) -> list[Key]:
    """What each trial searched: its instance, circuit and objective; equal for equal functions.

    Repeats, seeds, optimizers and budgets search the same function; another depth, another
    objective, or a strategy that brings its own circuit makes another.
    """
    columns = (trials.column(name) for name in _functions(trials))
    return list(zip(trials.instances, _own_circuits(trials), *columns, strict=True))


def apart(trials: Table) -> str:
    """In what the searches of one instance differ so that each has a goal of its own.

    ``circuit``, ``objective``, ``circuit and objective``; empty where all of them search the same.
    """
    names = _functions(trials)
    own = len(set(_own_circuits(trials))) > 1
    circuit = own or any(name.startswith(_OF_CIRCUIT) for name in names)
    objective = any(name.startswith(_OF_OBJECTIVE) for name in names)
    return " and ".join(["circuit"] * circuit + ["objective"] * objective)


def effort(
    trials: Table, by: Sequence[str], tolerance: float = 1e-2, target: Target | None = None
) -> tuple[list[str], NDArray[np.float64]]:
    r"""Evaluations until a search has converged, on the cases that all groups have.

    Converged is what has closed all but `tolerance` of the gap between the worst beginning and
    the best value of any search, of whatever group and repeat, of the same function (see
    `searched`): :math:`f \le f_L + \tau (f_0 - f_L)`. So p = 1 is never measured against the best
    of p = 3: where circuits are compared, each by the best that is known of itself. To compare
    them by one goal give a target.

    Args:
        trials: with their convergence.
        by: columns whose values make the groups.
        tolerance: τ, between 0 and 1.
        target: what a search has to reach instead, the same for all groups: a value of the
            metrics ``expectation``, ``ratio``, ``energy``, ``error`` or ``error_mha``.

    Returns:
        labels of the groups, and evaluations, shape (cases, groups), infinite where a search did
        not converge. A case is an instance with all conditions that the groups have in common.

    Raises:
        ParameterError: no case that all groups have, or a target that the convergence does not
            tell: of another metric, another objective, or from shots.

    Source: Moré and Wild 2009, SIAM J. Optim. 20, 172 (the test of convergence).
    """
    groups = trials.groups(by)
    whole = [cell for cell in _cells(trials, by, list(groups.values())) if all(cell)]
    if not whole:
        raise ParameterError(
            f"no case was run in all of the {len(groups)} groups with its convergence kept: choose "
            "others with --by, or fewer with --where"
        )
    if target is not None:
        _check_told(trials, target)
    keys, goals = searched(trials), _goals(trials)

    def spent(row: int) -> float:
        trial = trials.trials[row]
        curve = _curve(trial)
        if target is not None:
            enough = target.reached(_as_metric(trial, curve[:, 1], target.metric))
        else:
            goal = goals[keys[row]]
            slack = max(ROUNDING * abs(goal.best), floor_of("expectation"))
            most = goal.best + tolerance * (goal.first - goal.best) + slack
            enough = goal.sign * curve[:, 1] <= most
        return float(curve[enough, 0][0]) if enough.any() else math.inf

    costs = [[float(np.mean([spent(row) for row in part])) for part in cell] for cell in whole]
    return [label(by, key) for key in groups], np.array(costs)


def curves(trials: Table, by: Sequence[str]) -> tuple[str, dict[str, Curve]]:
    """How far the best so far was from the goal, by evaluations: quartiles over the trials.

    Of energies whose exact values are known, the distance from them. Otherwise the gap to the best
    value of any search of the same function (see `searched`), as a share of that from the worst
    beginning.

    Returns:
        what the values are: ``"error"`` or ``"gap"``; and of each group the evaluations, shape
        (k,), with first quartile, median and third, shape (3, k).
    """
    is_error = _has_exact_energies(trials)
    keys, goals = searched(trials), _goals(trials)
    found: dict[str, Curve] = {}
    for key, rows in trials.groups(by).items():
        lines: list[Curve] = []
        for row in rows:
            trial = trials.trials[row]
            curve = _curve(trial)
            if not curve.size:
                continue
            if is_error:
                values = np.abs(curve[:, 1] - _metric(trial, "reference"))
            else:
                goal = goals[keys[row]]
                values = (goal.sign * curve[:, 1] - goal.best) / (goal.first - goal.best or 1.0)
            lines.append((curve[:, 0], values))
        if lines:
            found[label(by, key)] = _quartiles(lines)
    return "error" if is_error else "gap", found


def _functions(trials: Table) -> list[str]:
    """The varying conditions of the circuit and of the objective."""
    return [name for name in trials.varying if name.startswith((_OF_CIRCUIT, _OF_OBJECTIVE))]


def _own_circuits(trials: Table) -> list[str]:
    """The strategy of each trial where it brings a circuit, else nothing."""
    kinds = trials.conditions.get("strategy.kind", [None] * len(trials))
    return [kind if kind in _OWN_CIRCUIT else "" for kind in kinds]


def _goals(trials: Table) -> dict[Key, Goal]:
    """The goal of each function that was searched."""
    found: dict[Key, list[NDArray[np.float64]]] = {}
    for key, trial in zip(searched(trials), trials.trials, strict=True):
        curve = _curve(trial)
        if curve.size:
            found.setdefault(key, []).append(curve[:, 1])
    goals = {}
    for key, lines in found.items():
        # What is kept is the best so far, so that its way tells which way is better.
        sign = -1.0 if sum(float(line[-1] - line[0]) for line in lines) > 0.0 else 1.0
        goals[key] = Goal(
            sign, max(sign * float(line[0]) for line in lines),
            min(sign * float(line[-1]) for line in lines),
        )  # fmt: skip
    return goals


def _check_told(trials: Table, target: Target) -> None:
    """Refuse a target that cannot be read off the convergence."""
    if target.metric not in _OF_VALUE:
        raise ParameterError(
            f"target {target}: how many evaluations it took is known of "
            f"{', '.join(_OF_VALUE)} alone: choose one of them with --metric, or --kind tts"
        )
    kinds = set(trials.conditions.get("objective.kind", [None])) - {None, "expectation"}
    if kinds:
        raise ParameterError(
            f"target {target}: trials that minimize {', '.join(sorted(kinds))} have not kept when "
            "they reached it: choose --where objective.kind=expectation, or --kind tts"
        )
    if any(trials.conditions.get("objective.shots", [])):
        raise ParameterError(
            f"target {target}: values from shots reach it by chance: choose "
            "--where objective.shots=none, or --kind tts"
        )


def _as_metric(trial: StoredTrial, values: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Expectation values as this metric; NaN where the trial has no reference for it."""
    if metric in ("expectation", "energy"):
        return values
    reference = _metric(trial, "reference") if metric in _known(trial) else math.nan
    if metric == "ratio":
        return values / reference
    return (values - reference) * (1e3 if metric == "error_mha" else 1.0)


def _known(trial: StoredTrial) -> Mapping[str, Any]:
    return trial.outcome.metrics if trial.outcome else {}


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
) -> list[list[list[int]]]:
    """Rows with a convergence by case and group: what has the same instance and conditions."""
    keys = trials.keys(trials.alike(by))
    cells: dict[tuple[str, Key], list[list[int]]] = {}
    for place, rows in enumerate(groups):
        for row in rows:
            if _curve(trials.trials[row]).size:
                case = (trials.instances[row], keys[row])
                cells.setdefault(case, [[] for _ in groups])[place].append(row)
    return list(cells.values())


def _has_exact_energies(trials: Table) -> bool:
    known = "reference" in trials.metrics and None not in trials.metrics["reference"]
    exact = all(trials.metrics.get("reference_exact", [False]))
    objectives = set(trials.conditions.get("objective.kind", [None]))
    return "energy" in trials.metrics and known and exact and objectives <= {None, "expectation"}


def _curve(trial: StoredTrial) -> NDArray[np.float64]:
    points: Sequence[Any] = trial.outcome.convergence if trial.outcome else []
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _metric(trial: StoredTrial, name: str) -> float:
    value = _known(trial).get(name)
    return math.nan if value is None else float(value)
