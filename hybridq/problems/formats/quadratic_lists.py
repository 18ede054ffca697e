"""Lists of the entries of quadratic forms: QOBLIB, Biq Mac, MQLib, OR-Library.

All have a line ``variables entries`` and then ``i j value``, indices from 1. One triangle of the
symmetric matrix Q of xᵀQx is listed, so that an off-diagonal value counts twice. QOBLIB and Biq
Mac minimize, MQLib and OR-Library maximize.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._quadratic import (
    OFFSET,
    QuadraticBuilder,
    Remarks,
    check_declared,
    described,
    quadratic_coefficients,
    remark_lines,
)
from hybridq.problems.formats._text import (
    first_rows,
    is_count,
    is_number,
    numbered_lines,
    parse_count,
    short,
    suffix_of,
    tidy,
)
from hybridq.problems.instance_data import PolynomialData

_MARKS = "#%"


def read(
    text: str, source: str = "input", convention: str | None = None, *, maximize: bool = False
) -> PolynomialData:
    """Return the quadratic form in a list of entries.

    Lines that begin with ``#`` or ``%`` are comments; ``# ObjectiveOffset 7`` adds a constant.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        convention: weight of an off-diagonal entry, ``"twice"`` by default.
        maximize: True if larger values are better.

    Raises:
        FormatError: anything else.
    """
    remarks = Remarks(source)
    builder: QuadraticBuilder | None = None
    declared = header = 0
    for line, content in numbered_lines(text):
        if content[0] in _MARKS:
            remarks.take(content.lstrip(_MARKS), line)
            continue
        tokens = content.split()
        if builder is None:
            size, declared = _header(tokens, source, line)
            check_declared(size, text.count("\n"), source, line)
            builder, header = QuadraticBuilder(source, size, convention or "twice"), line
            continue
        builder.entry(tokens, line)
    if builder is None:
        raise FormatError(
            "the file has no header: give the numbers of variables and entries", source=source
        )
    _check_count(len(builder.terms), declared, source, header)
    data = remarks.finish(builder.size, builder.terms, builder.convention)
    if not maximize:
        return data
    return described(data.names, builder.terms, remarks.offset, builder.convention, maximize=True)


def _header(tokens: list[str], source: str, line: int) -> tuple[int, int]:
    """Return the numbers of variables and entries."""
    if len(tokens) != 2:
        raise FormatError(
            f"the header is {short(' '.join(tokens))}: give the numbers of variables and entries",
            source=source,
            line=line,
        )
    size = parse_count(tokens[0], "number of variables", source, line)
    return size, parse_count(tokens[1], "number of entries", source, line)


def _check_count(found: int, declared: int, source: str, line: int) -> None:
    """Raise unless as many entries follow as the header declares."""
    if found != declared:
        raise FormatError(
            f"{declared} entries are declared, {found} follow: "
            f"{'is the file truncated?' if found < declared else 'correct the number'}",
            source=source,
            line=line,
        )


def read_orlib(text: str, source: str = "input", convention: str | None = None) -> PolynomialData:
    """Return the quadratic form in a file of OR-Library with one instance.

    The first line is the number of instances.

    Raises:
        FormatError: several instances, or anything else.
    """
    lines = numbered_lines(text)
    line, content = next(lines)
    count = parse_count(content, "number of instances", source, line)
    if count != 1:
        raise FormatError(
            f"the file holds {count} instances: keep one, below a first line of 1",
            source=source,
            line=line,
        )
    rest = "\n" * line + "\n".join(text.split("\n")[line:])  # with the same line numbers
    return read(rest, source, convention, maximize=True)


def write(data: PolynomialData) -> str:
    """Return a polynomial of degree 2 as QOBLIB writes it.

    Raises:
        ProblemError: spins, products of three and more, or names with blanks.
    """
    offset, entries = quadratic_coefficients(data, "qoblib-qs")
    lines = remark_lines(data, "#", 1, "qoblib-qs")
    lines += [f"# {OFFSET} {tidy(offset)}", "# Vars Non-zeros", f"{len(data.names)} {len(entries)}"]
    lines += [
        f"{i + 1} {j + 1} {tidy(value if i == j else value / 2)}"
        for (i, j), value in sorted(entries.items())
    ]
    return "\n".join(lines) + "\n"


def _fits(rows: list[list[str]]) -> Match:
    """Return the confidence that rows are a header and entries."""
    head, *body = rows or [[]]
    if len(head) != 2 or not all(map(is_count, head)) or (not body and head[1] != "0"):
        return Match.NO
    limit = int(head[0][:12])
    diagonal = False
    for row in body:
        if len(row) != 3 or not is_number(row[2]) or not all(map(is_count, row[:2])):
            return Match.NO
        if not all(1 <= int(token[:12]) <= limit for token in row[:2]):
            return Match.NO
        diagonal = diagonal or row[0] == row[1]
    # A graph has no self-loops, so that a diagonal tells the two apart.
    return Match.LIKELY if diagonal else Match.POSSIBLE


def _recognizes(text: str, source: str, *, suffixes: tuple[str, ...]) -> Match:
    """Return the confidence that a text is such a list.

    The suffix decides between those that minimize and maximize; QOBLIB's comment is a mark.
    """
    if suffix_of(source) in suffixes:
        return Match.CERTAIN
    rows = [row.split() for row in first_rows(text, _MARKS)]
    found = _fits(rows)
    if f"# {OFFSET}" in text[: 1 << 16]:
        return Match.CERTAIN if ".qs" in suffixes else Match.NO
    if found == Match.NO and len(rows) > 1 and (len(rows[0]), len(rows[1])) == (2, 3):
        return Match.FALLBACK  # a damaged one, perhaps
    return found


def recognizes_orlib(text: str, source: str) -> Match:
    """Return the confidence that a text has a number of instances above such a list."""
    rows = [row.split() for row in first_rows(text, _MARKS)]
    if len(rows) < 2 or len(rows[0]) != 1 or not is_count(rows[0][0]):
        return Match.NO
    return Match.LIKELY if _fits(rows[1:]) else Match.NO


def _recognizer(*suffixes: str) -> Callable[[str, str], Match]:
    """Return the recognizer of a list with one of these suffixes."""
    return partial(_recognizes, suffixes=suffixes)


_OPTIONS = ("convention",)

QOBLIB = Format(
    "qoblib-qs",
    "entries of a quadratic form that is minimized, as QOBLIB writes them",
    "polynomial",
    read,
    _recognizer(".qs"),
    suffixes=(".qs",),
    write=write,
    options=_OPTIONS,
)
BIQ_MAC = Format(
    "biq-mac",
    'quadratic form that is minimized: "variables entries", then "i j value"',
    "polynomial",
    read,
    _recognizer(".sparse"),
    suffixes=(".sparse",),
    options=_OPTIONS,
)
MQLIB = Format(
    "mqlib",
    'quadratic form that is maximized: "variables entries", then "i j value"',
    "polynomial",
    partial(read, maximize=True),
    _recognizer(),
    options=_OPTIONS,
)
OR_LIBRARY = Format(
    "or-library-bqp",
    "one quadratic form of OR-Library, maximized",
    "polynomial",
    read_orlib,
    recognizes_orlib,
    options=_OPTIONS,
)
