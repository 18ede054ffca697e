"""Figures of groups of trials: means along a condition, spreads, paired differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison_rows import probability
from hybridq.experiments.analysis.figure_axes import (
    Wish,
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
    places, ticks = places_along(trials, x)
    check_groups(trials, by)
    scale = decades_from(trials, wish.metric)
    series = []
    alone, bands = True, False
    for key, rows in trials.groups(by).items():
        part = trials.take(rows)
        found = compare(part, [x], wish.metric, maximize=wish.maximize, tested=False)
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
    ylabel = ("" if alone else "mean ") + titled(wish.metric, trials)
    if bands:
        ylabel += ", 95 % interval"
    return plot_series(
        series,
        title=wish.title,
        xlabel=titled(x, trials),
        ylabel=ylabel,
        ticks=ticks,
        log=scale is not None,
        linear_below=scale or 0.0,
        log_x=over_decades(places),
    )


def boxes(trials: Table, wish: Wish) -> Axes:
    """The metric of all trials, a box for each group."""
    from hybridq.plots.groups import plot_boxes

    by = wish.by or trials.choices()
    check_groups(trials, by, 40)
    numbers = trials.numbers(wish.metric)
    scale = decades_from(trials, wish.metric)
    groups = trials.groups(by)
    return plot_boxes(
        [label(by, key) for key in groups],
        [numbers[rows] for rows in groups.values()],
        title=wish.title, xlabel=titled(wish.metric, trials), log=scale is not None,
        linear_below=scale or 0.0,
    )  # fmt: skip


def differences(trials: Table, wish: Wish) -> Axes:
    """Mean paired differences of the groups from one of them, with intervals and p-values.

    Raises:
        ParameterError: no group has a case in common with the reference, or the groups are of
            different problems and no reference was asked for.
    """
    from hybridq.plots.groups import plot_differences

    by = wish.by or trials.choices()
    check_groups(trials, by, 40)
    found = compare(trials, by, wish.metric, maximize=wish.maximize, against=wish.against)
    if found.reference is None:
        raise ParameterError(
            f"the groups by {', '.join(by)} are of different problems: choose other columns with "
            "--by, or the group to compare with by --against"
        )
    shown = [(group.label, group.contrast) for group in found.groups if group.contrast]
    if not shown:
        raise ParameterError(
            "no group has a case in common with another: there are no paired differences"
        )
    ends = [
        (one.interval.low, one.interval.high) if one.interval else (np.nan, np.nan)
        for _, one in shown
    ]
    return plot_differences(
        [name for name, _ in shown],
        [one.difference for _, one in shown],
        [low for low, _ in ends],
        [high for _, high in ends],
        title=wish.title,
        xlabel=f"{found.quantity}: difference from {found.beside}",
        remarks=[f"p {probability(one.p)}" for _, one in shown],
    )
