"""Hamiltonians that act on states in a sector."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Observable
from hybridq.engines.kernels.team import Team
from hybridq.engines.sector.kernels.algebra import multiply_rows
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
"""Matrices of fewer entries are multiplied by one thread."""


MOST_ENTRIES = 1 << 24
"""Up to so many entries before symmetry a matrix is stored; from there the product is faster."""


class Action(Protocol):
    """A Hamiltonian in a sector, which acts on flat arrays of amplitudes (see `kernels.run`)."""

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Into `out` H times the ket; where the ket is real (`per` of one entry), Re H."""


class MatrixAction:
    """A stored matrix.

    Args:
        matrix: CSR, real or complex.
        dtype: of the states.
        threads: how many may share one product.
    """

    def __init__(self, matrix: Any, dtype: Any, threads: int) -> None:
        self._team = Team(threads if matrix.nnz >= TEAM_ENTRIES else 1)
        is_complex = matrix.dtype.kind == "c"
        self._real = _arrays(matrix.real if is_complex else matrix, dtype)
        self._imaginary = _arrays(matrix.imag, dtype) if is_complex else None

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Into `out` H times the ket, or Re H times a real ket."""
        self._team.run(multiply_rows, *self._real, ket, out, per)
        if self._imaginary is not None and len(per) == 2:
            turned = np.empty_like(out)
            self._team.run(multiply_rows, *self._imaginary, ket, turned, per)
            out[0::2] -= turned[1::2]
            out[1::2] += turned[0::2]


def _arrays(matrix: Any, dtype: Any) -> tuple[Any, Any, Any]:
    """Starts, columns and values as `multiply_rows` takes them."""
    return (
        matrix.indptr.astype(np.uint64),
        matrix.indices.astype(np.uint32),
        matrix.data.astype(dtype),
    )


class ProductAction:
    """An electronic Hamiltonian whose matrix is never stored."""

    def __init__(self, product: ElectronicProduct) -> None:
        self._product = product

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Into `out` H times the ket."""
        if len(per) == 1:
            self._product.apply(ket, out)
            return
        image = np.empty(len(ket) // 2, dtype=ket.dtype)
        for part in range(2):
            self._product.apply(ket[part::2].copy(), image)
            out[part::2] = image


class PartAction:
    """Another action on a part of its states: nothing comes from the rest and goes there."""

    def __init__(self, action: Action, support: NDArray[np.int64], dim: int) -> None:
        self._action, self._support, self._dim = action, support, dim

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Into `out` H times the ket."""
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
) -> Action:
    """The observable in the sector, or on the states `support` of it only.

    Raises:
        CapacityError: it does not fit in memory.
    """
    built = _built(observable, sector)
    if isinstance(built, ElectronicParts):
        product = ProductAction(ElectronicProduct(built, dtype, threads))
        return product if support is None else PartAction(product, support, sector.dim)
    if support is not None:
        built = built[support][:, support]
    return MatrixAction(built, dtype, threads)


_LAST: list[tuple[weakref.ref[Any], Sector, Any]] = []


def _built(observable: Observable, sector: Sector) -> Any:
    """The observable's matrix in the sector, or its parts where that would be too large.

    The last one is kept: a growing ansatz and the states of a spectrum share it.
    """
    for known, where, built in _LAST:
        if known() is observable and where == sector:
            return built
    built = _build(observable, sector)
    _LAST[:] = [(weakref.ref(observable), sector, built)]
    return built


def _build(observable: Observable, sector: Sector) -> Any:
    if not isinstance(observable, ElectronicHamiltonian):
        return sector_matrix(observable, sector)
    if observable.n_orbitals != sector.split:
        # Orbitals of both spins mix: only the Pauli sum knows that sector.
        return sector_matrix(observable.pauli_sum, sector)
    parts = electronic_parts(observable, sector)
    return parts if parts.most_entries > MOST_ENTRIES else matrix_of_parts(parts)
