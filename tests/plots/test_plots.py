from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import hybridq as hq
from hybridq.core.errors import DimensionError, OutputError, ParameterError
from hybridq.plots import (
    check_plot_path,
    plot_convergence,
    plot_cut,
    plot_cut_distribution,
    plot_landscape,
    png,
    save,
)
from hybridq.plots.bits import plot_bits
from hybridq.plots.distribution import histogram_edges
from hybridq.plots.labels import covered_lengths
from hybridq.plots.layout import clutter, node_positions
from hybridq.plots.style import percent
from hybridq.presentation import (
    Best,
    EngineInfo,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Result,
    Trace,
)
from hybridq.presentation.overview import overview


def edge_groups(ax: Any) -> dict[str, LineCollection]:
    return {c.get_gid(): c for c in ax.collections if isinstance(c, LineCollection)}


def node_groups(ax: Any) -> list[PathCollection]:
    return [c for c in ax.collections if isinstance(c, PathCollection)]


def line(ax: Any, label: str) -> Any:
    return next(entry for entry in ax.lines if label in entry.get_label())


# -- the cut --------------------------------------------------------------------------------------


@given(st.integers(0, 2**16), st.integers(2, 14))
@settings(deadline=None, max_examples=15)
def test_every_edge_is_drawn_once_and_cut_edges_are_told_apart(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, 0.5, seed=seed)
    for u, v in graph.edges:
        graph[u][v]["weight"] = float(rng.normal())
    sides = dict(enumerate(rng.integers(0, 2, n).tolist()))
    groups = edge_groups(plot_cut(graph, sides))
    for cut in (True, False):
        for negative in (True, False):
            expected = sum(
                (sides[u] != sides[v]) == cut and (data["weight"] < 0) == negative
                for u, v, data in graph.edges(data=True)
            )
            gid = f"{'cut' if cut else 'uncut'}-{'negative' if negative else 'positive'}"
            drawn = len(groups[gid].get_segments()) if gid in groups else 0
            assert drawn == expected


def test_cut_edges_are_solid_in_front_and_darker_than_the_dashed_uncut_ones() -> None:
    groups = edge_groups(plot_cut(nx.cycle_graph(5), {0: 0, 1: 1, 2: 0, 3: 1, 4: 0}))
    cut, uncut = groups["cut-positive"], groups["uncut-positive"]
    assert cut.get_zorder() > uncut.get_zorder()
    assert cut.get_linewidths()[0] > uncut.get_linewidths()[0]
    assert cut.get_linestyles()[0][1] is None
    assert uncut.get_linestyles()[0][1] is not None
    assert sum(cut.get_edgecolors()[0][:3]) < sum(uncut.get_edgecolors()[0][:3])


def test_sides_differ_in_shape_and_in_brightness() -> None:
    first, second = node_groups(plot_cut(nx.path_graph(4), {0: 0, 1: 1, 2: 0, 3: 1}))
    assert len(first.get_paths()[0].vertices) != len(second.get_paths()[0].vertices)
    luminance = [
        float(np.dot(group.get_facecolors()[0][:3], [0.2126, 0.7152, 0.0722]))
        for group in (first, second)
    ]
    assert abs(luminance[0] - luminance[1]) > 0.2


def test_line_width_grows_with_the_size_of_the_weight() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 0.5), ("b", "c", 2.0), ("c", "d", 1.0)])
    widths = edge_groups(plot_cut(graph, {"a": 0, "b": 1, "c": 0, "d": 1}))["cut-positive"]
    thin, thick, middle = widths.get_linewidths()
    assert thin < middle < thick


def test_edges_end_at_their_nodes_and_labels_sit_on_them() -> None:
    graph = nx.Graph([("x", "y"), ("y", "z")])
    ax = plot_cut(graph, {"x": 0, "y": 1, "z": 0})
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert set(places) == {"x", "y", "z"}
    segments = edge_groups(ax)["cut-positive"].get_segments()
    for segment, ends in zip(segments, graph.edges, strict=True):
        assert np.allclose(segment, [places[ends[0]], places[ends[1]]])


