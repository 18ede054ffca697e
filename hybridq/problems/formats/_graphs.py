"""Labels, limits and origin of graphs in files, and the collector of their edges."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import FormatError, ProblemError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._text import parse_count, short, tidy

if TYPE_CHECKING:
    import networkx as nx

#: A file may not declare more nodes than this: isolated nodes cost memory but no input.
MAX_NODES = 1_000_000

LARGEST_PLAIN = 2**53
"""Integers below it are floats; a NaN and infinities are not below it."""

EdgeArrays: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.float64]]"
"""Pairs of qubits, the smaller one first, shape (m, 2), and weights, shape (m,), read-only."""

ORIGIN = "hybridq origin"
"""Key of the `Origin` among the attributes of a graph that was read from a file."""

_LABEL = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True)
class Repeat:
    """The first edge that a file lists more than once.

    Attributes:
        u, v: its ends.
        lines: the two lines, None where the format has no lines.
        attributes: those of the two edges.
    """

    u: Hashable
    v: Hashable
    lines: tuple[int | None, int | None]
    attributes: tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Origin:
    """The file behind a graph.

    Attributes:
        source: its name.
        notes: remarks on the reading, for people.
        repeat: the first repeated edge, None where every edge is listed once.
        plain: True if an integer weight, on all edges or on none, is the only attribute.
        arrays: of a plain graph, its pairs of qubits and its weights, if they are known.
        fresh: True if the reader holds the only reference: no copy is needed.
    """

    source: str
    notes: tuple[str, ...] = ()
    repeat: Repeat | None = None
    plain: bool = False
    arrays: EdgeArrays | None = None
    fresh: bool = False


def parse_label(text: str) -> Hashable:
    """Return a node label: an int if written like one (no leading zeros), else a str."""
    return int(text) if _LABEL.fullmatch(text) else text


_NAMED_BY_LABEL = "The nodes have the names that the file gives as their labels."


def unique_labels(nodes: Mapping[Hashable, Mapping[str, Any]]) -> dict[Hashable, Hashable]:
    """Return the attribute ``label`` of all nodes, {} unless each has one of its own."""
    found = {node: data.get("label") for node, data in nodes.items()}
    texts = [str(label).strip() for label in found.values() if label is not None]
    if len(texts) < len(found) or "" in texts or len(set(texts)) < len(texts):
        return {}
    return {
        node: parse_label(label) if isinstance(label, str) else label
        for node, label in found.items()
    }


def check_node_count(count: int, source: str, line: int | None = None) -> None:
    """Refuse a declared number of nodes that is zero or too large to hold."""
    if count == 0:
        raise FormatError("the graph has no nodes: give some", source=source, line=line)
    if count > MAX_NODES:
        raise FormatError(
            f"{count} nodes are declared, at most {MAX_NODES} are read: correct the number",
            source=source,
            line=line,
        )


def check_isolated(declared: int, ends: int, source: str) -> None:
    """Refuse a declared number of nodes far beyond those that edges use.

    Args:
        declared: number of nodes.
        ends: number of ends of edges, an upper bound on the nodes with an edge.
        source: the file's name, for errors.
    """
    if too_many_idle(declared, ends):
        raise FormatError(
            f"{declared:,} nodes are declared, and the edges have only {ends:,} ends: "
            "correct the number of nodes, or is the file truncated?",
            source=source,
        )


class GraphBuilder:
    """Collector of the nodes and edges of a graph.

    Args:
        source: the file's name, for errors.
        nodes: all nodes, perhaps with their attributes, or None when the edges define them.
        one_based: the nodes are 1..`one_based` and are added at the end.
        mirrors: True if the format lists each edge in both directions, which needs no remark.
        directed: True for edges that lead from the first node to the second.
    """

    def __init__(
        self,
        source: str,
        *,
        nodes: Iterable[Hashable] | Mapping[Hashable, Mapping[str, Any]] | None = None,
        one_based: int | None = None,
        mirrors: bool = False,
        directed: bool = False,
    ) -> None:
        self.source = source
        self.one_based = one_based
        self.mirrors = mirrors
        self.directed = directed
        self.edges: list[tuple[Hashable, Hashable, Mapping[str, Any], int | None]] = []
        self.notes: list[str] = []
        self.node_weights: dict[Hashable, float] = {}
        self._declared: Any = None
        if nodes is not None:
            self._declared = nodes if isinstance(nodes, Mapping) else dict.fromkeys(nodes)

    def edge(
        self,
        u: Hashable,
        v: Hashable,
        attributes: Mapping[str, Any] | None = None,
        line: int | None = None,
    ) -> None:
        """Add an edge with its attributes, such as ``weight``.

        Raises:
            FormatError: a self-loop, or a node that was not declared.
        """
        if u == v:
            raise FormatError(
                f"edge {short(u)}-{short(v)} is a self-loop: remove it",
                source=self.source,
                line=line,
            )
        if self._declared is not None and not (u in self._declared and v in self._declared):
            stray = v if u in self._declared else u
            raise FormatError(
                f"edge {short(u)}-{short(v)} names node {short(stray)}, which is not among the "
                "nodes: declare it or correct the edge",
                source=self.source,
                line=line,
            )
        self.edges.append((u, v, attributes or {}, line))

    def numbered_edge(self, u: str, v: str, weight: float | None, line: int) -> None:
        """Add an edge between two of the nodes 1..`one_based`, given as text."""
        ends = self._numbered(u, line), self._numbered(v, line)
        self.edge(*ends, None if weight is None else {"weight": weight}, line)

    def node_weight(self, node: str, weight: float, line: int) -> None:
        """Give a weight to one of the nodes 1..`one_based`, given as text."""
        self.node_weights[self._numbered(node, line)] = weight

    def _numbered(self, text: str, line: int) -> int:
        """Return the number of a node from 1 to `one_based`."""
        assert self.one_based is not None
        node = parse_count(text, "node", self.source, line)
        if not 1 <= node <= self.one_based:
            raise FormatError(
                f"node {node} is outside the declared range 1 to {self.one_based}: "
                "correct it, or the number of nodes at the top",
                source=self.source,
                line=line,
            )
        return node

    def check_edge_count(self, declared: int, line: int) -> None:
        """Refuse a file that holds more or fewer edges than its header declares.

        Files that list each edge in both directions may count either way.
        """
        listed = len(self.edges)
        if declared not in (listed, len({frozenset(edge[:2]) for edge in self.edges})):
            raise FormatError(
                f"the header says {declared} edges, the file holds {listed}: "
                f"{'is it truncated?' if listed < declared else 'correct the number'}",
                source=self.source,
                line=line,
            )

    def finish(self) -> nx.Graph[Any]:
        """Return the graph, one with parallel edges if an edge is listed more than once.

        A file of undirected edges that lists every one of them once in each direction, with equal
        attributes, holds each of them once.

        Raises:
            FormatError: no nodes, no edges, or far more nodes than the edges use.
        """
        import networkx as nx

        if not self.edges:
            nodes = bool(self.one_based or self._declared)
            raise FormatError(
                f"the graph has no {'edges' if nodes else 'nodes'}: give some", source=self.source
            )
        if self.one_based is not None:
            check_isolated(self.one_based, 2 * len(self.edges), self.source)
        edges, repeat = self._distinct()
        simple, parallel = (
            (nx.DiGraph, nx.MultiDiGraph) if self.directed else (nx.Graph, nx.MultiGraph)
        )
        graph: nx.Graph[Any] = simple() if repeat is None else parallel()
        if self._declared is not None:
            graph.add_nodes_from((node, facts or {}) for node, facts in self._declared.items())
        if self.one_based is not None:
            graph.add_nodes_from(range(1, self.one_based + 1))
            for node, weight in self.node_weights.items():
                graph.nodes[node]["weight"] = weight
        graph.add_edges_from((u, v, dict(attributes)) for u, v, attributes, _ in edges)
        plain = repeat is None and _are_plain([attributes for _, _, attributes, _ in edges])
        graph.graph[ORIGIN] = Origin(self.source, tuple(self.notes), repeat, plain)
        return graph

    def _distinct(self) -> tuple[list[Any], Repeat | None]:
        """Return the edges, each mirrored pair once, and the first true repeat."""
        first: dict[tuple[Hashable, Hashable], int] = {}
        repeat = None
        mirrored = 0
        for position, (u, v, attributes, line) in enumerate(self.edges):
            mirror = None if self.directed else first.get((v, u))
            if (known := first.get((u, v), mirror)) is None:
                first[u, v] = position
                continue
            other = self.edges[known]
            mirrored += (v, u) in first and attributes == other[2]
            repeat = repeat or Repeat(u, v, (other[3], line), (other[2], attributes))
        if repeat is not None and mirrored == len(first) == len(self.edges) - len(first):
            if not self.mirrors:
                self.notes.append("The file lists each edge in both directions; each counts once.")
            return [self.edges[position] for position in first.values()], None
        return self.edges, repeat


def _are_plain(attributes: list[Mapping[str, Any]]) -> bool:
    """Return whether all edges have an integer weight alone, or none has anything."""
    if not any(attributes):
        return True
    return set(map(tuple, attributes)) == {("weight",)} and all(
        type(own["weight"]) is int and abs(own["weight"]) < LARGEST_PLAIN for own in attributes
    )


_PLAIN_LINES = re.compile(r"(?:\d{1,7} \d{1,7}(?: -?\d{1,15})?\n)+", re.ASCII)


def plain_graph(body: str, n_nodes: int, n_edges: int, source: str) -> nx.Graph[Any] | None:
    """Return the graph of plain lines: two nodes, and perhaps an integer.

    Returns None for a text that has to be read line by line, which may refuse it.

    Args:
        body: one edge a line, blanks between the numbers.
        n_nodes: the nodes are 1 to `n_nodes`.
        n_edges: number of edges that are declared.
        source: the file's name.
    """
    body = body if body.endswith("\n") else body + "\n"
    columns, rest = divmod(body.count(" "), max(n_edges, 1))
    if rest or columns not in (1, 2) or body.count("\n") != n_edges:
        return None
    if _PLAIN_LINES.fullmatch(body) is None:
        return None
    # As many blanks as lines, or twice as many: lines of different lengths may add up to that.
    numbers = list(map(int, body.split()))
    if columns == 2 and any(line.count(" ") != 2 for line in body.split("\n")[:-1]):
        return None
    table = np.array(numbers, dtype=np.int64).reshape(n_edges, columns + 1)
    low, high = table[:, :2].min(axis=1), table[:, :2].max(axis=1)
    keys = np.sort(low * (n_nodes + 1) + high)
    faults = (keys[1:] == keys[:-1]).any() or (low == high).any()
    if faults or low.min() < 1 or high.max() > n_nodes:
        return None
    check_isolated(n_nodes, 2 * n_edges, source)
    import networkx as nx

    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(range(1, n_nodes + 1))
    order = np.argsort(low, kind="stable")  # as networkx lists them
    pairs = np.column_stack([low, high])[order] - 1
    weights = np.ones(n_edges) if columns == 1 else table[order, 2].astype(np.float64)
    if columns == 1:
        graph.add_edges_from(zip(numbers[::2], numbers[1::2], strict=True))
    else:
        edges = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
        graph.add_weighted_edges_from(edges)
    pairs.flags.writeable = weights.flags.writeable = False
    graph.graph[ORIGIN] = Origin(source, plain=True, arrays=(pairs, weights))
    return graph


def labelled_graph(
    source: str,
    nodes: Mapping[Hashable, Mapping[str, Any]],
    edges: Iterable[tuple[Hashable, Hashable, Mapping[str, Any], int | None]],
    *,
    by_label: bool = True,
    directed: bool = False,
) -> nx.Graph[Any]:
    """Return the graph of nodes and edges with attributes; see `GraphBuilder.finish`.

    Args:
        source: the file's name, for errors.
        nodes: all nodes, with their attributes.
        edges: ends, attributes and line.
        by_label: name the nodes by their attribute ``label`` where each has one of its own.
        directed: as for `GraphBuilder`.
    """
    names = unique_labels(nodes) if by_label else {}
    named = {names.get(u, u): data for u, data in nodes.items()}
    builder = GraphBuilder(source, nodes=named, directed=directed)
    if any(str(node) != str(name) for node, name in names.items()):
        builder.notes.append(_NAMED_BY_LABEL)
    for u, v, data, line in edges:
        builder.edge(names.get(u, u), names.get(v, v), data, line)
    return builder.finish()


def weighted_edges(graph: nx.Graph[Any]) -> Iterator[tuple[Any, Any, str]]:
    """Yield the edges with their weight as text that reads back to the same float."""
    for u, v, weight in graph.edges(data="weight", default=1):
        yield u, v, repr(tidy(float(weight)))


def one_based_index(graph: nx.Graph[Any], name: str) -> dict[Any, int]:
    """Return the nodes as 1..n, for formats without other labels.

    Raises:
        ProblemError: the labels are not the numbers 1..n themselves, so they would be lost.
    """
    labels = list(graph.nodes)
    if not all(is_whole(u) for u in labels) or sorted(labels) != list(range(1, len(labels) + 1)):
        raise ProblemError(
            f"{name} files number the nodes from 1 to {len(labels)} and cannot keep these labels: "
            "write JSON, or relabel with networkx.convert_node_labels_to_integers(graph, 1)"
        )
    return {u: u for u in labels}
