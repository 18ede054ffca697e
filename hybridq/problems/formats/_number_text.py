"""Texts of numbers between blanks: a cursor that counts, checks and places errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Match
from hybridq.problems.formats._text import is_count, is_number, numbered_lines, parse_count, short

Rows = tuple[tuple[int, tuple[str, ...]], ...]

LARGEST = 1e300
"""Larger numbers overflow as soon as two are multiplied or summed."""


@lru_cache(maxsize=1)
def rows_of(text: str) -> Rows:
    """Return line number and words of each line; ``#`` begins a comment.

    Formats ask for the same text in turn.
    """
    found = ((line, content.partition("#")[0].split()) for line, content in numbered_lines(text))
    return tuple((line, tuple(words)) for line, words in found if words)


class Numbers:
    """Cursor over the words of a text.

    Args:
        rows: line number and words of each line.
        source: the file's name, for errors.
    """

    def __init__(self, rows: Rows, source: str) -> None:
        self.source = source
        self.words = [word for _, words in rows for word in words]
        self.lines = [line for line, words in rows for _ in words]
        self.at = 0

    @property
    def left(self) -> int:
        """Number of words that follow."""
        return len(self.words) - self.at

    @property
    def line(self) -> int | None:
        """Line of the next word, the last line at the end; None for a text without words."""
        return self.lines[min(self.at, len(self.lines) - 1)] if self.lines else None

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Return an error at a line, by default that of the next word."""
        return FormatError(message, source=self.source, line=line or self.line)

    def _next(self, what: str) -> tuple[str, int]:
        """Return the next word and its line."""
        if not self.left:
            raise self.error(f"the file ends before the {what}: is it truncated?")
        self.at += 1
        return self.words[self.at - 1], self.lines[self.at - 1]

    def count(self, what: str, at_least: int = 1) -> int:
        """Return the next word as an integer.

        Raises:
            FormatError: another word, a number below `at_least`, or the end of the text.
        """
        word, line = self._next(what)
        value = parse_count(word, what, self.source, line)
        if value < at_least:
            raise self.error(f"the {what} is {value}: give at least {at_least}", line)
        return value

    def number(self, what: str, at_least: float = -math.inf) -> float:
        """Return the next word as a finite number.

        Raises:
            FormatError: another word, a number below `at_least`, or the end of the text.
        """
        word, line = self._next(what)
        return parse_number(word, what, self.source, line, at_least)

    def vector(self, size: int, what: str, at_least: float = -math.inf) -> NDArray[np.float64]:
        """Return the next `size` numbers; their count is checked before they are read.

        Args:
            size: how many.
            what: a noun for one of them.
            at_least: the smallest number that is accepted.

        Raises:
            FormatError: fewer follow, or a word is not such a number.
        """
        self.check_left(size, what)
        return np.array([self.number(what, at_least) for _ in range(size)], dtype=np.float64)

    def matrix(
        self, rows: int, columns: int, what: str, at_least: float = -math.inf
    ) -> NDArray[np.float64]:
        """Return the next numbers as a matrix of shape (rows, columns); see `vector`."""
        return self.vector(rows * columns, what, at_least).reshape(rows, columns)

    def check_left(self, size: int, what: str) -> None:
        """Raise unless `size` words follow.

        Raises:
            FormatError: the text is too short for the numbers that its header declares.
        """
        if self.left < size:
            raise self.error(
                f"{size:,} numbers ({what}) have to follow and {self.left:,} do: correct the "
                "sizes at the top, or is the file truncated?",
                self.lines[-1] if self.lines else None,
            )

    def finish(self, what: str) -> None:
        """Raise if words follow after all the data, which the message calls `what`.

        Raises:
            FormatError: there are more.
        """
        if self.left:
            raise self.error(
                f"{self.left:,} more entries follow after {what}, the first is "
                f"{short(self.words[self.at])}: remove them, or correct the sizes at the top"
            )


def parse_number(
    word: str, what: str, source: str, line: int | None, at_least: float = -math.inf
) -> float:
    """Return a finite number of at most `LARGEST`.

    Raises:
        FormatError: another word, or a number below `at_least`; the message calls it `what`.
    """
    value = float(word) if is_number(word) else math.nan
    if not abs(value) <= LARGEST:
        raise FormatError(
            f"{what} {short(word)} is not a finite number: give a number such as 2 or 0.5",
            source=source,
            line=line,
        )
    if value < at_least:
        raise FormatError(
            f"the {what} is {short(word)}: give at least {at_least:g}", source=source, line=line
        )
    return value


def fitting(
    read: Callable[..., Any],
    text: str,
    source: str,
    *,
    widths: tuple[int, ...] = (),
    match: Match = Match.POSSIBLE,
) -> Match:
    """Return the confidence that a text of numbers is in a format, by reading it.

    Args:
        read: the reader.
        text: the text.
        source: the file's name.
        widths: numbers of counts in the first lines of such a file; none for any.
        match: the confidence in a text that can be read.

    Returns:
        `match`, `Match.FALLBACK` for faults below a fitting first line, `Match.NO` without one.
    """
    if not _begins(text, widths):
        return Match.NO
    try:
        read(text, source)
    except FormatError:
        return Match.FALLBACK
    return match


def _begins(text: str, widths: tuple[int, ...]) -> bool:
    """Return whether the first lines hold as many numbers as a header."""
    found = 0
    for _, line in numbered_lines(text[: 1 << 16]):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if found == len(widths):
            break
        if len(words) != widths[found] or not all(map(is_number, words)):
            return False
        if not found and not is_count(words[0]):
            return False
        found += 1
    return found == len(widths)
