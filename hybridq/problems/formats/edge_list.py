"""Edge lists: one edge a line, two labels and perhaps a weight between blanks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.problems.formats import _tables
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import weighted_edges
from hybridq.problems.formats._table_rows import BLANKS
from hybridq.problems.formats.csv_text import graph_of, match_of

if TYPE_CHECKING:
    import networkx as nx


def read(text: str, source: str = "input", header: str | None = None) -> nx.Graph[Any]:
    """Return the graph in an edge list: ``u v`` or ``u v weight`` lines.

    Comments begin with ``#`` or ``%``. Labels written like integers become int, others stay str.
    Either all edges carry a weight or none does. The attributes that `networkx.write_edgelist`
    writes as a Python dictionary are read.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        header: ``"yes"`` or ``"no"`` for the first row; judged by its words when None.

    Raises:
        FormatError: anything else.
    """
    return graph_of(_tables.best(text, (BLANKS, "\t"), header, source), source)


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as ``u v weight`` lines, without isolated nodes."""
    return "".join(f"{u} {v} {w}\n" for u, v, w in weighted_edges(graph))


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an edge list; any words may be labels."""
    return match_of(text, (BLANKS,), (",", ";", "\t"))


FORMAT = Format(
    "edgelist",
    '"u v weight" lines, any labels',
    "graph",
    read,
    recognizes,
    suffixes=(".edgelist", ".edges", ".el"),
    write=write,
    options=("header",),
    most=Match.LIKELY,
)
