"""Figures of groups of trials: means, distributions, paired differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.errors import ParameterError, Setting
from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison_rows import probability
from hybridq.experiments.analysis.figure_axes import (
    FigureSettings,
    along,
    check_groups,
    decades_from,
    over_decades,
    places_along,
    titled,
)
from hybridq.experiments.analysis.table import Table, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def lines(trials: Table, settings: FigureSettings) -> Axes:
    """Draw the mean of the metric along a condition, a line for each group."""
    from hybridq.plots.groups import Series, plot_series

    x = settings.x or along(trials, settings.by)
    if x is None:
        raise ParameterError(
            "no numeric condition has several values to draw along",
            argument="x",
            value=None,
            remedy=("name a condition with ", Setting("x"), ", or choose ", Setting("kind", "box")),
        )
    by = [name for name in settings.by or trials.choices() if name != x]
    places, ticks = places_along(trials, x)
    check_groups(trials, by)
    scale = decades_from(trials, settings.metric)
    series = []
    alone, bands = True, False
    for key, rows in trials.groups(by).items():
        part = trials.take(rows)
        found = compare(part, [x], settings.metric, maximize=settings.maximize, tested=False)
        ends = [
            (group.interval.low, group.interval.high) if group.interval else (np.nan, np.nan)
            for group in found.groups
        ]
        alone = alone and all(len(group.rows) == 1 for group in found.groups)
        bands = bands or any(group.interval for group in found.groups)
        series.append(
            Series(
                label(by, key) if by else "",
                [places[group.key] for group in found.groups],
                [group.mean for group in found.groups],
                [low for low, _ in ends],
                [high for _, high in ends],
            )
        )
    ylabel = ("" if alone else "mean ") + titled(settings.metric, trials)
    if bands:
        ylabel += ", 95 % interval"
    return plot_series(
        series,
        title=settings.title,
        xlabel=titled(x, trials),
        ylabel=ylabel,
        ticks=ticks,
        log=scale is not None,
        linear_below=scale or 0.0,
        log_x=over_decades(places),
    )


def boxes(trials: Table, settings: FigureSettings) -> Axes:
    """Draw the metric of all trials, a box for each group."""
    from hybridq.plots.groups import plot_boxes

    by = settings.by or trials.choices()
    check_groups(trials, by, 40)
    numbers = trials.numbers(settings.metric)
    scale = decades_from(trials, settings.metric)
    groups = trials.groups(by)
    return plot_boxes(
        [label(by, key) for key in groups],
        [numbers[rows] for rows in groups.values()],
        title=settings.title, xlabel=titled(settings.metric, trials), log=scale is not None,
        linear_below=scale or 0.0,
    )  # fmt: skip


def differences(trials: Table, settings: FigureSettings) -> Axes:
    """Draw mean paired differences from one group, with intervals and p-values.

    Raises:
        ParameterError: no group has a case in common with the reference, or the groups are of
            different problems and no reference is given.
    """
    from hybridq.plots.groups import plot_differences

    by = settings.by or trials.choices()
    check_groups(trials, by, 40)
    found = compare(
        trials, by, settings.metric, maximize=settings.maximize, against=settings.against
    )
    if found.reference is None:
        raise ParameterError(
            f"the groups by {', '.join(by)} are of different problems",
            argument="by",
            value=tuple(by),
            remedy=(
                "choose other columns with ",
                Setting("by"),
                ", or the group to compare with by ",
                Setting("against"),
            ),
        )
    shown = [(group.label, group.contrast) for group in found.groups if group.contrast]
    if not shown:
        raise ParameterError("the groups have no common cases and thus no paired differences")
    ends = [
        (one.interval.low, one.interval.high) if one.interval else (np.nan, np.nan)
        for _, one in shown
    ]
    return plot_differences(
        [name for name, _ in shown],
        [one.difference for _, one in shown],
        [low for low, _ in ends],
        [high for _, high in ends],
        title=settings.title,
        xlabel=f"{found.quantity}: difference from {found.reference_label}",
        remarks=[f"p {probability(one.p)}" for _, one in shown],
    )
