"""Matrices of distances in text, with or without labels."""

from __future__ import annotations

import csv
import io

from hybridq.core.errors import FormatError
from hybridq.problems.formats._cell_table import check_names, table_of
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import parse_label
from hybridq.problems.formats._text import first_rows, tidy
from hybridq.problems.instance_data import DistanceData

_MOST_BLANK = 100  # lines without numbers that the recognition allows for


def read(text: str, source: str = "input") -> DistanceData:
    """Return the distances in a square table; entry (i, j) is the way from i to j.

    Labels of the cities may be the first row, the first column, or both.

    Raises:
        FormatError: the table is not square, a cell is not a finite number, or the labels of rows
            and columns differ.
    """
    table = table_of(text)
    if table is None or not table.rows:
        raise FormatError("the table has no rows of distances: give some", source=source)
    numbers = table.numbers("distance", source)
    if numbers.shape[0] != numbers.shape[1]:
        raise FormatError(
            f"the table has {numbers.shape[0]} rows and {numbers.shape[1]} columns of numbers: "
            "give a square matrix",
            source=source,
            line=table.rows[-1][0],
        )
    names = table.columns or table.labels
    if table.columns and table.labels and table.columns != table.labels:
        row = next((k for k, name in enumerate(table.labels) if name != table.columns[k]), 0)
        raise FormatError(
            f"row {table.labels[row]!r} is in the place of column {table.columns[row]!r}: give "
            "rows and columns the same labels in the same order",
            source=source,
            line=table.rows[row][0],
        )
    check_names(names, "cities", source, table.header_line or table.rows[0][0])
    return DistanceData(numbers, tuple(map(parse_label, names)))


def write(data: DistanceData) -> str:
    """Return the distances between commas, with the labels of the cities."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    rows = [[repr(tidy(x)) for x in row] for row in data.distances.tolist()]
    if data.cities != tuple(range(len(rows))):
        writer.writerow(("city", *data.cities))
        rows = [[str(city), *row] for city, row in zip(data.cities, rows, strict=True)]
    writer.writerows(rows)
    return stream.getvalue()


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a square table of numbers."""
    width = sum(map(len, first_rows(text, most=1)))
    if text.count("\n") > _MOST_BLANK + 4 * width:  # far more rows than columns
        return Match.FALLBACK
    try:
        found = read(text, source)
    except FormatError:
        return Match.FALLBACK
    return Match.POSSIBLE if len(found.cities) > 2 else Match.FALLBACK


FORMAT = Format(
    "distance-matrix",
    "square matrix of distances, one row a line, labels optional",
    "distances",
    read,
    recognizes,
    suffixes=(".csv", ".tsv", ".txt"),
    write=write,
    plain_numbers=True,
)
