"""A format: graphs as lines of arrows, ``a -> b -> c``."""

import networkx as nx

from hybridq.core.errors import FormatError
from hybridq.problems.formats import Format, Match


def read(text, source="input"):
    """Return the graph with an edge for each arrow."""
    graph = nx.Graph()
    for line, row in enumerate(text.splitlines(), start=1):
        nodes = [name.strip() for name in row.split("->")]
        if not all(nodes):
            raise FormatError("an arrow must join two names", source=source, line=line)
        nx.add_path(graph, nodes)
    return graph


def recognizes(text, source):
    """Return the confidence that a text is written in arrows."""
    return Match.CERTAIN if "->" in text else Match.NO


ARROWS = Format("toy-arrows", "lines of arrows", "graph", read, recognizes)
