"""Random graphs and brute force for families on graphs, written from the graph alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from hybridq.problems.base import BinaryProblem

Groups = dict[Any, int]


def all_bits(n: int) -> NDArray[np.uint8]:
    """All assignments of n bits, one row each."""
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def ground_states(problem: BinaryProblem) -> tuple[float, NDArray[np.uint8]]:
    """The lowest energy of a cost, and the assignments that have it."""
    rows = all_bits(problem.n_qubits)
    energies = np.asarray(problem.cost().energies(rows))
    lowest = float(energies.min())
    return lowest, rows[energies <= lowest + 1e-7 * max(1.0, problem.value_scale)]


def best_groups(
    graph: nx.Graph, k: int, value: Callable[[Groups], float | None], *, largest: bool
) -> tuple[float, list[Groups]]:
    """The best value of all ways to give each node one of k groups, and those that have it.

    Args:
        graph: the graph.
        k: number of groups.
        value: of the groups by node, None where they are not allowed.
        largest: True for the largest value, False for the least.
    """
    sign = -1.0 if largest else 1.0
    found: list[tuple[float, Groups]] = []
    for groups in product(range(k), repeat=len(graph)):
        named = dict(zip(graph, groups, strict=True))
        number = value(named)
        if number is not None:
            found.append((sign * number, named))
    best = min(number for number, _ in found)
    return sign * best, [named for number, named in found if number <= best + 1e-9]


def cut_weight(graph: nx.Graph, groups: Groups) -> float:
    """The weight of the edges between different groups."""
    return sum(w for u, v, w in graph.edges(data="weight", default=1) if groups[u] != groups[v])


@st.composite
def graphs(
    draw: st.DrawFn, least: int = 3, most: int = 5, weights: st.SearchStrategy[float] | None = None
) -> nx.Graph:
    """Graphs with one edge or more, nodes named by letters."""
    n = draw(st.integers(least, most))
    names = "abcdefgh"[:n]
    pairs = [(u, v) for i, u in enumerate(names) for v in names[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    graph = nx.Graph()
    graph.add_nodes_from(names)
    for u, v in chosen:
        graph.add_edge(u, v)
        if weights is not None:
            graph[u][v]["weight"] = draw(weights)
    return graph
