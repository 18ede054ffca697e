"""Electrons in orbitals: the integrals behind a molecule's Hamiltonian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True, eq=False)
class ElectronicHamiltonian:
    r"""A non-relativistic electronic Hamiltonian in m orthonormal real spatial orbitals.

    .. math:: H = c + \sum_{\sigma pq} h^\sigma_{pq}\, a^\dagger_{p\sigma} a_{q\sigma}
        + \tfrac12 \sum_{\sigma\tau pqrs} (pq|rs)^{\sigma\tau}\,
          a^\dagger_{p\sigma} a^\dagger_{r\tau} a_{s\tau} a_{q\sigma}

    Modes are spin-blocked: orbital p of spin α is mode p, of spin β mode m + p.

    Args:
        constant: c, nuclear repulsion and frozen core, in hartree.
        one_body: h of α and of β, shape (2, m, m), symmetric.
        two_body: integrals (pq|rs) in chemists' order of αα, αβ and ββ, shape (3, m, m, m, m),
            with the symmetries of real orbitals (αβ without the exchange of pq and rs).
    """

    constant: float
    one_body: NDArray[np.float64]
    two_body: NDArray[np.float64]

    @property
    def n_orbitals(self) -> int:
        """m, the number of spatial orbitals."""
        return self.one_body.shape[1]

    @property
    def n_qubits(self) -> int:
        """2m."""
        return 2 * self.n_orbitals

    @cached_property
    def is_restricted(self) -> bool:
        """Whether α and β share their orbitals."""
        return bool(
            np.array_equal(self.one_body[0], self.one_body[1])
            and np.array_equal(self.two_body[0], self.two_body[1])
            and np.array_equal(self.two_body[0], self.two_body[2])
        )

    @cached_property
    def pauli_sum(self) -> PauliSum:
        """The Hamiltonian on 2m qubits by Jordan and Wigner."""
        return self.to_pauli_sum()

    def to_pauli_sum(self, mapping: str = "jordan-wigner") -> PauliSum:
        """The Hamiltonian as a Pauli sum, mode j encoded by `mapping`."""
        raise NotImplementedError
