"""Compiled rounds of messages over path states, and the values at the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit
from hybridq.operators.paths._transforms import expand, fill_coupling, walsh


@jit()
def send(
    first: int, last: int, level: int, couplings: Any, back: Any, gammas: Any, chain: Any,
    swap: Any, products: Any, messages: Any,
) -> None:  # fmt: skip
    """Write block `level` of the messages into each entry of a range.

    The entry in the row of spin u with neighbour x takes the message from x to u.

    Args:
        first, last: the range of entries, int64.
        level: r, from 1.
        couplings: J of each entry, shape (2 m,).
        back: the entry of the same pair in the other row, int64, shape (2 m,).
        gammas: angles of the phases, shape (p,).
        chain: see `PathWeights`.
        swap: see `tables.swaps`.
        products: of the messages into the spin of each row without the entry's own, complex,
            shape (2 m, (4^p − 1)/3).
        messages: of the same shape.
    """
    levels = level - 1
    size = 1 << 2 * levels
    start, weights = (size - 1) // 3, (4 * size - 4) // 3
    eigenvalues = np.empty((4 * size - 1) // 3, dtype=np.complex128)
    factor = np.empty(size, dtype=np.complex128)
    table = np.empty(size, dtype=np.complex128)
    known = np.nan
    for entry in range(first, last):
        coupling = couplings[entry]
        if coupling != known:
            known = coupling
            fill_coupling(coupling, gammas, levels, eigenvalues)
            turn = np.exp(-2j * coupling * gammas[levels])
            for j in range(size):
                up, down = chain[weights + j], chain[weights + 3 * size + j]
                factor[j] = turn * up + turn.conjugate() * down
        expand(products[back[entry]], levels, swap, table)
        for j in range(size):
            table[j] *= factor[j]
        walsh(table, levels)
        for j in range(size):
            table[j] *= eigenvalues[start + j]
        walsh(table, levels)
        for j in range(size):
            messages[entry, start + j] = table[j]


@jit(internal=True)
def fill_field(field: float, gammas: Any, level: int, swap: Any, table: Any, out: Any) -> None:
    """Write block `level` of the phases of a field.

    Args:
        field: h.
        gammas: angles of the phases.
        level: r, from 1.
        swap: see `tables.swaps`.
        table: for the phases of all indices of r − 1 digits, complex.
        out: complex, shape (4^{r−1},).
    """
    table[0] = 1.0
    size = 1
    for below in range(level - 1):
        turn = np.exp(-2j * field * gammas[below])
        for j in range(size):
            table[size + j] = turn.conjugate() * table[j]
            table[2 * size + j] = turn * table[j]
            table[3 * size + j] = table[j]
        size *= 4
    turn = np.exp(-2j * field * gammas[level - 1])
    for j in range(size):
        out[j] = turn * table[j]


@jit()
def multiply(
    first: int, last: int, level: int, starts: Any, fields: Any, gammas: Any, swap: Any,
    messages: Any, products: Any, whole: Any,
) -> None:  # fmt: skip
    """Write block `level` of the products of messages into each spin of a range.

    Args:
        first, last: the range of spins, int64.
        level: r, from 1.
        starts: first entry of each row and the end of the last, int64, shape (n + 1,).
        fields: h of each spin, shape (n,).
        gammas: angles of the phases, shape (p,).
        swap: see `tables.swaps`.
        messages: complex, shape (2 m, (4^p − 1)/3).
        products: without the entry's own message, times the phases of the field; of the same
            shape, may be the same array.
        whole: products of all messages, shape (n, (4^p − 1)/3), or without rows if not needed.
    """
    size = 1 << 2 * (level - 1)
    start = (size - 1) // 3
    phases = np.empty(size, dtype=np.complex128)
    table = np.empty(size, dtype=np.complex128)
    longest = 0
    for spin in range(first, last):
        longest = max(longest, starts[spin + 1] - starts[spin])
    before = np.empty(longest, dtype=np.complex128)
    for spin in range(first, last):
        field = fields[spin]
        if field != 0.0:
            fill_field(field, gammas, level, swap, table, phases)
        low, high = starts[spin], starts[spin + 1]
        for j in range(size):
            value = phases[j] if field != 0.0 else 1.0 + 0.0j
            for entry in range(low, high):
                before[entry - low] = value
                value *= messages[entry, start + j]
            if len(whole):
                whole[spin, start + j] = value
            value = 1.0 + 0.0j
            for entry in range(high - 1, low - 1, -1):
                message = messages[entry, start + j]
                products[entry, start + j] = before[entry - low] * value
                value *= message


@jit()
def pair_values(
    first: int, last: int, entries: Any, couplings: Any, back: Any, gammas: Any, same: Any,
    differing: Any, swap: Any, products: Any, out: Any,
) -> None:  # fmt: skip
    """Write ⟨Z_uZ_v⟩ of each coupled pair of a range.

    Args:
        first, last: the range of `entries`, int64.
        entries: one entry of each pair, int64, shape (k,).
        couplings, back, gammas, swap, products: see `send`.
        same, differing: see `PathWeights`.
        out: shape (k,).
    """
    size = len(same)
    levels = 0
    while 1 << 2 * levels < size:
        levels += 1
    start = (size - 1) // 3
    eigenvalues = np.empty((4 * size - 1) // 3, dtype=np.complex128)
    tables = np.empty((4, size), dtype=np.complex128)
    known = np.nan
    for k in range(first, last):
        entry = entries[k]
        coupling = couplings[entry]
        if coupling != known:
            known = coupling
            fill_coupling(coupling, gammas, levels, eigenvalues)
        fill_ends(products[entry], levels, same, differing, swap, tables[0], tables[1])
        fill_ends(products[back[entry]], levels, same, differing, swap, tables[2], tables[3])
        cos = np.cos(2.0 * coupling * gammas[levels])
        sin = np.sin(2.0 * coupling * gammas[levels])
        total = 0.0
        for j in range(size):
            i = swap[j]
            if i < j:
                continue
            q, r = parts(tables[0, j], tables[0, i])
            x, y = parts(tables[1, j], tables[1, i])
            s, t = parts(tables[2, j], tables[2, i])
            v, w = parts(tables[3, j], tables[3, i])
            value = q * (s + 2.0 * cos * v) + x * (2.0 * cos * s + 4.0 * v)
            value += 2.0 * sin * (r * w + y * t)
            part = (eigenvalues[start + j] * value).real
            total += part if i == j else 2.0 * part
        out[k] = total


@jit(internal=True)
def parts(value: complex, swapped: complex) -> tuple[complex, complex]:
    """Return x and y of x + iy, both with conjugate values at swapped indices."""
    other = swapped.conjugate()
    return 0.5 * (value + other), -0.5j * (value - other)


@jit(internal=True)
def fill_ends(
    product: Any, levels: int, same: Any, differing: Any, swap: Any, equal: Any, other: Any
) -> None:
    """Write the Walsh transforms of the weights of a measured spin.

    Args:
        product: a row of the products of messages.
        levels: p − 1.
        same, differing: see `PathWeights`.
        swap: see `tables.swaps`.
        equal: sum and difference of the weights of spins + and −, as real and imaginary part
            in the sense of `parts`.
        other: the weights for ket + and bra −.
    """
    size = len(same)
    start = (size - 1) // 3
    expand(product, levels, swap, equal)
    for j in range(size):
        equal[j] *= same[j]
        other[j] = differing[j] * product[start + j]
    walsh(equal, levels)
    walsh(other, levels)


@jit()
def spin_values(
    first: int, last: int, spins: Any, same: Any, differing: Any, swap: Any, whole: Any, out: Any
) -> None:
    """Write ⟨Z_u⟩ of each spin of a range.

    Args:
        first, last: the range of `spins`, int64.
        spins: int64, shape (k,).
        same, differing: see `PathWeights`.
        swap: see `tables.swaps`.
        whole: see `multiply`.
        out: shape (k,).
    """
    size = len(same)
    levels = 0
    while 1 << 2 * levels < size:
        levels += 1
    start = (size - 1) // 3
    table = np.empty(size, dtype=np.complex128)
    for k in range(first, last):
        product = whole[spins[k]]
        expand(product, levels, swap, table)
        total = 0.0
        for j in range(size):
            # Sums of a function and its difference: Σ Q + i Σ R, both real.
            total += (table[j] * same[j]).real
            total += 2.0 * (product[start + j] * differing[j]).real
        out[k] = total
