"""Formats that are known by their appearance and not read, with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hybridq.core.errors import Setting, Text
from hybridq.problems.formats._text import is_count, numbered_lines, suffix_of
from hybridq.problems.formats.numbers import looks_like_edges


@dataclass(frozen=True)
class UnreadFormat:
    """Format that is recognized and not read.

    Attributes:
        shape: the shape of its data.
        recognizes: text and source -> bool.
        message: the reason.
        remedy: what to do.
    """

    shape: str
    recognizes: Callable[[str, str], bool]
    message: str
    remedy: Text


def _is_metis(text: str, source: str) -> bool:
    """Return whether a text has the neighbours of node i in line i, below "n m"."""
    rows = [line.split() for line in text.split("\n") if not line.startswith("%")]
    while rows and not rows[-1]:
        rows.pop()
    head = rows[0] if rows else []
    if not 2 <= len(head) <= 4 or not all(map(is_count, head)) or len(head[0]) > 9:
        return suffix_of(source) == ".metis"
    body = rows[1:]
    plain = len(body) == int(head[0]) and sum(map(len, body)) == 2 * int(head[1][:12])
    return suffix_of(source) == ".metis" or (plain and {len(row) for row in body} != {2})


def _is_graph6(text: str, source: str) -> bool:
    """Return whether a text is one word that decodes as a graph."""
    words = [line for _, line in numbered_lines(text)]
    if len(words) != 1 or not all("?" <= sign <= "~" for sign in words[0]):
        return False
    size = ord(words[0][0]) - 63
    return 1 < size < 63 and len(words[0]) - 1 == (size * (size - 1) // 2 + 5) // 6


UNREAD = (
    UnreadFormat(
        "graph",
        _is_metis,
        "METIS is not read",
        "write an edge list or Matrix Market",
    ),
    UnreadFormat(
        "graph",
        _is_graph6,
        "one word may be a graph in graph6",
        ("set ", Setting("format", "graph6"), " if it is one"),
    ),
    UnreadFormat(
        "numbers",
        looks_like_edges,
        "the file has several columns, like the edges of a graph, and not a list of numbers",
        ("give one number a line, or set ", Setting("format", "numbers")),
    ),
)
