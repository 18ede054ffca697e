"""Figures of how searches went: convergence, performance profiles, time to solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.convergence import apart, curves, effort
from hybridq.experiments.analysis.figure_axes import (
    Wish,
    along,
    check_groups,
    over_decades,
    places_along,
    titled,
)
from hybridq.experiments.analysis.metric_conventions import floor_of, unit_of
from hybridq.experiments.analysis.statistics import performance_profile
from hybridq.experiments.analysis.table import Table, label
from hybridq.experiments.analysis.targets import solutions, usual_target

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_GAP = 1e-4  # a smaller one is drawn as this


def convergence(trials: Table, wish: Wish) -> Axes:
    """The best so far by evaluations: median and quartiles of each group."""
    from hybridq.plots.profiles import Band, plot_bands

    by = wish.by or trials.choices()
    check_groups(trials, by)
    scale, found = curves(trials, by)
    if not found:
        raise ParameterError("no finished trial has kept its convergence")
    same = apart(trials)
    unit = unit_of("error", trials)
    least = floor_of("error") if scale == "error" else _LEAST_GAP
    names = {
        "error": f"distance from the exact energy{f' ({unit})' if unit else ''}",
        "gap": f"gap to the best {f'with the same {same}' if same else 'found'},\n"
        "relative to the worst start",
    }
    bands = [
        Band(name if by else "", steps, *np.maximum(quartiles[[1, 0, 2]], least))
        for name, (steps, quartiles) in found.items()
    ]
    return plot_bands(bands, title=f"{wish.title}: convergence", ylabel=names[scale], log=True)


def profile(trials: Table, wish: Wish) -> Axes:
    """Performance profiles of the evaluations until a search has converged, or met the target.

    Raises:
        ParameterError: the evaluations cannot be told (see `effort`), or no search met the target.
    """
    from hybridq.plots.profiles import plot_profile

    by = wish.by or trials.choices()
    check_groups(trials, by)
    names, costs = effort(trials, by, target=wish.target)
    if not np.isfinite(costs).any():
        what = "converged" if wish.target is None else f"reached {wish.target}"
        raise ParameterError(f"no group {what} in all repeats of a case: choose another --target")
    steps, shares = performance_profile(costs)
    same = apart(trials)
    goal = f", best with the same {same}" if same else ""
    if wish.target is not None:
        goal = f", {wish.target}"
    return plot_profile(
        steps,
        shares,
        names,
        title=f"{wish.title}: performance profile{goal}",
        xlabel="evaluations, as a multiple of the fewest",
    )


def time_to_solution(trials: Table, wish: Wish) -> Axes:
    """Time until a group has succeeded with 99 % confidence, along a condition or by group."""
    from hybridq.plots.groups import Series, plot_boxes, plot_series

    target = wish.target or usual_target(trials)
    if target is None:
        raise ParameterError("what is a success here? name it with --metric NAME --target VALUE")
    by = wish.by or tuple(trials.choices())
    time = wish.cost.startswith("seconds")
    ylabel = (
        f"{'time' if time else titled(wish.cost, trials)} to solution, 99 %{' (s)' if time else ''}"
    )
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
    check_groups(trials, rest)
    places, ticks = places_along(trials, x)
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
        series, title=title, xlabel=titled(x, trials), ylabel=ylabel, ticks=ticks, log=True,
        log_x=over_decades(places),
    )  # fmt: skip


def _finite_interval(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> tuple[float, float]:
    """The quartiles of the times, NaN where one is infinite."""
    low, high = np.quantile(times, [0.25, 0.75], method="nearest")
    both = np.isfinite(low) and np.isfinite(high)
    return (float(low), float(high)) if both else (np.nan, np.nan)
