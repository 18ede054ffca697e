"""Mean spins and products of two spins, from probabilities of all basis states."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.blas import one_blas_thread
from hybridq.core.errors import ParameterError
from hybridq.operators.ising import Ising
from hybridq.operators.p1 import checked_pairs
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]


def measured_pairs(observable: PauliSum, pairs: ArrayLike | None) -> NDArray[np.int64]:
    """Return checked pairs of qubits, by default those that the observable couples.

    Raises:
        ParameterError: pairs that are not integers or name a qubit twice, or none with an
            observable that is not diagonal.
        DimensionError: pairs of another shape, or a qubit out of range.
    """
    if pairs is not None:
        return checked_pairs(pairs, observable.n_qubits)
    if not observable.is_diagonal:
        raise ParameterError(
            "the observable has X or Y terms, and so no coupled pairs of Z",
            argument="pairs",
            remedy="name the pairs",
        )
    return Ising.from_pauli_sum(observable).pairs


def mean_spins(probabilities: Vector, n_qubits: int) -> tuple[Vector, Vector]:
    """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩ of all qubits, shapes (n,) and (n, n).

    The index is split in two halves, so that 2^n numbers are multiplied by the signs of half the
    qubits once.

    Args:
        probabilities: of all basis states, shape (2**n_qubits,).
        n_qubits: n.
    """
    low = n_qubits // 2
    high = n_qubits - low
    table = probabilities.reshape(1 << high, 1 << low)
    rows, columns = _signs(high), _signs(low)
    of_high, of_low = table.sum(axis=1), table.sum(axis=0)
    zz = np.empty((n_qubits, n_qubits))
    with one_blas_thread():  # the same sums with any number of cores
        z = np.concatenate([columns.T @ of_low, rows.T @ of_high])
        zz[:low, :low] = columns.T @ (of_low[:, None] * columns)
        zz[low:, low:] = rows.T @ (of_high[:, None] * rows)
        zz[low:, :low] = rows.T @ (table @ columns)
    zz[:low, low:] = zz[low:, :low].T
    return z, zz


def _signs(n_qubits: int) -> Vector:
    """Return the spin of each qubit in each basis state, shape (2**n, n)."""
    index = np.arange(1 << n_qubits)[:, None]
    return np.asarray(1.0 - 2.0 * (index >> np.arange(n_qubits) & 1), dtype=np.float64)
