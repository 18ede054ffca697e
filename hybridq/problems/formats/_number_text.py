"""Texts of numbers between blanks: a cursor that counts, checks and places errors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Match
from hybridq.problems.formats._text import (
    is_count,
    is_number,
    numbered_lines,
    parse_count,
    short,
    tidy,
)

Rows = tuple[tuple[int, tuple[str, ...]], ...]

_DIGITS = re.compile(r"[0-9.eE+-]*", re.ASCII)
_COMMENT = re.compile(r"#.*")

LARGEST = 1e300
"""Larger numbers overflow as soon as two are multiplied or summed."""


class Words(NamedTuple):
    """Words of a text.

    Attributes:
        rows: line number and words of each line.
        words: all words.
        lines: the line of each word.
    """

    rows: Rows
    words: Sequence[str]
    lines: Sequence[int]

    @classmethod
    def of_rows(cls, rows: Rows) -> Words:
        """Return the words of given lines."""
        words = tuple(word for _, row in rows for word in row)
        return cls(rows, words, tuple(line for line, row in rows for _ in row))


@lru_cache(maxsize=1)
def words_of(text: str) -> Words:
    """Return the words of a text; ``#`` begins a comment.

    Formats ask for the same text in turn.
    """
    if "#" in text:
        text = _COMMENT.sub("", text)
    found = enumerate(map(str.split, text.split("\n")), start=1)
    return Words.of_rows(tuple((line, tuple(words)) for line, words in found if words))


class Numbers:
    """Cursor over the words of a text.

    Args:
        words: of the text.
        source: the file's name, for errors.
    """

    def __init__(self, words: Words, source: str) -> None:
        self.source = source
        self.rows, self.words, self.lines = words
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
        found = plain_numbers(self.words[self.at : self.at + size])
        if found is not None and (found >= at_least).all():
            self.at += size
            return found
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


def plain_numbers(words: Sequence[str]) -> NDArray[np.float64] | None:
    """Return the numbers that words are, None for others; see `parse_number`."""
    if _DIGITS.fullmatch("".join(words)) is None:  # float() also takes "nan" and "1_000"
        return None
    try:
        found = np.array([float(word) for word in words], dtype=np.float64)
    except ValueError:
        return None
    return found if (np.abs(found) <= LARGEST).all() else None


def row_text(values: Iterable[float]) -> str:
    """Return numbers between blanks, which read back to the same floats."""
    return " ".join(repr(tidy(float(value))) for value in values)


def table_text(rows: Iterable[Iterable[float]]) -> str:
    """Return rows of numbers, one a line."""
    return "".join(f"{row_text(row)}\n" for row in rows)


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
