"""Match trials of several groups for paired comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hybridq.experiments.analysis.table import REPETITION, Key, Table


@dataclass(frozen=True)
class Cases:
    """Values of groups of trials by case.

    A case is one instance, averaged over its repeats and further conditions, such as the options of
    its family. If no group has more
    than one instance, it is one repeat, and if none has several repeats either, one combination of
    the further conditions. Every combination of further conditions has the same weight, whatever
    its number of repeats.

    Attributes:
        unit: unit of a case: ``"instance"``, ``"repeat"`` or ``"combination"``.
        cells: values of each group by case, and within it by the conditions that must agree: first
            those with equal weight, then those that are averaged before.
        own: mean of each case over all trials of the group, for each group.
    """

    unit: str
    cells: Sequence[Mapping[Key, Mapping[tuple[Key, Key], float]]]
    own: Sequence[Sequence[float]]

    @staticmethod
    def of(
        trials: Table,
        by: Sequence[str],
        groups: Sequence[Sequence[int]],
        numbers: NDArray[np.float64],
    ) -> Cases:
        """Return the cases of these groups.

        Args:
            trials: finished trials.
            by: columns that make the groups.
            groups: rows of each group.
            numbers: the value of each row, finite.
        """
        alike = trials.alike(by)
        repeats = trials.keys([name for name in alike if name in REPETITION])
        further = trials.keys([name for name in alike if name not in REPETITION])
        instances: list[Key] = [(digest,) for digest in trials.instances]
        options = {"instance": instances, "repeat": repeats, "combination": further}
        unit = next((unit for unit, keys in options.items() if _several(keys, groups)), "instance")
        once = further if unit != "combination" else instances
        before = repeats if unit != "repeat" else instances
        values = numbers.tolist()
        every = trials.keys(trials.further(by))
        return Cases(
            unit,
            [_means(rows, options[unit], once, before, values) for rows in groups],
            [
                [
                    _balanced(cell)
                    for cell in _means(
                        rows,
                        options[unit],
                        every if unit != "combination" else once,
                        before,
                        values,
                    ).values()
                ]
                for rows in groups
            ],
        )

    def means(self, group: int) -> Sequence[float]:
        """Return the mean of each case of a group."""
        return self.own[group]

    def common(self, groups: Sequence[int]) -> NDArray[np.float64]:
        """Return means over the common conditions of each case, shape (cases, groups)."""
        first, *others = (self.cells[group] for group in groups)
        found = []
        for case, inner in first.items():
            if not all(case in other for other in others):
                continue
            parts = [inner, *(other[case] for other in others)]
            shared = [key for key in inner if all(key in part for part in parts)]
            if shared:
                found.append([_balanced({key: part[key] for key in shared}) for part in parts])
        return np.array(found).reshape(-1, len(groups))


def _balanced(cell: Mapping[tuple[Key, Key], float]) -> float:
    """Return the mean over equally weighted parts of the means within them."""
    parts: dict[Key, list[float]] = {}
    for (once, _), value in cell.items():
        parts.setdefault(once, []).append(value)
    return fmean(map(fmean, parts.values()))


def _means(
    rows: Sequence[int],
    case: Sequence[Key],
    once: Sequence[Key],
    before: Sequence[Key],
    values: Sequence[float],
) -> dict[Key, dict[tuple[Key, Key], float]]:
    gathered: dict[Key, dict[tuple[Key, Key], list[float]]] = {}
    for row in rows:
        inner = once[row], before[row]
        gathered.setdefault(case[row], {}).setdefault(inner, []).append(values[row])
    return {
        key: {inner: fmean(numbers) for inner, numbers in parts.items()}
        for key, parts in gathered.items()
    }


def _several(keys: Sequence[Key], groups: Sequence[Sequence[int]]) -> bool:
    """True if a group has more than one of these keys."""
    return any(len({keys[row] for row in rows}) > 1 for rows in groups)
