"""Tracebacks as text: what they come down to, and how long ones are shortened."""

from __future__ import annotations

import re

_MODULE = re.compile(r"^(?:\w+\.)+(?=\w+(?::|$))")  # before the name of an exception
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD = "Traceback"
_GROUP_HEAD, _GROUP_MARGIN = "  + Exception Group Traceback", "  | "


def reason_of(error: str) -> str:
    """What a traceback, or a message with details below, comes down to: ``ValueError: too few``.

    Of a chain of exceptions the last counts, of an exception group its own message. A message of
    several lines is told on one.
    """
    _, _, message, _ = _parts(error)
    margin = _GROUP_MARGIN if message.startswith(_GROUP_MARGIN) else ""
    words = " ".join(line.removeprefix(margin) for line in message.split("\n")).split()
    return _MODULE.sub("", " ".join(words))


def shortened(error: str, longest: int) -> str:
    """A traceback of which `reason_of` says the same, without the middle where it is too long.

    Args:
        error: the traceback, or a message with details below.
        longest: characters that are kept. A message of more than half of them loses its end.
    """
    if len(error) <= longest:
        return error
    earlier, frames, message, later = _parts(error)
    if len(message) > longest // 2:
        message = f"{message[: longest // 2]} ...\n"
    room = longest - len(message)
    earlier = _without_middle(earlier, room // 3)
    later = _without_middle(later, (room - len(earlier)) // 2)
    frames = _without_middle(frames, room - len(earlier) - len(later))
    return earlier + frames + message + later


def _parts(error: str) -> tuple[str, str, str, str]:
    """Earlier exceptions and the last head, its frames, its message, and what is below."""
    lines = _LINE.findall(error.strip("\n"))
    if not lines:
        return "", "", "", ""
    heads = [i for i, line in enumerate(lines) if line.startswith((_HEAD, _GROUP_HEAD))]
    if not heads or heads[0]:
        return "", "", lines[0], "".join(lines[1:])
    first = heads[-1] + 1
    margin = _GROUP_MARGIN if lines[heads[-1]].startswith(_GROUP_HEAD) else ""
    start = first
    while start < len(lines) and lines[start].startswith(f"{margin} "):
        start += 1
    end = start
    while end < len(lines) and lines[end].startswith(margin):
        end += 1
    earlier, frames = "".join(lines[:first]), "".join(lines[first:start])
    return earlier, frames, "".join(lines[start:end]), "".join(lines[end:])


def _without_middle(text: str, room: int) -> str:
    """Whole lines from both ends of `text`, and between them a line that says what is missing."""
    if len(text) <= room:
        return text
    head = text[: room // 2].rpartition("\n")[0]
    tail = text[-(room // 2) :].partition("\n")[2]
    margin = _GROUP_MARGIN if tail.startswith(_GROUP_MARGIN) else ""
    missing = len(text) - len(head) - len(tail)
    return f"{head}\n{margin}  ... ({missing:,} characters are left out)\n{tail}"
