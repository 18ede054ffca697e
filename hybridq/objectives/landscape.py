"""The expectation of a QAOA of one layer over the box of its two angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.objectives import Expectation

Vector = NDArray[np.float64]

LANDSCAPE_POINTS = 61
LANDSCAPE_SECONDS = 2.0


def quick_landscape(
    objective: Expectation, ansatz: QAOA, sign: float
) -> tuple[Vector, Vector, Vector] | None:
    """A landscape of as many points as a moment allows; None where it would show too little."""
    start = work_seconds()
    objective.values(np.zeros((2, 2)))
    each = (work_seconds() - start) / 2
    points = int(np.sqrt(LANDSCAPE_SECONDS / max(each, 1e-9)))
    if points < 15:
        return None
    return scan_landscape(objective, ansatz, points=min(points, LANDSCAPE_POINTS), sign=sign)


def scan_landscape(
    objective: Expectation, ansatz: QAOA, *, points: int = LANDSCAPE_POINTS, sign: float = 1.0
) -> tuple[Vector, Vector, Vector]:
    """The expectation of a QAOA of one layer over the box of its angles.

    Returns:
        gammas (points,), betas (points,) and ``sign`` times the expectation at
        [gamma, beta], shape (points, points).

    Raises:
        ParameterError: the ansatz has more than one layer.
    """
    if ansatz.p != 1:
        raise ParameterError(f"a landscape has two angles: p={ansatz.p} has {ansatz.n_params}")
    gammas, betas = (np.linspace(low, high, points) for low, high in ansatz.bounds)
    grid = np.stack(np.meshgrid(gammas, betas, indexing="ij"), axis=-1).reshape(-1, 2)
    return gammas, betas, sign * objective.values(grid).reshape(points, points)