@pytest.mark.parametrize("graph", [nx.florentine_families_graph(), nx.davis_southern_women_graph()])
def test_long_labels_never_overlap(graph: nx.Graph) -> None:
    ax = plot_cut(graph, {node: i % 2 for i, node in enumerate(graph)})
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) >= 0.8 * len(graph)
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])


@pytest.mark.parametrize("graph", [nx.florentine_families_graph(), nx.grid_2d_graph(4, 4)])
def test_no_edge_runs_through_a_label_where_there_is_room(graph: nx.Graph) -> None:
    ax = plot_cut(graph, {node: i % 2 for i, node in enumerate(graph)})
    ax.figure.draw_without_rendering()
    assert len(ax.texts) == len(graph)
    segments = np.concatenate([group.get_segments() for group in edge_groups(ax).values()])
    ends = ax.transData.transform(segments.reshape(-1, 2)).reshape(-1, 2, 2)
    along = np.linspace(0.0, 1.0, 2001)[:, None, None]
    dots = ((1 - along) * ends[:, 0] + along * ends[:, 1]).reshape(-1, 2)
    for text in ax.texts:
        box = text.get_window_extent()
        inside = np.all((dots > box.min) & (dots < box.max), axis=1)
        assert not inside.any(), text.get_text()


def test_a_label_that_must_lie_on_edges_hides_them_behind_white() -> None:
    star = nx.star_graph([f"family {i}" for i in range(30)])
    ax = plot_cut(star, dict.fromkeys(star, 0))
    edge_order = max(group.get_zorder() for group in edge_groups(ax).values())
    for text in ax.texts:
        box = text.get_bbox_patch()
        assert to_hex(box.get_facecolor(), keep_alpha=True) == "#ffffffff"
        assert text.get_zorder() > edge_order


def test_covered_length_is_that_of_the_part_inside() -> None:
    starts = np.array([[-1.0, 1.0], [-1.0, -1.0], [1.0, -5.0], [3.0, 0.0], [0.5, 0.5]])
    ends = np.array([[9.0, 1.0], [1.0, 1.0], [1.0, 5.0], [3.0, 9.0], [1.5, 0.5]])
    lengths = covered_lengths((0.0, 0.0, 2.0, 2.0), starts, ends)
    assert lengths == pytest.approx([2.0, 2.0**0.5, 2.0, 0.0, 1.0])


def test_labels_with_dollar_signs_are_plain_text() -> None:
    graph = nx.Graph([("$x", "y$"), ("y$", "$\\bad{$")])
    assert png(plot_cut(graph, dict.fromkeys(graph, 0)).figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("assignment", [{0: 0, 1: 1}, {0: 0, 1: 1, 2: 2}])
def test_a_node_without_a_side_is_named(assignment: dict[int, int]) -> None:
    with pytest.raises(ParameterError, match="node 2"):
        plot_cut(nx.path_graph(3), assignment)


def test_weights_of_edges_can_be_ignored() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 0.5), ("b", "c", 2.0)])
    ax = plot_cut(graph, {"a": 0, "b": 1, "c": 0}, weighted=False)
    assert len(set(edge_groups(ax)["cut-positive"].get_linewidths())) == 1
    assert not any("weight" in text.get_text() for text in ax.get_legend().get_texts())


# -- the layout -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "graph",
    [
        nx.empty_graph(1),
        nx.empty_graph(7),
        nx.path_graph(2),
        nx.disjoint_union_all([nx.cycle_graph(6), nx.path_graph(3), nx.empty_graph(3)]),
        nx.random_regular_graph(3, 60, seed=2),
        nx.complete_graph(12),
    ],
)
def test_nodes_are_apart_and_the_layout_is_the_same_each_time(graph: nx.Graph) -> None:
    xy = node_positions(graph)
    gaps = np.linalg.norm(xy[:, None] - xy[None], axis=2) + 9.0 * np.eye(len(graph))
    assert gaps.min() > 0.15
    assert np.array_equal(xy, node_positions(graph))


