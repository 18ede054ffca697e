"""Tables of edges: each reading of a text is compared with all of its rows.

A text may be read with commas, semicolons, tabs or blanks between its columns. A reading is
consistent if every row has its columns, every weight is a number, and no label bears a mark of
another notation. A text is read where exactly one reading is consistent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hybridq.core.errors import FormatError, Setting
from hybridq.problems.formats._table_rows import (
    BLANKS,
    MARKS,
    NAMES,
    Row,
    Unfit,
    check_labels,
    rows_of,
    split,
)
from hybridq.problems.formats._text import is_number, parse_weight, short, tidy

SOURCES = ("source", "from", "src", "node1", "u")
TARGETS = ("target", "to", "dst", "node2", "v")
_WEIGHTS = ("weight", "w")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # that Excel writes and reads
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
_NO_ROWS = "the graph has no nodes: give some"
_MOST_DATA = 2_000  # characters of a dictionary of attributes


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of a table."""

    u: str
    v: str
    attributes: dict[str, Any]
    line: int


@dataclass(frozen=True)
class Reading:
    """A text, read with one separator.

    Attributes:
        mark: the separator, one of `MARKS`.
        edges: those of all rows, () where the reading is not consistent.
        named: True if a header row names the columns.
        error: the first row that does not fit, None for a consistent reading.
        depth: number of rows that fit before it.
        width: number of columns in the first row.
    """

    mark: str
    edges: tuple[Edge, ...] = ()
    named: bool = False
    error: FormatError | None = None
    depth: int = 0
    width: int = 0

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Order of readings that do not fit: the one that was meant is last."""
        return self.width > 1, self.depth, self.width


def readings(text: str, header: str | None = None) -> tuple[Reading, ...]:
    """Return the reading with each separator that occurs.

    Args:
        text: the whole text, with newline line ends.
        header: ``"yes"`` or ``"no"`` for the first row; judged by its words when None.
    """
    return _readings(text, header)


def best(text: str, marks: Sequence[str], header: str | None, source: str) -> Reading:
    """Return the one consistent reading with one of several separators.

    Raises:
        FormatError: none is consistent, or several are and differ.
    """
    found = [each for each in readings(text, header) if each.mark in marks]
    good = distinct([each for each in found if each.error is None])
    if len(good) == 1:
        return good[0]
    if good:
        first, second = good[:2]
        raise FormatError(
            f"the rows can be read with {NAMES[first.mark]} or with {NAMES[second.mark]} between "
            f"the columns: the first edge is then {_edge_text(first)} or {_edge_text(second)}",
            source=source,
            remedy="quote the labels, or write the columns with tabs",
        )
    if not found:
        listed = ", ".join(NAMES[mark] for mark in marks)
        raise FormatError(f"the columns are not separated by {listed}: edit them", source=source)
    error = max(found, key=lambda each: each.rank).error
    assert error is not None
    raise FormatError(
        error.message or "", source=source, line=error.line, remedy=error.remedy
    ) from None


def distinct(found: Sequence[Reading]) -> list[Reading]:
    """Return the readings that give different edges."""
    kept: list[Reading] = []
    for each in found:
        if all(each.edges != other.edges for other in kept):
            kept.append(each)
    return kept


def _edge_text(reading: Reading) -> str:
    """Return the first edge of a reading, for people."""
    edge = reading.edges[0]
    return f"{short(edge.u)}-{short(edge.v)}"


@lru_cache(maxsize=1)
def _readings(text: str, header: str | None) -> tuple[Reading, ...]:
    """See `readings`; formats ask for the same text in turn."""
    skipped, body, asked = _opening(text)
    marks = [asked] if asked else [mark for mark in MARKS if mark == BLANKS or mark in body]
    if "\t" in marks and not asked and _has_tab_columns(body):
        marks.remove(BLANKS)
    return tuple(_reading(body, skipped, mark, header) for mark in marks)


def _opening(text: str) -> tuple[int, str, str | None]:
    """Return the lines to skip, the rest, and the separator of Excel's first line."""
    first, newline, rest = text.partition("\n")
    named = _SEPARATOR_LINE.fullmatch(first.strip("\ufeff"))
    if named and named[1] in MARKS:
        return 1, rest if newline else "", named[1]
    return 0, text, None


