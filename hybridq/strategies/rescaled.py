"""Searching for QAOA angles in units in which energies are of order one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.angles import coupling_strength
from hybridq.ansatz.qaoa import QAOA
from hybridq.objectives import Objective
from hybridq.optimizers import Optimizer, Record, Solution, minimize
from hybridq.optimizers.protocols import HasFidelity, HasGradient, HasMetric, Resumable

Vector = NDArray[np.float64]


class Rescaled:
    r"""An objective of QAOA in units in which a single spin's energy is about one.

    With weights of 10⁵ the useful γ are about 10⁻⁵ and slopes about 10¹⁰, which no optimizer's step
    sizes and tolerances are made for. This is f(y) = E(x) / u at x = (γ / u, β), y = (γ, β).
    Values that are pure numbers, such as probabilities, are left alone. Whatever else the objective
    offers to optimizers (a gradient, a metric, frequencies) is offered here in units of y.

    Args:
        objective: E, a function of γ_1 … γ_p, β_1 … β_p.
        unit: u, the unit of energy.
        gammas: how many parameters, the first ones, are γ; half of them by default.
    """

    def __init__(self, objective: Objective, unit: float, gammas: int | None = None) -> None:
        self._objective: Any = objective
        self.value_unit = unit if objective.is_energy else 1.0
        self._scale = np.ones(objective.n_params)
        self._scale[: objective.n_params // 2 if gammas is None else gammas] = 1.0 / unit
        if isinstance(objective, HasGradient):
            self.value_and_gradient = self._value_and_gradient
        if isinstance(objective, HasMetric):
            self.metric = self._metric
        if isinstance(objective, HasFidelity):
            self.fidelity = self._fidelity
        if isinstance(objective, Resumable):
            self.checkpoint, self.restore = objective.checkpoint, objective.restore

    @property
    def identity(self) -> Any:
        """The objective's own, for a journal."""
        return self._objective.identity

    @property
    def frequencies(self) -> tuple[tuple[float, int] | None, ...] | None:
        """The objective's along y; None where it has none."""
        known = self._objective.frequencies
        if known is None:
            return None
        return tuple(
            each if each is None else (each[0] * scale, each[1])
            for each, scale in zip(known, self._scale.tolist(), strict=True)
        )

    def inward(self, x: ArrayLike) -> Vector:
        """The points y of angles x, shape (..., n_params)."""
        return np.asarray(x, dtype=np.float64) / self._scale

    def outward(self, y: ArrayLike) -> Vector:
        """The angles x of points y, shape (..., n_params)."""
        return np.asarray(y, dtype=np.float64) * self._scale

    def __call__(self, y: ArrayLike) -> float:
        """E / u."""
        return self._objective(self.outward(y)) / self.value_unit

    def values(self, points: ArrayLike) -> Vector:
        """E / u at each row of `points`."""
        return self._objective.values(self.outward(points)) / self.value_unit

    def _value_and_gradient(self, y: ArrayLike) -> tuple[float, Vector]:
        value, gradient = self._objective.value_and_gradient(self.outward(y))
        return value / self.value_unit, gradient * self._scale / self.value_unit

    def _metric(self, y: ArrayLike, blocks: str | None = None) -> Vector:
        metric = self._objective.metric(self.outward(y), blocks)
        return metric * np.outer(self._scale, self._scale)

    def _fidelity(self, y: ArrayLike, other: ArrayLike) -> float:
        return self._objective.fidelity(self.outward(y), self.outward(other))


def energy_unit(ansatz: QAOA) -> float:
    """A power of two near the energy of a single spin, so that scaling rounds nothing."""
    return float(2.0 ** np.round(np.log2(coupling_strength(ansatz.ising))))


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
    """`minimize` in units of `unit`; what the callback and the caller see is in the objective's.

    Args:
        objective: what to minimize.
        unit: the unit of energy.
        starts: one row of angles a start.
        method, bounds, callback, limits: see `minimize`.
        gammas: see `Rescaled`.
    """
    scaled = Rescaled(objective, unit, gammas)
    value_unit = scaled.value_unit

    def tell(record: Record) -> Any:
        assert callback is not None
        return callback(
            replace(
                record,
                x=scaled.outward(record.x),
                value=record.value * value_unit,
                best_value=record.best_value * value_unit,
                best_x=None if record.best_x is None else scaled.outward(record.best_x),
                gradient=None
                if record.gradient is None
                else scaled.inward(record.gradient) * value_unit,
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
        value=solution.value * value_unit,
        values=solution.values * value_unit,
    )
