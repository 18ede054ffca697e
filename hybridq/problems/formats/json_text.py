"""Graphs in JSON: networkx node-link data, and plain lists of nodes and edges."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hybridq.core.checks import is_real, is_whole
from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    ORIGIN,
    GraphBuilder,
    check_isolated,
    check_node_count,
)
from hybridq.problems.formats._json import check_keys, line_of, load_json
from hybridq.problems.formats._json_layouts import plain_document
from hybridq.problems.formats._text import short, tidy
from hybridq.problems.formats.matrix import is_matrix, matrix_graph

if TYPE_CHECKING:
    import networkx as nx

_EDGES = re.compile(r'"(nodes|edges|links|edge list|adjacency)"\s*+:\s*+\[')
_NODE_LINK = re.compile(r'\{\s*+"(id|source|target|weight)"\s*+:|"links"\s*+:')
_ENDS = frozenset(("id", "source", "target", "key"))
_LIST_OF_LISTS = re.compile(r"\[\s*+\[")
_KEYS = ("nodes", "edges", "links", "directed", "multigraph", "graph")
_MAX_LABEL_DEPTH = 8
_LARGEST_LABEL = 10**100  # longer whole numbers are slow to compare and to print


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a JSON text, of either layout.

    ``{"nodes": [{"id": a}, ...], "links" or "edges": [{"source": a, "target": b, "weight": w}]}``
    as written by `networkx.node_link_data`, or
    ``{"nodes": [a, ...], "edges": [[a, b, w], ...]}``, where ``nodes`` may be a number n (nodes
    0 to n − 1) or absent, and the weight may be absent. Labels keep their JSON type; lists become
    tuples. Other numbers and texts are kept as attributes. The layouts of Cytoscape, of
    `networkx.adjacency_data` and of the QAOA training pipeline are read too, and a symmetric
    matrix as a list of lists.

    Raises:
        FormatError: anything else, such as an unknown key where edges are lists.
    """
    data = load_json(text, source, "a graph")
    try:
        graph = _graph(data, source)
        if isinstance(data, dict) and _is_plain(data):
            check_keys(data, _KEYS, text, source)
        _place_repeat(graph, text)
        return graph
    except _EntryError as error:
        line = line_of(text, error.key, error.position)
        raise FormatError(str(error), source=source, line=line) from None
    except RecursionError:
        raise FormatError("the JSON is nested too deeply for a graph", source=source) from None
    except FormatError:
        raise
    except ValueError:  # Python's limit on the digits of a number that a message shows
        raise FormatError(
            "the JSON holds a number of thousands of digits: correct it", source=source
        ) from None


class _EntryError(Exception):
    """Error in one entry of a list of the document."""

    def __init__(self, message: str, key: str, position: int) -> None:
        self.key, self.position = key, position
        what = "node" if key == "nodes" else "edge"
        super().__init__(f"{what} {position + 1} of the list: {message}")


def write_node_link(graph: nx.Graph[Any]) -> str:
    """Return the graph as networkx node-link data."""
    nodes = [{"id": u} for u in graph.nodes]
    edges = [
        {"source": u, "target": v, "weight": tidy(float(weight))}
        for u, v, weight in graph.edges(data="weight", default=1)
    ]
    facts = {"name": str(graph.graph["name"])} if graph.graph.get("name") else {}
    return _dump(
        {"directed": False, "multigraph": False, "graph": facts, "nodes": nodes, "edges": edges}
    )


def write_plain(graph: nx.Graph[Any]) -> str:
    """Return the graph as ``{"nodes": [...], "edges": [[u, v, w], ...]}``."""
    edges = [[u, v, tidy(float(weight))] for u, v, weight in graph.edges(data="weight", default=1)]
    nodes = ", ".join(_dump(u, indent=None) for u in graph.nodes)
    lines = ",\n    ".join(_dump(edge, indent=None) for edge in edges)
    return f'{{\n  "nodes": [{nodes}],\n  "edges": [\n    {lines}\n  ]\n}}\n'


def _dump(value: Any, indent: int | None = 1) -> str:
    """Return a value as JSON."""
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(f"the graph cannot be written as JSON: {error}") from None
    return text if indent is None else text + "\n"


