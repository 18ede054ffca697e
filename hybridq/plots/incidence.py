"""Tables of members: sets and their elements, clauses and their variables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LABELS = 40
_LEGEND_WIDTH = 62  # characters in a row of the legend
_LONGEST_LABEL = 14  # characters of a name along an axis


def plot_incidence(
    ax: Axes,
    rows: Sequence[Any],
    columns: Sequence[Any],
    cells: NDArray[np.int64],
    *,
    title: str,
    legend: tuple[str, str],
    marked_rows: Collection[int] = (),
    marked_columns: Collection[int] = (),
    mark: str = "",
) -> None:
    """Draw a table of rows and columns with a tile where a row holds a column.

    Args:
        ax: the axes to draw on.
        rows: their names.
        columns: their names.
        cells: shape (rows, columns): 0 for none, 1 for a pale tile, 2 for a filled one.
        title: of the picture.
        legend: names of a filled and of a pale tile.
        marked_rows: rows that are at fault, marked in vermillion.
        marked_columns: columns that are at fault.
        mark: name of a row or a column at fault.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    n_rows, n_columns = len(rows), len(columns)
    handles = []
    for kind, colour, text in ((2, style.BLUE, legend[0]), (1, style.PALE, legend[1])):
        places = np.argwhere(cells == kind)
        tiles = [Rectangle((x - 0.42, y - 0.42), 0.84, 0.84) for y, x in places.tolist()]
        ax.add_collection(PatchCollection(tiles, facecolor=colour, edgecolor="none"))
        handles.append(Rectangle((0, 0), 1, 1, facecolor=colour, label=text))
    bands = [Rectangle((-0.5, y - 0.5), n_columns, 1.0) for y in marked_rows]
    bands += [Rectangle((x - 0.5, -0.5), 1.0, n_rows) for x in marked_columns]
    if bands:
        ax.add_collection(
            PatchCollection(bands, facecolor="none", edgecolor=style.VERMILLION, linewidth=1.6)
        )
        handles.append(
            Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=style.VERMILLION, label=mark)
        )
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    _name(ax.set_xticks, columns, turned=max((len(_short(each)) for each in columns), default=0))
    _name(ax.set_yticks, rows)
    for ticks, marked in (
        (ax.get_xticklabels(), marked_columns),
        (ax.get_yticklabels(), marked_rows),
    ):
        for index in marked:
            if index < len(ticks):
                ticks[index].set_color(style.VERMILLION)
    ax.set_xlim(-0.6, n_columns - 0.4)
    ax.set_ylim(n_rows - 0.4, -0.6)
    ax.tick_params(length=0)
    ax.xaxis.tick_top()
    for side in ax.spines.values():
        side.set_visible(False)
    width = len(mark if bands else "") + sum(map(len, legend))
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.02),
        ncols=3 if width <= _LEGEND_WIDTH else 2, frameon=False, fontsize=9,
    )  # fmt: skip


def _short(label: Any) -> str:
    """Return a name as far as it fits."""
    text = str(label)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _name(set_ticks: Any, labels: Sequence[Any], *, turned: int = 0) -> None:
    """Write names along an axis, turned where they are longer than two characters."""
    if len(labels) > _MOST_LABELS:
        set_ticks([])
        return
    size = 9.0 if len(labels) <= 20 else 7.0
    options = {"rotation": 90.0} if turned > 2 else {}
    texts = [_short(each) for each in labels]
    set_ticks(range(len(labels)), texts, fontsize=size, parse_math=False, **options)
