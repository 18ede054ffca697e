"""Figures of an experiment: what a table holds, as arrays for `hybridq.plots`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hybridq.errors import ParameterError
from hybridq.experiments.analysis.compare import Comparison, compare
from hybridq.experiments.analysis.comparison_rows import probability
from hybridq.experiments.analysis.searches import Target, curves, effort, solutions, usual_target
from hybridq.experiments.analysis.statistics import performance_profile
from hybridq.experiments.analysis.table import PROBLEM, REPETITION, Key, Table, label, show
from hybridq.registry import Registry

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_GROUPS = 14
_ROUNDING = {"error": 1e-12, "error_mha": 1e-9}  # errors below are none
_FLOOR = {"error": 1e-12, "gap": 1e-4}  # what is nearer counts as there


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


def draw(kind: str, trials: Table, wish: Wish) -> Figure:
    """A figure of one of the `KINDS`.

    Raises:
        UnknownNameError: there is no such kind or column.
        ParameterError: the trials have not what it shows.
    """
    ax = KINDS[kind](trials, wish)
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def lines(trials: Table, wish: Wish) -> Axes:
    """Mean of the metric along a condition, a line with its 95 % interval for each group."""
    from hybridq.plots.groups import Series, plot_series

    x = wish.x or along(trials, wish.by)
    if x is None:
        raise ParameterError(
            "no condition with several values to draw along: name one with --x, or choose "
            "--kind box"
        )
    by = [name for name in wish.by or trials.choices() if name != x]
    places, ticks = _axis(trials, x)
    _check_groups(trials, by)
    scale = _scale(trials, wish.metric)
    series = []
    for key, rows in trials.groups(by).items():
        part = trials.take(rows)
        found = compare(part, [x], wish.metric, maximize=wish.maximize)
        ends = [
            (group.interval.low, group.interval.high) if group.interval else (np.nan, np.nan)
            for group in found.groups
        ]
        series.append(
            Series(
                label(by, key) if by else "",
                [places[group.key] for group in found.groups],
                [group.mean for group in found.groups],
                [low for low, _ in ends],
                [high for _, high in ends],
            )
        )
    return plot_series(
        series,
        title=wish.title,
        xlabel=readable(x),
        ylabel=f"mean {readable(wish.metric)}, 95 % interval",
        ticks=ticks,
        log=scale is not None,
        linear_below=scale or 0.0,
        log_x=_over_decades(places),
    )


def boxes(trials: Table, wish: Wish) -> Axes:
    """The metric of all trials, a box for each group."""
    from hybridq.plots.groups import plot_boxes

    by = wish.by or trials.choices()
    _check_groups(trials, by, 40)
    numbers = trials.numbers(wish.metric)
    scale = _scale(trials, wish.metric)
    groups = trials.groups(by)
    return plot_boxes(
        [label(by, key) for key in groups],
        [numbers[rows] for rows in groups.values()],
        title=wish.title, xlabel=readable(wish.metric), log=scale is not None,
        linear_below=scale or 0.0,
    )  # fmt: skip


def differences(trials: Table, wish: Wish) -> Axes:
    """Mean paired differences of the groups from one of them, with intervals and p-values."""
    from hybridq.plots.groups import plot_differences

    by = wish.by or trials.choices()
    _check_groups(trials, by, 40)
    found = compare(trials, by, wish.metric, maximize=wish.maximize, against=wish.against)
    return draw_differences(found, wish.title, plot_differences)


def draw_differences(found: Comparison, title: str, plot: Callable[..., Axes]) -> Axes:
    """The contrasts of a comparison by `plot_differences`.

    Raises:
        ParameterError: no group has a case in common with the reference.
    """
    shown = [(group.label, group.contrast) for group in found.groups if group.contrast]
    if not shown:
        raise ParameterError(
            "no group has a case in common with another: there are no paired differences"
        )
    ends = [
        (one.interval.low, one.interval.high) if one.interval else (np.nan, np.nan)
        for _, one in shown
    ]
    name = found.groups[found.reference].label
    return plot(
        [name for name, _ in shown],
        [one.difference for _, one in shown],
        [low for low, _ in ends],
        [high for _, high in ends],
        title=title,
        xlabel=f"{readable(found.metric)}: difference from {name}",
        remarks=[f"p {probability(one.p)}" for _, one in shown],
    )


def convergence(trials: Table, wish: Wish) -> Axes:
    """The best so far by evaluations: median and quartiles of each group."""
    from hybridq.plots.profiles import Band, plot_bands

    by = wish.by or trials.choices()
    _check_groups(trials, by)
    scale, found = curves(trials, by)
    if not found:
        raise ParameterError("no finished trial has kept its convergence")
    names = {
        "error": "distance from the exact energy",
        "gap": "gap to the best found, relative to the start",
    }
    bands = [
        Band(name if by else "", steps, *np.maximum(quartiles[[1, 0, 2]], _FLOOR[scale]))
        for name, (steps, quartiles) in found.items()
    ]
    return plot_bands(bands, title=f"{wish.title}: convergence", ylabel=names[scale], log=True)


def profile(trials: Table, wish: Wish) -> Axes:
    """Performance profiles of the evaluations until a search has converged."""
    from hybridq.plots.profiles import plot_profile

    by = wish.by or trials.choices()
    _check_groups(trials, by)
    names, costs = effort(trials, by)
    steps, shares = performance_profile(costs)
    return plot_profile(
        steps,
        shares,
        names,
        title=f"{wish.title}: performance profile",
        xlabel="evaluations to converge, as a multiple of the fewest",
    )


def time_to_solution(trials: Table, wish: Wish) -> Axes:
    """Time until a group has succeeded with 99 % confidence, along a condition or by group."""
    from hybridq.plots.groups import Series, plot_boxes, plot_series

    target = wish.target or usual_target(trials)
    if target is None:
        raise ParameterError("what is a success here? name it with --metric NAME --target VALUE")
    by = wish.by or tuple(trials.choices())
    time = wish.cost.startswith("seconds")
    ylabel = f"{'time' if time else readable(wish.cost)} to solution, 99 %{' (s)' if time else ''}"
    title = f"{wish.title}: time to {target}"
    x = wish.x or along(trials, by)
    if x is None:
        found = solutions(trials, by, target, wish.cost)
        if not any(np.isfinite(one.times).any() for one in found):
            raise ParameterError(f"no trial reached {target}: choose another with --target")
        return plot_boxes(
            [f"{one.label} ({one.share:.0%})" for one in found],
            [one.times for one in found], title=title, xlabel=ylabel, log=True,
        )  # fmt: skip
    rest = [name for name in by if name != x]
    _check_groups(trials, rest)
    places, ticks = _axis(trials, x)
    series = []
    for key, rows in trials.groups(rest).items():
        part = trials.take(rows)
        found = solutions(part, [x], target, wish.cost)
        where = [places[place] for place in part.groups([x])]
        medians = [float(np.median(one.times)) for one in found]
        middle = [value if np.isfinite(value) else np.nan for value in medians]
        ends = [_finite_interval(one.times) for one in found]
        series.append(
            Series(label(rest, key) if rest else "", where, middle, *zip(*ends, strict=True))
        )
    if not any(np.isfinite(np.asarray(one.y)).any() for one in series):
        raise ParameterError(f"no group reached {target} on half its instances: lower --target")
    return plot_series(
        series, title=title, xlabel=readable(x), ylabel=ylabel, ticks=ticks, log=True,
        log_x=_over_decades(places),
    )  # fmt: skip


KINDS: Registry[Callable[[Table, Wish], Axes]] = Registry(
    "kind of figure",
    {
        "lines": lines,
        "box": boxes,
        "differences": differences,
        "convergence": convergence,
        "profile": profile,
        "tts": time_to_solution,
    },
)
"""Every kind of figure by name."""


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


def readable(name: str) -> str:
    """A column as an axis calls it: ``ansatz.p`` is p, ``error_mha`` is error (mHa)."""
    special = {"error_mha": "error (mHa)", "best_ratio": "best sample / reference"}
    return special.get(name, name.rpartition(".")[2].replace("_", " "))


def _axis(trials: Table, x: str) -> tuple[dict[Key, float], list[str]]:
    """The place of each value on the axis, and names where they are no numbers."""
    keys = list(trials.groups([x]))
    if all(isinstance(k[0], (int, float)) and not isinstance(k[0], bool) for k in keys):
        return {key: float(key[0]) for key in keys}, []
    return {key: float(place) for place, key in enumerate(keys)}, [show(key[0]) for key in keys]


def _scale(trials: Table, metric: str) -> float | None:
    """Where the decades of an error begin, which shrinks by factors; None for a linear axis.

    0 where all values are above rounding, so that the whole axis is logarithmic.
    """
    if metric not in _ROUNDING:
        return None
    values = trials.numbers(metric)
    values = values[np.isfinite(values)]
    seen = values[values > _ROUNDING[metric]]
    if not seen.size or seen.max() <= 10 * seen.min() or values.min() < -0.1 * seen.max():
        return None
    return 0.0 if seen.size == values.size else 10.0 ** math.floor(math.log10(seen.min()))


def _over_decades(places: Mapping[Key, float]) -> bool:
    """Whether a condition has positive values over more than one and a half decades."""
    values = list(places.values())
    return min(values) > 0.0 and max(values) > 10**1.5 * min(values)


def _finite_interval(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> tuple[float, float]:
    """The quartiles of the times, NaN where one is infinite."""
    low, high = np.quantile(times, [0.25, 0.75], method="nearest")
    both = np.isfinite(low) and np.isfinite(high)
    return (float(low), float(high)) if both else (np.nan, np.nan)


def _check_groups(trials: Table, by: Sequence[str], most: int = _MOST_GROUPS) -> None:
    count = len(set(trials.keys(by)))
    if count > most:
        raise ParameterError(
            f"{count} groups by {', '.join(by)} are too many for one figure (at most {most}): "
            "choose fewer columns with --by, or fewer trials with --where"
        )
