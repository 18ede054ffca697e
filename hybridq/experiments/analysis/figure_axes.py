"""What a figure shall show, and the axes that the trials have for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.metric_conventions import floor_of, unit_of, with_unit
from hybridq.experiments.analysis.table import PROBLEM, REPETITION, Key, Table, show
from hybridq.experiments.analysis.targets import Target

_MOST_GROUPS = 14
_ERRORS = ("error", "error_mha")


@dataclass(frozen=True)
class Wish:
    """What a figure shall show.

    Attributes:
        title: usually the experiment's name.
        by: columns whose values make the groups; None for what was varied.
        metric: a numeric column.
        maximize: whether larger is better.
        x: the column along the horizontal axis of lines; None for the first number that varies.
        target: what a success is; None for the usual one.
        cost: the column that says what a trial takes.
        against: label of the group that differences are taken from; None for the best.
    """

    title: str
    metric: str
    maximize: bool
    by: tuple[str, ...] | None = None
    x: str | None = None
    target: Target | None = None
    cost: str = "seconds"
    against: str | None = None


def along(trials: Table, by: Sequence[str] | None = None) -> str | None:
    """The column to draw lines along unless told: the first that varies and is a number."""
    no_axis = (*REPETITION, f"{PROBLEM}instance")
    names = [name for name in (*(by or trials.choices()), *trials.varying) if name not in no_axis]
    for name in names:
        values = trials.column(name)
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        if numbers and len(set(values)) > 1:
            return name
    return None


def titled(name: str, trials: Table) -> str:
    """A column as an axis calls it, with its unit: p for ``ansatz.p``, ``energy (Ha)``."""
    return with_unit(name, unit_of(name, trials))


def places_along(trials: Table, x: str) -> tuple[dict[Key, float], list[str]]:
    """The place of each value on the axis, and names where they are no numbers."""
    keys = list(trials.groups([x]))
    if all(isinstance(k[0], (int, float)) and not isinstance(k[0], bool) for k in keys):
        return {key: float(key[0]) for key in keys}, []
    return {key: float(place) for place, key in enumerate(keys)}, [show(key[0]) for key in keys]


def decades_from(trials: Table, metric: str) -> float | None:
    """Where the decades of an error begin, which shrinks by factors; None for a linear axis.

    0 where all values are above rounding, so that the whole axis is logarithmic.
    """
    if metric not in _ERRORS:
        return None
    values = trials.numbers(metric)
    values = values[np.isfinite(values)]
    seen = values[values > floor_of(metric)]
    if not seen.size or seen.max() <= 10 * seen.min() or values.min() < -0.1 * seen.max():
        return None
    return 0.0 if seen.size == values.size else 10.0 ** math.floor(math.log10(seen.min()))


def over_decades(places: Mapping[Key, float]) -> bool:
    """Whether a condition has positive values over more than one and a half decades."""
    values = list(places.values())
    return min(values) > 0.0 and max(values) > 10**1.5 * min(values)


def check_groups(trials: Table, by: Sequence[str], most: int = _MOST_GROUPS) -> None:
    """Refuse more groups than a figure can tell apart.

    Raises:
        ParameterError: they are more than `most`.
    """
    count = len(set(trials.keys(by)))
    if count > most:
        raise ParameterError(
            f"{count} groups by {', '.join(by)} are too many for one figure (at most {most}): "
            "choose fewer columns with --by, or fewer trials with --where"
        )
