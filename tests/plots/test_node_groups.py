"""Pictures of graphs with nodes in groups."""

from __future__ import annotations

import networkx as nx
import numpy as np
from matplotlib.patches import FancyArrowPatch

from hybridq.plots.node_groups import EdgeSet, plot_node_groups
from hybridq.plots.style import new_figure
from hybridq.problems import MaxCut
from hybridq.problems.coloring import Coloring


def _legend(axes) -> list[str]:  # type: ignore[no-untyped-def]
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_legend_counts_nodes_and_edges() -> None:
    graph = nx.path_graph(4)
    pairs = np.array([(0, 1), (1, 2), (2, 3)])
    axes = plot_node_groups(
        graph,
        np.array([0, 1, 1, -1]),
        names=["left", "right"],
        edges=[
            EdgeSet("other edge", pairs[:2], None, "weak"),
            EdgeSet("edge between parts", pairs[2:], np.array([2.5]), "strong"),
            EdgeSet("conflict", pairs[:0], None, "conflict"),
        ],
        title="Groups",
    )
    assert _legend(axes) == [
        "left: 1 node",
        "right: 2 nodes",
        "in none or several: 1 node",
        "2 other edges",
        "1 edge between parts, weight 2.5",
    ]
    assert axes.get_title(loc="left") == "Groups"


def test_directed_edges_are_arrows() -> None:
    axes = new_figure(4.0, 4.0).add_subplot()
    MaxCut(nx.DiGraph([(0, 1), (1, 0), (1, 2)])).draw(axes, np.array([0, 1, 0], dtype=np.uint8))
    assert sum(isinstance(each, FancyArrowPatch) for each in axes.patches) == 3
    assert "2 edges from side 1 to side 0" in _legend(axes)


def test_the_title_of_a_colouring_says_whether_it_is_proper() -> None:
    problem = Coloring(nx.path_graph(3), 2)
    titles = {}
    for bits in ([0], [1]):  # the first two nodes are a fixed clique
        row = np.array(bits, dtype=np.uint8)
        axes = new_figure(4.0, 4.0).add_subplot()
        problem.draw(axes, row)
        titles[problem.value(row)] = axes.get_title(loc="left")
    assert titles[0.0] == "A proper colouring"
    assert titles[1.0] == "A colouring with 1 conflict"
