"""Formats of graphs that networkx reads: Pajek, GML, GEXF, graph6, DOT and others."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import MAX_NODES, labelled_graph, parse_label
from hybridq.problems.formats._text import numbered_lines, short, suffix_of

if TYPE_CHECKING:
    import networkx as nx

_GML = re.compile(r"(?:\s*+(?:#|Creator|Version|comment).*+\n)*+\s*+graph\s*+\[", re.IGNORECASE)
_PAJEK = re.compile(r"(?:\s*+%.*+\n)*+\s*+\*(vertices|network)\b", re.IGNORECASE)
_DOT = re.compile(
    r"(?:\s*+(?://|#).*+\n)*+\s*+(strict\s++)?(di)?graph\b[^\n{]*+\n?\s*+\{", re.IGNORECASE
)
_GRAPH6 = re.compile(r"(>>graph6<<)?[?-~]+")
_SPARSE6 = re.compile(r"(>>sparse6<<)?:[?-~]+")
_WRITTEN_BY_NETWORKX = re.compile(r"#.*\n# GMT ")


def _read_with(
    parse: Callable[[], nx.Graph[Any]], name: str, source: str, *, labels: bool = False
) -> nx.Graph[Any]:
    """Return the graph that a parser of networkx gives, checked like all others.

    Args:
        parse: calls the parser.
        name: the format's.
        source: the file's name.
        labels: True if the attribute ``label`` of the nodes holds their names.
    """
    try:
        found = parse()
    except FormatError:
        raise
    except RecursionError:
        raise FormatError(f"the {name} is nested too deeply", source=source) from None
    except Exception as error:  # parsers of networkx raise many kinds
        raise FormatError(
            f"not valid {name}: {short(str(error) or type(error).__name__, 200)}", source=source
        ) from None
    nodes = {_plain_label(node): _plain(data) for node, data in found.nodes(data=True)}
    edges = (
        (_plain_label(u), _plain_label(v), _plain(data), None)
        for u, v, data in found.edges(data=True)
    )
    directed = found.is_directed()
    graph = labelled_graph(source, nodes, edges, by_label=labels, directed=directed)
    if isinstance(found.graph.get("name"), str) and found.graph["name"]:
        graph.graph["name"] = found.graph["name"]
    return graph


def _plain_label(node: Any) -> Any:
    """Return a label: an int where it is written like one."""
    return parse_label(node) if isinstance(node, str) else node


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes that are numbers or texts.

    networkx takes the texts ``()`` and ``[]`` of GML for an empty tuple and an empty list.
    """
    texts = {str(k): str(v) if v in ((), []) else v for k, v in data.items() if k != "id"}
    return {k: v for k, v in texts.items() if isinstance(v, str | int | float)}


