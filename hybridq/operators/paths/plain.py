"""Slow twin of the compiled kernels, in NumPy, with the same arguments.

All entries of a range are one array, and the sums over path states are products of matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.paths.tables import Complex, Vector, row_size

_SPINS = np.array([1.0, -1.0])


def _expanded(rows: Complex, levels: int, swap: Any) -> Complex:
    """Return messages at all indices of `levels` digits, shape (k, 4**levels)."""
    found = np.ones((len(rows), 1), dtype=np.complex128)
    for level in range(levels):
        block = rows[:, row_size(level) : row_size(level + 1)]
        found = np.concatenate([found, block[:, swap[: 4**level]].conj(), block, found], axis=1)
    return found


def _collapsed(table: Complex, levels: int, swap: Any) -> Complex:
    """Return derivatives by the blocks, the adjoint of `_expanded`."""
    found = np.zeros((len(table), row_size(levels)), dtype=np.complex128)
    for level in range(levels - 1, -1, -1):
        same, one, other, both = np.split(table, 4, axis=1)
        found[:, row_size(level) : row_size(level + 1)] = other + one[:, swap[: 4**level]].conj()
        table = same + both
    return found


def _couplings(coupling: float, gammas: Vector, levels: int) -> tuple[Complex, list[Complex]]:
    """Return the matrix of a coupling on paths, and its derivatives by the angles."""
    matrix, slopes = np.ones((1, 1), dtype=np.complex128), list[Complex]()
    products = np.outer(_SPINS, _SPINS)
    for level in range(levels):
        # The bra is the high bit of a digit, the first factor.
        kets, bras = (np.kron(np.ones((2, 2)), products), np.kron(products, np.ones((2, 2))))
        rate = -1j * coupling * (kets - bras)
        digit = np.exp(gammas[level] * rate)
        slopes = [np.kron(digit, slope) for slope in slopes]
        slopes.append(np.kron(rate * digit, matrix))
        matrix = np.kron(digit, matrix)
    return matrix, slopes


def _sent(
    coupling: float, level: int, gammas: Vector, chain: Complex
) -> tuple[Complex, Complex, Complex]:
    """Return the weights of the paths of a sender for spins + and −, and e^{−2iJγ}."""
    size = 4 ** (level - 1)
    weights = chain[(4 * size - 4) // 3 :][: 4 * size]
    return weights[:size], weights[3 * size :], np.exp(-2j * coupling * gammas[level - 1])


def send(
    first: int, last: int, level: int, couplings: Any, back: Any, gammas: Any, chain: Any,
    swap: Any, products: Any, messages: Any,
) -> None:  # fmt: skip
    """Write block `level` of the messages into each entry of a range."""
    own = slice(row_size(level - 1), row_size(level))
    for coupling in np.unique(couplings[first:last]):
        entries = first + np.flatnonzero(couplings[first:last] == coupling)
        up, down, turn = _sent(coupling, level, gammas, chain)
        table = _expanded(products[back[entries]], level - 1, swap)
        matrix, _ = _couplings(coupling, gammas, level - 1)
        messages[entries, own] = (table * (turn * up + turn.conj() * down)) @ matrix


def send_back(
    first: int, last: int, level: int, couplings: Any, back: Any, gammas: Any, chain: Any,
    swap: Any, products: Any, adjoints: Any, slopes: Any, weights: Any,
) -> None:  # fmt: skip
    """Take derivatives by block `level` of messages to the products behind them."""
    own, lower = slice(row_size(level - 1), row_size(level)), slice(row_size(level - 1))
    size = 4 ** (level - 1)
    for coupling in np.unique(couplings[first:last]):
        entries = first + np.flatnonzero(couplings[first:last] == coupling)
        up, down, turn = _sent(coupling, level, gammas, chain)
        sources = back[entries]
        table = _expanded(products[sources], level - 1, swap)
        matrix, rates = _couplings(coupling, gammas, level - 1)
        given = adjoints[entries, own]
        sent = table * (turn * up + turn.conj() * down)
        for layer, rate in enumerate(rates):
            slopes[layer] += np.vdot(given, sent @ rate).real
        through = given @ matrix.conj().T
        turned = -2j * coupling * (turn * up - turn.conj() * down)
        slopes[level - 1] += np.vdot(through, table * turned).real
        of_weights = (table.conj() * through).sum(axis=0)
        weights[:size] += turn.conj() * of_weights
        weights[3 * size :] += turn * of_weights
        through = through * (turn * up + turn.conj() * down).conj()
        adjoints[sources, lower] += _collapsed(through, level - 1, swap)


def _phases(field: float, gammas: Vector, level: int) -> tuple[Complex, NDArray[np.float64]]:
    """Return block `level` of the phases of a field, and ket less bra by layer."""
    index = np.arange(4 ** (level - 1))
    digits = index >> 2 * np.arange(level - 1)[:, None] & 3
    differences = np.array([0.0, -2.0, 2.0, 0.0])[digits]
    differences = np.concatenate([differences, np.full((1, len(index)), 2.0)])
    return np.exp(-1j * field * (gammas[:level] @ differences)), differences


def multiply(
    first: int, last: int, level: int, starts: Any, fields: Any, gammas: Any, swap: Any,
    messages: Any, products: Any, whole: Any,
) -> None:  # fmt: skip
    """Write block `level` of the products of messages into each spin of a range."""
    own = slice(row_size(level - 1), row_size(level))
    for spin in range(first, last):
        row = slice(starts[spin], starts[spin + 1])
        phases, _ = _phases(fields[spin], gammas, level)
        factors = messages[row, own].copy()
        if len(whole):
            whole[spin, own] = phases * factors.prod(axis=0)
        for k in range(len(factors)):
            products[starts[spin] + k, own] = phases * np.delete(factors, k, 0).prod(axis=0)


def multiply_back(
    first: int, last: int, level: int, starts: Any, fields: Any, gammas: Any, swap: Any,
    messages: Any, products: Any, whole: Any, above: Any, adjoints: Any, slopes: Any,
) -> None:  # fmt: skip
    """Turn derivatives by block `level` of products into those by messages, in place."""
    own = slice(row_size(level - 1), row_size(level))
    for spin in range(first, last):
        row = slice(starts[spin], starts[spin + 1])
        phases, differences = _phases(fields[spin], gammas, level)
        factors, given = messages[row, own], adjoints[row, own].copy()
        total = (given.conj() * products[row, own]).sum(axis=0)
        if len(above):
            total = total + above[spin, own].conj() * whole[spin, own]
        slopes[:level] += fields[spin] * (differences * total.imag).sum(axis=1)
        for k in range(len(factors)):
            slope = np.zeros(len(phases), dtype=np.complex128)
            if len(above):
                slope += above[spin, own].conj() * np.delete(factors, k, 0).prod(axis=0)
            for j in range(len(factors)):
                if j != k:
                    slope += given[j].conj() * np.delete(factors, [j, k], 0).prod(axis=0)
            adjoints[starts[spin] + k, own] = (phases * slope).conj()


class _Ends:
    """Weights of one measured spin of each pair, by its path.

    Args:
        rows: products of messages, shape (k, (4^p − 1)/3).
        same, differing, swap: see the kernels.
    """

    def __init__(self, rows: Complex, same: Complex, differing: Complex, swap: Any) -> None:
        self._swap, self._same, self._differing = swap, same, differing
        size = len(same)
        self._levels = int(np.log2(size)) // 2
        self._table = _expanded(rows, self._levels, swap)
        self._block = rows[:, row_size(self._levels) :]
        equal, other = self._table * same, self._block * differing
        self.q, self.r = self._split(equal)
        self.x, self.y = self._split(other)

    def _split(self, table: Complex) -> tuple[Complex, Complex]:
        """Return the two functions with conjugate values at swapped indices."""
        swapped = table[:, self._swap[: table.shape[1]]].conj()
        return 0.5 * (table + swapped), -0.5j * (table - swapped)

    def back(self, q: Complex, r: Complex, x: Complex, y: Complex) -> tuple[Complex, ...]:
        """Return derivatives by the rows, `same` and `differing` from those by q, r, x, y."""
        by_equal, by_other = q.conj() + 1j * r.conj(), x.conj() + 1j * y.conj()
        table = _collapsed(by_equal * self._same.conj(), self._levels, self._swap)
        return (
            np.concatenate([table, by_other * self._differing.conj()], axis=1),
            (self._table.conj() * by_equal).sum(axis=0),
            (self._block.conj() * by_other).sum(axis=0),
        )


def pair_values(
    first: int, last: int, entries: Any, couplings: Any, back: Any, gammas: Any, same: Any,
    differing: Any, swap: Any, products: Any, out: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_uZ_v⟩ of each coupled pair of a range."""
    nothing = np.zeros_like(products)
    pair_values_back(
        first, last, entries, couplings, back, gammas, same, differing, swap, products,
        np.zeros(last), out, nothing, np.zeros(len(gammas)), np.zeros_like(same),
        np.zeros_like(differing),
    )  # fmt: skip


