"""CPLEX LP files: objective, constraints, bounds, general and binary variables.

Source: IBM, "LP file format: algebraic representation", ILOG CPLEX Optimization Studio.
"""

from __future__ import annotations

import math
import re
from typing import NoReturn

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._lp_text import NAME, NUMBER, Section, sections
from hybridq.problems.formats._lp_writer import write
from hybridq.problems.formats._programs import ProgramBuilder
from hybridq.problems.formats._text import short, suffix_of
from hybridq.problems.programs.polynomial import Monomial
from hybridq.problems.programs.program import IntegerProgram, Relation

_RELATIONS: dict[str, Relation] = {
    "<=": "<=",
    "=<": "<=",
    "<": "<=",
    ">=": ">=",
    "=>": ">=",
    ">": ">=",
    "=": "==",
    "==": "==",
}
_INFINITE = 1e20  # of bounds, as CPLEX has it
_FLIPPED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}
_OF = "<=|=<|>=|=>|==|<|>|="
_TERM = re.compile(
    rf"\s*+(?P<signs>(?:[+-]\s*+)*+)(?:(?P<number>{NUMBER})\s*+(?:\*\s*+)?+)?+"
    rf"(?:(?P<name>{NAME})(?!\s*+:)"
    rf"(?:\s*+\*\s*+(?P<second>{NAME})|\s*+\^\s*+(?P<power>\d++))?+)?+"
)
_LABEL = re.compile(r"\s*+([^\s:<>=+*^\[\]]++)\s*+:")
_BRACKET = re.compile(r"\s*+((?:[+-]\s*+)*+)\[")
_CLOSE = re.compile(r"\s*+\](\s*+/\s*+2(?![\d.]))?+")
_RELATION = re.compile(rf"\s*+({_OF})")
_VALUE = re.compile(rf"\s*+((?:[+-]\s*+)*+)({NUMBER}|inf(?:inity)?)(?![\w.])", re.IGNORECASE)
_BOUND = re.compile(
    rf"(?:(?P<left>[+-]?\s*+(?:{NUMBER}|inf(?:inity)?))\s*+(?P<first>{_OF})\s*+)?+"
    rf"(?P<name>{NAME})(?:\s*+(?P<second>{_OF})\s*+"
    rf"(?P<right>[+-]?\s*+(?:{NUMBER}|inf(?:inity)?)))?+",
    re.IGNORECASE,
)
_FREE = re.compile(rf"({NAME})\s++free", re.IGNORECASE)
_OBJECTIVE = re.compile(r"(?:minimi[sz]e|minimum|min|maximi[sz]e|maximum|max)(?=\s|:|$)", re.I)
_OTHER = re.compile(
    r"^\s*+(?:subject\s+to|such\s+that|s\.t\.?|st\.?|bounds?|binar(?:y|ies)|generals?|end)\b",
    re.IGNORECASE | re.MULTILINE,
)
_FEASIBILITY = re.compile(r"subject\s+to|such\s+that|s\.t\.?|st\.?", re.IGNORECASE)
_END = re.compile(r"^[ \t]*+end[ \t]*+$", re.IGNORECASE | re.MULTILINE)

Terms = dict[Monomial, float]


def read(text: str, source: str = "input") -> IntegerProgram:
    """Return the integer program in an LP text.

    All variables must be general or binary, and bounded by the section Bounds or by the
    constraints. A continuous variable that a bound fixes is a constant.

    Raises:
        FormatError: anything else.
    """
    name, found = sections(text, source)
    builder = ProgramBuilder(
        source, "give it bounds in the section Bounds", "list it under General or Binary"
    )
    builder.name = name
    for section in found:
        if section.kind == "objective":
            _objective(section, builder)
        elif section.kind == "constraints":
            _constraints(section, builder)
        elif section.kind == "bounds":
            continue
        else:
            kind = "binary" if section.kind == "binary" else "integer"
            for line, row in section.rows():
                for word in row.split():
                    if re.fullmatch(NAME, word) is None:
                        raise FormatError(
                            f"{short(word)} is not the name of a variable: correct it",
                            source=source,
                            line=line,
                        )
                    builder.make(word, kind, line)  # type: ignore[arg-type]
    for section in found:  # after the kinds: a binary variable may have bounds of its own
        if section.kind == "bounds":
            for line, row in section.rows():
                _bound(row, builder, line)
    return builder.finish()


