"""Penalty polynomials of many rows at once, by their structure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError
from hybridq.problems.programs.penalties import OwnedGroup
from hybridq.problems.programs.structure import Forms

_MOST_PRODUCTS = 10**7  # of the square of a constraint


def squares(forms: Forms, chosen: NDArray[np.bool_]) -> Iterator[OwnedGroup]:
    """Yield the squares (Σ c x − b)² of rows, in bits.

    Raises:
        CapacityError: one has too many terms.
    """
    large = np.flatnonzero(chosen & (forms.rows.sizes >= int(_MOST_PRODUCTS**0.5)))
    if len(large):
        check_square(forms.rows.names[large[0]], int(forms.rows.sizes[large[0]]) + 1)
    for owners, columns, values in _by_size(forms, chosen):
        bounds = forms.bounds[owners]
        yield owners, columns[:, :0], bounds * bounds
        linear = values * values - 2.0 * bounds[:, np.newaxis] * values
        size = columns.shape[1]
        yield np.repeat(owners, size), columns.reshape(-1, 1), linear.ravel()
        i, j = np.triu_indices(size, k=1)
        both = np.stack([columns[:, i], columns[:, j]], axis=2).reshape(-1, 2)
        yield np.repeat(owners, len(i)), both, (2.0 * values[:, i] * values[:, j]).ravel()


def pairs(forms: Forms, chosen: NDArray[np.bool_]) -> Iterator[OwnedGroup]:
    """Yield the number of pairs of ones of each row."""
    for owners, columns, _ in _by_size(forms, chosen):
        i, j = np.triu_indices(columns.shape[1], k=1)
        both = np.stack([columns[:, i], columns[:, j]], axis=2).reshape(-1, 2)
        yield np.repeat(owners, len(i)), both, np.ones(len(both))


def orders(forms: Forms, chosen: NDArray[np.bool_]) -> Iterator[OwnedGroup]:
    """Yield x − x y for rows x − y <= 0."""
    for owners, columns, values in _by_size(forms, chosen):
        larger = columns[values == 1.0].reshape(-1, 1)
        yield owners, larger, np.ones(len(owners))
        yield owners, columns, np.full(len(owners), -1.0)


def only_violations(forms: Forms, chosen: NDArray[np.bool_]) -> Iterator[OwnedGroup]:
    """Yield the product that is 1 on the only violation of each row.

    It has a factor x for each coefficient 1, and 1 − x for each coefficient −1.
    """
    for owners, columns, values in _by_size(forms, chosen):
        yield from products(owners, columns, values < 0.0)


def products(
    owners: NDArray[np.int64], columns: NDArray[np.int64], turned: NDArray[np.bool_]
) -> Iterator[OwnedGroup]:
    """Yield products of factors x, and 1 − x where they are turned, one for each row.

    Args:
        owners: a number for each row, shape (m,).
        columns: the bits of the factors, shape (m, k).
        turned: shape (m, k).
    """
    if not columns.shape[1]:
        yield owners, columns, np.ones(len(owners))
        return
    patterns, members = np.unique(turned, axis=0, return_inverse=True)
    for code, pattern in enumerate(patterns):
        rows = np.flatnonzero(members.ravel() == code)
        plain, turning = np.flatnonzero(~pattern).tolist(), np.flatnonzero(pattern).tolist()
        for size in range(len(turning) + 1):
            for extra in combinations(turning, size):
                places = sorted((*plain, *extra))
                sign = -1.0 if size % 2 else 1.0
                yield owners[rows], columns[rows][:, places], np.full(len(rows), sign)


def check_square(name: str, terms: int) -> None:
    """Raise for a constraint of which the square has too many terms.

    Raises:
        CapacityError: it has.
    """
    if terms**2 > _MOST_PRODUCTS:
        raise CapacityError(
            f"the penalty of constraint {name!r} has {terms**2 // 2:,} terms or so, more "
            f"than {_MOST_PRODUCTS // 2:,}",
            argument="penalty",
            remedy="use a mixer that keeps to the feasible assignments, or a smaller problem",
        )


def _by_size(
    forms: Forms, chosen: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Yield places, bits and coefficients of the chosen rows of each number k of bits.

    Shapes (m,), (m, k), (m, k).
    """
    rows = forms.rows
    for size in np.unique(rows.sizes[chosen]).tolist():
        owners = np.flatnonzero(chosen & (rows.sizes == size))
        entries = rows.starts[owners][:, np.newaxis] + np.arange(size)
        yield owners, rows.columns[entries], forms.coefficients[entries]
