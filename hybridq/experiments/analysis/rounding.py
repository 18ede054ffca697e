"""Which differences are none: what rounding leaves, and what optimizers stop within."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

TIE = 1e-7
"""Values that differ by less, relative to the larger, are equal: optimizers stop within it."""

ROUNDING = 1e-9
"""What is nearer, relative to the value, is there."""

_FLOORS = {
    "expectation": 1e-12,
    "energy": 1e-12,
    "error": 1e-12,
    "error_mha": 1e-9,
    "ratio": 1e-12,
    "best_ratio": 1e-12,
    "correlation": 1e-12,
}


def floor_of(metric: str) -> float:
    """What rounding makes of 0, in the metric's unit: smaller values and differences are none.

    0 for counts, times and probabilities, which are known to many digits however small they are.
    """
    return _FLOORS.get(metric, 0.0)


def equal(a: ArrayLike, b: ArrayLike, floor: float = 0.0) -> NDArray[np.bool_]:
    """Which values are equal: within 1e-7 of the larger, or within `floor`; broadcast."""
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    size = np.maximum(np.abs(first), np.abs(second))
    return np.asarray(np.abs(first - second) <= np.maximum(TIE * size, floor))