def _objective(section: Section, builder: ProgramBuilder) -> None:
    """Read the objective."""
    builder.sense = "maximize" if section.keyword.startswith("max") else "minimize"
    at = 0
    label = _LABEL.match(section.text)
    if label is not None:
        at = label.end()
    terms, at = _expression(section, at, builder, objective=True)
    if section.text[at:].strip():
        _unexpected(section, at, "a term of the objective")
    builder.objective = terms


def _constraints(section: Section, builder: ProgramBuilder) -> None:
    """Read the constraints."""
    at = _skip(section.text, 0)
    while at < len(section.text):
        at = _skip(section.text, _constraint(section, at, builder))


def _constraint(section: Section, at: int, builder: ProgramBuilder) -> int:
    """Read one constraint, and return the position after it."""
    text, start = section.text, at
    label = _LABEL.match(text, at)
    at = at if label is None else label.end()
    pairs: list[tuple[Relation, float]] = []
    left = _side(section, at)
    if left is not None:
        value, relation, at = left
        pairs.append((_FLIPPED[relation], value))
    terms, at = _expression(section, at, builder, objective=False)
    match = _RELATION.match(text, at)
    if match is not None:
        number = _VALUE.match(text, match.end())
        if number is None:
            _unexpected(section, match.end(), "a number on the right-hand side")
        pairs.append((_RELATIONS[match[1]], _signed(number[1], number[2])))
        at = number.end()
    if not pairs:
        _unexpected(section, at, "a relation such as <= and a number")
    if len(pairs) == 2 and sorted(relation for relation, _ in pairs) != ["<=", ">="]:
        section.fail(
            "a range needs two inequalities in one direction, such as 1 <= x + y <= 3", start
        )
    for relation, bound in pairs:
        if math.isinf(bound) and (relation == "==" or (bound > 0) != (relation == "<=")):
            section.fail(f"no values have {relation} {bound}: correct the number", start)
    finite = [pair for pair in pairs if math.isfinite(pair[1])]
    name = "" if label is None else label[1]
    builder.constrain(name, terms, finite, section.line_at(start))
    return at


