"""Layouts of graphs in JSON, brought to one: ``{"nodes": [...], "edges": [...]}``."""

from __future__ import annotations

from typing import Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._text import short


def plain_document(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a document with ``nodes`` and ``edges`` or ``links``.

    Args:
        data: decoded; the layout is that of networkx, Cytoscape (``elements``),
            `networkx.adjacency_data` (``adjacency``) or the QAOA training pipeline
            (``edge list``).
        source: the file's name, for errors.

    Raises:
        FormatError: the layout is known, and the document does not keep to it.
    """
    if "edge list" in data:
        return {"edges": [_pair(entry, source) for entry in _list(data["edge list"], source)]}
    if isinstance(data.get("elements"), dict):
        return _cytoscape(data, source)
    if "adjacency" in data:
        return _adjacency(data, source)
    return data


def _list(value: Any, source: str) -> list[Any]:
    """Return a list of the document."""
    if not isinstance(value, list):
        raise FormatError(f"{short(value)} is not a list of edges: give a list", source=source)
    return value


def _pair(entry: Any, source: str) -> dict[str, Any]:
    """Return an edge of an ``edge list``, which names its nodes in a list."""
    nodes = entry.get("nodes") if isinstance(entry, dict) else None
    if not isinstance(nodes, list) or len(nodes) != 2:
        raise FormatError(
            f'{short(entry)} is not an edge: give {{"nodes": [u, v], "weight": w}}', source=source
        )
    rest = {name: value for name, value in entry.items() if name != "nodes"}
    return {"source": nodes[0], "target": nodes[1], **rest}


def _cytoscape(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a document of Cytoscape, whose entries are under ``data``."""
    lists = {}
    for key in ("nodes", "edges"):
        entries = _list(data["elements"].get(key, []), source)
        for entry in entries:
            if not isinstance(entry, dict) or not isinstance(entry.get("data"), dict):
                raise FormatError(f'{short(entry)} has no "data": add it', source=source)
        lists[key] = [dict(entry["data"]) for entry in entries]
    labels: dict[Any, Any] = {}
    for node in lists["nodes"]:
        # networkx writes its own label as "value" and its text as "id".
        own, shown = node.get("value"), node.get("id")
        if own is not None and str(own) == shown:
            labels[shown] = own
            node["id"] = own
            del node["value"]
    ids = {str(node.get("id")): node.get("id") for node in lists["nodes"]}
    for edge in lists["edges"]:
        for end in ("source", "target"):
            value = edge.get(end)
            if isinstance(value, str | int):
                edge[end] = labels.get(value, ids.get(str(value), value))
    directed = data.get("directed", False)
    return {**lists, "directed": directed, "graph": data.get("data")}


def _adjacency(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a document of `networkx.adjacency_data`, node by node."""
    rows, nodes = _list(data["adjacency"], source), _list(data.get("nodes"), source)
    if len(rows) != len(nodes):
        raise FormatError(
            f'"adjacency" has {len(rows)} lists, and "nodes" {len(nodes)}: give one for each node',
            source=source,
        )
    edges = []
    for node, neighbours in zip(nodes, rows, strict=True):
        for entry in _list(neighbours, source):
            if not isinstance(node, dict) or not isinstance(entry, dict):
                raise FormatError(f'{short(entry)} has no "id": add one', source=source)
            rest = {name: value for name, value in entry.items() if name != "id"}
            edges.append({"source": node.get("id"), "target": entry.get("id"), **rest})
    return {**{k: v for k, v in data.items() if k != "adjacency"}, "edges": edges}
