"""Histogram of the degrees of a graph, by the bits of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 24
_MOST_NAMES = 7
_RANGE = 200  # of counts, beyond which the shortest bars would not be seen


def plot_degrees(
    edges: NDArray[np.int64], bits: NDArray[np.uint8], ax: Axes, *, title: str
) -> None:
    """Draw the numbers of nodes by degree, and how many neighbours differ in bit.

    The share is the mean over all neighbours of the nodes of a bar. More than 24 different degrees
    are put in bins of equal ratio. Where all degrees are equal, bars are numbers of neighbours with
    the other bit instead.

    Args:
        edges: nodes of each edge, shape (m, 2).
        bits: the bit of each node, shape (n,).
        ax: the axes to draw on.
        title: of the picture.
    """
    from matplotlib.ticker import PercentFormatter

    n = len(bits)
    degrees = np.bincount(edges.ravel(), minlength=n)
    other = np.bincount(edges[bits[edges[:, 0]] != bits[edges[:, 1]]].ravel(), minlength=n)
    low, high = int(degrees.min()), int(degrees.max())
    if low == high:
        title, xlabel = f"{title}: all {high}", "neighbours with the other bit"
        bars, names = degree_bins(other)
    else:
        xlabel = "degree"
        bars, names = degree_bins(degrees)
    counts = np.bincount(bars, minlength=len(names))
    places = np.arange(len(names))
    ax.bar(places, counts, width=0.8, color=style.SKY)
    style.style_axes(ax, title=title, xlabel=xlabel, ylabel="nodes")
    present = counts[counts > 0]
    if present.max() > _RANGE * present.min():
        ax.set_yscale("log")
    step = -(-len(names) // _MOST_NAMES)
    ax.set_xticks(places[::step], names[::step])
    if low == high:
        return
    ends = np.bincount(bars, degrees, len(names))
    shown = ends > 0
    share = np.bincount(bars, other, len(names))[shown] / ends[shown]
    right = ax.twinx()
    right.plot(places[shown], share, color=style.VERMILLION, marker="o", markersize=4)
    right.set_ylim(0.0, 1.05)
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.tick_params(labelsize=9, color=style.PALE)
    right.set_ylabel("neighbours with the other bit", fontsize=10, color=style.VERMILLION)
    for side in ("top", "left", "bottom"):
        right.spines[side].set_visible(False)
    right.spines["right"].set_color(style.PALE)


def degree_bins(degrees: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """Return the bar of each node, and the degrees of each bar as text.

    Args:
        degrees: of the nodes, shape (n,), at least 0.
    """
    distinct, bars = np.unique(degrees, return_inverse=True)
    if len(distinct) <= _MOST_BARS:
        return bars.reshape(-1), [str(degree) for degree in distinct.tolist()]
    low, high = max(int(distinct[0]), 1), int(distinct[-1])
    edges = np.unique(np.geomspace(low, high + 1, _MOST_BARS).round().astype(np.int64))
    edges[0] = distinct[0]
    ends = edges[1:] - 1
    names = [
        str(a) if a == b else f"{a}–{b}"
        for a, b in zip(edges[:-1].tolist(), ends.tolist(), strict=True)
    ]
    return np.searchsorted(edges, degrees, side="right") - 1, names