def _graph(data: Any, source: str) -> nx.Graph[Any]:
    """Return the graph of a decoded document."""
    if isinstance(data, list):
        if is_matrix(data):
            return matrix_graph(data, source)
        data = {"edges": data}
    if not isinstance(data, dict):
        raise FormatError(
            f"the JSON holds {short(data)} and not a graph: "
            'give {"nodes": [...], "edges": [[u, v, weight], ...]}',
            source=source,
        )
    document = plain_document(data, source)
    directed = _directed(document, source)
    nodes = _nodes(document, source)
    key, entries = _edge_list(document, source)
    if isinstance(nodes, range):
        check_isolated(len(nodes), 2 * len(entries), source)
    names = _named_nodes(document, entries) if nodes is None else None
    known = nodes if names is None else names
    builder = GraphBuilder(source, nodes=known, directed=directed)
    by_position: list[Any] | None = None if names is None else list(names)
    position = -1
    try:
        for entry in entries:
            position += 1
            u, v, attributes = _edge(entry)
            if by_position is not None:
                u, v = by_position[int(str(u))], by_position[int(str(v))]
            builder.edge(u, v, attributes, position)
    except FormatError as error:
        raise _EntryError(str(error.message), key, position) from None
    graph = builder.finish()
    facts = data.get("graph")
    if isinstance(facts, dict) and isinstance(facts.get("name"), str):
        graph.graph["name"] = facts["name"]
    return graph


def _place_repeat(graph: nx.Graph[Any], text: str) -> None:
    """Replace the positions of a repeated edge in its list by the lines of the text."""
    origin = graph.graph[ORIGIN]
    if origin.repeat is not None and None not in origin.repeat.lines:
        lines: tuple[int | None, ...] = (None, None)
        for key in ("edges", "links", "edge list"):
            if None in lines:
                lines = tuple(line_of(text, key, position) for position in origin.repeat.lines)
        repeat = replace(origin.repeat, lines=lines if None not in lines else (None, None))
        graph.graph[ORIGIN] = replace(origin, repeat=repeat)


def _is_plain(data: dict[str, Any]) -> bool:
    """Return whether no entry is an object, as other programs write them."""
    nodes, edges = data.get("nodes"), data.get("edges", data.get("links"))
    listed = [*(nodes if isinstance(nodes, list) else []), *(edges or [])]
    return edges is not None and dict not in set(map(type, listed))


def _directed(data: dict[str, Any], source: str) -> bool:
    """Return whether the graph is directed.

    Raises:
        FormatError: a flag that is neither true nor false.
    """
    for flag in ("directed", "multigraph"):
        value = data.get(flag, False)
        if not isinstance(value, bool):
            raise FormatError(
                f'"{flag}" is {json.dumps(value)[:20]}: write true or false', source=source
            )
    return bool(data.get("directed", False))


Nodes = range | dict[Hashable, dict[str, Any]]


def _nodes(data: dict[str, Any], source: str) -> Nodes | None:
    """Return the declared nodes with their attributes, None where edges define them."""
    entries = data.get("nodes")
    if entries is None:
        return None
    if is_whole(entries) and entries >= 0:
        check_node_count(entries, source)
        return range(entries)
    if not isinstance(entries, list):
        raise FormatError(f'"nodes" is {short(entries)}: give a list or a count', source=source)
    check_node_count(len(entries), source)
    if all(isinstance(entry, dict) and "id" not in entry for entry in entries):
        return None  # D3 before version 4: edges give positions in this list
    nodes: dict[Hashable, dict[str, Any]] = {}
    position = -1
    try:
        for entry in entries:
            position += 1
            label, attributes = _node(entry)
            if label in nodes:
                raise FormatError(f"node {short(label)} is listed twice: remove one")
            nodes[label] = attributes
    except FormatError as error:
        raise _EntryError(str(error.message), "nodes", position) from None
    return nodes


def _named_nodes(data: dict[str, Any], entries: list[Any]) -> dict[Hashable, Any] | None:
    """Return the nodes of a document whose edges give positions in the list of nodes.

    Raises:
        _EntryError: a node without a name of its own, or an edge that gives something else.
    """
    listed = data.get("nodes")
    if not isinstance(listed, list):
        return None
    nodes: dict[Hashable, Any] = {}
    for position, entry in enumerate(listed):
        name = entry.get("name", entry.get("label"))
        if not isinstance(name, str) or name in nodes:
            raise _EntryError('the node has no "id" of its own: add one', "nodes", position)
        nodes[name] = _attributes(entry)
    for position, entry in enumerate(entries):
        ends = [entry.get("source"), entry.get("target")] if isinstance(entry, dict) else entry[:2]
        if not all(is_whole(end) and 0 <= end < len(nodes) for end in ends):
            raise _EntryError(
                'the nodes have no "id", and this edge gives no positions in their list: '
                'give the nodes an "id"',
                "edges" if "edges" in data else "links",
                position,
            )
    return nodes