def test_a_path_is_laid_out_in_order_along_its_length() -> None:
    xy = node_positions(nx.path_graph(8), aspect=2.0)
    steps = np.diff(xy[:, 0])
    assert np.all(steps > 0) or np.all(steps < 0)


@pytest.mark.parametrize("aspect", [0.7, 1.0, 1.6])
@pytest.mark.parametrize("n", [12, 15, 40])
def test_a_long_path_fills_the_place_without_crossing_itself(n: int, aspect: float) -> None:
    edges = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    xy = node_positions(nx.path_graph(n), aspect)
    width, height = np.ptp(xy, axis=0) + 1.0
    assert 0.55 < width / height / aspect < 1.8
    assert clutter(xy, edges) == 0.0
    gaps = np.linalg.norm(xy[:, None] - xy[None], axis=2)[np.triu_indices(n, 2)]
    assert gaps.min() > 0.8 * np.linalg.norm(np.diff(xy, axis=0), axis=1).max()


def test_a_square_grid_stands_on_its_side_and_not_on_a_corner() -> None:
    xy = node_positions(nx.grid_2d_graph(4, 4))
    steps = np.abs(xy[1:4] - xy[0:3])
    assert np.all(steps.min(axis=1) < 0.2 * steps.max(axis=1))


def test_clutter_counts_a_crossing_and_a_node_under_an_edge() -> None:
    square = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert clutter(square, np.array([[0, 1], [2, 3]])) == 1.0
    assert clutter(square, np.array([[0, 2], [1, 3]])) == 0.0
    row = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 0.01]])
    assert clutter(row, np.array([[0, 1]])) == 4.0


# -- convergence ----------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=60),
    st.sampled_from(["maximize", "minimize"]),
)
@settings(deadline=None, max_examples=20)
def test_best_so_far_is_monotone_and_ends_at_the_best(values: list[float], sense: Any) -> None:
    ax = plot_convergence(values, sense=sense)
    shown = np.asarray(line(ax, "best so far").get_ydata(), dtype=float)
    assert np.array_equal(line(ax, "each").get_ydata(), values, equal_nan=True)
    seen = shown[~np.isnan(shown)]
    if seen.size:
        steps = np.diff(seen)
        assert np.all(steps >= 0) if sense == "maximize" else np.all(steps <= 0)
        assert seen[-1] == (np.nanmax(values) if sense == "maximize" else np.nanmin(values))


def test_the_reference_is_a_dashed_line_at_its_value() -> None:
    ax = plot_convergence([1.0, 2.0], reference=3.5)
    reference = line(ax, "reference: 3.5")
    assert list(reference.get_ydata()) == [3.5, 3.5]
    assert reference.is_dashed()
    low, high = ax.get_ylim()
    assert low < 1.0
    assert high > 3.5


@pytest.mark.parametrize("sense", ["maximize", "minimize"])
def test_a_bad_step_does_not_squash_the_axis_and_is_marked_at_its_edge(sense: Any) -> None:
    up = 1.0 if sense == "maximize" else -1.0
    ax = plot_convergence(up * np.array([16.0, 10.3, 16.5, np.nan, 16.4]), up * 17.0, sense)
    low, high = sorted(up * limit for limit in ax.get_ylim())
    assert 15.0 < low < 16.0
    assert 17.0 < high < 18.0
    mark = line(ax, "1 below" if up > 0 else "1 above")
    assert ("10.3" if up > 0 else "−10.3") in mark.get_label()
    assert list(mark.get_xdata()) == [2]
    assert low < up * mark.get_ydata()[0] < low + 0.1 * (high - low)


