"""Integer programs in JSON, in the notation of `IntegerProgram` itself."""

from __future__ import annotations

import re
from typing import Any, get_args

from hybridq.core.checks import is_finite, is_whole
from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._json import load_json
from hybridq.problems.formats._text import short, tidy
from hybridq.problems.formats.polynomial_json import (
    EntryError,
    check_document,
    checked_name,
    dumped,
    dumped_list,
    placed,
    sense_of,
    terms_of,
)
from hybridq.problems.programs.polynomial import Polynomial, merged
from hybridq.problems.programs.program import Constraint, IntegerProgram, Relation, Variable

_VARIABLES = re.compile(r'"variables"\s*+:')
_OBJECTIVE = re.compile(r'"(objective|constraints)"\s*+:')
_KEYS = ("variables", "objective", "constraints", "sense", "name")
_LAYOUT = (
    'give {"variables": [...], "objective": [[coefficient, [names]], ...], "constraints": [...]}'
)
_ROW = ("name", "terms", "relation", "bound")
_ROW_LAYOUT = '{"name": ..., "terms": [[coefficient, [names]], ...], "relation": "<=", "bound": 3}'


def read(text: str, source: str = "input") -> IntegerProgram:
    """Return the program in a JSON text.

    ``{"variables": ["x", {"name": "n", "lower": 0, "upper": 5}], "sense": "maximize",
    "objective": [[2, ["x"]], [1, ["x", "n"]]], "constraints": [{"name": "room", "terms":
    [[1, ["x"]], [1, ["n"]]], "relation": "<=", "bound": 4}]}``. A name alone is a binary variable.

    Raises:
        FormatError: anything else.
    """
    data = load_json(text, source, "an integer program")
    check_document(data, _KEYS, 2, text, source, _LAYOUT)
    sense = sense_of(data, source)
    name = data.get("name", "")
    if not isinstance(name, str):
        raise FormatError(f'"name" is {short(name)}: give a text', source=source)
    for key in ("variables", "constraints"):
        if not isinstance(data.get(key, []), list):
            raise FormatError(f'"{key}" is {short(data[key])}: give a list', source=source)
    names: dict[str, int] = {}
    rows: dict[str, int] = {}
    try:
        variables = [
            _variable(entry, names, position) for position, entry in enumerate(data["variables"])
        ]
        objective = _polynomial(data["objective"], names, "objective")
        constraints = [
            _constraint(entry, names, rows, position)
            for position, entry in enumerate(data.get("constraints", []))
        ]
        return IntegerProgram(tuple(variables), objective, tuple(constraints), sense, name=name)
    except EntryError as error:
        raise placed(error, text, source) from None
    except ProblemError as error:
        raise FormatError(str(error), source=source) from None


def _variable(entry: Any, names: dict[str, int], position: int) -> Variable:
    """Return a variable, and add its name to `names`."""
    data = entry if isinstance(entry, dict) else {"name": entry}
    unknown = [key for key in data if key not in ("name", "lower", "upper")]
    if unknown or "name" not in data:
        raise EntryError(
            f'{short(entry)} is not a variable: give a name, or {{"name", "lower", "upper"}}',
            "variables",
            position,
        )
    name = checked_name(data["name"], names, "variables", position)
    bounds = data.get("lower", 0), data.get("upper", 1)
    for bound in bounds:
        if not is_whole(bound) or abs(bound) > 2**53:
            raise EntryError(
                f"the bound {short(bound)} of {short(name)} is not an integer: give one",
                "variables",
                position,
            )
    names[name] = position
    try:
        return Variable(name, *bounds)
    except ProblemError as error:
        raise EntryError(str(error), "variables", position) from None


def _polynomial(
    entries: Any, names: dict[str, int], key: str, place: int | None = None
) -> Polynomial:
    """Return the polynomial of a list of terms."""
    return merged((product, value) for value, product in terms_of(entries, names, key, place))


def _constraint(
    entry: Any, names: dict[str, int], rows: dict[str, int], position: int
) -> Constraint:
    """Return a constraint, and add its name to `rows`."""
    if not isinstance(entry, dict) or set(entry) - set(_ROW) or set(_ROW[1:]) - set(entry):
        raise EntryError(
            f"{short(entry)} is not a constraint: give {_ROW_LAYOUT}", "constraints", position
        )
    name = checked_name(entry.get("name", f"c{position + 1}"), rows, "constraints", position)
    rows[name] = position
    if entry["relation"] not in get_args(Relation):
        raise EntryError(
            f"the relation is {short(entry['relation'])}: give <=, >= or ==",
            "constraints",
            position,
        )
    if not is_finite(entry["bound"]):
        raise EntryError(
            f"the bound {short(entry['bound'])} is not a finite number", "constraints", position
        )
    terms = _polynomial(entry["terms"], names, "constraints", position)
    return Constraint(name, terms, entry["relation"], entry["bound"])


def write(program: IntegerProgram) -> str:
    """Return a program as JSON."""
    variables = [
        each.name
        if each.is_binary
        else {"name": each.name, "lower": each.lower, "upper": each.upper}
        for each in program.variables
    ]
    names = [each.name for each in program.variables]
    constraints = [
        {
            "name": each.name,
            "terms": _terms(each.terms, names),
            "relation": each.relation,
            "bound": tidy(each.bound),
        }
        for each in program.constraints
    ]
    parts = [f'"name": {dumped(program.name)}'] if program.name else []
    parts.append(f'"variables": {dumped_list(variables)}')
    parts += ['"sense": "maximize"'] if program.sense == "maximize" else []
    parts.append(f'"objective": {dumped_list(_terms(program.objective, names))}')
    parts.append(f'"constraints": {dumped_list(constraints)}')
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def _terms(terms: Polynomial, names: list[str]) -> list[Any]:
    """Return terms as lists of coefficient and names."""
    return [[tidy(float(value)), [names[k] for k in key]] for key, value in terms.items()]


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an integer program in JSON, by its keys."""
    start = text.lstrip()[: 1 << 20]
    if start[:1] != "{":
        return Match.NO
    fits = _VARIABLES.search(start) and _OBJECTIVE.search(start)
    return Match.CERTAIN if fits else Match.FALLBACK


FORMAT = Format(
    "json-program",
    'JSON {"variables": [...], "objective": [[coefficient, [names]], ...], "constraints": [...]}',
    "program",
    read,
    recognizes,
    suffixes=(".json",),
    write=write,
)
