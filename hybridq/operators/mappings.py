"""Fermion-to-qubit encodings: Jordan–Wigner, parity, Bravyi–Kitaev."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.registry import Registry
from hybridq.operators import _gf2, _masks, _walsh
from hybridq.operators._masks import Masks


@dataclass(frozen=True, eq=False)
class Encoding:
    r"""A linear encoding of n modes: qubits b = B n over GF(2), n the occupations.

    The ladder operators become, with the masks below and Z^m the product of Z on the bits of m,

    .. math:: a_j = X^{u_j} Z^{p_j} (1 - Z^{f_j})/2, \qquad
              a_j^\dagger = X^{u_j} Z^{p_j} (1 + Z^{f_j})/2,

    and the Majorana operators :math:`a_j + a_j^\dagger = X^{u_j} Z^{p_j}` and
    :math:`a_j^\dagger - a_j = X^{u_j} Z^{p_j} Z^{f_j}`.

    Args:
        matrix: B, shape (n, n), bool, invertible.

    Source: Seeley, Richard, Love 2012, arXiv:1208.5986.
    """

    matrix: NDArray[np.bool_]

    @property
    def n_modes(self) -> int:
        """n, the number of modes and of qubits."""
        return len(self.matrix)

    @cached_property
    def inverse(self) -> NDArray[np.bool_]:
        """The inverse of B: occupations from qubits."""
        return _gf2.inverse(self.matrix)

    @cached_property
    def update(self) -> Masks:
        """u: the qubits that flip when the occupation of mode j does, shape (n, words)."""
        return _packed(self.matrix.T)

    @cached_property
    def occupation(self) -> Masks:
        """f: the qubits whose parity is the occupation of mode j, shape (n, words)."""
        return _packed(self.inverse)

    @cached_property
    def parity(self) -> Masks:
        """p: the qubits whose parity is that of the modes below j, shape (n, words)."""
        below = np.zeros_like(self.inverse)
        below[1:] = np.logical_xor.accumulate(self.inverse, axis=0)[:-1]
        return _packed(below)

    def encode(self, occupations: ArrayLike) -> NDArray[np.uint8]:
        """Return the qubit bits of occupations, both of shape (n,) or (k, n)."""
        return self._times(self.matrix, occupations)

    def decode(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return the occupations of qubit bits, both of shape (n,) or (k, n)."""
        return self._times(self.inverse, bits)

    def _times(self, matrix: NDArray[np.bool_], rows: ArrayLike) -> NDArray[np.uint8]:
        bits = _walsh.check_bits(rows, self.n_modes).astype(np.int64)
        product = ((bits @ matrix.T.astype(np.int64)) & 1).astype(np.uint8)
        return product if np.ndim(rows) == 2 else product[0]


def _packed(rows: NDArray[np.bool_]) -> Masks:
    modes, qubits = np.nonzero(rows)
    return _masks.pack(
        modes.astype(np.int64),
        qubits.astype(np.int64),
        (len(rows), _masks.n_words(rows.shape[1])),
    )


def _jordan_wigner(n: int) -> NDArray[np.bool_]:
    return np.eye(n, dtype=bool)


def _parity(n: int) -> NDArray[np.bool_]:
    return np.tri(n, dtype=bool)


def _bravyi_kitaev(n: int) -> NDArray[np.bool_]:
    """Return B whose qubit j is the parity of node j + 1 of a Fenwick tree."""
    matrix = np.zeros((n, n), dtype=bool)
    for node in range(1, n + 1):
        matrix[node - 1, node - (node & -node) : node] = True
    return matrix


# name -> the matrix B of a number of modes
MAPPINGS: Registry[Callable[[int], NDArray[np.bool_]]] = Registry(
    "mapping",
    {"jordan-wigner": _jordan_wigner, "parity": _parity, "bravyi-kitaev": _bravyi_kitaev},
    aliases={"jw": "jordan-wigner", "bk": "bravyi-kitaev"},
)


def encoding(mapping: str, n_modes: int) -> Encoding:
    """Return the encoding of `n_modes` modes by the mapping of that name.

    Jordan–Wigner stores the occupation of mode j in qubit j, parity that of modes 0 … j
    together, Bravyi–Kitaev that of a block of modes that ends at j.

    Raises:
        UnknownNameError: no such mapping.
        ParameterError: n_modes is not a positive integer.
    """
    return Encoding(MAPPINGS[mapping](_masks.checked_width(n_modes)))
