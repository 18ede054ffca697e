"""The registry of formats: recognition by content, lists of numbers, files of another shape."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError, UnknownNameError
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems import HamiltonianProblem, MaxCut
from hybridq.problems.formats import (
    FORMATS,
    GRAPH_FORMATS,
    SHAPES,
    FormatsOfShape,
    Match,
    ShapeError,
    choose,
    parse,
    read,
    recognize,
    shape_of,
)
from hybridq.problems.formats._registry import _FORMATS as ROWS
from hybridq.problems.formats._text import numbered_lines

FOLDER = Path(__file__).parents[2] / "problems"
TABLE = "&FCI NORB=1,NELEC=2 /\n0.5 1 1 1 1\n-1 1 1 0 0\n0.7 0 0 0 0\n"

# text: the format that its content shows, None where it shows none
RECOGNIZED: dict[str, str | None] = {
    '{"nodes": 2, "edges": [[0, 1]]}': "json",
    "[[1, 2], [2, 3]]": "json",
    '{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 2}]}': "node-link",
    "%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n2 1 1\n": "matrix-market",
    "<?xml version='1.0'?>\n<graphml/>": "graphml",
    "c a graph\np edge 2 1\ne 1 2\n": "dimacs",
    "3 3\n1 2 1\n2 3 2.5\n1 3 -3\n": "rudy",
    "source,target\na,b\n": "csv",
    "1,2,0.5\n2,3,0.5\n": "csv",
    "1 2 0.5\n2 3 0.5\n": "edgelist",
    PauliSum.from_labels({"XY": 1}).to_json(): "pauli-json",
    '[["XXI", 0.5], ["ZZI", 1]]': "pauli-list",
    "{'XXI': (0.5+0j)}": "pauli-list",
    '{((0, "X"), (1, "Y")): 0.5}': "pauli-list",
    "SparsePauliOp(['XX'],\n coeffs=[1])": "pauli-list",
    "(0.5+0j) [X0 Y1] +\n1 [Z0]": "openfermion",
    "-1.5 [] +\n1 [Z0]": "openfermion",
    "QubitOperator:\n1 [Z0]": "openfermion",
    "XXI 0.5\nZZI 1\n": "pauli-labels",
    "# two spins\n0.5 * ZZ\n": "pauli-labels",
    TABLE: "fcidump",
    "! made by hand\n $fci norb=1\n": "fcidump",
    "2\nhydrogen\nH 0 0 0\nH 0 0 0.74\n": "xyz",
    '{"numbers": [3, 1]}': "json-numbers",
    "[3, 1.5, 2]": "json-numbers",
    "3\n1\n1.5\n": "numbers",
    "3, 1, 1.5, 2, 4, 7  # weights\n": "numbers",
    "a b\nb c\n": None,
    "Once upon a time, there was\na graph": None,
    '{"vertices": 3}': None,
    "<html></html>": None,
    "p cnf 3 1\n1 2 3 0\n": "cnf",
    "c hard\nh 1 -2 0\n3 2 0\n": "wcnf",
    "NAME: a\nTYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: ATT\n": "tsplib",
    '{"values": [1], "weights": [1], "capacity": 1}': "json-knapsack",
    '{"flows": [[0]], "distances": [[0]]}': "json-assignment",
    '{"distances": [[0]]}': "json-distances",
    '{"n": 20}': "json-size",
    "1 3\n1 2 4 3\n": "market-split",
    "1\n u120\n 150 2 1\n42\n69\n": "binpack",
    " instance ft06\n 6 6\n 2 1 0 3\n": "jobshop",
    "": None,
}


@pytest.mark.parametrize("text", RECOGNIZED)
def test_the_content_shows_the_format(text: str, tmp_path: Path) -> None:
    found = recognize(text)
    assert (found and found.name) == RECOGNIZED[text]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "file").write_bytes(text.replace("\n", "\r\n").encode(encoding))
        assert shape_of(tmp_path / "file") == (found and found.shape)


@pytest.mark.parametrize(
    ("folder", "shape"),
    [("maxcut", "graph"), ("hamiltonians", "pauli-sum"), ("molecules", "integrals")],
)
def test_every_instance_in_the_repository_is_recognized(folder: str, shape: str) -> None:
    for path in (FOLDER / folder).iterdir():
        is_instance = path.suffix not in (".md", ".py") and path.name != "index.json"
        assert shape_of(path) == (shape if is_instance else None)


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_a_format_recognizes_what_it_writes(name: str) -> None:
    entry = FORMATS[name]
    if entry.write is None:
        pytest.skip(f"{name} is only read, see test_graph_writers")
    graph = nx.convert_node_labels_to_integers(nx.petersen_graph(), 1)
    text = entry.write(graph)
    assert entry.match(text, "input") >= Match.POSSIBLE
    assert choose(text, "graph").name == name
    assert recognize(text) is entry


def test_the_registry_lists_each_format_by_its_own_name_and_shape() -> None:
    names = [name for name, _, _, *aliases in ROWS for name in (name, *aliases)]
    assert len(set(names)) == len(names)
    for name, shape, _, *aliases in ROWS:
        assert (FORMATS[name].name, FORMATS[name].shape) == (name, shape)
        assert all(FORMATS[alias] is FORMATS[name] for alias in aliases)


def test_suffixes_belong_to_one_format_of_a_shape() -> None:
    assert {entry.shape for entry in FORMATS.values()} == set(SHAPES)
    for entry in FORMATS.values():
        assert entry.summary
    for shape in SHAPES:
        suffixes = [s for entry in FormatsOfShape(shape).values() for s in entry.suffixes]
        assert len(set(suffixes)) == len(suffixes)


def test_a_view_holds_the_formats_of_its_shape_alone() -> None:
    assert set(GRAPH_FORMATS) == {n for n, entry in FORMATS.items() if entry.shape == "graph"}
    assert GRAPH_FORMATS["gset"] is FORMATS["rudy"]
    assert "fcidump" in FORMATS
    assert "fcidump" not in GRAPH_FORMATS
    with pytest.raises(UnknownNameError, match="unknown graph format 'fcidump'") as caught:
        parse("1 2\n", "graph", "fcidump")
    assert caught.value.argument == "format"


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode()))
def test_the_shape_of_a_file_is_known_or_not_and_never_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    assert shape_of(path) in (None, *SHAPES)


WORDS = """0 1 2 -1 1.5 1e999 nan X XX Z0 [X0] H He p cnf edge e &FCI NORB=1 /
[ ] { } ( ) : , # % < > " "edges" "numbers" \\x c h x1 wcnf DIMENSION : 2 EOF
EDGE_WEIGHT_TYPE EUC_2D NODE_COORD_SECTION "n" "clauses" "values" Times instance"""
TOKENS = st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=20)


@settings(deadline=None, max_examples=300)
@given(TOKENS.map(" ".join) | st.text(max_size=60), st.sampled_from([*SHAPES]))
def test_any_text_is_data_or_a_format_error_of_one_line(text: str, shape: str) -> None:
    try:
        parse(text, shape)
    except FormatError as refusal:
        message = str(refusal)
        assert "\n" not in message
        assert "--format" not in message


def test_a_file_that_cannot_be_examined_has_no_known_shape(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\x1f\x8b\x08\x00\xff\xfe")
    for path in ("-", tmp_path, tmp_path / "missing", "nul\0byte", tmp_path / "binary"):
        assert shape_of(path) is None


@given(st.text("a \n\t\x1c", max_size=30), st.integers(0, 6))
def test_lines_are_the_same_in_portions_of_any_size(text: str, portion: int) -> None:
    numbered = [(n, line.strip()) for n, line in enumerate(text.split("\n"), start=1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hybridq.problems.formats._text._PORTION", portion)
        assert list(numbered_lines(text)) == [(n, line) for n, line in numbered if line]


def test_a_large_file_is_recognized_by_its_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hybridq.problems.formats._reading._HEAD", 1 << 14)
    # A character of two bytes is cut at the end of the head.
    text = "source,target\na,b\n" + "é,x\n" * (1 << 13)
    assert text.encode()[(1 << 14) - 1 : (1 << 14) + 1] == "é".encode()
    (tmp_path / "large").write_text(text)
    assert shape_of(tmp_path / "large") == "graph"
    lines = "".join(f"{u} {u + 1}\n" for u in range(1, 4_000))
    (tmp_path / "edges").write_text(lines)
    assert shape_of(tmp_path / "edges") == "graph"


# -- a file of another shape --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        (TABLE, "graph", "integrals"),
        (TABLE, "pauli-sum", "integrals"),
        ("2\n\nH 0 0 0\nH 0 0 0.74\n", "graph", "geometry"),
        ('{"nodes": 2, "edges": [[0, 1]]}', "pauli-sum", "graph"),
        ('{"nodes": 2, "edges": [[0, 1]]}', "numbers", "graph"),
        ('{"numbers": [3, 1]}', "graph", "numbers"),
        (PauliSum.from_labels({"XY": 1}).to_json(), "graph", "pauli-sum"),
        ('{"XXI": 0.5}', "numbers", "pauli-sum"),
        ("(0.5+0j) [X0 Y1]", "numbers", "pauli-sum"),
        ("3 2\n1 2 1\n2 3 1\n", "geometry", "graph"),
    ],
)
def test_a_file_of_another_shape_names_it(text: str, wanted: str, found: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse(text, wanted, source="some.file")
    assert (caught.value.wanted, caught.value.found) == ((wanted,), found)
    assert FORMATS[caught.value.found_format].shape == found
    assert f"appears to hold {SHAPES[found]} in" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "format"), [("XXI 0.5\nZZI 1\n", "edgelist"), ('[["XX", 0.5], ["ZZ", 1]]', "json")]
)
def test_pauli_terms_are_no_graph_unless_the_format_says_so(text: str, format: str) -> None:
    with pytest.raises(ShapeError, match=f"not a graph: set format='{format}'") as caught:
        parse(text, "graph")
    assert caught.value.found == "pauli-sum"
    assert parse(text, "graph", format).number_of_edges() == 2
    assert len(parse(text, "pauli-sum")) == 2


@pytest.mark.parametrize(
    "text", ["a b\nb c\n", "1 2\n2 3\n", "1,2,0.5\n2,3,1\n", "X Y\nY Z\n", "[[1, 2], [2, 3]]"]
)
def test_a_graph_without_marks_of_its_own_is_read(text: str) -> None:
    assert parse(text, "graph").number_of_edges() == 2


def test_a_reader_of_several_shapes_takes_each() -> None:
    both = ("integrals", "geometry")
    assert parse(TABLE, both).n_alpha == 1
    assert parse("1\n\nHe 0 0 0\n", both) == [("He", (0, 0, 0))]
    with pytest.raises(ShapeError, match="appears to hold a graph"):
        parse("p edge 2 1\ne 1 2\n", both)
    with pytest.raises(UnknownNameError, match="integrals or geometry format"):
        parse(TABLE, both, "rudy")


def test_the_library_names_arguments_and_a_surface_spells_them() -> None:
    with pytest.raises(FormatError) as caught:
        parse("a b\nc\n", "graph")
    assert "read as edgelist; set format to choose another format" in str(caught.value)
    assert "set --format to" in caught.value.render(lambda s: f"--{s.argument}")
    with pytest.raises(FormatError, match="format='rudy' or format='edgelist'") as caught:
        parse("4 3\n1 2\n2 3\n1 4\n", "graph")
    spelled = caught.value.render(lambda s: f"--{s.argument} {s.value}")
    assert "--format rudy or --format edgelist" in spelled


def test_a_named_format_is_the_one_that_reads() -> None:
    terms = HamiltonianProblem.from_bytes(b"X 2\n", source="x", format="pauli-labels")
    assert terms.hamiltonian == PauliSum.from_labels({"X": 2})
    assert MaxCut.from_bytes(b"X 2\n", source="x", format="edgelist").n_qubits == 2
    with pytest.raises(UnknownNameError, match="pauli sum format"):
        HamiltonianProblem.from_bytes(b"X 2\n", source="x", format="csv")


# -- lists of numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "3 1 1.5 -2",
        "3\n1\n1.5\n-2\n",
        "3, 1\n1.5,-2,\n",
        "# weights\n3 1  # two\n\n1.5\t-2\n",
        "3,1,1.5,-2",
        "[3, 1, 1.5, -2]",
        '{"numbers": [3, 1, 1.5, -2]}',
        ' {"name": "four", "numbers": [3, 1, 15e-1, -2]}',
    ],
)
def test_numbers_are_read_in_every_spelling(text: str) -> None:
    numbers = parse(text, "numbers")
    assert numbers == [3, 1, 1.5, -2]
    assert [type(x) for x in numbers] == [int, int, float, int]


def test_large_whole_numbers_stay_exact() -> None:
    numbers = [2**80 + 1, 10**300, -(3**100)]
    assert parse(json.dumps(numbers), "numbers") == numbers
    assert parse("\n".join(map(str, numbers)), "numbers") == numbers


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("3 1\n2 x 4\n", 2, "entry 2 of the line, 'x', is not a finite number"),
        ("3\n\n1,,2\n", 3, "entry 2 of the line, ''"),
        ("nan", 1, "entry 1 of the line, 'nan'"),
        ("1e999", 1, "'1e999'"),
        ("1_000", 1, "'1_000'"),
        ("9" * 400, 1, "entry 1"),
        ("# none\n", None, "the list of numbers is empty"),
        ("", None, "the file is empty: give a list of numbers"),
        ("[3,\n 1, null]", 2, "entry 3 of the list, None, is not a finite number"),
        ('{"numbers": [3,\n\n true]}', 3, "entry 2 of the list, True"),
        ('{"numbers": [NaN]}', 1, "entry 1 of the list, nan"),
        ('{"numbers": ["3"]}', 1, "entry 1 of the list, '3'"),
        (f"[1{'0' * 400}]", 1, "entry 1 of the list"),
        ("[]", None, "the list of numbers is empty"),
        ('{"numbers": 3}', None, "holds 3 and not a list of numbers"),
        ('{"weights": [3]}', None, "not a list of numbers: give"),
        ("[3, 1", 1, "the file ends too early"),
        ("[" * 100_000, None, "nested too deeply for a list of numbers"),
        (f"[{'9' * 5000}]", None, "thousands of digits"),
    ],
)
def test_a_faulty_list_of_numbers_is_refused_by_line_and_entry(
    text: str, line: int | None, words: str
) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, "numbers", source="n.txt")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert caught.value.source == "n.txt"
    assert len(str(caught.value)) < 300


@settings(deadline=None)
@given(st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_survive_text_and_json(numbers: list[float]) -> None:
    assert parse(" ".join(map(repr, numbers)), "numbers", "numbers") == numbers
    assert parse(json.dumps(numbers), "numbers") == numbers


@pytest.mark.parametrize("name", ["petersen.edgelist", "regular_12.rud"])
def test_the_edges_of_a_graph_are_no_list_of_numbers(name: str) -> None:
    text = (FOLDER / "maxcut" / name).read_text(encoding="utf-8")
    with pytest.raises(FormatError, match="several columns, like the edges") as caught:
        parse(text, "numbers")
    assert str(caught.value).endswith("give one number a line, or set format='numbers'")
    assert len(parse(text, "numbers", "numbers")) == len(text.split())


def test_rows_that_are_no_edges_are_numbers() -> None:
    for text in ("3 1\n1 -2\n", "3 1.5\n1 2\n", "3 1 4\n1 5\n", "3 1\n", "1 2 3 4\n5 6 7 8\n"):
        assert len(parse(text, "numbers")) == len(text.split())


def test_numbers_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("3 1 1 2")
    assert read(tmp_path / "n.txt", "numbers") == [3, 1, 1, 2]
    with pytest.raises(UnknownNameError):
        read("-", "numbers", "rudy")