def _node(entry: Any) -> tuple[Hashable, dict[str, Any]]:
    """Return the label and the attributes of an entry of the nodes."""
    if not isinstance(entry, dict):
        return _label(entry), {}
    if "id" not in entry:
        raise FormatError('the node has no "id": add one')
    return _label(entry["id"]), _attributes(entry)


def _attributes(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the plain values of an entry that do not say which nodes are meant."""
    found = {
        name: value
        for name, value in entry.items()
        if name not in _ENDS and isinstance(value, str | int | float)
    }
    if "weight" in entry:
        found["weight"] = _weight(entry["weight"])
    return found


def _edge_list(data: dict[str, Any], source: str) -> tuple[str, list[Any]]:
    """Return the list of edges, and its key."""
    keys = [key for key in ("edges", "links") if key in data]
    if len(keys) != 1:
        problem = 'both "edges" and "links"' if keys else 'neither "edges" nor "links"'
        raise FormatError(f"the JSON has {problem}: give one list of edges", source=source)
    entries = data[keys[0]]
    if not isinstance(entries, list):
        raise FormatError(f'"{keys[0]}" is {short(entries)}: give a list of edges', source=source)
    return keys[0], entries


def _edge(entry: Any) -> tuple[Hashable, Hashable, dict[str, Any]]:
    """Return the ends and the attributes of an entry of the edges."""
    if isinstance(entry, dict):
        missing = [key for key in ("source", "target") if key not in entry]
        if missing:
            raise FormatError(f'the edge has no "{missing[0]}": add it')
        return _label(entry["source"]), _label(entry["target"]), _attributes(entry)
    if isinstance(entry, list) and len(entry) in (2, 3):
        u, v = entry[:2]
        third = entry[2] if len(entry) == 3 else {}
        attributes = _attributes(third) if isinstance(third, dict) else {"weight": _weight(third)}
        return _label(u), _label(v), attributes
    raise FormatError(f"{short(entry)} is not an edge: give [u, v] or [u, v, weight]")


def _label(value: Any, depth: int = 0) -> Hashable:
    """Return a node label; lists become tuples."""
    if isinstance(value, list):
        if depth == _MAX_LABEL_DEPTH:
            raise FormatError("the node label is nested too deeply")
        return tuple(_label(item, depth + 1) for item in value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FormatError(
                f"node label {short(value)} holds half a character: correct the \\u escape"
            ) from None
        return value
    if not is_real(value) or not abs(value) < _LARGEST_LABEL:
        raise FormatError(f"{short(value)} is not a node label: use a string, a number or a list")
    return value


def _weight(value: Any) -> float:
    """Return a finite weight, as an int where it is a whole number."""
    if not is_real(value):
        raise FormatError(f"weight {short(value)} is not a number: give a number")
    try:
        weight = float(value)
    except OverflowError:
        weight = math.inf
    if not math.isfinite(weight):
        raise FormatError(f"weight {short(value)} is not a finite number: give a number")
    return tidy(weight)


def _is_node_link(text: str) -> bool | None:
    """Return whether a JSON graph is in node-link layout, None if not a graph."""
    start = text.lstrip()[: 1 << 20]
    if start[:1] == "{" and _EDGES.search(start):
        return _NODE_LINK.search(start) is not None
    return False if _LIST_OF_LISTS.match(start) else None


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a graph in plain JSON."""
    start, node_link = text.lstrip()[:1], _is_node_link(text)
    if node_link is None:
        return Match.FALLBACK if start in ("{", "[") else Match.NO
    if node_link:
        return Match.NO
    return Match.CERTAIN if start == "{" else Match.LIKELY


def recognizes_node_link(text: str, source: str) -> Match:
    """Return the confidence that a text is a graph in node-link layout."""
    return Match.CERTAIN if _is_node_link(text) else Match.NO


NODE_LINK = Format(
    "node-link",
    "JSON as networkx.node_link_data writes it",
    "graph",
    read,
    recognizes_node_link,
    write=write_node_link,
)
PLAIN = Format(
    "json",
    'JSON {"nodes": [...], "edges": [[u, v, weight], ...]}',
    "graph",
    read,
    recognizes,
    suffixes=(".json",),
    write=write_plain,
)
