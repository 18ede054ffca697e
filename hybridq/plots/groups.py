"""Pictures that compare groups: means by condition, spreads, differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = (
    style.BLUE, style.VERMILLION, style.GREEN, style.ORANGE, style.PURPLE, style.SKY, style.INK,
)  # fmt: skip
_BOX = "#DCEEF9"
_ALL_DOTS = 400  # values of a group beyond which only the outliers are dots
_LEGEND_ROOM = 72  # characters under a figure
_MOST_TICKS = 8
_MARKERS = "osD^vPX"
_DASHES: tuple[str | tuple[int, tuple[int, ...]], ...] = ("-", (0, (5, 2)), (0, (1, 1.5)))  # type: ignore[assignment]


@dataclass(frozen=True)
class Series:
    """One group's values along a condition.

    Args:
        label: the name of the group; empty for a single one.
        x: values of the condition, shape (k,), ascending.
        y: the mean at each, shape (k,).
        low, high: ends of its confidence interval, shape (k,); NaN where there is none.
    """

    label: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike
    high: ArrayLike


def series_style(place: int) -> dict[str, object]:
    """Return colour, marker and dashes of a group, distinguishable without colour."""
    return {
        "color": _COLOURS[place % len(_COLOURS)],
        "marker": _MARKERS[place % len(_MARKERS)],
        "linestyle": _DASHES[place // len(_COLOURS) % len(_DASHES)],
    }


def add_group_legend(ax: Axes) -> None:
    """Put a legend under the axes, in as many columns as fit; none for a single group."""
    labels = ax.get_legend_handles_labels()[1]
    if len(labels) < 2:
        return
    columns = max(1, min(len(labels), _LEGEND_ROOM // (max(map(len, labels)) + 8)))
    style.legend_below(ax, columns=columns)
    legend = ax.get_legend()
    for text in legend.get_texts() if legend else ():
        text.set_parse_math(False)


def plot_series(
    series: Sequence[Series],
    ax: Axes | None = None,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    ticks: Sequence[str] = (),
    log: bool = False,
    linear_below: float = 0.0,
    log_x: bool = False,
) -> Axes:
    """Draw a line with a confidence band for each group.

    Args:
        series: the groups.
        ax: the axes to draw on; a new figure by default.
        title, xlabel, ylabel: texts.
        ticks: names of the places 0, 1, … where the condition is not a number.
        log: True for a logarithmic axis of the values.
        linear_below: with `log`, magnitudes below this are on a linear section, which holds zero
            and negative values too; 0 for none.
        log_x: True for a logarithmic axis of the condition.
    """
    ax = style.new_axes(ax, 5.8, 4.2)
    for place, one in enumerate(series):
        x, y = _numbers(one.x), _numbers(one.y)
        low, high = _numbers(one.low), _numbers(one.high)
        line_style = series_style(place)
        known = np.isfinite(low) & np.isfinite(high)
        if known.sum() > 1 and not ticks:
            ax.fill_between(
                x[known], low[known], high[known], color=str(line_style["color"]), alpha=0.13, lw=0
            )
        elif known.any():
            ax.vlines(x[known], low[known], high[known], color=str(line_style["color"]), lw=1.4)
        # The first ones are broader, so that coinciding lines all show.
        more = min(len(series) - 1 - place, 3)
        ax.plot(
            x, y, lw=1.8 + 0.9 * more, ms=5.5 + 1.4 * more, label=one.label or None,
            **line_style,  # type: ignore[arg-type]
        )  # fmt: skip
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel=ylabel)
    if log:
        ax.set_yscale(**_logarithmic(linear_below))
    if ticks:
        _name_ticks(ax, ticks)
    elif log_x:
        _decades(ax, [_numbers(one.x) for one in series])
    else:
        _integer_ticks(ax, [_numbers(one.x) for one in series])
    ax.margins(x=0.04, y=0.08)
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)
    add_group_legend(ax)
    return ax


def plot_boxes(
    labels: Sequence[str],
    values: Sequence[ArrayLike],
    ax: Axes | None = None,
    *,
    title: str,
    xlabel: str,
    log: bool = False,
    linear_below: float = 0.0,
) -> Axes:
    """Draw a box of the quartiles for each group, with every value as a dot.

    Whiskers reach the furthest values within 1.5 interquartile ranges (Tukey). Where a group has
    more than 400 values, only those beyond the whiskers are dots.

    Args:
        labels: the names of the groups, the first on top.
        values: of each group.
        ax: the axes to draw on; a new figure by default.
        title, xlabel: texts.
        log: True for a logarithmic axis.
        linear_below: as in `plot_series`.
    """
    ax = style.new_axes(ax, 5.8, max(2.4, 1.3 + 0.48 * len(labels)))
    found = [_numbers(group)[np.isfinite(_numbers(group))] for group in values]
    places = np.arange(len(labels), 0, -1)
    rng = np.random.default_rng(0)
    for group, place in zip(found, places, strict=True):
        if not group.size:
            continue
        first, middle, third = np.quantile(group, [0.25, 0.5, 0.75])
        inside = np.abs(group - np.clip(group, first, third)) <= 1.5 * (third - first)
        ends = (group[inside].min(), group[inside].max())
        ax.hlines(place, *ends, color=style.INK, lw=1.0, zorder=1)
        ax.vlines(ends, place - 0.12, place + 0.12, color=style.INK, lw=1.0, zorder=1)
        ax.barh(
            place, third - first, 0.56, first, facecolor=_BOX, edgecolor=style.INK, lw=1.0, zorder=2
        )
        ax.vlines(middle, place - 0.28, place + 0.28, color=style.VERMILLION, lw=2.2, zorder=4)
        dots = group if group.size <= _ALL_DOTS else group[~inside]
        ax.plot(
            dots, place + rng.uniform(-0.2, 0.2, dots.size), linestyle="none", marker="o",
            ms=3.6, mew=0, color=style.BLUE, alpha=0.6, zorder=3,
        )  # fmt: skip
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel="")
    if log:
        ax.set_xscale(**_logarithmic(linear_below))
    _rows(ax, labels, places)
    return ax


def plot_differences(
    labels: Sequence[str],
    means: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    ax: Axes | None = None,
    *,
    title: str,
    xlabel: str,
    remarks: Sequence[str] = (),
) -> Axes:
    """Draw mean paired differences with their intervals about a line at zero.

    Args:
        labels: the names of the groups, the first on top.
        means: shape (k,).
        lows, highs: ends of the intervals, shape (k,); NaN where there is none.
        ax: the axes to draw on; a new figure by default.
        title, xlabel: texts.
        remarks: texts at the right end of each row.
    """
    ax = style.new_axes(ax, 5.8, max(2.2, 1.3 + 0.42 * len(labels)))
    places = np.arange(len(labels), 0, -1)
    middle, low, high = _numbers(means), _numbers(lows), _numbers(highs)
    ax.axvline(0.0, color=style.VERMILLION, linestyle=(0, (5, 3)), linewidth=1.4)
    ax.hlines(places, low, high, color=style.BLUE, lw=2.0)
    ax.plot(middle, places, linestyle="none", marker="o", ms=7, color=style.BLUE)
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel="")
    ax.margins(x=0.08)
    _rows(ax, labels, places)
    for place, remark in zip(places, remarks, strict=False):
        ax.annotate(
            remark, (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9, color=style.INK,
            parse_math=False, annotation_clip=False,
        )  # fmt: skip
    return ax


def _rows(ax: Axes, labels: Sequence[str], places: NDArray[np.int64]) -> None:
    """Name the row of each group, at a fixed height per row."""
    ax.set_yticks(places, [_shortened(label) for label in labels], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(0.4, len(labels) + 0.6)
    ax.grid(axis="x", color=style.PALE, linewidth=0.5, alpha=0.5)
    ax.set_axisbelow(True)


def _name_ticks(ax: Axes, ticks: Sequence[str]) -> None:
    """Write names at the places 0, 1, …, rotated where they are long."""
    rotated = sum(map(len, ticks)) > 60
    ax.set_xticks(
        range(len(ticks)), [_shortened(tick) for tick in ticks], parse_math=False,
        rotation=30 if rotated else 0, ha="right" if rotated else "center",
    )  # fmt: skip


def _logarithmic(linear_below: float) -> dict[str, Any]:
    """Return the arguments of a logarithmic scale, linear around zero on request."""
    return {"value": "symlog", "linthresh": linear_below} if linear_below else {"value": "log"}


def _decades(ax: Axes, xs: Sequence[NDArray[np.float64]]) -> None:
    """Set a logarithmic axis, with the values themselves as ticks where they are few."""
    ax.set_xscale("log")
    places = np.unique(np.concatenate(xs))
    if places.size <= _MOST_TICKS:
        ax.set_xticks(places, [f"{place:g}" for place in places])
        ax.set_xticks([], minor=True)


def _integer_ticks(ax: Axes, xs: Sequence[NDArray[np.float64]]) -> None:
    """Put ticks at integers where all values are integers."""
    every = np.concatenate([*xs, [0.0]])
    if np.all(every == np.round(every)):
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))


def _shortened(text: str, most: int = 34) -> str:
    """Return `text` cut to `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as a flat float64 array."""
    return np.asarray(values, dtype=np.float64).reshape(-1)
