"""Convergence of searches, and their effort to converge."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, Setting
from hybridq.experiments.analysis.metric_conventions import ROUNDING, floor_of
from hybridq.experiments.analysis.table import Key, Table, label
from hybridq.experiments.analysis.targets import Target
from hybridq.experiments.records import StoredTrial

_POINTS = 200
_OF_VALUE = ("expectation", "ratio", "energy", "error", "error_mha")
_OF_CIRCUIT, _OF_OBJECTIVE = "ansatz.", "objective."
# Strategies with a circuit of their own; the others search the same angles in another way.
_OWN_CIRCUIT = ("multi-angle", "warm-start", "warm-start-cut")

Curve: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Evaluations, and the values at them."""


@dataclass(frozen=True)
class SearchSpan:
    """First and best value of the searches of one function.

    Attributes:
        sign: 1 for searches that decrease the value, −1 for those that increase it.
        first, best: the worst first and the best last value, times the sign.
    """

    sign: float
    first: float
    best: float


def function_keys(trials: Table) -> list[Key]:
    """Return a key of the function that each trial searched.

    Equal keys mean equal functions. Trials that differ in repeat, seed, optimizer or budget search
    the same function; another depth, another objective or a strategy with its own circuit makes
    another one.
    """
    columns = (trials.column(name) for name in _functions(trials))
    return list(zip(trials.instances, _own_circuits(trials), *columns, strict=True))


def differing_sections(trials: Table) -> str:
    """Return the sections in which searches of one instance differ.

    The result is ``circuit``, ``objective``, ``circuit and objective``, or empty if all searches of
    an instance have the same function.
    """
    names = _functions(trials)
    own = len(set(_own_circuits(trials))) > 1
    circuit = own or any(name.startswith(_OF_CIRCUIT) for name in names)
    objective = any(name.startswith(_OF_OBJECTIVE) or name in trials.options for name in names)
    return " and ".join(["circuit"] * circuit + ["objective"] * objective)


def effort(
    trials: Table, by: Sequence[str], tolerance: float = 1e-2, target: Target | None = None
) -> tuple[list[str], NDArray[np.float64]]:
    r"""Return the evaluations until convergence, on the cases that all groups have.

    A search has converged when it has closed all but `tolerance` of the gap between the worst first
    and the best value of any search of the same function (see `function_keys`):
    :math:`f \le f_L + \tau (f_0 - f_L)`. So p = 1 is never measured against the best of p = 3, but
    each circuit against the best value that is known for it. A target compares all of them by the
    same value.

    Args:
        trials: trials with their convergence.
        by: columns whose values make the groups.
        tolerance: τ, between 0 and 1.
        target: value to reach instead, the same for all groups, of the metrics ``expectation``,
            ``ratio``, ``energy``, ``error`` or ``error_mha``.

    Returns:
        labels of the groups, and evaluations, shape (cases, groups), infinite for a search that did
        not converge. A case is an instance with all conditions that the groups have in common.

    Raises:
        ParameterError: the groups have no common case, or the convergence does not show when the
            target was reached: another metric or objective, or values from shots.

    Source: Moré and Wild 2009, SIAM J. Optim. 20, 172 (the test of convergence).
    """
    groups = trials.groups(by)
    whole = [cell for cell in _cells(trials, by, list(groups.values())) if all(cell)]
    if not whole:
        raise ParameterError(
            f"the {len(groups)} groups have no common case with a stored convergence",
            argument="by",
            value=tuple(by),
            remedy=(
                "choose other groups with ",
                Setting("by"),
                ", or fewer with ",
                Setting("where"),
            ),
        )
    if target is not None:
        _check_target(trials, target)
    keys, spans = function_keys(trials), _spans(trials)

    def spent(row: int) -> float:
        trial = trials.trials[row]
        curve = _curve(trial)
        if target is not None:
            enough = target.reached(_as_metric(trial, curve[:, 1], target.metric))
        else:
            goal = spans[keys[row]]
            slack = max(ROUNDING * abs(goal.best), floor_of("expectation"))
            most = goal.best + tolerance * (goal.first - goal.best) + slack
            enough = goal.sign * curve[:, 1] <= most
        return float(curve[enough, 0][0]) if enough.any() else math.inf

    costs = [[float(np.mean([spent(row) for row in part])) for part in cell] for cell in whole]
    return [label(by, key) for key in groups], np.array(costs)