def _skip(text: str, at: int) -> int:
    """Return the position of the next character that is not blank."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _side(section: Section, at: int) -> tuple[float, Relation, int] | None:
    """Return number, relation and position where a constraint begins with a number."""
    value = _VALUE.match(section.text, at)
    match = None if value is None else _RELATION.match(section.text, value.end())
    if value is None or match is None:
        return None
    return _signed(value[1], value[2]), _RELATIONS[match[1]], match.end()


def _signed(signs: str, number: str) -> float:
    """Return a number with its signs; inf and infinity are infinite."""
    return float(number) * (-1.0 if signs.count("-") % 2 else 1.0)


def _expression(
    section: Section, at: int, builder: ProgramBuilder, *, objective: bool
) -> tuple[Terms, int]:
    """Return linear terms and those in brackets, and the position after them."""
    text, terms = section.text, Terms()
    first = True
    while True:
        bracket = _BRACKET.match(text, at)
        if bracket is not None and (first or bracket[1]):
            sign = -1.0 if bracket[1].count("-") % 2 else 1.0
            at = _bracket(section, bracket.end(), builder, terms, sign, objective=objective)
            first = False
            continue
        match = _TERM.match(text, at)
        assert match is not None  # every part is optional
        signs, number, name = match["signs"], match["number"], match["name"]
        if number is None and name is None:
            if signs.strip():
                _unexpected(section, match.end(), "a term after the sign")
            return terms, at
        if not first and not signs:
            return terms, at
        if match["second"] or match["power"]:
            section.fail(
                f"{short(match[0].strip())} is a product outside square brackets: write [ x * y ]",
                match.start("name"),
            )
        value = _coefficient(section, match)
        key = () if name is None else (builder.index(name, _line(section, builder, name, match)),)
        terms[key] = terms.get(key, 0.0) + value
        at, first = match.end(), False


def _line(section: Section, builder: ProgramBuilder, name: str, match: re.Match[str]) -> int | None:
    """Return the line of a name that is new, None for others."""
    return None if builder.knows(name) else section.line_at(match.start("name"))


def _coefficient(section: Section, match: re.Match[str]) -> float:
    """Return the coefficient of a term."""
    number = match["number"]
    value = 1.0 if number is None else float(number)
    if math.isinf(value):
        section.fail(f"{short(number)} is not a finite number: correct it", match.start("number"))
    return -value if match["signs"].count("-") % 2 else value


def _bracket(
    section: Section,
    at: int,
    builder: ProgramBuilder,
    terms: Terms,
    sign: float,
    *,
    objective: bool,
) -> int:
    """Add the terms of a bracket, and return the position after it.

    In the objective the bracket is halved, as ``/ 2`` says; in constraints it need not be.
    """
    text = section.text
    found: list[tuple[Monomial, float]] = []
    start = at
    while (close := _CLOSE.match(text, at)) is None:
        match = _TERM.match(text, at)
        assert match is not None
        name = match["name"]
        if name is None or (found and not match["signs"]):
            _unexpected(section, at, "a product such as 2 x * y, or ]")
        if match["second"] is None and match["power"] != "2":
            section.fail(
                f"{short(match[0].strip())} in square brackets is not a product of two "
                "variables: write x * y or x ^ 2",
                match.start("name"),
            )
        i = builder.index(name, _line(section, builder, name, match))
        other = match["second"] or name
        j = builder.index(other, _line(section, builder, other, match))
        found.append(((i, j) if i <= j else (j, i), _coefficient(section, match)))
        at = match.end()
    if objective and close[1] is None:
        section.fail("the square bracket of the objective must end with ] / 2: add / 2", start)
    factor = sign if close[1] is None else sign / 2
    for key, value in found:
        terms[key] = terms.get(key, 0.0) + factor * value
    return close.end()


def _bound(row: str, builder: ProgramBuilder, line: int) -> None:
    """Read one line of bounds."""
    free = _FREE.fullmatch(row)
    if free is not None:
        column = builder.column(free[1], line)
        column.lower, column.upper = -math.inf, math.inf
        return
    match = _BOUND.fullmatch(row)
    if match is None or not (match["first"] or match["second"]):
        raise FormatError(
            f"{short(row)} is not a bound: write 0 <= x <= 5, x <= 5, x = 5 or x free",
            source=builder.source,
            line=line,
        )
    column = builder.column(match["name"], line)
    pairs = []
    if match["first"]:
        pairs.append((_FLIPPED[_RELATIONS[match["first"]]], match["left"]))
    if match["second"]:
        pairs.append((_RELATIONS[match["second"]], match["right"]))
    for relation, number in pairs:
        value = float(number.replace(" ", "").replace("\t", ""))
        if abs(value) >= _INFINITE:
            value = math.copysign(math.inf, value)
        if relation != "<=":
            column.lower = value
        if relation != ">=":
            column.upper = value


def _unexpected(section: Section, at: int, expected: str) -> NoReturn:
    """Raise an error that quotes the text at a position.

    Raises:
        FormatError: always.
    """
    at = _skip(section.text, at)
    rest = section.text[at : at + 30].split("\n")[0]
    if not rest:
        section.fail(f"expected {expected}, the section ends: complete it", max(0, at - 1))
    section.fail(f"expected {expected}, got {short(rest)}: correct it", at)


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is an LP file, by its sections."""
    for line in text[: 1 << 20].split("\n"):
        content = line.partition("\\")[0].strip()
        if content:
            if _OBJECTIVE.match(content) is not None:
                return Match.CERTAIN if _OTHER.search(text) else Match.POSSIBLE
            if _FEASIBILITY.fullmatch(content) is not None and _END.search(text):
                return Match.CERTAIN
            break
    return Match.LIKELY if suffix_of(source) == ".lp" else Match.NO


FORMAT = Format(
    "lp",
    "CPLEX LP: objective, constraints, bounds, general and binary variables",
    "program",
    read,
    recognizes,
    suffixes=(".lp",),
    write=write,
)
