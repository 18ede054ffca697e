"""Finds the line of one entry in a JSON text; only errors ask, so it may decode once more."""

from __future__ import annotations

import re
from json import JSONDecoder

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder()


def line_of(text: str, key: str, position: int) -> int | None:
    """The line, from 1, where an entry of a list begins.

    Args:
        text: a valid JSON text: an object, or the list itself.
        key: the list's key in that object; passed over where the text is the list.
        position: which entry, from 0.

    Returns:
        None where there is no such list or entry.
    """
    start = _skip(text, 0)
    try:
        found = start if text[start] == "[" else _value(text, start, key)
        place = None if found is None else _entry(text, found, position)
    except (ValueError, IndexError):
        return None
    return None if place is None else text.count("\n", 0, place) + 1


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int, key: str) -> int | None:
    """Where the value of `key` begins; of several, the last one, as the decoder has it."""
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
    at = _skip(text, at + 1)
    for _ in range(position):
        if text[at] == "]":
            return None
        at = _next(text, at)
    return at


def _next(text: str, at: int) -> int:
    """Past the value at `at`, and past the comma behind it."""
    _, at = _DECODER.raw_decode(text, at)
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
