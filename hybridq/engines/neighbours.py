"""Matrices on neighbouring qubits of a state, as NumPy products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

GROUP_BITS = 5
"""Gates on so many neighbours are one matrix of 32 rows: products of it with a state are fast."""


def multiply(matrix: NDArray[Any], vector: NDArray[Any], first: int, out: NDArray[Any]) -> None:
    """Write a matrix on the qubits from `first` on times a vector to `out`."""
    size = len(matrix)
    if first == 0:
        np.matmul(vector.reshape(-1, size), matrix.T, out=out.reshape(-1, size))
    else:
        shape = -1, size, 1 << first
        np.matmul(matrix, vector.reshape(shape), out=out.reshape(shape))


def overlaps(
    bra: NDArray[Any], ket: NDArray[Any], first: int, bits: int, dtype: Any
) -> NDArray[Any]:
    """Return Σ bra_a ket_b over states a, b of the qubits from `first` on."""
    size = 1 << bits
    if first == 0:
        products = bra.reshape(-1, size).T @ ket.reshape(-1, size)
        return np.asarray(products.astype(dtype, copy=False))
    left, right = (each.reshape(-1, size, 1 << first) for each in (bra, ket))
    return np.asarray(np.matmul(left, right.transpose(0, 2, 1)).sum(axis=0, dtype=dtype))
