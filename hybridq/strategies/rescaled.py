"""Searches for QAOA angles in units in which energies are of order one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.executors import ExecutorLike
from hybridq.objectives import Objective
from hybridq.optimizers import Optimizer, Record, Solution, minimize
from hybridq.optimizers.occasional import as_often_as
from hybridq.optimizers.restarts import Each, search_each
from hybridq.strategies.coordinates import Reparametrized, Scaling

Vector = NDArray[np.float64]


def energy_unit(ansatz: QAOA) -> float:
    """Return a power of two near the energy of one spin or hop, which rounds nothing."""
    return float(2.0 ** np.round(np.log2(ansatz.strength)))


def in_energy_units(
    objective: Objective, unit: float, gammas: int | None = None
) -> Reparametrized[Scaling]:
    r"""Return an objective of QAOA in units of about a single spin's energy.

    With weights of 10⁵ the useful γ are about 10⁻⁵ and slopes about 10¹⁰, far from the step sizes
    and tolerances of optimizers. The result is f(y) = E(x) / u at x = (γ / u, β), y = (γ, β).
    Values that are pure numbers, such as probabilities, are not divided.

    Args:
        objective: E, a function of γ_1 … γ_p, β_1 … β_p.
        unit: u, the unit of energy.
        gammas: the number of parameters, the first ones, that are γ; half of them by default.
    """
    scale = np.ones(objective.n_params)
    scale[: objective.n_params // 2 if gammas is None else gammas] = 1.0 / unit
    return Reparametrized(objective, Scaling(scale), unit if objective.is_energy else 1.0)


def search_angles(
    objective: Objective,
    unit: float,
    starts: Vector,
    method: str | Optimizer,
    bounds: Vector | None,
    callback: Callable[[Record], Any] | None,
    gammas: int | None = None,
    **limits: Any,
) -> Solution:
    """Run `minimize` in units of `unit`.

    Records and solution are in the objective's units.

    Args:
        objective: the objective to minimize.
        unit: the unit of energy.
        starts: angles, one start in each row.
        method, bounds, callback, limits: see `minimize`.
        gammas: see `in_energy_units`.
    """
    scaled = in_energy_units(objective, unit, gammas)
    solution = minimize(
        scaled,
        scaled.coordinates.inward(starts),
        method=method,
        bounds=_inward(scaled, bounds),
        callback=_reporting(scaled, callback),
        **limits,
    )
    return _outward(scaled, solution)


def search_each_angles(
    objective: Objective,
    unit: float,
    starts: Vector,
    method: Optimizer,
    bounds: Vector | None,
    callback: Callable[[Record], Any] | None,
    generators: Sequence[np.random.Generator],
    executor: ExecutorLike,
    *,
    at_most: int,
) -> Each:
    """Run `search_each` in units of `unit`; see `search_angles`."""
    scaled = in_energy_units(objective, unit)
    found = search_each(
        scaled,
        scaled.coordinates.inward(starts),
        method,
        _inward(scaled, bounds),
        generators,
        executor,
        at_most=at_most,
        callback=_reporting(scaled, callback),
    )
    solutions = {number: _outward(scaled, each) for number, each in found.solutions.items()}
    return replace(found, solutions=solutions)


def _inward(scaled: Reparametrized[Scaling], bounds: Vector | None) -> Vector | None:
    """Return bounds in the units of the search."""
    return None if bounds is None else scaled.coordinates.inward(bounds.T).T


def _outward(scaled: Reparametrized[Scaling], solution: Solution) -> Solution:
    """Return a solution in the objective's units."""
    return replace(
        solution,
        x=scaled.coordinates.outward(solution.x),
        value=solution.value * scaled.value_unit,
        values=solution.values * scaled.value_unit,
    )


def _reporting(
    scaled: Reparametrized[Scaling], callback: Callable[[Record], Any] | None
) -> Callable[[Record], Any] | None:
    """Return a callback that reports in the objective's units."""
    if callback is None:
        return None
    unit, scaling = scaled.value_unit, scaled.coordinates

    def report(record: Record) -> Any:
        return callback(
            replace(
                record,
                x=scaling.outward(record.x),
                value=record.value * unit,
                best_value=record.best_value * unit,
                best_x=None if record.best_x is None else scaling.outward(record.best_x),
                gradient=None
                if record.gradient is None
                else scaling.inward(record.gradient) * unit,
            )
        )

    return as_often_as(callback, report)
