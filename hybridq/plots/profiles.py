"""Convergence bands and performance profiles of many searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.plots import style
from hybridq.plots.groups import add_group_legend, series_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Band:
    """Convergence of the searches of one group.

    Args:
        label: the name of the group; empty for a single one.
        steps: evaluations, ascending, shape (k,).
        middle: median of the best so far there, shape (k,).
        low, high: its quartiles, shape (k,).
    """

    label: str
    steps: ArrayLike
    middle: ArrayLike
    low: ArrayLike
    high: ArrayLike


def plot_bands(
    bands: Sequence[Band], ax: Axes | None = None, *, title: str, ylabel: str, log: bool = False
) -> Axes:
    """Draw the median of the best so far, with a band between the quartiles.

    Args:
        bands: the groups.
        ax: the axes to draw on; a new figure by default.
        title, ylabel: texts.
        log: True for a logarithmic axis of the values; that of the evaluations always is.
    """
    ax = style.new_axes(ax, 5.8, 4.2)
    for place, band in enumerate(bands):
        colour = str(series_style(place)["color"])
        steps = np.asarray(band.steps, dtype=np.float64)
        ax.fill_between(
            steps, np.asarray(band.low), np.asarray(band.high), step="post", color=colour,
            alpha=0.12, lw=0,
        )  # fmt: skip
        ax.plot(
            steps, np.asarray(band.middle), drawstyle="steps-post", lw=1.9, color=colour,
            linestyle=series_style(place)["linestyle"], label=band.label or None,
        )  # fmt: skip
    style.style_axes(ax, title=title, xlabel="evaluation", ylabel=ylabel)
    ax.set_xscale("log")
    if log:
        ax.set_yscale("log")
    _plain_decades(ax)
    ax.margins(x=0.0, y=0.06)
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)
    add_group_legend(ax)
    return ax


def plot_profile(
    ratios: ArrayLike,
    shares: ArrayLike,
    labels: Sequence[str],
    ax: Axes | None = None,
    *,
    title: str,
    xlabel: str,
) -> Axes:
    """Draw performance profiles of several groups.

    A profile is the share of problems solved within a factor τ of the best group.

    Args:
        ratios: factors τ ≥ 1 at which a share changes, ascending, shape (k,).
        shares: of the problems, shape (k, groups).
        labels: the names of the groups.
        ax: the axes to draw on; a new figure by default.
        title, xlabel: texts.
    """
    ax = style.new_axes(ax, 5.8, 4.2)
    tau = np.asarray(ratios, dtype=np.float64)
    rho = np.asarray(shares, dtype=np.float64)
    end = max(2.0, float(tau[-1]) * 1.15)
    for place, name in enumerate(labels):
        ax.plot(
            [*tau, end], [*rho[:, place], rho[-1, place]], drawstyle="steps-post", lw=1.9,
            color=str(series_style(place)["color"]), label=name,
            linestyle=series_style(place)["linestyle"],
        )  # fmt: skip
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel="share of the cases")
    ax.set_xscale("log")
    ax.set_xlim(1.0, end)
    ax.set_ylim(-0.02, 1.04)
    _plain_decades(ax)
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)
    add_group_legend(ax)
    return ax


def _plain_decades(ax: Axes) -> None:
    """Write plain numbers rather than powers on the horizontal axis."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = ax.get_xlim()
    near = high / max(low, 1e-12) < 30
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if near else (1.0,)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
