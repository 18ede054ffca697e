"""Convergence of a search: every evaluation, and the best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How far the axis reaches below the worst of the best so far, in parts of what it must span.
_ROOM = 0.35


def plot_convergence(
    values: ArrayLike,
    reference: float | None = None,
    sense: Literal["maximize", "minimize"] = "maximize",
    ax: Axes | None = None,
    *,
    value_name: str = "value",
    label: str | None = None,
) -> Axes:
    """Draw evaluations as dots, the best so far and the reference as lines.

    The axis spans the best so far and the reference, with some room on the worse side; values
    beyond that are triangles at the edge, counted in the legend.

    Args:
        values: the value of every evaluation in order, shape (evaluations,); NaN where one
            failed.
        reference: value of a classical answer.
        sense: ``"maximize"`` if larger values are better, or ``"minimize"``.
        ax: the axes to draw on; a new figure by default.
        value_name: the name of a value.
        label: of the axis; the expected value by default.
    """
    ax = style.new_axes(ax)
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
    mark = None
    if reference is not None:
        mark = ax.axhline(
            reference,
            color=style.VERMILLION,
            linestyle=(0, (5, 3)),
            linewidth=1.5,
            label=f"classical reference: {style.number(reference)}",
        )
    label = f"expected {value_name}" if label is None else label
    style.style_axes(ax, title="Convergence", xlabel="evaluation", ylabel=label)
    ax.margins(x=0.02, y=0.08)
    _focus(ax, found, running.accumulate(found), reference, sense)
    if found.size == 1:  # of so narrow an axis the locator makes fractions
        ax.set_xticks([1])
    elif found.size:
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    style.legend_below(ax, columns=2 if len(ax.lines) > 3 else 3, last=mark)
    return ax


def _focus(
    ax: Axes,
    found: NDArray[np.float64],
    best: NDArray[np.float64],
    reference: float | None,
    sense: Literal["maximize", "minimize"],
) -> None:
    """Set limits from `best` and `reference`; mark values beyond at the edge."""
    # In what follows larger is better; `up` restores the sign.
    up = 1.0 if sense == "maximize" else -1.0
    matters = up * np.append(best, np.nan if reference is None else reference)
    matters = matters[np.isfinite(matters)]
    if not matters.size:
        return
    low, high = float(matters.min()), float(matters.max())
    span = high - low
    if span <= 1e-9 * max(1.0, abs(low), abs(high)):
        return
    worst = float((up * found[np.isfinite(found)]).min(initial=low))
    bottom = max(worst, low - _ROOM * span) - 0.08 * span
    top = high + 0.08 * span
    ax.set_ylim(*sorted((up * bottom, up * top)))
    outside = np.flatnonzero(up * found < bottom)
    if not outside.size:
        return
    where, extreme = ("below", "lowest") if up > 0 else ("above", "highest")
    ax.plot(
        outside + 1,
        np.full(outside.size, up * (bottom + 0.025 * (top - bottom))),
        linestyle="none",
        marker="v" if up > 0 else "^",
        markersize=6.0,
        color=style.ORANGE,
        markeredgewidth=0,
        label=f"{outside.size} {where} the axis, {extreme} {style.number(up * worst)}",
        zorder=4,
    )
