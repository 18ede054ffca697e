"""Node names that do not run into one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Box = tuple[float, float, float, float]


def label_inside(
    ax: Axes, positions: NDArray[np.float64], names: list[str], colours: list[str], size: float
) -> None:
    """Short names on the nodes themselves."""
    for (x, y), name, colour in zip(positions, names, colours, strict=True):
        ax.text(
            x, y, name, color=colour, fontsize=size, ha="center", va="center_baseline",
            parse_math=False, zorder=4,
        )  # fmt: skip


def label_beside(
    ax: Axes, positions: NDArray[np.float64], names: list[str], size: float, radius: float
) -> None:
    """Long names next to their nodes, on the free side; one that fits nowhere is left out.

    Args:
        ax: axes whose limits are final; the boxes are reckoned from its size.
        positions: shape (n, 2), data units.
        names: one a node.
        size: font size in points.
        radius: of a node, in points.
    """
    from matplotlib.patheffects import withStroke

    extent = ax.get_window_extent()
    dots = ax.figure.dpi / 72
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    # Data units to points; the equal aspect leaves the smaller scale for both directions, and
    # the final layout takes a little more for the legend.
    scale = 0.88 * min(
        extent.width / dots / (right - left),
        extent.height / dots / (top - bottom),
    )
    points = (positions - [(left + right) / 2, (bottom + top) / 2]) * scale
    taken: list[_Box] = [(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    for node, name in enumerate(names):
        width, height, gap = 0.62 * size * len(name), 1.15 * size, radius + 2.0
        for dx, dy in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            shift = np.array([dx * (gap + width / 2), dy * (gap + height / 2)])
            if dx and dy:
                shift *= [0.85, 0.7]
            x, y = points[node] + shift
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if not any(_overlap(box, other) for i, other in enumerate(taken) if i != node):
                taken.append(box)
                ax.annotate(
                    name, positions[node], xytext=(shift[0], shift[1]),
                    textcoords="offset points", ha="center", va="center", fontsize=size,
                    color=style.INK, parse_math=False, zorder=4, annotation_clip=False,
                    path_effects=[withStroke(linewidth=2.5, foreground="white")],
                )  # fmt: skip
                break


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
