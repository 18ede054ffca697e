"""Tables of numbers in text, with labels of rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError
from hybridq.problems.formats._number_text import parse_number, plain_numbers
from hybridq.problems.formats._text import is_number, numbered_lines, short

_MARKS = (",", ";", "\t")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_LIKE_NUMBERS = frozenset(("", "nan", "inf", "-inf", "na", "n/a", "null", "none", "-"))
"""Words in the place of a number; they are mistakes and not labels."""
_CORNERS = frozenset(("", "node", "id", "city", "date", "day", "month", "year", "time", "period"))
"""Names of a column of labels."""


@dataclass(frozen=True)
class Table:
    """Rows of cells.

    Attributes:
        rows: line and cells of each row, without that of the columns' names.
        columns: names of the columns of numbers, () without a row of them.
        labels: first cells of the rows, () where they are numbers as the others.
        header_line: line of the names of columns, None without them.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header_line: int | None = None

    def numbers(self, what: str, source: str) -> NDArray[np.float64]:
        """Return the numbers, shape (rows, columns).

        Args:
            what: a noun for one of them.
            source: the file's name, for errors.

        Raises:
            FormatError: a row of another length, or a cell that is not a finite number.
        """
        width = len(self.columns) or len(self.rows[0][1])
        for line, cells in self.rows:
            if len(cells) != width:
                raise FormatError(
                    f"the row has {len(cells)} numbers, expected {width}: correct the row",
                    source=source,
                    line=line,
                )
        found = np.empty((len(self.rows), width))
        for k, (line, cells) in enumerate(self.rows):
            if (row := plain_numbers(cells)) is not None:
                found[k] = row
                continue
            for j, cell in enumerate(cells):
                place = f"in column {self.columns[j]!r}" if self.columns else f"{j + 1} of the row"
                if cell.lower() in _LIKE_NUMBERS:
                    raise FormatError(
                        f"{what} {place} is {cell!r}: give a number, or leave the row out",
                        source=source,
                        line=line,
                    )
                found[k, j] = parse_number(cell, f"{what} {place},", source, line)
        return found


@lru_cache(maxsize=1)
def table_of(text: str, header: str | None = None) -> Table | None:
    """Return the table in a text, None for a text without rows.

    Columns are separated by commas, semicolons or tabs, whichever the first row has, or blanks.
    The first row names the columns if its cells are words; the first column holds labels if its
    cells are words, or if its name is that of labels. Lines that begin with ``#`` or ``%`` are
    comments.

    Args:
        text: the text.
        header: ``"yes"`` or ``"no"`` for the first row; judged by its words when None.
    """
    lines = [(line, each) for line, each in numbered_lines(text) if each[0] not in "#%"]
    if not lines:
        return None
    mark = next((mark for mark in _MARKS if mark in lines[0][1]), None)
    if mark == "," and any(";" in each for _, each in lines[:2]):
        mark = ";"
    rows = [(line, _cells(each, mark)) for line, each in lines]
    names: tuple[str, ...] = ()
    header_line = None
    if header == "yes" or (header is None and _is_header(rows)):
        (header_line, names), *rows = rows
    labels: tuple[str, ...] = ()
    if rows and (all(_is_word(cells[0]) for _, cells in rows) or _names_rows(names, rows)):
        labels = tuple(cells[0] for _, cells in rows)
        names = names[1:] if len(names) == len(rows[0][1]) else names
        rows = [(line, cells[1:]) for line, cells in rows]
    return Table(tuple(rows), names, labels, header_line)


def _is_header(rows: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Return whether the first row names columns."""
    first = rows[0][1]
    if all(map(_is_word, first[1:])) and any(map(_is_word, first)):
        return True
    others = {len(cells) for _, cells in rows[1:]}
    if others == {len(first) + 1}:
        return True
    return others == {len(first)} == {len(rows)} and first[0].lower() in _CORNERS


def _names_rows(names: tuple[str, ...], rows: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Return whether the header says that the first column holds labels."""
    if not names:
        return False
    return names[0].lower() in _CORNERS or len(rows[0][1]) == len(names) + 1


def _cells(line: str, mark: str | None) -> tuple[str, ...]:
    """Return the cells of a line, with decimal points."""
    found = tuple(cell.strip().strip('"').strip() for cell in line.split(mark))
    if mark != ",":
        return tuple(
            cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in found
        )
    return found


def _is_word(cell: str) -> bool:
    """Return whether a cell is a label, and neither a number nor in the place of one."""
    return not is_number(cell) and cell.lower() not in _LIKE_NUMBERS


def check_names(names: tuple[str, ...], what: str, source: str, line: int | None) -> None:
    """Raise if a name is empty or occurs twice.

    Raises:
        FormatError: one does.
    """
    for k, name in enumerate(names):
        if not name or name in names[:k]:
            problem = f"{short(name)} is used twice" if name else "one is empty"
            raise FormatError(
                f"of the names of {what}, {problem}: correct it", source=source, line=line
            )
