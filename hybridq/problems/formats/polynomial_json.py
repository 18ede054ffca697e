"""Polynomials in JSON: names of variables, and terms of coefficient and names."""

from __future__ import annotations

import json
import re
from typing import Any

from hybridq.core.checks import is_finite
from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._json import check_keys, line_of, load_json
from hybridq.problems.formats._text import short, tidy
from hybridq.problems.instance_data import PolynomialData

_VARIABLES = re.compile(r'"variables"\s*+:')
_TERMS = re.compile(r'"terms"\s*+:')
_OBJECTIVE = re.compile(r'"(objective|constraints)"\s*+:')
_KEYS = ("variables", "terms", "spins", "sense")
_LAYOUT = 'give {"variables": [...], "terms": [[coefficient, [names]], ...]}'


class EntryError(Exception):
    """Error in one entry of a list of a document.

    Attributes:
        key: of the list.
        position: of the entry, from 0.
    """

    def __init__(self, message: str, key: str, position: int) -> None:
        self.key, self.position = key, position
        super().__init__(message)


def check_document(
    data: Any, keys: tuple[str, ...], needed: int, text: str, source: str, layout: str
) -> None:
    """Raise unless a document is an object with known keys, some of them needed.

    Args:
        data: the decoded document.
        keys: all keys that are known.
        needed: how many of them, the first ones, must be there.
        text: the text, for the line.
        source: the file's name, for errors.
        layout: the remedy, which shows the layout.

    Raises:
        FormatError: it is anything else.
    """
    if not isinstance(data, dict):
        raise FormatError(f"the JSON holds {short(data)}: {layout}", source=source)
    check_keys(data, keys, text, source)
    missing = [key for key in keys[:needed] if key not in data]
    if missing:
        raise FormatError(f'the key "{missing[0]}" is missing: {layout}', source=source)


def sense_of(data: dict[str, Any], source: str) -> Any:
    """Return the sense of a document, "minimize" by default.

    Raises:
        FormatError: it is anything else.
    """
    sense = data.get("sense", "minimize")
    if sense not in ("minimize", "maximize"):
        raise FormatError(
            f'"sense" is {short(sense)}: give "minimize" or "maximize"', source=source
        )
    return sense


def checked_name(value: Any, names: dict[str, int], key: str, position: int) -> str:
    """Return the name of a variable that is not among `names`.

    Raises:
        EntryError: not a text, empty, or given twice.
    """
    if not isinstance(value, str) or not value:
        raise EntryError(f"{short(value)} is not a name: give a text", key, position)
    if value in names:
        raise EntryError(f"the name {short(value)} is given twice: rename one", key, position)
    try:
        value.encode()
    except UnicodeEncodeError:
        message = f"the name {short(value)} holds half a character: correct the \\u escape"
        raise EntryError(message, key, position) from None
    return value


def terms_of(
    entries: Any, names: dict[str, int], key: str, place: int | None = None
) -> list[tuple[float, tuple[int, ...]]]:
    """Return coefficients and indices of the terms in a list.

    Args:
        entries: decoded, ``[[coefficient, [names]], ...]``.
        names: index of each variable.
        key: of the list in the document, for errors.
        place: position in the list of that key, where the terms are part of one of its entries.

    Raises:
        EntryError: anything else.
    """
    if not isinstance(entries, list):
        raise EntryError(f"the terms are {short(entries)}: give a list", key, place or 0)
    found = []
    for position, entry in enumerate(entries):
        where = position if place is None else place
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], list):
            raise EntryError(
                f"{short(entry)} is not a term: give [coefficient, [names]]", key, where
            )
        coefficient, product = entry
        if not is_finite(coefficient):
            raise EntryError(
                f"the coefficient {short(coefficient)} is not a finite number", key, where
            )
        indices = []
        for name in product:
            index = names.get(name) if isinstance(name, str) else None
            if index is None:
                raise EntryError(
                    f'{short(name)} is not among "variables": add it there', key, where
                )
            indices.append(index)
        found.append((coefficient, tuple(sorted(indices))))
    return found


def placed(error: EntryError, text: str, source: str) -> FormatError:
    """Return the error of an entry with its line."""
    return FormatError(
        f'entry {error.position + 1} of "{error.key}": {error}',
        source=source,
        line=line_of(text, error.key, error.position),
    )


def read(text: str, source: str = "input") -> PolynomialData:
    """Return the polynomial in a JSON text.

    Further keys are ``"spins": true`` for variables of +1 and −1, and ``"sense"``. An empty list
    of names is the constant; a name that is repeated is a power.

    Raises:
        FormatError: anything else.
    """
    data = load_json(text, source, "a polynomial")
    check_document(data, _KEYS, 2, text, source, _LAYOUT)
    spins = data.get("spins", False)
    if not isinstance(spins, bool):
        raise FormatError(f'"spins" is {short(spins)}: give true or false', source=source)
    sense = sense_of(data, source)
    if not isinstance(data["variables"], list) or not data["variables"]:
        raise FormatError('"variables" has no names: give a list of them', source=source)
    names: dict[str, int] = {}
    try:
        for position, value in enumerate(data["variables"]):
            names[checked_name(value, names, "variables", position)] = position
        terms = terms_of(data["terms"], names, "terms")
    except EntryError as error:
        raise placed(error, text, source) from None
    return PolynomialData(tuple(names), tuple(terms), spins, sense)


def dumped(value: Any) -> str:
    """Return a value as JSON on one line.

    Raises:
        ProblemError: it cannot be written.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(f"the data cannot be written as JSON: {error}") from None


def dumped_list(values: list[Any], indent: str = "    ") -> str:
    """Return a list as JSON, one entry a line."""
    if not values:
        return "[]"
    lines = f",\n{indent}".join(map(dumped, values))
    return f"[\n{indent}{lines}\n{indent[2:]}]"


def write(data: PolynomialData) -> str:
    """Return a polynomial as JSON, one term a line."""
    terms = [[tidy(float(value)), [data.names[k] for k in key]] for value, key in data.terms]
    parts = [f'"variables": {dumped(list(data.names))}']
    parts += ['"spins": true'] if data.spins else []
    parts += ['"sense": "maximize"'] if data.sense == "maximize" else []
    parts.append(f'"terms": {dumped_list(terms)}')
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a polynomial in JSON, by its keys."""
    start = text.lstrip()[: 1 << 20]
    if start[:1] != "{":
        return Match.NO
    if _VARIABLES.search(start) and _TERMS.search(start) and not _OBJECTIVE.search(start):
        return Match.CERTAIN
    return Match.FALLBACK


FORMAT = Format(
    "json-polynomial",
    'JSON {"variables": [...], "terms": [[coefficient, [names]], ...]}',
    "polynomial",
    read,
    recognizes,
    suffixes=(".json",),
    write=write,
)
