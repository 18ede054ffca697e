"""The expectation value of one-layer QAOA over the box of its two angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.objectives.base import Objective

Vector = NDArray[np.float64]

LANDSCAPE_POINTS = 61
LANDSCAPE_SECONDS = 2.0


def quick_landscape(
    objective: Objective, ansatz: QAOA, sign: float
) -> tuple[Vector, Vector, Vector] | None:
    """Return a landscape of as many points as 2 s allow, None where those are too few."""
    # The least of several times: another process may hold up any single one.
    each = min(_seconds_of_two(objective) for _ in range(4)) / 2
    points = int(np.sqrt(LANDSCAPE_SECONDS / max(each, 1e-9)))
    if points < 15:
        return None
    return scan_landscape(objective, ansatz, points=min(points, LANDSCAPE_POINTS), sign=sign)


def _seconds_of_two(objective: Objective) -> float:
    """Return the time of two evaluations."""
    start = work_seconds()
    objective.values(np.zeros((2, 2)))
    return work_seconds() - start


def scan_landscape(
    objective: Objective, ansatz: QAOA, *, points: int = LANDSCAPE_POINTS, sign: float = 1.0
) -> tuple[Vector, Vector, Vector]:
    """Return the expectation value of one-layer QAOA over the box of its angles.

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
    grid = np.stack(np.meshgrid(gammas, betas, indexing="ij"), axis=-1).reshape(-1, 2)
    return gammas, betas, sign * objective.values(grid).reshape(points, points)
