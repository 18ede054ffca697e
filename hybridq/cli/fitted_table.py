"""A table that fits the screen by omitting columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from hybridq.cli.words import one_line

_GAP = 2
_SHORTEST = 8  # characters to which a column of words may be cut


@dataclass(frozen=True)
class Column:
    """A column of texts.

    Args:
        title: title of the column.
        texts: one per row; a column without any text is omitted.
        rank: order of omission: the highest rank first, 0 never.
        words: True for left-aligned text that may be cut.
    """

    title: str
    texts: Sequence[str]
    rank: int = 0
    words: bool = False


def fitted(
    columns: Sequence[Column], width: int, bold: Sequence[bool] = ()
) -> tuple[Table, list[str]]:
    """Return a table of at most `width` characters, and the omitted titles.

    Args:
        columns: columns from left to right.
        width: characters of a line.
        bold: True for each highlighted row.
    """
    shown = [column for column in columns if any(column.texts)]
    left_out: list[str] = []
    while sum(map(_width, shown)) + 1 > width and any(column.rank for column in shown):
        dispensable = max(shown, key=lambda column: column.rank)
        shown.remove(dispensable)
        left_out.insert(0, dispensable.title)
    room = _cut(shown, width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    table.add_column("", width=0)
    for column, most in zip(shown, room, strict=True):
        table.add_column(
            one_line(column.title),
            justify="left" if column.words else "right",
            no_wrap=True,
            overflow="ellipsis",
            max_width=most,
        )
    texts = [_shortened(column.texts, most) for column, most in zip(shown, room, strict=True)]
    for place, row in enumerate(zip(*texts, strict=True)):
        highlighted = place < len(bold) and bold[place]
        table.add_row("", *map(Text, row), style="bold" if highlighted else "")
    return table, left_out


def _width(column: Column) -> int:
    return max(len(one_line(text)) for text in (column.title, *column.texts)) + _GAP


def _cut(shown: Sequence[Column], width: int) -> list[int]:
    """Return the widths of the columns; the widest text columns shrink until all fit."""
    room = [_width(column) - _GAP for column in shown]
    words = [place for place, column in enumerate(shown) if column.words]
    while sum(room) + _GAP * len(room) + 1 > width:
        longest = max(words, key=lambda place: room[place], default=None)
        if longest is None or room[longest] <= _SHORTEST:
            break
        room[longest] -= 1
    return room


def _shortened(texts: Sequence[str], room: int) -> list[str]:
    """Return the texts cut to `room` characters, distinct ones kept distinct."""
    lines = [one_line(text) for text in texts]
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: f"{text[: room - 1]}…",
        lambda text: f"{text[: (room - 1) // 2]}…{text[-(room // 2) :]}",
        lambda text: f"…{text[1 - room :]}",
    )
    for way in ways:
        cut = [text if len(text) <= room else way(text) for text in lines]
        if len(set(cut)) == len(set(lines)):
            return cut
    numbers = {text: f"…{place}" for place, text in enumerate(dict.fromkeys(lines), 1)}
    return [
        text if len(text) <= room else text[: room - len(numbers[text])] + numbers[text]
        for text in lines
    ]
