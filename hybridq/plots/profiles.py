"""How searches go and how often they succeed: bands of convergence, performance profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.plots import style
from hybridq.plots.groups import look, name_groups

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Band:
    """How the searches of one group went.

    Args:
        label: what the group is called; empty for a single one.
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
    """Median of the best so far by evaluations, with a band between the quartiles.

    Args:
        bands: the groups.
        ax: where to draw; a new figure if left out.
        title, ylabel: texts.
        log: a logarithmic axis of the values; that of the evaluations always is one.
    """
    ax = style.fresh_axes(ax, 5.8, 4.2)
    for place, band in enumerate(bands):
        colour = str(look(place)["color"])
        steps = np.asarray(band.steps, dtype=np.float64)
        ax.fill_between(
            steps, np.asarray(band.low), np.asarray(band.high), step="post", color=colour,
            alpha=0.12, lw=0,
        )  # fmt: skip
        ax.plot(
            steps, np.asarray(band.middle), drawstyle="steps-post", lw=1.9, color=colour,
            linestyle=look(place)["linestyle"], label=band.label or None,
        )  # fmt: skip
    style.dress(ax, title=title, xlabel="evaluation", ylabel=ylabel)
    ax.set_xscale("log")
    if log:
        ax.set_yscale("log")
    _plain_decades(ax)
    ax.margins(x=0.0, y=0.06)
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)
    name_groups(ax)
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
    """Performance profiles: the share of the problems solved within a factor of the best.

    Args:
        ratios: factors τ ≥ 1 at which anything changes, ascending, shape (k,).
        shares: of the problems, shape (k, groups).
        labels: what the groups are called.
        ax: where to draw; a new figure if left out.
        title, xlabel: texts.
    """
    ax = style.fresh_axes(ax, 5.8, 4.2)
    tau = np.asarray(ratios, dtype=np.float64)
    rho = np.asarray(shares, dtype=np.float64)
    end = max(2.0, float(tau[-1]) * 1.15)
    for place, name in enumerate(labels):
        ax.plot(
            [*tau, end], [*rho[:, place], rho[-1, place]], drawstyle="steps-post", lw=1.9,
            color=str(look(place)["color"]), label=name,
            linestyle=look(place)["linestyle"],
        )  # fmt: skip
    style.dress(ax, title=title, xlabel=xlabel, ylabel="share of the cases")
    ax.set_xscale("log")
    ax.set_xlim(1.0, end)
    ax.set_ylim(-0.02, 1.04)
    _plain_decades(ax)
    ax.grid(axis="y", color=style.PALE, linewidth=0.5, alpha=0.5)
    name_groups(ax)
    return ax


def _plain_decades(ax: Axes) -> None:
    """Numbers rather than powers on the axis along."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = ax.get_xlim()
    near = high / max(low, 1e-12) < 30
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if near else (1.0,)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
