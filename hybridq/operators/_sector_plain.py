"""Assembly of small Hamiltonians in a sector, in NumPy.

It takes no longer than to load the compiled twins for larger ones, in `_sector_kernel`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.blas import one_blas_thread

if TYPE_CHECKING:
    import scipy.sparse

    from hybridq.operators.sector_electronic import ElectronicParts, Moves

MOST_ENTRIES = 1 << 20
"""Matrices with more entries are assembled by compiled code."""


def pauli_block(
    low_partner: NDArray[np.int32],
    high_partner: NDArray[np.int32],
    low_sign: NDArray[np.int8],
    high_sign: NDArray[np.int8],
    groups: NDArray[np.int64],
    terms: NDArray[np.int64],
    coefficients: NDArray[np.float64],
    tolerance: float,
) -> scipy.sparse.csr_array:
    """Return the matrix of a Pauli sum in a sector; see `pauli_rows`."""

    n_low, n_high = low_partner.shape[1], high_partner.shape[1]
    rows, columns, values = [], [], []
    with one_blas_thread():
        for low_flip, high_flip, first, last in groups.tolist():
            i, j = low_partner[low_flip], high_partner[high_flip]
            low, high = np.flatnonzero(i >= 0), np.flatnonzero(j >= 0)
            of_low = low_sign[terms[first:last, 0]][:, i[low]].astype(np.float64)
            of_high = high_sign[terms[first:last, 1]][:, j[high]] * coefficients[first:last, None]
            rows.append(np.add.outer(high * n_low, low).reshape(-1))
            columns.append(np.add.outer(j[high].astype(np.int64) * n_low, i[low]).reshape(-1))
            values.append((of_high.T @ of_low).reshape(-1))
    return _csr(values, rows, columns, n_high * n_low, tolerance)


def same_spin(
    moves: Moves, one: NDArray[np.float64], two: NDArray[np.float64], constant: float
) -> scipy.sparse.csr_array:
    """Return c + Σ one_pq E_pq + ½ Σ (pq|rs) E_pq E_rs on the strings of `moves`.

    Args:
        moves: of the electrons of one spin.
        one: flattened, shape (m²,).
        two: flattened, shape (m², m²).
        constant: c.
    """
    import scipy.sparse

    n = len(moves.partner)
    moved = np.zeros((len(one), n, n))
    moved[moves.pair, np.arange(n)[:, None], moves.partner] = moves.sign
    with one_blas_thread():
        weighed = (two @ moved.reshape(len(one), -1)).reshape(moved.shape)
        total = np.tensordot(one, moved, 1) + 0.5 * (moved @ weighed).sum(axis=0)
    return scipy.sparse.csr_array(total + constant * np.eye(n))


def electronic(parts: ElectronicParts, tolerance: float) -> scipy.sparse.csr_array:
    """Return an electronic Hamiltonian without its entries up to `tolerance`."""

    n_high, n_low = parts.sector.shape
    low, high = (_patterns(each) for each in (parts.low_moves, parts.high_moves))
    with one_blas_thread():
        repulsion = high[2] @ (parts.two.T @ low[2].T)
    rows = [np.add.outer(high[0] * n_low, low[0]).reshape(-1)]
    columns = [np.add.outer(high[1] * n_low, low[1]).reshape(-1)]
    values = [repulsion.reshape(-1)]
    for matrix, step, others in (
        (parts.low_matrix.tocoo(), 1, np.arange(n_high) * n_low),
        (parts.high_matrix.tocoo(), n_low, np.arange(n_low)),
    ):
        rows.append(np.add.outer(matrix.row.astype(np.int64) * step, others).reshape(-1))
        columns.append(np.add.outer(matrix.col.astype(np.int64) * step, others).reshape(-1))
        values.append(np.repeat(matrix.data, len(others)))
    return _csr(values, rows, columns, n_high * n_low, tolerance)


def _patterns(moves: Moves) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return row, column and moves of each pair of partners, (pairs,) and (pairs, m²)."""
    starts, partners, first, pairs, signs = moves.by_partner()
    signed = np.zeros((len(partners), moves.n_pairs))
    signed[np.repeat(np.arange(len(partners)), np.diff(first)), pairs] = signs
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return rows, partners.astype(np.int64), signed


def _csr(
    values: list[Any], rows: list[Any], columns: list[Any], dim: int, tolerance: float
) -> scipy.sparse.csr_array:
    """Return the sum of all entries as CSR, columns ascending."""
    import scipy.sparse

    joined = [np.concatenate([np.empty(0, np.int64), *each]) for each in (rows, columns)]
    entries = np.concatenate([np.empty(0), *values])
    matrix = scipy.sparse.coo_array((entries, tuple(joined)), shape=(dim, dim)).tocsr()
    matrix.sum_duplicates()
    matrix.data[np.abs(matrix.data) <= tolerance] = 0.0
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix
