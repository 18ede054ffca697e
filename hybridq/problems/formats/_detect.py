"""Tells a graph's format from its text."""

from __future__ import annotations

import re

from hybridq.core.errors import FormatError
from hybridq.problems.formats import csv_text, dimacs, edge_list, matrix_market, rudy
from hybridq.problems.formats._common import is_count, numbered_lines

#: Formats that are told by their columns alone, so that a wrong guess is possible.
GUESSED = frozenset({"rudy", "edgelist", "csv", "dimacs"})

_GML = re.compile(r"(\s*(#|Creator|Version).*\n)*\s*graph\s*\[", re.IGNORECASE)


def detect(text: str, suffix: str, source: str) -> str:
    """The name of the format that `text` is written in.

    Signs that settle it: the banner of Matrix Market, ``<`` for GraphML, ``{`` or ``[`` for JSON,
    a ``p`` or ``e`` line for DIMACS. Among tables, a first line of two whole numbers n m (and
    perhaps more, n > 0) is the header of a rudy file when

    - the suffix says so (``.rud``, ``.rudy``, ``.mc``); or
    - every other line has another number of columns than the first.

    Where it has as many columns as they, and exactly m lines follow, all between nodes 1 to n, it
    could be either: unless the suffix settles it, that is an error which asks for ``--format``.
    Else a comma, semicolon or tab in the first line means CSV, and the rest are edge lists.

    Raises:
        FormatError: GML, which is not read; or both a rudy file and an edge list.
    """
    start = text.lstrip()
    if start[: len(matrix_market.BANNER)].lower() == matrix_market.BANNER.lower():
        return "matrix-market"
    if re.match(r"<[?!\w]", start):
        return "graphml"
    if start.startswith(("{", "[")):
        return "json"
    if _is_dimacs(start):
        return "dimacs"
    if suffix == ".gml" or _GML.match(text):
        raise FormatError(
            "GML is not read: write node-link JSON or GraphML, for example with networkx",
            source=source,
        )
    rows = [line for _, line in numbered_lines(text) if line[0] not in "#%"]
    if _is_rudy([row.split() for row in rows], suffix, source):
        return "rudy"
    if rows and csv_text.first_delimiter(rows[0]) is not None:
        return "csv"
    return "edgelist"


def _is_dimacs(text: str) -> bool:
    """Whether the first line that is no ``c`` comment is a header or an edge of DIMACS."""
    for _, line in numbered_lines(text):
        tokens = line.split()
        if tokens[0] == "p":
            return len(tokens) == 4 or (len(tokens) == 3 and tokens[1] in dimacs.KINDS)
        if tokens[0] == "e":
            return len(tokens) in (3, 4) and is_count(tokens[1]) and is_count(tokens[2])
        if tokens[0] != "c":
            return False
    return False


def _is_rudy(rows: list[list[str]], suffix: str, source: str) -> bool:
    if not rows or len(rows[0]) < 2 or not all(map(is_count, rows[0][:2])):
        return False
    if suffix in rudy.FORMAT.suffixes:
        return True
    head, body = rows[0], rows[1:]
    if not int(head[0][:30]) or (len(head) > 2 and head[2][0] in "{#"):
        return False  # node 0, or the attributes or the comment of an edge
    widths = {len(row) for row in body}
    if body and widths <= {2, 3} and len(head) not in widths:
        return True
    n_nodes, n_edges = head[0], head[1]
    if n_edges != str(len(body)) or not _fits(body, n_nodes):
        return False
    if suffix in edge_list.FORMAT.suffixes + csv_text.FORMAT.suffixes:
        return False
    raise FormatError(
        f"the first line may be a header ({n_nodes[:12]} nodes, {n_edges} edges) or an edge: "
        "say --format rudy or --format edgelist",
        source=source,
    )


def _fits(body: list[list[str]], n_nodes: str) -> bool:
    """Whether every row is an edge between nodes 1 to `n_nodes`."""
    limit = int(n_nodes[:30])
    return all(
        2 <= len(row) <= 3
        and all(is_count(token) and 1 <= int(token[:30]) <= limit for token in row[:2])
        for row in body
    )
