"""GraphML: XML with nodes by id and an edge attribute named ``weight``."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import labelled_graph, parse_label, weighted_edges
from hybridq.problems.formats._text import is_number, parse_weight, short, tidy

if TYPE_CHECKING:
    import networkx as nx


_NUMBERS = frozenset(("int", "long", "float", "double", "integer"))


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a GraphML text.

    Node ids written like integers become int. Attributes of edges and nodes are kept, with their
    declared defaults. Where every node has a label of its own (``label``, or the text of yEd's
    shapes), the nodes are named by it. Document type declarations are refused, and with them all
    entities that a file could define.

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


@dataclass
class _Key:
    """Declaration of an attribute."""

    name: str
    of: str
    type: str
    default: str | None = None


class _Reading:
    """Handler of the parser's events; nodes and edges may come in any order."""

    def __init__(self, source: str, parser: expat.XMLParserType) -> None:
        self.source = source
        self.parser = parser
        self.path: list[str] = []
        self.graphs = 0
        self.directed = False
        self.directions: set[bool] = set()
        self.keys: dict[str, _Key] = {}
        self.key: str | None = None
        self.text = ""
        self.nodes: dict[Hashable, dict[str, Any]] = {}
        self.node: dict[str, Any] = {}
        self.ends: tuple[str, str] = ("", "")
        self.data: dict[str, Any] = {}
        self.edges: list[tuple[Hashable, Hashable, dict[str, Any], int | None]] = []

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
            self.key = self._attribute(attributes, "id", "key")
            self.keys[self.key] = _Key(
                attributes.get("attr.name", ""),
                attributes.get("for", "all"),  # the specification's default
                attributes.get("attr.type", "string"),
            )
        elif local == "node":
            self._node(self._attribute(attributes, "id", "node"))
        elif local == "edge":
            self._edge(attributes)
        elif local == "hyperedge":
            raise self.error("a hyperedge joins more than two nodes: use edges")
        elif local == "data" and self.path[-1] in ("edge", "node"):
            self.key = attributes.get("key")
        self.text = ""
        self.path.append(local)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self.path.pop()
        local = name.rpartition(":")[2]
        parent = self.path[-1] if self.path else ""
        known = self.keys.get(self.key or "")
        if local == "data" and known is not None and parent in ("edge", "node"):
            held = self.data if parent == "edge" else self.node
            if known.name:
                held[known.name] = self._value(known, self.text.strip())
        elif local == "default" and known is not None:
            known.default = self.text.strip()
        elif local == "NodeLabel" and "node" in self.path:
            self.node.setdefault("label", self.text.strip())
        if local in ("data", "key"):
            self.key = None
        elif local == "edge":
            u, v = (parse_label(end) for end in self.ends)
            self.edges.append((u, v, self.data, self.parser.CurrentLineNumber))
        self.text = ""

    def characters(self, data: str) -> None:
        """Collect the text of an element that may hold a value."""
        if self.path[-1] in ("data", "default", "NodeLabel"):
            self.text += data

    def finish(self) -> nx.Graph[Any]:
        """Return the graph."""
        if not self.graphs:
            raise FormatError("the <graph> element is missing: add one", source=self.source)
        self._fill("node", self.nodes.values())
        self._fill("edge", [data for _, _, data, _ in self.edges])
        return labelled_graph(
            self.source, self.nodes, self.edges, directed=self.directions == {True}
        )

    def _fill(self, of: str, held: Iterable[dict[str, Any]]) -> None:
        """Add the declared defaults of attributes that are absent."""
        defaults = {
            key.name: self._value(key, key.default)
            for key in self.keys.values()
            if key.default and key.of in (of, "all") and key.name
        }
        for data in held:
            for name, value in defaults.items():
                data.setdefault(name, value)

    def _value(self, key: _Key, text: str) -> Any:
        """Return the value of an attribute, a number where it is declared as one."""
        if key.type not in _NUMBERS and key.name != "weight":
            return text
        line = self.parser.CurrentLineNumber
        return parse_weight(text, self.source, line) if key.name == "weight" else _number(text)

    def _attribute(self, attributes: dict[str, str], name: str, element: str) -> str:
        """Return an attribute that an element must have."""
        if name not in attributes:
            raise self.error(f'the {element} has no "{name}": add it')
        return attributes[name]

    def _node(self, name: str) -> None:
        """Add a node, whose attributes may follow."""
        label = parse_label(name)
        if label in self.nodes:
            raise self.error(f"node {short(label)} is listed twice: remove one")
        self.node = self.nodes[label] = {}

    def _edge(self, attributes: dict[str, str]) -> None:
        """Begin an edge, whose attributes may follow."""
        directed = attributes.get("directed")
        self.directions.add(directed == "true" or (self.directed and directed != "false"))
        if len(self.directions) == 2:
            raise self.error("some edges are directed, and others are not: make them alike")
        self.ends = (
            self._attribute(attributes, "source", "edge"),
            self._attribute(attributes, "target", "edge"),
        )
        self.data = {}


def _number(text: str) -> Any:
    """Return a number, or the text where it is none."""
    return tidy(float(text)) if is_number(text) else text


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
    "XML with attributes of nodes and edges",
    "graph",
    read,
    recognizes,
    suffixes=(".graphml", ".xml"),
    write=write,
)
