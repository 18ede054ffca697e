"""Distribution of sampled values, compared with uniform guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError
from hybridq.core.numbers import plural_noun
from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BINS = 48


def plot_cut_distribution(
    sample_values: ArrayLike,
    sample_counts: ArrayLike,
    uniform_values: ArrayLike | None = None,
    reference: float | None = None,
    ax: Axes | None = None,
    *,
    value_name: str = "cut",
) -> Axes:
    """Draw histograms of sampled values and of uniformly random assignments.

    Args:
        sample_values: distinct sampled values, shape (k,).
        sample_counts: number of times that each was sampled, shape (k,).
        uniform_values: values of uniformly random assignments, one each.
        reference: value of a classical answer.
        ax: the axes to draw on; a new figure by default.
        value_name: the name of a value, for the labels.

    Raises:
        DimensionError: other than one count for each value, or no sample.
    """
    from matplotlib.ticker import MaxNLocator

    sampled = np.asarray(sample_values, dtype=np.float64).reshape(-1)
    counts = np.asarray(sample_counts, dtype=np.float64).reshape(-1)
    if sampled.shape != counts.shape or not counts.sum() > 0:
        raise DimensionError(
            f"sample_counts must be one count for each of {sampled.size} sample_values, "
            f"got {counts.size} counts that sum to {counts.sum():g}: give at least one sample"
        )
    uniform = np.asarray([] if uniform_values is None else uniform_values, dtype=np.float64)
    ax = style.new_axes(ax)
    edges = histogram_edges(np.concatenate([sampled, uniform.reshape(-1)]))
    heights, _ = np.histogram(sampled, bins=edges, weights=counts / counts.sum())
    gap = 0.08 * (edges[1] - edges[0])
    ax.bar(
        edges[:-1] + gap,
        heights,
        width=np.diff(edges) - 2 * gap,
        align="edge",
        color=style.BLUE,
        label="samples",
    )
    if uniform.size:
        shares, _ = np.histogram(uniform, bins=edges, weights=np.ones(uniform.size))
        ax.stairs(
            shares / uniform.size,
            edges,
            color=style.ORANGE,
            linewidth=1.8,
            label="uniform guessing",
        )
    mark = None
    if reference is not None:
        mark = ax.axvline(
            reference,
            color=style.VERMILLION,
            linestyle=(0, (5, 3)),
            linewidth=1.5,
            label=f"classical reference: {style.number(reference)}",
        )
    style.style_axes(
        ax,
        title=f"Sampled {plural_noun(value_name)}",
        xlabel=value_name,
        ylabel="share of samples",
    )
    ax.margins(x=0.03)
    if np.array_equal(sampled, np.round(sampled)):
        ax.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    style.legend_below(ax, last=mark)
    return ax


def histogram_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of equal bins, shape (bins + 1,).

    Integers get bins centred on the values that can occur, so that parity (all cuts even,
    say) does not leave every other bin empty.
    """
    distinct = np.unique(values)
    low, high = float(distinct[0]), float(distinct[-1])
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        return np.array([low - 0.5, high + 0.5])
    if np.array_equal(distinct, np.round(distinct)) and max(abs(low), abs(high)) < 2**53:
        stride = int(np.gcd.reduce(np.diff(distinct).astype(np.int64)))
        places = int((high - low) // stride) + 1
        merged = -(-places // _MOST_BINS)
        bins = -(-places // merged)
        return np.asarray(low + stride * (merged * np.arange(bins + 1) - 0.5), dtype=np.float64)
    return np.linspace(low, high, 31, dtype=np.float64)
