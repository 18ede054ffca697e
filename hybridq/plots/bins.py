"""Items stacked in bins, each with a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEW_BINS = 8  # bins wide enough for name and size of an item
_LOWEST_TEXT = 0.045  # height of an item with a text, as a share of the axis
_TOLERANCE = 1e-9


def plot_bins(
    ax: Axes,
    bins: Mapping[str, Sequence[tuple[str, float]]],
    limits: Sequence[float],
    *,
    title: str,
    ylabel: str,
    limit: str,
    exact: bool = False,
) -> None:
    """Draw each bin as a stack of its items, with a line at its limit.

    A bin beyond its limit is orange instead of blue, and its line dashed.

    Args:
        ax: the axes to draw on.
        bins: name and size of the items by name of the bin.
        limits: one for each bin.
        title: of the picture.
        ylabel: name of the sizes.
        limit: name of the limit in the legend.
        exact: True if a bin below its limit is at fault too.
    """
    highest = max([*limits, *(sum(size for _, size in items) for items in bins.values())])
    lowest = min([0.0, *(size for items in bins.values() for _, size in items)])
    span = max(highest - lowest, 1e-12)
    faulty = []
    for column, (items, most) in enumerate(zip(bins.values(), limits, strict=True)):
        over = sum(size for _, size in items) - most
        slack = _TOLERANCE * max(1.0, abs(most))
        faulty.append(over > slack or (exact and over < -slack))
        colours = (style.ORANGE, "#F3CE7A") if faulty[-1] else (style.BLUE, style.SKY)
        bottom = 0.0
        for place, (name, size) in enumerate(items):
            ax.bar(
                column, size, 0.7, bottom=bottom, color=colours[place % 2], edgecolor="white",
                linewidth=1.0,
            )  # fmt: skip
            if abs(size) >= _LOWEST_TEXT * span:
                text = f"{name}: {size:g}" if len(bins) <= _FEW_BINS else name
                ax.text(
                    column, bottom + size / 2, text, ha="center", va="center", fontsize=8,
                    color=style.BLACK if place % 2 or faulty[-1] else "white", parse_math=False,
                )  # fmt: skip
            bottom += size
    for wrong in (False, True):
        places = [column for column, bad in enumerate(faulty) if bad == wrong]
        if places:
            ax.hlines(
                [limits[column] for column in places],
                [column - 0.45 for column in places],
                [column + 0.45 for column in places],
                colors=style.BLACK if wrong else style.INK, linewidth=2.0,
                linestyles="dashed" if wrong else "solid",
                label=f"{limit}, violated" if wrong else limit,
            )  # fmt: skip
    style.style_axes(ax, title=title, xlabel="", ylabel=ylabel)
    names = list(bins)
    turned = max(map(len, names)) * len(names) > 60
    ax.set_xticks(range(len(names)), names, rotation=90.0 if turned else 0.0, parse_math=False)
    ax.set_xlim(-0.7, len(names) - 0.3)
    ax.set_ylim(min(lowest * 1.06, 0.0), highest + 0.06 * span)
    style.legend_below(ax)
