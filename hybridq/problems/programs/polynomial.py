"""Polynomials of named variables: evaluation, products, substitution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.operators.terms import Terms, constant_group

Monomial: TypeAlias = tuple[int, ...]
"""Indices of the variables of a product, ascending; a repeated index is a power; () is 1."""

Polynomial: TypeAlias = Mapping[Monomial, float]
"""Coefficients by monomial; large ones are `Terms`."""

_NO_BIT = np.empty((0, 1), dtype=np.int64)


def merged(terms: Iterable[tuple[Iterable[int], float]]) -> dict[Monomial, float]:
    """Return a polynomial with equal monomials added and zeros dropped.

    Args:
        terms: pairs of indices, in any order, and coefficients.
    """
    total: dict[Monomial, float] = {}
    for indices, coefficient in terms:
        key = tuple(sorted(indices))
        total[key] = total.get(key, 0.0) + coefficient
    if 0.0 in total.values():
        return {key: value for key, value in total.items() if value != 0.0}
    return total


def scaled(polynomial: Polynomial, factor: float) -> Polynomial:
    """Return `factor` times a polynomial."""
    if isinstance(polynomial, Terms):
        return polynomial.scaled(factor)
    return {key: factor * value for key, value in polynomial.items()}


def multiplied(
    first: Polynomial, second: Polynomial, *, bits: bool = False
) -> dict[Monomial, float]:
    """Return the product of two polynomials.

    Args:
        first: a polynomial.
        second: a polynomial.
        bits: True for variables of 0 and 1, of which x · x = x.
    """
    total: dict[Monomial, float] = {}
    for one, a in first.items():
        for other, b in second.items():
            joined = {*one, *other} if bits else (*one, *other)
            key = tuple(sorted(joined))
            total[key] = total.get(key, 0.0) + a * b
    return {key: value for key, value in total.items() if value != 0.0}


def squared(polynomial: Polynomial) -> Polynomial:
    """Return the square of a polynomial of bits."""
    terms = Terms.of(polynomial)
    if terms.degree > 1:
        return multiplied(polynomial, polynomial, bits=True)
    constant = terms.constant
    indices, values = terms.groups[-1] if terms.degree else (_NO_BIT, np.empty(0))
    i, j = np.triu_indices(len(values), k=1)
    return Terms((
        constant_group(constant * constant),
        (indices, values * values + 2.0 * constant * values),
        (indices[np.stack([i, j], axis=1), 0], 2.0 * values[i] * values[j]),
    ))  # fmt: skip


def substituted(
    polynomial: Polynomial, replacements: Sequence[Polynomial]
) -> dict[Monomial, float]:
    """Return a polynomial of bits: entry i of `replacements` in place of variable i."""
    total: dict[Monomial, float] = {}
    for key, coefficient in polynomial.items():
        factors = [replacements[index] for index in key]
        if all(len(factor) == 1 for factor in factors):  # one monomial stays one: fast
            bits: set[int] = set()
            for factor in factors:
                ((monomial, value),) = factor.items()
                bits.update(monomial)
                coefficient *= value
            place = tuple(sorted(bits))
            total[place] = total.get(place, 0.0) + coefficient
            continue
        product: dict[Monomial, float] = {(): coefficient}
        for factor in factors:
            product = multiplied(product, factor, bits=True)
        for monomial, value in product.items():
            total[monomial] = total.get(monomial, 0.0) + value
    return {key: value for key, value in total.items() if value != 0.0}


def degree(polynomial: Polynomial) -> int:
    """Return the number of factors of the largest monomial, 0 for a constant."""
    if isinstance(polynomial, Terms):
        return polynomial.degree
    return max(map(len, polynomial), default=0)


def evaluated(polynomial: Polynomial, rows: ArrayLike) -> NDArray[np.float64]:
    """Return the value of a polynomial at each row, shape (k, n) → (k,)."""
    values = np.asarray(rows, dtype=np.float64)
    terms = Terms.of(polynomial)
    total = np.full(len(values), terms.constant)
    for indices, coefficients in terms.groups:
        order = indices.shape[1]
        if order == 1:
            total += values[:, indices[:, 0]] @ coefficients
        if order < 2:
            continue
        step = max(1, (1 << 24) // len(coefficients))
        for start in range(0, len(values), step):
            part = values[start : start + step]
            product = part[:, indices[:, 0]]
            for place in range(1, order):
                product = product * part[:, indices[:, place]]
            total[start : start + step] += product @ coefficients
    return total


def on_all_bits(polynomial: Polynomial, n_bits: int) -> NDArray[np.float64]:
    """Return the values of a polynomial of bits at all assignments.

    Shape (2**n_bits,); bit q of the index is variable q. Takes n · 2^n additions.
    """
    values = np.zeros(1 << n_bits)
    for key, coefficient in polynomial.items():
        values[sum(1 << bit for bit in set(key))] += coefficient
    for bit in range(n_bits):
        halves = values.reshape(-1, 2, 1 << bit)
        halves[:, 1] += halves[:, 0]
    return values


def from_all_bits(values: NDArray[np.float64]) -> dict[Monomial, float]:
    """Return the polynomial of bits with these values at all assignments.

    The inverse of `on_all_bits` (Möbius inversion); coefficients below the rounding of the largest
    value are dropped.

    Args:
        values: shape (2**n,).
    """
    coefficients = np.array(values, dtype=np.float64)
    n_bits = len(coefficients).bit_length() - 1
    for bit in range(n_bits):
        halves = coefficients.reshape(-1, 2, 1 << bit)
        halves[:, 1] -= halves[:, 0]
    scale = float(np.abs(values).max(initial=0.0))
    kept = np.flatnonzero(np.abs(coefficients) > 1e-12 * scale)
    return {
        tuple(bit for bit in range(n_bits) if index >> bit & 1): float(coefficients[index])
        for index in kept.tolist()
    }


def reach(polynomial: Polynomial, low: ArrayLike, high: ArrayLike) -> tuple[float, float]:
    """Return bounds of a polynomial for variables between `low` and `high`.

    Each monomial is bounded on its own, so that the bounds are exact for linear polynomials.

    Args:
        polynomial: of n variables.
        low: the least value of each variable, shape (n,).
        high: the largest value of each variable, shape (n,).
    """
    bottom = top = 0.0
    least, most = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    for indices, values in Terms.of(polynomial).groups:
        small = large = values
        for place in indices.T:
            a, b = least[place], most[place]
            ends = np.stack([small * a, small * b, large * a, large * b])
            small, large = ends.min(axis=0), ends.max(axis=0)
        bottom, top = bottom + float(small.sum()), top + float(large.sum())
    return bottom, top
