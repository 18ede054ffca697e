"""GraphML: XML with nodes by id and an edge attribute named ``weight``."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import GraphBuilder, parse_label, weighted_edges
from hybridq.problems.formats._text import parse_weight, short

if TYPE_CHECKING:
    import networkx as nx


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a GraphML text.

    Node ids written like integers become int. The weight is the edge attribute ``weight`` or its
    declared default, else 1. Document type declarations are refused, and with them all entities
    that a file could define.

    Raises:
        FormatError: anything else.

    Source: http://graphml.graphdrawing.org/specification.html
    """
    parser = expat.ParserCreate("utf-8")  # regardless of the declaration: `text` is decoded
    parser.buffer_text = True
    reading = _Reading(source, parser)
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise FormatError(
            f"not valid XML at column {error.offset + 1}: "
            f"{expat.ErrorString(error.code)}; correct it, or is the file truncated?",
            source=source,
            line=error.lineno,
        ) from None
    return reading.finish()


class _Reading:
    """Handler of the parser's events; nodes and edges may come in any order."""

    def __init__(self, source: str, parser: expat.XMLParserType) -> None:
        self.source = source
        self.parser = parser
        self.path: list[str] = []
        self.graphs = 0
        self.directed = False
        self.weight_keys: set[str] = set()
        self.default: float = 1
        self.key: str | None = None
        self.text = ""
        self.nodes: dict[Hashable, None] = {}
        self.ends: tuple[str, str] = ("", "")
        self.weight: float | None = None
        self.edges: list[tuple[Hashable, Hashable, float | None, int]] = []

    def error(self, message: str) -> FormatError:
        """Return an error at the current line."""
        return FormatError(message, source=self.source, line=self.parser.CurrentLineNumber)

    def doctype(self, *_: object) -> None:
        """Refuse a document type."""
        raise self.error("a document type (<!DOCTYPE) is not read: remove it, if this is GraphML")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        local = name.rpartition(":")[2]
        if not self.path and local != "graphml":
            raise self.error(f"the XML is {short(name)} and not GraphML, the only XML that is read")
        if local == "graph":
            self.graphs += 1
            if self.graphs > 1:
                raise self.error("a second or nested graph: keep one graph to a file")
            self.directed = attributes.get("edgedefault") == "directed"
        elif local == "key":
            self.key = None
            if attributes.get("attr.name") == "weight" and attributes.get("for") in ("edge", "all"):
                self.key = attributes.get("id")
                self.weight_keys.add(self.key or "")
        elif local == "node":
            self._node(self._attribute(attributes, "id", "node"))
        elif local == "edge":
            self._edge(attributes)
        elif local == "hyperedge":
            raise self.error("a hyperedge joins more than two nodes: use edges")
        elif local == "data" and self.path[-1] == "edge":
            self.key = attributes.get("key")
        self.text = ""
        self.path.append(local)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self.path.pop()
        local = name.rpartition(":")[2]
        parent = self.path[-1] if self.path else ""
        is_weight = self.key is not None and self.key in self.weight_keys
        if is_weight and (local, parent) in (("data", "edge"), ("default", "key")):
            weight = parse_weight(self.text.strip(), self.source, self.parser.CurrentLineNumber)
            if local == "default":
                self.default = weight
            else:
                self.weight = weight
        if local in ("data", "key"):
            self.key = None
        elif local == "edge":
            u, v = (parse_label(end) for end in self.ends)
            self.edges.append((u, v, self.weight, self.parser.CurrentLineNumber))
        self.text = ""

    def characters(self, data: str) -> None:
        """Collect the text of an element that may hold a weight."""
        if self.path[-1] in ("data", "default"):
            self.text += data

    def finish(self) -> nx.Graph[Any]:
        """Return the graph."""
        if not self.graphs:
            raise FormatError("the <graph> element is missing: add one", source=self.source)
        builder = GraphBuilder(self.source, nodes=self.nodes)
        for u, v, weight, line in self.edges:
            builder.edge(u, v, self.default if weight is None else weight, line)
        return builder.finish()

    def _attribute(self, attributes: dict[str, str], name: str, element: str) -> str:
        """Return an attribute that an element must have."""
        if name not in attributes:
            raise self.error(f'the {element} has no "{name}": add it')
        return attributes[name]

    def _node(self, name: str) -> None:
        """Add a node."""
        label = parse_label(name)
        if label in self.nodes:
            raise self.error(f"node {short(label)} is listed twice: remove one")
        self.nodes[label] = None

    def _edge(self, attributes: dict[str, str]) -> None:
        """Begin an edge, whose weight may follow."""
        directed = attributes.get("directed")
        if directed == "true" or (self.directed and directed != "false"):
            raise self.error('the graph is directed: set edgedefault="undirected"')
        self.ends = (
            self._attribute(attributes, "source", "edge"),
            self._attribute(attributes, "target", "edge"),
        )
        self.weight = None


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as GraphML."""
    from xml.sax.saxutils import quoteattr  # brings urllib, which reading does not need

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        '  <key id="weight" for="edge" attr.name="weight" attr.type="double"/>',
        '  <graph edgedefault="undirected">',
    ]
    lines += [f"    <node id={quoteattr(str(u))}/>" for u in graph.nodes]
    lines += [
        f"    <edge source={quoteattr(str(u))} target={quoteattr(str(v))}>"
        f'<data key="weight">{w}</data></edge>'
        for u, v, w in weighted_edges(graph)
    ]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is GraphML: XML with that element."""
    start = text.lstrip()
    if not re.match(r"<[?!\w]", start):
        return Match.NO
    return Match.CERTAIN if "<graphml" in start[:4096] else Match.FALLBACK


FORMAT = Format(
    "graphml",
    "XML with an edge attribute named weight",
    "graph",
    read,
    recognizes,
    suffixes=(".graphml", ".xml"),
    write=write,
)
