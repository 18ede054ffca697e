"""Sections of an LP file, its names and numbers, and the line of each position."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, NoReturn

from hybridq.core.errors import FormatError
from hybridq.problems.formats._text import short

NUMBER: Final = r"(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?+\d++)?+"
# Letters, digits and the signs that CPLEX allows; square brackets as Gurobi writes x[1,2].
_FIRST = r"[^\W\d]|[!\"#$%&(),;?@'`{}~|_]"
_LATER = r"[\w!\"#$%&(),;?@'`{}~|_./]"
NAME: Final = rf"(?:{_FIRST})(?:{_LATER}|\[[^\[\]\s]*+\])*+"

_NAME = re.compile(NAME)
_AMBIGUOUS = re.compile(r"e\d*+", re.IGNORECASE)  # 3 e2 may be a number or a product
_KEYWORDS = {
    "objective": r"minimi[sz]e|minimum|min|maximi[sz]e|maximum|max",
    "constraints": r"subject\s+to|such\s+that|s\.\s?t\.?|st\.?",
    "bounds": r"bounds?",
    "general": r"generals?|gen|integers?|int",
    "binary": r"binar(?:y|ies)|bin",
    "end": r"end",
    "unread": r"semi-continuous|semis?|sos[12]?|lazy\s+constraints|user\s+cuts|pwlobj|"
    r"general\s+constraints|gencons|scenario|partition",
}
_KEYWORD = re.compile(
    "(?:"
    + "|".join(f"(?P<{name}>{_KEYWORDS[name]})" for name in ("unread", *list(_KEYWORDS)[:-1]))
    + r")(?=\s|:|$)",
    re.IGNORECASE,
)
_RESERVED = re.compile(rf"{'|'.join(_KEYWORDS.values())}|free|inf(?:inity)?", re.IGNORECASE)
_PROBLEM = re.compile(r"\\\s*+Problem name:(.*)", re.IGNORECASE)
_OPERATORS = "+-<>=*^"


@dataclass
class Section:
    """The text of a section without comments.

    Attributes:
        kind: ``"objective"``, ``"constraints"``, ``"bounds"``, ``"general"``, ``"binary"`` or
            ``"unread"``.
        keyword: as the file spells it, in lower case.
        line: of the keyword.
        source: the file's name, for errors.
        text: the lines, joined.
    """

    kind: str
    keyword: str
    line: int
    source: str
    text: str = ""
    _pieces: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _size: int = 0

    def add(self, piece: str, line: int) -> None:
        """Append a part of the section from a line of the file."""
        self._starts.append(self._size)
        self._lines.append(line)
        self._pieces.append(piece)
        self._size += len(piece) + 1

    def close(self) -> None:
        """Join the parts."""
        self.text = "\n".join(self._pieces)

    def rows(self) -> list[tuple[int, str]]:
        """Return the lines of the section that are not blank, with their numbers."""
        pairs = zip(self._lines, self._pieces, strict=True)
        return [(line, piece.strip()) for line, piece in pairs if piece.strip()]

    def line_at(self, position: int) -> int:
        """Return the line of a position in the text."""
        place = bisect_right(self._starts, position) - 1
        return self._lines[place] if place >= 0 else self.line

    def fail(self, message: str, position: int) -> NoReturn:
        """Raise an error at a position of the text.

        Raises:
            FormatError: always.
        """
        raise FormatError(message, source=self.source, line=self.line_at(position))


def sections(text: str, source: str) -> tuple[str, list[Section]]:
    """Return the name of the problem, and the sections of an LP file.

    Raises:
        FormatError: the objective or the end is missing, or a section that is not read.
    """
    name, found = "", list[Section]()
    ended = False
    for number, raw in enumerate(text.split("\n"), start=1):
        content, mark, _ = raw.partition("\\")
        if mark and not name and (named := _PROBLEM.match(raw.strip())):
            name = named[1].strip()
        content = content.strip()
        if not content:
            continue
        if ended:
            raise FormatError(
                f"{short(content)} comes after End: remove it", source=source, line=number
            )
        match = _keyword(content, found[-1].kind if found else "")
        if match is None:
            if not found:
                raise FormatError(
                    f"the file begins with {short(content)}: begin with Minimize or Maximize",
                    source=source,
                    line=number,
                )
            found[-1].add(content, number)
            continue
        keyword, kind = " ".join(match[0].lower().split()), str(match.lastgroup)
        if kind == "end":
            ended = True
            continue
        found.append(Section(kind, keyword, number, source))
        found[-1].add(content[match.end() :].removeprefix(":"), number)
    if not found:
        raise FormatError("the file is empty: begin with Minimize or Maximize", source=source)
    if not ended:
        raise FormatError(
            "the file ends without End: add it, or is the file truncated?",
            source=source,
            line=text.count("\n") + (not text.endswith("\n")),
        )
    for section in found:
        section.close()
        if section.kind == "unread" and section.text.strip():  # HiGHS writes empty ones
            raise FormatError(
                f"the section {section.keyword} is not read: give linear and quadratic "
                "constraints of integers",
                source=source,
                line=section.line,
            )
    return name, [section for section in found if section.kind != "unread"]


def _keyword(content: str, section: str) -> re.Match[str] | None:
    """Return the keyword that begins a line, None for a line of the section."""
    match = _KEYWORD.match(content)
    if match is None:
        return None
    kind, rest = match.lastgroup, content[match.end() :].lstrip()
    if kind == "objective":
        return match if not section else None
    if kind == "constraints":  # dimod leaves out an objective of 0
        return match if section in ("objective", "") else None
    if not section:
        return None
    # A variable or a constraint may have the name of a section.
    return None if rest[:1] and rest[0] in f":{_OPERATORS}" else match


def is_writable(name: str) -> bool:
    """Return whether LP readers take a text as the name of a variable or a constraint."""
    return (
        _NAME.fullmatch(name) is not None
        and len(name) <= 255
        and name.isascii()
        and _AMBIGUOUS.fullmatch(name) is None
        and _RESERVED.fullmatch(name) is None
    )
