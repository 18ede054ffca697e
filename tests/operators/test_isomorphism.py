"""Isomorphisms of energies, against NetworkX's VF2 and by the energies themselves."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hybridq as hq
from hybridq.operators.isomorphism import isomorphism


def relabelled(graph, order):
    """The graph with its nodes renamed and listed in another order."""
    names = dict(zip(graph, order, strict=True))
    new = nx.Graph()
    new.add_nodes_from(sorted(names.values()))
    new.add_edges_from((names[u], names[v], data) for u, v, data in graph.edges(data=True))
    return new


@given(n=st.integers(2, 9), seed=st.integers(0, 999), weighted=st.booleans())
def test_every_relabelled_graph_is_found_with_its_energies(n, seed, weighted):
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, 0.5, seed=seed)
    graph.add_edge(0, 1)
    for u, v in graph.edges:
        graph[u][v]["weight"] = float(rng.choice([0.1, -2.5])) if weighted else 1.0
    a = hq.MaxCut(graph).ising
    b = hq.MaxCut(relabelled(graph, rng.permutation(n).tolist())).ising
    found = isomorphism(a, b)
    assert sorted(found.tolist()) == list(range(n))
    x = rng.integers(0, 2, (20, n), dtype=np.uint8)
    y = np.empty_like(x)
    y[:, found] = x
    np.testing.assert_allclose(a.energies(x), b.energies(y), atol=1e-12)


@given(n=st.integers(4, 7), seeds=st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_graphs_agree_with_networkx(n, seeds):
    one, two = (nx.gnm_random_graph(n, n, seed=seed) for seed in seeds)
    found = isomorphism(hq.MaxCut(one).ising, hq.MaxCut(two).ising)
    assert (found is not None) == nx.is_isomorphic(one, two)


@pytest.mark.parametrize(
    "graph",
    [nx.hypercube_graph(6), nx.petersen_graph(), nx.paley_graph(13).to_undirected(),
     nx.random_regular_graph(3, 64, seed=1), nx.complete_graph(20)],
)  # fmt: skip
def test_symmetric_graphs_take_few_steps(graph):
    graph = nx.convert_node_labels_to_integers(graph)
    order = np.random.default_rng(3).permutation(len(graph)).tolist()
    a, b = hq.MaxCut(graph).ising, hq.MaxCut(relabelled(graph, order)).ising
    assert isomorphism(a, b) is not None


def test_regular_graphs_that_colours_do_not_tell_apart():
    """Two triangles and a hexagon; the 4x4 rook's graph and Shrikhande's, both srg(16, 6, 2, 2)."""
    triangles = nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))
    assert isomorphism(hq.MaxCut(triangles).ising, hq.MaxCut(nx.cycle_graph(6)).ising) is None
    rook = nx.convert_node_labels_to_integers(nx.line_graph(nx.complete_bipartite_graph(4, 4)))
    steps = ((0, 1), (1, 0), (1, 1))
    shrikhande = nx.Graph(
        (4 * i + j, 4 * ((i + di) % 4) + (j + dj) % 4)
        for i in range(4) for j in range(4) for di, dj in steps
    )  # fmt: skip
    assert isomorphism(hq.MaxCut(rook).ising, hq.MaxCut(shrikhande).ising) is None


def test_weights_must_be_equal():
    ring = nx.cycle_graph(5)
    other = nx.cycle_graph(5)
    other.add_edge(0, 1, weight=1.0 + 1e-12)
    assert isomorphism(hq.MaxCut(ring).ising, hq.MaxCut(other).ising) is None
    assert isomorphism(hq.MaxCut(ring).ising, hq.MaxCut(ring).ising, most_refinements=0) is None
