"""Polynomials of bits and of spins, turned into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators.terms import Group, Term, Terms, grouped, merge

#: n, constant, linear (n,), pairs (m, 2), couplings (m,), groups of higher order, ascending.
Polynomial: TypeAlias = tuple[
    int,
    float,
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.float64],
    tuple[Group, ...],
]

# A term of order k becomes 2**k terms in the other basis.
_LARGEST_ORDER = 20


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
    keys: list[Any] = []
    if not isinstance(Q, Terms):
        keys, values = list(Q), _real(list(Q.values()))
        if not _is_tidy(keys):
            return _read_loosely(keys, values, n_qubits)
    terms = Q if isinstance(Q, Terms) else Terms(grouped(keys, values.tolist()))
    n = terms.highest + 1 if n_qubits is None else n_qubits
    powers = any((each[:, 1:] == each[:, :-1]).any() for each, _ in terms.groups)
    inside = terms.highest < n and all((each >= 0).all() for each, _ in terms.groups)
    if n < 1 or powers or not inside:
        return _read_loosely(list(Q), _real(list(Q.values())), n_qubits)
    return collected(n, terms.groups)


def _is_tidy(keys: list[Any]) -> bool:
    """Return whether all keys are tuples of plain integers."""
    return set(map(type, keys)) <= {tuple} and set(map(type, chain.from_iterable(keys))) <= {int}


def _read_loosely(keys: list[Any], values: NDArray[np.float64], n_qubits: int | None) -> Polynomial:
    """Return a polynomial of keys of any kind, each checked."""
    terms: list[Term] = []
    highest = -1
    for key, value in zip(keys, values.tolist(), strict=True):
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
    return collected(n, grouped([key for key, _ in terms], [value for _, value in terms]))


def collected(n: int, groups: Iterable[Group]) -> Polynomial:
    """Return the polynomial of products of any order; equal ones may repeat."""
    constant, linear = 0.0, np.zeros(n)
    quadratic: list[Group] = [(np.empty((0, 2), dtype=np.int64), np.empty(0))]
    higher: list[Group] = []
    for indices, values in groups:
        match indices.shape[1]:
            case 0:
                constant += float(values.sum())
            case 1:
                linear += np.bincount(indices[:, 0], values, n)
            case 2:
                quadratic.append((indices, values))
            case _:
                higher.append((indices, values))
    pairs = np.concatenate([indices for indices, _ in quadratic])
    couplings = np.concatenate([values for _, values in quadratic])
    return n, constant, linear, pairs, couplings, Terms(higher).groups


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
    widest = max((indices.shape[1] for indices, _ in higher), default=0)
    if widest > _LARGEST_ORDER:
        raise CapacityError(
            f"a term of order {widest} becomes 2**{widest} terms between bits and spins: "
            f"orders up to {_LARGEST_ORDER} are supported"
        )
    expanded = [part for group in higher for part in _subsets(group, factor)]
    _, up_constant, up_linear, up_pairs, up_couplings, up_higher = collected(n, expanded)
    constant = constant + up_constant + factor(1, 0) * linear.sum() + factor(2, 0) * couplings.sum()
    new_linear = factor(1, 1) * linear + up_linear
    new_linear += np.bincount(pairs.ravel(), np.repeat(factor(2, 1) * couplings, 2), n)
    new_pairs = np.concatenate((pairs, up_pairs))
    new_couplings = np.concatenate((factor(2, 2) * couplings, up_couplings))
    new_pairs, new_couplings = merge_pairs(new_pairs, new_couplings)
    return n, float(constant), new_linear, new_pairs, new_couplings, up_higher


def _subsets(group: Group, factor: Callable[[int, int], float]) -> list[Group]:
    """Return the parts of all products of one group, one group for each size."""
    indices, values = group
    order = indices.shape[1]
    found: list[Group] = []
    for size in range(order + 1):
        chosen = np.array(list(combinations(range(order), size)), dtype=np.int64)
        parts = indices[:, chosen].reshape(-1, size) if size else indices[:, :0]
        times = len(chosen) if size else 1
        found.append((parts, np.repeat(factor(order, size) * values, times)))
    return found


def merge_pairs(
    pairs: NDArray[np.int64], couplings: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return distinct pairs i < j in lexicographic order and nonzero couplings."""
    return merge(np.sort(pairs, axis=1), couplings)


def higher_groups(terms: Sequence[Term]) -> tuple[Group, ...]:
    """Return terms of three and more as groups."""
    return Terms(grouped([key for key, _ in terms], [value for _, value in terms])).groups
