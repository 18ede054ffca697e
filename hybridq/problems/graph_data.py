"""Simple weighted graphs from what people bring: one policy for weights and parallel edges.

Every graph passes through `simple_graph`, from a file of any format and from Python alike.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import FormatError, ParameterError, ProblemError, Setting, Text
from hybridq.core.numbers import plural
from hybridq.problems.formats._graphs import ORIGIN, Origin
from hybridq.problems.formats._text import is_number, short, tidy

if TYPE_CHECKING:
    import networkx as nx

WEIGHT = "weight"
NONE = "none"
"""The value of the option `weight` for a graph whose weights all count as 1."""

PARALLEL = ("sum", "once")
"""Values of the option `parallel`."""

# Attributes that number or place things: nobody means them as weights.
_NUMBERING = ("id", "key", "label", "name", "type", "timeset", "suid", "index", "selected")
_PLACES = ("x", "y", "z", "lat", "lon", "latitude", "longitude", "pos", "source", "target")
_LOOKS = ("color", "colour", "r", "g", "b", "alpha", "group", "community", "component")
_NO_WEIGHTS = frozenset((*_NUMBERING, *_PLACES, *_LOOKS))
_SHOWN = 3


@dataclass(frozen=True)
class SimpleGraph:
    """A graph without parallel edges, and how it was made.

    Attributes:
        graph: a copy; the attribute ``weight`` holds the chosen weights.
        weight: the attribute that they come from, None where all are 1.
        notes: remarks for people.
    """

    graph: nx.Graph[Any]
    weight: str | None
    notes: tuple[str, ...]


def simple_graph(
    graph: nx.Graph[Any],
    *,
    weight: str | None = None,
    parallel: str | None = None,
    of: str = "edge",
) -> SimpleGraph:
    """Return a graph with its parallel edges merged and its weights chosen.

    Args:
        graph: undirected; a `networkx.MultiGraph` may have parallel edges.
        weight: the attribute that holds the weights, ``"none"`` for weight 1 everywhere. By
            default ``weight``, as long as no other attribute holds numbers.
        parallel: ``"sum"`` adds the weights of parallel edges, ``"once"`` counts equal ones once;
            by default they are refused.
        of: ``"edge"`` or ``"node"``, whose attributes are the weights.

    Raises:
        ProblemError: parallel edges, several attributes that may be the weight, or none of the
            name; a FormatError with the line where the graph comes from a file.
        ParameterError: another value of `parallel`, or an attribute that is absent.
    """
    if parallel is not None and parallel not in PARALLEL:
        raise ParameterError(argument="parallel", value=parallel, expected="'sum' or 'once'")
    if weight is not None and not isinstance(weight, str):
        raise ParameterError(
            argument="weight", value=weight, expected="the name of an attribute, or 'none'"
        )
    origin = graph.graph.get(ORIGIN)
    facts = [data for *_, data in _entries(graph, of)]
    chosen = _attribute(facts, weight, of, origin)
    made = _merged(graph, chosen if of == "edge" else None, parallel, origin)
    made.graph.pop(ORIGIN, None)
    notes = list(origin.notes if origin is not None else ())
    summed = graph.is_multigraph() and parallel == "sum"
    if chosen is not None and (chosen != WEIGHT or origin is not None):
        _set_weights(made, chosen, of, origin)
    elif weight == NONE and not summed:
        _drop_weights(made, of)
    if chosen not in (None, WEIGHT):
        notes.append(f"The weights are the {of} attribute {chosen!r}.")
    elif weight == NONE and any(_holds_number(data.get(WEIGHT)) for data in facts):
        notes.append(f"The {of} attribute 'weight' is not used, as asked.")
    elif chosen is not None and (missing := sum(WEIGHT not in data for data in facts)):
        notes.append(f"{missing} of {plural(len(facts), of)} without a weight: each counts as 1.")
    if graph.is_multigraph() and made.number_of_edges() < graph.number_of_edges():
        count = graph.number_of_edges() - made.number_of_edges()
        how = "added up" if parallel == "sum" else "counted once"
        notes.append(f"Parallel edges are {how}: {count} fewer edges than listed.")
    return SimpleGraph(made, chosen, tuple(notes))


def from_matrix(matrix: Any, labels: Sequence[Hashable] | None = None) -> nx.Graph[Any]:
    """Return the graph of a symmetric matrix of weights; an entry 0 is no edge.

    Args:
        matrix: shape (n, n), a NumPy array, nested lists, or a SciPy sparse matrix or array.
        labels: of the nodes; 0 to n − 1 by default.

    Raises:
        ProblemError: not square, not symmetric, a value on the diagonal, or one that is not a
            finite real number.
    """
    import networkx as nx

    sparse = hasattr(matrix, "tocoo")
    array: Any = matrix.tocoo() if sparse else np.asarray(matrix)
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
    """Return the graph of pairs (u, v) and triples (u, v, weight), as `networkx` takes them.

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
    """Return the graph that an argument stands for: a graph, a matrix, or a list of edges.

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
    """Raise unless the nonzero entries are those of a symmetric matrix with diagonal 0."""
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


def _attribute(
    facts: Sequence[Mapping[str, Any]], weight: str | None, of: str, origin: Origin | None
) -> str | None:
    """Return the attribute that holds the weights, None where all are 1."""
    if weight == NONE:
        return None
    if weight is not None:
        missing = sum(weight not in data for data in facts)
        if missing == len(facts) and weight != WEIGHT:
            known = sorted({str(name) for data in facts for name in data})
            raise ParameterError(
                argument="weight",
                value=weight,
                expected=f"an attribute of the {of}s ({', '.join(known) or 'there are none'})",
            )
        if missing and weight != WEIGHT:
            _refuse_missing(weight, missing, len(facts), of, origin)
        return weight
    present = sum(WEIGHT in data for data in facts)
    others = _numeric(facts)
    if present:
        others.discard(WEIGHT)
        if others:
            _refuse_others(sorted(others), of, origin, known=True)
        return WEIGHT
    if others:
        _refuse_others(sorted(others), of, origin, known=False)
    return None


def _numeric(facts: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the names of attributes that hold numbers other than 1."""
    found: set[str] = set()
    for data in facts:
        for name, value in data.items():
            if name in found or str(name).strip().lower() in _NO_WEIGHTS:
                continue
            if _holds_number(value) and (float(value) if isinstance(value, str) else value) != 1:
                found.add(name)
    return {str(name) for name in found}


