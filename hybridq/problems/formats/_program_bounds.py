"""Bounds of integer variables that follow from linear constraints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hybridq.problems.programs.polynomial import Monomial
from hybridq.problems.programs.program import Relation

_PASSES = 20  # over the constraints; a chain of implications is rarely longer
_LARGEST = 2.0**53  # integers beyond it are not exact in a float
_SLACK = 1e-9  # of a quotient that rounding may have moved


@dataclass(frozen=True)
class Row:
    """A constraint while a file is read.

    Attributes:
        name: its name.
        terms: the left-hand side, by variable indices.
        relation: ``"<="``, ``">="`` or ``"=="``.
        bound: the right-hand side.
        line: of the file, None where unknown.
    """

    name: str
    terms: dict[Monomial, float]
    relation: Relation
    bound: float
    line: int | None


def implied_bounds(rows: Sequence[Row], lower: list[float], upper: list[float]) -> None:
    """Replace infinite bounds by those that linear constraints imply, in place.

    For Σ a_k x_k ≤ b, the variable j has a_j x_j ≤ b − Σ_{k≠j} min(a_k x_k).

    Args:
        rows: the constraints; those with products are passed over.
        lower: lower bounds of the variables.
        upper: upper bounds of the variables.
    """
    linear = [row for row in rows if all(len(key) <= 1 for key in row.terms)]
    for _ in range(_PASSES):
        changed = False
        for row in linear:
            if all(math.isfinite(lower[k]) and math.isfinite(upper[k]) for k, _ in _pairs(row)):
                continue
            constant = row.terms.get((), 0.0)
            if row.relation != ">=":
                changed |= _tighten(_pairs(row), row.bound - constant, lower, upper)
            if row.relation != "<=":
                negated = [(k, -value) for k, value in _pairs(row)]
                changed |= _tighten(negated, constant - row.bound, lower, upper)
        if not changed:
            return


def _pairs(row: Row) -> list[tuple[int, float]]:
    """Return indices and coefficients of a linear constraint."""
    return [(key[0], value) for key, value in row.terms.items() if key and value]


def _tighten(
    pairs: Sequence[tuple[int, float]], bound: float, lower: list[float], upper: list[float]
) -> bool:
    """Use Σ a_k x_k ≤ bound for infinite bounds; return whether one was found."""
    total, unbounded = 0.0, []
    for k, value in pairs:
        least = value * (lower[k] if value > 0 else upper[k])
        if math.isfinite(least):
            total += least
        else:
            unbounded.append(k)
    if len(unbounded) > 1:
        return False
    changed = False
    for k, value in pairs:
        if unbounded and k != unbounded[0]:
            continue
        own = value * (lower[k] if value > 0 else upper[k])
        rest = bound - (total - own if math.isfinite(own) else total)
        quotient = rest / value
        if abs(quotient) > _LARGEST:
            continue
        slack = _SLACK * max(1.0, abs(quotient))
        if value > 0 and upper[k] == math.inf:
            upper[k] = max(lower[k], float(math.floor(quotient + slack)))
            changed = True
        elif value < 0 and lower[k] == -math.inf:
            lower[k] = min(upper[k], float(math.ceil(quotient - slack)))
            changed = True
    return changed
