"""Distances of TSPLIB: formulas on coordinates, and layouts of explicit matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_PI = 3.141592  # as TSPLIB defines its geographical distances
_EARTH_RADIUS = 6378.388  # km, likewise


def _nearest(values: Matrix) -> Matrix:
    """Return ⌊x + 0.5⌋, the rounding of TSPLIB."""
    return np.floor(values + 0.5)


def _differences(points: Matrix) -> Matrix:
    """Return |x_i − x_j| of each coordinate, shape (dimensions, cities, cities)."""
    return np.abs(points.T[:, :, None] - points.T[:, None, :])


def _euclidean(points: Matrix) -> Matrix:
    return _nearest(np.sqrt((_differences(points) ** 2).sum(axis=0)))


def _ceiling(points: Matrix) -> Matrix:
    return np.ceil(np.sqrt((_differences(points) ** 2).sum(axis=0)))


def _manhattan(points: Matrix) -> Matrix:
    return _nearest(_differences(points).sum(axis=0))


def _maximum(points: Matrix) -> Matrix:
    return _nearest(_differences(points)).max(axis=0)


def _pseudo_euclidean(points: Matrix) -> Matrix:
    """Return the distances of type ATT: √((Δx² + Δy²) / 10), rounded up."""
    exact = np.sqrt((_differences(points) ** 2).sum(axis=0) / 10.0)
    rounded = _nearest(exact)
    return rounded + (rounded < exact)


def degrees(coordinates: Matrix) -> Matrix:
    """Return degrees of coordinates ``DDD.MM`` of degrees and minutes."""
    whole = np.trunc(coordinates)
    return whole + 5.0 * (coordinates - whole) / 3.0


def _geographical(points: Matrix) -> Matrix:
    """Return distances in km on the idealized sphere of TSPLIB, rounded down plus 1."""
    latitude, longitude = (_PI * degrees(points) / 180.0).T
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    angle = np.arccos(np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0))
    return np.floor(_EARTH_RADIUS * angle + 1.0)


FORMULAS: Final[dict[str, tuple[int, Callable[[Matrix], Matrix]]]] = {
    "EUC_2D": (2, _euclidean),
    "EUC_3D": (3, _euclidean),
    "CEIL_2D": (2, _ceiling),
    "MAN_2D": (2, _manhattan),
    "MAN_3D": (3, _manhattan),
    "MAX_2D": (2, _maximum),
    "MAX_3D": (3, _maximum),
    "GEO": (2, _geographical),
    "ATT": (2, _pseudo_euclidean),
}
"""Number of coordinates and formula of each type."""


def from_coordinates(kind: str, points: Matrix) -> Matrix:
    """Return the distances between cities, 0 from each to itself.

    Args:
        kind: a key of `FORMULAS`.
        points: shape (cities, dimensions).
    """
    found = FORMULAS[kind][1](points)
    np.fill_diagonal(found, 0.0)
    return found


# ----- explicit matrices -----

LAYOUTS: Final = (
    "FULL_MATRIX",
    *(
        f"{half}_{diagonal}{order}"
        for order in ("ROW", "COL")
        for half in ("UPPER", "LOWER")
        for diagonal in ("", "DIAG_")
    ),
)
"""Orders in which the entries of an explicit matrix are listed."""


def _by_rows(layout: str) -> tuple[bool, bool]:
    """Return whether a triangle listed by rows is the upper one, and has the diagonal.

    The upper triangle by columns lists the same entries as the lower one by rows.
    """
    upper = layout.startswith("UPPER")
    return upper != layout.endswith("COL"), "DIAG" in layout


def size_of(layout: str, n: int) -> int:
    """Return how many entries of a matrix of n rows a layout lists."""
    if layout == "FULL_MATRIX":
        return n * n
    return n * (n + 1) // 2 if "DIAG" in layout else n * (n - 1) // 2


def indices_of(layout: str, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of each listed entry, in the order of the file."""
    if layout == "FULL_MATRIX":
        rows, columns = np.divmod(np.arange(n * n), n)
        return rows, columns
    upper, diagonal = _by_rows(layout)
    if upper:
        return np.triu_indices(n, k=0 if diagonal else 1)
    return np.tril_indices(n, k=0 if diagonal else -1)


def from_entries(layout: str, n: int, entries: Matrix) -> Matrix:
    """Return the matrix whose entries a file lists; a triangle is mirrored."""
    rows, columns = indices_of(layout, n)
    matrix = np.zeros((n, n))
    matrix[rows, columns] = entries
    if layout != "FULL_MATRIX":
        matrix[columns, rows] = entries
    return matrix


def same_size(n: int, entries: int) -> tuple[str, ...]:
    """Return the layouts by rows that list so many entries, for a remedy."""
    return tuple(
        layout for layout in LAYOUTS if not layout.endswith("COL") and size_of(layout, n) == entries
    )
