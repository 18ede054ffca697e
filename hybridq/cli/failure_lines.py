"""Why trials failed: each message once, with how many it met."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.text import Text

from hybridq.cli import page
from hybridq.cli.words import one_line, plural

_MESSAGES = 5
_LINES = 4  # of one message


def failures(failed: Sequence[tuple[int, str]]) -> list[RenderableType]:
    """The part of a screen about trials that failed; empty if none did.

    Args:
        failed: see `failure_lines`.
    """
    if not failed:
        return []
    lines = failure_lines(failed, page.width())
    title = f" Failed: {plural(len(failed), 'trial')}"
    return [Text(""), Text(title, style="bold red"), *map(Text, lines)]


def traceback_command(name: str, failed: Iterable[tuple[int, str]]) -> str:
    """What shows the traceback of a trial of this experiment that failed as most of them did."""
    return f"hybridq experiments show {shlex.quote(name)} {most_frequent(failed)}"


def failure_lines(failed: Iterable[tuple[int, str]], width: int) -> list[str]:
    """The messages that are met most often first, wrapped, as lines that begin with blanks.

    Args:
        failed: the number of each trial that failed, and why it did.
        width: characters of a line.
    """
    ranked = _ranked(failed)
    lines: list[str] = []
    for message, which in ranked[:_MESSAGES]:
        lines += textwrap.wrap(
            f"{_which(which)}: {message}",
            width,
            initial_indent="   ",
            subsequent_indent="     ",
            max_lines=_LINES,
            placeholder=" ...",
            break_on_hyphens=False,
        )
    if len(ranked) > _MESSAGES:
        lines.append(f"   ... and {len(ranked) - _MESSAGES} other messages")
    return lines


def most_frequent(failed: Iterable[tuple[int, str]]) -> int:
    """The number of a trial that failed as most of them did."""
    return _ranked(failed)[0][1][0]


def _ranked(failed: Iterable[tuple[int, str]]) -> list[tuple[str, list[int]]]:
    """Each message with the numbers of its trials, the most frequent first."""
    numbers: dict[str, list[int]] = {}
    for number, reason in failed:
        numbers.setdefault(one_line(reason), []).append(number)
    return sorted(numbers.items(), key=lambda item: -len(item[1]))


def _which(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"trial {numbers[0]}"
    return f"{len(numbers)} trials, such as {numbers[0]}"
