"""Formats that are known by their appearance and not read, with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hybridq.core.errors import Setting, Text
from hybridq.problems.formats._text import suffix_of
from hybridq.problems.formats.numbers import looks_like_edges

# Possessive, so that a long run of blanks is read once.
_GML = re.compile(r"(?:\s*+(?:#|Creator|Version).*+\n)*+\s*+graph\s*+\[", re.IGNORECASE)


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


def _is_gml(text: str, source: str) -> bool:
    """Return whether a text is in the Graph Modelling Language."""
    return suffix_of(source) == ".gml" or _GML.match(text) is not None


UNREAD = (
    UnreadFormat(
        "graph",
        _is_gml,
        "GML is not read",
        "write node-link JSON or GraphML, for example with networkx",
    ),
    UnreadFormat(
        "numbers",
        looks_like_edges,
        "the file has several columns, like the edges of a graph, and not a list of numbers",
        ("give one number a line, or set ", Setting("format", "numbers")),
    ),
)