def _has_tab_columns(body: str) -> bool:
    """Return whether every row has the same number of tabs, which then separate."""
    lines = [line for line in body.split("\n") if line.strip() and line.lstrip()[0] not in "#%"]
    return len({line.rstrip().count("\t") for line in lines}) == 1


def _reading(body: str, skipped: int, mark: str, header: str | None) -> Reading:
    """Return the reading with one separator."""
    progress = [0]
    try:
        rows = list(rows_of(body, skipped, mark, progress))
        if not rows:
            raise Unfit(None, _NO_ROWS)
        names = _header(rows, header, mark, progress)
        edges = tuple(_edges(rows, names, mark, progress))
    except Unfit as unfit:
        return Reading(
            mark,
            error=FormatError(unfit.message, line=unfit.line, remedy=unfit.remedy),
            depth=progress[0],
            width=_first_width(body, mark),
        )
    return Reading(mark, edges, names is not None and None not in names[:2])


def _first_width(body: str, mark: str) -> int:
    """Return the number of columns in the first line of a table."""
    lines = (raw for raw in body.split("\n") if raw.strip() and raw.lstrip()[0] not in "#%")
    return len(split(next(lines, ""), mark))


# ----- header -----

_Names = tuple[str | None, ...]


def _header(rows: list[Row], header: str | None, mark: str, progress: list[int]) -> _Names | None:
    """Return the names of the columns if the first row is a header, and remove it.

    The names of the columns of nodes are None where the header does not say which they are.
    """
    first = rows[0]
    words = [cell.lower() for cell in first.cells]
    if header == "no" or first.data is not None or any(map(_is_weight, words)):
        if header == "yes":
            raise Unfit(first.line, f"the first row {short(first.cells)} holds numbers")
        return None
    labels = {cell for row in rows[1:] for cell in row.cells[:2]}
    shared = any(cell in labels for cell in first.cells[:2])
    known = any(name in words for name in SOURCES) and any(name in words for name in TARGETS)
    third_is_word = len(words) > 2 and any(
        len(row.cells) > 2 and _is_weight(row.cells[2]) for row in rows[1:]
    )
    if header != "yes":
        if not known and not third_is_word and shared:
            return None
        if (known or third_is_word) and shared:
            raise _ask(first, "holds a label of another row, and the names of columns")
        if not known and not third_is_word:
            # A row that does not fit in either case is the mistake to name.
            list(_edges(rows[1:] or rows, None, mark, progress))
            raise _ask(first, "shares no label with any other row")
    del rows[0]
    if not rows:
        raise Unfit(None, _NO_ROWS)
    if known:
        u = next(words.index(name) for name in SOURCES if name in words)
        v = next(words.index(name) for name in TARGETS if name in words)
        names: list[str | None] = list(first.cells)
        names[u], names[v] = "source", "target"
    else:
        names = [None, None, *first.cells[2:]]
    for position, name in enumerate(names):
        if name is not None and name.lower() in _WEIGHTS and "weight" not in names:
            names[position] = "weight"
    return tuple(names)


def _ask(row: Row, why: str) -> Unfit:
    """Return the error for a first row that may be a header or an edge."""
    return Unfit(
        row.line,
        f"the first row {short(' '.join(row.cells))} {why}: it may be a header or an edge",
        ("set ", Setting("header", "yes"), " or ", Setting("header", "no")),
    )


# ----- edges -----


def _edges(rows: list[Row], names: _Names | None, mark: str, progress: list[int]) -> Iterator[Edge]:
    """Yield the edges of all rows."""
    u, v = _ends(names)
    comma = mark != "," and _has_decimal_commas(rows, names, u, v)
    first = rows[0]
    for row in rows:
        if mark == BLANKS or names is None or names[0] is None:
            check_labels(row, mark)
        if max(u, v) >= len(row.cells):
            raise Unfit(
                row.line,
                f"the row {short(' '.join(row.cells))} has "
                f"{len(row.cells)} column{'' if len(row.cells) == 1 else 's'} between "
                f"{NAMES[mark]}, and an edge has two nodes",
                "complete the row",
            )
        if not row.cells[u] or not row.cells[v]:
            raise Unfit(row.line, "a node's cell is empty", "name both nodes")
        if names is None:
            attributes = _unnamed(row, first, mark, comma)
        else:
            attributes = _named(row, names, comma)
        progress[0] += 1
        yield Edge(row.cells[u], row.cells[v], attributes, row.line)


