"""What the pictures share: colours, a fresh axes, plain numbers.

The palette is that of Okabe and Ito (2008), told apart by colour-blind readers; where a
difference matters, shape, line style or brightness carries it as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
INK = "#333333"
PALE = "#B8B8B8"


def fresh_axes(ax: Axes | None, width: float = 6.0, height: float = 4.2) -> Axes:
    """`ax`, or the axes of a new figure of this size in inches, outside pyplot."""
    if ax is not None:
        return ax
    return new_figure(width, height, layout="constrained").add_subplot()


def new_figure(width: float, height: float, *, layout: Any = None) -> Figure:
    """Return a figure of this size in inches, outside pyplot.

    Args:
        width: in inches.
        height: in inches.
        layout: a layout engine of Matplotlib, or its name.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def dress(ax: Axes, *, title: str, xlabel: str, ylabel: str) -> None:
    """Title and labels in one style; a light frame that leaves the data in front."""
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK, parse_math=False)
    ax.set_xlabel(xlabel, fontsize=10)
    ax.set_ylabel(ylabel, fontsize=10)
    ax.tick_params(labelsize=9, color=PALE)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(PALE)


def legend_below(ax: Axes, columns: int = 3) -> None:
    """A frameless legend under the axes, where it cannot hide data."""
    handles, labels = ax.get_legend_handles_labels()
    # matplotlib lists lines before bars; the reference reads best at the end.
    order = sorted(range(len(labels)), key=lambda k: "reference" in labels[k])
    handles, labels = [handles[k] for k in order], [labels[k] for k in order]
    if handles:
        ax.legend(
            handles,
            labels,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.19),
            ncols=columns,
            frameon=False,
            fontsize=9,
            borderaxespad=0.0,
            handlelength=2.2,
            columnspacing=1.6,
        )


def number(value: float) -> str:
    """`value` with up to six significant digits, a true minus sign and no trailing zeros."""
    return f"{value:.6g}".replace("-", "−")


def percent(ratio: float) -> str:
    """`ratio` in per cent with one decimal; never rounded to 100 %, as on the screen."""
    if math.isclose(ratio, 1.0, rel_tol=1e-9):
        return "100 %"
    text = f"{100 * ratio:.1f}"
    if text == "100.0":
        return "> 99.9 %" if ratio < 1 else "> 100 %"
    return f"{text} %".replace("-", "−")


def capital(text: str) -> str:
    """`text` with its first letter in upper case and the others untouched."""
    return text[:1].upper() + text[1:]
