"""Promise of a file format, and the shapes of data that files hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal, get_args

from hybridq.core.errors import FormatError, ParameterError, Text
from hybridq.core.options import Option

SHAPES: Final[dict[str, str]] = {
    "graph": "a graph",
    "pauli-sum": "a Hamiltonian",
    "integrals": "molecular integrals",
    "geometry": "a molecular geometry",
    "numbers": "a list of numbers",
    "polynomial": "a polynomial of bits or spins",
    "program": "an integer program",
    "clauses": "clauses of Boolean variables",
    "knapsack": "items of a knapsack",
    "bins": "items and bins",
    "equations": "equations of bits",
    "distances": "distances between cities",
    "assignment": "flows and distances",
    "jobs": "jobs of a shop",
    "sets": "a family of sets",
    "portfolio": "returns and covariances",
    "size": "a length",
}
"""Shapes of data, with the noun phrase that messages use."""


READING_OPTIONS: Final = {
    "header": Option(
        "header",
        Literal["yes", "no"] | None,
        None,
        "yes or no: the first row names the columns; by default judged by its words.",
    ),
    "convention": Option(
        "convention",
        Literal["once", "twice", "half"] | None,
        None,
        "once, twice or half: weight of an off-diagonal entry of a quadratic file; by default "
        "that of the format.",
    ),
}
"""Options of reading, which some formats take."""


def checked_option(name: str, value: object) -> None:
    """Raise unless `value` is one that the option of reading `name` takes.

    Raises:
        ParameterError: another value.
    """
    choices = get_args(get_args(READING_OPTIONS[name].type)[0])
    if value not in choices:
        raise ParameterError(argument=name, value=value, expected=" or ".join(map(repr, choices)))


class Match(IntEnum):
    """Confidence that a text is written in a format.

    `Format.recognizes` may return a plain bool as well: True counts as `CERTAIN`.
    """

    NO = 0
    #: Fits where nothing else of the same shape does; says nothing about other shapes.
    FALLBACK = 1
    #: The content fits, and so may that of other formats.
    POSSIBLE = 2
    #: The content fits, and a wrong guess is improbable.
    LIKELY = 3
    #: The text bears a mark of this format, such as a banner.
    CERTAIN = 4


@dataclass(frozen=True)
class Format:
    """Notation for data of one shape in a file.

    Attributes:
        name: the registered name.
        summary: one line that describes the notation.
        shape: the kind of data that `read` returns, a key of `SHAPES` or a plug-in's own.
        read: text and source -> data, with `options` by keyword; raises only `FormatError`, with
            line numbers. Bytes instead of text where `magic` is set.
        recognizes: text, or at least its first MiB, and source -> `Match`; never raises.
        suffixes: customary file suffixes; they settle what the content leaves open.
        write: data -> text, or None where the format is only read.
        options: names of the keywords that `read` takes, out of `READING_OPTIONS`.
        magic: the bytes that a binary file begins with; empty for text.
        plain_numbers: True if the text is numbers alone, which fit other such formats as well.
        most: the highest confidence that `recognizes` returns.
    """

    name: str
    summary: str
    shape: str
    read: Callable[..., Any]
    recognizes: Callable[[str, str], Match | bool]
    suffixes: tuple[str, ...] = ()
    write: Callable[[Any], str] | None = None
    options: tuple[str, ...] = ()
    magic: bytes = b""
    plain_numbers: bool = False
    most: Match = Match.CERTAIN

    @property
    def noun(self) -> str:
        """Noun phrase for the data, such as ``"a graph"``."""
        return SHAPES.get(self.shape, self.shape)

    def match(self, text: str, source: str) -> Match:
        """Return the confidence that `text` is written in this format."""
        found = self.recognizes(text, source)
        return Match.CERTAIN if found is True else Match(found)


class ShapeError(FormatError):
    """Error at a file that holds data of another shape than the one asked for.

    Args:
        message: the error of the reader that was tried.
        source: the file's name.
        line: line number, counted from 1.
        remedy: what to do.
        wanted: the shapes that were asked for.
        found: the format that the text appears to be written in.
    """

    def __init__(
        self,
        message: Text,
        *,
        source: str,
        line: int | None = None,
        remedy: Text | None = None,
        wanted: tuple[str, ...],
        found: Format,
    ) -> None:
        self.wanted = wanted
        self.found = found.shape
        self.found_format = found.name
        super().__init__(message, source=source, line=line, remedy=remedy)