def _holds_number(value: Any) -> bool:
    """Return whether a value is a number, or text that reads as one."""
    return is_number(value) if isinstance(value, str) else is_real(value)


def _refuse_others(names: Sequence[str], of: str, origin: Origin | None, known: bool) -> NoReturn:
    """Raise for attributes that may be meant as the weight."""
    listed = ", ".join(map(short, names[:_SHOWN])) + (" and others" if names[_SHOWN:] else "")
    one = len(names) == 1
    if known:
        text = (
            f"the {of}s have an attribute 'weight', and {listed} hold{'s' if one else ''} numbers "
            "as well"
        )
        remedy: Text = ("set ", Setting("weight", WEIGHT), " or ", Setting("weight", names[0]))
    else:
        text = f"no {of} attribute is called weight, and {listed} hold{'s' if one else ''} numbers"
        remedy = (
            "set ",
            Setting("weight", names[0]),
            ", or ",
            Setting("weight", NONE),
            f" to give every {of} weight 1",
        )
    raise _error(text, origin, remedy=remedy)


def _refuse_missing(
    name: str, missing: int, count: int, of: str, origin: Origin | None
) -> NoReturn:
    """Raise for weights that some have and others lack."""
    raise _error(
        f"{missing} of {count} {of}s have no attribute {short(name)}, the others have one: "
        "give it to all, or to none",
        origin,
    )


def _error(
    message: Text, origin: Origin | None, *, line: int | None = None, remedy: Text | None = None
) -> ProblemError | FormatError:
    """Return an error of the file where there is one, else of the problem."""
    if origin is None:
        return ProblemError(message, remedy=remedy)
    return FormatError(message, source=origin.source, line=line, remedy=remedy)


