"""Conventions for metrics: direction, unit, and tolerances of comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.experiments.goal import DIRECTIONS
from hybridq.problems import PROBLEMS

if TYPE_CHECKING:
    from hybridq.experiments.analysis.table import Table

TIE = 1e-7
"""Relative difference below which values are equal: optimizers stop within it."""

ROUNDING = 1e-9
"""Relative distance from a target within which it counts as reached."""

_FLOORS = {
    "expectation": 1e-12,
    "energy": 1e-12,
    "error": 1e-12,
    "error_mha": 1e-9,
    "ratio": 1e-12,
    "best_ratio": 1e-12,
    "correlation": 1e-12,
}
_ENERGIES = ("energy", "expectation", "error", "reference")
_SYMBOLS = {"hartree": "Ha"}
_UNITS = {"error_mha": "mHa", "seconds": "s", "seconds_total": "s"}
_TITLES = {"error_mha": "error", "best_ratio": "best sample / reference"}


def floor_of(metric: str) -> float:
    """Return the magnitude below which values and differences of a metric are zero.

    This is what rounding leaves of 0, in the metric's unit. It is 0 for counts, times and
    probabilities, whose relative accuracy does not depend on their size.
    """
    return _FLOORS.get(metric, 0.0)


def equal(a: ArrayLike, b: ArrayLike, floor: float = 0.0) -> NDArray[np.bool_]:
    """Return True where values are equal within 1e-7 of the larger or within `floor`.

    Args:
        a, b: values, broadcast.
        floor: absolute tolerance, see `floor_of`.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    size = np.maximum(np.abs(first), np.abs(second))
    return np.asarray(np.abs(first - second) <= np.maximum(TIE * size, floor))


def maximized(metric: str, trials: Table) -> bool:
    """True if larger values of this metric are better; False for an unknown metric.

    A metric in the problem's own sense is maximized over bits and minimized for energies.
    """
    direction = DIRECTIONS.get(metric)
    if direction is None and metric in DIRECTIONS:
        return "energy" not in trials.metrics
    return direction == "maximize"


def unit_of(metric: str, trials: Table) -> str:
    """Return the unit of a metric: ``Ha``, ``mHa``, ``s`` or that of the family.

    It is empty for pure numbers, for energies in the unknown unit of a Hamiltonian, and for trials
    of several units.
    """
    if metric in _ENERGIES:
        kinds = set(trials.conditions.get("problem.kind", ()))
        units = {PROBLEMS[kind].unit if kind in PROBLEMS else None for kind in kinds}
        unit = units.pop() if len(units) == 1 else None
        return "" if unit is None else _SYMBOLS.get(unit, unit)
    return _UNITS.get(metric, "")


def with_unit(name: str, unit: str) -> str:
    """Return the title of a column for an axis or a table: ``error (mHa)``, ``p``."""
    title = _TITLES.get(name, name.rpartition(".")[2].replace("_", " "))
    return f"{title} ({unit})" if unit else title
