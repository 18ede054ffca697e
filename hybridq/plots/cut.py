"""A graph with its nodes on two sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.core.numbers import plural, plural_noun
from hybridq.plots import adjacency, labels, layout, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from networkx import Graph

# Side 0 and side 1 differ in colour, in brightness and in shape.
_SIDES = (
    {"color": style.BLUE, "marker": "o", "text": "white"},
    {"color": style.ORANGE, "marker": "s", "text": "black"},
)
_NAMES_INSIDE = 100
_NAMES_OUTSIDE = 40


def plot_cut(
    graph: Graph[Any],
    assignment: Mapping[Any, int],
    ax: Axes | None = None,
    *,
    title: str = "The cut",
    sides: tuple[str, str] = ("side 0", "side 1"),
    edges: tuple[str, str] = ("cut edge", "uncut edge"),
    conflict: str | None = None,
    weighted: bool = True,
) -> Axes:
    """Draw a graph with its nodes on two sides, edges between them in front.

    Sides differ in colour and shape. Edges between them are dark and solid, the others pale and
    dashed; those of negative weight are vermillion. Where weights differ the line width follows
    their size. A graph of more than 300 nodes is drawn as its adjacency matrix, by side.

    Args:
        graph: edge attribute ``weight``, 1 where it is absent.
        assignment: side 0 or 1 of every node.
        ax: the axes to draw on; a new figure by default.
        title: of the picture.
        sides: names of the two sides in the legend.
        edges: names of an edge between the sides and of one within a side, in the singular.
        conflict: name of an edge within side 1, if such edges are drawn in vermillion as
            violations; None draws them as those within side 0.
        weighted: False ignores the weights of edges.

    Raises:
        ParameterError: a node has no side, or one that is neither 0 nor 1.
    """
    from matplotlib.collections import PathCollection

    side_of = _sides(graph, assignment)
    ax = style.new_axes(ax, 6.0, 5.6)
    index = {node: i for i, node in enumerate(graph)}
    pairs = np.array([(index[u], index[v]) for u, v in graph.edges], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)
    weights = np.array([data.get("weight", 1.0) for _, _, data in graph.edges(data=True)])
    weights = weights if weighted else np.ones(len(pairs))
    if len(graph) > layout.LARGE:
        marks = _marks(pairs, weights.astype(np.float64), side_of, edges, conflict)
        adjacency.plot_adjacency(ax, side_of, sides, marks, title=title)
        return ax
    extent = ax.get_window_extent()
    positions = layout.node_positions(graph, extent.width / extent.height)
    _frame(ax, positions)
    lines = _draw_edges(ax, positions, pairs, weights.astype(np.float64), side_of, edges, conflict)
    dots = _draw_nodes(ax, positions, pairs, [str(node) for node in graph], side_of, sides)
    style.style_axes(ax, title=title, xlabel="", ylabel="")
    ax.set_axis_off()
    handles = [*lines, *dots]
    legend = ax.legend(
        handles=handles, loc="upper center",
        bbox_to_anchor=(0.5, 0.0), ncols=3 if len(handles) == 3 else 2, frameon=False, fontsize=9,
        borderaxespad=0.3, columnspacing=1.6, scatterpoints=1,
    )  # fmt: skip
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([55.0])
    return ax


def _sides(graph: Graph[Any], assignment: Mapping[Any, int]) -> NDArray[np.uint8]:
    """Return the side of each node."""
    for node in graph:
        if assignment.get(node) not in (0, 1):
            raise ParameterError(
                f"node {node!r} has side {assignment.get(node)!r}: "
                "give every node of the graph side 0 or 1"
            )
    return np.array([assignment[node] for node in graph], dtype=np.uint8)


def _frame(ax: Axes, positions: NDArray[np.float64]) -> None:
    """Set limits with room for the nodes and equal scales in both directions."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    margin = max(0.09 * float((high - low).max()), 0.35)
    # As data: limits that are set explicitly would override the equal scales.
    ax.update_datalim([low - margin, high + margin])
    ax.margins(0.0)
    ax.autoscale_view()
    ax.set_aspect("equal", adjustable="datalim")


