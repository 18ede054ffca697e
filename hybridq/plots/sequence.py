"""A sequence of signs and its autocorrelations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_SIGNS = 40  # tiles that are wide enough for a sign


def plot_sequence(ax: Axes, bits: NDArray[Any], correlations: NDArray[Any], *, title: str) -> None:
    """Draw the signs as tiles, and below them one bar for each autocorrelation.

    Args:
        ax: the axes to draw on.
        bits: shape (n,), 0 for + and 1 for −.
        correlations: C_1, …, C_{n−1}, shape (n − 1,).
        title: of the picture.
    """
    from matplotlib.patches import Rectangle

    n = len(bits)
    shifts = np.arange(1, n)
    low, high = min(-2, int(correlations.min())), max(2, int(correlations.max()))
    height = 0.16 * (high - low)
    bottom = high + 0.8 * height
    for place, bit in enumerate(bits.tolist()):
        ax.add_patch(
            Rectangle(
                (place + 0.05, bottom), 0.9, height,
                facecolor=style.ORANGE if bit else style.BLUE, edgecolor="white",
            )
        )  # fmt: skip
        if n <= _MOST_SIGNS:
            ax.text(
                place + 0.5, bottom + height / 2, "−" if bit else "+", ha="center", va="center",
                fontsize=9, color=style.BLACK if bit else "white",
            )  # fmt: skip
    ax.bar(shifts + 0.5, correlations, 0.6, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
    ax.axhline(0.0, color=style.INK, linewidth=0.8)
    style.style_axes(ax, title=title, xlabel="shift k", ylabel="autocorrelation $C_k$")
    step = max(1, -(-n // 20))
    ax.set_xticks(shifts[::step] + 0.5, [str(shift) for shift in shifts[::step].tolist()])
    ax.set_yticks([y for y in ax.get_yticks() if y == round(y) and low <= y <= high])
    ax.set_xlim(-0.3, n + 0.3)
    ax.set_ylim(low - 0.3, bottom + 1.4 * height)