def _merged(
    graph: nx.Graph[Any], weight: str | None, parallel: str | None, origin: Origin | None
) -> nx.Graph[Any]:
    """Return a copy without parallel edges."""
    import networkx as nx

    if not graph.is_multigraph():
        return graph.copy()
    made: nx.Graph[Any] = nx.Graph()
    made.graph.update(graph.graph)
    made.add_nodes_from((node, dict(data)) for node, data in graph.nodes(data=True))
    for u, v, data in graph.edges(data=True):
        if not made.has_edge(u, v):
            made.add_edge(u, v, **data)
            if parallel == "sum":
                made[u][v][weight or WEIGHT] = _value(data, weight, u, v, origin)
        elif parallel is None:
            _refuse_parallel(u, v, made[u][v], data, weight, origin)
        elif parallel == "sum":
            made[u][v][weight or WEIGHT] += _value(data, weight, u, v, origin)
        elif _value(data, weight, u, v, origin) != _value(made[u][v], weight, u, v, origin):
            _refuse_parallel(u, v, made[u][v], data, weight, origin)
    return made


def _value(
    data: Mapping[str, Any], weight: str | None, u: object, v: object, origin: Origin | None
) -> float:
    """Return the weight of an edge."""
    value = 1 if weight is None else data.get(weight, 1)
    return finite_weight(value, f"edge {short(u)}-{short(v)}", origin)


def _refuse_parallel(
    u: object,
    v: object,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    weight: str | None,
    origin: Origin | None,
) -> NoReturn:
    """Raise for an edge that is listed more than once."""
    where, line = "", None
    repeat = origin.repeat if origin is not None else None
    if repeat is not None:
        (above, line), (u, v) = repeat.lines, (repeat.u, repeat.v)
        first, second = repeat.attributes
        where = "" if above is None else f", first in line {above}"
    weights = [1 if weight is None else data.get(weight, 1) for data in (first, second)]
    with_weights = f" with weights {weights[0]} and {weights[1]}" if weight is not None else ""
    once = (
        ("set ", Setting("parallel", "sum"), " to add up the weights")
        if weights[0] != weights[1]
        else (
            "set ",
            Setting("parallel", "sum"),
            " to add up the weights, or ",
            Setting("parallel", "once"),
            " to count it once",
        )
    )
    raise _error(
        f"edge {short(u)}-{short(v)} is listed twice{with_weights}{where}",
        origin,
        line=line,
        remedy=once,
    )


def _set_weights(graph: nx.Graph[Any], name: str, of: str, origin: Origin | None) -> None:
    """Write the chosen weights to the attribute ``weight``."""
    for *ends, data in _entries(graph, of):
        if name not in data:  # `networkx` takes an absent weight as 1
            continue
        where = f"{of} {'-'.join(map(short, ends))}"
        data[WEIGHT] = tidy(finite_weight(data[name], where, origin))


def _drop_weights(graph: nx.Graph[Any], of: str) -> None:
    """Remove the attribute ``weight``."""
    for *_, data in _entries(graph, of):
        data.pop(WEIGHT, None)


def _entries(graph: nx.Graph[Any], of: str) -> Iterable[Any]:
    """Return edges or nodes with their attributes."""
    return graph.edges(data=True) if of == "edge" else graph.nodes(data=True)


def finite_weight(weight: object, where: str, origin: Origin | None = None) -> float:
    """Return `weight` as a float; text is read where it comes from a file.

    Args:
        weight: an attribute of a node or an edge.
        where: the node or the edge, for the message.
        origin: the file, None for a graph from Python.

    Raises:
        ProblemError: it is not a finite real number; a FormatError for a file.
    """
    if origin is not None and isinstance(weight, str) and is_number(weight.strip()):
        weight = float(weight)
    if not is_real(weight):
        raise _error(
            f"{where} has weight {short(weight)}, which is not a real number: give a finite number",
            origin,
        )
    try:
        value = float(weight)
    except OverflowError:
        raise _error(
            f"{where} has a weight too large for a float: scale the weights down", origin
        ) from None
    if not math.isfinite(value):
        raise _error(f"{where} has weight {value}: give a finite number, or remove it", origin)
    return value
