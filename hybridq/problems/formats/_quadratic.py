"""Entries of quadratic forms in files: conventions of off-diagonals, and names.

An off-diagonal value q that a file lists means q x_i x_j, 2 q x_i x_j or ½ q x_i x_j, depending
on the format; see `CONVENTIONS`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from hybridq.core.errors import FormatError, ProblemError
from hybridq.core.limits import too_many_idle
from hybridq.core.numbers import plural
from hybridq.problems.formats._text import is_number, parse_count, short, tidy
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.polynomial import merged

Term = tuple[float, tuple[int, ...]]

#: Factors of the diagonal and of the off-diagonals, and the phrase that says so.
CONVENTIONS: Final[dict[str, tuple[float, float, str]]] = {
    "once": (1.0, 1.0, "off-diagonals counted once"),
    "twice": (1.0, 2.0, "off-diagonals counted twice"),
    "half": (0.5, 0.5, "all entries counted half"),
}

OFFSET: Final = "ObjectiveOffset"
NAMES: Final = "Names:"
SENSE: Final = "Sense:"
_LARGEST = 1e300  # so that twice a value, and sums of many, are finite
_WIDTH = 90  # characters of a line of names


def parse_value(text: str, source: str, line: int, what: str = "entry") -> float:
    """Return a finite number of a text file.

    Raises:
        FormatError: it is anything else; the message calls it `what`.
    """
    # float() also takes "nan", "1_000" and digits of other scripts; a number is none of these.
    value = float(text) if is_number(text) else math.nan
    if not abs(value) <= _LARGEST:
        raise FormatError(
            f"{what} {short(text)} is not a finite number: give a number such as 2 or -0.5",
            source=source,
            line=line,
        )
    return value


def check_declared(declared: int, listed: int, source: str, line: int | None) -> None:
    """Refuse a number of variables that is zero, or far beyond those in use.

    Args:
        declared: number of variables.
        listed: number of entries, or an upper bound of it.
        source: the file's name, for errors.
        line: of the declaration.
    """
    if declared == 0:
        raise FormatError("the file has no variables: give some", source=source, line=line)
    if too_many_idle(declared, 2 * listed):
        raise FormatError(
            f"{declared:,} variables are declared, and the file has at most {listed:,} entries: "
            "correct the number, or is the file truncated?",
            source=source,
            line=line,
        )


class QuadraticBuilder:
    """Collector of the entries of a quadratic form, one triangle of it.

    Args:
        source: the file's name, for errors.
        size: number of variables.
        convention: a key of `CONVENTIONS`.
        first: the index of the first variable in the file, 0 or 1.
    """

    def __init__(self, source: str, size: int, convention: str, first: int = 1) -> None:
        self.source, self.size, self.first = source, size, first
        self.convention = convention
        self._on, self._off, _ = CONVENTIONS[convention]
        self.terms: list[Term] = []
        self.n_diagonal = 0
        self._lines: dict[tuple[int, int], int] = {}

    def entry(self, tokens: Sequence[str], line: int) -> None:
        """Add the entry ``i j value``.

        Raises:
            FormatError: not an entry, an index out of range, or a pair that was listed before.
        """
        if len(tokens) != 3:
            raise FormatError(
                f"{short(' '.join(tokens))} is not an entry: write two indices and a value",
                source=self.source,
                line=line,
            )
        i, j = self._index(tokens[0], line), self._index(tokens[1], line)
        value = parse_value(tokens[2], self.source, line)
        pair = (i, j) if i <= j else (j, i)
        before = self._lines.setdefault(pair, line)
        if before != line:
            raise FormatError(
                f"the pair {tokens[0]} {tokens[1]} is listed twice, first in line {before}: "
                "list one triangle, each pair once",
                source=self.source,
                line=line,
            )
        if i == j:
            self.n_diagonal += 1
            self.terms.append((tidy(self._on * value), (i,)))
        else:
            self.terms.append((tidy(self._off * value), pair))

    def _index(self, token: str, line: int) -> int:
        """Return an index, counted from 0."""
        index = parse_count(token, "index", self.source, line) - self.first
        if not 0 <= index < self.size:
            raise FormatError(
                f"index {token} is outside {self.first} to {self.size - 1 + self.first}: correct "
                "it, or the number of variables",
                source=self.source,
                line=line,
            )
        return index


def described(
    names: Sequence[str],
    terms: Sequence[Term],
    offset: float,
    convention: str,
    *,
    maximize: bool = False,
) -> PolynomialData:
    """Return the data of a quadratic file, with a sentence on the reading.

    Args:
        names: of the variables.
        terms: without the constant.
        offset: the constant.
        convention: a key of `CONVENTIONS`.
        maximize: True if larger values are better.
    """
    words = [
        plural(len(names), "variable"),
        plural(len(terms), "term"),
        *([f"offset {tidy(offset)}"] if offset else []),
        CONVENTIONS[convention][2],
        *(["maximized"] if maximize else []),
    ]
    constant: list[Term] = [(offset, ())] if offset else []
    return PolynomialData(
        tuple(names),
        (*constant, *terms),
        sense="maximize" if maximize else "minimize",
        convention=", ".join(words),
    )


class Remarks:
    """Offset, names and sense that comments of a quadratic file give.

    Args:
        source: the file's name, for errors.
        first: the index of the first variable, for the default names.
    """

    def __init__(self, source: str, first: int = 1) -> None:
        self.source, self.first = source, first
        self.offset = 0.0
        self.names: list[str] = []
        self.negated = False

    def take(self, comment: str, line: int) -> None:
        """Note what a comment says, given without its mark.

        Raises:
            FormatError: an offset that is not a number, or an unknown sense.
        """
        word, _, rest = comment.strip().partition(" ")
        rest = rest.strip()
        if word == OFFSET:
            self.offset = parse_value(rest.removeprefix(":").strip(), self.source, line, "offset")
        elif word == NAMES:
            self.names += rest.split()
        elif word == SENSE:
            self.negated = rest.startswith("maximize")

    def finish(self, size: int, terms: Sequence[Term], convention: str) -> PolynomialData:
        """Return the data of a file that is minimized.

        Args:
            size: number of variables.
            terms: without the constant.
            convention: a key of `CONVENTIONS`.

        Raises:
            FormatError: comments give another number of names, or one twice.
        """
        names = self.names or [f"x{k + self.first}" for k in range(size)]
        if len(names) != size or len(set(names)) != size:
            raise FormatError(
                f"the comments give {len(set(names))} different names, and the file has {size} "
                "variables: correct them",
                source=self.source,
            )
        sign = -1.0 if self.negated else 1.0
        if self.negated:
            terms = [(-value, key) for value, key in terms]
        return described(names, terms, sign * self.offset, convention, maximize=self.negated)


def quadratic_coefficients(
    data: PolynomialData, format: str
) -> tuple[float, dict[tuple[int, int], float]]:
    """Return offset and entries (i, j), i ≤ j, of the energy that a file minimizes.

    A polynomial that is maximized is negated.

    Args:
        data: a polynomial of bits.
        format: name of the format, for errors.

    Raises:
        ProblemError: spins, or products of three and more.
    """
    if data.spins:
        raise ProblemError(f"{format} holds bits, and the polynomial has spins: write JSON")
    found: dict[tuple[int, int], float] = {}
    offset = 0.0
    sign = -1.0 if data.sense == "maximize" else 1.0
    for key, value in merged((set(key), sign * value) for value, key in data.terms).items():
        if len(key) > 2:
            raise ProblemError(
                f"{format} holds products of two variables, and the polynomial has one of "
                f"{len(key)}: write JSON"
            )
        if key:
            found[key[0], key[-1]] = value
        else:
            offset = value
    return offset, found


def remark_lines(data: PolynomialData, mark: str, first: int, format: str) -> list[str]:
    """Return comments that keep names and sense, none where they are the default.

    Raises:
        ProblemError: a name has blanks.
    """
    lines = (
        [f"{mark} {SENSE} maximize (all values are negated)"] if data.sense == "maximize" else []
    )
    if list(data.names) == [f"x{k + first}" for k in range(len(data.names))]:
        return lines
    for name in data.names:
        if name.split() != [name]:
            raise ProblemError(f"{format} cannot keep the name {name!r}: write JSON, or rename it")
    return lines + [f"{mark} {NAMES} {row}" for row in _wrapped(data.names)]


def _wrapped(names: Iterable[str]) -> list[str]:
    """Return names in rows of moderate length."""
    rows: list[str] = []
    row: list[str] = []
    width = 0
    for name in names:
        if row and width + len(name) > _WIDTH:
            rows.append(" ".join(row))
            row, width = [], 0
        row.append(name)
        width += len(name) + 1
    return [*rows, " ".join(row)]
