"""Linear algebra over GF(2) on small dense matrices of bool."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]


def row_reduce(matrix: Bits) -> tuple[Bits, list[int]]:
    """Return the reduced row echelon form without zero rows, and its pivot columns.

    Args:
        matrix: shape (rows, columns); left as it is.
    """
    work = matrix.copy()
    pivots: list[int] = []
    for column in range(work.shape[1]):
        rank = len(pivots)
        if rank == len(work):
            break
        found = np.flatnonzero(work[rank:, column])
        if not len(found):
            continue
        pivot = rank + int(found[0])
        work[[rank, pivot]] = work[[pivot, rank]]
        others = work[:, column].copy()
        others[rank] = False
        work[others] ^= work[rank]
        pivots.append(column)
    return work[: len(pivots)], pivots


def kernel(matrix: Bits) -> Bits:
    """Return a basis of the null space of `matrix`, shape (nullity, columns)."""
    reduced, pivots = row_reduce(matrix)
    free = [column for column in range(matrix.shape[1]) if column not in set(pivots)]
    basis = np.zeros((len(free), matrix.shape[1]), dtype=bool)
    basis[np.arange(len(free)), free] = True
    basis[:, pivots] = reduced[:, free].T
    return basis


def inverse(matrix: Bits) -> Bits:
    """Return the inverse of an invertible square matrix."""
    n = len(matrix)
    reduced, _ = row_reduce(np.concatenate((matrix, np.eye(n, dtype=bool)), axis=1))
    return reduced[:, n:]