def test_nothing_is_marked_where_all_values_fit() -> None:
    ax = plot_convergence([1.0, 0.9, 2.0, 1.8], 3.0)
    assert len(ax.lines) == 3
    assert ax.get_ylim()[0] < 0.9


def test_a_search_that_never_improves_still_shows_every_value() -> None:
    low, high = plot_convergence([5.0, 1.0, 4.0]).get_ylim()
    assert low < 1.0
    assert high > 5.0


def test_a_search_without_evaluations_still_gives_axes() -> None:
    assert plot_convergence([]).get_xlabel() == "evaluation"


# -- the distribution -----------------------------------------------------------------------------


@given(st.dictionaries(st.integers(-50, 400), st.integers(1, 500), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20)
def test_bars_hold_all_samples(counts: dict[int, int]) -> None:
    values = sorted(counts)
    ax = plot_cut_distribution(values, [counts[v] for v in values], values)
    assert sum(bar.get_height() for bar in ax.containers[0]) == pytest.approx(1.0)
    stairs = next(patch for patch in ax.patches if hasattr(patch, "get_data"))
    assert stairs.get_data().values.sum() == pytest.approx(1.0)


def test_few_whole_values_get_a_bar_each_with_its_share() -> None:
    ax = plot_cut_distribution([4.0, 6.0, 10.0], [10, 30, 60], reference=10.0)
    centres = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in ax.containers[0]}
    assert centres == pytest.approx({4.0: 0.1, 6.0: 0.3, 8.0: 0.0, 10.0: 0.6})
    assert list(line(ax, "reference").get_xdata()) == [10.0, 10.0]


@given(st.lists(st.floats(-1e5, 1e5) | st.integers(-9, 9), min_size=1, max_size=50))
@settings(deadline=None, max_examples=60)
def test_histogram_edges_enclose_all_values(values: list[float]) -> None:
    found = np.array(values, dtype=float)
    edges = histogram_edges(found)
    assert edges[0] <= found.min()
    assert found.max() <= edges[-1]
    assert np.all(np.diff(edges) > 0)
    assert len(edges) <= 51


def test_samples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DimensionError, match="one count for each of 2 sample_values, got 1 counts"):
        plot_cut_distribution([1.0, 2.0], [3])
    with pytest.raises(DimensionError, match="at least one sample"):
        plot_cut_distribution([], [])


# -- the landscape --------------------------------------------------------------------------------


def test_gamma_runs_to_the_right_and_beta_upwards() -> None:
    gammas, betas = np.linspace(0, 3, 7), np.linspace(0, 1, 4)
    values = 10.0 * np.arange(7)[:, None] + np.arange(4)[None, :]
    ax = plot_landscape(gammas, betas, values, point=(1.0, 0.25))
    mesh = next(c for c in ax.collections if isinstance(c, QuadMesh))
    shown = np.asarray(mesh.get_array()).reshape(4, 7)
    assert shown[3, 0] == 3.0
    assert shown[0, 6] == 60.0
    star = line(ax, "angles found")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (1.0, 0.25)


def test_a_landscape_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(DimensionError, match=r"values must be of shape \(3, 2\)"):
        plot_landscape([0, 1, 2], [0, 1], np.zeros((2, 3)))


# -- the whole figure -----------------------------------------------------------------------------


