"""Failures of trials, grouped by message."""

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
    """Return the part of a screen about failed trials, empty if there are none.

    Args:
        failed: see `failure_lines`.
    """
    if not failed:
        return []
    lines = failure_lines(failed, page.width())
    title = f" Failed: {plural(len(failed), 'trial')}"
    return [Text(""), Text(title, style="bold red"), *map(Text, lines)]


def traceback_command(name: str, failed: Iterable[tuple[int, str]]) -> str:
    """Return the command that shows the traceback of the most frequent failure."""
    return f"hybridq experiments show {shlex.quote(name)} {most_frequent(failed)}"


def failure_lines(failed: Iterable[tuple[int, str]], width: int) -> list[str]:
    """Return the most frequent messages first, as wrapped and indented lines.

    Args:
        failed: number of each failed trial, and the reason.
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
    """Return the number of a trial with the most frequent failure."""
    return _ranked(failed)[0][1][0]


def _ranked(failed: Iterable[tuple[int, str]]) -> list[tuple[str, list[int]]]:
    """Return each message with its trials' numbers, the most frequent first."""
    numbers: dict[str, list[int]] = {}
    for number, reason in failed:
        numbers.setdefault(one_line(reason), []).append(number)
    return sorted(numbers.items(), key=lambda item: -len(item[1]))


def _which(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"trial {numbers[0]}"
    return f"{len(numbers)} trials, such as {numbers[0]}"
