"""Adjacency matrices: text with one row a line, and files of NumPy and SciPy."""

from __future__ import annotations

import io
import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import MAX_NODES, ORIGIN, Origin, parse_label
from hybridq.problems.formats._text import is_number, numbered_lines, short

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np

_MARKS = (",", ";", "\t", None)
_MOST_ROWS = 20_000


def is_matrix(rows: Sequence[Any]) -> bool:
    """Return whether nested lists are a square matrix of numbers, not a list of edges.

    Rows of two or three numbers may be edges; a symmetric matrix with diagonal 0 read as edges
    would join a node to itself or name an edge twice, so that it is the matrix that is meant. For
    two rows only 0 and 1 say the same in both.
    """
    size = len(rows)
    if size < 3 or any(not isinstance(row, list | tuple) or len(row) != size for row in rows):
        return False
    if any(isinstance(x, bool) or not isinstance(x, int | float) for row in rows for x in row):
        return False
    if size > 3:
        return True
    return all(rows[i][j] == rows[j][i] for i in range(3) for j in range(i)) and not any(
        rows[i][i] for i in range(3)
    )


def matrix_graph(rows: Any, source: str, labels: Sequence[Hashable] | None = None) -> nx.Graph[Any]:
    """Return the graph of a symmetric matrix from a file.

    Raises:
        FormatError: not square, not symmetric, a value on the diagonal, or no edges.
    """
    from hybridq.problems.graph_input import from_matrix

    try:
        graph = from_matrix(rows, labels)
    except (ProblemError, ValueError) as error:
        raise FormatError(str(error), source=source) from None
    if not graph.number_of_edges():
        raise FormatError("the graph has no edges: give some", source=source)
    graph.graph[ORIGIN] = Origin(
        source, ("The file holds a matrix of weights; a 0 joins no nodes.",)
    )
    return graph


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph of a matrix in text, perhaps with labels in front.

    Labels may be the first row and the first column. Columns are separated by commas, semicolons,
    tabs or blanks; lines that begin with ``#`` or ``%`` are comments. Numbers may have decimal
    commas where the columns have other marks.

    Raises:
        FormatError: the matrix is not square, not symmetric, or has a value on the diagonal.
    """
    found = table(text)
    if found is None:
        raise FormatError("not a square matrix of numbers: give n rows of n numbers", source=source)
    labels, rows = found
    return matrix_graph(rows, source, labels)


@lru_cache(maxsize=1)
def table(text: str) -> tuple[list[Hashable] | None, list[list[float]]] | None:
    """Return labels and rows of a square table of numbers, None for another text."""
    lines = [line for _, line in numbered_lines(text) if line[0] not in "#%"]
    if not 2 <= len(lines) <= _MOST_ROWS:
        return None
    for mark in _MARKS:
        first = lines[0].split(mark)
        if len(first) < 2 or abs(len(first) - len(lines)) > 1:
            continue
        cells = [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines]
        found = _square(cells, mark)
        if found is not None:
            return found
    return None


def _square(
    cells: list[list[str]], mark: str | None
) -> tuple[list[Hashable] | None, list[list[float]]] | None:
    """Return labels and numbers of cells, None where they are not a square of numbers."""
    size = len(cells)
    labels: list[Hashable] | None = None
    if all(len(row) == size for row in cells) and size > 2 and cells[0][0] in ("", "node", "id"):
        names = cells[0][1:]
        if names != [row[0] for row in cells[1:]] or len(set(names)) != len(names):
            return None
        labels, cells = [parse_label(name) for name in names], [row[1:] for row in cells[1:]]
    elif len(cells[0]) == size - 1 and all(len(row) == size for row in cells[1:]):
        names = cells[0]  # the corner is left out
        if names != [row[0] for row in cells[1:]] or len(set(names)) != len(names):
            return None
        labels, cells = [parse_label(name) for name in names], [row[1:] for row in cells[1:]]
    elif any(len(row) != size for row in cells):
        return None
    rows = []
    for row in cells:
        numbers = [cell.replace(",", ".") if mark != "," else cell for cell in row]
        if not all(is_number(number) for number in numbers):
            return None
        rows.append([float(number) for number in numbers])
    return labels, rows


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a square matrix of numbers."""
    found = table(text)
    if found is None:
        return Match.NO
    labels, rows = found
    if labels is not None or len(rows) > 3:
        return Match.LIKELY
    if len(rows) == 3:
        # Edges of two nodes and a weight, or a matrix that is not symmetric: both are as likely.
        has_diagonal = any(rows[i][i] for i in range(3))
        return Match.NO if has_diagonal else Match.LIKELY if is_matrix(rows) else Match.POSSIBLE
    (a, b), (c, d) = rows
    if a or d or b != c or b == 1:
        return Match.NO
    return Match.POSSIBLE


