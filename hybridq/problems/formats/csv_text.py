"""Edge tables with comma, semicolon or tab between columns, header optional."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    GraphBuilder,
    joins_integers,
    parse_label,
    weighted_edges,
)
from hybridq.problems.formats._text import first_rows, is_number, parse_weight, short

if TYPE_CHECKING:
    import networkx as nx

DELIMITERS = ",;\t"
_SOURCES = ("source", "from", "src", "node1", "u")
_TARGETS = ("target", "to", "dst", "node2", "v")
_WEIGHTS = ("weight", "w")
_NO_WEIGHTS = ("id", "key", "label", "type", "timeset")  # that Gephi and networkx add


@dataclass(frozen=True)
class _Columns:
    """Columns of a table by their content.

    `width` is None when a header allows further columns; `doubtful` are the columns that may be
    weights under another name, by position.
    """

    u: int = 0
    v: int = 1
    weight: int | None = 2
    type: int | None = None
    width: int | None = 3
    doubtful: dict[int, str] = field(default_factory=dict)
    line: int = 0


def first_delimiter(line: str) -> str | None:
    """Return the delimiter of a table by its first line, or None."""
    return next((mark for mark in DELIMITERS if mark in line), None)


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a table of edges.

    Columns are source, target and perhaps weight, in this order without a header row. A header
    row names them (source/from/src/node1/u, target/to/dst/node2/v, weight/w) in any order, with
    further columns ignored; without a weight among them, a column of numbers is refused, as
    it may be intended as the weight. Lines at the top that begin with ``#`` are comments. Labels
    written like integers become int.

    Raises:
        FormatError: anything else.
    """
    skipped, body = _skip_comments(text)
    first = body.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(body, newline=""),
        delimiter=first_delimiter(first) or ",",
        skipinitialspace=True,
        strict=True,
    )
    builder = GraphBuilder(source)
    columns: _Columns | None = None
    try:
        for row in reader:
            line = skipped + reader.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _header(cells, source, line)
                if columns is not None:
                    continue
                columns = _Columns()
            _add_row(builder, cells, columns, line)
    except csv.Error as error:
        raise FormatError(
            f"not a valid table: {error}; correct the quotes",
            source=source,
            line=skipped + reader.line_num,
        ) from None
    return builder.finish()


def _skip_comments(text: str) -> tuple[int, str]:
    """Return the number of blank and comment lines at the top, and the rest."""
    lines = text.split("\n")
    count = 0
    while count < len(lines) and (not lines[count].strip() or lines[count].lstrip()[0] == "#"):
        count += 1
    return count, "\n".join(lines[count:])


def _header(cells: list[str], source: str, line: int) -> _Columns | None:
    """Return the columns that a header row names, or None when the row is an edge."""
    names = [cell.lower() for cell in cells]

    def find(choices: tuple[str, ...]) -> int | None:
        """Return the position of the first of several names."""
        return next((names.index(name) for name in choices if name in names), None)

    if any(is_number(cell) for cell in cells):
        return None
    u, v = find(_SOURCES), find(_TARGETS)
    if u is not None and v is not None:
        weight = find(_WEIGHTS)
        rest = [i for i, name in enumerate(names) if i not in (u, v) and name not in _NO_WEIGHTS]
        doubtful = {} if weight is not None else {i: cells[i] for i in rest}
        return _Columns(u, v, weight, find(("type",)), None, doubtful, line)
    if names[2:3] and names[2] in _WEIGHTS:
        raise FormatError(
            f"the header {short(cells)} names no nodes: call the columns source,target,weight",
            source=source,
            line=line,
        )
    return None


def _add_row(builder: GraphBuilder, cells: list[str], columns: _Columns, line: int) -> None:
    """Add the edge of a row."""
    width = len(cells)
    if width <= max(columns.u, columns.v) or (columns.width and width > columns.width):
        raise FormatError(
            f"{width} columns, expected source, target and perhaps weight: correct the row",
            source=builder.source,
            line=line,
        )
    u, v = cells[columns.u], cells[columns.v]
    if not u or not v:
        raise FormatError(
            "a node's cell is empty: name both nodes", source=builder.source, line=line
        )
    if columns.type is not None and cells[columns.type : columns.type + 1] == ["Directed"]:
        raise FormatError(
            "the edge is directed: export the graph as undirected",
            source=builder.source,
            line=line,
        )
    for position, name in columns.doubtful.items():
        if position < width and is_number(cells[position]):
            raise FormatError(
                f"no column is called weight, and {short(name)} holds numbers: "
                "rename it to weight, or remove it to give all edges weight 1",
                source=builder.source,
                line=columns.line,
            )
    weight: float = 1
    if columns.weight is not None and (columns.width is None or width > columns.weight):
        text = cells[columns.weight] if width > columns.weight else ""
        weight = parse_weight(text, builder.source, line)
    builder.edge(parse_label(u), parse_label(v), weight, line)


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as a table with commas and a header, without isolated nodes."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("source", "target", "weight"))
    writer.writerows(weighted_edges(graph))
    return stream.getvalue()


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a table: its first row has a delimiter."""
    rows = first_rows(text)
    delimiter = first_delimiter(rows[0]) if rows else None
    if delimiter is None:
        return Match.NO
    cells = [[cell.strip(' "') for cell in row.split(delimiter)] for row in rows]
    names = [cell.lower() for cell in cells[0]]
    if any(name in names for name in _SOURCES) and any(name in names for name in _TARGETS):
        return Match.LIKELY
    return Match.POSSIBLE if all(map(joins_integers, cells)) else Match.FALLBACK


FORMAT = Format(
    "csv",
    "comma, semicolon or tab separated, header optional",
    "graph",
    read,
    recognizes,
    suffixes=(".csv", ".tsv"),
    aliases=("tsv",),
    write=write,
)
