"""Compiled steps of one message: layouts, Walsh transform and couplings."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import compiles_slowly, jit

compiles_slowly(__name__.rpartition(".")[0], "messages along trees", seconds=10)


@jit(internal=True)
def expand(blocks: Any, levels: int, swap: Any, out: Any) -> None:
    """Write a message at all indices of `levels` digits from its blocks.

    Args:
        blocks: a row, complex.
        levels: number of digits.
        swap: see `tables.swaps`.
        out: complex, shape (≥ 4**levels,).
    """
    out[0] = 1.0
    size, start = 1, 0
    for _ in range(levels):
        for j in range(size):
            value = blocks[start + j]
            out[size + swap[j]] = value.conjugate()
            out[2 * size + j] = value
            out[3 * size + j] = out[j]
        start += size
        size *= 4


@jit(internal=True)
def collapse(table: Any, levels: int, swap: Any, blocks: Any) -> None:
    """Add the derivatives by the blocks to `blocks`; the adjoint of `expand`.

    Args:
        table: derivatives by all indices, overwritten.
        levels: number of digits.
        swap: see `tables.swaps`.
        blocks: a row of derivatives.
    """
    size = 1 << 2 * levels
    for _ in range(levels):
        size >>= 2
        start = (size - 1) // 3
        for j in range(size):
            blocks[start + j] += table[2 * size + j] + table[size + swap[j]].conjugate()
            table[j] += table[3 * size + j]


@jit(internal=True)
def walsh(table: Any, levels: int) -> None:
    """Transform in place: t(k) ← Σ_j (−1)^{j·k} t(j) over all bits, a digit at a time."""
    size = 1 << 2 * levels
    step = 1
    while step < size:
        for base in range(0, size, 4 * step):
            for j in range(base, base + step):
                a, b = table[j], table[j + step]
                c, d = table[j + 2 * step], table[j + 3 * step]
                e, f, g, h = a + b, a - b, c + d, c - d
                table[j] = e + g
                table[j + step] = f + h
                table[j + 2 * step] = e - g
                table[j + 3 * step] = f - h
        step *= 4


@jit(internal=True)
def fill_coupling(coupling: float, gammas: Any, levels: int, out: Any) -> None:
    """Write the eigenvalues of a coupling on Walsh functions of 0 … `levels` digits.

    With the Walsh transform W and these D, W D W is the matrix of
    exp(−i J Σ_l γ_l (a_l b_l − a'_l b'_l)) on the first digits.

    Args:
        coupling: J.
        gammas: angles of the phases.
        levels: number of digits.
        out: those of l digits start at (4^l − 1)/3; complex.
    """
    out[0] = 1.0
    low, size = 0, 1
    for level in range(levels):
        angle = coupling * gammas[level]
        cos, sin = np.cos(angle), np.sin(angle)
        high = low + size
        for j in range(size):
            value = out[low + j]
            mixed = 1j * (cos * sin) * value
            out[high + j] = cos * cos * value
            out[high + size + j] = -mixed
            out[high + 2 * size + j] = mixed
            out[high + 3 * size + j] = sin * sin * value
        low = high
        size *= 4


@jit(internal=True)
def add_slopes(
    table: Any, levels: int, coupling: float, gammas: Any, eigenvalues: Any, slopes: Any
) -> None:
    """Add the derivatives of Re Σ_k t(k) D(k) by the angles of the phases.

    Args:
        table: t, overwritten.
        levels: number of digits.
        coupling: J.
        gammas: angles of the phases.
        eigenvalues: D, see `fill_coupling`.
        slopes: derivatives, shape (p,).
    """
    size = 1 << 2 * levels
    for level in range(levels - 1, -1, -1):
        size >>= 2
        start = (size - 1) // 3
        angle = coupling * gammas[level]
        cos, sin = np.cos(angle), np.sin(angle)
        total = 0.0
        for j in range(size):
            below = eigenvalues[start + j]
            even = table[3 * size + j] - table[j]
            odd = 1j * (table[2 * size + j] - table[size + j])
            total += (below * (2.0 * cos * sin * even + (cos * cos - sin * sin) * odd)).real
            table[j] = cos * cos * table[j] + cos * sin * odd + sin * sin * table[3 * size + j]
        slopes[level] += coupling * total
