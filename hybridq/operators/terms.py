"""Polynomials in arrays, one pair of arrays for each number of factors."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Group: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Products of k factors: indices, shape (m, k), and coefficients, shape (m,)."""

Term: TypeAlias = tuple[tuple[int, ...], float]


class Terms(Mapping[tuple[int, ...], float]):
    """A polynomial in arrays, a read-only mapping from indices to coefficients.

    Equal products are added up and zeros dropped. A key is an ascending tuple of indices, where a
    repeated index is a power and ``()`` the constant; keys come by number of factors, then in
    lexicographic order.

    Args:
        groups: products and their coefficients, in any order; several may have one number of
            factors.

    Attributes:
        groups: one for each number of factors that occurs, ascending.
    """

    groups: tuple[Group, ...]

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        by_order: dict[int, list[Group]] = {}
        for indices, values in groups:
            if len(values):
                by_order.setdefault(indices.shape[1], []).append((indices, values))
        merged = (_merged(by_order[order]) for order in sorted(by_order))
        self.groups = tuple(group for group in merged if len(group[1]))

    @classmethod
    def of(cls, polynomial: Mapping[tuple[int, ...], float]) -> Terms:
        """Return a polynomial in arrays; one that is so already as it is."""
        if isinstance(polynomial, Terms):
            return polynomial
        return cls(grouped(list(polynomial), list(polynomial.values())))

    @classmethod
    def linear(cls, values: ArrayLike, constant: float = 0.0) -> Terms:
        """Return a constant and Σ v_i x_i, with values of shape (n,)."""
        numbers = np.asarray(values, dtype=np.float64)
        places = np.arange(len(numbers), dtype=np.int64)[:, np.newaxis]
        return cls((constant_group(constant), (places, numbers)))

    @classmethod
    def added(cls, *polynomials: Mapping[tuple[int, ...], float]) -> Terms:
        """Return the sum of polynomials."""
        return cls(group for each in polynomials for group in cls.of(each).groups)

    def scaled(self, factor: float) -> Terms:
        """Return `factor` times the polynomial."""
        return Terms((indices, factor * values) for indices, values in self.groups)

    @property
    def constant(self) -> float:
        """The coefficient of ``()``."""
        group = self.groups[0] if self.groups and not self.groups[0][0].shape[1] else None
        return 0.0 if group is None else float(group[1][0])

    @property
    def degree(self) -> int:
        """Number of factors of the largest product, 0 for a constant."""
        return int(self.groups[-1][0].shape[1]) if self.groups else 0

    @property
    def highest(self) -> int:
        """The largest index, −1 for a constant."""
        return max((int(indices.max()) for indices, _ in self.groups if indices.size), default=-1)

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """All coefficients, in order, shape (terms,)."""
        return np.concatenate([np.empty(0), *(values for _, values in self.groups)])

    @cached_property
    def _by_key(self) -> dict[tuple[int, ...], float]:
        return dict(self._pairs())

    def _pairs(self) -> Iterator[Term]:
        for indices, values in self.groups:
            yield from zip(map(tuple, indices.tolist()), values.tolist(), strict=True)

    def __getitem__(self, key: tuple[int, ...]) -> float:
        return self._by_key[key]

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return sum(len(values) for _, values in self.groups)

    def items(self) -> ItemsView[tuple[int, ...], float]:
        """Return the pairs of key and coefficient."""
        return self._by_key.items()

    def __repr__(self) -> str:
        return f"Terms({self._by_key!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Terms, (self.groups,)


class HigherTerms(Sequence[Term]):
    """Products of three and more as ``((i, j, k, ...), K)``, in lexicographic order.

    Tuples are made on use.

    Args:
        groups: products and their coefficients, merged, one for each number of factors.
    """

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.groups = tuple(groups)

    @cached_property
    def _listed(self) -> tuple[Term, ...]:
        rows = (
            zip(map(tuple, indices.tolist()), values.tolist(), strict=True)
            for indices, values in self.groups
        )
        return tuple(sorted(term for each in rows for term in each))

    def __len__(self) -> int:
        return sum(len(values) for _, values in self.groups)

    @overload
    def __getitem__(self, place: int) -> Term: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Term, ...]: ...
    def __getitem__(self, place: int | slice) -> Term | tuple[Term, ...]:
        return self._listed[place]

    def __iter__(self) -> Iterator[Term]:
        return iter(self._listed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HigherTerms):
            return self._listed == other
        return len(self.groups) == len(other.groups) and all(
            np.array_equal(a, b)
            for one, two in zip(self.groups, other.groups, strict=True)
            for a, b in zip(one, two, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._listed)


def constant_group(value: float) -> Group:
    """Return the group of a constant."""
    return np.empty((1, 0), dtype=np.int64), np.array([value], dtype=np.float64)


def grouped(keys: Sequence[tuple[int, ...]], values: Sequence[float]) -> list[Group]:
    """Return keys and coefficients in one pair of arrays for each length of keys."""
    lengths = np.fromiter(map(len, keys), dtype=np.int64, count=len(keys))
    numbers = np.array(values, dtype=np.float64)
    found = []
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        chosen = lengths == length
        rows = keys if chosen.all() else [key for key in keys if len(key) == length]
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=length * len(rows))
        found.append((flat.reshape(len(rows), length), numbers[chosen]))
    return found


def merge(indices: NDArray[np.int64], values: NDArray[np.float64]) -> Group:
    """Return distinct products in lexicographic order, and their nonzero coefficients.

    Args:
        indices: shape (m, k), each row ascending.
        values: shape (m,); those of equal rows are added up in order.
    """
    keys = _row_keys(indices)
    if not (keys[1:] > keys[:-1]).all():
        keys, first, members = np.unique(keys, return_index=True, return_inverse=True)
        values = np.bincount(members.ravel(), values, len(keys)).astype(np.float64)
        indices = indices[first]
    if values.all():
        return indices, values
    kept = values != 0.0
    return indices[kept], values[kept]


def _merged(groups: Sequence[Group]) -> Group:
    """Return groups of one number of factors as one."""
    indices, values = groups[0]
    if len(groups) > 1:
        indices = np.concatenate([each for each, _ in groups])
        values = np.concatenate([each for _, each in groups])
    if (indices[:, 1:] < indices[:, :-1]).any():
        indices = np.sort(indices, axis=1)
    return merge(indices, values)


def _row_keys(indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each row, in the same order as the rows."""
    keys = np.zeros(len(indices), dtype=np.int64)
    if not indices.size:
        return keys
    base = int(indices.max()) + 1
    for column in indices.T:
        if int(keys.max()) + 1 > (1 << 62) // base:  # number the rows so far instead
            keys = np.unique(keys, return_inverse=True)[1].ravel().astype(np.int64)
        keys = keys * base + column
    return keys
