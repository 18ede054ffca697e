"""Integer programs as CPLEX LP files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hybridq.core.errors import ProblemError
from hybridq.problems.formats._lp_text import is_writable
from hybridq.problems.formats._text import short, tidy
from hybridq.problems.programs.polynomial import Monomial, Polynomial
from hybridq.problems.programs.program import IntegerProgram

_WIDTH = 78  # characters of a line


def write(program: IntegerProgram) -> str:
    """Return a program as LP text.

    Raises:
        ProblemError: products of three and more, or a name that LP cannot hold.
    """
    names = [each.name for each in program.variables]
    for what, words in (
        ("variable", names),
        ("constraint", [each.name for each in program.constraints]),
    ):
        for name in words:
            if not is_writable(name):
                raise ProblemError(
                    f"LP cannot keep the name {short(name)} of a {what}: rename it, or write JSON"
                )
    title = " ".join(program.name.split())
    lines = [f"\\Problem name: {title}"] if title else []
    lines.append("Maximize" if program.sense == "maximize" else "Minimize")
    lines += _wrapped("obj:", _objective(program, names))
    lines.append("Subject To")
    for each in program.constraints:
        sign = "=" if each.relation == "==" else each.relation
        side = [*_expression(each.terms, names, halved=False)] or [f"0 {names[0]}"]
        lines += _wrapped(f"{each.name}:", [*side, f"{sign} {tidy(each.bound)}"])
    integers = [each for each in program.variables if not each.is_binary]
    if integers:
        lines.append("Bounds")
        lines += [f" {each.lower} <= {each.name} <= {each.upper}" for each in integers]
        lines.append("General")
        lines += _wrapped("", [each.name for each in integers])
    if len(integers) < len(names):
        lines.append("Binary")
        lines += _wrapped("", [each.name for each in program.variables if each.is_binary])
    return "\n".join([*lines, "End"]) + "\n"


def _objective(program: IntegerProgram, names: Sequence[str]) -> list[str]:
    """Return the terms of the objective; all variables, if the order needs them."""
    mentioned = dict.fromkeys(
        index
        for terms in (program.objective, *(each.terms for each in program.constraints))
        for key in _order(terms)
        for index in key
    )
    objective = program.objective
    if list(mentioned) != list(range(len(names))):
        # Readers number variables by their first mention.
        objective = {(index,): 0.0 for index in range(len(names))} | dict(objective)
    found = list(_expression(objective, names, halved=True))
    constant = objective.get(())
    return [*found, _term(constant, "", first=not found)] if constant else found


def _order(terms: Polynomial) -> list[Monomial]:
    """Return monomials in the order in which they are written."""
    return [key for size in (1, 2) for key in terms if len(key) == size]


def _expression(terms: Polynomial, names: Sequence[str], *, halved: bool) -> Iterator[str]:
    """Yield linear terms, and those of degree 2 in brackets.

    Raises:
        ProblemError: products of three and more.
    """
    highest = max(map(len, terms), default=0)
    if highest > 2:
        raise ProblemError(
            f"LP holds products of two variables, and the program has one of {highest}: write JSON"
        )
    first = True
    for key in terms:
        if len(key) == 1:
            yield _term(terms[key], names[key[0]], first=first)
            first = False
    pairs = [key for key in terms if len(key) == 2]
    for position, key in enumerate(pairs):
        value = 2 * terms[key] if halved else terms[key]
        i, j = key
        product = f"{names[i]} ^ 2" if i == j else f"{names[i]} * {names[j]}"
        term = _term(value, product, first=position == 0)
        opening = ("[ " if first else "+ [ ") if position == 0 else ""
        closing = (" ] / 2" if halved else " ]") if position == len(pairs) - 1 else ""
        yield f"{opening}{term}{closing}"


def _term(value: float, name: str, *, first: bool) -> str:
    """Return a term with its sign."""
    size = tidy(abs(float(value)))
    sign = "-" if value < 0 else "+"
    number = "" if size == 1 and name else str(size)
    body = f"{number} {name}".strip()
    if first:
        return f"- {body}" if value < 0 else body
    return f"{sign} {body}"


def _wrapped(head: str, words: Sequence[str]) -> list[str]:
    """Return words in lines of moderate length, behind a label."""
    lines, line = [], f" {head}".rstrip()
    for word in words:
        if len(line) + len(word) + 1 > _WIDTH and line.strip() not in ("", head):
            lines.append(line)
            line = "  "
        line = f"{line} {word}"
    return [*lines, line] if line.strip() else lines
