"""Pauli sums restricted to a sector, as sparse matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError
from hybridq.operators._sector_plain import MOST_ENTRIES, pauli_block
from hybridq.operators.sector import Sector, rank

if TYPE_CHECKING:
    import scipy.sparse

    from hybridq.operators.pauli_sum import PauliSum

TOLERANCE = 1e-14
"""Entries up to this size, relative to the largest coefficient, are rounding errors."""

_CHUNK_ENTRIES = 1 << 20


def sector_matrix(hamiltonian: PauliSum, sector: Sector) -> scipy.sparse.csr_array:
    """Return the block of a Pauli sum on a sector, CSR of shape (dim, dim).

    The dtype is float64 if the block is real, complex128 otherwise.

    Entries that leave the sector are left out, so x† M x is the expectation value of the whole
    sum in every state of the sector. Columns are ascending; entries that cancel are not stored.

    Raises:
        DimensionError: sum and sector have different widths.
        CapacityError: the matrix does not fit in memory.
    """
    import scipy.sparse

    if hamiltonian.n_qubits != sector.n_qubits:
        raise DimensionError(
            f"a Pauli sum on {hamiltonian.n_qubits} qubits in a sector of {sector.n_qubits}: "
            "the widths must agree",
            argument="sector",
        )
    s = hamiltonian.simplify()
    x, z = s.x_masks[:, 0], s.z_masks[:, 0]
    coefficients = s.coefficients * np.array([1, 1j, -1, -1j])[np.bitwise_count(x & z) & 3]
    scale = float(np.abs(coefficients).max(initial=0.0))
    shape = (sector.dim, sector.dim)
    if scale == 0.0:
        return scipy.sparse.csr_array(shape, dtype=np.float64)
    rows = _PauliRows(sector, x, z)
    matrix = rows.matrix(coefficients.real.copy(), TOLERANCE * scale)
    if np.abs(coefficients.imag).max() > TOLERANCE * scale:
        matrix = matrix + 1j * rows.matrix(coefficients.imag.copy(), TOLERANCE * scale)
    return matrix


class _PauliRows:
    """The index tables of `pauli_rows`."""

    def __init__(self, sector: Sector, x: NDArray[np.uint64], z: NDArray[np.uint64]) -> None:
        self._sector = sector
        flips, starts = np.unique(x, return_index=True)
        ends = np.append(starts[1:], len(x))
        memory.require(
            (4 * len(flips) + len(z)) * (sector.n_low + sector.n_high),
            f"the tables of {len(z)} Pauli terms in a sector of {sector.dim:,} states",
            "use fewer qubits or terms",
        )
        split, low = np.uint64(sector.split), np.uint64((1 << sector.split) - 1)
        self._low_partner, low_flip = _partners(sector.low_strings, flips & low)
        self._high_partner, high_flip = _partners(sector.high_strings, flips >> split)
        self._low_sign, low_mask = _signs(sector.low_strings, z & low)
        self._high_sign, high_mask = _signs(sector.high_strings, z >> split)
        groups = np.stack([low_flip, high_flip, starts, ends], axis=1).astype(np.int64)
        inside = (self._low_partner >= 0).any(axis=1)[low_flip]
        inside &= (self._high_partner >= 0).any(axis=1)[high_flip]
        self._groups = np.ascontiguousarray(groups[inside])
        self._terms = np.stack([low_mask, high_mask], axis=1).astype(np.int64)

    def matrix(self, coefficients: NDArray[np.float64], tolerance: float) -> Any:
        """Return the matrix of the terms with these real coefficients."""
        import scipy.sparse

        n_high, n_low = self._sector.shape
        widest = max(len(self._groups), 1)
        if n_high * n_low * widest <= MOST_ENTRIES:
            return pauli_block(
                self._low_partner, self._high_partner, self._low_sign, self._high_sign,
                self._groups, self._terms, coefficients, tolerance,
            )  # fmt: skip
        from hybridq.operators._sector_kernel import pauli_rows

        step = max(1, _CHUNK_ENTRIES // (n_low * widest))
        memory.require(
            12 * n_low * widest * step, "one part of the sector's matrix", "use a smaller sector"
        )
        columns = np.empty(n_low * widest * step, dtype=np.int32)
        values = np.empty(n_low * widest * step)
        counts = np.empty(n_low * n_high, dtype=np.int64)
        parts: list[tuple[NDArray[np.int32], NDArray[np.float64]]] = []
        total = 0
        for first in range(0, n_high, step):
            last = min(first + step, n_high)
            written = pauli_rows(
                first, last, self._low_partner, self._high_partner, self._low_sign,
                self._high_sign, self._groups, self._terms, coefficients, tolerance,
                columns, values, counts[first * n_low : last * n_low],
            )  # fmt: skip
            total += written
            memory.require(
                12 * total, f"the matrix of {self._sector.dim:,} states", "use a smaller sector"
            )
            parts.append((columns[:written].copy(), values[:written].copy()))
        starts = np.zeros(len(counts) + 1, dtype=np.int64 if total >= 2**31 else np.int32)
        np.cumsum(counts, out=starts[1:])
        matrix = scipy.sparse.csr_array(
            (np.concatenate([v for _, v in parts]), np.concatenate([c for c, _ in parts]), starts),
            shape=(self._sector.dim, self._sector.dim),
        )
        matrix.sort_indices()
        return matrix


def _partners(strings: NDArray[np.uint64], flips: NDArray[np.uint64]) -> tuple[Any, Any]:
    """Return partners under each distinct flip, and the index of each given flip."""
    distinct, which = np.unique(flips, return_inverse=True)
    partners = np.empty((len(distinct), len(strings)), dtype=np.int32)
    for k, flip in enumerate(distinct):
        partners[k] = rank(strings, strings ^ flip)
    return partners, which


def _signs(strings: NDArray[np.uint64], masks: NDArray[np.uint64]) -> tuple[Any, Any]:
    """Return signs of each distinct mask, and the index of each given mask.

    The sign of a string is (−1)^{|mask & string|}.
    """
    distinct, which = np.unique(masks, return_inverse=True)
    signs = np.empty((len(distinct), len(strings)), dtype=np.int8)
    for k, mask in enumerate(distinct):
        signs[k] = 1 - 2 * (np.bitwise_count(strings & mask) & 1).astype(np.int8)
    return signs, which
