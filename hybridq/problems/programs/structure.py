"""Structure of constraints over bits, recognized from their coefficients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hybridq.problems.programs.program import Constraint


class Structure(Enum):
    """Form of a constraint over bits."""

    ONE_HOT = "one-hot"
    CARDINALITY = "cardinality"
    AT_MOST_ONE = "at most one"
    PACKING_EDGE = "packing edge"
    COVERING = "covering"
    PRECEDENCE = "precedence"
    CLAUSE = "clause"
    CAPACITY = "capacity"
    EQUALITY = "equality"
    LINEAR = "linear"
    POLYNOMIAL = "polynomial"


@dataclass(frozen=True)
class Row:
    """A linear constraint over bits, brought to ``sum <= bound`` or ``sum == bound``.

    Attributes:
        qubits: the bits, ascending.
        coefficients: one for each bit.
        equal: True for an equality.
        bound: the right-hand side.
    """

    qubits: tuple[int, ...]
    coefficients: tuple[float, ...]
    equal: bool
    bound: float


def row_of(constraint: Constraint) -> Row:
    """Return a linear constraint in the form ``<=`` or ``==``; computed once for each.

    Coefficients that are all equal in size are divided by it.
    """
    known: Row | None = constraint.__dict__.get("_row")
    if known is None:
        known = constraint.__dict__["_row"] = _row_of(constraint)
    return known


def _row_of(constraint: Constraint) -> Row:
    items = sorted(constraint.terms.items())
    values = [value for _, value in items]
    sign = -1.0 if constraint.relation == ">=" else 1.0
    if constraint.relation == "==" and values and max(values) < 0.0:
        sign = -1.0
    sizes = set(map(abs, values))
    alike = len(sizes) == 1
    size = sizes.pop() if alike else 1.0
    bound = constraint.bound * sign / size
    if alike and constraint.relation != "==":  # a sum of units is a whole number
        bound = float(math.floor(bound + constraint.tolerance / size))
    return Row(
        tuple([key[0] for key, _ in items]),
        tuple([value * sign / size for value in values]),
        constraint.relation == "==",
        bound,
    )


def structure_of(constraint: Constraint) -> Structure:
    """Return the structure of a constraint whose variables are bits."""
    if not constraint.is_linear:
        return Structure.POLYNOMIAL
    row = row_of(constraint)
    values = set(row.coefficients)
    size = len(row.qubits)
    if row.equal:
        if values != {1.0}:
            return Structure.EQUALITY
        return Structure.ONE_HOT if row.bound == 1.0 else Structure.CARDINALITY
    if values == {1.0} and 1.0 <= row.bound < 2.0:
        return Structure.PACKING_EDGE if size == 2 else Structure.AT_MOST_ONE
    if values == {-1.0} and -1.0 <= row.bound < 0.0:
        return Structure.COVERING
    if values == {1.0, -1.0} and size == 2 and 0.0 <= row.bound < 1.0:
        return Structure.PRECEDENCE
    most = row.coefficients.count(1.0)
    if values <= {1.0, -1.0} and most - 1.0 <= row.bound < most:
        return Structure.CLAUSE
    if min(values, default=1.0) > 0.0:
        return Structure.CAPACITY
    return Structure.LINEAR


def permutation_grid(groups: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Return the square grid of qubits with one-hot rows and columns, or ().

    Args:
        groups: the qubits of all one-hot constraints, in order.

    Returns:
        n rows of n qubits, where the groups are exactly n rows and n columns of them. Column j is
        the group with entry j of the first row.
    """
    n = len(groups) // 2
    if n < 2 or len(groups) != 2 * n or any(len(group) != n for group in groups):
        return ()
    rows: list[tuple[int, ...]] = []
    taken: set[int] = set()
    columns: list[set[int]] = []
    for group in groups:
        if taken.isdisjoint(group):
            rows.append(group)
            taken.update(group)
        else:
            columns.append(set(group))
    if len(rows) != n or len(columns) != n or set().union(*columns) != taken:
        return ()
    ordered = []
    for row in rows:
        by_column = [[qubit for qubit in row if qubit in column] for column in columns]
        if any(len(each) != 1 for each in by_column):
            return ()
        ordered.append(tuple(each[0] for each in by_column))
    return tuple(ordered)
