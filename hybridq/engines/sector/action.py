"""Products of a Hamiltonian with states in a sector."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Observable
from hybridq.engines.kernels.team import Team
from hybridq.engines.sector.kernels.algebra import multiply_rows
from hybridq.engines.sector.plain import PlainAction
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import (
    ElectronicParts,
    electronic_parts,
    matrix_of_parts,
)
from hybridq.operators.sector_matrix import sector_matrix
from hybridq.operators.sector_product import ElectronicProduct

TEAM_ENTRIES = 1 << 18
"""Matrices with fewer entries are multiplied by one thread."""


MOST_ENTRIES = 1 << 24
"""Entries, before symmetry, up to which a matrix is stored; else products are faster."""


class Action(Protocol):
    """A Hamiltonian in a sector, acting on flat arrays of amplitudes (see `Walker`)."""

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Write H times the ket to `out`; Re H where the ket is real (`per` of one entry)."""


class MatrixAction:
    """A stored matrix.

    Args:
        matrix: CSR, real or complex.
        dtype: dtype of the states.
        threads: the number of threads that may share one product.
    """

    def __init__(self, matrix: Any, dtype: Any, threads: int) -> None:
        self._team = Team(threads if matrix.nnz >= TEAM_ENTRIES else 1)
        is_complex = matrix.dtype.kind == "c"
        self._real = _arrays(matrix.real if is_complex else matrix, dtype)
        self._imaginary = _arrays(matrix.imag, dtype) if is_complex else None

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Write H times the ket to `out`, or Re H times a real ket."""
        self._team.run(multiply_rows, *self._real, ket, out, per)
        if self._imaginary is not None and len(per) == 2:
            product = np.empty_like(out)  # of Im H
            self._team.run(multiply_rows, *self._imaginary, ket, product, per)
            out[0::2] -= product[1::2]
            out[1::2] += product[0::2]


def _arrays(matrix: Any, dtype: Any) -> tuple[Any, Any, Any]:
    """Return row starts, columns and values in the form that `multiply_rows` takes."""
    return (
        matrix.indptr.astype(np.uint64),
        matrix.indices.astype(np.uint32),
        matrix.data.astype(dtype),
    )


class ProductAction:
    """An electronic Hamiltonian applied without storing its matrix."""

    def __init__(self, product: ElectronicProduct) -> None:
        self._product = product

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Write H times the ket to `out`."""
        if len(per) == 1:
            self._product.apply(ket, out)
            return
        image = np.empty(len(ket) // 2, dtype=ket.dtype)
        for part in range(2):
            self._product.apply(ket[part::2].copy(), image)
            out[part::2] = image


class PartAction:
    """Another action restricted to some of its basis states."""

    def __init__(self, action: Action, support: NDArray[np.int64], dim: int) -> None:
        self._action, self._support, self._dim = action, support, dim

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Write H times the ket to `out`."""
        whole = np.zeros((self._dim, len(per)), dtype=ket.dtype)
        whole[self._support] = ket.reshape(-1, len(per))
        image = np.empty_like(whole)
        self._action.apply(whole.reshape(-1), image.reshape(-1), per)
        out[:] = image[self._support].reshape(-1)


def build_action(
    observable: Observable,
    sector: Sector,
    support: NDArray[np.int64] | None,
    dtype: Any,
    threads: int,
    *,
    plain: bool = False,
) -> Action:
    """Return the observable in the sector, or on its states `support` alone.

    Args:
        observable: a Pauli sum or an electronic Hamiltonian.
        sector: where it acts.
        support: numbers of basis states, None for all.
        dtype: dtype of the states.
        threads: the number of threads.
        plain: store the matrix and multiply in SciPy, whatever its size.

    Raises:
        CapacityError: it does not fit in memory.
    """
    built = _built(observable, sector)
    if plain and isinstance(built, ElectronicParts):
        built = matrix_of_parts(built)
    if isinstance(built, ElectronicParts):
        product = ProductAction(ElectronicProduct(built, dtype, threads))
        return product if support is None else PartAction(product, support, sector.dim)
    if support is not None:
        built = built[support][:, support]
    if plain:
        return PlainAction(built, dtype)
    return MatrixAction(built, dtype, threads)


_LAST: list[tuple[weakref.ref[Any], Sector, Any]] = []


def _built(observable: Observable, sector: Sector) -> Any:
    """Return the observable's matrix in the sector, or its parts if that is too large.

    The last one is cached: a growing ansatz and the states of a spectrum share it.
    """
    for known, where, built in _LAST:
        if known() is observable and where == sector:
            return built
    built = _build(observable, sector)
    _LAST[:] = [(weakref.ref(observable), sector, built)]
    return built


def _build(observable: Observable, sector: Sector) -> Any:
    """Return the matrix or the parts, without the cache."""
    if not isinstance(observable, ElectronicHamiltonian):
        return sector_matrix(observable, sector)
    if observable.n_orbitals != sector.split:
        # Orbitals of both spins mix: only the Pauli sum knows that sector.
        return sector_matrix(observable.pauli_sum, sector)
    parts = electronic_parts(observable, sector)
    return parts if parts.most_entries > MOST_ENTRIES else matrix_of_parts(parts)
