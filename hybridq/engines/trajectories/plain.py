"""Slow twins in NumPy of the compiled sweeps, with the same arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]
Amplitudes = NDArray[np.complex128]


def table_of(state: Vector, low: int, high: int) -> Amplitudes:
    """Return a state with the block's bits as rows, shape (2 or 4, ...)."""
    n = state.shape[1].bit_length() - 1
    tensor = (state[0] + 1j * state[1]).reshape((2,) * n)
    axes = [n - 1 - qubit for qubit in (high, low) if qubit >= 0]
    return np.moveaxis(tensor, axes, range(len(axes))).reshape(1 << len(axes), -1)


def _multiply(state: Vector, matrix: Vector, low: int, high: int) -> None:
    """Multiply a state, shape (2, 2**n), by a block; high < 0 on one qubit."""
    size, n = 2 if high < 0 else 4, state.shape[1].bit_length() - 1
    whole = (matrix[0] + 1j * matrix[1])[:size, :size]
    axes = [n - 1 - qubit for qubit in (high, low) if qubit >= 0]
    product = (whole @ table_of(state, low, high)).reshape((2,) * n)
    found = np.moveaxis(product, range(len(axes)), axes).reshape(-1)
    state[0], state[1] = found.real, found.imag


def _add_overlaps(bra: Vector, ket: Vector, low: int, high: int, sums: Vector) -> None:
    """Add Σ conj(bra_i) ket_j over all other qubits to sums, shape (2, 4, 4)."""
    found = table_of(bra, low, high).conj() @ table_of(ket, low, high).T
    sums[0, : len(found), : len(found)] += found.real
    sums[1, : len(found), : len(found)] += found.imag


def _of_row(
    row: int, starts: Integers, places: Integers, special: Vector, plain: Vector
) -> list[Vector]:
    """Return the matrix of each block for a row."""
    found = list(plain)
    for k in range(starts[row], starts[row + 1]):
        found[places[k]] = special[k]
    return found


def run(
    states: Vector, clean: Vector, position: int, qubits: Integers, matrices: Vector,
    firsts: Integers, starts: Integers, places: Integers, specials: Vector,
) -> int:  # fmt: skip
    """Write the final state of each record; return the block before which `clean` is."""
    for row, first in enumerate(firsts):
        for block in range(position, first):
            _multiply(clean, matrices[block], *qubits[block])
        position = max(position, int(first))
        states[row] = clean
        mine = _of_row(row, starts, places, specials, matrices)
        for block in range(position, len(qubits)):
            _multiply(states[row], mine[block], *qubits[block])
    return position


def pull_back(
    kets: Vector, bras: Vector, clean: Vector, kept: Vector, qubits: Integers,
    wanted: NDArray[np.uint8], matrices: Vector, back: Vector, firsts: Integers,
    starts: Integers, places: Integers, specials: Vector,
    special_back: Vector, sums: Vector, special_sums: Vector,
) -> None:  # fmt: skip
    """Sum overlaps of bras, pulled back through each block, with the kets before it.

    Each row is run again from the start, without undoing and without shared states.
    """
    for row in range(len(firsts)):
        mine = _of_row(row, starts, places, specials, matrices)
        adjoint = _of_row(row, starts, places, special_back, back)
        target = list(sums)
        for k in range(starts[row], starts[row + 1]):
            target[places[k]] = special_sums[k]
        ket = np.zeros_like(clean)
        ket[0, 0] = 1.0
        before = []
        for block in range(len(qubits)):
            before.append(ket.copy())
            _multiply(ket, mine[block], *qubits[block])
        bra = bras[row].copy()
        for block in reversed(range(len(qubits))):
            if wanted[block]:
                low, high = qubits[block]
                _add_overlaps(bra, before[block], low, high, target[block])
            _multiply(bra, adjoint[block], *qubits[block])


def draw(states: Vector, starts: Integers, chances: Vector, found: Integers) -> None:
    """Write a basis state for each number, by the probabilities of its row."""
    for row, state in enumerate(states):
        total = np.cumsum(state[0] ** 2 + state[1] ** 2)
        shots = slice(starts[row], starts[row + 1])
        found[shots] = np.searchsorted(total, chances[shots] * total[-1], side="right")
