"""QPLIB files: quadratic programs of binary and integer variables.

The file lists one triangle of each matrix of ½ xᵀHx, and every listed entry counts half: q at
(i, j) is ½ q x_i x_j. This reading gives the published value 3760.715066 of QPLIB_3834 at its
published solution; mirrored entries do not.

Source: Furini et al. 2019, Math. Program. Comput. 11, 237, section 4.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeVar

from hybridq.core.errors import FormatError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._programs import Kind, ProgramBuilder
from hybridq.problems.formats._quadratic import parse_value
from hybridq.problems.formats._text import first_rows, is_count, parse_count, short, suffix_of
from hybridq.problems.programs.polynomial import Monomial
from hybridq.problems.programs.program import IntegerProgram, Relation

_TYPE = re.compile(r"[LDCQ][CBMIG][NBLDCQ]", re.IGNORECASE)
_KINDS: dict[str, Kind] = {"B": "binary", "I": "integer", "C": "continuous"}
_HALF = 0.5

_T = TypeVar("_T")


class _Values:
    """The values of a file in order, one line each; the rest of a line is a comment."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.lines = text.rstrip().split("\n")
        self.line = 0

    def row(self, count: int, what: str) -> list[str]:
        """Return the next `count` words, which must be on one line.

        Raises:
            FormatError: the file ends, or the line has fewer or more words.
        """
        while self.line < len(self.lines):
            content = self.lines[self.line].partition("#")[0].split()
            self.line += 1
            if content:
                if len(content) != count:
                    raise FormatError(
                        f"expected {what}, got {short(' '.join(content))}: correct the line, or "
                        "the counts above it",
                        source=self.source,
                        line=self.line,
                    )
                return content
        raise FormatError(
            f"the file ends, expected {what}: is it truncated?",
            source=self.source,
            line=len(self.lines),
        )

    def rest(self) -> str:
        """Return a line that is left over, empty without one."""
        return next((line.strip() for line in self.lines[self.line :] if line.strip()), "")

    def title(self) -> str:
        """Return the next line as it is."""
        while self.line < len(self.lines) and not self.lines[self.line].strip():
            self.line += 1
        self.line += 1
        return self.lines[self.line - 1].partition("#")[0].strip()

    def count(self, what: str, most: int | None = None) -> int:
        """Return a whole number.

        Raises:
            FormatError: it is not one, or more entries than lines are declared.
        """
        value = parse_count(self.row(1, what)[0], what, self.source, self.line)
        if value > (len(self.lines) if most is None else most):
            raise FormatError(
                f"{value:,} entries are declared, and the file has {len(self.lines):,} lines: "
                "correct the number, or is the file truncated?",
                source=self.source,
                line=self.line,
            )
        return value

    def number(self, what: str) -> float:
        """Return a finite number."""
        return parse_value(self.row(1, what)[0], self.source, self.line, what)

    def index(self, token: str, size: int, what: str) -> int:
        """Return an index, counted from 0.

        Raises:
            FormatError: it is outside 1 to `size`.
        """
        index = parse_count(token, f"index of a {what}", self.source, self.line)
        if not 1 <= index <= size:
            raise FormatError(
                f"{what} {index} is outside 1 to {size}: correct it",
                source=self.source,
                line=self.line,
            )
        return index - 1

    def vector(self, size: int, what: str, parse: Callable[[str, str, int, str], _T]) -> list[_T]:
        """Return a default value, and those that differ from it, as one list."""
        row = self.row(1, f"the default {what}")
        found = [parse(row[0], self.source, self.line, what)] * size
        seen: dict[int, int] = {}
        for _ in range(self.count(f"the number of other {what}s")):
            row = self.row(2, f"an index and a {what}")
            index = self.index(row[0], size, "value")
            if index in seen:
                raise FormatError(
                    f"{what} {index + 1} is given twice, first in line {seen[index]}: remove one",
                    source=self.source,
                    line=self.line,
                )
            seen[index] = self.line
            found[index] = parse(row[1], self.source, self.line, what)
        return found


