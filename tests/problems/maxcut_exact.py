"""Exact maximum cuts by two methods that share nothing with the package."""

from __future__ import annotations

import networkx as nx
import numpy as np


def all_cuts(graph: nx.Graph, dtype: type = np.int32) -> np.ndarray:
    """Cut weight of every assignment with the last node on side 0, shape (2**(n-1),).

    Entry z has node q on side (z >> q) & 1. One node after the other: the node k adds
    f(z) = sum_j w_jk z_j on side 0 and W_k - f(z) on side 1.
    """
    nodes = list(graph)
    cuts = np.zeros(1, dtype=dtype)
    for k, node in enumerate(nodes):
        pull = np.zeros(1, dtype=dtype)
        total = 0
        for earlier in nodes[:k]:
            weight = graph[node][earlier].get("weight", 1) if graph.has_edge(node, earlier) else 0
            total += weight
            pull = np.concatenate([pull, pull + dtype(weight)])
        if k == len(nodes) - 1:
            return cuts + pull
        cuts = np.concatenate([cuts + pull, cuts + (dtype(total) - pull)])
    raise AssertionError("a graph without nodes")


def milp_bound(graph: nx.Graph) -> tuple[float, float]:
    """A cut and an upper bound by integer programming (HiGHS), for weights that are >= 0.

    A binary side for each node, a crossing variable in [0, 1] for each edge, and the
    inequalities y_ij <= x_i + x_j, y_ij <= 2 - x_i - x_j, y_ij + y_jk + y_ik <= 2.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    index = {node: i for i, node in enumerate(graph)}
    n = len(index)
    column = {frozenset(edge): n + k for k, edge in enumerate(graph.edges)}
    rows: list[dict[int, int]] = []
    upper: list[int] = []
    for u, v in graph.edges:
        y, i, j = column[frozenset((u, v))], index[u], index[v]
        rows += [{y: 1, i: -1, j: -1}, {y: 1, i: 1, j: 1}]
        upper += [0, 2]
        for third in nx.common_neighbors(graph, u, v):
            a, b = column[frozenset((u, third))], column[frozenset((v, third))]
            rows += [{y: 1, a: 1, b: 1}, {y: 1, a: -1, b: -1}]
            upper += [2, 0]
    entries = [(r, c, value) for r, row in enumerate(rows) for c, value in row.items()]
    r, c, values = zip(*entries, strict=True)
    matrix = coo_array((values, (r, c)), shape=(len(rows), n + len(column))).tocsr()
    weights = np.array([w for *_, w in graph.edges(data="weight", default=1)], dtype=float)
    high = np.ones(n + len(column))
    high[index[max(graph, key=graph.degree)]] = 0  # one side is free to choose
    found = milp(
        -np.concatenate([np.zeros(n), weights]),
        constraints=LinearConstraint(matrix, -np.inf, upper),
        integrality=np.concatenate([np.ones(n), np.zeros(len(column))]),
        bounds=Bounds(0, high),
    )
    return -found.fun, -found.mip_dual_bound
