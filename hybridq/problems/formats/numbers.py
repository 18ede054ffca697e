"""Lists of numbers: plain text, and JSON."""

from __future__ import annotations

import math
import re

from hybridq.core.checks import is_finite
from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._json import check_keys, line_of, load_json
from hybridq.problems.formats._text import first_rows, is_number, numbered_lines, short

_EMPTY = "the list of numbers is empty: give at least one"
_SEPARATOR = re.compile(r"\s*+,\s*+|\s++")
_INTEGER = re.compile(r"[+-]?\d{1,400}", re.ASCII)
_NODE = re.compile(r"\d++", re.ASCII)
_JSON_LIST = re.compile(r"\[\s*+-?\d[\d.eE+-]*+\s*+[],]")
_JSON_OBJECT = re.compile(r'\{\s*+"numbers"\s*+:')


def read(text: str, source: str = "input") -> list[float]:
    """Return the numbers in a text: one or several a line, between blanks or commas.

    Comments begin with ``#``. Whole numbers are int and exact, others float.

    Raises:
        FormatError: an entry is not a finite number, or there are none.
    """
    found: list[float] = []
    for line, content in numbered_lines(text):
        row = content.partition("#")[0].strip().removesuffix(",").rstrip()
        if not row:
            continue
        for entry, token in enumerate(_SEPARATOR.split(row), start=1):
            value = _number(token)
            if value is None:
                raise FormatError(
                    f"entry {entry} of the line, {short(token)}, is not a finite number: "
                    "give a number such as 2 or -0.5",
                    source=source,
                    line=line,
                )
            found.append(value)
    if not found:
        raise FormatError(_EMPTY, source=source)
    return found


def _number(token: str) -> float | None:
    """Return a finite number, as an int where it is written like one; else None."""
    if not is_number(token) or not math.isfinite(float(token)):
        return None
    return int(token) if _INTEGER.fullmatch(token) else float(token)


def read_json(text: str, source: str = "input") -> list[float]:
    """Return the numbers in a JSON text.

    It holds ``[3, 1, 1.5]`` or ``{"numbers": [3, 1, 1.5]}``. Whole numbers are int and
    exact, others float.

    Raises:
        FormatError: an entry is not a finite number, or the text is anything else.
    """
    data = load_json(text, source, "a list of numbers")
    if isinstance(data, dict) and "numbers" in data:
        check_keys(data, ("numbers",), text, source)
        data = data["numbers"]
    if not isinstance(data, list):
        raise FormatError(
            f'the JSON holds {short(data)} and not a list of numbers: give {{"numbers": [...]}}',
            source=source,
        )
    for position, value in enumerate(data):
        if not is_finite(value):
            raise FormatError(
                f"entry {position + 1} of the list, {short(value)}, is not a finite number: "
                "give a number such as 2 or -0.5",
                source=source,
                line=line_of(text, "numbers", position),
            )
    if not data:
        raise FormatError(_EMPTY, source=source)
    return data


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a list of numbers.

    Rows of two or three numbers may as well be the edges of a graph, and several rows of more the
    data of another problem.
    """
    rows = _rows(text)
    if not rows or not all(is_number(token) for row in rows for token in row):
        return Match.FALLBACK
    if _are_edges(rows):
        return Match.FALLBACK
    is_table = len(rows) > 1 and any(len(row) > 1 for row in rows)
    return Match.POSSIBLE if is_table or len(rows[0]) in (2, 3) else Match.LIKELY


def looks_like_edges(text: str, source: str) -> bool:
    """Return whether rows of numbers are probably the edges of a graph.

    Each row then begins with two nodes, and all but the first, which may be a header, have the
    same two or three columns.
    """
    rows = _rows(text)
    return all(is_number(token) for row in rows for token in row) and _are_edges(rows)


def _rows(text: str) -> list[list[str]]:
    """Return the entries of the first rows."""
    return [_SEPARATOR.split(row.partition("#")[0].strip(" \t,")) for row in first_rows(text, "#")]


def _are_edges(rows: list[list[str]]) -> bool:
    header, *others = [len(row) for row in rows] or [0]
    widths = {header, *others} if len(others) == 1 else set(others)
    return (
        len(widths) == 1
        and {header} | widths <= {2, 3}
        and all(_NODE.fullmatch(token) for row in rows for token in row[:2])
    )


def recognizes_json(text: str, source: str) -> Match:
    """Return the confidence that a text is a list of numbers in JSON."""
    start = text.lstrip()
    if _JSON_OBJECT.match(start):
        return Match.CERTAIN
    if _JSON_LIST.match(start):
        return Match.LIKELY
    return Match.FALLBACK if start[:1] in ("{", "[") else Match.NO


JSON = Format(
    "json-numbers",
    'JSON [3, 1, 1.5] or {"numbers": [3, 1, 1.5]}',
    "numbers",
    read_json,
    recognizes_json,
)
FORMAT = Format(
    "numbers", "numbers between blanks, commas or line ends", "numbers", read, recognizes
)
