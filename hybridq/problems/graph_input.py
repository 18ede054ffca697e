"""Graphs from matrices and lists of edges."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, ProblemError
from hybridq.problems.formats._text import short

if TYPE_CHECKING:
    import networkx as nx

WEIGHT = "weight"


def from_matrix(matrix: Any, labels: Sequence[Hashable] | None = None) -> nx.Graph[Any]:
    """Return the graph of a symmetric matrix of weights; an entry 0 joins no nodes.

    Args:
        matrix: shape (n, n), a NumPy array, nested lists, or a SciPy sparse matrix or array.
        labels: of the nodes; 0 to n − 1 by default.

    Raises:
        ProblemError: not square, not symmetric, a value on the diagonal, or one that is not a
            finite real number.
    """
    import networkx as nx

    sparse = hasattr(matrix, "tocoo")
    try:
        array: Any = matrix.tocoo() if sparse else np.asarray(matrix)
    except ValueError as error:
        raise ProblemError(f"the matrix is not a table of numbers: {error}") from None
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.shape[0]:
        raise ProblemError(f"the matrix has shape {array.shape}, and an adjacency matrix is square")
    if array.dtype.kind not in "biuf":
        raise ProblemError(f"the matrix holds {array.dtype}: give real numbers")
    size = array.shape[0]
    names: Sequence[Hashable] = range(size) if labels is None else list(labels)
    if len(names) != size or len(set(names)) != size:
        raise ParameterError(
            argument="labels", value=labels, expected=f"{size} different labels, one for each row"
        )
    if sparse:
        array.sum_duplicates()
        rows, columns, values = array.row, array.col, array.data
        nonzero = values != 0
        rows, columns, values = rows[nonzero], columns[nonzero], values[nonzero]
    else:
        rows, columns = np.nonzero(array)
        values = array[rows, columns]
    _check_entries(rows, columns, values)
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from(
        (names[i], names[j], {WEIGHT: value})
        for i, j, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)
        if i < j
    )
    return graph


def from_edges(edges: Iterable[Sequence[Any]]) -> nx.Graph[Any]:
    """Return the graph of pairs (u, v) and triples (u, v, weight).

    Raises:
        ProblemError: an entry is neither, or some edges have a weight and others have none.
    """
    import networkx as nx

    graph: nx.Graph[Any] = nx.MultiGraph()
    weighted: bool | None = None
    for position, edge in enumerate(edges):
        if isinstance(edge, str) or not isinstance(edge, Sequence) or len(edge) not in (2, 3):
            raise ProblemError(
                f"entry {position} of the edges is {short(edge)}: give (u, v) or (u, v, weight)"
            )
        third = edge[2] if len(edge) == 3 else {}
        data = dict(third) if isinstance(third, Mapping) else {WEIGHT: third}
        if weighted is not None and (WEIGHT in data) != weighted:
            raise ProblemError(
                f"entry {position} of the edges has {'a' if WEIGHT in data else 'no'} weight, "
                f"those before have {'none' if WEIGHT in data else 'one'}: give all one, or none"
            )
        weighted = WEIGHT in data
        try:
            graph.add_edge(edge[0], edge[1], **data)
        except TypeError:
            raise ProblemError(
                f"entry {position} of the edges is {short(edge)}: a label must be hashable"
            ) from None
    return graph


def as_graph(data: Any, family: str) -> nx.Graph[Any]:
    """Return the graph in an argument: a graph, a matrix, or a list of edges.

    Raises:
        ProblemError: it is none of them, or may be two.
    """
    import networkx as nx

    if isinstance(data, nx.Graph):
        return data
    if isinstance(data, np.ndarray) or hasattr(data, "tocoo"):
        return from_matrix(data)
    if isinstance(data, list | tuple) and data and not isinstance(data[0], str):
        rows = [len(row) if isinstance(row, list | tuple) else 0 for row in data]
        if isinstance(data[0], list) and set(rows) == {len(data)}:
            raise ProblemError(
                f"nested lists of {len(data)} by {len(data)} may be edges or a matrix: give "
                f"edges as tuples, or call {family}.from_matrix"
            )
        return from_edges(data)
    raise ProblemError(
        f"{family} takes a networkx.Graph, a matrix or a list of edges, got "
        f"{type(data).__name__}: build one of them, or read a file with {family}.from_file"
    )


def _check_entries(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[Any]
) -> None:
    """Raise unless the entries belong to a symmetric matrix with diagonal 0."""
    bad = ~np.isfinite(values)
    if bad.any():
        i, j, value = _first(bad, rows, columns, values)
        raise ProblemError(f"entry ({i}, {j}) is {value}: give a finite number")
    if (rows == columns).any():
        i, j, value = _first(rows == columns, rows, columns, values)
        raise ProblemError(
            f"entry ({i}, {j}) on the diagonal is {value}, and no edge joins a node to itself: "
            "set the diagonal to 0"
        )
    entries = dict(
        zip(zip(rows.tolist(), columns.tolist(), strict=True), values.tolist(), strict=True)
    )
    for (i, j), value in entries.items():
        if (other := entries.get((j, i), 0)) != value:
            raise ProblemError(
                f"the matrix is not symmetric: entry ({i}, {j}) is {value}, ({j}, {i}) is "
                f"{other}: for a matrix with one triangle give matrix + matrix.T"
            )


def _first(where: NDArray[np.bool_], *arrays: NDArray[Any]) -> list[Any]:
    """Return the entries of several arrays at the first position that is marked."""
    position = int(np.argmax(where))
    return [array[position].item() for array in arrays]
