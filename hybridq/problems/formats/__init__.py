"""File formats that problems are read from, by the shape of their data.

A format is one file with a `Format` in it and one line in `_registry.py`, or an entry point of
another package. `read` and `parse` choose the format by the content of a file and return its
data; `recognize` and `shape_of` identify the data that a file holds.
"""

from __future__ import annotations

from hybridq.problems.formats._format import READING_OPTIONS, SHAPES, Format, Match, ShapeError
from hybridq.problems.formats._reading import (
    choose,
    format_of,
    parse,
    read,
    read_with_format,
    recognize,
    shape_of,
)
from hybridq.problems.formats._registry import FORMATS, FormatsOfShape
from hybridq.problems.formats._text import decode, instance_name, read_text
from hybridq.problems.formats.graph_files import (
    GRAPH_FORMATS,
    parse_graph,
    read_graph,
    write_graph,
)

__all__ = [
    "FORMATS",
    "GRAPH_FORMATS",
    "READING_OPTIONS",
    "SHAPES",
    "Format",
    "FormatsOfShape",
    "Match",
    "ShapeError",
    "choose",
    "decode",
    "format_of",
    "instance_name",
    "parse",
    "parse_graph",
    "read",
    "read_graph",
    "read_text",
    "read_with_format",
    "recognize",
    "shape_of",
    "write_graph",
]
