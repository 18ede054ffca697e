"""Pictures of bits for families without one of their own, and stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LABELS = 40
_LONGEST_LABEL = 8  # characters that fit into a cell


def plot_bits(
    ax: Axes,
    labels: Sequence[Any],
    bits: NDArray[np.uint8],
    *,
    title: str = "The best assignment: 1 is filled",
) -> None:
    """Draw one cell per bit, filled where it is 1, in rows of up to 40.

    Args:
        ax: the axes to draw on.
        labels: of the bits, in order.
        bits: shape (n,), values 0 and 1.
        title: of the picture.
    """
    n = len(bits)
    columns = min(n, max(4, int(np.ceil(np.sqrt(2.5 * n)))))
    rows = -(-n // columns)
    for place, (label, bit) in enumerate(zip(labels, bits.tolist(), strict=True)):
        x, y = place % columns, -(place // columns)
        colour = style.BLUE if bit else "white"
        ax.add_patch(_cell(x, y, colour))
        if n <= _MOST_LABELS * 4:
            ax.text(
                x, y, _short(str(label)), ha="center", va="center", fontsize=8,
                color="white" if bit else style.INK, parse_math=False,
            )  # fmt: skip
    ax.set_xlim(-0.7, columns - 0.3)
    ax.set_ylim(-rows + 0.3, 0.7)
    ax.set_aspect("equal")
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    ax.set_axis_off()


def _short(label: str) -> str:
    """Return a label as far as it fits, with an ellipsis where it is cut."""
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _cell(x: float, y: float, colour: str) -> Any:
    """Return one square of the grid."""
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, facecolor=colour, edgecolor=style.PALE)


def plot_stacks(ax: Axes, groups: Mapping[str, Sequence[float]], *, title: str) -> None:
    """Draw each group as a stack of its numbers, the largest at the bottom.

    Args:
        ax: the axes to draw on.
        groups: numbers by name of the group; negative ones stack downwards.
        title: of the picture.
    """
    colours = (style.BLUE, style.SKY)
    for column, numbers in enumerate(groups.values()):
        ordered = sorted(numbers, key=abs, reverse=True)
        above = below = 0.0
        for place, number in enumerate(ordered):
            bottom = above if number >= 0 else below
            ax.bar(
                column, number, 0.6, bottom=bottom, color=colours[place % 2],
                edgecolor="white", linewidth=1.0,
            )  # fmt: skip
            if len(ordered) <= 20:
                ax.text(
                    column, bottom + number / 2, f"{number:g}", ha="center", va="center",
                    fontsize=8, color="white" if place % 2 == 0 else style.BLACK,
                )  # fmt: skip
            if number >= 0:
                above += number
            else:
                below += number
    style.style_axes(ax, title=title, xlabel="", ylabel="sum")
    ax.set_xticks(range(len(groups)), list(groups))
