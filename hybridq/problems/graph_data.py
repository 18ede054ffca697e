"""Simple weighted graphs: one policy for weights and parallel edges of any origin.

Every graph passes through `simple_graph`, from a file of any format and from Python alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from hybridq.core.checks import is_real
from hybridq.core.errors import FormatError, ParameterError, ProblemError, Setting, Text
from hybridq.core.numbers import plural
from hybridq.problems.formats._graphs import LARGEST_PLAIN, ORIGIN, EdgeArrays, Origin
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
        arrays: pairs of qubits and weights, if the reader of the file knows them.
    """

    graph: nx.Graph[Any]
    weight: str | None
    notes: tuple[str, ...]
    arrays: EdgeArrays | None = None


def simple_graph(
    graph: nx.Graph[Any],
    *,
    weight: str | None = None,
    parallel: str | None = None,
    of: str = "edge",
    directed: bool = False,
) -> SimpleGraph:
    """Return a graph with its parallel edges merged and its weights chosen.

    Args:
        graph: directed or not; a `networkx.MultiGraph` may have parallel edges.
        weight: the attribute that holds the weights, ``"none"`` for weight 1 everywhere. By
            default ``weight``, as long as no other attribute holds numbers.
        parallel: ``"sum"`` adds the weights of parallel edges, ``"once"`` counts equal ones once;
            by default they are refused.
        of: ``"edge"`` or ``"node"``, whose attributes are the weights.
        directed: True takes directed graphs as well; the copy is then directed.

    Raises:
        ProblemError: a directed graph where none is taken, parallel edges, several attributes
            that may be the weight, or none of the name; a FormatError with the line where the
            graph comes from a file.
        ParameterError: another value of `parallel`, or an attribute that is absent.
    """
    if parallel is not None and parallel not in PARALLEL:
        raise ParameterError(argument="parallel", value=parallel, expected="'sum' or 'once'")
    if weight is not None and not isinstance(weight, str):
        raise ParameterError(
            argument="weight", value=weight, expected="the name of an attribute, or 'none'"
        )
    origin = graph.graph.get(ORIGIN)
    if graph.is_directed() and not directed:
        raise _error(
            "the graph is directed, and an undirected one is needed: convert it with "
            "graph.to_undirected(), or split it with maxcut, which takes directed ones",
            origin,
        )
    if origin is not None and origin.plain and of == "edge" and weight in (None, WEIGHT):
        has_weights = WEIGHT in next(iter(graph.edges(data=True)))[-1]
        if has_weights or weight is None:
            made = _own(graph, origin)
            made.graph.pop(ORIGIN)
            named = WEIGHT if has_weights else None
            return SimpleGraph(made, named, origin.notes, origin.arrays)
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
        return _own(graph, origin)
    made: nx.Graph[Any] = nx.DiGraph() if graph.is_directed() else nx.Graph()
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


def _own(graph: nx.Graph[Any], origin: Origin | None) -> nx.Graph[Any]:
    """Return the graph if it is fresh, else a copy."""
    return graph if origin is not None and origin.fresh else graph.copy()


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
        value = data[name]
        if not is_plain_weight(value):
            value = finite_weight(value, f"{of} {'-'.join(map(short, ends))}", origin)
        data[WEIGHT] = tidy(float(value))


def _drop_weights(graph: nx.Graph[Any], of: str) -> None:
    """Remove the attribute ``weight``."""
    for *_, data in _entries(graph, of):
        data.pop(WEIGHT, None)


def _entries(graph: nx.Graph[Any], of: str) -> Iterable[Any]:
    """Return edges or nodes with their attributes."""
    return graph.edges(data=True) if of == "edge" else graph.nodes(data=True)


def is_plain_weight(weight: object) -> bool:
    """Return whether a weight is a number that `finite_weight` returns as it is.

    Most weights are, and large graphs have many; the others are examined at length.
    """
    return (type(weight) is float or type(weight) is int) and abs(weight) <= LARGEST_PLAIN


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
