"""Report of an outcome: sentences and rows, for any surface to lay out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hybridq.core.errors import Text


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
