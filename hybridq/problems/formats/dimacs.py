"""DIMACS graphs: ``p edge n m``, ``e u v [weight]``, ``n u weight``, nodes from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    GraphBuilder,
    check_node_count,
    one_based_index,
    weighted_edges,
)
from hybridq.problems.formats._text import (
    is_count,
    numbered_lines,
    parse_count,
    parse_weight,
    short,
)

if TYPE_CHECKING:
    import networkx as nx

_IGNORED = frozenset("cdvx")  # comments, positions and parameters
KINDS = ("edge", "col", "edges", "clq")


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a DIMACS text; nodes are the integers 1 to n.

    Raises:
        FormatError: anything else, such as arcs of a directed graph.
    """
    builder: GraphBuilder | None = None
    header_line = declared = 0
    for line, content in numbered_lines(text):
        tokens = content.split()
        if tokens[0] in _IGNORED:
            continue
        if tokens[0] == "p":
            if builder is not None:
                raise FormatError("a second p line: remove one", source=source, line=line)
            n_nodes, declared = _header(tokens, source, line)
            builder, header_line = GraphBuilder(source, one_based=n_nodes), line
            continue
        if tokens[0] == "n" and builder is not None and len(tokens) == 3:
            own = parse_weight(tokens[2], source, line)
            if own < 0.0:
                raise FormatError(
                    f"node {tokens[1]} has weight {own:g}: give a positive number, or remove it",
                    source=source,
                    line=line,
                )
            builder.node_weight(tokens[1], own, line)
            continue
        if tokens[0] == "a":
            raise FormatError(
                "an arc (a) belongs to a directed graph: use e lines",
                source=source,
                line=line,
            )
        if tokens[0] != "e" or len(tokens) not in (3, 4):
            raise FormatError(
                f'{short(content)} is not a DIMACS line: write "e u v" or "e u v weight"',
                source=source,
                line=line,
            )
        if builder is None:
            raise FormatError(
                'an edge comes before the header: begin with "p edge NODES EDGES"',
                source=source,
                line=line,
            )
        weight = parse_weight(tokens[3], source, line) if len(tokens) == 4 else None
        builder.numbered_edge(tokens[1], tokens[2], weight, line)
    if builder is None:
        raise FormatError('the line "p edge NODES EDGES" is missing: add it', source=source)
    builder.check_edge_count(declared, header_line)
    return builder.finish()


def _header(tokens: list[str], source: str, line: int) -> tuple[int, int]:
    """Return the numbers of nodes and edges of a p line."""
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
    """Return the graph as a DIMACS text.

    Raises:
        ProblemError: the labels are not 1 to n.
    """
    one_based_index(graph, "DIMACS")
    lines = [f"p edge {graph.number_of_nodes()} {graph.number_of_edges()}"]
    lines += [f"e {u} {v} {w}" for u, v, w in weighted_edges(graph)]
    return "\n".join(lines) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a DIMACS graph, by its first line."""
    for _, line in numbered_lines(text):
        tokens = line.split()
        if tokens[0] == "p":
            if len(tokens) in (3, 4) and tokens[1] in KINDS:
                return Match.LIKELY
            return Match.FALLBACK if len(tokens) == 4 else Match.NO
        if tokens[0] == "e":
            is_edge = len(tokens) in (3, 4) and is_count(tokens[1]) and is_count(tokens[2])
            return Match.LIKELY if is_edge else Match.NO
        if tokens[0] != "c":
            return Match.NO
    return Match.NO


FORMAT = Format(
    "dimacs",
    '"p edge nodes edges", then "e u v weight"',
    "graph",
    read,
    recognizes,
    suffixes=(".col", ".dimacs", ".clq", ".gph"),
    write=write,
)
