"""Edge lists: one edge a line, two labels and perhaps a weight between blanks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._common import (
    GraphBuilder,
    GraphFormat,
    numbered_lines,
    parse_label,
    parse_weight,
    weighted_edges,
)

if TYPE_CHECKING:
    import networkx as nx

_COMMENT = re.compile(r"(^[#%].*)|(\s#.*)")
# networkx.write_edgelist writes the attributes as a Python dictionary.
_NETWORKX_DATA = re.compile(r"\{\s*(?:'weight':\s*([^\s,{}]+)\s*)?\}")


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """The graph in an edge list: ``u v`` or ``u v weight``, comments after ``#`` or ``%``.

    Labels written like integers become int, others stay str. Either all edges carry a weight or
    none does.

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
                f"{raw[:40]!r} is one column where an edge has two nodes: complete the line",
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
    data = _NETWORKX_DATA.fullmatch(text)
    if data is not None:
        return parse_weight(data[1], source, line) if data[1] else 1
    if len(text.split()) > 1:
        raise FormatError(
            f"{text[:40]!r} follows the two nodes, where one weight may stand: correct the line",
            source=source,
            line=line,
        )
    return parse_weight(text, source, line)


def write(graph: nx.Graph[Any]) -> str:
    """The graph as ``u v weight`` lines; isolated nodes cannot be kept."""
    return "".join(f"{u} {v} {w}\n" for u, v, w in weighted_edges(graph))


FORMAT = GraphFormat(
    "edgelist", '"u v weight" lines, any labels', read, write, (".edgelist", ".edges", ".el")
)
