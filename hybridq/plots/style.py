"""Style of all pictures: colours, axes, legends, numbers.

The palette is that of Okabe and Ito (2008), which colour-blind readers can distinguish; where a
difference matters, shape, line style or brightness carries it as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core import numbers
from hybridq.core.numbers import with_minus_signs

if TYPE_CHECKING:
    from matplotlib.artist import Artist
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


def new_axes(ax: Axes | None, width: float = 6.0, height: float = 4.2) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in inches, outside pyplot."""
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


def set_title(ax: Axes, title: str) -> None:
    """Write the title of a picture at its upper left."""
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK, parse_math=False)


def style_axes(ax: Axes, *, title: str, xlabel: str, ylabel: str) -> None:
    """Set title, labels and a light frame that leaves the data in front."""
    set_title(ax, title)
    ax.set_xlabel(xlabel, fontsize=10)
    ax.set_ylabel(ylabel, fontsize=10)
    ax.tick_params(labelsize=9, color=PALE)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(PALE)


def legend_below(ax: Axes, columns: int = 3, *, last: Artist | None = None) -> None:
    """Put a frameless legend under the axes, where it cannot hide data.

    Args:
        ax: the axes.
        columns: entries in a row.
        last: the artist whose entry comes last.
    """
    handles, labels = ax.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda k: handles[k] is last)
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
    """Format a value with up to six significant digits and a true minus sign."""
    return with_minus_signs(numbers.number(value))


def percent(ratio: float) -> str:
    """Format a ratio in per cent with a true minus sign; never rounded to 100 %."""
    return with_minus_signs(numbers.percent(ratio))
