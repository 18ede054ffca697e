"""Edge lists: one edge a line, two labels and perhaps a weight between blanks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    GraphBuilder,
    joins_integers,
    parse_label,
    weighted_edges,
)
from hybridq.problems.formats._text import first_rows, numbered_lines, parse_weight
from hybridq.problems.formats.csv_text import first_delimiter

if TYPE_CHECKING:
    import networkx as nx

_COMMENT = re.compile(r"(^[#%].*)|(\s#.*)")
# networkx.write_edgelist writes the attributes as a Python dictionary.
_NETWORKX_DATA = re.compile(r"\{\s*(?:'weight':\s*([^\s,{}]+)\s*)?\}")


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in an edge list: ``u v`` or ``u v weight`` lines.

    Comments begin with ``#`` or ``%``. Labels written like integers become int,
    others stay str. Either all edges carry a weight or none does.

    Raises:
        FormatError: anything else.
    """
    builder = GraphBuilder(source)
    first: tuple[bool, int] | None = None  # whether that line has a weight
    for line, raw in numbered_lines(text):
        tokens = _COMMENT.sub("", raw).split(maxsplit=2)
        if not tokens:
            continue
        if len(tokens) == 1:
            raise FormatError(
                f"{raw[:40]!r} is one column, and an edge has two nodes: complete the line",
                source=source,
                line=line,
            )
        weighted = len(tokens) == 3
        weight = _weight(tokens[2].strip(), source, line) if weighted else 1
        first = first or (weighted, line)
        if weighted != first[0]:
            raise FormatError(
                f"this edge has {'a' if weighted else 'no'} weight, the one in line {first[1]} "
                f"has {'none' if weighted else 'one'}: give every edge a weight, or none",
                source=source,
                line=line,
            )
        builder.edge(parse_label(tokens[0]), parse_label(tokens[1]), weight, line)
    return builder.finish()


def _weight(text: str, source: str, line: int) -> float:
    """Return the weight in the third column, also as networkx writes it."""
    data = _NETWORKX_DATA.fullmatch(text)
    if data is not None:
        return parse_weight(data[1], source, line) if data[1] else 1
    if len(text.split()) > 1:
        raise FormatError(
            f"{text[:40]!r} follows the two nodes, expected at most one weight: correct the line",
            source=source,
            line=line,
        )
    return parse_weight(text, source, line)


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as ``u v weight`` lines, without isolated nodes."""
    return "".join(f"{u} {v} {w}\n" for u, v, w in weighted_edges(graph))


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an edge list; any words may be labels."""
    rows = first_rows(text)
    if not rows or first_delimiter(rows[0]) is not None:
        return Match.FALLBACK
    return Match.POSSIBLE if all(joins_integers(row.split()) for row in rows) else Match.FALLBACK


FORMAT = Format(
    "edgelist",
    '"u v weight" lines, any labels',
    "graph",
    read,
    recognizes,
    suffixes=(".edgelist", ".edges", ".el"),
    aliases=("edge-list", "edges"),
    write=write,
)
