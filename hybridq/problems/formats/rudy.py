"""Gset and rudy files: a header ``n m``, then ``u v weight`` lines, nodes from 1.

A first line of two integers may as well be an edge of an edge list; see `recognizes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats import csv_text, edge_list
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    MAX_NODES,
    GraphBuilder,
    check_node_count,
    one_based_index,
    plain_graph,
    weighted_edges,
)
from hybridq.problems.formats._text import (
    is_count,
    numbered_lines,
    parse_count,
    parse_weight,
    short,
    suffix_of,
)

if TYPE_CHECKING:
    import networkx as nx


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a rudy text; nodes are the integers 1 to n.

    Further tokens in the header, blank lines and comments (``#`` or ``%``) are ignored.

    Raises:
        FormatError: anything else.
    """
    header, _, body = text.partition("\n")
    if (sizes := header.split()) and len(sizes) == 2 and all(map(is_count, sizes)):
        n_nodes, n_edges = (int(size[:30]) for size in sizes)
        if n_edges and n_nodes <= MAX_NODES:
            plain = plain_graph(body, n_nodes, n_edges, source)
            if plain is not None:
                return plain
    builder: GraphBuilder | None = None
    header_line = declared = 0
    for line, content in numbered_lines(text):
        if content[0] in "#%":
            continue
        tokens = content.split()
        if builder is None:
            if len(tokens) < 2:
                raise FormatError(
                    f"the header is {short(content)}: give the numbers of nodes and edges",
                    source=source,
                    line=line,
                )
            n_nodes = parse_count(tokens[0], "number of nodes", source, line)
            declared = parse_count(tokens[1], "number of edges", source, line)
            check_node_count(n_nodes, source, line)
            builder, header_line = GraphBuilder(source, one_based=n_nodes), line
            continue
        if len(tokens) not in (2, 3):
            raise FormatError(
                f"{len(tokens)} columns, expected two nodes and perhaps a weight: correct the line",
                source=source,
                line=line,
            )
        weight = parse_weight(tokens[2], source, line) if len(tokens) == 3 else None
        builder.numbered_edge(tokens[0], tokens[1], weight, line)
    if builder is None:
        raise FormatError(
            "the file has no header: give the numbers of nodes and edges", source=source
        )
    builder.check_edge_count(declared, header_line)
    return builder.finish()


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as a rudy text.

    Raises:
        ProblemError: the labels are not 1 to n.
    """
    one_based_index(graph, "rudy")
    lines = [f"{graph.number_of_nodes()} {graph.number_of_edges()}"]
    lines += [f"{u} {v} {w}" for u, v, w in weighted_edges(graph)]
    return "\n".join(lines) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a rudy file.

    A first line of two whole numbers n m (and perhaps more, n > 0) is the header of one when

    - the suffix says so (``.rud``, ``.rudy``, ``.mc``); or
    - every other line has another number of columns than the first.

    Where it has as many columns as they, and exactly m lines follow, all between nodes 1 to n, it
    may be a header or an edge, unless the suffix is that of an edge list or a table.
    """
    lines = numbered_lines(text)
    rows = (line.split() for _, line in lines if line[0] not in "#%")
    head = next(rows, [])
    if len(head) < 2 or not all(map(is_count, head[:2])):
        return Match.NO
    suffix = suffix_of(source)
    if suffix in _SUFFIXES:
        return Match.LIKELY
    if not int(head[0][:30]) or (len(head) > 2 and head[2][0] in "{#"):
        return Match.NO  # node 0, or the attributes or the comment of an edge
    body = list(rows)
    widths = {len(row) for row in body}
    if body and widths <= {2, 3} and len(head) not in widths:
        return Match.LIKELY
    n_nodes, n_edges = head[0], head[1]
    if n_edges != str(len(body)) or not _are_edges(body, n_nodes):
        return Match.NO
    is_table = suffix in edge_list.FORMAT.suffixes + csv_text.FORMAT.suffixes
    return Match.NO if is_table else Match.POSSIBLE


def _are_edges(rows: list[list[str]], n_nodes: str) -> bool:
    """Return whether every row is an edge between nodes 1 to `n_nodes`."""
    limit = int(n_nodes[:30])
    return all(
        2 <= len(row) <= 3
        and all(is_count(token) and 1 <= int(token[:30]) <= limit for token in row[:2])
        for row in rows
    )


_SUFFIXES = (".rud", ".rudy", ".mc")
FORMAT = Format(
    "rudy",
    'Gset and rudy: "nodes edges", then "u v weight"',
    "graph",
    read,
    recognizes,
    suffixes=_SUFFIXES,
    write=write,
)
