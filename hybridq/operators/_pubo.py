"""Polynomials of bits and of spins, turned into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import CapacityError, DimensionError, ParameterError

Term: TypeAlias = tuple[tuple[int, ...], float]
#: n, constant, linear (n,), pairs (m, 2), couplings (m,), terms of higher order.
Polynomial: TypeAlias = tuple[
    int,
    float,
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.float64],
    tuple[Term, ...],
]

# A term of order k becomes 2**k terms in the other basis.
_LARGEST_ORDER = 20
_MANY = 1000  # terms from which arrays are quicker than a loop


def read(Q: Any, n_qubits: int | None) -> Polynomial:
    """Return the bit polynomial of an array, a SciPy sparse matrix or a mapping."""
    if isinstance(Q, Mapping):
        return _read_mapping(Q, n_qubits)
    if hasattr(Q, "tocoo"):
        matrix = Q.tocoo()
        shape, rows, columns, values = matrix.shape, matrix.row, matrix.col, _real(matrix.data)
    else:
        dense = _real(Q)
        shape = dense.shape
        if dense.ndim == 2 and shape[0] == shape[1]:
            dense = np.triu(dense) + np.tril(dense, -1).T
            rows, columns = np.nonzero(dense)
            values = dense[rows, columns]
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < 1:
        raise DimensionError(f"Q must have shape (n, n), got {shape}", argument="Q")
    n = int(shape[0])
    if n_qubits is not None and n_qubits != n:
        raise DimensionError(
            f"Q has shape {shape}, but n_qubits={n_qubits}: leave n_qubits out", argument="n_qubits"
        )
    rows, columns = rows.astype(np.int64), columns.astype(np.int64)
    on_diagonal = rows == columns
    linear = np.zeros(n)
    np.add.at(linear, rows[on_diagonal], values[on_diagonal])
    pairs = np.stack((rows, columns), axis=1)[~on_diagonal]
    return n, 0.0, linear, pairs, values[~on_diagonal], ()


def _real(values: Any) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise ParameterError(f"Q must hold real numbers, got dtype {array.dtype}", argument="Q")
    return array.astype(np.float64)


def _read_mapping(Q: Mapping[Any, Any], n_qubits: int | None) -> Polynomial:
    values = _real(list(Q.values()))
    tidy = _tidy_mapping(list(Q), values, n_qubits)
    if tidy is not None:
        return tidy
    terms: list[Term] = []
    highest = -1
    for key, value in zip(Q, values.tolist(), strict=True):
        indices = key if isinstance(key, tuple) else (key,)
        if not all(is_whole(i) for i in indices):
            raise ParameterError(
                f"keys of Q must be tuples of integers such as (0, 5), got {key!r}", argument="Q"
            )
        term = tuple(sorted({int(i) for i in indices}))
        if term and (term[0] < 0 or (n_qubits is not None and term[-1] >= n_qubits)):
            raise DimensionError(f"key {key!r} names a bit outside 0 ... {n_qubits or 'n'} - 1")
        highest = max(highest, *term, -1)
        terms.append((term, value))
    n = highest + 1 if n_qubits is None else n_qubits
    if n < 1:
        raise ParameterError("the mapping names no bit: give n_qubits", argument="n_qubits")
    return _collect(n, terms)


def _tidy_mapping(
    keys: list[Any], values: NDArray[np.float64], n_qubits: int | None
) -> Polynomial | None:
    """Return a large polynomial of at most two bits a term by arrays, None for others."""
    if n_qubits is None or len(keys) < _MANY or not all(type(key) is tuple for key in keys):
        return None
    orders = np.fromiter(map(len, keys), dtype=np.int64, count=len(keys))
    if orders.max() > 2:
        return None
    singles = np.array([key[0] for key in keys if len(key) == 1])
    pairs = np.array([key for key in keys if len(key) == 2]).reshape(-1, 2)
    for indices in (singles, pairs):
        if indices.size and (
            indices.dtype.kind != "i" or indices.min() < 0 or indices.max() >= n_qubits
        ):
            return None
    if (pairs[:, 0] == pairs[:, 1]).any():
        return None
    linear = np.zeros(n_qubits)
    np.add.at(linear, singles.astype(np.int64), values[orders == 1])
    constant = float(values[orders == 0].sum())
    return n_qubits, constant, linear, pairs.astype(np.int64), values[orders == 2], ()


def _collect(n: int, terms: list[Term]) -> Polynomial:
    """Return the polynomial of terms of any order; equal terms may repeat."""
    constant = sum(value for term, value in terms if len(term) == 0)
    linear = np.zeros(n)
    for term, value in terms:
        if len(term) == 1:
            linear[term[0]] += value
    quadratic = [(term, value) for term, value in terms if len(term) == 2]
    pairs = np.array([term for term, _ in quadratic], dtype=np.int64).reshape(-1, 2)
    couplings = np.array([value for _, value in quadratic], dtype=np.float64)
    higher = tuple(term for term in terms if len(term[0]) > 2)
    return n, float(constant), linear, pairs, couplings, higher


def bits_to_spins(polynomial: Polynomial) -> Polynomial:
    """Convert a polynomial of bits x to one of spins s, with x = (1 - s) / 2.

    x_S = 2^-|S| sum over T in S of (-1)^|T| s_T.
    """
    return _substitute(polynomial, lambda size, part: (-1.0) ** part / 2.0**size)


def spins_to_bits(polynomial: Polynomial) -> Polynomial:
    """Return the same values with s = 1 - 2 x: s_S = sum over T in S of (-2)^|T| x_T."""
    return _substitute(polynomial, lambda size, part: (-2.0) ** part)


def _substitute(polynomial: Polynomial, factor: Callable[[int, int], float]) -> Polynomial:
    """Replace each term S by ``factor(|S|, |T|)`` times each of its subsets T."""
    n, constant, linear, pairs, couplings, higher = polynomial
    widest = max((len(term) for term, _ in higher), default=0)
    if widest > _LARGEST_ORDER:
        raise CapacityError(
            f"a term of order {widest} becomes 2**{widest} terms between bits and spins: "
            f"orders up to {_LARGEST_ORDER} are supported"
        )
    expanded: list[Term] = []
    for term, value in higher:
        expanded += _subsets(term, value, factor)
    _, up_constant, up_linear, up_pairs, up_couplings, up_higher = _collect(n, expanded)
    constant = constant + up_constant + factor(1, 0) * linear.sum() + factor(2, 0) * couplings.sum()
    new_linear = factor(1, 1) * linear + up_linear
    np.add.at(new_linear, pairs.ravel(), np.repeat(factor(2, 1) * couplings, 2))
    new_pairs = np.concatenate((pairs, up_pairs))
    new_couplings = np.concatenate((factor(2, 2) * couplings, up_couplings))
    new_pairs, new_couplings = merge_pairs(n, new_pairs, new_couplings)
    return n, float(constant), new_linear, new_pairs, new_couplings, merge_higher(up_higher)


def _subsets(
    term: tuple[int, ...], value: float, factor: Callable[[int, int], float]
) -> Iterator[Term]:
    for size in range(len(term) + 1):
        scaled = factor(len(term), size) * value
        for subset in combinations(term, size):
            yield subset, scaled


def merge_pairs(
    n: int, pairs: NDArray[np.int64], couplings: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return distinct pairs i < j in lexicographic order and nonzero couplings."""
    ij = np.sort(pairs, axis=1)
    keys = ij[:, 0] * n + ij[:, 1]
    if (keys[1:] > keys[:-1]).all() and couplings.all():
        return ij, couplings
    keys, members = np.unique(keys, return_inverse=True)
    totals = np.zeros(len(keys))
    np.add.at(totals, members, couplings)
    keys, totals = keys[totals != 0], totals[totals != 0]
    return np.stack(np.divmod(keys, n), axis=1), totals


def merge_higher(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return distinct nonzero higher terms in lexicographic order.

    Indices ascend.
    """
    totals: dict[tuple[int, ...], float] = {}
    for term, value in terms:
        totals[term] = totals.get(term, 0.0) + value
    return tuple(sorted((term, value) for term, value in totals.items() if value != 0))
