"""What of two groups of trials can be compared: cases, within which like stands beside like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hybridq.experiments.analysis.table import REPETITION, Key, Table


@dataclass(frozen=True)
class Cases:
    """The values of groups of trials, by case.

    A case is one instance, its repeats and further conditions averaged; where no group has more
    than one instance it is one repeat, and where none has several repeats, one combination of the
    further conditions.

    Attributes:
        unit: what a case is: ``"instance"``, ``"repeat"`` or ``"combination"``.
        cells: of each group the mean value by case, and within it by what has to be alike to be
            compared.
    """

    unit: str
    cells: Sequence[Mapping[Key, Mapping[Key, float]]]

    @staticmethod
    def of(
        trials: Table,
        by: Sequence[str],
        groups: Sequence[Sequence[int]],
        numbers: NDArray[np.float64],
    ) -> Cases:
        """The cases of these groups.

        Args:
            trials: what is done.
            by: columns that make the groups.
            groups: rows of each.
            numbers: the value of each row, finite.
        """
        alike = trials.alike(by)
        repeats = trials.keys([name for name in alike if name in REPETITION])
        further = trials.keys([name for name in alike if name not in REPETITION])
        instances: list[Key] = [(digest,) for digest in trials.instances]
        options = {"instance": instances, "repeat": repeats, "combination": further}
        unit = next((unit for unit, keys in options.items() if _several(keys, groups)), "instance")
        rest = list(zip(*(keys for other, keys in options.items() if other != unit), strict=True))
        values = numbers.tolist()
        cells = [_means(rows, options[unit], rest, values) for rows in groups]
        return Cases(unit, cells)

    def means(self, group: int) -> list[float]:
        """The mean of each case of a group."""
        return [fmean(inner.values()) for inner in self.cells[group].values()]

    def common(self, groups: Sequence[int]) -> NDArray[np.float64]:
        """Means over what all of these groups have of each case, shape (cases, groups)."""
        first, *others = (self.cells[group] for group in groups)
        found = []
        for case, inner in first.items():
            if not all(case in other for other in others):
                continue
            parts = [inner, *(other[case] for other in others)]
            shared = [key for key in inner if all(key in part for part in parts)]
            if shared:
                found.append([fmean(part[key] for key in shared) for part in parts])
        return np.array(found).reshape(-1, len(groups))


def _means(
    rows: Sequence[int], case: Sequence[Key], alike: Sequence[Key], values: Sequence[float]
) -> dict[Key, dict[Key, float]]:
    gathered: dict[Key, dict[Key, list[float]]] = {}
    for row in rows:
        gathered.setdefault(case[row], {}).setdefault(alike[row], []).append(values[row])
    return {
        key: {inner: fmean(numbers) for inner, numbers in parts.items()}
        for key, parts in gathered.items()
    }


def _several(keys: Sequence[Key], groups: Sequence[Sequence[int]]) -> bool:
    """Whether a group has more than one of these."""
    return any(len({keys[row] for row in rows}) > 1 for rows in groups)
