"""Histograms of degrees."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.plots.degrees import degree_bins, plot_degrees
from hybridq.plots.style import new_figure
from hybridq.presentation.panels import PANELS
from tests.presentation.test_panels import answered


def test_bars_count_nodes_and_the_line_the_neighbours_on_the_other_side() -> None:
    ax = new_figure(4.0, 4.0).add_subplot()
    star = np.stack([np.zeros(4, dtype=int), np.arange(1, 5)], axis=1)
    plot_degrees(star, np.array([0, 1, 1, 1, 0], dtype=np.uint8), ax, title="Degrees")
    assert [bar.get_height() for bar in ax.patches] == [4, 1]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "4"]
    (line,) = ax.figure.axes[1].lines
    # Three of four leaves, and three of the four ends at the centre.
    np.testing.assert_allclose(line.get_ydata(), [0.75, 0.75])


def test_equal_degrees_leave_the_neighbours_on_the_other_side() -> None:
    ax = new_figure(4.0, 4.0).add_subplot()
    ring = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]])
    plot_degrees(ring, np.array([0, 1, 0, 1, 1], dtype=np.uint8), ax, title="Degrees")
    assert [bar.get_height() for bar in ax.patches] == [2, 3]  # nodes 3 and 4 keep one
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    assert ax.get_xlabel() == "neighbours with the other bit"
    assert len(ax.figure.axes) == 1


@pytest.mark.parametrize("seed", range(3))
def test_bins_hold_every_degree_that_their_name_says(seed: int) -> None:
    degrees = np.random.default_rng(seed).zipf(1.6, 3000).clip(0, 10**6) - 1
    bars, names = degree_bins(degrees)
    for bar, name in enumerate(names):
        inside = degrees[bars == bar]
        low, _, high = name.partition("–")
        assert ((inside >= int(low)) & (inside <= int(high or low))).all()
    assert len(names) <= 24


def test_only_large_graphs_with_a_bit_for_each_node_have_the_panel() -> None:
    large, small = (hq.MaxCut(nx.cycle_graph(n)) for n in (302, 10))
    assert PANELS["degrees"].applies(answered(large, "01" * 151))
    assert not PANELS["degrees"].applies(answered(small, "01" * 5))
