"""Where to draw the nodes of a graph: deterministic, components side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from networkx import Graph

# Above this, force-directed layouts are slow, and hairballs anyway.
LARGE = 300


def node_positions(graph: Graph[Any], sides: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Positions of the nodes in graph order, shape (n, 2).

    Up to `LARGE` nodes: each connected component by its graph distances (Kamada–Kawai), packed
    in rows, large ones first. Above: two discs, one a side, so that at least the cut shows.
    """
    if len(graph) > LARGE:
        return _two_discs(sides)
    return _packed(graph)


def _packed(graph: Graph[Any]) -> NDArray[np.float64]:
    import networkx as nx

    index = {node: i for i, node in enumerate(graph)}
    components = sorted(
        (sorted(index[node] for node in part) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), part[0]),
    )
    labels = list(graph)
    blocks = []
    for part in components:
        skeleton: Graph[int] = nx.Graph()
        skeleton.add_nodes_from(part)
        skeleton.add_edges_from(
            (index[u], index[v]) for u, v in graph.edges([labels[i] for i in part]) if u != v
        )
        blocks.append((part, _component(skeleton, part)))
    positions = np.empty((len(labels), 2))
    target = 1.3 * math.sqrt(
        sum((np.ptp(xy[:, 0]) + 1) * (np.ptp(xy[:, 1]) + 1) for _, xy in blocks)
    )
    x = y = row_height = 0.0
    for part, xy in blocks:
        width, height = np.ptp(xy, axis=0) + 1.0
        if x > 0 and x + width > target:
            x, y, row_height = 0.0, y - row_height, 0.0
        positions[part] = xy - [xy[:, 0].min(), xy[:, 1].max()] + [x, y]
        x, row_height = x + width, max(row_height, height)
    return positions


def _component(skeleton: Graph[int], part: list[int]) -> NDArray[np.float64]:
    """Positions of a connected graph; neighbours are about one unit apart, the long way lies."""
    import networkx as nx

    if len(part) == 1:
        return np.zeros((1, 2))
    layout = nx.kamada_kawai_layout(skeleton)
    xy = np.array([layout[i] for i in part], dtype=np.float64)
    xy -= xy.mean(axis=0)
    _, _, axes = np.linalg.svd(xy, full_matrices=False)
    # The sign of a principal axis is arbitrary; fixing it keeps the picture the same everywhere.
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    xy = xy @ axes.T
    edges = np.array([(part.index(u), part.index(v)) for u, v in skeleton.edges])
    lengths = np.linalg.norm(xy[edges[:, 0]] - xy[edges[:, 1]], axis=1)
    return xy / max(float(np.median(lengths)), 1e-9)


def _two_discs(sides: NDArray[np.uint8]) -> NDArray[np.float64]:
    """A sunflower of nodes for each side."""
    positions = np.empty((len(sides), 2))
    radius = math.sqrt(max(np.bincount(sides, minlength=2).max(), 1))
    for side, centre in ((0, -1.25), (1, 1.25)):
        members = np.flatnonzero(sides == side)
        order = np.arange(len(members))
        angle = order * math.pi * (3.0 - math.sqrt(5.0))
        distance = np.sqrt(order + 0.5)
        positions[members, 0] = centre * radius + distance * np.cos(angle)
        positions[members, 1] = distance * np.sin(angle)
    return positions
