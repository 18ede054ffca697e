"""Placement of node names without overlaps."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Write short names on the nodes themselves."""
    for (x, y), name, colour in zip(positions, names, colours, strict=True):
        ax.text(
            x, y, name, color=colour, fontsize=size, ha="center", va="center_baseline",
            parse_math=False, zorder=4,
        )  # fmt: skip


def label_outside(
    ax: Axes,
    positions: NDArray[np.float64],
    edges: NDArray[np.int64],
    names: list[str],
    size: float,
    radius: float,
) -> None:
    """Write long names next to their nodes, where they hide least.

    Each has an opaque white box in front of the edges. No name covers a node or another name;
    among the remaining places, the one that covers the least length of edges is taken, and a name
    that fits nowhere is left out.

    Args:
        ax: axes whose limits are final; the boxes are computed from its size.
        positions: shape (n, 2), data units.
        edges: pairs of rows of `positions`, shape (m, 2).
        names: one for each node.
        size: font size in points.
        radius: of a node, in points.
    """
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
    starts, ends = points[edges[:, 0]], points[edges[:, 1]]
    # Names with many edges around them choose first: they have the fewest places.
    degrees = np.bincount(edges.ravel(), minlength=len(names))
    for node in np.argsort(-degrees, kind="stable").tolist():
        half = (0.31 * size * len(names[node]) + 1.0, 0.575 * size + 0.5)
        best: tuple[float, float, float, _Box] | None = None
        for rank, (dx, dy) in enumerate(_places(*half, radius + 1.5)):
            x, y = points[node] + [dx, dy]
            box = (x - half[0], y - half[1], x + half[0], y + half[1])
            if any(_overlap(box, other) for other in taken):
                continue
            cost = float(covered_lengths(box, starts, ends).sum()) + 0.2 * rank
            if best is None or cost < best[0]:
                best = (cost, dx, dy, box)
        if best is None:
            continue
        taken.append(best[3])
        ax.annotate(
            names[node], positions[node], xytext=best[1:3], textcoords="offset points",
            ha="center", va="center", fontsize=size, color=style.INK, parse_math=False,
            zorder=2.5, annotation_clip=False,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _places(half_width: float, half_height: float, gap: float) -> Iterator[tuple[float, float]]:
    """Yield offsets of a box from its node, all around it, in order of preference."""
    for extra in (0.0, 5.0):
        x, y = half_width + gap + extra, half_height + gap + extra
        yield from ((0.0, y), (0.0, -y), (x, 0.0), (-x, 0.0))
        for slide in (0.5, 0.95):
            for dx in (slide, -slide):
                yield from ((dx * x, y), (dx * x, -y))
        for dy in (0.7, -0.7):
            yield from ((x, dy * y), (-x, dy * y))


def covered_lengths(
    box: _Box, starts: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the length of each segment inside a box, shape (segments,).

    The box is (left, bottom, right, top).

    Source: Y. Liang, B. Barsky, ACM Trans. Graph. 3, 1 (1984): line clipping.
    """
    along = ends - starts
    # A segment along an axis crosses the box's other two sides nowhere, or everywhere.
    safe = np.where(np.abs(along) < 1e-12, 1e-12, along)
    first = (np.array(box[:2]) - starts) / safe
    second = (np.array(box[2:]) - starts) / safe
    enter = np.minimum(first, second).max(axis=1, initial=0.0)
    leave = np.maximum(first, second).min(axis=1, initial=1.0)
    lengths = np.hypot(along[:, 0], along[:, 1]) * np.maximum(leave - enter, 0.0)
    return np.asarray(lengths, dtype=np.float64)


def _overlap(one: _Box, other: _Box) -> bool:
    """True if two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
