"""Measurements of Pauli vectors, errors of the readout included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import EngineError
from hybridq.noise import CorrelatedReadout
from hybridq.noise.base import LETTERS
from hybridq.noise.measurement import apply_readout
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]
Weights = tuple[Integers, Vector]
"""Indices of Paulis and their weights: a value is the sum of weights times expectation values."""


def diagonal_places(n_qubits: int) -> Integers:
    """Return the index of the product of Z on the 1 bits of each z, shape (2**n,)."""
    z = np.arange(1 << n_qubits)
    return sum(((z >> qubit & 1) * 3 << 2 * qubit for qubit in range(n_qubits)), np.zeros_like(z))


def walsh_hadamard(values: Vector) -> Vector:
    """Return Σ_z (−1)^{|z·s|} values[z] for each s, shape (2**n,)."""
    found = values.copy()
    half = 1
    while half < len(found):
        pairs = found.reshape(-1, 2, half)
        found = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(-1)
        half *= 2
    return found


def probabilities(state: Vector, readouts: Sequence[CorrelatedReadout]) -> Vector:
    """Return the probability of reading each basis state, shape (2**n,).

    Args:
        state: expectation values of all Paulis, shape (4**n,).
        readouts: errors of the measurement.
    """
    n_qubits = (len(state).bit_length() - 1) // 2
    found = walsh_hadamard(state[diagonal_places(n_qubits)]) / (1 << n_qubits)
    for each in readouts:
        found = apply_readout(each.matrix, each.qubits, found)
    return np.maximum(found, 0.0)  # rounding errors may be negative


def diagonal_weights(values: Vector, readouts: Sequence[CorrelatedReadout]) -> Weights:
    """Return the weights of the mean of values by what is read, shape (2**n,).

    Args:
        values: of each basis state that is read, shape (2**n,).
        readouts: errors of the measurement.
    """
    values = diagonal_values(values, readouts)
    n_qubits = len(values).bit_length() - 1
    weights = walsh_hadamard(values) / len(values)
    return _nonzero(diagonal_places(n_qubits), weights)


def diagonal_values(values: Vector, readouts: Sequence[CorrelatedReadout]) -> Vector:
    """Return the mean of what is read of each basis state, shape (2**n,)."""
    for each in reversed(readouts):
        values = apply_readout(np.array(each.matrix).T, each.qubits, values)
    return values


def sum_of(weights: Weights, n_qubits: int) -> PauliSum:
    """Return weights of Paulis as a Pauli sum."""
    terms = []
    for place, weight in zip(*weights, strict=True):
        letters = [(qubit, LETTERS[place >> 2 * qubit & 3]) for qubit in range(n_qubits)]
        there = [(qubit, letter) for qubit, letter in letters if letter != "I"]
        qubits, paulis = tuple(q for q, _ in there), "".join(letter for _, letter in there)
        terms.append((paulis, qubits, float(weight)))
    return PauliSum.from_sparse(terms, n_qubits)


def pauli_weights(observable: PauliSum, readouts: Sequence[CorrelatedReadout]) -> Weights:
    """Return the weights of the mean of an observable whose terms are each measured.

    A term is read in the basis of its own letters, and errors of a qubit's readout turn its letter
    P into (1 − p10 − p01) P + (p01 − p10).

    Raises:
        EngineError: errors of several qubits together, which depend on the bases of other qubits.
    """
    places, weights = [], []
    for letters, qubits, value in observable.simplify():
        terms = zip(qubits, letters, strict=True)
        places.append(sum(LETTERS.index(letter) << 2 * qubit for qubit, letter in terms))
        weights.append(complex(value).real)
    found = np.array(places, dtype=np.int64), np.array(weights, dtype=np.float64)
    for each in readouts:
        if len(each.qubits) > 1:
            raise EngineError(
                "a correlated readout has no expectation values of observables with X or Y terms: "
                "its errors depend on the bases in which other qubits are measured",
                argument="noise",
                remedy="use a readout of each qubit, or a diagonal observable",
            )
        ((_, p01), (p10, _)) = np.asarray(each.matrix).tolist()
        found = _read(*found, each.qubits[0], 1.0 - p10 - p01, p01 - p10)
    return found


def _read(places: Integers, weights: Vector, qubit: int, factor: float, constant: float) -> Weights:
    """Return weights after the letter P of a qubit became factor P + constant."""
    letter = places >> 2 * qubit & 3
    there = letter > 0
    scaled = np.where(there, factor * weights, weights)
    if not constant:
        return places, scaled
    without = (places - (letter << 2 * qubit))[there]
    merged, where = np.unique(np.concatenate([places, without]), return_inverse=True)
    both = np.concatenate([scaled, constant * weights[there]])
    return _nonzero(merged, np.bincount(where, both, len(merged)).astype(np.float64))


def _nonzero(places: Integers, weights: Vector) -> Weights:
    """Return the weights that are not 0."""
    kept = weights != 0
    return places[kept], weights[kept]
