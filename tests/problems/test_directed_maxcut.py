"""Maximum directed cut: brute force, orientation, files, refusal by other families."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems import IndependentSet, MaxCut
from hybridq.problems.formats import read_graph
from hybridq.testing import check_problem
from tests.problems.graph_families import all_bits


@st.composite
def digraphs(draw: st.DrawFn) -> nx.DiGraph:
    """Directed graphs with weights, pairs of opposite edges among them."""
    n = draw(st.integers(2, 6))
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for u, v in draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True)):
        graph.add_edge(u, v, weight=draw(st.integers(-4, 9)))
    return graph


@settings(max_examples=50, deadline=None)
@given(digraphs())
def test_an_edge_counts_from_side_1_to_side_0(graph: nx.DiGraph) -> None:
    problem = MaxCut(graph)
    rows = all_bits(len(graph))
    expected = [
        sum(w for u, v, w in graph.edges(data="weight") if row[u] == 1 and row[v] == 0)
        for row in rows
    ]
    np.testing.assert_allclose(problem.values(rows), expected)
    np.testing.assert_allclose(-problem.cost().energies(rows), expected, atol=1e-9)
    for row in rows[:: max(1, len(rows) // 4)]:
        leaving = nx.edge_boundary(graph, {u for u in graph if row[u]}, data="weight", default=0)
        assert problem.value(row) == pytest.approx(sum(w for _, _, w in leaving))


def test_a_graph_with_each_edge_in_both_directions_is_the_undirected_one() -> None:
    graph = nx.petersen_graph()
    rows = all_bits(10)
    both = MaxCut(graph.to_directed())
    np.testing.assert_allclose(both.values(rows), MaxCut(graph).values(rows))
    assert not both.cost().linear.any()
    assert both.most == 30.0


def test_a_directed_ring_of_three() -> None:
    """One edge of three leads out of any set; the cost has odd terms only in general."""
    ring = MaxCut(nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a")]))
    assert ring.values(all_bits(3)).max() == 1.0
    path = MaxCut(nx.DiGraph([("a", "b")]))
    assert path.cost().linear.tolist() == [0.25, -0.25]
    assert path.value({"a": 1, "b": 0}) == 1.0  # type: ignore[arg-type]
    assert path.value({"a": 0, "b": 1}) == 0.0  # type: ignore[arg-type]
    assert path.cut_edges([1, 0]) == [("a", "b")]
    assert path.cut_edges([0, 1]) == []
    assert path.mean_value == 0.25
    assert path.size() == "2 nodes, 1 directed edge, total weight 1"
    assert path.describe()["directed"] is True
    assert path.notes == (
        "The graph is directed: an edge counts where it leads from side 1 to side 0.",
    )


def test_undirected_graphs_say_nothing_of_directions() -> None:
    problem = MaxCut(nx.path_graph(2))
    assert problem.notes == ()
    assert "directed" not in problem.describe()


@pytest.mark.parametrize("weighted", [False, True])
def test_instances_keep_the_contract(weighted: bool) -> None:
    graph = nx.gn_graph(6, seed=2)
    if weighted:
        nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, 2.5), "weight")
    check_problem(MaxCut(graph))


GRAPHML = (
    '<graphml><graph edgedefault="directed"><node id="a"/><node id="b"/><node id="c"/>'
    '<edge source="a" target="b"/><edge source="b" target="a"/><edge source="c" target="a"/>'
    "</graph></graphml>"
)
FILES = {
    "node-link": '{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": '
    '[{"source": "a", "target": "b"}, {"source": "b", "target": "a"}, '
    '{"source": "c", "target": "a"}]}',
    "json": '{"directed": true, "nodes": ["a", "b", "c"], '
    '"edges": [["a", "b"], ["b", "a"], ["c", "a"]]}',
    "graphml": GRAPHML,
    "gml": 'graph [ directed 1 node [ id 0 label "a" ] node [ id 1 label "b" ] '
    'node [ id 2 label "c" ] edge [ source 0 target 1 ] edge [ source 1 target 0 ] '
    "edge [ source 2 target 0 ] ]",
    "pajek": "*Vertices 3\n1 a\n2 b\n3 c\n*Arcs\n1 2 1\n2 1 1\n3 1 1\n",
}


@pytest.mark.parametrize("name", FILES)
def test_directed_files_are_read(name: str) -> None:
    problem = MaxCut.from_bytes(FILES[name].encode(), source="some.file")
    assert problem.is_directed
    assert set(problem.graph.edges) == {("a", "b"), ("b", "a"), ("c", "a")}
    assert problem.values(all_bits(3)).max() == 2.0


@pytest.mark.parametrize("name", FILES)
def test_other_families_refuse_them_in_one_line(name: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    for read in (
        lambda: IndependentSet.from_bytes(FILES[name].encode(), source="some.file"),
        lambda: read_graph(tmp_path / "some.file"),
    ):
        (tmp_path / "some.file").write_text(FILES[name], encoding="utf-8")
        with pytest.raises(FormatError, match=r"some\.file.*the graph is directed") as caught:
            read()
        assert "\n" not in str(caught.value)
    with pytest.raises(ProblemError, match="the graph is directed"):
        IndependentSet(nx.DiGraph([(0, 1)]))
