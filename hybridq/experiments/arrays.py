"""Large arrays of a trial, kept on request of the config."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybridq.optimizers import Record
    from hybridq.presentation import Result

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

ARRAYS = {
    "values": "the objective at every evaluation in order, shape (evaluations,), in the problem's "
    "own sense",
    "points": "the parameters at every evaluation, shape (evaluations, parameters); NaN where the "
    "circuit had fewer of them",
    "samples": "of problems over bits: sample_values, the distinct measured values, and "
    "sample_counts, the number of times each occurred",
}
"""Descriptions of the arrays by name."""


def kinds_of(names: Collection[str]) -> list[str]:
    """Return the kinds in `ARRAYS` that these arrays belong to."""
    return list(dict.fromkeys("samples" if name.startswith("sample_") else name for name in names))


class Recorder:
    """Recorder of a search, for the arrays that are requested.

    Args:
        wanted: names out of `ARRAYS`.
    """

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = frozenset(wanted)
        self._points: list[NDArray[np.float64]] = []

    @property
    def callback(self) -> Callable[[Record], None] | None:
        """Callback for the search, None where it has nothing to record."""
        return self._take if "points" in self._wanted else None

    def _take(self, record: Record) -> None:
        self._points.append(record.x)

    def begin(self) -> None:
        """Forget the points of an earlier search."""
        self._points.clear()

    def arrays(self, result: Result) -> Arrays:
        """Return the requested arrays of a finished search that the problem has."""
        trace = result.trace
        found: dict[str, NDArray[Any] | None] = {}
        if "values" in self._wanted:
            found["values"] = trace.values
        if "points" in self._wanted:
            found["points"] = _as_rows(self._points)
        if "samples" in self._wanted:
            found |= {"sample_values": trace.sample_values, "sample_counts": trace.sample_counts}
        return {name: array for name, array in found.items() if array is not None}


def _as_rows(points: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Stack points of different lengths, padded with NaN."""
    rows = np.full((len(points), max((len(point) for point in points), default=0)), np.nan)
    for row, point in zip(rows, points, strict=True):
        row[: len(point)] = point
    return rows
