"""Cliques and proper colourings of small graphs, by greedy and exact search."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

_WORK = 2_000_000  # elementary steps of a search, below a second
_STARTS = 50


class Colorable(Enum):
    """Result of a search for a proper colouring."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def greedy_clique(neighbours: Sequence[set[int]]) -> list[int]:
    """Return a maximal clique by greedy search, the largest one found, ascending.

    It starts at each of the nodes of largest degree, and adds the candidate with most candidates
    among its neighbours.
    """
    by_degree = sorted(range(len(neighbours)), key=lambda u: (-len(neighbours[u]), u))
    best: list[int] = []
    for start in by_degree[:_STARTS]:
        clique, candidates = [start], set(neighbours[start])
        while candidates:
            node = min(candidates, key=lambda u: (-len(neighbours[u] & candidates), u))
            clique.append(node)
            candidates &= neighbours[node]
        if len(clique) > len(best):
            best = clique
    return sorted(best)


def colorable(neighbours: Sequence[set[int]], k: int, clique: Sequence[int]) -> Colorable:
    """Return whether a graph has a proper colouring with k colours.

    Backtracking from the coloured clique, next the node whose neighbours have most colours.

    Args:
        neighbours: of each node.
        k: number of colours.
        clique: nodes that are joined pairwise.

    Source: Brélaz 1979, Commun. ACM 22, 251 (DSATUR).
    """
    n = len(neighbours)
    if len(clique) > k:
        return Colorable.NO
    used = [[0] * k for _ in range(n)]  # neighbours of each node by their colour
    color = [-1] * n

    def paint(node: int, new: int, step: int) -> None:
        color[node] = new if step > 0 else -1
        for other in neighbours[node]:
            used[other][new] += step

    for place, node in enumerate(clique):
        paint(node, place, 1)
    stack: list[tuple[int, int]] = []  # nodes with their colours
    highest = [len(clique)]  # colours in use before each of them
    node, tried, work = _next(color, used, neighbours), -1, 0
    while node >= 0:
        work += n
        if work > _WORK:
            return Colorable.UNKNOWN
        most = min(highest[-1] + 1, k)  # further colours are alike
        fitting = (c for c in range(tried + 1, most) if not used[node][c])
        new = next(fitting, -1)
        if new >= 0:
            paint(node, new, 1)
            stack.append((node, new))
            highest.append(max(highest[-1], new + 1))
            node, tried = _next(color, used, neighbours), -1
        elif stack:
            node, tried = stack.pop()
            highest.pop()
            paint(node, tried, -1)
        else:
            return Colorable.NO
    return Colorable.YES


def _next(
    color: Sequence[int], used: Sequence[Sequence[int]], neighbours: Sequence[set[int]]
) -> int:
    """Return the node without a colour next to most colours, −1 if none."""
    free = (u for u in range(len(color)) if color[u] < 0)
    return max(
        free, key=lambda u: (len(used[u]) - used[u].count(0), len(neighbours[u]), -u), default=-1
    )
