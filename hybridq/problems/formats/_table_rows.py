"""Rows of a table and the checks of their labels, for one separator at a time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from hybridq.core.errors import Text
from hybridq.problems.formats._text import short

BLANKS = " "
MARKS = (",", ";", "\t", BLANKS)
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", BLANKS: "blanks"}
_INLINE_COMMENT = re.compile(r"\s#.*")
_OTHER_COLUMNS = re.compile(r"\S+\s+\S+\s+[+-]?[\d.]+|[\d.]+(\s+[\d.]+)+")
_PLAIN = re.compile(r"[\w.+-]*")  # labels without a mark of any notation
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Row(NamedTuple):
    """One line of a table.

    Attributes:
        line: its number.
        cells: the text of each column, without blanks around it.
        data: the dictionary of attributes after the nodes, as networkx writes it.
        text: the whole line, None where the cells may be quoted.
    """

    line: int
    cells: tuple[str, ...]
    data: str | None = None
    text: str | None = None


class Unfit(Exception):
    """A row that does not fit a reading."""

    def __init__(self, line: int | None, message: Text, remedy: Text | None = None) -> None:
        self.line, self.message, self.remedy = line, message, remedy
        super().__init__(str(message))


def rows_of(body: str, skipped: int, mark: str, progress: list[int]) -> Iterator[Row]:
    """Yield the rows that are neither blank nor comments."""
    # networkx puts no quotes around labels before a dictionary.
    if '"' in body and mark != BLANKS and not body.rstrip().endswith("}"):
        yield from _quoted_rows(body, skipped, mark)
        return
    width = 0
    for number, raw in enumerate(body.split("\n"), start=skipped + 1):
        line = raw.strip() if mark == BLANKS else raw.strip(" \r")
        if not line.strip():
            continue
        cells = split(line, mark)
        if line[0] in "#%" and (mark == BLANKS or _is_comment(line, len(cells), width, number)):
            continue
        width = width or len(cells)
        if mark == BLANKS and "#" in line:
            line = _INLINE_COMMENT.sub("", line)
            cells = split(line, mark)
        progress[0] += 1
        yield _with_data(line, mark, number) or Row(number, cells, text=line)


def _is_comment(line: str, columns: int, width: int, number: int) -> bool:
    """Return whether a line that begins with ``#`` or ``%`` is a comment and no edge.

    Args:
        line: without blanks around it.
        columns: number of its columns.
        width: that of the rows above, 0 before the first.
        number: of the line.
    """
    if not width:
        return line[1:2] in ("", " ", line[0]) or columns < 2
    if columns != width or line[1:2] != " ":
        return columns != width
    raise Unfit(
        number,
        f"{short(line)} may be a comment or an edge",
        "remove it, or put its label in quotes",
    )


def split(line: str, mark: str) -> tuple[str, ...]:
    """Return the cells of a line without quotes."""
    cells = line.split() if mark == BLANKS else [cell.strip(" ") for cell in line.split(mark)]
    return _trimmed(cells)


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    """Return cells without empty ones at the end, beyond two."""
    while len(cells) > 2 and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _with_data(line: str, mark: str, number: int) -> Row | None:
    """Return a row that ends in a dictionary of attributes, None for others."""
    if not line.endswith("}") or "{" not in line:
        return None
    ends, _, data = line.partition("{")
    cells = ends.split() if mark == BLANKS else [c.strip(" ") for c in ends.strip(" ").split(mark)]
    if mark != BLANKS and cells and not cells[-1]:
        cells.pop()
    if len(cells) != 2:
        raise Unfit(number, f"{short(line)} has {len(cells)} labels before its attributes, not 2")
    return Row(number, tuple(cells), "{" + data, line)


def _quoted_rows(body: str, skipped: int, mark: str) -> Iterator[Row]:
    """Yield the rows of a table with quotes, in which cells may hold anything."""
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=mark, skipinitialspace=True, strict=True
    )
    lines, before, width = body.split("\n"), 0, 0
    try:
        for cells in reader:
            line, raw = skipped + reader.line_num, lines[before].strip()
            before = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if raw[:1] in ("#", "%") and _is_comment(raw, len(cells), width, line):
                continue
            width = width or len(cells)
            if any('"' in cell for cell in cells) and '""' not in raw:
                raise Unfit(line, f"{short(raw)} has a quote in a cell", "correct the quotes")
            text = None if '"' in raw else raw
            yield Row(line, _trimmed([cell.strip() for cell in cells]), text=text)
    except csv.Error as error:
        line = skipped + reader.line_num
        raise Unfit(line, f"not a valid table: {error}; correct the quotes") from None


def check_labels(row: Row, mark: str) -> None:
    """Raise for labels that bear marks of another notation; quotes allow all of them."""
    if row.text is None:
        return
    for cell in row.cells[:2]:
        if _PLAIN.fullmatch(cell):
            continue
        bad = (
            any(sign in cell for sign in '{}"')
            or cell[:1] == "'"
            or cell[-1:] == "'"
            or cell.strip(",;") != cell
            or not _balanced(cell)
            or (mark == BLANKS and any(sign in cell for sign in ",;"))
            or (mark == "," and ";" in cell)
            or "\t" in cell
            or (mark == ";" and re.search(r",\S", cell) is not None)
            or (mark != BLANKS and _OTHER_COLUMNS.fullmatch(cell) is not None)
        )
        if bad:
            raise Unfit(
                row.line,
                f"{short(row.text)} gives a node {short(cell)} between {NAMES[mark]}, which looks "
                "like another notation",
                "separate the columns by tabs, or write JSON",
            )


def _balanced(text: str) -> bool:
    """Return whether every bracket is closed in order."""
    if not any(sign in text for sign in "()[]{}"):
        return True
    wanted: list[str] = []
    for sign in text:
        if sign in _PAIRS:
            wanted.append(_PAIRS[sign])
        elif sign in _PAIRS.values() and (not wanted or wanted.pop() != sign):
            return False
    return not wanted
