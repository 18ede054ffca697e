"""Edge tables with commas, semicolons or tabs between columns, header optional."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from hybridq.problems.formats import _tables
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import GraphBuilder, parse_label, weighted_edges
from hybridq.problems.formats._table_rows import BLANKS

if TYPE_CHECKING:
    import networkx as nx

_MARKS = (",", ";", "\t")


def read(text: str, source: str = "input", header: str | None = None) -> nx.Graph[Any]:
    """Return the graph in a table of edges.

    Columns are source, target and perhaps weight, in this order without a header row. A header
    row names them (source/from/src/node1/u, target/to/dst/node2/v, weight/w) in any order; other
    columns are attributes of the edges. Lines that begin with ``#`` or ``%`` are comments. Labels
    written like integers become int. Numbers may have decimal commas where the columns are
    separated by other marks.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        header: ``"yes"`` or ``"no"`` for the first row; judged by its words when None.

    Raises:
        FormatError: anything else, or a text with several readings.
    """
    return graph_of(_tables.best(text, _MARKS, header, source), source)


def graph_of(reading: _tables.Reading, source: str) -> nx.Graph[Any]:
    """Return the graph of the edges of a table."""
    builder = GraphBuilder(source)
    for edge in reading.edges:
        builder.edge(parse_label(edge.u), parse_label(edge.v), edge.attributes, edge.line)
    return builder.finish()


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as a table with commas and a header, without isolated nodes."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("source", "target", "weight"))
    writer.writerows(weighted_edges(graph))
    return stream.getvalue()


def match_of(text: str, marks: tuple[str, ...], others: tuple[str, ...]) -> Match:
    """Return the confidence that a text is a table with some separators, not others."""
    found = _tables.readings(text)
    own = _tables.distinct([one for one in found if one.mark in marks and one.error is None])
    other = _tables.distinct([one for one in found if one.mark in others and one.error is None])
    if BLANKS in marks and any(
        each.named or (own and each.edges == own[0].edges) for each in other
    ):
        return Match.NO  # a table with tabs, by its header, or one that says the same
    if own and any(reading.named for reading in own):
        return Match.LIKELY
    if own and other and all(reading.edges != own[0].edges for reading in other):
        return Match.POSSIBLE  # both can be meant, so that neither is taken
    if own:
        integers = all(
            isinstance(parse_label(label), int)
            for edge in own[0].edges[:100]
            for label in (edge.u, edge.v)
        )
        return Match.POSSIBLE if integers and not other else Match.FALLBACK
    if other:
        return Match.NO
    nothing = (False, -1, 0)
    own_rank = max((one.rank for one in found if one.mark in marks), default=nothing)
    other_rank = max((one.rank for one in found if one.mark in others), default=nothing)
    return Match.FALLBACK if own_rank >= other_rank else Match.NO


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is such a table."""
    if not any(mark in text for mark in _MARKS):
        return Match.NO
    return match_of(text, _MARKS, (BLANKS,))


FORMAT = Format(
    "csv",
    "comma, semicolon or tab separated, header optional",
    "graph",
    read,
    recognizes,
    suffixes=(".csv", ".tsv"),
    write=write,
    options=("header",),
    most=Match.LIKELY,
)