def npy_shape(data: bytes, source: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type of the array in a ``.npy`` file, before it is loaded.

    Raises:
        FormatError: not such a file, or one that is shorter than its array.
    """
    import numpy as np

    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        header = (
            np.lib.format.read_array_header_1_0(stream)
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0(stream)
        )
        shape, _, dtype = header
    except (ValueError, EOFError) as error:
        raise FormatError(f"not a .npy file: {error}", source=source) from None
    if dtype.kind in "biuf" and math.prod(shape) * dtype.itemsize > len(data):
        raise FormatError("the file is shorter than its array: is it truncated?", source=source)
    return shape, dtype


def read_npy(data: bytes, source: str = "input") -> nx.Graph[Any]:
    """Return the graph of a matrix in a ``.npy`` file.

    Raises:
        FormatError: the file is damaged, or holds no symmetric matrix of real numbers.
    """
    return matrix_graph(array_of(data, source), source)


def array_of(data: bytes, source: str) -> Any:
    """Return the square array of real numbers in a ``.npy`` file.

    Raises:
        FormatError: the file is damaged, or holds another array.
    """
    import numpy as np

    shape, dtype = npy_shape(data, source)
    if len(shape) != 2 or shape[0] != shape[1] or dtype.kind not in "biuf":
        raise FormatError(
            f"the array has shape {shape} and type {dtype}: give a square matrix of real numbers",
            source=source,
        )
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise FormatError(f"not a .npy file: {error}", source=source) from None


def read_npz(data: bytes, source: str = "input") -> nx.Graph[Any]:
    """Return the graph of a sparse matrix that `scipy.sparse.save_npz` wrote.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    return matrix_graph(sparse_of(data, source), source)


def sparse_of(data: bytes, source: str) -> Any:
    """Return the sparse matrix that `scipy.sparse.save_npz` wrote.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    import zipfile
    import zlib

    import scipy.sparse

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > 1000 * (len(data) + 1000):
            raise FormatError("the archive unpacks to far more than it holds", source=source)
        matrix = scipy.sparse.load_npz(io.BytesIO(data))
    except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, OSError, EOFError) as error:
        raise FormatError(
            f"not a sparse matrix of scipy.sparse.save_npz: {short(str(error))}", source=source
        ) from None
    if max(matrix.shape) > MAX_NODES:
        raise FormatError(
            f"{max(matrix.shape)} nodes are declared, at most {MAX_NODES} are read", source=source
        )
    return matrix


def no_text(text: str, source: str) -> Match:
    """Return no confidence: binary files are known by their first bytes."""
    return Match.NO


FORMAT = Format(
    "matrix",
    "square matrix of weights, one row a line",
    "graph",
    read,
    recognizes,
)
NPY = Format(
    "npy",
    "square matrix of weights, as numpy.save writes it",
    "graph",
    read_npy,
    no_text,
    suffixes=(".npy",),
    magic=b"\x93NUMPY",
)
NPZ = Format(
    "npz",
    "sparse matrix of weights, as scipy.sparse.save_npz writes it",
    "graph",
    read_npz,
    no_text,
    suffixes=(".npz",),
    magic=b"PK\x03\x04",
)
