"""Adjacency matrix of a large graph, its nodes in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.numbers import plural
from hybridq.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Bins along one side: fine enough for structure, coarse enough that some edges share one.
_FEWEST_BINS = 120
_MOST_BINS = 360
_EDGES_IN_A_BIN = 1.5
_FAINTEST = 0.35  # opacity of a bin with one edge, where all others are full


@dataclass(frozen=True, eq=False)
class Marks:
    """Edges that are drawn in one colour.

    Attributes:
        label: for the legend, with their number.
        pairs: the nodes of each edge, shape (m, 2).
        colour: of the bins that hold them.
        directed: True to draw them in the row of their first node alone.
    """

    label: str
    pairs: NDArray[np.int64]
    colour: str
    directed: bool = False


def plot_adjacency(
    ax: Axes,
    groups: NDArray[np.integer[Any]],
    names: Sequence[str],
    marks: Sequence[Marks],
    *,
    title: str,
) -> None:
    """Draw an adjacency matrix in bins, rows and columns ordered by group.

    Within a group nodes are in the reverse Cuthill–McKee order of the whole graph, so that
    neighbours are close: lattices show as bands, communities as blocks. The opacity of a bin
    grows with the number of its edges, its colour is the mean of theirs.

    Args:
        ax: the axes to draw on.
        groups: the group of each node, shape (n_nodes,).
        names: of the groups, ascending.
        marks: the edges; together they are the graph.
        title: of the picture.

    Source: Cuthill, McKee 1969, doi:10.1145/800195.805928 (order).
    """
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch

    n = len(groups)
    pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *(each.pairs for each in marks)])
    place = _places(groups, pairs)
    wanted = np.sqrt(2.0 * max(len(pairs), 1) / _EDGES_IN_A_BIN)
    bins = min(n, int(np.clip(wanted, _FEWEST_BINS, _MOST_BINS)))
    counts = np.zeros((len(marks), bins, bins))
    for layer, each in zip(counts, marks, strict=True):
        where = place[each.pairs] * bins // n
        np.add.at(layer, (where[:, 0], where[:, 1]), 1.0)
        if not each.directed:
            np.add.at(layer, (where[:, 1], where[:, 0]), 1.0)
    total = counts.sum(axis=0)
    colours = np.array([to_rgb(each.colour) for each in marks]).reshape(-1, 3)
    mean = np.einsum("kij,kc->ijc", counts, colours) / np.maximum(total, 1.0)[:, :, None]
    image = 1.0 - _opacity(total)[:, :, None] * (1.0 - mean)
    ax.imshow(image, extent=(0.0, n, n, 0.0), interpolation="nearest", aspect="equal")
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    for side in ("top", "right"):
        ax.spines[side].set(visible=True, color=style.PALE)
    _name_groups(ax, groups, names)
    handles = [Patch(facecolor=each.colour, label=each.label) for each in marks if len(each.pairs)]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2, frameon=False,
        fontsize=9, borderaxespad=0.3, columnspacing=1.6, handlelength=1.0, handleheight=1.0,
    )  # fmt: skip


def _places(groups: NDArray[np.integer[Any]], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of each node: by group, then in reverse Cuthill–McKee order."""
    import scipy.sparse
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    n = len(groups)
    both = np.concatenate((pairs, pairs[:, ::-1]))
    matrix = scipy.sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(n, n))
    order = reverse_cuthill_mckee(matrix, symmetric_mode=True).astype(np.int64)
    order = order[np.argsort(groups[order], kind="stable")]
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    return place


def _opacity(total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the opacity of bins by the number of their edges: from 0 to 1, concave."""
    full = float(np.quantile(total[total > 0], 0.98)) if total.any() else 1.0
    share = np.sqrt(np.minimum(total / max(full, 1.0), 1.0))
    return np.where(total > 0, _FAINTEST + (1.0 - _FAINTEST) * share, 0.0)


def _name_groups(ax: Axes, groups: NDArray[np.integer[Any]], names: Sequence[str]) -> None:
    """Draw lines between groups, and write names and sizes at their middles."""
    _, sizes = np.unique(groups, return_counts=True)
    ends = np.cumsum(sizes)
    for end in ends[:-1].tolist():
        ax.axhline(end, color=style.INK, linewidth=0.6)
        ax.axvline(end, color=style.INK, linewidth=0.6)
    middles = ends - sizes / 2.0
    texts = [
        f"{name}\n{plural(size, 'node')}" for name, size in zip(names, sizes.tolist(), strict=True)
    ]
    wide = sizes >= 0.06 * len(groups)
    shown = middles[wide]
    labels = [text for text, keep in zip(texts, wide.tolist(), strict=True) if keep]
    ax.set_xticks([])
    ax.set_yticks(shown, labels, rotation=90, va="center", ha="center", fontsize=9)
    ax.tick_params(axis="y", length=0, pad=12)
