"""Gset and rudy files: a header ``n m``, then one line ``u v weight`` an edge, nodes from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._common import (
    GraphBuilder,
    GraphFormat,
    check_node_count,
    numbered_lines,
    one_based_index,
    parse_count,
    parse_weight,
    weighted_edges,
)

if TYPE_CHECKING:
    import networkx as nx


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """The graph in a rudy text; nodes are the integers 1 to n.

    Further tokens in the header, blank lines and comments (``#`` or ``%``) are passed over; an
    edge without a weight has weight 1.

    Raises:
        FormatError: anything else.
    """
    builder: GraphBuilder | None = None
    header_line = declared = 0
    for line, content in numbered_lines(text):
        if content[0] in "#%":
            continue
        tokens = content.split()
        if builder is None:
            if len(tokens) < 2:
                raise FormatError(
                    f"the header is {content[:40]!r}: give the numbers of nodes and edges",
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
                f"{len(tokens)} columns where an edge has two nodes and a weight: correct the line",
                source=source,
                line=line,
            )
        weight = parse_weight(tokens[2], source, line) if len(tokens) == 3 else 1
        builder.numbered_edge(tokens[0], tokens[1], weight, line)
    if builder is None:
        raise FormatError("there is no header: give the numbers of nodes and edges", source=source)
    builder.check_edge_count(declared, header_line)
    return builder.finish()


def write(graph: nx.Graph[Any]) -> str:
    """The graph as a rudy text.

    Raises:
        ProblemError: the labels are not 1 to n.
    """
    one_based_index(graph, "rudy")
    lines = [f"{graph.number_of_nodes()} {graph.number_of_edges()}"]
    lines += [f"{u} {v} {w}" for u, v, w in weighted_edges(graph)]
    return "\n".join(lines) + "\n"


FORMAT = GraphFormat(
    "rudy", 'Gset and rudy: "nodes edges", then "u v weight"', read, write, (".rud", ".rudy", ".mc")
)
