"""Our reading of files that other libraries write, held against those libraries' own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import parse_graph

EXAMPLES = 15  # 2000 in the slow test

WORDS = st.text("abcXYZ_.0189äßπ中", min_size=1, max_size=6)
TEXTS = st.text("ab 0.-'\"&<>;,:()[]{}#%äπ中", min_size=1, max_size=8)
# What begins like a comment is one, and commas between blanks separate.
TEXTS = TEXTS.map(str.strip).filter(lambda text: text.lstrip("#%").strip(",;") == text != "")
NAMES = st.text("abcO π中.-'é", min_size=1, max_size=8)
NAMES = NAMES.map(lambda text: text.strip(" '")).filter(bool)
FINITE = st.integers(-9, 9) | st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 6))


@dataclass(frozen=True)
class Writer:
    """Writer and reader of graphs of another library.

    Attributes:
        write: graph -> bytes.
        read: bytes -> the library's own reading.
        labels: of the nodes.
        weighted: whether the format keeps weights.
        source: the file's name.
        may_refuse: rows of free text may be refused, and never misread.
        plain: nodes of the format have labels 0 to n - 1.
    """

    write: Callable[[nx.Graph], bytes]
    read: Callable[[bytes], nx.Graph]
    labels: Any = TEXTS
    weighted: bool = True
    source: str = "input"
    may_refuse: bool = False
    plain: bool = False


def stream(writer: Callable[..., None], **options: Any) -> Callable[[nx.Graph], bytes]:
    def write(graph: nx.Graph) -> bytes:
        file = io.BytesIO()
        writer(graph, file, **options)
        return file.getvalue()

    return write


def unstream(reader: Callable[..., nx.Graph], **options: Any) -> Callable[[bytes], nx.Graph]:
    return lambda data: nx.Graph(reader(io.BytesIO(data), **options))


def json_of(dump: Callable[[nx.Graph], Any], load: Callable[[Any], nx.Graph]) -> dict[str, Any]:
    return {
        "write": lambda graph: json.dumps(dump(graph)).encode(),
        "read": lambda data: load(json.loads(data)),
        "labels": TEXTS | st.integers(-5, 50),
    }


def csv_bytes(delimiter: str, header: bool) -> Callable[[nx.Graph], bytes]:
    def write(graph: nx.Graph) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(file, delimiter=delimiter)
        if header:
            writer.writerow(("source", "target", "weight"))
        writer.writerows((u, v, w) for u, v, w in graph.edges(data="weight"))
        return file.getvalue().encode()

    return write


def csv_read(delimiter: str, header: bool) -> Callable[[bytes], nx.Graph]:
    def read(data: bytes) -> nx.Graph:
        rows = list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))
        graph = nx.Graph()
        for u, v, weight in rows[1:] if header else rows:
            graph.add_edge(u, v, weight=float(weight))
        return graph

    return read


def saved(save: Callable[..., None]) -> Callable[[nx.Graph], bytes]:
    def write(graph: nx.Graph) -> bytes:
        file = io.BytesIO()
        save(file, graph)
        return file.getvalue()

    return write


def dense(graph: nx.Graph) -> np.ndarray:
    return nx.to_numpy_array(graph)


def sparse(graph: nx.Graph) -> Any:
    return scipy.sparse.coo_array(dense(graph))


WRITERS: dict[str, Writer] = {
    "edgelist": Writer(
        stream(nx.write_edgelist), unstream(nx.read_edgelist, comments="\0"), WORDS, may_refuse=True
    ),
    "edgelist, tabs": Writer(
        stream(nx.write_edgelist, delimiter="\t"),
        unstream(nx.read_edgelist, delimiter="\t", comments="\0"),
        NAMES,
        may_refuse=True,
    ),
    "edgelist, commas": Writer(
        stream(nx.write_edgelist, delimiter=","),
        unstream(nx.read_edgelist, delimiter=",", comments="\0"),
        NAMES,
        may_refuse=True,
    ),
    "weighted edgelist": Writer(
        stream(nx.write_weighted_edgelist),
        unstream(nx.read_weighted_edgelist, comments="\0"),
        WORDS,
        may_refuse=True,
    ),
    "csv with header": Writer(csv_bytes(",", True), csv_read(",", True)),
    "csv, semicolons, header": Writer(csv_bytes(";", True), csv_read(";", True)),
    "csv, tabs, header": Writer(csv_bytes("\t", True), csv_read("\t", True)),
    "csv": Writer(csv_bytes(",", False), csv_read(",", False), NAMES, may_refuse=True),
    "adjacency list": Writer(
        stream(nx.write_adjlist), unstream(nx.read_adjlist), WORDS, weighted=False
    ),
    "graphml": Writer(stream(nx.write_graphml_xml), unstream(nx.read_graphml)),
    "gml": Writer(stream(nx.write_gml), unstream(nx.read_gml)),
    "gexf": Writer(stream(nx.write_gexf), unstream(nx.read_gexf)),
    "pajek": Writer(stream(nx.write_pajek), unstream(nx.read_pajek), WORDS),
    "graph6": Writer(stream(nx.write_graph6), unstream(nx.read_graph6), weighted=False, plain=True),
    "sparse6": Writer(
        stream(nx.write_sparse6), unstream(nx.read_sparse6), weighted=False, plain=True
    ),
    "node-link": Writer(**json_of(nx.node_link_data, nx.node_link_graph)),
    "cytoscape": Writer(**json_of(nx.cytoscape_data, nx.cytoscape_graph)),
    "adjacency data": Writer(**json_of(nx.adjacency_data, nx.adjacency_graph)),
    "matrix market": Writer(
        saved(lambda file, graph: scipy.io.mmwrite(file, sparse(graph), symmetry="symmetric")),
        lambda data: nx.from_scipy_sparse_array(scipy.io.mmread(io.BytesIO(data)).tocsr()),
        plain=True,
    ),
    "savetxt": Writer(
        saved(lambda file, graph: np.savetxt(file, dense(graph), fmt="%.17g")),
        lambda data: nx.from_numpy_array(np.loadtxt(io.BytesIO(data), ndmin=2)),
        plain=True,
    ),
    "savetxt, commas": Writer(
        saved(lambda file, graph: np.savetxt(file, dense(graph), delimiter=",")),
        lambda data: nx.from_numpy_array(np.loadtxt(io.BytesIO(data), delimiter=",", ndmin=2)),
        plain=True,
    ),
    "npy": Writer(
        saved(lambda file, graph: np.save(file, dense(graph))),
        lambda data: nx.from_numpy_array(np.load(io.BytesIO(data))),
        plain=True,
    ),
    "npz": Writer(
        saved(lambda file, graph: scipy.sparse.save_npz(file, sparse(graph).tocsr())),
        lambda data: nx.from_scipy_sparse_array(scipy.sparse.load_npz(io.BytesIO(data))),
        plain=True,
    ),
}
SOURCES = {"graph6": "g.g6", "sparse6": "g.s6"}


@st.composite
def graphs(draw: Any, writer: Writer) -> nx.Graph:
    """Simple graphs with an edge, weights on all edges or on none, and texts beside them."""
    fewest = 4 if writer.plain and writer.weighted else 2
    if writer.plain:
        labels: list[Any] = list(range(draw(st.integers(fewest, 7))))
    else:
        labels = draw(
            st.lists(
                writer.labels.filter(lambda label: label != ""),
                min_size=fewest,
                max_size=7,
                unique_by=lambda label: str(label),
            )
        )
    pairs = [(u, v) for i, u in enumerate(labels) for v in labels[:i]]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    colors = draw(st.booleans()) and not writer.plain
    graph = nx.Graph()
    graph.add_nodes_from(labels)
    for u, v in chosen:
        weight = draw(FINITE.filter(bool)) if writer.weighted else None
        graph.add_edge(u, v, **({} if weight is None else {"weight": weight}))
        if colors:
            graph[u][v]["color"] = draw(st.sampled_from(["red", "dark blue", "grün"]))
    return graph


def edges_of(graph: nx.Graph) -> dict[frozenset[str], float]:
    return {
        frozenset((str(u), str(v))): float(w) for u, v, w in graph.edges(data="weight", default=1)
    }


@pytest.mark.parametrize("name", WRITERS)
def test_what_other_libraries_write_is_read_as_they_read_it(name: str) -> None:
    read, refused = compare(name, WRITERS[name], EXAMPLES)
    assert read > refused


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.may_refuse])
def test_labels_full_of_signs_are_refused_or_read_as_they_stand(name: str) -> None:
    compare(name, replace(WRITERS[name], labels=signs(name)), EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_two_thousand_graphs_of_each_format_are_read_as_written(name: str) -> None:
    compare(name, WRITERS[name], 2000)
    if WRITERS[name].may_refuse:
        compare(name, replace(WRITERS[name], labels=signs(name)), 2000)


def signs(name: str) -> Any:
    """Labels of arbitrary signs; between blanks none that separate as well."""
    if name not in ("edgelist", "weighted edgelist"):
        return TEXTS
    return TEXTS.filter(lambda text: not set(text) & set(",;"))


def compare(name: str, writer: Writer, examples: int) -> tuple[int, int]:
    """The numbers of graphs that were read, and refused; an error for one read otherwise."""
    read = refused = 0

    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(graphs(writer))
    def check(graph: nx.Graph) -> None:
        nonlocal read, refused
        data = writer.write(graph)
        try:
            own = writer.read(data)
        except Exception:  # the library cannot read what it wrote
            return
        if own.number_of_edges() != graph.number_of_edges():
            return  # nor keep it
        try:
            found = parse_graph(data, source=SOURCES.get(name, "input"))
        except FormatError as error:
            if not writer.may_refuse:
                raise AssertionError(f"{data!r} is refused: {error}") from None
            refused += 1
            return
        read += 1
        expected = edges_of(own)
        if name == "matrix market":  # nodes from 1 in the file and with us, from 0 with scipy
            expected = {frozenset(str(int(x) + 1) for x in e): w for e, w in expected.items()}
        assert edges_of(found) == expected, data

    check()
    return read, refused
