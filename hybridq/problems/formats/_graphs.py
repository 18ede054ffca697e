"""Labels, weights and limits of graph files, and the checks of a simple graph."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hybridq.core.checks import is_whole
from hybridq.core.errors import FormatError, ProblemError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._text import parse_count, short, tidy

if TYPE_CHECKING:
    import networkx as nx

#: A file may not declare more nodes than this: isolated nodes cost memory but no input.
MAX_NODES = 1_000_000

_LABEL = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


def parse_label(text: str) -> Hashable:
    """Return a node label: an int if written like one (no leading zeros), else a str."""
    return int(text) if _LABEL.fullmatch(text) else text


def joins_integers(cells: list[str]) -> bool:
    """Return whether a row of a table begins with two integers, as an edge may."""
    return len(cells) > 1 and all(_INTEGER.fullmatch(cell) for cell in cells[:2])


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
    """Collector of the nodes and edges of a simple undirected graph, each checked.

    Args:
        source: the file's name, for errors.
        nodes: all nodes, or None when the edges define them.
        one_based: the nodes are 1..`one_based` and are added at the end.
    """

    def __init__(
        self,
        source: str,
        *,
        nodes: Iterable[Hashable] | None = None,
        one_based: int | None = None,
    ) -> None:
        import networkx as nx

        self.source = source
        self.one_based = one_based
        self.lines = 0
        self.edges: dict[tuple[Hashable, Hashable], float] = {}
        self.graph: nx.Graph[Any] = nx.Graph()
        self.closed = nodes is not None
        if nodes is not None:
            self.graph.add_nodes_from(nodes)

    def edge(self, u: Hashable, v: Hashable, weight: float, line: int | None = None) -> None:
        """Add an edge; an equal edge with the same weight changes nothing.

        Raises:
            FormatError: a self-loop, a node that was not declared, or a second weight.
        """
        if u == v:
            raise FormatError(
                f"edge {short(u)}-{short(v)} is a self-loop: remove it",
                source=self.source,
                line=line,
            )
        if self.closed and not (u in self.graph and v in self.graph):
            stray = v if u in self.graph else u
            raise FormatError(
                f"edge {short(u)}-{short(v)} names node {short(stray)}, which is not among the "
                "nodes: declare it or correct the edge",
                source=self.source,
                line=line,
            )
        self.lines += 1
        key = (v, u) if (v, u) in self.edges else (u, v)
        known = self.edges.setdefault(key, weight)
        if known != weight:
            raise FormatError(
                f"edge {short(u)}-{short(v)} has weight {weight}, but {known} before: "
                "keep one of the two, or add them up",
                source=self.source,
                line=line,
            )

    def numbered_edge(self, u: str, v: str, weight: float, line: int) -> None:
        """Add an edge between two of the nodes 1..`one_based`, given as text."""
        assert self.one_based is not None
        pair = []
        for text in (u, v):
            node = parse_count(text, "node", self.source, line)
            if not 1 <= node <= self.one_based:
                raise FormatError(
                    f"node {node} is outside the declared range 1 to {self.one_based}: "
                    "correct it, or the number of nodes at the top",
                    source=self.source,
                    line=line,
                )
            pair.append(node)
        self.edge(pair[0], pair[1], weight, line)

    def check_edge_count(self, declared: int, line: int) -> None:
        """Refuse a file that holds more or fewer edges than its header declares.

        Files that list each edge in both directions may count either way.
        """
        if declared not in (self.lines, len(self.edges)):
            raise FormatError(
                f"the header says {declared} edges, the file holds {self.lines}: "
                f"{'is it truncated?' if self.lines < declared else 'correct the number'}",
                source=self.source,
                line=line,
            )

    def finish(self) -> nx.Graph[Any]:
        """Return the graph.

        Raises:
            FormatError: no nodes, no edges, or far more nodes than the edges use.
        """
        if self.one_based is None and not self.edges and not self.graph:
            raise FormatError("the graph has no nodes: give some", source=self.source)
        if not self.edges:
            raise FormatError("the graph has no edges: give some", source=self.source)
        if self.one_based is not None:
            check_isolated(self.one_based, 2 * len(self.edges), self.source)
            self.graph.add_nodes_from(range(1, self.one_based + 1))
        self.graph.add_weighted_edges_from((u, v, w) for (u, v), w in self.edges.items())
        return self.graph


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
