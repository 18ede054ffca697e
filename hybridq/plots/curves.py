"""How a search went: every evaluation, and the best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_convergence(
    values: ArrayLike,
    reference: float | None = None,
    sense: Literal["maximize", "minimize"] = "maximize",
    ax: Axes | None = None,
    *,
    value_name: str = "value",
) -> Axes:
    """All evaluations as faint dots, the best so far as a line, the reference as a dashed line.

    Args:
        values: the value of every evaluation in order, shape (evaluations,); NaN where one
            failed.
        reference: value of a classical answer.
        sense: whether larger or smaller values are better.
        ax: where to draw; a new figure if left out.
        value_name: what a value is called, for the labels.
    """
    ax = style.fresh_axes(ax)
    found = np.asarray(values, dtype=np.float64).reshape(-1)
    running = np.fmax if sense == "maximize" else np.fmin
    steps = np.arange(1, found.size + 1)
    if found.size:
        ax.plot(
            steps,
            found,
            linestyle="none",
            marker="o",
            markersize=5.5 if found.size <= 40 else 3.5 if found.size <= 500 else 2.0,
            color=style.SKY,
            alpha=0.55,
            markeredgewidth=0,
            label="each evaluation",
            rasterized=found.size > 2000,
        )
        ax.plot(
            steps,
            running.accumulate(found),
            color=style.BLUE,
            linewidth=2.0,
            drawstyle="steps-post",
            label="best so far",
        )
    if reference is not None:
        ax.axhline(
            reference,
            color=style.VERMILLION,
            linestyle=(0, (5, 3)),
            linewidth=1.5,
            label=f"classical reference: {style.number(reference)}",
        )
    style.dress(ax, title="Convergence", xlabel="evaluation", ylabel=f"expected {value_name}")
    ax.margins(x=0.02, y=0.08)
    if found.size:
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    style.legend_below(ax)
    return ax
