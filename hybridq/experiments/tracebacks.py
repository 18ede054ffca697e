"""Reasons in tracebacks, and tracebacks cut to a length."""

from __future__ import annotations

import re

_MODULE = re.compile(r"^(?:\w+\.)+(?=\w+(?::|$))")  # before the name of an exception
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD = "Traceback"
_GROUP_HEAD, _GROUP_MARGIN = "  + Exception Group Traceback", "  | "


def reason_of(error: str) -> str:
    """Return the reason in a traceback on one line: ``ValueError: too few``.

    Of a chain of exceptions the last one counts, of an exception group its own message. The text
    may also be a message with details in further lines.

    """
    _, _, message, _ = _parts(error)
    margin = _GROUP_MARGIN if message.startswith(_GROUP_MARGIN) else ""
    words = " ".join(line.removeprefix(margin) for line in message.split("\n")).split()
    return _MODULE.sub("", " ".join(words))


def shortened(error: str, longest: int) -> str:
    """Cut the middle out of a long traceback and keep its reason.

    Args:
        error: the traceback, or a message with details in further lines.
        longest: most characters to keep. A message of more than half of them loses its end.
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
    """Split into earlier exceptions, frames, message and the lines below."""
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
    """Return whole lines from both ends of `text` around a note of the omission."""
    if len(text) <= room:
        return text
    head = text[: room // 2].rpartition("\n")[0]
    tail = text[-(room // 2) :].partition("\n")[2]
    margin = _GROUP_MARGIN if tail.startswith(_GROUP_MARGIN) else ""
    missing = len(text) - len(head) - len(tail)
    return f"{head}\n{margin}  ... ({missing:,} characters omitted)\n{tail}"