def pair_values_back(
    first: int, last: int, entries: Any, couplings: Any, back: Any, gammas: Any, same: Any,
    differing: Any, swap: Any, products: Any, weights: Any, out: Any, adjoints: Any, slopes: Any,
    by_same: Any, by_differing: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_uZ_v⟩ of a range of pairs, and add derivatives of their weighted sum."""
    levels = len(gammas) - 1
    for coupling in np.unique(couplings[entries[first:last]]):
        pairs = first + np.flatnonzero(couplings[entries[first:last]] == coupling)
        rows, others, weight = entries[pairs], back[entries[pairs]], weights[pairs, None]
        one, two = (_Ends(products[side], same, differing, swap) for side in (rows, others))
        matrix, rates = _couplings(coupling, gammas, levels)
        cos, sin = (f(2.0 * coupling * gammas[levels]) for f in (np.cos, np.sin))

        def value(matrix: Complex, one: _Ends, two: _Ends, cos: float, sin: float) -> Vector:
            q, r, x, y = (each @ matrix for each in (two.q, two.r, two.x, two.y))
            found = one.q * (q + 2.0 * cos * x) + one.x * (2.0 * cos * q + 4.0 * x)
            found = found + 2.0 * sin * (one.r * y + one.y * r)
            return np.asarray(found.sum(axis=1).real)

        out[pairs] = value(matrix, one, two, cos, sin)
        for layer, rate in enumerate(rates):
            slopes[layer] += weights[pairs] @ value(rate, one, two, cos, sin)
        turned = value(matrix, one, two, -sin, cos) - value(matrix, one, two, 0.0, 0.0)
        slopes[levels] += 2.0 * coupling * (weights[pairs] @ turned)
        for side, own, far in ((rows, one, two), (others, two, one)):
            q, r, x, y = (weight * (each @ matrix) for each in (far.q, far.r, far.x, far.y))
            by_rows, a, b = own.back(
                q + 2.0 * cos * x, 2.0 * sin * y, 2.0 * cos * q + 4.0 * x, 2.0 * sin * r
            )
            adjoints[side] += by_rows
            by_same += a
            by_differing += b


def spin_values(
    first: int, last: int, spins: Any, same: Any, differing: Any, swap: Any, whole: Any, out: Any
) -> None:
    """Write ⟨Z_u⟩ of each spin of a range."""
    spin_values_back(
        first, last, spins, same, differing, swap, whole, np.zeros(last), out,
        np.zeros_like(whole), np.zeros_like(same), np.zeros_like(differing),
    )  # fmt: skip


def spin_values_back(
    first: int, last: int, spins: Any, same: Any, differing: Any, swap: Any, whole: Any,
    weights: Any, out: Any, above: Any, by_same: Any, by_differing: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_u⟩ of a range of spins, and add derivatives of their weighted sum."""
    own = spins[first:last]
    ends = _Ends(whole[own], same, differing, swap)
    out[first:last] = (ends.q + 2.0 * ends.x).sum(axis=1).real
    weight = weights[first:last, None] + np.zeros_like(ends.q)
    none = np.zeros_like(ends.q)
    by_rows, a, b = ends.back(weight, none, 2.0 * weight, none)
    above[own] += by_rows
    by_same += a
    by_differing += b
