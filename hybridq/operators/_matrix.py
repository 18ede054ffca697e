"""Pauli sums as sparse matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators import _walsh
from hybridq.operators._masks import Masks, popcount

if TYPE_CHECKING:
    import scipy.sparse


def csr(
    x_masks: Masks, z_masks: Masks, coefficients: NDArray[np.complex128], n_qubits: int
) -> scipy.sparse.csr_array:
    r"""Return the CSR matrix of a simplified sum, shape (2**n, 2**n).

    Terms that share an x mask share one entry a row: P |b> = i^{|x & z|} (-1)^{|z & b|} |b ^ x>,
    so their entries in column b are a Walsh-Hadamard transform of the coefficients.

    Raises:
        CapacityError: the matrix does not fit in memory.
    """
    flips, members = np.unique(x_masks[:, 0], return_inverse=True)
    # Value, column and row pointer of every entry, and as much again while it is assembled.
    memory.require(
        (len(flips) * 48 + 16) << n_qubits,
        f"the matrix of {len(coefficients)} terms on {n_qubits} qubits",
        "use fewer qubits or a simulator engine",
    )
    import scipy.sparse

    size = 1 << n_qubits
    states = np.arange(size, dtype=np.int64)
    phases = np.array([1, 1j, -1, -1j])[popcount(x_masks & z_masks) & 3]
    data = np.empty((size, len(flips)), dtype=np.complex128)
    columns = np.empty((size, len(flips)), dtype=np.int64)
    for k, flip in enumerate(flips.astype(np.int64).tolist()):
        mine = members == k
        by_column = _walsh.values_on_all_states(
            z_masks[mine, 0], (coefficients * phases)[mine], n_qubits
        )
        columns[:, k] = states ^ flip
        data[:, k] = by_column[columns[:, k]]
    starts = np.arange(size + 1, dtype=np.int64) * len(flips)
    matrix = scipy.sparse.csr_array((data.ravel(), columns.ravel(), starts), shape=(size, size))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix
