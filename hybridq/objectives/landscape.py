"""The expectation value of one-layer QAOA over the box of its two angles."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.core.executors import ExecutorLike, open_mapper
from hybridq.objectives.base import Objective

Vector = NDArray[np.float64]

LANDSCAPE_POINTS = 61
LANDSCAPE_SECONDS = 2.0


def quick_landscape(
    objective: Objective, ansatz: QAOA, sign: float, executor: ExecutorLike = None
) -> tuple[Vector, Vector, Vector] | None:
    """Return a landscape of as many points as 2 s allow, None where those are too few."""
    # The least of several times: another process may hold up any single one.
    each = min(_seconds_of_two(objective) for _ in range(4)) / 2
    points = int(np.sqrt(LANDSCAPE_SECONDS / max(each, 1e-9)))
    if points < 15:
        return None
    points = min(points, LANDSCAPE_POINTS)
    return scan_landscape(objective, ansatz, points=points, sign=sign, executor=executor)


def _seconds_of_two(objective: Objective) -> float:
    """Return the time of two evaluations."""
    start = work_seconds()
    objective.values(np.zeros((2, 2)))
    return work_seconds() - start


def scan_landscape(
    objective: Objective,
    ansatz: QAOA,
    *,
    points: int = LANDSCAPE_POINTS,
    sign: float = 1.0,
    executor: ExecutorLike = None,
) -> tuple[Vector, Vector, Vector]:
    """Return the expectation value of one-layer QAOA over the box of its angles.

    Args:
        objective: of one-layer QAOA.
        ansatz: the same.
        points: number of values of each angle.
        sign: factor of the values.
        executor: has the rows of the grid as tasks; see `hybridq.core.executors.open_mapper`.

    Returns:
        gammas (points,), betas (points,) and ``sign`` times the expectation at
        [gamma, beta], shape (points, points).

    Raises:
        ParameterError: the ansatz has more than one layer.
    """
    if ansatz.p != 1:
        raise ParameterError(
            argument="p", value=ansatz.p, expected="1", remedy="a landscape has two angles"
        )
    gammas, betas = (np.linspace(low, high, points) for low, high in ansatz.bounds)
    grid = np.stack(np.meshgrid(gammas, betas, indexing="ij"), axis=-1)
    if executor is None:
        values = objective.values(grid.reshape(-1, 2)).reshape(points, points)
    else:
        with open_mapper(executor) as mapper:
            values = np.array(mapper.map(partial(_row, objective=objective), grid))
    return gammas, betas, sign * values


def _row(angles: Vector, objective: Objective) -> Vector:
    """Return the values of a row of the grid; workers call this."""
    return objective.values(angles)
