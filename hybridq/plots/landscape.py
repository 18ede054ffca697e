"""Landscape: the expectation over both angles of a single layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.errors import DimensionError
from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_landscape(
    gammas: ArrayLike,
    betas: ArrayLike,
    values: ArrayLike,
    point: tuple[float, float] | None = None,
    ax: Axes | None = None,
    *,
    value_name: str = "value",
) -> Axes:
    """Draw the expectation of a one-layer circuit over (γ, β), with the angles found.

    Args:
        gammas: phase angles in radians, ascending, shape (g,).
        betas: mixer angles in radians, ascending, shape (b,).
        values: expectation at (gamma, beta), shape (g, b).
        point: the angles found, (gamma, beta).
        ax: the axes to draw on; a new figure by default.
        value_name: the name of a value, for the labels.

    Raises:
        DimensionError: the shapes do not fit.
    """
    x, y = np.asarray(gammas, dtype=np.float64), np.asarray(betas, dtype=np.float64)
    z = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or y.ndim != 1 or z.shape != (x.size, y.size):
        raise DimensionError(
            argument="values",
            value=z.shape,
            expected=f"of shape ({x.size}, {y.size}), gammas by betas",
        )
    ax = style.new_axes(ax)
    mesh = ax.pcolormesh(x, y, z.T, cmap="cividis", shading="nearest", rasterized=True)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label(f"expected {value_name}", fontsize=10)
    bar.ax.tick_params(labelsize=9, color=style.PALE)
    bar.outline.set_visible(False)
    if point is not None:
        ax.plot(
            *point,
            linestyle="none",
            marker="*",
            markersize=15,
            markerfacecolor="white",
            markeredgecolor=style.BLACK,
            label="angles found",
            zorder=3,
        )
    style.style_axes(ax, title="Landscape at p = 1", xlabel="γ (radians)", ylabel="β (radians)")
    style.legend_below(ax)
    return ax
