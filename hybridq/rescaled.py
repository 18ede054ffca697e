"""Searching for QAOA angles in units in which energies are of order one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.angles import coupling_strength
from hybridq.ansatz.qaoa import QAOA
from hybridq.objectives import Expectation
from hybridq.optimizers import Record, Solution, minimize

Vector = NDArray[np.float64]


class Rescaled:
    r"""An objective of QAOA in units in which a single spin's energy is about one.

    With weights of 10⁵ the useful γ are about 10⁻⁵ and slopes about 10¹⁰, which no optimizer's step
    sizes and tolerances are made for. This is f(y) = E(x) / u at x = (γ / u, β), y = (γ, β).

    Args:
        objective: E, a function of γ_1 … γ_p, β_1 … β_p.
        unit: u, the unit of energy.
    """

    def __init__(self, objective: Expectation, unit: float) -> None:
        self._objective, self.unit = objective, unit
        half = objective.n_params // 2
        self._scale = np.concatenate([np.full(half, 1.0 / unit), np.ones(half)])

    def inward(self, x: ArrayLike) -> Vector:
        """The points y of angles x, shape (..., n_params)."""
        return np.asarray(x, dtype=np.float64) / self._scale

    def outward(self, y: ArrayLike) -> Vector:
        """The angles x of points y, shape (..., n_params)."""
        return np.asarray(y, dtype=np.float64) * self._scale

    def __call__(self, y: ArrayLike) -> float:
        """E / u."""
        return self._objective(self.outward(y)) / self.unit

    def value_and_gradient(self, y: ArrayLike) -> tuple[float, Vector]:
        """E / u and its derivatives by y."""
        value, gradient = self._objective.value_and_gradient(self.outward(y))
        return value / self.unit, gradient * self._scale / self.unit

    def values(self, points: ArrayLike) -> Vector:
        """E / u at each row of `points`."""
        return self._objective.values(self.outward(points)) / self.unit


def energy_unit(ansatz: QAOA) -> float:
    """A power of two near the energy of a single spin, so that scaling rounds nothing."""
    return float(2.0 ** np.round(np.log2(coupling_strength(ansatz.ising))))


def search_angles(
    objective: Expectation,
    unit: float,
    starts: Vector,
    method: str,
    bounds: Vector | None,
    callback: Callable[[Record], Any] | None,
    **limits: Any,
) -> Solution:
    """`minimize` in units of `unit`; what the callback and the caller see is in the objective's.

    Args:
        objective: what to minimize.
        unit: the unit of energy.
        starts: one row of angles a start.
        method, bounds, callback, limits: see `minimize`.
    """
    scaled = Rescaled(objective, unit)

    def tell(record: Record) -> Any:
        assert callback is not None
        return callback(
            replace(
                record,
                x=scaled.outward(record.x),
                value=record.value * unit,
                best_value=record.best_value * unit,
                best_x=None if record.best_x is None else scaled.outward(record.best_x),
                gradient=None if record.gradient is None else scaled.inward(record.gradient) * unit,
            )
        )

    solution = minimize(
        scaled,
        scaled.inward(starts),
        method=method,
        bounds=None if bounds is None else scaled.inward(bounds.T).T,
        callback=None if callback is None else tell,
        **limits,
    )
    return replace(
        solution,
        x=scaled.outward(solution.x),
        value=solution.value * unit,
        values=solution.values * unit,
    )