def result(**changes: Any) -> Result:
    problem = hq.MaxCut(nx.petersen_graph())
    sides = {node: int(node in (1, 3, 5, 9)) for node in problem.graph}
    trace: dict[str, Any] = {
        "values": np.array([7.5, 8.0, 10.3]),
        "sample_values": np.array([8.0, 11.0, 12.0]),
        "sample_counts": np.array([5, 9, 6]),
        "uniform_seed": 1,
        "landscape": (np.linspace(0, 1, 5), np.linspace(0, 1, 5), np.eye(5)),
        "problem": problem,
    } | changes
    return Result(
        problem=ProblemInfo("maxcut", "Petersen", 10, "maximize", "cut"),
        ansatz={"kind": "qaoa", "p": 1, "n_params": 2},
        engine=EngineInfo("diagonal", "a diagonal cost", "double"),
        optimizer=OptimizerInfo("cobyla", 3, "converged", "done"),
        parameters=np.array([0.3, 0.4]),
        expectation=10.3,
        best=Best(12.0, "0101010001", sides),
        reference=Reference(12.0, "exhaustive search", True),
        ratio=Ratio(10.3 / 12, 1.0),
        seed=7,
        seconds=0.5,
        versions={},
        trace=Trace(**trace),
    )


@pytest.mark.parametrize(
    ("absent", "titles"),
    [
        ({}, ["The cut", "Convergence", "Sampled cuts", "Landscape at p = 1"]),
        ({"landscape": None}, ["The cut", "Convergence", "Sampled cuts"]),
        ({"landscape": None, "problem": None}, ["Convergence", "Sampled cuts"]),
        ({"landscape": None, "problem": None, "sample_values": None}, ["Convergence"]),
    ],
)
def test_the_overview_has_a_panel_for_what_the_trace_holds(
    absent: dict[str, Any], titles: list[str]
) -> None:
    figure = overview(result(**absent))
    assert [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")] == titles


def test_the_headline_states_answer_reference_and_ratio() -> None:
    headline = overview(result()).get_suptitle()
    assert headline == "Petersen: best cut 12, 100 % of the optimum 12"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0, "100 %"), (0.97764, "97.8 %"), (0.99999, "> 99.9 %"), (1.00001, "> 100 %")],
)
def test_a_ratio_is_in_per_cent_and_never_rounded_to_100(ratio: float, text: str) -> None:
    assert percent(ratio) == text


def test_nothing_overlaps_in_the_overview() -> None:
    figure = overview(result())
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "magic"), [("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.SVG", b"<?xml")]
)
def test_a_figure_is_written_in_the_format_of_its_suffix_and_the_same_each_time(
    tmp_path: Path, name: str, magic: bytes
) -> None:
    contents = []
    for _ in range(2):
        save(plot_convergence([1.0, 2.0, 1.5], 3.0).figure, tmp_path / name)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0].startswith(magic)
    assert contents[0] == contents[1]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    broken = Figure()
    broken.savefig = lambda *_, **__: (_ for _ in ()).throw(OSError("disk full"))  # type: ignore[method-assign]
    with pytest.raises(OutputError, match="disk full"):
        save(broken, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["a.jpeg", "a", "a.json"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"choose from \.pdf, \.png, \.svg"):
        check_plot_path(tmp_path / name)
    with pytest.raises(OutputError, match=r"choose from \.pdf, \.png, \.svg"):
        save(Figure(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_found_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        check_plot_path(tmp_path / "none" / "a.png")


def test_given_axes_are_drawn_on_and_pyplot_stays_out_of_it() -> None:
    ax = Figure().add_subplot()
    assert plot_convergence([1.0], ax=ax) is ax
    assert isinstance(plot_cut(nx.path_graph(2), {0: 0, 1: 1}).figure, Figure)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_colours_are_those_of_okabe_and_ito() -> None:
    # Okabe & Ito 2008, "Color Universal Design".
    first, second = node_groups(plot_cut(nx.path_graph(2), {0: 0, 1: 1}))
    assert to_hex(first.get_facecolors()[0]) == "#0072b2"
    assert to_hex(second.get_facecolors()[0]) == "#e69f00"


def test_a_label_that_is_cut_ends_in_an_ellipsis() -> None:
    axes = Figure().add_subplot()
    plot_bits(axes, ["short", "exactly8", "Lamberteschi"], np.array([0, 1, 0], dtype=np.uint8))
    assert [text.get_text() for text in axes.texts] == ["short", "exactly8", "Lambert…"]
