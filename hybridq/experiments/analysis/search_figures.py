"""Figures of searches: convergence, performance profiles, time to solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.errors import ParameterError, Setting
from hybridq.experiments.analysis.convergence import curves, differing_sections, effort
from hybridq.experiments.analysis.figure_axes import (
    FigureSettings,
    along,
    check_groups,
    over_decades,
    places_along,
    titled,
)
from hybridq.experiments.analysis.metric_conventions import floor_of, unit_of
from hybridq.experiments.analysis.statistics import performance_profile
from hybridq.experiments.analysis.table import Table, label
from hybridq.experiments.analysis.targets import default_target, times_to_solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_GAP = 1e-4  # a smaller one is drawn as this


def convergence(trials: Table, settings: FigureSettings) -> Axes:
    """Draw the best so far by evaluations: median and quartiles of each group."""
    from hybridq.plots.profiles import Band, plot_bands

    by = settings.by or trials.choices()
    check_groups(trials, by)
    scale, found = curves(trials, by)
    if not found:
        raise ParameterError("no finished trial has a stored convergence")
    same = differing_sections(trials)
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
    return plot_bands(bands, title=f"{settings.title}: convergence", ylabel=names[scale], log=True)


def profile(trials: Table, settings: FigureSettings) -> Axes:
    """Draw performance profiles of the evaluations until convergence or the target.

    Raises:
        ParameterError: the evaluations are unknown (see `effort`), or no search reached the target.
    """
    from hybridq.plots.profiles import plot_profile

    by = settings.by or trials.choices()
    check_groups(trials, by)
    names, costs = effort(trials, by, target=settings.target)
    if not np.isfinite(costs).any():
        what = "converged" if settings.target is None else f"reached {settings.target}"
        raise ParameterError(
            f"no group {what} in all repeats of a case",
            argument="target",
            remedy=("choose another ", Setting("target")),
        )
    steps, shares = performance_profile(costs)
    same = differing_sections(trials)
    goal = f", best with the same {same}" if same else ""
    if settings.target is not None:
        goal = f", {settings.target}"
    return plot_profile(
        steps,
        shares,
        names,
        title=f"{settings.title}: performance profile{goal}",
        xlabel="evaluations, as a multiple of the fewest",
    )


def time_to_solution(trials: Table, settings: FigureSettings) -> Axes:
    """Draw the time to a success with 99 % confidence, along a condition or by group."""
    from hybridq.plots.groups import Series, plot_boxes, plot_series

    target = settings.target or default_target(trials)
    if target is None:
        raise ParameterError(
            "these trials have no default condition of a success",
            argument="target",
            value=None,
            remedy=("name it with ", Setting("metric"), " and ", Setting("target")),
        )
    by = settings.by or tuple(trials.choices())
    time = settings.cost.startswith("seconds")
    cost = "time" if time else titled(settings.cost, trials)
    ylabel = f"{cost} to solution, 99 %{' (s)' * time}"
    title = f"{settings.title}: time to {target}"
    x = settings.x or along(trials, by)
    if x is None:
        found = times_to_solution(trials, by, target, settings.cost)
        if not any(np.isfinite(one.times).any() for one in found):
            raise ParameterError(
                f"no trial reached {target}",
                argument="target",
                remedy=("choose another ", Setting("target")),
            )
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
        found = times_to_solution(part, [x], target, settings.cost)
        where = [places[place] for place in part.groups([x])]
        medians = [float(np.median(one.times)) for one in found]
        middle = [value if np.isfinite(value) else np.nan for value in medians]
        ends = [_finite_interval(one.times) for one in found]
        series.append(
            Series(label(rest, key) if rest else "", where, middle, *zip(*ends, strict=True))
        )
    if not any(np.isfinite(np.asarray(one.y)).any() for one in series):
        raise ParameterError(
            f"no group reached {target} on half of its instances",
            argument="target",
            remedy=("choose a weaker ", Setting("target")),
        )
    return plot_series(
        series, title=title, xlabel=titled(x, trials), ylabel=ylabel, ticks=ticks, log=True,
        log_x=over_decades(places),
    )  # fmt: skip


def _finite_interval(
    times: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> tuple[float, float]:
    """Return the quartiles of the times, NaN if one is infinite."""
    low, high = np.quantile(times, [0.25, 0.75], method="nearest")
    both = np.isfinite(low) and np.isfinite(high)
    return (float(low), float(high)) if both else (np.nan, np.nan)
