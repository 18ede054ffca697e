"""D-Wave's ``.qubo`` files of qbsolv: ``p qubo 0 maxNodes nNodes nCouplers``.

Then come ``i i value`` for nodes and ``i j value`` for couplers, i < j, nodes from 0; comments
begin with ``c``. An off-diagonal value q means q x_i x_j.
"""

from __future__ import annotations

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._quadratic import (
    OFFSET,
    QuadraticBuilder,
    Remarks,
    check_declared,
    quadratic_coefficients,
    remark_lines,
)
from hybridq.problems.formats._text import numbered_lines, parse_count, short, suffix_of, tidy
from hybridq.problems.instance_data import PolynomialData

_HEADER = "write p qubo 0 maxNodes nNodes nCouplers"


def read(text: str, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form in a ``.qubo`` text.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        convention: weight of an off-diagonal entry, ``"once"`` by default.

    Raises:
        FormatError: anything else.
    """
    remarks = Remarks(source, first=0)
    builder: QuadraticBuilder | None = None
    declared, header = (0, 0), 0
    for line, content in numbered_lines(text):
        tokens = content.split()
        if tokens[0] == "c" or content[0] == "#":
            remarks.take(content[1:], line)
        elif tokens[0] == "p":
            if builder is not None:
                raise FormatError(
                    f"a second header, first in line {header}: remove one",
                    source=source,
                    line=line,
                )
            size, *counts = _header(tokens, source, line)
            check_declared(size, text.count("\n"), source, line)
            builder = QuadraticBuilder(source, size, convention or "once", first=0)
            declared, header = (counts[0], counts[1]), line
        elif builder is None:
            raise FormatError(
                f"{short(content)} comes before the header: {_HEADER}", source=source, line=line
            )
        else:
            builder.entry(tokens, line)
    if builder is None:
        raise FormatError(f"the header is missing: {_HEADER}", source=source)
    found = (builder.n_diagonal, len(builder.terms) - builder.n_diagonal)
    if found != declared:
        raise FormatError(
            f"{declared[0]} nodes and {declared[1]} couplers are declared, {found[0]} and "
            f"{found[1]} follow: "
            f"{'is the file truncated?' if sum(found) < sum(declared) else 'correct the numbers'}",
            source=source,
            line=header,
        )
    return remarks.finish(builder.size, builder.terms, builder.convention)


def _header(tokens: list[str], source: str, line: int) -> tuple[int, int, int]:
    """Return the numbers of variables, nodes and couplers."""
    if len(tokens) != 6 or tokens[1] != "qubo":
        raise FormatError(
            f"{short(' '.join(tokens))} is not a header: {_HEADER}", source=source, line=line
        )
    if tokens[2] not in ("0", "unconstrained"):
        raise FormatError(
            f"the topology is {short(tokens[2])}: only 0, without a topology, is read",
            source=source,
            line=line,
        )
    size, nodes, couplers = (
        parse_count(token, f"number of {what}", source, line)
        for token, what in zip(tokens[3:], ("variables", "nodes", "couplers"), strict=True)
    )
    return size, nodes, couplers


def write(data: PolynomialData) -> str:
    """Return a polynomial of degree 2 as qbsolv reads it; the constant is a comment.

    Raises:
        ProblemError: spins, products of three and more, or names with blanks.
    """
    offset, entries = quadratic_coefficients(data, "qubo")
    lines = remark_lines(data, "c", 0, "qubo")
    lines += [f"c {OFFSET} {tidy(offset)}"] if offset else []
    nodes = [f"{i} {i} {tidy(value)}" for (i, j), value in sorted(entries.items()) if i == j]
    couplers = [f"{i} {j} {tidy(value)}" for (i, j), value in sorted(entries.items()) if i != j]
    lines.append(f"p qubo 0 {len(data.names)} {len(nodes)} {len(couplers)}")
    return "\n".join(lines + nodes + couplers) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a ``.qubo`` file, by its header."""
    otherwise = Match.LIKELY if suffix_of(source) == ".qubo" else Match.NO
    for _, line in numbered_lines(text[: 1 << 20]):
        if line[0] not in "c#":
            return Match.CERTAIN if line.split()[:2] == ["p", "qubo"] else otherwise
    return otherwise


FORMAT = Format(
    "qubo",
    "quadratic form as D-Wave's qbsolv reads it: p qubo 0 maxNodes nNodes nCouplers",
    "polynomial",
    read,
    recognizes,
    suffixes=(".qubo",),
    write=write,
    options=("convention",),
)
