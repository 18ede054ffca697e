"""JSON texts: decode one, and find the line of one entry of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from json import JSONDecoder
from typing import Any, Final

from hybridq.core.errors import FormatError, closest
from hybridq.problems.formats._text import short

FACTS: Final = ("name", "problem", "description", "comment", "source", "license")
"""Keys that any object of a problem may have: words about it, which no reader uses."""

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder()


def load_json(text: str, source: str, what: str) -> Any:
    """Return the value of a JSON text.

    Args:
        text: the text.
        source: the file's name, for messages.
        what: the data that the text should hold, such as ``"a graph"``.

    Raises:
        FormatError: the text is not valid JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error, source) from None
    except RecursionError:
        raise FormatError(f"the JSON is nested too deeply for {what}", source=source) from None
    except ValueError:
        raise FormatError(
            "the JSON holds a number of thousands of digits: correct it", source=source
        ) from None


def check_keys(data: dict[str, Any], known: Sequence[str], text: str, source: str) -> None:
    """Raise for a key that no reader knows, which would be left out unnoticed.

    Args:
        data: the decoded object.
        known: the keys of its layout; those of `FACTS` are accepted too.
        text: the text, for the line.
        source: the file's name, for errors.

    Raises:
        FormatError: an unknown key; the known ones are named.
    """
    for key in data:
        if key in known or key in FACTS:
            continue
        near = closest(key, known, likeness=0.8)
        remedy = (
            f'write "{near}"'
            if near is not None and near not in data
            else f"choose from {', '.join(known)}, or call it comment"
        )
        raise FormatError(
            f"unknown key {short(key)}: {remedy}", source=source, line=line_of(text, key)
        )


def _not_json(text: str, error: json.JSONDecodeError, source: str) -> FormatError:
    """Return the error of an invalid text, with the place of the fault."""
    content = text.rstrip()
    too_early = error.pos >= len(content)
    position = len(content) if too_early else error.pos
    return FormatError(
        f"not valid JSON at column {position - content.rfind(chr(10), 0, position)}: {error.msg}; "
        f"{'the file ends too early' if too_early else 'correct it'}",
        source=source,
        line=content.count("\n", 0, position) + 1,
    )


def line_of(text: str, key: str, *positions: int | str) -> int | None:
    """Return the line, from 1, at which an entry of a list begins.

    Only errors need it, so it decodes the text once more.

    Args:
        text: a valid JSON text: an object, or the list itself.
        key: the list's key in that object; ignored where the text is the list.
        positions: index of the entry, from 0, and those in the lists inside it, or the key in an
            object; none for the value of the key itself.

    Returns:
        the line, or None without such a list or entry.
    """
    start = _skip(text, 0)
    try:
        place = start if text[start] == "[" else _value(text, start, key)
        for position in positions:
            if place is None:
                return None
            if isinstance(position, str):
                place = _value(text, place, position)
            else:
                place = _entry(text, place, position)
    except (ValueError, IndexError, RecursionError):
        return None
    return None if place is None else text.count("\n", 0, place) + 1


def _skip(text: str, at: int) -> int:
    """Return the position of the next character that is not blank."""
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int, key: str) -> int | None:
    """Return the position of the last value of `key`, as the decoder does."""
    found = None
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # past the colon
        if name == key:
            found = at
        at = _next(text, at)
    return found


def _entry(text: str, at: int, position: int) -> int | None:
    """Return the position of an entry of the list at `at`."""
    at = _skip(text, at + 1)
    for _ in range(position):
        if text[at] == "]":
            return None
        at = _next(text, at)
    return at


def _next(text: str, at: int) -> int:
    """Return the position after the value at `at` and the comma behind it."""
    _, at = _DECODER.raw_decode(text, at)
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
