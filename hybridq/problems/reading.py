"""Problems from files: a family reads the formats whose data have one of its shapes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from hybridq.core.files import read_bytes
from hybridq.problems.base import Problem
from hybridq.problems.formats import parse_graph

P = TypeVar("P", bound=Problem)


def read_problem(
    family: type[P],
    path: str | os.PathLike[str],
    format: str | None,
    options: Mapping[str, Any],
) -> P:
    """Return the problem in a file; see `Problem.from_file`."""
    data, source = read_bytes(path)
    return parse_problem(family, data, source, format, options, is_stream=os.fspath(path) == "-")


def parse_problem(
    family: type[P],
    data: bytes,
    source: str,
    format: str | None,
    options: Mapping[str, Any],
    *,
    is_stream: bool = False,
) -> P:
    """Return the problem in a file's content; see `Problem.from_bytes`."""
    content = parse_graph(data, format=format, source=source)
    own_name = getattr(content, "graph", {}).get("name")
    stem = "standard input" if is_stream else Path(source).stem
    return family.from_data(content, name=own_name or stem, **options)
