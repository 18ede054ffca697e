"""Results in a notebook: the sentences, the tables and the picture as HTML.

Every text is escaped: names and labels come from files. Tables are plain, so that the notebook
gives them the style of its own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import render_text
from hybridq.core.numbers import number, plural, seconds
from hybridq.core.text import one_line
from hybridq.presentation.report import entries_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hybridq.presentation.columns import Columns
    from hybridq.presentation.report import Comparison, Report
    from hybridq.presentation.result import Result
    from hybridq.presentation.states import ExcitedStates

_ANSWER_ROOM = 2000  # characters of a row of the answer
_MOST_ROWS = 20
_NO_FORMULAS = "tex2jax_ignore"  # a dollar sign in a label begins no formula
_LEFT, _RIGHT = "text-align: left; vertical-align: top", "text-align: right"


def result_html(result: Result) -> str:
    """Return the report of a result, and its picture."""
    from hybridq.presentation.sentences import report

    time = _time(result.seconds, result.seed)
    return _page(report(result), time, result.figure(), result.problem.item)


def states_html(found: ExcitedStates) -> str:
    """Return the report of the lowest states, and the picture of their levels."""
    from hybridq.presentation.state_sentences import report

    return _page(report(found), _time(found.seconds, found.seed), found.figure())


def columns_html(columns: Columns) -> str:
    """Return a small table, its first rows where it is long."""
    return first_rows(list(columns.data), [row.values() for row in columns.rows()])


def first_rows(titles: Sequence[str], rows: Sequence[Iterable[Any]]) -> str:
    """Return the first rows of a table of values, and how many there are more."""
    shown = [list(map(_cell, row)) for row in rows[:_MOST_ROWS]]
    more = len(rows) - len(shown)
    rest = f"<p>... and {plural(more, 'more row')}</p>" if more else ""
    return f'<div class="{_NO_FORMULAS}">{table(titles, shown)}{rest}</div>'


def table(
    titles: Sequence[str], rows: Iterable[Sequence[str]], emphasized: Sequence[bool] = ()
) -> str:
    """Return a table; the first column is aligned left, the others right.

    Args:
        titles: of the columns, not escaped yet.
        rows: texts of the cells, not escaped yet.
        emphasized: for each row whether it is bold; none by default.
    """
    head = "".join(_tagged("th", title, place) for place, title in enumerate(titles))
    body = []
    for row, bold in zip(rows, chain(emphasized, repeat(False)), strict=False):
        tag = "th" if bold else "td"
        body.append("".join(_tagged(tag, text, place) for place, text in enumerate(row)))
    lines = "".join(f"<tr>{line}</tr>" for line in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _tagged(tag: str, text: str, place: int) -> str:
    """Return a cell of a table."""
    return f'<{tag} style="{_RIGHT if place else _LEFT}">{escape(one_line(text))}</{tag}>'


def outcome(sentence: str, body: str, notes: Sequence[str] = ()) -> str:
    """Return a sentence, a body in HTML, and notes below it."""
    lines = "".join(f"<p>{escape(one_line(note))}</p>" for note in notes)
    bold = f"<p><strong>{escape(one_line(sentence))}</strong></p>"
    return f'<div class="{_NO_FORMULAS}">{bold}{body}{lines}</div>'


def _page(report: Report, time: tuple[str, str], figure: Figure, item: str = "entry") -> str:
    """Return headline, remarks, comparison, answer, picture and facts of a report."""
    headline = render_text(report.headline)
    mark = "✓ " if report.good else ""
    answer = [
        (title, entries_text(entries, item, _ANSWER_ROOM)) for title, entries in report.answer
    ]
    facts = [(name, render_text(text)) for name, text in report.facts]
    parts = [
        *(f"<p>{escape(one_line(render_text(remark)))}</p>" for remark in report.remarks),
        _comparison(report.comparison),
        _pairs(answer) if answer else "",
        _picture(figure, headline),
        f"<details><summary>Details</summary>{_pairs([*facts, time])}</details>",
    ]
    return outcome(f"{mark}{headline}", "".join(parts))


def _comparison(comparison: Comparison) -> str:
    """Return the values found and known."""
    rows = [(row.name, *row.cells) for row in comparison.rows]
    return table(("", *comparison.columns), rows, [row.emphasized for row in comparison.rows])


def _picture(figure: Figure, text: str) -> str:
    """Return a picture within the page, and a text for readers without it."""
    from hybridq.plots import png

    body = b64encode(png(figure)).decode()
    alt = escape(one_line(text))
    return f'<img alt="{alt}" style="max-width: 100%" src="data:image/png;base64,{body}">'


def _pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Return names and texts as a table."""
    lines = "".join(
        f'<tr><th style="{_LEFT}">{escape(one_line(name))}</th>'
        f'<td style="{_LEFT}">{escape(one_line(text))}</td></tr>'
        for name, text in rows
    )
    return f"<table><tbody>{lines}</tbody></table>"


def _time(spent: float, seed: int | None) -> tuple[str, str]:
    """Return the row of the time and the seed."""
    return "Time", seconds(spent) + ("" if seed is None else f", seed {seed}")


def _cell(value: Any) -> str:
    """Return a value of a table as text."""
    if value is None:
        return ""
    return number(value) if isinstance(value, float) else str(value)