def read_pajek(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a Pajek text, directed with ``*Arcs``.

    Raises:
        FormatError: not valid.
    """
    import networkx as nx

    return _read_with(lambda: nx.parse_pajek(text.split("\n")), "Pajek", source)


def read_gml(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in GML; nodes by label where each has one.

    Raises:
        FormatError: not valid.
    """
    import networkx as nx

    parse = lambda: nx.parse_gml(text.split("\n"), label="id")  # noqa: E731
    return _read_with(parse, "GML", source, labels=True)


def read_gexf(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a GEXF text of Gephi; nodes by label where each has one.

    Raises:
        FormatError: not valid, or with a document type.
    """
    import networkx as nx

    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).replace("<![CDATA[", ""):
        raise FormatError("a document type (<!DOCTYPE) is not read: remove it", source=source)
    return _read_with(lambda: nx.read_gexf(io.BytesIO(text.encode())), "GEXF", source, labels=True)


def read_graph6(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a graph6 text, nodes 0 to n − 1.

    Raises:
        FormatError: not valid, or several graphs.

    Source: https://users.cecs.anu.edu.au/~bdm/data/formats.txt
    """
    import networkx as nx

    word = _single(text, source)
    return _read_with(lambda: nx.from_graph6_bytes(word.encode("ascii")), "graph6", source)


def read_sparse6(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a sparse6 text, nodes 0 to n − 1.

    Raises:
        FormatError: not valid, several graphs, or far more nodes than edges use.

    Source: https://users.cecs.anu.edu.au/~bdm/data/formats.txt
    """
    import networkx as nx
    from networkx.readwrite.graph6 import data_to_n

    word = _single(text, source)

    def parse() -> nx.Graph[Any]:
        digits = [ord(sign) - 63 for sign in word.removeprefix(">>sparse6<<").removeprefix(":")]
        declared, rest = data_to_n(digits)  # type: ignore[no-untyped-call]
        if declared > MAX_NODES or too_many_idle(declared, 6 * len(rest)):
            raise FormatError(
                f"{declared:,} nodes are declared, far more than the edges can use: "
                "is the text damaged?",
                source=source,
            )
        read: Any = nx.from_sparse6_bytes  # its annotation says str, its documentation bytes
        graph: nx.Graph[Any] = read(word.encode("ascii"))
        return graph

    return _read_with(parse, "sparse6", source)


def _single(text: str, source: str) -> str:
    """Return the one word of a text."""
    words = [line for _, line in numbered_lines(text)]
    if len(words) != 1:
        raise FormatError(
            f"the text holds {len(words)} graphs, one a line: keep one", source=source
        )
    return words[0]


def read_adjacency(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in adjacency lists: a node and its neighbours on each line.

    Raises:
        FormatError: not valid; an edge given once in some rows and twice in others.
    """
    import networkx as nx

    parse = lambda: nx.parse_adjlist(text.split("\n"), create_using=nx.MultiGraph)  # noqa: E731
    return _read_with(parse, "adjacency list", source)


def read_dot(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph in a DOT text of Graphviz, which needs the package pydot.

    Raises:
        FormatError: pydot is not installed, or the text is not valid.
    """
    import networkx as nx

    try:
        import pydot
    except ImportError:
        raise FormatError(
            "DOT is read with the package pydot, which is not installed: "
            "pip install 'hybridq[dot]', or write GraphML",
            source=source,
        ) from None

    def parse() -> nx.Graph[Any]:
        # pydot prints what its parser finds wrong.
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore", DeprecationWarning)  # of its own parser
            graphs = pydot.graph_from_dot_data(text)
        if not graphs or len(graphs) != 1:
            raise FormatError("not valid DOT: give one graph", source=source)
        found = nx.nx_pydot.from_pydot(graphs[0])
        names = {node: str(node).strip('"') for node in found.nodes}
        found.remove_nodes_from([node for node, name in names.items() if name == "\\n"])
        graph = nx.relabel_nodes(found, {node: names[node] for node in found.nodes})
        for *_, data in graph.edges(data=True):
            data.update({k: str(v).strip('"') for k, v in data.items()})
        return graph

    return _read_with(parse, "DOT", source)


def _by(
    pattern: re.Pattern[str], *suffixes: str, whole: bool = False
) -> Callable[[str, str], Match]:
    """Return a recognizer: the text matches a pattern, or the file has a suffix."""

    def recognizes(text: str, source: str) -> Match:
        """Return the confidence that a text is in this format."""
        named = suffix_of(source) in suffixes
        if (pattern.fullmatch(text.strip()) if whole else pattern.match(text)) is None:
            return Match.POSSIBLE if named and not whole else Match.NO
        if whole and not named and not text.strip().startswith(">>"):
            return Match.NO  # any word may be one; `_unread` names the format
        return Match.CERTAIN

    return recognizes


def _is_gexf(text: str, source: str) -> Match:
    """Return the confidence that a text is GEXF: XML with that element."""
    return Match.CERTAIN if re.search(r"<(\w+:)?gexf\b", text[:4096]) else Match.NO


def _is_adjacency(text: str, source: str) -> Match:
    """Return the confidence that a text holds adjacency lists, by name or first line."""
    if suffix_of(source) == ".adjlist":
        return Match.CERTAIN
    return Match.CERTAIN if _WRITTEN_BY_NETWORKX.match(text) else Match.NO


PAJEK = Format(
    "pajek", "Pajek, *Vertices and *Edges", "graph", read_pajek, _by(_PAJEK), suffixes=(".net",)
)
GML = Format(
    "gml", "Graph Modelling Language", "graph", read_gml, _by(_GML, ".gml"), suffixes=(".gml",)
)
GEXF = Format("gexf", "XML of Gephi", "graph", read_gexf, _is_gexf, suffixes=(".gexf",))
GRAPH6 = Format(
    "graph6",
    "dense graph in one word, unweighted",
    "graph",
    read_graph6,
    _by(_GRAPH6, ".g6", whole=True),
    suffixes=(".g6",),
)
SPARSE6 = Format(
    "sparse6",
    "sparse graph in one word, unweighted",
    "graph",
    read_sparse6,
    _by(_SPARSE6, ".s6", whole=True),
    suffixes=(".s6",),
)
ADJACENCY = Format(
    "adjlist",
    "a node and its neighbours a line, by name only",
    "graph",
    read_adjacency,
    _is_adjacency,
    suffixes=(".adjlist",),
)
DOT = Format(
    "dot",
    "Graphviz, with the package pydot",
    "graph",
    read_dot,
    _by(_DOT, ".dot", ".gv"),
    suffixes=(".dot", ".gv"),
)
