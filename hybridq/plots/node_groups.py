"""A graph with its nodes in groups, and sets of edges set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from hybridq.core.numbers import plural, plural_noun
from hybridq.plots import adjacency, labels, layout, style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from networkx import Graph

# Groups differ in colour, in brightness and in shape; shapes of one nominal size look unlike.
_LOOKS = (
    (style.BLUE, "o", "white", 1.0),
    (style.ORANGE, "s", "black", 0.82),
    (style.GREEN, "D", "white", 0.78),
    (style.PURPLE, "^", "black", 1.5),
    (style.SKY, "p", "black", 1.15),
    (style.INK, "h", "white", 1.05),
    ("#F0E442", "v", "black", 1.5),
    (style.PALE, "8", "black", 1.0),
)
_NAMES_INSIDE = 100
_NAMES_OUTSIDE = 40
_MOST_ARROWS = 400

Emphasis = Literal["strong", "weak", "conflict", "missing"]


@dataclass(frozen=True, eq=False)
class EdgeSet:
    """Pairs of nodes that are drawn alike.

    Attributes:
        name: of one of them, in the singular, for the legend.
        pairs: positions of nodes in the graph, shape (m, 2).
        weights: shape (m,); None where all count 1.
        emphasis: ``"strong"`` dark and solid, ``"weak"`` pale and dashed, ``"conflict"`` vermillion
            and thick, ``"missing"`` vermillion and dotted, for pairs that lack an edge.
        arrows: True for arrows from the first node of a pair to the second.
    """

    name: str
    pairs: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    emphasis: Emphasis
    arrows: bool = False


def plot_node_groups(
    graph: Graph[Any],
    groups: NDArray[np.int64],
    ax: Axes | None = None,
    *,
    names: Sequence[str],
    edges: Sequence[EdgeSet],
    title: str,
    without: str = "in none or several",
) -> Axes:
    """Draw a graph with its nodes in groups that differ in colour and shape.

    A graph of more than 300 nodes is drawn as its adjacency matrix, by group.

    Args:
        graph: the graph; its edges decide the places of the nodes.
        groups: the group of each node in graph order, −1 for a node in none or in several, shape
            (n_nodes,).
        ax: the axes to draw on; a new figure by default.
        names: of the groups, for the legend.
        edges: sets of edges; of those drawn at one place the last is in front.
        title: of the picture.
        without: the word for nodes of group −1.
    """
    from matplotlib.collections import PathCollection

    ax = style.new_axes(ax, 6.0, 5.6)
    if len(graph) > layout.LARGE:
        _plot_large(ax, groups, names, edges, title, without)
        return ax
    extent = ax.get_window_extent()
    plain = graph.to_undirected(as_view=True) if graph.is_directed() else graph
    positions = layout.node_positions(plain, extent.width / extent.height)
    _frame(ax, positions)
    area, inside = _sizes([str(node) for node in graph])
    handles: list[Artist] = []
    for order, each in enumerate(edges):
        if len(each.pairs):
            handles.append(_draw_edges(ax, positions, each, 1.0 + 0.1 * order, area))
    dots = _draw_nodes(ax, positions, groups, names, without, area)
    _write_names(ax, graph, positions, groups, area, inside)
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    ax.set_axis_off()
    entries = [*dots, *handles]
    legend = ax.legend(
        handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0.0),
        ncols=3 if len(entries) in (3, 5, 6) or len(entries) > 8 else 2, frameon=False,
        fontsize=9, borderaxespad=0.3, columnspacing=1.6, scatterpoints=1,
    )  # fmt: skip
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([55.0])
    return ax


_IN_BINS = {
    "strong": style.INK,
    "weak": style.SKY,
    "conflict": style.VERMILLION,
    "missing": style.ORANGE,
}


def _plot_large(
    ax: Axes,
    groups: NDArray[np.int64],
    names: Sequence[str],
    edges: Sequence[EdgeSet],
    title: str,
    without: str,
) -> None:
    """Draw the adjacency matrix by group; edges of two sets count for the last."""
    marks: list[adjacency.Marks] = []
    seen = np.empty((0, 2), dtype=np.int64)
    for each in reversed(edges):
        if len(each.pairs):
            weights = np.ones(len(each.pairs)) if each.weights is None else each.weights
            label = _counted(each.name, weights)
            fresh = each.pairs[~_among(each.pairs, seen)]
            seen = np.concatenate((seen, fresh))
            marks.append(adjacency.Marks(label, fresh, _IN_BINS[each.emphasis], each.arrows))
    called = [names[group] if group >= 0 else without for group in np.unique(groups).tolist()]
    adjacency.plot_adjacency(ax, groups, called, marks[::-1], title=title)


def _among(pairs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which pairs are among others, in this order of their nodes."""
    width = 1 + max(int(pairs.max(initial=0)), int(others.max(initial=0)))
    return np.isin(pairs @ [width, 1], others @ [width, 1])


