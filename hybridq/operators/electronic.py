"""Electronic Hamiltonians, given by integrals over orbitals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import DimensionError, ProblemError

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


_SYMMETRY_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class ElectronicHamiltonian:
    r"""Electronic Hamiltonian in m orthonormal real spatial orbitals.

    .. math:: H = c + \sum_{\sigma pq} h^\sigma_{pq}\, a^\dagger_{p\sigma} a_{q\sigma}
        + \tfrac12 \sum_{\sigma\tau pqrs} (pq|rs)^{\sigma\tau}\,
          a^\dagger_{p\sigma} a^\dagger_{r\tau} a_{s\tau} a_{q\sigma}

    Modes are spin-blocked: orbital p of spin α is mode p, of spin β mode m + p.

    Args:
        constant: c, nuclear repulsion and frozen core, in hartree.
        one_body: h of α and of β, shape (2, m, m), symmetric.
        two_body: integrals (pq|rs) in chemists' order of αα, αβ and ββ, shape (3, m, m, m, m),
            with the symmetries of real orbitals (αβ without the exchange of pq and rs).

    Raises:
        DimensionError: an array of another shape.
        ProblemError: integrals that are not finite, or lack those symmetries.
    """

    constant: float
    one_body: NDArray[np.float64]
    two_body: NDArray[np.float64]

    def __post_init__(self) -> None:
        one_body = np.asarray(self.one_body, dtype=np.float64)
        two_body = np.asarray(self.two_body, dtype=np.float64)
        m = one_body.shape[-1] if one_body.ndim else 0
        if m < 1 or one_body.shape != (2, m, m) or two_body.shape != (3, m, m, m, m):
            raise DimensionError(
                f"one_body has shape {one_body.shape} and two_body {two_body.shape}: "
                "give (2, m, m) and (3, m, m, m, m) for m orbitals",
                argument="one_body",
            )
        _check_integrals(self.constant, one_body, two_body)
        object.__setattr__(self, "constant", float(self.constant))
        object.__setattr__(self, "one_body", one_body)
        object.__setattr__(self, "two_body", two_body)

    @property
    def n_orbitals(self) -> int:
        """m, the number of spatial orbitals."""
        return self.one_body.shape[1]

    @property
    def n_qubits(self) -> int:
        """2m, the number of qubits."""
        return 2 * self.n_orbitals

    @cached_property
    def is_restricted(self) -> bool:
        """True if α and β have the same orbitals."""
        return bool(
            np.array_equal(self.one_body[0], self.one_body[1])
            and np.array_equal(self.two_body[0], self.two_body[1])
            and np.array_equal(self.two_body[0], self.two_body[2])
        )

    @cached_property
    def pauli_sum(self) -> PauliSum:
        """The Hamiltonian on 2m qubits by Jordan–Wigner."""
        return self.to_pauli_sum()

    def to_pauli_sum(self, mapping: str = "jordan-wigner") -> PauliSum:
        """Return the Hamiltonian on 2m qubits, mode j encoded by `mapping`.

        The coefficients are real, in hartree; those of at most 1e-12 are dropped.

        Args:
            mapping: a name in `MAPPINGS`: jordan-wigner, parity or bravyi-kitaev.

        Raises:
            UnknownNameError: no mapping of that name.
            CapacityError: the terms do not fit in memory.
        """
        from hybridq.operators._electronic_paulis import electronic_pauli_sum

        return electronic_pauli_sum(self.constant, self.one_body, self.two_body, mapping)


def _check_integrals(
    constant: float, one_body: NDArray[np.float64], two_body: NDArray[np.float64]
) -> None:
    """Raise for integrals that are not finite or lack a permutation symmetry."""
    if not (np.isfinite(constant) and np.isfinite(one_body).all() and np.isfinite(two_body).all()):
        raise ProblemError("an integral is not finite: give real numbers in hartree")
    largest = max(float(np.abs(one_body).max()), float(np.abs(two_body).max()), 1.0)
    same = two_body[::2]  # αα and ββ
    for what, integrals, axes in (
        ("one_body: (p|q) differs from (q|p)", one_body, (0, 2, 1)),
        ("two_body: (pq|rs) differs from (qp|rs)", two_body, (0, 2, 1, 3, 4)),
        ("two_body: (pq|rs) differs from (pq|sr)", two_body, (0, 1, 2, 4, 3)),
        ("two_body: (pq|rs) differs from (rs|pq)", same, (0, 3, 4, 1, 2)),
    ):
        error = float(np.abs(integrals - integrals.transpose(axes)).max())
        if error > _SYMMETRY_TOLERANCE * largest:
            raise ProblemError(
                f"{what} by {error:.3g}, so the Hamiltonian is not hermitian: "
                "give integrals over real orbitals, two_body in chemists' order"
            )
