"""A closed tour on the map of its cities, or on a circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.plots import labels, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMES = 40
_MOST_LENGTHS = 20


def plot_tour(
    names: Sequence[str],
    positions: Sequence[Sequence[int]],
    ax: Axes | None = None,
    *,
    title: str,
    coordinates: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
) -> Axes:
    """Draw cities and the ways between those at successive positions.

    The start is a square. Cities that the tour does not visit once are vermillion, and so are ways
    to or from a position with several cities.

    Args:
        names: of the cities.
        positions: the cities at each position; one each in a tour.
        ax: the axes to draw on; a new figure by default.
        title: of the picture.
        coordinates: shape (n, 2); a circle in the order of the tour by default.
        lengths: the length of each way, shape (n, n), written on it where there is room.
    """
    ax = style.new_axes(ax, 6.0, 5.6)
    n = len(names)
    visits = np.bincount([city for each in positions for city in each], minlength=n)
    points = _circle(n, positions) if coordinates is None else np.array(coordinates, dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * max(float((high - low).max()), 1e-9)
    ax.update_datalim([low - margin, high + margin])
    ax.margins(0.0)
    ax.autoscale_view()
    ax.set_aspect("equal", adjustable="datalim")
    ways = [
        (a, b, len(first) == len(second) == 1)
        for first, second in zip(positions, [*positions[1:], positions[0]], strict=True)
        for a in first
        for b in second
        if a != b
    ]
    _draw_ways(ax, points, ways, None if lengths is None else np.asarray(lengths, dtype=float))
    start = positions[0][0] if len(positions[0]) == 1 else -1
    once = visits == 1
    groups = (
        (once & (np.arange(n) == start), style.ORANGE, "s", "start"),
        (once & (np.arange(n) != start), style.BLUE, "o", "visited once"),
        (~once, style.VERMILLION, "X", "not visited once"),
    )
    for members, colour, marker, label in groups:
        if members.any():
            ax.scatter(
                points[members, 0], points[members, 1], s=90, c=colour, marker=marker,
                edgecolors="white", linewidths=1.0, zorder=3, label=label,
            )  # fmt: skip
    if n <= _MOST_NAMES:
        pairs = np.array([(a, b) for a, b, _ in ways], dtype=np.int64).reshape(-1, 2)
        labels.label_outside(ax, points, pairs, list(names), 8.5, 5.0)
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    ax.set_axis_off()
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3, frameon=False, fontsize=9,
        borderaxespad=0.3,
    )  # fmt: skip
    return ax


def _circle(n: int, positions: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Return places on a circle, in the order of the tour, the first city on top."""
    order = list(dict.fromkeys(city for each in positions for city in each))
    order += [city for city in range(n) if city not in set(order)]
    angles = np.pi / 2 - 2.0 * np.pi * np.arange(n) / n
    points = np.zeros((n, 2))
    points[order] = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return points


def _draw_ways(
    ax: Axes,
    points: NDArray[np.float64],
    ways: Sequence[tuple[int, int, bool]],
    lengths: NDArray[np.float64] | None,
) -> None:
    """Draw an arrow for each way, with its length where there are few."""
    for a, b, sound in ways:
        colour = style.INK if sound else style.VERMILLION
        ax.annotate(
            "", points[b], points[a], zorder=2,
            arrowprops={
                "arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 5, "shrinkB": 6,
                "linestyle": "solid" if sound else (0, (3, 2)),
            },
        )  # fmt: skip
        if lengths is not None and len(ways) <= _MOST_LENGTHS and np.isfinite(lengths[a, b]):
            x, y = 0.6 * points[a] + 0.4 * points[b]  # off the middle, where ways cross
            ax.text(
                x, y, style.number(float(lengths[a, b])), fontsize=8, ha="center", va="center",
                color=colour, zorder=2.5,
                bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"},
            )  # fmt: skip
