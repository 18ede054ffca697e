"""An assignment of items to places as a table of rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

_MOST_NAMES = 30


def plot_permutation(
    grid: ArrayLike,
    ax: Axes | None = None,
    *,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    axes: tuple[str, str] = ("item", "place"),
) -> Axes:
    """Draw a table with a filled cell where a row's item is at a column's place.

    Items with several places and places with several items are vermillion and crossed, and lines
    without any are hatched.

    Args:
        grid: shape (n, n), values 0 and 1.
        ax: the axes to draw on; a new figure by default.
        title: of the picture.
        rows: names of the items.
        columns: names of the places.
        axes: the words for an item and for a place.
    """
    from matplotlib.patches import Rectangle

    ax = style.new_axes(ax, 6.0, 5.6)
    table = np.asarray(grid, dtype=np.int64)
    n = len(table)
    of_rows, of_columns = table.sum(axis=1), table.sum(axis=0)
    for line in np.flatnonzero(of_rows == 0).tolist():
        ax.add_patch(_empty(-0.5, line - 0.5, n, 1.0))
    for line in np.flatnonzero(of_columns == 0).tolist():
        ax.add_patch(_empty(line - 0.5, -0.5, 1.0, n))
    for y, x in np.argwhere(table == 1).tolist():
        clash = of_rows[y] > 1 or of_columns[x] > 1
        colour = style.VERMILLION if clash else style.BLUE
        ax.add_patch(Rectangle((x - 0.42, y - 0.42), 0.84, 0.84, facecolor=colour, zorder=2))
        if clash:
            ax.plot([x], [y], marker="x", color="white", markersize=9, zorder=3)
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_aspect("equal")
    style.style_axes(ax, title=title, xlabel=axes[1], ylabel=axes[0])
    ax.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=style.PALE, linewidth=0.6)
    ax.tick_params(which="both", length=0)
    if n <= _MOST_NAMES:
        turned = 90 if max(map(len, columns)) > 3 else 0
        ax.set_xticks(range(n), list(columns), rotation=turned, parse_math=False)
        ax.set_yticks(range(n), list(rows), parse_math=False)
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=colour, hatch=hatch, edgecolor=edge, label=label)
        for shown, colour, hatch, edge, label in (
            (True, style.BLUE, None, "none", "assigned"),
            (max(of_rows.max(), of_columns.max()) > 1, style.VERMILLION, None, "none", "conflict"),
            (min(of_rows.min(), of_columns.min()) < 1, "white", "///", style.ORANGE, "missing"),
        )
        if shown
    ]
    if len(handles) > 1:
        ax.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9
        )
    return ax


def _empty(x: float, y: float, width: float, height: float) -> Rectangle:
    """Return a hatched line of the table."""
    from matplotlib.patches import Rectangle

    return Rectangle(
        (x, y), width, height, facecolor="none", hatch="///", edgecolor=style.ORANGE,
        linewidth=0.0, zorder=1,
    )  # fmt: skip