def curves(trials: Table, by: Sequence[str]) -> tuple[str, dict[str, Curve]]:
    """Return the distance from the best by evaluations, as quartiles over the trials.

    For energies with known exact values it is the distance from them. Otherwise it is the gap to
    the best value of any search of the same function (see `function_keys`), as a share of the gap
    of the worst first value.

    Returns:
        the meaning of the values, ``"error"`` or ``"gap"``, and for each group the evaluations,
        shape (k,), with first quartile, median and third quartile, shape (3, k).
    """
    is_error = _has_exact_energies(trials)
    keys, spans = function_keys(trials), _spans(trials)
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
                goal = spans[keys[row]]
                values = (goal.sign * curve[:, 1] - goal.best) / (goal.first - goal.best or 1.0)
            lines.append((curve[:, 0], values))
        if lines:
            found[label(by, key)] = _quartiles(lines)
    return "error" if is_error else "gap", found


def _functions(trials: Table) -> list[str]:
    """Return the varying conditions of the circuit and of the objective."""
    parts = (_OF_CIRCUIT, _OF_OBJECTIVE)
    return [n for n in trials.varying if n.startswith(parts) or n in trials.options]


def _own_circuits(trials: Table) -> list[str]:
    """Return each trial's strategy if it has its own circuit, else an empty text."""
    kinds = trials.conditions.get("strategy.kind", [None] * len(trials))
    return [kind if kind in _OWN_CIRCUIT else "" for kind in kinds]


def _spans(trials: Table) -> dict[Key, SearchSpan]:
    """Return the span of each function that was searched."""
    found: dict[Key, list[NDArray[np.float64]]] = {}
    for key, trial in zip(function_keys(trials), trials.trials, strict=True):
        curve = _curve(trial)
        if curve.size:
            found.setdefault(key, []).append(curve[:, 1])
    spans = {}
    for key, lines in found.items():
        # Stored values are the best so far, so their trend shows the direction of improvement.
        sign = -1.0 if sum(float(line[-1] - line[0]) for line in lines) > 0.0 else 1.0
        spans[key] = SearchSpan(
            sign, max(sign * float(line[0]) for line in lines),
            min(sign * float(line[-1]) for line in lines),
        )  # fmt: skip
    return spans


def _check_target(trials: Table, target: Target) -> None:
    """Raise if the convergence does not show when the target was reached."""
    if target.metric not in _OF_VALUE:
        raise ParameterError(
            f"the evaluations until {target} are not stored",
            argument="metric",
            value=target.metric,
            remedy=(
                f"choose {', '.join(_OF_VALUE)} with ",
                Setting("metric"),
                ", or ",
                Setting("kind", "tts"),
            ),
        )
    kinds = set(trials.conditions.get("objective.kind", [None])) - {None, "expectation"}
    if kinds:
        raise ParameterError(
            f"trials that minimize {', '.join(sorted(kinds))} have not stored when they reached "
            f"{target}",
            argument="target",
            value=target.value,
            remedy=(
                "choose ",
                Setting("where", "objective.kind=expectation"),
                ", or ",
                Setting("kind", "tts"),
            ),
        )
    if any(trials.conditions.get("objective.shots", [])):
        raise ParameterError(
            f"values from shots reach {target} by chance",
            argument="target",
            value=target.value,
            remedy=(
                "choose ",
                Setting("where", "objective.shots=none"),
                ", or ",
                Setting("kind", "tts"),
            ),
        )


def _as_metric(trial: StoredTrial, values: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Convert expectation values to this metric; NaN for a trial without reference."""
    if metric in ("expectation", "energy"):
        return values
    reference = _metric(trial, "reference") if metric in _known(trial) else math.nan
    if metric == "ratio":
        return values / reference
    return (values - reference) * (1e3 if metric == "error_mha" else 1.0)


def _known(trial: StoredTrial) -> Mapping[str, Any]:
    return trial.outcome.metrics if trial.outcome else {}


def _quartiles(lines: Sequence[Curve]) -> Curve:
    """Return quartiles of step functions, about evenly spaced on a log scale."""
    last = max(float(steps[-1]) for steps, _ in lines)
    grid = np.unique(np.geomspace(1.0, max(last, 1.0), _POINTS).round())
    held = np.full((len(lines), grid.size), math.nan)
    for row, (steps, values) in enumerate(lines):
        # A search that has ended keeps its last value.
        place = np.searchsorted(steps, grid, side="right") - 1
        held[row, place >= 0] = values[place[place >= 0]]
    known = ~np.isnan(held).all(axis=0)
    return grid[known], np.nanquantile(held[:, known], [0.25, 0.5, 0.75], axis=0)


def _cells(
    trials: Table, by: Sequence[str], groups: Sequence[Sequence[int]]
) -> list[list[list[int]]]:
    """Return rows with a convergence by case and group."""
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
