"""Deterministic layout of a graph's nodes, components side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from networkx import Graph

# Above this number of nodes, layouts are slow, and unreadable anyway.
LARGE = 300
_MOST_STRETCH = 1.5
# A component this many times longer than wide is laid along its length, and folded into rows
# from so many edge lengths on.
_LONG = 1.6
_FOLDED = 9.0
_MAX_STEPS = 300


def node_positions(graph: Graph[Any], aspect: float = 1.0) -> NDArray[np.float64]:
    """Return positions of the nodes in graph order, shape (n, 2).

    Each connected component is laid out by its graph distances (least stress); they are packed in
    rows, large ones first. Time grows with the cube of the number of nodes: up to `LARGE`.

    Args:
        graph: the graph; weights are ignored.
        aspect: width over height of the area to fill; the picture is rotated and moderately
            stretched towards it.
    """
    positions = _packed(graph, aspect)
    width, height = np.ptp(positions, axis=0) + 0.5
    stretch = float(np.clip(aspect * height / width, 1 / _MOST_STRETCH, _MOST_STRETCH))
    return positions * [math.sqrt(stretch), 1 / math.sqrt(stretch)]


def _packed(graph: Graph[Any], aspect: float) -> NDArray[np.float64]:
    """Return positions with the connected components packed in rows."""
    import networkx as nx

    index = {node: i for i, node in enumerate(graph)}
    edges = np.array([(index[u], index[v]) for u, v in graph.edges if u != v], dtype=np.int64)
    edges = edges.reshape(-1, 2)
    components = sorted(
        (sorted(index[node] for node in part) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), part[0]),
    )
    local = np.empty(len(graph), dtype=np.int64)
    blocks: list[tuple[list[int], NDArray[np.float64]]] = []
    for part in components:
        local[part] = np.arange(len(part))
        inner = local[edges[np.isin(edges[:, 0], part)]]
        blocks.append((part, _component(len(part), inner, aspect=aspect)))
    positions = np.empty((len(graph), 2))
    area = sum(float(np.prod(np.ptp(xy, axis=0) + 1.0)) for _, xy in blocks)
    target = max(1.1 * math.sqrt(area * aspect), float(np.ptp(blocks[0][1][:, 0])) + 1.0)
    x = y = row_height = 0.0
    for part, xy in blocks:
        width, height = np.ptp(xy, axis=0) + 1.0
        if x > 0 and x + width > target + 1e-9:
            x, y, row_height = 0.0, y - row_height, 0.0
        positions[part] = xy - [xy[:, 0].min(), xy[:, 1].max()] + [x, y]
        x, row_height = x + width, max(row_height, height)
    return positions


def _component(n: int, edges: NDArray[np.int64], *, aspect: float) -> NDArray[np.float64]:
    """Return positions of a connected graph, with edges of about unit length."""
    if n == 1:
        return np.zeros((1, 2))
    import networkx as nx

    skeleton: Graph[int] = nx.Graph()
    skeleton.add_nodes_from(range(n))
    skeleton.add_edges_from(edges.tolist())
    distances = np.zeros((n, n))
    for i, reached in nx.all_pairs_shortest_path_length(skeleton):
        distances[i, list(reached)] = list(reached.values())
    angle = 2.0 * math.pi * np.arange(n) / n
    circle = 0.35 * distances.max() * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rng = np.random.default_rng(0)
    starts = [circle, *(0.5 * distances.max() * rng.uniform(-1, 1, (_tries(n), n, 2)))]
    found = [_least_stress(distances, start) for start in starts]
    best = found[0] if len(found) == 1 else min(found, key=lambda xy: clutter(xy, edges))
    lengths = np.linalg.norm(best[edges[:, 0]] - best[edges[:, 1]], axis=1)
    best = (best - best.mean(axis=0)) / max(float(np.median(lengths)), 1e-9)
    return _rotated(best, aspect)


def _least_stress(distances: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Minimize :math:`\sum_{i<j} (|x_i - x_j| / d_{ij} - 1)^2` locally.

    Stress majorization, from positions `xy`. The networkx layout of the same stress goes through
    SciPy's L-BFGS-B, whose small linear algebra stalls for seconds when all cores are busy.

    Source: E. Gansner, Y. Koren, S. North, Graph Drawing 2004, LNCS 3383, 239.
    """
    n = len(distances)
    weights = 1.0 / (distances + np.eye(n)) ** 2 * (1.0 - np.eye(n))
    laplacian = np.diag(weights.sum(axis=1)) - weights
    # Adding the constant vector's projector makes the Laplacian invertible and changes nothing
    # else for positions with their centre at the origin.
    inverse = np.linalg.inv(laplacian + 1.0 / n)
    xy = xy - xy.mean(axis=0)
    for _ in range(_MAX_STEPS):
        gaps = np.hypot(*(xy[:, None, :] - xy[None, :, :]).T)
        pull = weights * distances / np.maximum(gaps, 1e-9)
        moved = inverse @ (pull.sum(axis=1)[:, None] * xy - pull @ xy)
        moved -= moved.mean(axis=0)
        step = float(np.abs(moved - xy).max())
        xy = moved
        if step < 1e-3:
            break
    return xy


