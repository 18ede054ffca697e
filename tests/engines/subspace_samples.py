"""Small costs on feasible spaces, with published or known numbers."""

import itertools

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound

# Portfolio of 6 assets, 3 of them: qiskit-optimization tutorial 08 (Barkoutsos et al. 2020).
MEANS = [0.7313, 0.9893, 0.2725, 0.8750, 0.7667, 0.3622]
COVARIANCE = [
    [0.7312, -0.6233, 0.4689, -0.5452, -0.0082, -0.3809],
    [-0.6233, 2.4732, -0.7538, 2.4659, -0.0733, 0.8945],
    [0.4689, -0.7538, 1.1543, -1.4095, 0.0007, -0.4301],
    [-0.5452, 2.4659, -1.4095, 3.5067, 0.2012, 1.0922],
    [-0.0082, -0.0733, 0.0007, 0.2012, 0.6231, 0.1509],
    [-0.3809, 0.8945, -0.4301, 1.0922, 0.1509, 0.8992],
]
PORTFOLIO_SPACE = FeasibleSpace(6, groups=(Group(tuple(range(6)), 3),))


def portfolio():
    """0.5 x Σ x − μ x, minimized."""
    matrix = 0.5 * np.array(COVARIANCE) - np.diag(MEANS)
    return hq.Ising.from_qubo(matrix).to_pauli_sum()


def weight_space(n, k):
    return FeasibleSpace(n, groups=(Group(tuple(range(n)), k),))


def coloring(graph, colors):
    """The number of edges with two equal ends, node u in color c on qubit colors · u + c."""
    n = len(graph)
    terms = {}
    for u, v in graph.edges:
        for c in range(colors):
            terms[colors * u + c, colors * v + c] = 1.0
    blocks = tuple(tuple(range(colors * u, colors * u + colors)) for u in range(n))
    cost = hq.Ising.from_qubo(terms, n_qubits=colors * n).to_pauli_sum()
    return cost, FeasibleSpace(colors * n, groups=tuple(map(Group, blocks)))


DISTANCES = [[0, 10, 15, 20], [10, 0, 35, 25], [15, 35, 0, 30], [20, 25, 30, 0]]


def tour(distances):
    """The length of a tour that begins in city 0; city i + 1 at place j on qubit (n − 1) i + j."""
    d = np.array(distances, dtype=float)
    m = len(d) - 1
    terms = {}

    def add(key, value):
        terms[key] = terms.get(key, 0.0) + value

    for i in range(m):
        add((m * i,), d[0, i + 1])
        add((m * i + m - 1,), d[i + 1, 0])
        for k in range(m):
            if i != k:
                for j in range(m - 1):
                    add(tuple(sorted((m * i + j, m * k + j + 1))), d[i + 1, k + 1])
    cost = hq.Ising.from_qubo(terms, n_qubits=m * m)
    return cost.to_pauli_sum(), permutations(m)


def permutations(m):
    return FeasibleSpace(m * m, grid=tuple(tuple(range(m * i, m * i + m)) for i in range(m)))


def independent_sets(graph):
    graph = nx.convert_node_labels_to_integers(graph)
    edges = tuple(LinearBound(edge, (1.0, 1.0), upper=1.0) for edge in graph.edges)
    return FeasibleSpace(len(graph), edges)


def feasible_by_force(space):
    """All states of a space, from all bit strings and the definition of each constraint."""
    n = space.n_qubits
    rows = np.array(list(itertools.product((0, 1), repeat=n)), dtype=np.uint8)[:, ::-1]
    good = np.ones(len(rows), dtype=bool)
    for bound in space.bounds:
        sums = rows[:, list(bound.qubits)] @ np.array(bound.coefficients)
        good &= (sums >= bound.lower - 1e-9) & (sums <= bound.upper + 1e-9)
    for group in space.groups:
        good &= rows[:, list(group.qubits)].sum(axis=1) == group.count
    for line in (*space.grid, *zip(*space.grid, strict=True)):
        good &= rows[:, list(line)].sum(axis=1) == 1
    for chain in space.chains:
        good &= (np.diff(rows[:, list(chain)].astype(int), axis=1) <= 0).all(axis=1)
    if space.accepts is not None:
        good &= space.accepts(rows)
    return rows[good]
