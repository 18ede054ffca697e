"""Graphs in JSON: networkx node-link data, and plain lists of nodes and edges."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from hybridq.errors import FormatError, ProblemError
from hybridq.problems.formats._common import (
    GraphBuilder,
    GraphFormat,
    check_node_count,
    short,
    tidy,
)

if TYPE_CHECKING:
    import networkx as nx

_MAX_LABEL_DEPTH = 8


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """The graph in a JSON text, of either layout.

    ``{"nodes": [{"id": a}, ...], "links" or "edges": [{"source": a, "target": b, "weight": w}]}``
    as written by `networkx.node_link_data`, or
    ``{"nodes": [a, ...], "edges": [[a, b, w], ...]}``, where ``nodes`` may be a number n (nodes
    0 to n − 1) or absent, and the weight may be absent (1). Labels keep their JSON type; lists
    become tuples.

    Raises:
        FormatError: anything else.
    """
    try:
        return _graph(json.loads(text), source)
    except json.JSONDecodeError as error:
        raise FormatError(
            f"not valid JSON at column {error.colno}: {error.msg}; "
            f"{'the file ends too early' if error.pos >= len(text.rstrip()) else 'correct it'}",
            source=source,
            line=error.lineno,
        ) from None
    except RecursionError:
        raise FormatError("the JSON is nested too deeply for a graph", source=source) from None
    except FormatError:
        raise
    except ValueError:
        raise FormatError(
            "the JSON holds a number of thousands of digits: correct it", source=source
        ) from None


def write_node_link(graph: nx.Graph[Any]) -> str:
    """The graph as networkx node-link data."""
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
    """The graph as ``{"nodes": [...], "edges": [[u, v, w], ...]}``."""
    edges = [[u, v, tidy(float(weight))] for u, v, weight in graph.edges(data="weight", default=1)]
    nodes = ", ".join(_dump(u, indent=None) for u in graph.nodes)
    lines = ",\n    ".join(_dump(edge, indent=None) for edge in edges)
    return f'{{\n  "nodes": [{nodes}],\n  "edges": [\n    {lines}\n  ]\n}}\n'


def _dump(value: Any, indent: int | None = 1) -> str:
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"the graph cannot be written as JSON: {error}") from None
    return text if indent is None else text + "\n"


def _graph(data: Any, source: str) -> nx.Graph[Any]:
    if isinstance(data, list):
        data = {"edges": data}
    if not isinstance(data, dict):
        raise FormatError(
            f"the JSON holds {short(data)} and not a graph: "
            'give {"nodes": [...], "edges": [[u, v, weight], ...]}',
            source=source,
        )
    _refuse_flags(data, source)
    builder = GraphBuilder(source, nodes=_nodes(data, source))
    key, entries = _edge_list(data, source)
    for position, entry in enumerate(entries):
        where = f"{source}, {key}[{position}]"
        u, v, weight = _edge(entry, where)
        builder.source = where
        builder.edge(u, v, weight)
    builder.source = source
    graph = builder.finish()
    facts = data.get("graph")
    if isinstance(facts, dict) and isinstance(facts.get("name"), str):
        graph.graph["name"] = facts["name"]
    return graph


def _refuse_flags(data: dict[str, Any], source: str) -> None:
    for flag, remedy in (
        ("directed", "a cut has no direction: convert with to_undirected()"),
        ("multigraph", "merge parallel edges into one weight each and set it to false"),
    ):
        value = data.get(flag, False)
        if value is not False:
            raise FormatError(f'"{flag}" is {json.dumps(value)[:20]}: {remedy}', source=source)


def _nodes(data: dict[str, Any], source: str) -> list[Hashable] | None:
    entries = data.get("nodes")
    if entries is None:
        return None
    if isinstance(entries, int) and not isinstance(entries, bool) and entries >= 0:
        check_node_count(entries, source)
        return list(range(entries))
    if not isinstance(entries, list):
        raise FormatError(f'"nodes" is {short(entries)}: give a list or a count', source=source)
    check_node_count(len(entries), source)
    nodes: dict[Hashable, None] = {}
    for position, entry in enumerate(entries):
        where = f"{source}, nodes[{position}]"
        if isinstance(entry, dict):
            if "id" not in entry:
                raise FormatError('the node has no "id": add one', source=where)
            entry = entry["id"]
        label = _label(entry, where)
        if label in nodes:
            raise FormatError(f"node {short(label)} is there twice: remove one", source=where)
        nodes[label] = None
    return list(nodes)


def _edge_list(data: dict[str, Any], source: str) -> tuple[str, list[Any]]:
    keys = [key for key in ("edges", "links") if key in data]
    if len(keys) != 1:
        problem = 'both "edges" and "links"' if keys else 'neither "edges" nor "links"'
        raise FormatError(f"the JSON has {problem}: give one list of edges", source=source)
    entries = data[keys[0]]
    if not isinstance(entries, list):
        raise FormatError(f'"{keys[0]}" is {short(entries)}: give a list of edges', source=source)
    return keys[0], entries


def _edge(entry: Any, where: str) -> tuple[Hashable, Hashable, float]:
    if isinstance(entry, dict):
        missing = [key for key in ("source", "target") if key not in entry]
        if missing:
            raise FormatError(f'the edge has no "{missing[0]}": add it', source=where)
        u, v, weight = entry["source"], entry["target"], entry.get("weight", 1)
    elif isinstance(entry, list) and len(entry) in (2, 3):
        u, v = entry[:2]
        weight = entry[2] if len(entry) == 3 else 1
    else:
        raise FormatError(f"{short(entry)} is no edge: give [u, v] or [u, v, weight]", source=where)
    return _label(u, where), _label(v, where), _weight(weight, where)


def _label(value: Any, where: str, depth: int = 0) -> Hashable:
    if isinstance(value, list):
        if depth == _MAX_LABEL_DEPTH:
            raise FormatError("the node label is nested too deeply", source=where)
        return tuple(_label(item, where, depth + 1) for item in value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FormatError(
                f"node label {short(value)} holds half a character: correct the \\u escape",
                source=where,
            ) from None
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FormatError(
            f"{short(value)} is no node label: use a string, a number or a list", source=where
        )
    return value


def _weight(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"weight {short(value)} is not a number: give a number", source=where)
    try:
        weight = float(value)
    except OverflowError:
        weight = math.inf
    if not math.isfinite(weight):
        raise FormatError(
            f"weight {short(value)} is not a finite number: give a number", source=where
        )
    return tidy(weight)


NODE_LINK = GraphFormat(
    "node-link", "JSON as networkx.node_link_data writes it", read, write_node_link, ()
)
PLAIN = GraphFormat(
    "json", 'JSON {"nodes": [...], "edges": [[u, v, weight], ...]}', read, write_plain, (".json",)
)
