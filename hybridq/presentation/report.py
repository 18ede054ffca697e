"""Report of an outcome: sentences and rows, for any surface to lay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hybridq.core.errors import Text
from hybridq.core.numbers import number, plural
from hybridq.core.text import listing


@dataclass(frozen=True)
class ComparisonRow:
    """One row of a comparison.

    Attributes:
        name: what the numbers belong to.
        cells: the numbers as text, one for each column.
        emphasized: True for the row of the answer.
    """

    name: str
    cells: tuple[str, ...]
    emphasized: bool = False


@dataclass(frozen=True)
class Comparison:
    """The value found and the values that it is compared with.

    Attributes:
        columns: titles of the columns after the first.
        rows: the answer first.
    """

    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]


@dataclass(frozen=True)
class Report:
    """Everything that a screen, a page or a notebook says about an outcome.

    Texts are plain, or hold references to arguments, which a surface spells in its own way
    (`hybridq.core.errors.render_text`).

    Attributes:
        good: True if the answer is as good as any known.
        headline: one or two sentences that state the answer and how good it is.
        brief: the essentials in one line.
        remarks: sentences on what to keep in mind, and what to try.
        comparison: the numbers.
        answer: the answer in the user's own terms: titles and entries.
        facts: names and texts: problem, circuit, engine, search.
    """

    good: bool
    headline: Text
    brief: Text
    remarks: tuple[Text, ...]
    comparison: Comparison
    answer: tuple[tuple[str, tuple[Any, ...]], ...]
    facts: tuple[tuple[str, Text], ...]


def entries_text(entries: Sequence[Any], item: str, room: int, rest: str = "") -> str:
    """Return the number of entries of a row of the answer, and the first ones.

    Args:
        entries: labels, or numbers.
        item: the word for one entry.
        room: most characters of the listed entries.
        rest: a remark, after a blank, on where to find those that do not fit.
    """
    if not entries:
        return "none"
    shown = [number(entry) if isinstance(entry, float) else entry for entry in entries]
    text, missing = listing(shown, room)
    more = f", ... and {missing} more{rest}" if missing else ""
    count = f"{plural(len(entries), item)}: " if len(entries) > 1 else ""
    return f"{count}{text}{more}"
