"""Matrix Market files: a sparse symmetric matrix of weights, nodes from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._graphs import (
    GraphBuilder,
    check_node_count,
    one_based_index,
    weighted_edges,
)
from hybridq.problems.formats._text import (
    numbered_lines,
    parse_count,
    parse_weight,
    short,
)

if TYPE_CHECKING:
    import networkx as nx

BANNER = "%%MatrixMarket"


def read(text: str, source: str = "input") -> nx.Graph[Any]:
    """Return the graph whose weighted adjacency matrix a Matrix Market text holds.

    Coordinate layout; real, integer or pattern values (pattern: weight 1); symmetric, or general
    with both of each pair of mirrored entries. A stored zero off the diagonal is an edge of
    weight 0, one on the diagonal is ignored.

    Raises:
        FormatError: anything else.

    Source: Boisvert, Pozo, Remington 1996, NISTIR 5935.
    """
    lines = numbered_lines(text)
    has_values, symmetric = _banner(*next(lines, (1, "")), source)
    builder: GraphBuilder | None = None
    seen: dict[tuple[int, int], int] = {}
    size_line = declared = 0
    for line, content in lines:
        if content[0] == "%":
            continue
        tokens = content.split()
        if builder is None:
            n_nodes, declared = _size(tokens, source, line)
            builder, size_line = GraphBuilder(source, one_based=n_nodes, mirrors=True), line
            continue
        if len(tokens) != 2 + has_values:
            raise FormatError(
                f"{short(content)} is not an entry: write row, column"
                f"{' and value' if has_values else ''}",
                source=source,
                line=line,
            )
        weight = parse_weight(tokens[2], source, line) if has_values else None
        row, column = (parse_count(token, "index", source, line) for token in tokens[:2])
        if (row, column) in seen or (symmetric and (column, row) in seen):
            raise FormatError(
                f"entry ({row}, {column}) is listed twice: remove one", source=source, line=line
            )
        seen[row, column] = line
        if row != column or weight != 0:
            builder.numbered_edge(tokens[0], tokens[1], weight, line)
    if builder is None:
        raise FormatError('the size line "rows columns entries" is missing: add it', source=source)
    if len(seen) != declared:
        raise FormatError(
            f"{declared} entries are declared, the file holds {len(seen)}: "
            f"{'is it truncated?' if len(seen) < declared else 'correct the number'}",
            source=source,
            line=size_line,
        )
    if not symmetric:
        _check_mirrors(seen, source)
    return builder.finish()


def _banner(line: int, content: str, source: str) -> tuple[bool, bool]:
    """Return whether entries carry values, and whether one triangle is stored."""
    words = content.lower().split()
    if not words or words[0] != BANNER.lower():
        raise FormatError(
            f'the first line is not "{BANNER} matrix coordinate real symmetric": add it',
            source=source,
            line=line,
        )
    choices = (
        ("matrix",),
        ("coordinate",),
        ("real", "integer", "pattern"),
        ("symmetric", "general"),
    )
    if len(words) != 5 or any(
        word not in known for word, known in zip(words[1:], choices, strict=True)
    ):
        raise FormatError(
            f"{short(content)} is not read: use coordinate, real or integer or pattern, "
            "symmetric or general",
            source=source,
            line=line,
        )
    return words[3] != "pattern", words[4] == "symmetric"


def _size(tokens: list[str], source: str, line: int) -> tuple[int, int]:
    """Return the numbers of nodes and of entries."""
    if len(tokens) != 3:
        raise FormatError(
            f'{short(" ".join(tokens))} is not a size line: write "rows columns entries"',
            source=source,
            line=line,
        )
    rows, columns, entries = (parse_count(token, "size", source, line) for token in tokens)
    if rows != columns:
        raise FormatError(
            f"the matrix is {rows} by {columns}: an adjacency matrix is square",
            source=source,
            line=line,
        )
    check_node_count(rows, source, line)
    return rows, entries


def _check_mirrors(seen: dict[tuple[int, int], int], source: str) -> None:
    """Raise if a general matrix has an entry on one side of the diagonal only."""
    for (row, column), line in seen.items():
        if (column, row) not in seen:
            raise FormatError(
                f"entry ({row}, {column}) has no mirror ({column}, {row}): the graph is directed; "
                "declare the matrix symmetric, or give both",
                source=source,
                line=line,
            )


def write(graph: nx.Graph[Any]) -> str:
    """Return the graph as a symmetric real matrix (lower triangle).

    Raises:
        ProblemError: the labels are not 1 to n.
    """
    one_based_index(graph, "Matrix Market")
    size = graph.number_of_nodes()
    lines = [f"{BANNER} matrix coordinate real symmetric"]
    lines += [f"{size} {size} {graph.number_of_edges()}"]
    lines += [f"{max(u, v)} {min(u, v)} {w}" for u, v, w in weighted_edges(graph)]
    return "\n".join(lines) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is Matrix Market, by its banner."""
    banner = text.lstrip()[: len(BANNER)]
    return Match.CERTAIN if banner.lower() == BANNER.lower() else Match.NO


FORMAT = Format(
    "matrix-market",
    "sparse adjacency matrix, coordinate layout",
    "graph",
    read,
    recognizes,
    suffixes=(".mtx",),
    write=write,
)