def _frame(ax: Axes, positions: NDArray[np.float64]) -> None:
    """Set limits with room for the nodes and equal scales in both directions."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    margin = max(0.09 * float((high - low).max()), 0.35)
    ax.update_datalim([low - margin, high + margin])
    ax.margins(0.0)
    ax.autoscale_view()
    ax.set_aspect("equal", adjustable="datalim")


def _sizes(names: Sequence[str]) -> tuple[float, bool]:
    """Return the area of a node in square points, and whether names fit inside."""
    n, longest = len(names), max(map(len, names))
    inside = longest <= 3 and n <= _NAMES_INSIDE
    area = float(np.clip(5600.0 / n, 14.0, 340.0))
    if inside:
        return max(area, 85.0), True
    return (min(area, 110.0) if n <= _NAMES_OUTSIDE else area), False


def _draw_edges(
    ax: Axes, positions: NDArray[np.float64], edges: EdgeSet, order: float, area: float
) -> Artist:
    """Draw one set of edges; return the artist for the legend."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    count = len(edges.pairs)
    weights = np.ones(count) if edges.weights is None else edges.weights
    size = np.abs(weights)
    relative = size / size.max() if size.max() > 0 else np.ones(count)
    crowd = float(np.clip(60.0 / count, 0.0, 1.0)) ** 0.5
    looks: dict[str, tuple[str, Any, float]] = {
        "strong": (style.INK, "solid", 0.6 + 1.7 * crowd),
        "weak": (style.PALE, (0, (3, 2)), 0.5 + 0.9 * crowd),
        "conflict": (style.VERMILLION, "solid", 0.9 + 2.2 * crowd),
        "missing": (style.VERMILLION, (0, (1, 1.5)), 0.7 + 1.2 * crowd),
    }
    colour, line, widest = looks[edges.emphasis]
    widths = widest * (0.25 + 0.75 * relative)
    alpha = 0.9 * float(np.clip(300.0 / count, 0.08, 1.0))
    name = _counted(edges.name, weights)
    if edges.arrows and count <= _MOST_ARROWS:
        for (start, end), width in zip(positions[edges.pairs], widths, strict=True):
            _arrow(ax, start, end, colour, line, float(width), area, order)
        return Line2D([], [], color=colour, linestyle=line, linewidth=widest, label=name)
    segments: Any = positions[edges.pairs]
    lines = LineCollection(
        segments, colors=colour, linewidths=widths, linestyles=[line], alpha=alpha,
        zorder=order, label=name, capstyle="butt",
    )  # fmt: skip
    lines.set_gid(edges.emphasis)
    ax.add_collection(lines, autolim=False)
    return lines


def _arrow(
    ax: Axes,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    colour: str,
    line: Any,
    width: float,
    area: float,
    order: float,
) -> None:
    """Draw an arrow between the rims of two nodes, bent away from an opposite one."""
    from matplotlib.patches import FancyArrowPatch

    rim = 0.55 * area**0.5 + 1.0
    ax.add_patch(
        FancyArrowPatch(
            (float(start[0]), float(start[1])), (float(end[0]), float(end[1])),
            arrowstyle="-|>", mutation_scale=7.0 + 3.0 * width, shrinkA=rim, shrinkB=rim,
            linestyle=line, linewidth=width, color=colour, connectionstyle="arc3,rad=0.08",
            zorder=order,
        )
    )  # fmt: skip


def _counted(name: str, weights: NDArray[np.float64]) -> str:
    """Return count and name of edges, and their weight where it is another number."""
    head, joint, rest = name.partition(" ") if name.startswith("edge ") else (name, "", "")
    several = name if len(weights) == 1 else f"{plural_noun(head)}{joint}{rest}"
    count = f"{len(weights)} {several}"
    if (weights == 1.0).all():
        return count
    return f"{count}, weight {style.number(float(weights.sum()))}"


def _draw_nodes(
    ax: Axes,
    positions: NDArray[np.float64],
    groups: NDArray[np.int64],
    names: Sequence[str],
    without: str,
    area: float,
) -> list[Artist]:
    """Draw the nodes; return the artist of each group."""
    drawn: list[Artist] = []
    for group in (*range(len(names)), -1):
        members = groups == group
        if not members.any():
            continue
        colour, marker, _, scale = _LOOKS[group % len(_LOOKS)]
        scale = scale if group >= 0 else 1.0
        name = names[group] if group >= 0 else without
        drawn.append(
            ax.scatter(
                positions[members, 0], positions[members, 1], s=area * scale,
                c="white" if group < 0 else colour, marker="o" if group < 0 else marker,
                edgecolors=style.VERMILLION if group < 0 else "white",
                linewidths=1.6 if group < 0 else 1.0, zorder=3,
                label=f"{name}: {plural(int(members.sum()), 'node')}",
            )
        )  # fmt: skip
    return drawn


def _write_names(
    ax: Axes,
    graph: Graph[Any],
    positions: NDArray[np.float64],
    groups: NDArray[np.int64],
    area: float,
    inside: bool,
) -> None:
    """Write the names of the nodes where there is room."""
    names = [str(node) for node in graph]
    if inside:
        colours = ["black" if g < 0 else _LOOKS[g % len(_LOOKS)][2] for g in groups.tolist()]
        size = float(np.clip(0.55 * area**0.5, 5.2, 10.0))
        labels.label_inside(ax, positions, names, colours, size)
    elif len(names) <= _NAMES_OUTSIDE:
        index = {node: i for i, node in enumerate(graph)}
        pairs = np.array([(index[u], index[v]) for u, v in graph.edges], dtype=np.int64)
        labels.label_outside(ax, positions, pairs.reshape(-1, 2), names, 7.5, 0.5 * area**0.5)