def read(text: str, source: str = "input") -> IntegerProgram:
    """Return the program in a QPLIB text.

    Variables are called x1, x2, … and constraints c1, c2, …, unless the file names them.

    Raises:
        FormatError: continuous variables, a variable without bounds, or anything else.
    """
    values = _Values(text, source)
    builder = ProgramBuilder(source, "give it bounds", "QPLIB lists the kinds of variables")
    builder.name = values.title()
    kind = values.row(1, "the type, such as QBL")[0].upper()
    if _TYPE.fullmatch(kind) is None:
        raise FormatError(
            f"the type {short(kind)} is not one of QPLIB, such as QBL: correct it",
            source=source,
            line=values.line,
        )
    if kind[1] in "C":
        raise FormatError(
            f"the type {kind} has continuous variables: give binary or integer ones",
            source=source,
            line=values.line,
        )
    sense = values.row(1, "minimize or maximize")[0].lower()
    if sense not in ("minimize", "maximize"):
        raise FormatError(
            f"the sense is {short(sense)}: give minimize or maximize",
            source=source,
            line=values.line,
        )
    builder.sense = "maximize" if sense == "maximize" else "minimize"
    size = _size(values, "variables")
    n_rows = 0 if kind[2] in "NB" else _size(values, "constraints")
    builder.objective = _objective(values, kind, size)
    rows, bounds = _constraints(values, kind, size, n_rows)
    lower, upper, kinds = _variables(values, kind, size, bounds[2])
    _skip_starting_point(values, size, n_rows)
    names = _names(values, size, "variable", "x")
    row_names = _names(values, n_rows, "constraint", "c")
    if left := values.rest():
        raise FormatError(f"{short(left)} comes after the last value: remove it", source=source)
    for index, name in enumerate(names):
        column = builder.column(name)
        column.lower, column.upper, column.kind = lower[index], upper[index], kinds[index]
    for name, terms, low, high in zip(row_names, rows, bounds[0], bounds[1], strict=True):
        builder.constrain(name, terms, _relations(low, high, bounds[2]))
    return builder.finish()


def _size(values: _Values, what: str) -> int:
    """Return a declared number of variables or constraints.

    Raises:
        FormatError: far more than the file has lines.
    """
    count = values.count(f"the number of {what}", most=10**30)
    if too_many_idle(count, len(values.lines)) or (count == 0 and what == "variables"):
        raise FormatError(
            f"{count:,} {what} are declared, and the file has {len(values.lines):,} lines: "
            "correct the number, or is the file truncated?",
            source=values.source,
            line=values.line,
        )
    return count


def _objective(values: _Values, kind: str, size: int) -> dict[Monomial, float]:
    """Return the objective."""
    terms: dict[Monomial, float] = {}
    if kind[0] != "L":
        for _ in range(values.count("the number of quadratic terms in the objective")):
            row = values.row(3, "two variables and a coefficient")
            _add(values, terms, row, size)
    linear = values.vector(size, "linear coefficient", parse_value)
    terms |= {(index,): value for index, value in enumerate(linear) if value}
    constant = values.number("the constant of the objective")
    return terms | ({(): constant} if constant else {})


def _add(values: _Values, terms: dict[Monomial, float], row: list[str], size: int) -> None:
    """Add half of an entry ``i j value``.

    Raises:
        FormatError: the pair was listed before.
    """
    i, j = (values.index(token, size, "variable") for token in row[:2])
    key = (min(i, j), max(i, j))
    if key in terms:
        raise FormatError(
            f"the pair {row[0]} {row[1]} is listed twice: remove one",
            source=values.source,
            line=values.line,
        )
    terms[key] = _HALF * parse_value(row[2], values.source, values.line, "coefficient")


_Bounds = tuple[list[float], list[float], float]


