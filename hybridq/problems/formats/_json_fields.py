"""Fields of problems in JSON: their kinds, and checks with the line of an entry."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import FormatError
from hybridq.problems.formats._json import check_keys, line_of, load_json
from hybridq.problems.formats._number_text import LARGEST
from hybridq.problems.formats._text import short, tidy

Kind = Literal[
    "vector",
    "matrix",
    "square",
    "rows",
    "numbers",
    "number",
    "count",
    "flag",
    "labels",
    "lists",
    "members",
    "jobs",
]

_MOST_LABEL = 10**100  # longer whole numbers are slow to compare and to print


@dataclass(frozen=True)
class Field:
    """One key of an object.

    Attributes:
        name: the key.
        kind: the kind of its value; ``rows`` is a vector or a matrix, ``numbers`` one number or a
            vector, ``members`` a list of lists of labels or an object of them.
        required: False where the key may be absent.
        at_least: the smallest number that is accepted.
    """

    name: str
    kind: Kind
    required: bool = True
    at_least: float = -np.inf


class Document:
    """Object of a JSON text, whose values are checked one by one.

    Args:
        text: the text.
        source: the file's name, for errors.
        noun: the data that it should hold, such as ``"items and bins"``.
        fields: its keys.

    Raises:
        FormatError: no such object: not valid JSON, a key is missing or unknown.
    """

    def __init__(self, text: str, source: str, noun: str, fields: tuple[Field, ...]) -> None:
        self.text, self.source = text, source
        data = load_json(text, source, noun)
        listed = ", ".join(f'"{field.name}"' for field in fields if field.required)
        if not isinstance(data, dict):
            raise FormatError(
                f"the JSON holds {short(data)} and not {noun}: give an object with {listed}",
                source=source,
            )
        check_keys(data, [field.name for field in fields], text, source)
        for field in fields:
            if field.required and field.name not in data:
                raise FormatError(
                    f'the JSON has no "{field.name}": give {noun} with {listed}', source=source
                )
        self.data: dict[str, Any] = data

    def error(self, message: str, key: str, *positions: int | str) -> FormatError:
        """Return an error at a value, or at an entry of its lists."""
        line = line_of(self.text, key, *positions)
        return FormatError(message, source=self.source, line=line)

    def value(self, field: Field) -> Any:
        """Return the checked value of a field, None where it is absent.

        Raises:
            FormatError: it is not of the kind of the field.
        """
        if self.data.get(field.name) is None and not field.required:
            return None
        if field.kind == "numbers" and not isinstance(self.data[field.name], list):
            return np.array([self._scalar(field)])
        if field.kind in ("vector", "matrix", "square", "rows", "numbers"):
            return self._array(field)
        if field.kind in ("number", "count", "flag"):
            return self._scalar(field)
        if field.kind == "labels":
            return self._labels(field.name, self._list(field.name), ())
        if field.kind == "members":
            return self._members(field.name)
        return self._lists_of_integers(field)

    # ----- numbers -----

    def _scalar(self, field: Field) -> Any:
        """Return a number, a whole one for ``count``, or a truth value for ``flag``."""
        value = self.data[field.name]
        if field.kind == "flag":
            if not isinstance(value, bool):
                raise self.error(
                    f'"{field.name}" is {short(value)}: give true or false', field.name
                )
            return value
        if field.kind == "count" and not is_whole(value):
            raise self.error(f'"{field.name}" is {short(value)}: give a whole number', field.name)
        found = self._number(value, field, ())
        return int(value) if field.kind == "count" else found

    def _number(self, value: Any, field: Field, positions: tuple[int, ...]) -> float:
        """Return a finite number, at least that of the field."""
        where = _where(field.name, positions)
        if not is_finite(value) or abs(value) > LARGEST:
            raise self.error(
                f"{where} is {short(value)}, and not a finite number: give a number such as 2 or "
                "0.5",
                field.name,
                *positions,
            )
        if value < field.at_least:
            raise self.error(
                f"{where} is {short(value)}: give at least {field.at_least:g}",
                field.name,
                *positions,
            )
        return float(value)

    def _numbers(self, values: list[Any], field: Field, at: tuple[int, ...]) -> NDArray[np.float64]:
        """Return a list of numbers as an array."""
        if set(map(type, values)) <= {int, float}:
            try:
                found = np.array(values, dtype=np.float64)
            except OverflowError:  # the error below says in which entry
                found = np.array([np.nan])
            if ((np.abs(found) <= LARGEST) & (found >= field.at_least)).all():
                return found
        return np.array([self._number(x, field, (*at, k)) for k, x in enumerate(values)])

    def _list(self, key: str, what: str = "a list") -> list[Any]:
        """Return a list that is not empty."""
        value = self.data[key]
        if not isinstance(value, list):
            raise self.error(f'"{key}" is {short(value)}: give {what}', key)
        if not value:
            raise self.error(f'"{key}" is empty: give at least one entry', key)
        return value

    def _array(self, field: Field) -> NDArray[np.float64]:
        """Return a vector or a matrix of finite numbers."""
        name, kind = field.name, field.kind
        flat = kind in ("vector", "numbers")
        rows = self._list(name, "a list of numbers" if flat else "a list of rows")
        if flat or (kind == "rows" and not isinstance(rows[0], list)):
            return self._numbers(rows, field, ())
        width = len(rows) if kind == "square" else None
        table = []
        for i, row in enumerate(rows):
            if not isinstance(row, list):
                raise self.error(
                    f"{_where(name, (i,))} is {short(row)}: give a row of numbers", name, i
                )
            width = len(row) if width is None else width
            if len(row) != width or not row:
                raise self.error(
                    f'row {i + 1} of "{name}" has {len(row)} entries, expected '
                    f"{width or 'some'}: correct it",
                    name,
                    i,
                )
            table.append(self._numbers(row, field, (i,)))
        return np.array(table)

    def _lists_of_integers(self, field: Field) -> tuple[Any, ...]:
        """Return clauses (``lists``), or jobs of pairs (``jobs``)."""
        name = field.name
        value = self.data[name]
        if field.kind == "lists" and value == []:
            return ()
        found: list[Any] = []
        what = "a list of literals" if field.kind == "lists" else "a list of [machine, duration]"
        for i, entry in enumerate(self._list(name, "a list of lists")):
            if not isinstance(entry, list) or not entry:
                raise self.error(f"{_where(name, (i,))} is {short(entry)}: give {what}", name, i)
            convert = self._literal if field.kind == "lists" else self._operation
            found.append(tuple(convert(name, i, j, x) for j, x in enumerate(entry)))
        return tuple(found)

    def _literal(self, name: str, i: int, j: int, value: Any) -> int:
        """Return a literal of a clause."""
        if not is_whole(value) or not value or abs(value) > 10**18:
            raise self.error(
                f"literal {j + 1} of entry {i + 1} is {short(value)}: give v or -v for variable v",
                name,
                i,
                j,
            )
        return int(value)

    def _operation(self, name: str, i: int, j: int, value: Any) -> tuple[int, int]:
        """Return machine and duration of an operation."""
        good = isinstance(value, list) and len(value) == 2 and all(map(is_whole, value))
        if not good or not all(0 <= x <= 2**53 for x in value):
            raise self.error(
                f"operation {j + 1} of job {i + 1} is {short(value)}: give [machine, duration], "
                "whole numbers of at least 0",
                name,
                i,
                j,
            )
        return int(value[0]), int(value[1])

    # ----- labels -----

    def _labels(
        self, name: str, values: list[Any], at: tuple[int | str, ...]
    ) -> tuple[Hashable, ...]:
        """Return labels: text and numbers, each once."""
        seen: dict[Hashable, int] = {}
        for k, value in enumerate(values):
            good = isinstance(value, str) or (is_finite(value) and abs(value) < _MOST_LABEL)
            if not good:
                raise self.error(
                    f"{_where(name, (*at, k))} is {short(value)}: use text or a number as label",
                    name,
                    *at,
                    k,
                )
            label = tidy(value) if isinstance(value, float) else value
            if label in seen:
                raise self.error(
                    f"{_where(name, (*at, k))} is {short(label)}, as is entry {seen[label] + 1}: "
                    "remove one",
                    name,
                    *at,
                    k,
                )
            seen[label] = k
        return tuple(seen)

    def _members(self, name: str) -> tuple[tuple[Hashable, tuple[Hashable, ...]], ...]:
        """Return label and elements of each set; sets in a list are numbered from 0."""
        value = self.data[name]
        if isinstance(value, dict):
            found: list[tuple[Hashable, tuple[Hashable, ...]]] = []
            for label, elements in value.items():
                if not isinstance(elements, list):
                    raise self.error(
                        f"set {short(label)} is {short(elements)}: give a list of elements",
                        name,
                        label,
                    )
                found.append((label, self._labels(name, elements, (label,))))
            if not found:
                raise self.error(f'"{name}" is empty: give at least one set', name)
            return tuple(found)
        sets = self._list(name, "a list of lists, or an object of lists")
        for k, elements in enumerate(sets):
            if not isinstance(elements, list):
                raise self.error(
                    f"{_where(name, (k,))} is {short(elements)}: give a list of elements", name, k
                )
        return tuple((k, self._labels(name, elements, (k,))) for k, elements in enumerate(sets))


def _where(name: str, positions: tuple[int | str, ...]) -> str:
    """Return the place of a value in words."""
    if not positions:
        return f'"{name}"'
    if len(positions) == 1:
        return f'{_ordinal("entry", positions[0])} of "{name}"'
    return f'{_ordinal("entry", positions[-1])} in {_ordinal("row", positions[0])} of "{name}"'


def _ordinal(what: str, position: int | str) -> str:
    """Return an entry by its key, or by its number from 1."""
    return short(position) if isinstance(position, str) else f"{what} {position + 1}"
