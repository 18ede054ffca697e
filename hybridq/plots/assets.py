"""Assets of a portfolio: expected return and risk of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMES = 40


def plot_assets(
    names: Sequence[str],
    chosen: ArrayLike,
    ax: Axes | None = None,
    *,
    title: str,
    returns: ArrayLike,
    risks: ArrayLike,
) -> Axes:
    """Draw a bar for the return of each asset and a mark at its risk.

    Bars of chosen assets are blue, the others pale and hatched.

    Args:
        names: of the assets.
        chosen: shape (n,), values 0 and 1.
        ax: the axes to draw on; a new figure by default.
        title: of the picture.
        returns: the expected return of each asset, shape (n,).
        risks: the standard deviation of each asset, shape (n,).
    """
    ax = style.new_axes(ax, 6.4, 4.6)
    member = np.asarray(chosen, dtype=bool)
    heights, deviations = np.asarray(returns, dtype=float), np.asarray(risks, dtype=float)
    places = np.arange(len(member))
    for group, colour, hatch, label in (
        (member, style.BLUE, None, "expected return, chosen"),
        (~member, "white", "////", "expected return, left out"),
    ):
        if group.any():
            ax.bar(
                places[group], heights[group], 0.7, color=colour, hatch=hatch,
                edgecolor=style.BLUE if hatch is None else style.PALE, label=label,
            )  # fmt: skip
    ax.scatter(
        places, deviations, marker="D", s=36, c=style.ORANGE, edgecolors=style.INK, linewidths=0.8,
        zorder=3, label="risk (standard deviation)",
    )  # fmt: skip
    ax.axhline(0.0, color=style.PALE, linewidth=0.8)
    style.style_axes(ax, title=title, xlabel="asset", ylabel="per period")
    if len(names) <= _MOST_NAMES:
        turned = 90 if sum(map(len, names)) > 55 else 0
        ax.set_xticks(places, list(names), rotation=turned, parse_math=False)
    style.legend_below(ax, 2)
    return ax
