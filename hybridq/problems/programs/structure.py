"""Structure of constraints over bits, recognized from their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hybridq.problems.programs.constraint import Constraint
from hybridq.problems.programs.rows import Rows


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


_CODES = {each: code for code, each in enumerate(Structure)}
_BY_CODE = tuple(Structure)


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


@dataclass(frozen=True, eq=False)
class Forms:
    """Constraints over bits, brought to ``sum <= bound`` or ``sum == bound``.

    Coefficients of a row that are all equal in size are divided by it.

    Attributes:
        rows: the constraints.
        coefficients: one for each entry of `rows`.
        bounds: the right-hand sides, shape (m,).
        codes: the structures by number, shape (m,).
    """

    rows: Rows
    coefficients: NDArray[np.float64]
    bounds: NDArray[np.float64]
    codes: NDArray[np.int8]

    def are(self, *structures: Structure) -> NDArray[np.bool_]:
        """Return which constraints have one of the structures, shape (m,)."""
        return np.isin(self.codes, [_CODES[each] for each in structures])

    @cached_property
    def equal(self) -> NDArray[np.bool_]:
        """True for equalities, shape (m,)."""
        return self.rows.senses == 0

    @cached_property
    def negative(self) -> NDArray[np.int64]:
        """Number of coefficients −1 of each row, shape (m,)."""
        owners = self.rows.owners[self.coefficients == -1.0]
        return np.bincount(owners, minlength=len(self.rows))

    def structure(self, place: int) -> Structure:
        """Return the structure of a constraint."""
        return _BY_CODE[self.codes[place]]

    def row(self, place: int) -> Row:
        """Return a linear constraint."""
        part = slice(self.rows.starts[place], self.rows.starts[place + 1])
        return Row(
            tuple(self.rows.columns[part].tolist()),
            tuple(self.coefficients[part].tolist()),
            bool(self.equal[place]),
            float(self.bounds[place]),
        )


def forms_of(rows: Rows) -> Forms:
    """Return the forms and structures of constraints whose variables are bits."""
    low, high = _extremes(rows, rows.coefficients, 1.0)
    small, large = _extremes(rows, np.abs(rows.coefficients), 1.0)
    alike = (small == large) & (rows.sizes > 0)
    signs = np.where((rows.senses > 0) | ((rows.senses == 0) & (high < 0.0)), -1.0, 1.0)
    sizes = np.where(alike, large, 1.0)
    coefficients = rows.coefficients * signs[rows.owners] / sizes[rows.owners]
    bounds = rows.bounds * signs / sizes
    whole = alike & (rows.senses != 0)  # a sum of units is a whole number
    bounds = np.where(whole, np.floor(bounds + rows.tolerances / sizes), bounds)
    low, high = np.minimum(low * signs, high * signs), np.maximum(low * signs, high * signs)
    low, high = low / sizes, high / sizes
    return Forms(rows, coefficients, bounds, _codes(rows, coefficients, bounds, low, high))


def _extremes(
    rows: Rows, values: NDArray[np.float64], default: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the largest value of the entries of each row."""
    low, high = np.full(len(rows), default), np.full(len(rows), default)
    used = rows.sizes > 0
    if used.any():
        first = rows.starts[:-1][used]
        low[used] = np.minimum.reduceat(values, first)
        high[used] = np.maximum.reduceat(values, first)
    return low, high


def _codes(
    rows: Rows,
    coefficients: NDArray[np.float64],
    bounds: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.int8]:
    """Return the number of the structure of each row."""
    used, sizes = rows.sizes > 0, rows.sizes
    ones = used & (low == 1.0) & (high == 1.0)
    minus = used & (low == -1.0) & (high == -1.0)
    units = np.ones(len(rows), dtype=bool)
    units[rows.owners[np.abs(coefficients) != 1.0]] = False
    most = np.bincount(rows.owners[coefficients == 1.0], minlength=len(rows))
    equal = rows.senses == 0
    mixed = units & (low == -1.0) & (high == 1.0)
    products = np.zeros(len(rows), dtype=bool)
    products[list(rows.products)] = True
    packing = ones & (bounds >= 1.0) & (bounds < 2.0)
    found = {
        Structure.POLYNOMIAL: products,
        Structure.EQUALITY: equal & ~ones,
        Structure.ONE_HOT: equal & (bounds == 1.0),
        Structure.CARDINALITY: equal,
        Structure.PACKING_EDGE: packing & (sizes == 2),
        Structure.AT_MOST_ONE: packing,
        Structure.COVERING: minus & (bounds >= -1.0) & (bounds < 0.0),
        Structure.PRECEDENCE: mixed & (sizes == 2) & (bounds >= 0.0) & (bounds < 1.0),
        Structure.CLAUSE: units & (bounds >= most - 1.0) & (bounds < most),
        Structure.CAPACITY: low > 0.0,
    }
    codes = [_CODES[each] for each in found]
    return np.select(list(found.values()), codes, _CODES[Structure.LINEAR]).astype(np.int8)


def structure_of(constraint: Constraint) -> Structure:
    """Return the structure of a constraint whose variables are bits."""
    return forms_of(Rows.of([constraint])).structure(0)


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