def _constraints(
    values: _Values, kind: str, size: int, n_rows: int
) -> tuple[list[dict[Monomial, float]], _Bounds]:
    """Return left-hand sides; their bounds, and the value that means infinity."""
    rows: list[dict[Monomial, float]] = [{} for _ in range(n_rows)]
    if kind[2] in "DCQ":
        for _ in range(values.count("the number of quadratic terms in constraints")):
            row = values.row(4, "a constraint, two variables and a coefficient")
            _add(values, rows[values.index(row[0], n_rows, "constraint")], row[1:], size)
    if n_rows:
        for _ in range(values.count("the number of linear terms in constraints")):
            row = values.row(3, "a constraint, a variable and a coefficient")
            terms = rows[values.index(row[0], n_rows, "constraint")]
            key = (values.index(row[1], size, "variable"),)
            if key in terms:
                raise FormatError(
                    f"variable {row[1]} is given twice in constraint {row[0]}: remove one",
                    source=values.source,
                    line=values.line,
                )
            terms[key] = parse_value(row[2], values.source, values.line, "coefficient")
    infinity = abs(values.number("the value of infinity"))
    if not n_rows:
        return rows, ([], [], infinity)
    lower = values.vector(n_rows, "left-hand side", parse_value)
    upper = values.vector(n_rows, "right-hand side", parse_value)
    return rows, (lower, upper, infinity)


def _relations(low: float, high: float, infinity: float) -> list[tuple[Relation, float]]:
    """Return the relations of a constraint between two sides."""
    if low == high:
        return [("==", low)]
    found: list[tuple[Relation, float]] = []
    if low > -infinity:
        found.append((">=", low))
    if high < infinity:
        found.append(("<=", high))
    return found


def _variables(
    values: _Values, kind: str, size: int, infinity: float
) -> tuple[list[float], list[float], list[Kind]]:
    """Return bounds and kinds of the variables."""
    if kind[1] == "B":
        return [0.0] * size, [1.0] * size, ["binary"] * size
    lower = values.vector(size, "lower bound", parse_value)
    upper = values.vector(size, "upper bound", parse_value)
    lower = [-math.inf if bound <= -infinity else bound for bound in lower]
    upper = [math.inf if bound >= infinity else bound for bound in upper]
    if kind[1] == "I":
        return lower, upper, ["integer"] * size
    flags = values.vector(size, "type", parse_value)  # 0 is continuous, 1 integer, 2 binary
    discrete: Kind = "integer"
    return lower, upper, [discrete if flag else "continuous" for flag in flags]


def _skip_starting_point(values: _Values, size: int, n_rows: int) -> None:
    """Read over the starting values of variables and multipliers."""
    values.vector(size, "starting value", parse_value)
    if n_rows:
        values.vector(n_rows, "multiplier", parse_value)
    values.vector(size, "multiplier of bounds", parse_value)


def _names(values: _Values, size: int, what: str, letter: str) -> list[str]:
    """Return names, numbered where the file gives none."""
    names = [f"{letter}{index + 1}" for index in range(size)]
    for _ in range(values.count(f"the number of named {what}s")):
        row = values.row(2, f"an index and the name of a {what}")
        names[values.index(row[0], size, what)] = row[1]
    if len(set(names)) < len(names):
        raise FormatError(
            f"two {what}s have one name: rename one", source=values.source, line=values.line
        )
    return names


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a QPLIB file, by its second and third line."""
    rows = [row.partition("#")[0].split() for row in first_rows(text, "#", 4)]
    otherwise = Match.LIKELY if suffix_of(source) == ".qplib" else Match.NO
    if len(rows) < 4 or any(len(row) != 1 for row in rows[1:]):
        return otherwise
    fits = _TYPE.fullmatch(rows[1][0]) is not None and is_count(rows[3][0])
    return Match.CERTAIN if fits and rows[2][0].lower() in ("minimize", "maximize") else otherwise


FORMAT = Format(
    "qplib",
    "QPLIB: quadratic program of binary and integer variables",
    "program",
    read,
    recognizes,
    suffixes=(".qplib",),
)
