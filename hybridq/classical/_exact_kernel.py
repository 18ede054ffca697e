"""Compiled enumeration of all states of a small Ising problem.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def scan_chunk(
    couplings: Any,
    linear: Any,
    table: Any,
    n_mid: int,
    prefix: int,
) -> tuple[float, int]:
    """Return the lowest energy of the states with high bits `prefix`, and its index.

    The state index is ``prefix | mid | low``. The low spins are handled in one block for each
    setting of the higher ones: E = table[low] + sum_i s_i f_i + E_high, where f_i is the field
    of the higher spins on low spin i. The mid spins run in Gray order, one flip a block, so
    that f and E_high are updated and not recomputed; both are recomputed in every chunk, which
    keeps the rounding error of the updates far below the energies' own.

    Args:
        couplings: symmetric, zero diagonal, float64 (n, n).
        linear: float64 (n,).
        table: energy of the low spins by themselves, float64 (rows, columns); the low index is
            ``row * columns + column`` and both sizes are powers of two.
        n_mid: how many spins above the low ones run through all settings.
        prefix: setting of the spins above those.

    Returns:
        the energy and the index of the higher bits ``prefix << n_mid | mid``; the smallest
        index where several blocks have the same energy.
    """
    rows, columns = table.shape
    n = linear.size
    n_column_bits = 0
    while (1 << n_column_bits) < columns:
        n_column_bits += 1
    n_low = n_column_bits
    while (1 << n_low) < rows * columns:
        n_low += 1

    spins = np.ones(n)
    for i in range(n_low + n_mid, n):
        if (prefix >> (i - n_low - n_mid)) & 1:
            spins[i] = -1.0
    fields = np.zeros(n)
    high_energy = 0.0
    for i in range(n):
        for j in range(n_low, n):
            fields[i] += couplings[i, j] * spins[j]
    for i in range(n_low, n):
        high_energy += spins[i] * (linear[i] + 0.5 * fields[i])

    column_part = np.empty(columns)
    row_part = np.empty(rows)
    lowest = np.empty(columns)
    best = np.inf
    best_mid = 0
    mid = 0
    for step in range(1 << n_mid):
        if step > 0:
            flipped = 0
            while not (step >> flipped) & 1:
                flipped += 1
            mid ^= 1 << flipped
            k = n_low + flipped
            high_energy -= 2.0 * spins[k] * (linear[k] + fields[k])
            spins[k] = -spins[k]
            twice = 2.0 * spins[k]
            for i in range(n):
                fields[i] += twice * couplings[i, k]

        total = 0.0
        for i in range(n_low):
            total += fields[i]
        column_part[0] = total
        width = 1
        for i in range(n_column_bits):
            for x in range(width):
                column_part[width + x] = column_part[x] - 2.0 * fields[i]
            width *= 2
        row_part[0] = 0.0
        width = 1
        for i in range(n_column_bits, n_low):
            for x in range(width):
                row_part[width + x] = row_part[x] - 2.0 * fields[i]
            width *= 2

        # Column by column, so that the inner loop is vectorized; a running minimum over a single
        # number would not be.
        for lane in range(lowest.shape[0]):  # a slice would compile its error messages
            lowest[lane] = table[0, lane]
        for row in range(1, rows):
            shift = row_part[row]
            for x in range(columns):
                value = table[row, x] + shift
                lowest[x] = value if value < lowest[x] else lowest[x]
        block = np.inf
        for x in range(columns):
            value = lowest[x] + column_part[x]
            if value < block:
                block = value
        block += high_energy
        if block < best or (block == best and mid < best_mid):
            best = block
            best_mid = mid
    return best, (prefix << n_mid) | best_mid
