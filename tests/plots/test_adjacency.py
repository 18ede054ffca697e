"""Pictures of large graphs: adjacency matrices, nodes by group."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from hybridq.plots import plot_cut
from hybridq.plots.adjacency import Marks, plot_adjacency
from hybridq.plots.layout import LARGE
from hybridq.plots.node_groups import EdgeSet, plot_node_groups
from hybridq.plots.style import INK, new_figure
from hybridq.problems import MaxCut


def _inked(ax) -> np.ndarray:  # type: ignore[no-untyped-def]
    """The bins that are not white."""
    (image,) = ax.get_images()
    return (np.asarray(image.get_array()) < 1.0).any(axis=2)


def _legend(ax) -> list[str]:  # type: ignore[no-untyped-def]
    return [text.get_text() for text in ax.get_legend().get_texts()]


def _drawn(groups, pairs, *, directed=False):  # type: ignore[no-untyped-def]
    ax = new_figure(4.0, 4.0).add_subplot()
    names = [f"part {group}" for group in np.unique(groups)]
    marks = [Marks("edges", np.asarray(pairs), INK, directed)]
    plot_adjacency(ax, np.asarray(groups), names, marks, title="The cut")
    return _inked(ax)


def test_neighbours_in_a_shuffled_path_are_next_to_each_other() -> None:
    n = 40
    path = np.random.default_rng(4).permutation(n)
    found = _drawn(np.zeros(n, dtype=int), np.stack([path[:-1], path[1:]], axis=1))
    assert np.array_equal(found, np.eye(n, k=1, dtype=bool) | np.eye(n, k=-1, dtype=bool))


def test_rows_are_ordered_by_group() -> None:
    n = 30
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    found = _drawn(np.arange(n) % 2, ring)
    half = n // 2
    assert not found[:half, :half].any()
    assert not found[half:, half:].any()
    assert (found[:half, half:].sum(axis=0) == 2).all()
    assert np.array_equal(found, found.T)


def test_directed_edges_are_in_the_row_of_their_tail() -> None:
    star = np.stack([np.zeros(9, dtype=int), np.arange(1, 10)], axis=1)
    groups = (np.arange(10) > 0).astype(int)
    assert np.array_equal(np.flatnonzero(_drawn(groups, star, directed=True).any(axis=1)), [0])


def test_a_large_cut_is_a_matrix_of_its_two_sides() -> None:
    graph = nx.cycle_graph(2 * LARGE)
    ax = plot_cut(graph, {node: node % 2 for node in graph})
    found, bins = _inked(ax), len(_inked(ax))
    assert not found[: bins // 2 - 1, : bins // 2 - 1].any()
    assert not found[bins // 2 + 1 :, bins // 2 + 1 :].any()
    assert found[: bins // 2, bins // 2 :].any()
    assert _legend(ax) == ["600 cut edges"]
    texts = [label.get_text() for label in ax.get_yticklabels()]
    assert texts == ["side 0\n300 nodes", "side 1\n300 nodes"]


def test_signs_and_conflicts_of_a_large_cut_have_their_own_entries() -> None:
    graph = nx.cycle_graph(LARGE + 1)
    weights = {(0, 1): -1.0, (1, 2): -2.0}
    nx.set_edge_attributes(graph, weights, "weight")
    sides = dict.fromkeys(graph, 0) | {0: 1, 100: 1, 101: 1}
    ax = plot_cut(graph, sides, conflict="conflict")
    assert _legend(ax) == [
        "3 cut edges, weight 3",
        "1 negative cut edge, weight −1",
        "295 uncut edges, weight 295",
        "1 negative uncut edge, weight −2",
        "1 conflict",
    ]


def test_an_edge_in_two_sets_is_drawn_once() -> None:
    n = LARGE + 2
    pairs = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    groups = np.full(n, -1)
    groups[:5] = 0
    ax = plot_node_groups(
        nx.path_graph(n), groups, names=["chosen"], title="The set",
        edges=[EdgeSet("edge", pairs, None, "weak"), EdgeSet("loop", pairs[:1], None, "conflict")],
    )  # fmt: skip
    assert _legend(ax) == ["301 edges", "1 loop"]
    (image,) = ax.get_images()
    colours = {tuple(np.round(c, 3)) for c in np.asarray(image.get_array()).reshape(-1, 3)}
    assert len(colours) >= 3  # white, and one for each set


@pytest.mark.parametrize("directed", [False, True])
def test_a_graph_of_many_nodes_is_a_picture_of_bounded_size(directed: bool) -> None:
    n = 20_000
    rng = np.random.default_rng(2)
    graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(rng.integers(0, n, (n, 2)).tolist())
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    problem = MaxCut(graph)
    ax = new_figure(4.0, 4.0).add_subplot()
    problem.draw(ax, rng.integers(0, 2, n).astype(np.uint8))
    (image,) = ax.get_images()
    assert max(image.get_array().shape) <= 360
    assert sum(int(text.split()[0]) for text in _legend(ax)) == graph.number_of_edges()
