"""Text from outside made safe and short: one line, listings, capitals."""

from __future__ import annotations

from collections.abc import Iterable


def one_line(text: object) -> str:
    """Return `text` on one line, control characters shown as escapes.

    File names and node labels come from outside: printed raw, they could steer a terminal.
    """
    return printable(" ".join(str(text).split()))


def printable(text: str) -> str:
    """Return `text` with control characters but line ends shown as escapes."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def listing(labels: Iterable[object], room: int) -> tuple[str, int]:
    """Join labels with commas in at most `room` characters.

    Returns:
        The text, and the number of labels that did not fit.
    """
    words = [one_line(label) for label in labels]
    used = 0
    for position, word in enumerate(words):
        used += len(word) + 2
        if used > room and position:
            return ", ".join(words[:position]), len(words) - position
    return ", ".join(words), 0


def listed(labels: Iterable[object], most: int) -> str:
    """Return the first labels and the number of others: ``"a, b, c and 2 more"``."""
    words = list(map(str, labels))
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return f"{', '.join(words[:most])}{more}"


def capital(text: str) -> str:
    """Return `text` with its first letter in upper case and the others untouched."""
    return text[:1].upper() + text[1:]
