"""Graphs survive a file, and each format is read as people write it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import (
    FormatError,
    OutputError,
    ParameterError,
    ProblemError,
    UnknownNameError,
)
from hybridq.problems.formats import GRAPH_FORMATS, parse_graph, read_graph, write_graph

NUMBERED = ("rudy", "dimacs", "matrix-market")
SUFFIX = {name: entry.suffixes[0] for name, entry in GRAPH_FORMATS.items() if entry.suffixes}

integers = st.integers(-50, 10**6)
words = st.text("abcXYZ_-.é漢 ,;'\"<&", min_size=1, max_size=6)
plain_words = st.text("abcXYZ_.é漢&", min_size=1, max_size=6)
floats = st.floats(-1, 1, allow_nan=False) | st.floats(-1e30, 1e30) | st.integers(-9, 9)
nested = st.tuples(st.integers(0, 5), words) | st.tuples(integers, st.tuples(words))
LABELS = {
    "json": integers | words | nested | st.floats(0.25, 0.75),
    "node-link": integers | words | nested,
    "graphml": integers | words,
    "csv": integers | words.filter(lambda word: word == word.strip()),
    "edgelist": integers | plain_words,
}


@st.composite
def graphs(draw: st.DrawFn, format: str) -> nx.Graph:
    n = draw(st.integers(2, 8))
    if format in NUMBERED:
        labels: list = list(range(1, n + 1))
    else:
        labels = draw(st.lists(LABELS[format], min_size=n, max_size=n, unique=True))
    graph = nx.Graph()
    graph.add_nodes_from(labels)
    pairs = [(u, v) for i, u in enumerate(labels) for v in labels[:i]]
    for u, v in draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True)):
        graph.add_edge(u, v, weight=draw(floats))
    if format in ("csv", "edgelist"):
        graph.remove_nodes_from(list(nx.isolates(graph)))
    return graph


def edges_of(graph: nx.Graph) -> dict:
    return {frozenset((u, v)): w for u, v, w in graph.edges(data="weight", default=1)}


@pytest.mark.parametrize("format", [name for name, entry in GRAPH_FORMATS.items() if entry.write])
def test_a_graph_survives_writing_and_reading(format: str, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("graphs") / f"graph{SUFFIX.get(format, '.json')}"

    @settings(deadline=None, max_examples=40)
    @given(graphs(format))
    def survives(graph: nx.Graph) -> None:
        write_graph(graph, path, format)
        for asked in (format, None):  # named, and told from the content
            back = read_graph(path, asked)
            assert {(type(u), u) for u in back} == {(type(u), u) for u in graph}
            assert edges_of(back) == edges_of(graph)

    survives()


@pytest.mark.parametrize("format", ["json", "node-link", "graphml", *NUMBERED])
def test_the_order_of_the_nodes_and_isolated_ones_are_kept(format: str, tmp_path: Path) -> None:
    graph = nx.Graph()
    graph.add_nodes_from([1, 2, 3, 4, 5])
    graph.add_edge(4, 2, weight=0.1)
    write_graph(graph, tmp_path / "graph", format)
    assert list(read_graph(tmp_path / "graph", format)) == [1, 2, 3, 4, 5]


TRIANGLE = {frozenset((1, 2)): 1, frozenset((2, 3)): 2.5, frozenset((1, 3)): -3}

SPELLINGS = {
    "node-link with links": '{"directed": false, "multigraph": false, "graph": {}, '
    '"nodes": [{"id": 1}, {"id": 2}, {"id": 3}], "links": [{"source": 1, "target": 2}, '
    '{"weight": 2.5, "source": 2, "target": 3}, {"weight": -3, "source": 1, "target": 3}]}',
    "node-link with edges": '{"nodes": [{"id": 1}, {"id": 2}, {"id": 3}], "edges": '
    '[{"source": 1, "target": 2, "weight": 1}, {"weight": 2.5, "source": 2, "target": 3}, '
    '{"weight": -3, "source": 1, "target": 3}]}',
    "plain": '{"nodes": [1, 2, 3], "edges": [[1, 2], [2, 3, 2.5], [1, 3, -3]]}',
    "plain without nodes": '{"edges": [[1, 2], [2, 3, 2.5], [1, 3, -3]]}',
    "a bare list of edges": "[[1, 2], [2, 3, 2.5], [1, 3, -3]]",
    "rudy": "3 3\n1 2 1\n2 3 2.5\n1 3 -3\n",
    "rudy with blanks, tabs and blank lines": "\n 3\t3  \n1 2 1 \n\n 2 3 2.5\t\n1 3 -3\n\n",
    "rudy with extra header tokens": "3 3 0 weights\n1 2 1\n2 3 2.5\n1 3 -3",
    "rudy that leaves some weights out, by its suffix": "3 3\n1 2\n2 3 2.5\n1 3 -3\n",
    "rudy with a comment": "# made by hand\n3 3\n1 2 1\n2 3 +2.5e0\n1 3 -3\n",
    "rudy with every edge in both directions": "3 6\n1 2 1\n2 1 1\n2 3 2.5\n3 2 2.5\n"
    "1 3 -3\n3 1 -3\n",
    "edge list": "1 2 1\n2 3 2.5\n1 3 -3\n",
    "edge list with comments": "% a\n# b\n1 2 1 # c\n2 3 2.5\n3 1 -3 # d\n",
    "edge list of networkx": "1 2 {}\n2 3 {'weight': 2.5}\n1 3 {'weight': -3}\n",
    "csv": "1,2,1\n2,3,2.5\n1,3,-3\n",
    "csv with a blank behind the comma": "2, 3, 2.5\n1, 3, -3\n1, 2, 1\n",
    "csv with semicolons": "2;3;2.5\n1;2;1\n1;3;-3\n",
    "csv with tabs": "2\t3\t2.5\n1\t2\t1\n1\t3\t-3\n",
    "csv with a header": "source,target,weight\n1,2,1\n2,3,2.5\n1,3,-3\n",
    "csv with a header in another order": "Weight;To;From\n1;2;1\n2.5;3;2\n-3;1;3\n",
    "csv of Gephi": "Source,Target,Type,Id,Label,Weight\n1,2,Undirected,0,,1\n"
    "2,3,Undirected,1,x,2.5\n1,3,Undirected,2,,-3\n",
    "csv with quotes": '"source","target","weight"\n"1","2","1"\n"2","3","2.5"\n1,3,"-3"\n',
    "tab separated with comments": "# From\tTo\n2\t3\t2.5\n1\t2\t1\n1\t3\t-3\n",
    "dimacs": "c hello\nc\np edge 3 3\ne 1 2\ne 2 3 2.5\ne 1 3 -3\n",
    "dimacs with col and node lines": "p col 3 3\nn 1 7\ne 1 2\ne 2 3 2.5\ne 1 3 -3\n",
    "dimacs with both directions": "p edge 3 3\ne 1 2\ne 2 1\ne 2 3 2.5\ne 3 2 2.5\n"
    "e 1 3 -3\ne 3 1 -3\n",
    "matrix market": "%%MatrixMarket matrix coordinate real symmetric\n% c\n3 3 3\n"
    "2 1 1\n3 2 2.5\n3 1 -3\n",
    "matrix market, general": "%%matrixmarket MATRIX Coordinate Real General\n3 3 7\n2 1 1\n"
    "1 2 1.0\n3 2 2.5\n2 3 2.5\n3 1 -3\n1 3 -3\n2 2 0\n",
    "graphml": '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<key attr.name="weight" attr.type="double" for="edge" id="d1"><default>1</default></key>'
    '<key attr.name="label" attr.type="string" for="edge" id="d2"/>'
    '<graph edgedefault="undirected"><edge source="1" target="2"><data key="d2">9</data></edge>'
    '<node id="1"/><node id="2"/><node id="3"><data key="d1">8</data></node>'
    '<edge source="2" target="3"><data key="d1"> 2.5 </data></edge>'
    '<edge source="1" target="3" directed="false"><data key="d1">-3</data></edge>'
    "</graph></graphml>",
}


@pytest.mark.parametrize("encode", ["unix", "dos", "bom", "utf-16"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_recognized_and_read(spelling: str, encode: str) -> None:
    text = SPELLINGS[spelling]
    data = {
        "unix": text.encode(),
        "dos": text.replace("\n", "\r\n").encode(),
        "bom": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
    }[encode]
    source = "graph.mc" if spelling.endswith("by its suffix") else "input"
    graph = parse_graph(data, source=source)
    assert edges_of(graph) == TRIANGLE
    assert all(type(label) is int for label in graph)


@pytest.mark.parametrize("key", ["links", "edges"])
def test_what_networkx_dumps_as_node_link_is_read(key: str) -> None:
    graph = nx.les_miserables_graph()
    dumped = json.dumps(nx.node_link_data(graph, edges=key))
    back = parse_graph(dumped)
    assert list(back) == list(graph)
    assert edges_of(back) == edges_of(graph)


@pytest.mark.parametrize("writer", [nx.write_edgelist, nx.write_weighted_edgelist])
def test_what_networkx_writes_as_edge_list_is_read(writer) -> None:
    stream = io.BytesIO()
    graph = nx.karate_club_graph()
    writer(graph, stream)
    assert edges_of(parse_graph(stream.getvalue())) == edges_of(graph)


@pytest.mark.parametrize("writer", [nx.write_graphml_xml, nx.write_graphml])
def test_what_networkx_writes_as_graphml_is_read(writer) -> None:
    stream = io.BytesIO()
    graph = nx.les_miserables_graph()
    writer(graph, stream)
    back = parse_graph(stream.getvalue())
    assert list(back) == list(graph)
    assert edges_of(back) == edges_of(graph)


@pytest.mark.parametrize("symmetry", ["symmetric", "general"])
@pytest.mark.parametrize("field", ["real", "integer", "pattern"])
def test_what_scipy_writes_as_matrix_market_is_read(field: str, symmetry: str) -> None:
    matrix = nx.to_scipy_sparse_array(nx.karate_club_graph(), dtype=float, format="coo")
    stream = io.BytesIO()
    scipy.io.mmwrite(stream, matrix, field=field, symmetry=symmetry)
    back = nx.to_numpy_array(parse_graph(stream.getvalue()), nodelist=range(1, 35))
    dense = matrix.toarray()
    np.testing.assert_array_equal(back, dense != 0 if field == "pattern" else dense)


def test_a_written_matrix_market_file_is_what_scipy_reads(tmp_path: Path) -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([(1, 2, 0.1), (4, 3, -7.25), (2, 4, 1e-300)])
    graph.add_node(5)
    write_graph(graph, tmp_path / "g.mtx")
    matrix = scipy.io.mmread(tmp_path / "g.mtx").toarray()
    np.testing.assert_array_equal(matrix, nx.to_numpy_array(graph, nodelist=range(1, 6)))


def test_a_multigraph_without_parallel_edges_is_a_graph() -> None:
    multigraph = nx.MultiGraph()
    multigraph.add_weighted_edges_from([("a", "b", 2.0), ("b", "c", -1.0)])
    graph = parse_graph(json.dumps(nx.node_link_data(multigraph, edges="edges")))
    assert type(graph) is nx.Graph
    assert edges_of(graph) == edges_of(nx.Graph(multigraph))


def test_columns_of_words_beside_an_unweighted_edge_are_passed_over() -> None:
    graph = parse_graph("source,target,id,since\na,b,1,spring\nb,c,2,fall\n")
    assert [weight for *_, weight in graph.edges(data="weight")] == [1, 1]


def test_labels_written_like_integers_become_int_and_others_stay_text() -> None:
    graph = parse_graph("7 -2\n007 1.0\n99999999999999999999 x\n")
    assert list(graph) == [7, -2, "007", "1.0", "99999999999999999999", "x"]


def test_json_labels_keep_their_type_and_lists_become_tuples() -> None:
    graph = parse_graph('{"edges": [["1", 1], [[0, ["a"]], 0.5]]}')
    assert list(graph) == ["1", 1, (0, ("a",)), 0.5]


def test_a_count_of_nodes_in_json_stands_for_0_to_n_minus_1() -> None:
    assert list(parse_graph('{"nodes": 4, "edges": [[3, 0]]}')) == [0, 1, 2, 3]


def test_whole_weights_are_int_and_the_others_the_nearest_float() -> None:
    weights = parse_graph("a b 3.0\nb c 0.1\nc d 1e3\n")
    assert [repr(w) for *_, w in weights.edges(data="weight")] == ["3", "0.1", "1000"]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        buffer = io.BytesIO(b"a b\nb c\n")

    monkeypatch.setattr(sys, "stdin", Stream())
    assert read_graph("-").number_of_edges() == 2


def test_the_suffix_settles_whether_a_first_line_is_a_header() -> None:
    text = "4 3\n1 2\n2 3\n1 4\n"
    with pytest.raises(FormatError, match="choose with format='rudy' or format='edgelist'"):
        parse_graph(text)
    assert parse_graph(text, source="g.rud").number_of_edges() == 3
    assert parse_graph(text, source="g.edges").number_of_edges() == 4
    assert parse_graph(text, format="rudy").number_of_edges() == 3
    assert parse_graph(text, format="edgelist").number_of_edges() == 4


@pytest.mark.parametrize(
    ("text", "n_edges"), [("0 1 1\n0 2 2.5\n", 2), ("5 4\n1 2\n2 3\n3 1\n", 4), ("2 3\n", 1)]
)
def test_an_edge_list_that_begins_with_two_integers_stays_one(text: str, n_edges: int) -> None:
    assert parse_graph(text).number_of_edges() == n_edges


def test_a_truncated_rudy_file_is_never_taken_for_an_edge_list() -> None:
    lines = (Path(__file__).parents[2] / "problems/maxcut/regular_12.rud").read_text().split("\n")
    for count in range(2, 19):
        with pytest.raises(FormatError, match="header says 18 edges"):
            parse_graph("\n".join(lines[:count]))


def test_formats_have_aliases_and_a_miss_names_the_nearest() -> None:
    assert GRAPH_FORMATS.canonical("Gset") == "rudy"
    assert GRAPH_FORMATS.canonical("matrix_market") == "matrix-market"
    with pytest.raises(UnknownNameError, match="did you mean 'dimacs'"):
        parse_graph("a b\n", format="dimax")
    with pytest.raises(UnknownNameError):
        read_graph("-", "nonsense")


@pytest.mark.parametrize("format", [*NUMBERED, "csv", "edgelist"])
def test_a_graph_that_a_format_cannot_keep_is_refused_and_no_file_left(
    format: str, tmp_path: Path
) -> None:
    graph = nx.Graph([("a b", "c")])
    graph.add_node("isolated")
    with pytest.raises(ProblemError, match="JSON"):
        write_graph(graph, tmp_path / "graph.txt", format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("graph", "name", "error"),
    [
        (nx.DiGraph([(1, 2)]), "g.json", ProblemError),
        (nx.MultiGraph([(1, 2)]), "g.json", ProblemError),
        (nx.Graph([(1, 2, {"weight": "much"})]), "g.json", ProblemError),
        (nx.Graph([(1, 2, {"weight": float("nan")})]), "g.json", ProblemError),
        (nx.Graph([(frozenset("a"), 2)]), "g.json", ProblemError),
        (nx.Graph([("1", 2)]), "g.graphml", ProblemError),
        (nx.Graph([("\0", 2)]), "g.graphml", ProblemError),
        (nx.empty_graph(2), "g.json", ProblemError),
        (nx.path_graph(2), "g.jpeg", ParameterError),
        (nx.path_graph(2), "nowhere/g.json", OutputError),
    ],
)
def test_what_cannot_be_written_is_refused(graph, name: str, error, tmp_path: Path) -> None:
    with pytest.raises(error) as caught:
        write_graph(graph, tmp_path / name)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "4 3\n1 2 1\n2 3 -7\n1 4 12\n",
        "4 3\n1 2\n2 3\n4 1",
        "3 2\n1 2 1\n2 1 1\n",  # one edge in both directions
        "3 2\n1 2\n1 2 3\n",  # a weight is missing
        "3 2\n1 2 1\n2 3 2.5\n",
        "3 2\n1 2 1\n\n2 3 5\n",
        "4 2\n1 2 3 4\n",
    ],
)
def test_arrays_and_lines_read_the_same_graph(text: str) -> None:
    # A comment keeps the reader from the way through arrays.
    def outcome(given: str) -> object:
        try:
            graph = parse_graph(given, format="rudy")
        except FormatError as error:
            return str(error.message)
        return list(graph.nodes), list(graph.edges(data=True))

    assert outcome(text) == outcome(f"{text.rstrip()}\n# end\n")


@pytest.mark.parametrize("line", ["1 1 1", "1 5 1", "0 2 1", "1 2 x", "1  2 1_0"])
def test_the_way_through_arrays_leaves_refusals_to_the_lines(line: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_graph(f"4 2\n3 4 1\n{line}\n", format="rudy")
    assert caught.value.line == 3


@pytest.mark.parametrize("weighted", [False, True])
def test_arrays_of_a_file_are_those_of_its_graph(weighted: bool) -> None:
    graph = nx.gnm_random_graph(30, 90, seed=4)
    rng = np.random.default_rng(4)
    rows = [(v, u) if rng.integers(2) else (u, v) for u, v in graph.edges]
    rng.shuffle(rows)
    lines = [
        f"{u + 1} {v + 1}" + (f" {k - 40}" if weighted else "") for k, (u, v) in enumerate(rows)
    ]
    text = "\n".join(["30 90", *lines])
    read = hq.MaxCut.from_bytes(text.encode(), source="a.rud")
    made = hq.MaxCut(nx.Graph(read.graph))  # its edges come from networkx
    np.testing.assert_array_equal(read.edges, made.edges)
    np.testing.assert_array_equal(read.weights, made.weights)
    assert read.nodes == made.nodes


def test_a_problem_never_shares_a_graph_that_somebody_else_holds() -> None:
    graph = parse_graph("3 2\n1 2 5\n2 3 1\n", format="rudy")
    problem = hq.MaxCut(graph)
    graph[1][2]["weight"] = 7
    graph.add_edge(1, 3)
    assert problem.graph[1][2]["weight"] == 5
    assert problem.graph.number_of_edges() == len(problem.edges) == 2
