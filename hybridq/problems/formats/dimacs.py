"""DIMACS graphs: ``p edge n m``, then ``e u v [weight]``, nodes from 1."""

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
    short,
    weighted_edges,
)

if TYPE_CHECKING:
    import networkx as nx

# "n", "d", "v" and "x" lines carry node weights, positions and parameters.
_PASSED_OVER = frozenset("cndvx")
KINDS = ("edge", "col", "edges", "clq")


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """The graph in a DIMACS text; nodes are the integers 1 to n.

    Raises:
        FormatError: anything else, arcs of a directed graph among it.
    """
    builder: GraphBuilder | None = None
    header_line = declared = 0
    for line, content in numbered_lines(text):
        tokens = content.split()
        if tokens[0] in _PASSED_OVER:
            continue
        if tokens[0] == "p":
            if builder is not None:
                raise FormatError("a second p line: remove one", source=source, line=line)
            n_nodes, declared = _header(tokens, source, line)
            builder, header_line = GraphBuilder(source, one_based=n_nodes), line
            continue
        if tokens[0] == "a":
            raise FormatError(
                "an arc (a) belongs to a directed graph, a cut has no direction: use e lines",
                source=source,
                line=line,
            )
        if tokens[0] != "e" or len(tokens) not in (3, 4):
            raise FormatError(
                f'{short(content)} is no DIMACS line: write "e u v" or "e u v weight"',
                source=source,
                line=line,
            )
        if builder is None:
            raise FormatError(
                'an edge comes before the header: begin with "p edge NODES EDGES"',
                source=source,
                line=line,
            )
        weight = parse_weight(tokens[3], source, line) if len(tokens) == 4 else 1
        builder.numbered_edge(tokens[1], tokens[2], weight, line)
    if builder is None:
        raise FormatError('there is no line "p edge NODES EDGES": add it', source=source)
    builder.check_edge_count(declared, header_line)
    return builder.finish()


def _header(tokens: list[str], source: str, line: int) -> tuple[int, int]:
    if len(tokens) != 4 or tokens[1] not in KINDS:
        raise FormatError(
            f'the header is {short(" ".join(tokens))}: write "p edge NODES EDGES"',
            source=source,
            line=line,
        )
    n_nodes = parse_count(tokens[2], "number of nodes", source, line)
    check_node_count(n_nodes, source, line)
    return n_nodes, parse_count(tokens[3], "number of edges", source, line)


def write(graph: nx.Graph[Any]) -> str:
    """The graph as a DIMACS text.

    Raises:
        ProblemError: the labels are not 1 to n.
    """
    one_based_index(graph, "DIMACS")
    lines = [f"p edge {graph.number_of_nodes()} {graph.number_of_edges()}"]
    lines += [f"e {u} {v} {w}" for u, v, w in weighted_edges(graph)]
    return "\n".join(lines) + "\n"


FORMAT = GraphFormat(
    "dimacs", '"p edge nodes edges", then "e u v weight"', read, write, (".col", ".dimacs", ".clq")
)
