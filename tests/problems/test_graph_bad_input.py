"""A reader returns a graph or raises a FormatError of one line, whatever the bytes."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems import MaxCut
from hybridq.problems.formats import GRAPH_FORMATS, parse_graph, read_graph
from tests.problems.test_graph_formats import SPELLINGS

MM = "%%MatrixMarket matrix coordinate real symmetric\n"
XML = '<graphml><key id="w" for="edge" attr.name="weight"/><graph{}>{}</graph></graphml>'
TWO = '<node id="a"/><node id="b"/>'

# name: text, line (None where the text has no lines to speak of), what the message must hold
BAD: dict[str, tuple[str, int | None, tuple[str, ...]]] = {
    "empty": ("", None, ("empty",)),
    "only blanks": (" \n\t\n", None, ("empty",)),
    "only comments": ("# nothing\n% here\n", None, ("no nodes",)),
    # JSON
    "truncated JSON": ('{"nodes": [1, 2],\n "edges": [[1,', 2, ("JSON", "column 15", "too early")),
    "wrong JSON": ('{"edges": [[1, 2],\n\n nonsense]}', 3, ("column 2", "Expecting value")),
    "JSON of something else": ('{"vertices": 3}', None, ('neither "edges" nor "links"',)),
    "JSON with two edge lists": (
        '{"edges": [[1, 2]], "links": [[1, 3]]}',
        None,
        ('both "edges" and "links"',),
    ),
    "JSON edges that are no list": ('{"edges": 7}', None, ('"edges" is 7',)),
    "JSON nodes that are no list": ('{"nodes": "ab", "edges": [["a", "b"]]}', None, ("'ab'",)),
    "JSON edge of one node": ("[[1, 2], [3]]", 1, ("edge 2 of the list", "[3] is not an edge")),
    "JSON edge without target": (
        '{"links": [{"source": 1}]}',
        1,
        ("edge 1 of the", '"target"'),
    ),
    "JSON node without id": (
        '{"nodes": [{"name": 1}], "edges": []}',
        1,
        ("node 1 of", '"id"'),
    ),
    "JSON node given twice": (
        '{"nodes": [1, 2, 1], "edges": []}',
        1,
        ("node 3 of", "twice"),
    ),
    "JSON node out of the list": ('{"nodes": [1, 2], "edges": [[1, 3]]}', 1, ("node 3",)),
    "JSON node out of the count": ('{"nodes": 2, "edges": [[1, 2]]}', 1, ("node 2",)),
    "JSON label that is an object": ('[[{"a": 1}, 2]]', 1, ("not a node label",)),
    "JSON label that is null": ("[[null, 2]]", 1, ("not a node label",)),
    "JSON label that is a truth value": ("[[true, 2]]", 1, ("not a node label",)),
    "JSON label that is NaN": ("[[NaN, 2]]", 1, ("not a node label",)),
    "JSON label of half a character": ('[["\\ud800", 2]]', 1, ("half a character",)),
    "JSON label too deep": ("[[" + "[" * 9 + "]" * 9 + ", 1]]", 1, ("nested too deeply",)),
    "JSON nested deeply": ("[" * 100_000, None, ("nested too deeply",)),
    "JSON weight as text": ('[[1, 2, "3"]]', 1, ("edge 1 of the list", "'3' is not a number")),
    "JSON weight null": ("[[1, 2, null]]", 1, ("weight None is not a number",)),
    "JSON weight true": ("[[1, 2, true]]", 1, ("weight True is not a number",)),
    "JSON weight NaN": ("[[1, 2, NaN]]", 1, ("weight nan", "finite")),
    "JSON weight infinite": ("[[1, 2, -Infinity]]", 1, ("weight -inf", "finite")),
    "JSON weight too large": (f"[[1, 2, 1{'0' * 400}]]", 1, ("finite",)),
    "JSON integer of 5000 digits": (f"[[1, 2, {'9' * 5000}]]", None, ("thousands of digits",)),
    "JSON self-loop": ("[[1, 2],\n\n [5, 5]]", 3, ("edge 2 of the list", "5-5 is a self-loop")),
    "JSON duplicate edge": (
        '{"nodes": [1, 2],\n"edges":\n[[1, 2],\n[2, 1, 4]]}',
        4,
        ("edge 2-1 is listed twice with weights 1 and 4", "first in line 3", "parallel='sum'"),
    ),
    "JSON directed": ('{"directed": true, "edges": [[1, 2]]}', None, ("is directed",)),
    "JSON directed perhaps": ('{"directed": 1, "edges": [[1, 2]]}', None, ('"directed" is 1',)),
    "JSON multigraph": (
        '{"multigraph": true, "edges": [[1, 2],\n[2, 1], [2, 3]]}',
        2,
        ("listed twice", "parallel='once'"),
    ),
    "JSON multigraph of another kind": (
        '{"multigraph": 1, "edges": [[1, 2]]}',
        None,
        ('"multigraph" is 1', "true or false"),
    ),
    "JSON edge behind another list": (
        '{"graph": {"edges": [\n1]}, "nodes": [{"id": 1},\n{"id": 2}], "links": [\n'
        '{"source": 1, "target": 2},\n{"target": 2, "source": 7}\n]}',
        5,
        ("edge 2 of the list", "node 7"),
    ),
    "truncated JSON with blank lines": ('{"edges": [[1, 2],\n\n\n', 1, ("too early",)),
    "JSON of no nodes": ('{"nodes": [], "edges": []}', None, ("no nodes",)),
    "JSON of 0 nodes": ('{"nodes": 0, "edges": []}', None, ("no nodes",)),
    "JSON of no edges": ('{"nodes": [1, 2], "edges": []}', None, ("no edges",)),
    "JSON of 10^12 nodes": (
        '{"nodes": 1000000000000, "edges": [[0, 1]]}',
        None,
        ("1000000000000 nodes are declared, at most 1000000",),
    ),
    # rudy
    "rudy weight": ("3 2\n1 2 1\n2 3 heavy\n", 3, ("weight 'heavy' is not a finite number",)),
    "rudy weight NaN": ("3 2\n1 2 nan\n2 3 1\n", 2, ("'nan'", "set format to")),
    "rudy weight infinite": ("3 2\n1 2 1\n\n2 3 inf\n", 4, ("'inf'",)),
    "rudy weight that overflows": ("3 2\n1 2 1e999\n2 3 1\n", 2, ("'1e999'",)),
    "rudy weight with an underscore": ("3 2\n1 2 1_0\n2 3 1\n", 2, ("'1_0'",)),
    "rudy self-loop": ("3 2\n1 2 1\n2 2 1\n", 3, ("2-2 is a self-loop",)),
    "rudy duplicate": (
        "3 3\n1 2 1\n2 3 1\n2 1 5\n",
        4,
        ("2-1 is listed twice with weights 1 and 5",),
    ),
    "rudy node 0": ("3 2\n0 1 1\n1 2 1\n", 2, ("node 0", "range 1 to 3")),
    "rudy node n + 1": ("3 2\n1 2 1\n2 4 1\n", 3, ("node 4", "range 1 to 3")),
    "rudy node by name": ("3 2\n1 2 1\n2 x 1\n", 3, ("'x' is not a whole number",)),
    "rudy node of 5000 digits": (f"3 1\n1 {'9' * 5000} 1\n", 2, ("far too large",)),
    "rudy too few edges": ("3 3\n1 2 1\n2 3 1\n", 1, ("3 edges", "holds 2", "truncated")),
    "rudy too many edges": ("3 1\n1 2 1\n2 3 1\n", 1, ("1 edges", "holds 2", "correct")),
    "rudy columns": ("3 2\n1 2\n2 3\n1 3 1 1\n", 4, ("4 columns between blanks",)),
    "rudy of 10^12 nodes": ("1000000000000 1\n1 2 1\n", 1, ("1000000000000 nodes", "at most")),
    "rudy of 10^12 edges": ("3 1000000000000\n1 2 1\n", 1, ("says 1000000000000 edges",)),
    "rudy of 5000-digit nodes": (f"{'9' * 5000} 1\n1 2 1\n", 1, ("far too large",)),
    # edge list
    "edge list of one column": ("a b\nc\n", 2, ("'c' has 1 column", "complete the row")),
    "edge list of four columns": (
        "a b 1\nb c 1 2\n",
        2,
        ("4 columns between blanks", "correct the row"),
    ),
    "edge list weight": ("a b 1\nb c x\n", 2, ("weight 'x'",)),
    "edge list self-loop": ("a b\nb b\n", 2, ("self-loop",)),
    "edge list duplicate": ("a b 2\nb a 3\n", 2, ("twice with weights 2 and 3",)),
    "edge list that drops a weight": ("a b 2\nb c\n", 2, ("no weight", "in line 1 has one")),
    "edge list that begins weights": ("a b\n\nb c 2\n", 3, ("a weight", "in line 1 has none")),
    "GML that is damaged": ("Creator x\ngraph [\n node [ id 1 ]\n]\n", None, ("not valid GML",)),
    "edge list of other data": (
        "a b {'km': 3}\nb c {'km': 2}\n",
        None,
        ("'km' holds numbers", "weight='km'", "weight='none'"),
    ),
    # CSV
    "csv empty node": ("a,b,1\n,b,1\n", 2, ("cell is empty",)),
    "csv empty weight": ("a,b,1\nb,c,\n", 2, ("no weight", "in line 1 has one")),
    "csv too many columns": ("a,b,1\nb,c,1,5\n", 2, ("4 columns",)),
    "csv one column": ("a,b,1\nb\n", 2, ("1 column between commas",)),
    "csv weight": ("source,target,weight\na,b,heavy\n", 2, ("weight 'heavy'",)),
    "csv weight NaN": ("a;b;NaN\n", 1, ("weight 'NaN'",)),
    "csv weight missing under its header": ("source,target,weight\na,b\n", 2, ("is empty",)),
    "csv perhaps a header": ("left,right\na,b\nb,c\n", 1, ("header='yes'", "header='no'")),
    "csv perhaps grouped": ("a;b;1,234\nb;c;2,500\n", 1, ("may be 1.234 or 1234",)),
    "csv with a decimal comma": ("a,b,3,5\nb,c,1,5\n", 1, ("4 columns",)),
    "csv of tuples": ("('a', 'b')\n('b', 'c')\n", 2, ("another notation",)),
    "csv weight of another name": (
        "source,target,distance_km\na,b,3.5\n",
        None,
        ("'distance_km' holds numbers", "weight='distance_km'"),
    ),
    "csv self-loop": ("a,b\nb,b\n", 2, ("self-loop",)),
    "csv duplicate": ("a,b,1\n\nb,a,2\n", 3, ("weights 1 and 2, first in line 1",)),
    "csv open quote": ('a,b,1\n"b,c,1\n', 2, ("correct the quotes",)),
    "csv of Gephi, directed": ("Source,Target,Type\na,b,Directed\n", 2, ("directed",)),
    "csv header alone": ("source,target,weight\n", None, ("no nodes",)),
    # DIMACS
    "dimacs without edges": ("p edge 3 0\n", None, ("no edges",)),
    "dimacs of no nodes": ("p edge 0 0\n", 1, ("no nodes",)),
    "dimacs without header": ("c x\ne 1 2\n", 2, ("before the header",)),
    "dimacs with two headers": ("p edge 3 1\np edge 3 1\ne 1 2\n", 2, ("second p line",)),
    "dimacs of another kind": ("p cnf 3 1\n1 2 0\n", 1, ("'p cnf 3 1'",)),
    "dimacs with arcs": ("p edge 2 1\na 1 2\n", 2, ("directed",)),
    "dimacs line": ("p edge 2 1\nq 1 2\n", 2, ("not a DIMACS line",)),
    "dimacs too few edges": ("p edge 3 2\ne 1 2\n", 1, ("2 edges", "holds 1")),
    "dimacs node out of range": ("p edge 3 1\ne 1 9\n", 2, ("node 9",)),
    "dimacs of 10^12 nodes": ("p edge 1000000000000 1\ne 1 2\n", 1, ("at most",)),
    # Matrix Market
    "matrix not square": (MM + "3 4 1\n1 2 1\n", 2, ("3 by 4",)),
    "matrix array": ("%%MatrixMarket matrix array real general\n2 2\n", 1, ("coordinate",)),
    "matrix complex": ("%%MatrixMarket matrix coordinate complex general\n", 1, ("not read",)),
    "matrix without size": (MM, None, ("size line",)),
    "matrix size": (MM + "3 3\n", 2, ("not a size line",)),
    "matrix too few": (MM + "3 3 2\n2 1 1\n", 2, ("2 entries", "holds 1", "truncated")),
    "matrix too many": (MM + "3 3 1\n2 1 1\n3 1 1\n", 2, ("1 entries", "holds 2")),
    "matrix entry": (MM + "3 3 1\n2 1\n", 3, ("row, column and value",)),
    "matrix diagonal": (MM + "3 3 1\n2 2 1\n", 3, ("self-loop",)),
    "matrix twice": (MM + "3 3 2\n2 1 1\n1 2 1\n", 4, ("twice",)),
    "matrix index": (MM + "3 3 1\n4 1 1\n", 3, ("node 4",)),
    "matrix weight": (MM + "3 3 1\n2 1 nan\n", 3, ("'nan'",)),
    "matrix one-sided": (
        "%%MatrixMarket matrix coordinate pattern general\n3 3 1\n1 2\n",
        3,
        ("no mirror (2, 1)", "directed"),
    ),
    "matrix with another mirror": (
        "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 1\n2 1 5\n",
        4,
        ("twice with weights 1 and 5",),
    ),
    "matrix of 10^12 nodes": (MM + "1000000000000 1000000000000 1\n2 1 1\n", 2, ("at most",)),
    # GraphML
    "graphml truncated": (XML.format("", TWO)[:-12], 1, ("not valid XML",)),
    "graphml of another kind": ("<html></html>", 1, ("'html'", "not GraphML")),
    "graphml with a document type": (
        '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
        "<graphml>&b;</graphml>",
        2,
        ("DOCTYPE",),
    ),
    "graphml without graph": ("<graphml/>", None, ("<graph>",)),
    "graphml directed": (
        XML.format(' edgedefault="directed"', TWO + '<edge source="a" target="b"/>'),
        None,
        ("is directed",),
    ),
    "graphml directed edge": (
        XML.format(
            "",
            TWO + '<edge source="a" target="b"/>\n<edge source="b" target="a" directed="true"/>',
        ),
        2,
        ("some edges are directed",),
    ),
    "graphml parallel edges": (
        XML.format(
            "",
            TWO + '<edge source="a" target="b"/>\n'
            '<edge source="b" target="a"><data key="w">3</data></edge>',
        ),
        2,
        ("twice with weights 1 and 3",),
    ),
    "graphml stray node": (XML.format("", TWO + '<edge source="a" target="c"/>'), 1, ("'c'",)),
    "graphml edge without target": (XML.format("", '<edge source="a"/>'), 1, ('"target"',)),
    "graphml node without id": (XML.format("", "<node/>"), 1, ('no "id"',)),
    "graphml node twice": (XML.format("", TWO + '<node id="a"/>'), 1, ("twice",)),
    "graphml hyperedge": (XML.format("", TWO + "<hyperedge/>"), 1, ("more than two nodes",)),
    "graphml nested": (XML.format("", "<node id='a'><graph/></node>"), 1, ("nested",)),
    "graphml weight": (
        XML.format("", TWO + '\n<edge source="a" target="b"><data key="w">x</data></edge>'),
        2,
        ("weight 'x'",),
    ),
    "graphml weight empty": (
        XML.format("", TWO + '<edge source="a" target="b"><data key="w"/></edge>'),
        1,
        ("weight is empty",),
    ),
    "graphml self-loop": (XML.format("", TWO + '<edge source="a" target="a"/>'), 1, ("self-loop",)),
    "graphml of no nodes": (XML.format("", ""), None, ("no nodes",)),
    "graphml of no edges": (XML.format("", TWO), None, ("no edges",)),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_with_the_place_and_the_cause(case: str) -> None:
    text, line, parts = BAD[case]
    with pytest.raises(FormatError) as caught:
        parse_graph(text, source="some.file")
    message = str(caught.value)
    assert message.startswith("some.file")
    assert "\n" not in message
    assert len(message) < 300
    assert caught.value.line == line
    if line is not None:
        assert f"some.file, line {line}: " in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("format", "text", "message"),
    [
        ("rudy", "", "empty"),
        ("rudy", "# only\n", "no header"),
        ("rudy", "3\n1 2 1\n", "numbers of nodes and edges"),
        ("rudy", "a b\n", "number of nodes 'a'"),
        ("rudy", "0 0\n", "no nodes"),
        ("rudy", "3 0\n", "no edges"),
        ("dimacs", "c only\n", "p edge NODES EDGES"),
        ("dimacs", "p edge 2 1\nn 1 -3\ne 1 2\n", "line 2: node 1 has weight -3"),
        ("matrix-market", "3 3 1\n2 1 1\n", "first line is not"),
        ("graphml", "a b\n", "not valid XML"),
        ("json", "a b\n", "not valid JSON"),
        ("json", '"text"', "holds 'text' and not a graph"),
        ("json", "42", "holds 42 and not a graph"),
        ("csv", "a b\n", "not separated by commas"),
    ],
)
def test_a_forced_format_is_not_second_guessed(format: str, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        parse_graph(text, format=format)
    assert "set format" not in str(caught.value)


def test_a_gml_file_is_called_by_its_name() -> None:
    with pytest.raises(FormatError, match="not valid GML"):
        parse_graph("# nothing that tells\n", source="net.gml")


@pytest.mark.parametrize("label", ["()", "[]"])
def test_a_gml_label_that_networkx_takes_for_an_empty_list_stays_a_label(label: str) -> None:
    nodes = f'node [ id 0 label "a" ]\nnode [ id 1 label "{label}" ]\n'
    graph = parse_graph(f"graph [\n{nodes}edge [ source 0 target 1 ]\n]\n", source="net.gml")
    assert set(graph) == {"a", label}


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(FormatError, match="line 2: byte 6 is not UTF-8") as caught:
        parse_graph(b"a b 1\n\xff b\n")
    assert caught.value.line == 2
    with pytest.raises(FormatError, match="UTF-16"):
        parse_graph(b"\xff\xfea")


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "missing.json", "file not found"),
        (tmp_path, "directory"),
        ("nul\0byte", "cannot be read"),
        ("x" * 5000, "cannot be read"),
    ):
        with pytest.raises(FormatError, match=message) as caught:
            read_graph(path)
        assert "\n" not in str(caught.value)


def test_a_file_without_permission_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FormatError, match="permissions"):
        read_graph("graph.json")


def check(data: bytes | str, format: str | None) -> None:
    """`data` is a graph that can be cut, or a FormatError of one line."""
    try:
        graph = parse_graph(data, format=format)
    except FormatError as refusal:
        message = str(refusal)
        assert "\n" not in message
        return
    assert type(graph) is nx.Graph
    weights = [weight for *_, weight in graph.edges(data="weight")]
    assert weights
    assert np.isfinite(np.array(weights, dtype=float)).all()
    assert not list(nx.selfloop_edges(graph))
    if sum(abs(float(weight)) for weight in weights) < 1e308:
        assert len(MaxCut(graph).edges) == len(weights)


ANY_FORMAT = st.sampled_from([None, *GRAPH_FORMATS])


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), ANY_FORMAT)
def test_arbitrary_bytes_give_a_graph_or_a_format_error(data: bytes, format: str | None) -> None:
    check(data, format)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=100), ANY_FORMAT)
def test_arbitrary_text_gives_a_graph_or_a_format_error(text: str, format: str | None) -> None:
    check(text, format)


WORDS = "0 1 2 3 -1 1.5 1e999 nan inf x e p c a edge col % # , ; {} [ ] { } : null true <a> </a> &"
TOKENS = st.sampled_from(
    [
        *WORDS.split(),
        "nodes",
        "edges",
        "source",
        "target",
        "weight",
        '"',
        "\ud800",
        "\0",
        "\x0b",
        "é",
    ]
) | st.sampled_from(["\n", "\r", "\t", " ", "\n3 2\n", '{"edges": [[', "<graphml>", MM])


@settings(deadline=None, max_examples=400)
@given(st.lists(TOKENS, max_size=25), st.sampled_from(["", " "]), ANY_FORMAT)
def test_tokens_in_any_order_give_a_graph_or_a_format_error(
    tokens: list[str], glue: str, format: str | None
) -> None:
    check(glue.join(tokens), format)


@settings(deadline=None, max_examples=500)
@given(
    st.sampled_from(sorted(SPELLINGS)),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 5), st.binary(max_size=5)), max_size=3),
    ANY_FORMAT,
)
def test_damaged_files_give_a_graph_or_a_format_error(
    spelling: str, cuts: list[tuple[int, int, bytes]], format: str | None
) -> None:
    data = SPELLINGS[spelling].encode()
    for start, length, put in cuts:
        start %= len(data) + 1
        data = data[:start] + put + data[start + length :]
    check(data, format)
