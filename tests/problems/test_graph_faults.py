"""Graphs that people bring: read in the one consistent way, or refused with the way out."""

from __future__ import annotations

import itertools
import json

import networkx as nx
import numpy as np
import pytest
import scipy.sparse

import hybridq as hq
from hybridq.core.errors import FormatError, HybridqError, ParameterError, ProblemError

D3 = {
    "nodes": [{"id": name} for name in "abcd"],
    "links": [
        {"source": "a", "target": "b", "value": 3},
        {"source": "b", "target": "c", "value": 1},
        {"source": "c", "target": "d", "value": 2},
        {"source": "d", "target": "a", "value": 1},
        {"source": "a", "target": "c", "value": 5},
    ],
}
GRAPHML = """<graphml>
<key id="w" {of} attr.name="{name}" attr.type="double"/>
<key id="l" for="node" attr.name="label" attr.type="string"/>
<graph edgedefault="undirected">
<node id="n0"><data key="l">Ann</data></node><node id="n1"><data key="l">Bob</data></node>
<node id="n2"><data key="l">Cat</data></node>
<edge source="n0" target="n1"><data key="w">3</data></edge>
<edge source="n1" target="n2"><data key="w">4</data></edge>
</graph></graphml>"""


GEXF = """<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">
<graph defaultedgetype="undirected"><nodes>
<node id="0" label="John"/><node id="1" label="Marie"/><node id="2" label="Beth"/></nodes><edges>
<edge id="0" source="0" target="1"/><edge id="1" source="0" target="1"/>
<edge id="2" source="2" target="0" weight="10"/><edge id="3" source="2" target="0" weight="20"/>
</edges></graph></gexf>"""


def read(text: str, **options) -> hq.MaxCut:
    return hq.MaxCut.from_bytes(text.encode(), source="input", **options)