def _tries(n: int) -> int:
    """Return the number of further starts."""
    return 8 if n <= 24 else 3 if n <= 64 else 0


def _rotated(xy: NDArray[np.float64], aspect: float) -> NDArray[np.float64]:
    """Rotate `xy` to fill an area of this aspect, and fold it where it is very long."""
    _, spread, axes = np.linalg.svd(xy, full_matrices=False)
    if spread[0] < _LONG * spread[1]:
        angles = np.pi * np.arange(36) / 36
        turns = [np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in angles]
        # Rounded, so that ties between rotations are broken the same way everywhere.
        fits = [round(_fit(xy @ turn, aspect), 6) for turn in turns]
        return xy @ turns[int(np.argmax(fits))]
    # The sign of a principal axis is arbitrary; fixing it keeps the picture the same everywhere.
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    rotated = xy @ axes.T
    if np.ptp(rotated[:, 0]) >= _FOLDED:
        return _folded(rotated, aspect)
    return rotated if aspect >= 1.0 else rotated[:, ::-1]


def _fit(xy: NDArray[np.float64], aspect: float) -> float:
    """Return the scale at which a drawing with its nodes fits an area of this aspect."""
    width, height = (float(side) + 1.0 for side in np.ptp(xy, axis=0))
    return min(aspect / width, 1.0 / height)


def _folded(xy: NDArray[np.float64], aspect: float) -> NDArray[np.float64]:
    """Fold a drawing along x into the number of rows that fills the area best."""
    along = xy[:, 0] - xy[:, 0].min()
    # A long drawing comes out slightly bowed; the rows should be straight.
    across = xy[:, 1] - np.polyval(np.polyfit(along, xy[:, 1], 2), along)
    length, thick = float(along.max()), float(np.ptp(across))
    radius = 0.5 * (thick + 2.0)
    best, best_fit, turns, run = xy, 0.0, 0, length
    while run > 0.0:
        folded = _serpentine(along, across, run, radius)
        # A single row may be vertical as well.
        if turns == 0 and aspect < 1.0:
            folded = folded[:, ::-1]
        fit = _fit(folded, aspect)
        if fit > best_fit:
            best, best_fit = folded, fit
        turns += 1
        run = (length - turns * math.pi * radius) / (turns + 1)
    return best


def _serpentine(
    along: NDArray[np.float64], across: NDArray[np.float64], run: float, radius: float
) -> NDArray[np.float64]:
    """Return points at distance `across` from a path of runs and half turns."""
    period = run + math.pi * radius
    row = np.floor((along + 1e-9) / period)
    inside = along - row * period
    # Angle of a point in the bend at the end of its row.
    angle = np.clip((inside - run) / radius, 0.0, math.pi)
    way = np.where(row % 2 == 0, 1.0, -1.0)
    reach = radius + way * across
    x = np.minimum(inside, run) + reach * np.sin(angle)
    y = -2.0 * radius * row - radius + reach * np.cos(angle)
    return np.stack([np.where(way > 0, x, run - x), y], axis=1)


def clutter(xy: NDArray[np.float64], edges: NDArray[np.int64]) -> float:
    """Return the penalty of crossings, and above all of edges through nodes."""
    a, b = xy[edges[:, 0]], xy[edges[:, 1]]
    along = b - a
    length2 = np.maximum((along**2).sum(axis=1), 1e-12)
    offset = xy[None, :, :] - a[:, None, :]
    where = np.clip((offset * along[:, None, :]).sum(axis=2) / length2[:, None], 0.0, 1.0)
    gap = np.linalg.norm(offset - where[:, :, None] * along[:, None, :], axis=2)
    gap[np.arange(len(edges)), edges[:, 0]] = np.inf
    gap[np.arange(len(edges)), edges[:, 1]] = np.inf
    radius = 0.045 * float(np.ptp(xy, axis=0).max())
    hits = float((gap < radius).sum())

    def side(p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the signed area of each edge (row) with each point (column)."""
        away = p[None, :, :] - a[:, None, :]
        return along[:, None, 0] * away[:, :, 1] - along[:, None, 1] * away[:, :, 0]

    separated = side(a) * side(b) < -1e-12
    return 4.0 * hits + 0.5 * float((separated & separated.T).sum())
