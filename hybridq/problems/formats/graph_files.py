"""Graphs in files, read and written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError, ParameterError, ProblemError
from hybridq.core.files import write_text
from hybridq.problems.formats._format import Format
from hybridq.problems.formats._reading import parse, read
from hybridq.problems.formats._registry import FormatsOfShape

if TYPE_CHECKING:
    import networkx as nx

#: The formats of graphs, a view of `FORMATS`.
GRAPH_FORMATS = FormatsOfShape("graph")


def read_graph(
    source: str | os.PathLike[str],
    format: str | None = None,
    *,
    weight: str | None = None,
    parallel: str | None = None,
    header: str | None = None,
) -> nx.Graph[Any]:
    """Return the undirected graph in a file.

    Args:
        source: the file's name; ``-`` is standard input.
        format: a name in `GRAPH_FORMATS`; recognized from the content when None.
        weight: the edge attribute that holds the weights, see `hybridq.MaxCut`.
        parallel: ``"sum"`` or ``"once"`` for parallel edges, see `hybridq.MaxCut`.
        header: ``"yes"`` or ``"no"`` for the first row of a table.

    Returns:
        an undirected simple graph with at least one edge and a finite edge attribute ``weight``.
        In text formats, labels written like integers are int.

    Raises:
        FormatError: the file cannot be read, or holds no such graph.
        UnknownNameError: no graph format has that name.
        ParameterError: an option that the format or the graph does not have.
    """
    return _weighted(read(source, "graph", format, header=header), weight, parallel)


def _weighted(
    graph: nx.Graph[Any], weight: str | None = None, parallel: str | None = None
) -> nx.Graph[Any]:
    """Return a graph without parallel edges, each edge with a weight."""
    from hybridq.problems.graph_data import simple_graph

    made = simple_graph(graph, weight=weight, parallel=parallel).graph
    for _, _, data in made.edges(data=True):
        data.setdefault("weight", 1)
    return made


def parse_graph(
    data: bytes | str,
    *,
    format: str | None = None,
    source: str = "input",
    weight: str | None = None,
    parallel: str | None = None,
    header: str | None = None,
) -> nx.Graph[Any]:
    """Return the graph in bytes or text.

    Without `format` the content decides. The suffix of `source` settles only the one ambiguity
    of graph formats: a first line of two integers may be a rudy header or an edge (see
    `hybridq.problems.formats.rudy`).

    Args:
        data: UTF-8 bytes (UTF-16 with a byte order mark), or text.
        format: a name in `GRAPH_FORMATS`.
        source: the file's name, for error messages.
        weight: as for `read_graph`.
        parallel: as for `read_graph`.
        header: as for `read_graph`.

    Raises:
        FormatError: not a graph, a directed one, or one that no problem takes (self-loops, no
            edges).
        UnknownNameError: no graph format has that name.
    """
    graph = parse(data, "graph", format, source=source, header=header)
    return _weighted(graph, weight, parallel)


def write_graph(
    graph: nx.Graph[Any], path: str | os.PathLike[str], format: str | None = None
) -> None:
    """Write labels, edges and weights to a file, whole or not at all.

    The text is read back before it takes the file's name, so a graph that the format cannot
    preserve (labels, isolated nodes) is refused and not damaged.

    Args:
        graph: an undirected simple graph with at least one edge.
        path: the file's name.
        format: a name in `GRAPH_FORMATS`; chosen by the suffix when None.

    Raises:
        ProblemError: the format cannot preserve this graph.
        ParameterError: no format has that suffix.
        OutputError: the file cannot be written.
    """
    entry = _format_by_suffix(Path(path)) if format is None else GRAPH_FORMATS[format]
    if entry.write is None:
        raise ParameterError(
            argument="format",
            value=entry.name,
            expected="a graph format that is written",
            remedy="write JSON",
        )
    if graph.is_directed() or graph.is_multigraph():
        raise ProblemError("only undirected graphs without parallel edges are written")
    if graph.number_of_edges() == 0:
        raise ProblemError("a graph without edges is not written: no reader accepts it")
    try:
        text = entry.write(graph)
    except ProblemError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(f"this graph cannot be written as {entry.name}: {error}") from None
    if not _is_preserved(graph, text, entry):
        raise ProblemError(
            f"{entry.name} cannot keep this graph's labels, weights or isolated nodes: write JSON"
        )
    write_text(path, text)


def _format_by_suffix(path: Path) -> Format:
    """Return the first format that is written and has the suffix of `path`."""
    suffix = path.suffix.lower()
    for entry in GRAPH_FORMATS.values():
        if suffix in entry.suffixes and entry.write is not None:
            return entry
    raise ParameterError(
        f"no graph format has the suffix {suffix!r}",
        argument="path",
        value=str(path),
        remedy=f"name one of {', '.join(GRAPH_FORMATS)}",
    )


def _is_preserved(graph: nx.Graph[Any], text: str, entry: Format) -> bool:
    """Return whether `text` reads back to the same labels, edges and weights."""
    try:
        other = _weighted(entry.read(text, "output"))
        text.encode()
    except (FormatError, UnicodeEncodeError):
        return False
    labels, others = ({(type(u), u) for u in g.nodes} for g in (graph, other))
    return bool(
        labels == others
        and graph.number_of_edges() == other.number_of_edges()
        and all(
            other.has_edge(u, v) and other[u][v]["weight"] == float(weight)
            for u, v, weight in graph.edges(data="weight", default=1)
        )
    )