def _ends(names: _Names | None) -> tuple[int, int]:
    """Return the columns of the two nodes."""
    if names is None or names[0] is None:
        return 0, 1
    return names.index("source"), names.index("target")


def _unnamed(row: Row, first: Row, mark: str, comma: bool) -> dict[str, Any]:
    """Return the attributes of a row of two nodes and perhaps a weight."""
    if row.data is not None:
        return _parsed_data(row)
    width = len(row.cells)
    if width > 3:
        raise Unfit(
            row.line,
            f"{width} columns between {NAMES[mark]}, expected source, target and perhaps weight",
            "correct the row, or name the columns in a header: source,target,weight",
        )
    if (width == 3) != (len(first.cells) == 3) or first.data is not None:
        has, had = ("a", "none") if width == 3 else ("no", "one")
        raise Unfit(
            row.line,
            f"this edge has {has} weight, the one in line {first.line} has {had}",
            "give every edge a weight, or none",
        )
    return {"weight": _weight(row.cells[2], row.line, comma)} if width == 3 else {}


def _named(row: Row, names: _Names, comma: bool) -> dict[str, Any]:
    """Return the attributes of a row under a header."""
    if len(row.cells) > len(names):
        raise Unfit(
            row.line,
            f"{len(row.cells)} columns, and the header names {len(names)}",
            "correct the row",
        )
    found: dict[str, Any] = {}
    for position, name in enumerate(names):
        if name in (None, "source", "target"):
            continue
        cell = row.cells[position] if position < len(row.cells) else ""
        if name == "weight":
            found[name] = _weight(cell, row.line, comma)
        elif cell:
            assert name is not None
            number = cell.replace(",", ".") if comma and _DECIMAL_COMMA.fullmatch(cell) else cell
            found[name] = tidy(float(number)) if is_number(number) else cell
    if str(found.get("Type", found.get("type", ""))).lower() == "directed":
        raise Unfit(row.line, "the edge is directed", "export the graph as undirected")
    return found


def _weight(cell: str, line: int, comma: bool) -> float:
    """Return a weight, with a decimal comma where the column has them."""
    if comma and _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(cell):
        raise Unfit(line, f"the weight {short(cell)} has a comma", "write a decimal point")
    try:
        return parse_weight(cell, "", line)
    except FormatError as error:
        raise Unfit(line, error.message or "", error.remedy) from None


def _is_weight(cell: str) -> bool:
    """Return whether a cell is a number, perhaps with a decimal comma."""
    return is_number(cell) or _DECIMAL_COMMA.fullmatch(cell) is not None


def _has_decimal_commas(rows: list[Row], names: _Names | None, u: int, v: int) -> bool:
    """Return whether numbers have decimal commas; raise if they may group thousands."""
    certain = unclear = None
    for row in rows:
        for position, cell in enumerate(row.cells):
            if position in (u, v) or "," not in cell or not _DECIMAL_COMMA.fullmatch(cell):
                continue
            if _THOUSANDS.fullmatch(cell):
                unclear = unclear or (row, cell)
            else:
                certain = certain or row
    if unclear is not None and certain is None:
        row, cell = unclear
        raise Unfit(
            row.line,
            f"{short(cell)} may be {cell.replace(',', '.')} or {cell.replace(',', '')}",
            "write decimal points, and nothing between thousands",
        )
    del names
    return certain is not None


def _parsed_data(row: Row) -> dict[str, Any]:
    """Return the dictionary of attributes that `networkx.write_edgelist` wrote."""
    text = row.data or ""
    try:
        value = ast.literal_eval(text) if len(text) <= _MOST_DATA else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Unfit(
            row.line,
            f"{short(text)} must be a dictionary of attributes",
            "write a weight in its place",
        )
    return {str(name): each for name, each in value.items()}
