"""Graphs in files: one module a format, and the functions that choose among them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core import memory
from hybridq.core.errors import FormatError, ParameterError, ProblemError
from hybridq.core.files import read_bytes, write_text
from hybridq.core.registry import Registry
from hybridq.problems.formats import (
    csv_text,
    dimacs,
    edge_list,
    graphml,
    json_text,
    matrix_market,
    rudy,
)
from hybridq.problems.formats._common import GraphFormat
from hybridq.problems.formats._detect import GUESSED, detect

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["GRAPH_FORMATS", "GraphFormat", "parse_graph", "read_graph", "write_graph"]

_FORMATS = (
    json_text.PLAIN,
    json_text.NODE_LINK,
    rudy.FORMAT,
    edge_list.FORMAT,
    csv_text.FORMAT,
    dimacs.FORMAT,
    graphml.FORMAT,
    matrix_market.FORMAT,
)

#: Every format by the name that ``--format`` takes.
GRAPH_FORMATS: Registry[GraphFormat] = Registry(
    "graph format",
    {entry.name: entry for entry in _FORMATS},
    aliases={
        "gset": "rudy",
        "rud": "rudy",
        "mc": "rudy",
        "edge-list": "edgelist",
        "edges": "edgelist",
        "tsv": "csv",
        "col": "dimacs",
        "mtx": "matrix-market",
        "matrixmarket": "matrix-market",
    },
)


def read_graph(source: str | os.PathLike[str], format: str | None = None) -> nx.Graph[Any]:
    """The graph in a file.

    Args:
        source: the file's name; ``-`` is standard input.
        format: a name in `GRAPH_FORMATS`; told from the content when None, by the rule stated in
            `parse_graph`.

    Returns:
        an undirected simple graph with at least one edge and a finite edge attribute ``weight``.
        In text formats, labels written like integers are int.

    Raises:
        FormatError: the file cannot be read, or holds no such graph.
        UnknownNameError: there is no such format.
    """
    if format is not None:
        GRAPH_FORMATS.canonical(format)  # before a long wait for standard input
    data, name = read_bytes(source)
    return parse_graph(data, format=format, source=name)


@memory.capacity("reading the graph", "give a smaller file")
def parse_graph(
    data: bytes | str, *, format: str | None = None, source: str = "input"
) -> nx.Graph[Any]:
    """The graph in bytes or text.

    Without `format` the content tells it; the suffix of `source` only settles the one ambiguity
    there is, whether a first line of two integers is a rudy header or an edge (the rule stands in
    `hybridq.problems.formats._detect.detect`).

    Args:
        data: UTF-8 bytes (UTF-16 with a byte order mark), or text.
        format: a name in `GRAPH_FORMATS`.
        source: the file's name, for error messages.

    Raises:
        FormatError: no graph, or one that cannot be cut (directed, self-loops, no edges, ...).
        UnknownNameError: there is no such format.
    """
    chosen = None if format is None else GRAPH_FORMATS.canonical(format)
    text = _decode(data, source).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FormatError("the file is empty: give a graph", source=source)
    name = chosen or detect(text, Path(source).suffix.lower(), source)
    try:
        return GRAPH_FORMATS[name].read(text, source)
    except FormatError as error:
        if chosen is None and name in GUESSED:
            error.args = (f"{error} (read as {name}; --format names another)",)
        raise


def write_graph(
    graph: nx.Graph[Any], path: str | os.PathLike[str], format: str | None = None
) -> None:
    """Write labels, edges and weights to a file, whole or not at all.

    What was written is read back before it takes the file's name, so a graph that the format
    cannot keep (labels, isolated nodes) is refused and not damaged.

    Args:
        graph: an undirected simple graph with at least one edge.
        path: the file's name.
        format: a name in `GRAPH_FORMATS`; told from the suffix when None.

    Raises:
        ProblemError: the format cannot keep this graph.
        ParameterError: no format has that suffix.
        OutputError: the file cannot be written.
    """
    entry = _format_of(Path(path)) if format is None else GRAPH_FORMATS[format]
    if graph.is_directed() or graph.is_multigraph():
        raise ProblemError("only undirected graphs without parallel edges are written")
    if graph.number_of_edges() == 0:
        raise ProblemError("a graph without edges is not written: no reader would take it")
    try:
        text = entry.write(graph)
    except ProblemError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(f"this graph cannot be written as {entry.name}: {error}") from None
    if not _is_kept(graph, text, entry):
        raise ProblemError(
            f"{entry.name} cannot keep this graph's labels, weights or isolated nodes: write JSON"
        )
    write_text(path, text)


def _format_of(path: Path) -> GraphFormat:
    suffix = path.suffix.lower()
    for entry in _FORMATS:
        if suffix in entry.suffixes:
            return entry
    raise ParameterError(
        f"no graph format has the suffix {suffix!r}: name one of {', '.join(GRAPH_FORMATS)}"
    )


def _is_kept(graph: nx.Graph[Any], text: str, entry: GraphFormat) -> bool:
    """Whether `text` reads back to the same labels (types included), edges and weights."""
    try:
        other = entry.read(text, "output")
        text.encode()
    except (FormatError, UnicodeEncodeError):
        return False
    labels, others = ({(type(u), u) for u in g.nodes} for g in (graph, other))
    return (
        labels == others
        and graph.number_of_edges() == other.number_of_edges()
        and all(
            other.has_edge(u, v) and other[u][v]["weight"] == float(weight)
            for u, v, weight in graph.edges(data="weight", default=1)
        )
    )


def _decode(data: bytes | str, source: str) -> str:
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(
            f"byte {error.start} is not {encoding[:6].rstrip('-').upper()} text: "
            "save the file as UTF-8, or is it compressed?",
            source=source,
            line=line,
        ) from None