def best_cut(problem: hq.MaxCut) -> float:
    """The largest cut over all assignments, from networkx."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (u, v, data.get("weight", 1)) for u, v, data in problem.graph.edges(data=True)
    )
    nodes = list(graph)
    sides = itertools.chain.from_iterable(
        itertools.combinations(nodes, size) for size in range(len(nodes))
    )
    return max(nx.cut_size(graph, side, weight="weight") for side in sides)


@pytest.mark.parametrize(
    ("text", "options", "cut"),
    [
        # What networkx.write_edgelist writes; a comma is no separator in a dictionary.
        ("a b {'weight': 3, 'color': 'red'}\nb c {'weight': 1, 'color': 'blue'}\n", {}, 4),
        ("a;b;0,5\nb;c;1,5\nc;a;2,5\n", {}, 4),
        ("1 2 0,5\n2 3 1,5\n3 1 2,0\n", {}, 3.5),
        ("a b 0,5\nb c 1,5\n", {}, 2),
        ("sep=;\na;b;1\nb;c;2\n", {}, 3),
        ("% comment\na,b,1\nb,c,2\n", {}, 3),
        (json.dumps(D3), {"weight": "value"}, 10),
        (json.dumps(D3), {"weight": "none"}, 4),
        (json.dumps(D3).replace("value", "weight"), {}, 10),
        ("Person A,Person B\nann,bob\nbob,cat\n", {"header": "yes"}, 2),
        ("Person A,Person B\nann,bob\nbob,cat\n", {"header": "no"}, 3),
        ("source target\n1 2\n2 3\n", {}, 2),
        ("left,right,weight\na,b,1\nb,c,3\n", {}, 4),
        ("Quelle;Ziel;Gewicht\na;b;3,5\nb;c;1,5\n", {"weight": "Gewicht"}, 5),
        ("a,b,3\nb,a,3\nb,c,1\n", {"parallel": "once"}, 4),
        ("a,b,3\nb,a,3\nb,c,1\n", {"parallel": "sum"}, 7),
        ("a,b,3\nb,a,4\nb,c,1\n", {"parallel": "sum"}, 8),
        ("a,b,3\nb,a,3\nb,c,1\nc,b,1\n", {}, 4),
        ("0,1,1\n1,0,1\n1,1,0\n", {}, 2),
        ("0 2 0 1\n2 0 1 0\n0 1 0 0\n1 0 0 0\n", {}, 4),
        (",a,b,c\na,0,1,2\nb,1,0,0\nc,2,0,0\n", {}, 3),
        ('{"edge list":[{"nodes":[0,1],"weight":3},{"nodes":[1,2],"weight":1}]}', {}, 4),
        ('{"nodes":[{"name":"x"},{"name":"y"}],"links":[{"source":0,"target":1}]}', {}, 1),
        (GRAPHML.format(of='for="edge"', name="weight"), {}, 7),
        (GRAPHML.format(of="", name="weight"), {}, 7),
        (GRAPHML.format(of='for="edge"', name="strength"), {"weight": "strength"}, 7),
        ("*Vertices 3\n1 a\n2 b\n3 c\n*Edges\n1 2 3\n2 3 1\n", {}, 4),
        ("graph { a -- b [weight=3]; b -- c [weight=2]; }", {}, 5),
        ("Bw\n", {"format": "graph6"}, 2),
        # Addresses with a fragment are labels, not comments (networkx issue 3624).
        ("http://a.org/R http://a.org/d.owl#A\nhttp://b.org/C http://a.org/d.owl#A\n", {}, 2),
        ('"ID"\t"Source"\t"Target"\n0\t1\t2\n1\t1\t2\n', {"parallel": "sum"}, 2),
        (GEXF, {"parallel": "sum"}, 32),
    ],
)
def test_it_is_read_in_the_one_consistent_way(text: str, options: dict, cut: float) -> None:
    problem = read(text, **options)
    assert best_cut(problem) == cut
    assert hq.solve(problem, p=1, rng=1).reference.value == pytest.approx(cut)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(D3), "'value' holds numbers: set weight='value', or weight='none'"),
        (json.dumps(D3).replace("value", "Weight"), "'Weight' holds numbers"),
        (json.dumps(D3).replace('"value"', '"weight": 1, "km"'), "'weight', and 'km' holds"),
        (GRAPHML.format(of='for="edge"', name="strength"), "'strength' holds numbers"),
        ("a b {'cost': 3}\nb c {'cost': 1}\n", "'cost' holds numbers"),
        ("Quelle;Ziel;Gewicht\na;b;3,5\nb;c;1,5\n", "'Gewicht' holds numbers"),
        ("Person A,Person B\nann,bob\nbob,cat\n", "set header='yes' or header='no'"),
        ("two words\n", "set header='yes' or header='no'"),
        ("a,b,3\nb,a,3\nb,c,1\n", "line 2: edge 'b'-'a' is listed twice with weights 3 and 3"),
        ("3 3\n1 2 3\n2 1 3\n2 3 1\n", "line 3: edge 2-1 is listed twice"),
        ("p edge 3 3\ne 1 2\ne 2 1\ne 2 3\n", "line 3: edge 2-1 is listed twice"),
        ('{"edges": [[1, 2],\n[2, 1],\n[2, 3]]}', "line 2: edge 2-1 is listed twice"),
        ("(0, 0) (0, 1) {}\n(0, 1) (1, 1) {}\n", "line 1"),
        ("('a', 'b')\n('b', 'c')\n", "looks like another notation"),
        ("a;b;1,234\nb;c;2,345\n", "may be 1.234 or 1234"),
        ("0 5\n5 0\n", "format='matrix' or format='edgelist'"),
        ("0,1,2,0\n1,0,0,0\n0,0,0,1\n0,0,1,0\n", r"entry \(0, 2\) is 2.0, \(2, 0\) is 0"),
        ("Bw\n", "set format='graph6'"),
        (GEXF, "edge 'John'-'Marie' is listed twice"),
        ("a b 1\na c 3.14\nd e apple\n", "line 3: weight 'apple'"),
        ("(0, 0) (0, 1) 0.5\n(0, 1) (1, 1) 0.25\n", "line 1.*another notation"),
        ("4 3\n2\n1 3\n2 4\n3\n", "METIS is not read"),
        ('{"nodes":[{"name":"x"},{"name":"x"}],"links":[{"source":0,"target":1}]}', '"id"'),
    ],
)
def test_it_is_refused_with_the_way_out(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(text)


def test_the_attribute_that_is_used_is_told() -> None:
    problem = read(json.dumps(D3), weight="value")
    assert problem.weight_name == "value"
    assert problem.notes == ("The weights are the edge attribute 'value'.",)
    assert read(json.dumps(D3), weight="none").weight_name is None
    both = read("a,b,3\nb,a,3\nb,c,1\nc,b,1\n")
    assert "each edge in both directions" in both.notes[0]


def test_labels_of_graphml_name_the_nodes() -> None:
    problem = read(GRAPHML.format(of='for="edge"', name="weight"))
    assert problem.nodes == ["Ann", "Bob", "Cat"]
    twice = read(GRAPHML.format(of='for="edge"', name="weight").replace("Cat", "Bob"))
    assert twice.nodes == ["n0", "n1", "n2"]


# ----- Python -----


def test_python_takes_matrices_and_lists_of_edges() -> None:
    matrix = np.array([[0, 2, 0], [2, 0, 0.5], [0, 0.5, 0]])
    for problem in (
        hq.MaxCut(matrix),
        hq.MaxCut(scipy.sparse.csr_array(matrix)),
        hq.MaxCut(scipy.sparse.coo_matrix(matrix)),
        hq.MaxCut([(0, 1, 2), (1, 2, 0.5)]),
        hq.MaxCut.from_matrix(matrix.tolist()),
    ):
        assert problem.edges.tolist() == [[0, 1], [1, 2]]
        assert problem.weights.tolist() == [2, 0.5]
    assert hq.MaxCut.from_matrix(matrix, labels="abc", name="m").nodes == ["a", "b", "c"]


def test_python_chooses_weights_by_name_and_refuses_the_unclear() -> None:
    graph = nx.Graph()
    graph.add_edge(0, 1, value=3)
    graph.add_edge(1, 2, value=4)
    with pytest.raises(ProblemError, match="set weight='value', or weight='none'"):
        hq.MaxCut(graph)
    assert hq.MaxCut(graph, weight="value").total_weight == 7
    assert hq.MaxCut(graph, weight="none").total_weight == 2
    with pytest.raises(ParameterError, match=r"an attribute of the edges \(value\)"):
        hq.MaxCut(graph, weight="valu")
    graph[0][1]["weight"] = 1
    graph[1][2]["weight"] = 1
    with pytest.raises(ProblemError, match="'value' holds numbers as well"):
        hq.MaxCut(graph)
    assert hq.MaxCut(graph, weight="weight").total_weight == 2


def test_a_multigraph_is_taken_where_no_edges_are_parallel() -> None:
    assert len(hq.MaxCut(nx.MultiGraph([(0, 1), (1, 2)])).edges) == 2
    doubled = nx.MultiGraph([(0, 1, {"weight": 2}), (1, 0, {"weight": 2}), (1, 2, {"weight": 1})])
    with pytest.raises(ProblemError, match="listed twice with weights 2 and 2"):
        hq.MaxCut(doubled)
    assert hq.MaxCut(doubled, parallel="sum").weights.tolist() == [4, 1]
    assert hq.MaxCut(doubled, parallel="once").weights.tolist() == [2, 1]
    doubled[0][1][1]["weight"] = 3
    with pytest.raises(ProblemError, match="weights 2 and 3"):
        hq.MaxCut(doubled, parallel="once")
    unweighted = nx.MultiGraph([(0, 1), (0, 1), (1, 2)])
    assert hq.MaxCut(unweighted, parallel="sum").weights.tolist() == [2, 1]


def test_weights_of_nodes_come_from_files_too(tmp_path) -> None:
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: 3, 1: 10, 2: 1}, "weight")
    nx.write_graphml_xml(graph, tmp_path / "g.graphml")
    (tmp_path / "g.json").write_text(json.dumps(nx.node_link_data(graph)))
    (tmp_path / "g.col").write_text("p edge 3 2\nn 1 3\nn 2 10\nn 3 1\ne 1 2\ne 2 3\n")
    for name in ("g.graphml", "g.json", "g.col"):
        problem = hq.IndependentSet.from_file(tmp_path / name)
        assert problem.node_weights.tolist() == [3, 10, 1]
        assert hq.solve(problem, p=1, rng=1).best.value == 10
    sized = nx.path_graph(3)
    nx.set_node_attributes(sized, {0: 3, 1: 10, 2: 1}, "size")
    with pytest.raises(HybridqError, match="no node attribute is called weight, and 'size'"):
        hq.IndependentSet(sized)
    assert hq.IndependentSet(sized, weight="size").node_weights.tolist() == [3, 10, 1]
    assert hq.IndependentSet(sized, weight="none").node_weights.tolist() == [1, 1, 1]


def test_the_value_of_weighted_nodes_is_called_their_weight() -> None:
    graph = nx.path_graph(3)
    assert "best size 2" in str(hq.solve(hq.IndependentSet(graph), p=1, rng=1))
    nx.set_node_attributes(graph, {0: 3, 1: 10, 2: 1}, "weight")
    assert "best weight 10" in str(hq.solve(hq.IndependentSet(graph), p=1, rng=1))