def _draw_edges(
    ax: Axes,
    positions: NDArray[np.float64],
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    sides: NDArray[np.uint8],
    titles: tuple[str, str],
    conflict: str | None,
) -> list[LineCollection]:
    """Draw the edges; return their artists, those between the sides first."""
    from matplotlib.collections import LineCollection

    crossing = sides[edges[:, 0]] != sides[edges[:, 1]]
    size = np.abs(weights)
    relative = size / size.max() if size.size and size.max() > 0 else np.ones(size.size)
    weighted = bool(np.any(weights != 1.0))
    drawn: dict[bool, list[LineCollection]] = {True: [], False: []}
    within = (sides[edges] == 1).all(axis=1) & (conflict is not None)
    crowd = float(np.clip(60.0 / max(len(edges), 1), 0.0, 1.0)) ** 0.5
    for cut in (False, True):
        for negative in (False, True):
            chosen = (crossing == cut) & ((weights < 0) == negative) & ~within
            if not chosen.any():
                continue
            widest = (0.6 + 2.2 * crowd) if cut else (0.5 + 1.1 * crowd)
            colour = style.VERMILLION if negative else style.INK if cut else style.PALE
            name = titles[0] if cut else titles[1]
            lines = LineCollection(
                positions[edges[chosen]],
                colors=colour,
                linewidths=widest * (0.25 + 0.75 * relative[chosen]),
                linestyles="solid" if cut else (0, (3, 2)),
                alpha=(0.9 if cut else 0.8) * float(np.clip(300.0 / len(edges), 0.08, 1.0)),
                zorder=2 if cut else 1,
                label=_edge_label(name, weights[chosen], weighted),
                capstyle="round" if cut else "butt",
            )
            lines.set_gid(f"{'cut' if cut else 'uncut'}-{'negative' if negative else 'positive'}")
            ax.add_collection(lines, autolim=False)
            drawn[cut].append(lines)
    clashes = []
    if within.any() and conflict is not None:
        count = f"{within.sum()} {conflict if within.sum() == 1 else plural_noun(conflict)}"
        lines = LineCollection(
            positions[edges[within]], colors=style.VERMILLION, linewidths=0.9 + 2.2 * crowd,
            zorder=2, label=count, capstyle="round",
        )  # fmt: skip
        lines.set_gid("conflict")
        ax.add_collection(lines, autolim=False)
        clashes.append(lines)
    return clashes + drawn[True] + drawn[False]


_IN_BINS = {(True, False): style.INK, (True, True): style.VERMILLION}
_IN_BINS |= {(False, False): style.SKY, (False, True): style.PURPLE}


def _marks(
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    sides: NDArray[np.uint8],
    titles: tuple[str, str],
    conflict: str | None,
) -> list[adjacency.Marks]:
    """Return the edges of a large graph by colour, those between the sides first."""
    crossing = sides[edges[:, 0]] != sides[edges[:, 1]]
    within = (sides[edges] == 1).all(axis=1) & (conflict is not None)
    weighted = bool(np.any(weights != 1.0))
    marks = []
    for (cut, negative), colour in _IN_BINS.items():
        chosen = (crossing == cut) & ((weights < 0) == negative) & ~within
        if chosen.any():
            label = _edge_label(titles[0] if cut else titles[1], weights[chosen], weighted)
            marks.append(adjacency.Marks(label, edges[chosen], colour))
    if within.any() and conflict is not None:
        count = f"{within.sum()} {conflict if within.sum() == 1 else plural_noun(conflict)}"
        marks.append(adjacency.Marks(count, edges[within], style.VERMILLION))
    return marks


def _edge_label(name: str, weights: NDArray[np.float64], weighted: bool) -> str:
    """Return count, sign and total weight of a group of edges."""
    head, joint, rest = name.partition(" with ")
    name = name if len(weights) == 1 else f"{plural_noun(head)}{joint}{rest}"
    count = f"{len(weights)} {'negative ' if weights[0] < 0 else ''}{name}"
    return f"{count}, weight {style.number(float(weights.sum()))}" if weighted else count


def _draw_nodes(
    ax: Axes,
    positions: NDArray[np.float64],
    edges: NDArray[np.int64],
    names: list[str],
    sides: NDArray[np.uint8],
    titles: tuple[str, str],
) -> list[PathCollection]:
    """Draw the nodes with their names; return the artist of each side."""
    n = len(names)
    longest = max(len(name) for name in names)
    inside = longest <= 3 and n <= _NAMES_INSIDE
    area = float(np.clip(5600.0 / n, 14.0, 340.0))
    if inside:
        area = max(area, 85.0)
    elif n <= _NAMES_OUTSIDE:
        area = min(area, 110.0)
    drawn = []
    for side, style_of_side in enumerate(_SIDES):
        members = sides == side
        dots = ax.scatter(
            positions[members, 0],
            positions[members, 1],
            # A square looks larger than a circle of the same nominal size.
            s=area * (1.0 if side == 0 else 0.82),
            c=style_of_side["color"],
            marker=style_of_side["marker"],
            edgecolors="white",
            linewidths=1.0,
            zorder=3,
            label=f"{titles[side]}: {plural(int(members.sum()), 'node')}",
        )
        drawn.append(dots)
    if inside:
        size = float(np.clip(0.55 * area**0.5, 5.2, 10.0))
        labels.label_inside(ax, positions, names, [_SIDES[s]["text"] for s in sides], size)
    elif n <= _NAMES_OUTSIDE:
        labels.label_outside(ax, positions, edges, names, 7.5, 0.5 * area**0.5)
    return drawn
