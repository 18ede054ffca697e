"""Settings of a figure, and the axes that the trials have for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hybridq.core.errors import ParameterError, Setting
from hybridq.experiments.analysis.metric_conventions import floor_of, unit_of, with_unit
from hybridq.experiments.analysis.table import REPETITION, Key, Table, names_instance, show
from hybridq.experiments.analysis.targets import Target

_MOST_GROUPS = 14
_ERRORS = ("error", "error_mha")


@dataclass(frozen=True)
class FigureSettings:
    """Settings of a figure.

    Attributes:
        title: usually the experiment's name.
        by: columns whose values make the groups; None for the varied conditions.
        metric: a numeric column.
        maximize: True if larger is better.
        x: the column along the horizontal axis of lines; None for the first varying number.
        target: condition of a success; None for the default.
        cost: the column with the cost of a trial.
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
    """Return the default column to draw lines along: a number that varies."""
    no_axis = (*REPETITION, *(name for name in trials.varying if names_instance(name)))
    names = [name for name in (*(by or trials.choices()), *trials.varying) if name not in no_axis]
    for name in names:
        values = trials.column(name)
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        if numbers and len(set(values)) > 1:
            return name
    return None


def titled(name: str, trials: Table) -> str:
    """Return the title of a column with its unit: ``p``, ``energy (Ha)``."""
    return with_unit(name, unit_of(name, trials))


def places_along(trials: Table, x: str) -> tuple[dict[Key, float], list[str]]:
    """Return the position of each value on the axis, and names of text values."""
    keys = list(trials.groups([x]))
    if all(isinstance(k[0], (int, float)) and not isinstance(k[0], bool) for k in keys):
        return {key: float(key[0]) for key in keys}, []
    return {key: float(place) for place, key in enumerate(keys)}, [show(key[0]) for key in keys]


def decades_from(trials: Table, metric: str) -> float | None:
    """Return the start of the decades of an error, None for a linear axis.

    It is 0 if all values are above rounding, so that the whole axis is logarithmic.
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
    """True if positive values span more than one and a half decades."""
    values = list(places.values())
    return min(values) > 0.0 and max(values) > 10**1.5 * min(values)


def check_groups(trials: Table, by: Sequence[str], most: int = _MOST_GROUPS) -> None:
    """Raise if the groups are too many for a figure.

    Raises:
        ParameterError: the groups are more than `most`.
    """
    count = len(set(trials.keys(by)))
    if count > most:
        raise ParameterError(
            f"{count} groups by {', '.join(by)} are too many for one figure (at most {most})",
            argument="by",
            value=tuple(by),
            remedy=(
                "choose fewer columns with ",
                Setting("by"),
                ", or fewer trials with ",
                Setting("where"),
            ),
        )
