"""Electrons in a set of orbitals, given by integrals, and their ground state."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError, Text
from hybridq.core.numbers import plural
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import integrals
from hybridq.problems.active_space import ActiveSpace, Partition
from hybridq.problems.base import Problem

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


_BRILLOUIN = 1e-4  # hartree


class ElectronicProblem(Problem):
    r"""Electronic ground state in m spatial orbitals.

    The Hamiltonian is that of `ElectronicHamiltonian` on 2m qubits by Jordan and Wigner, all α
    orbitals before all β; its eigenvalues are total energies in hartree (nuclear repulsion and
    frozen electrons included).

    Args:
        electronic: the integrals, in real orthonormal orbitals, the occupied ones first.
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        name: of this instance; its size by default.
        orbital_symmetries: the irreducible representation of each orbital, numbered as in FCIDUMP
            files (from 1, products by exclusive or of the numbers less 1), or None.
        notes: remarks on the origin of the data.
        frozen_orbitals: number of orbitals whose two electrons each are in the constant and the
            one-electron integrals.
        stable_orbitals: True if the orbitals are a minimum of the Hartree–Fock energy, False for
            a saddle point, None if that is not known.

    Raises:
        DimensionError: not one symmetry label an orbital.
        ParameterError: that many electrons do not fit in the orbitals.
    """

    unit = "hartree"
    default_ansatz = "uccsd"
    electronic: ElectronicHamiltonian

    def __init__(
        self,
        electronic: ElectronicHamiltonian,
        n_alpha: int,
        n_beta: int,
        *,
        name: str | None = None,
        orbital_symmetries: tuple[int, ...] | None = None,
        notes: tuple[Text, ...] = (),
        frozen_orbitals: int = 0,
        stable_orbitals: bool | None = None,
    ) -> None:
        m = electronic.n_orbitals
        for what, count in (("n_alpha", n_alpha), ("n_beta", n_beta)):
            if not is_whole(count) or not 0 <= count <= m:
                raise ParameterError(
                    argument=what,
                    value=count,
                    expected=f"an integer from 0 to {m}, the number of orbitals",
                )
        if n_alpha + n_beta == 0:
            raise ParameterError(
                argument="n_alpha", value=0, expected="at least 1 where n_beta is 0"
            )
        if orbital_symmetries is not None and len(orbital_symmetries) != m:
            raise DimensionError(
                argument="orbital_symmetries",
                value=orbital_symmetries,
                expected=f"{m} labels, one for each orbital",
            )
        self.electronic = electronic
        self.n_alpha = int(n_alpha)
        self.n_beta = int(n_beta)
        self.orbital_symmetries = orbital_symmetries
        self._notes = notes
        self.frozen_orbitals = frozen_orbitals
        self.stable_orbitals = stable_orbitals
        self.name = str(name or f"{n_alpha + n_beta} electrons in {m} orbitals")

    @property
    def observable(self) -> ElectronicHamiltonian:
        """The integrals, which engines apply without the sum of Pauli strings."""
        return self.electronic

    def to_fcidump(self, path: str | os.PathLike[str]) -> None:
        """Write an FCIDUMP file, whole or not at all.

        `Molecule.from_fcidump` reads the same integrals.

        Raises:
            OutputError: the file cannot be written.
        """
        from hybridq.core.files import write_text
        from hybridq.problems.formats.fcidump_writer import format_fcidump

        text = format_fcidump(self.electronic, self.n_alpha, self.n_beta, self.orbital_symmetries)
        write_text(path, text)

    def active_space(self, electrons: int, orbitals: int) -> Self:
        """Return the problem of electrons and orbitals around the highest occupied one.

        The lowest orbitals are frozen with two electrons each, the highest are dropped; energies
        stay total energies.

        Raises:
            ParameterError: there are not so many electrons or orbitals, or they do not fit.
        """
        part = ActiveSpace(space=(electrons, orbitals)).partition(
            self.n_alpha, self.n_beta, self.n_orbitals
        )
        return self._with(part, f"({electrons}e, {orbitals}o)")

    def active_orbitals(self, orbitals: Sequence[int]) -> Self:
        """Return the problem of some orbitals, by their numbers from 0.

        The occupied orbitals are the first. Other occupied orbitals are frozen with two electrons
        each, other empty ones dropped; energies stay total energies. LiH with the orbitals 1, 2
        and 5 has two electrons, and the 1s shell of lithium is frozen.

        Raises:
            ParameterError: a number twice or out of range, an orbital with an unpaired electron
                that is not listed, or no occupied one.
        """
        part = ActiveSpace(orbitals=orbitals).partition(self.n_alpha, self.n_beta, self.n_orbitals)
        return self._with(part, f"(orbitals {', '.join(map(str, part.active))})")

    def _with(self, part: Partition, suffix: str) -> Self:
        """Return the problem of the active orbitals of a partition."""
        kept = integrals.reordered(self.electronic, np.array(part.kept))
        labels = self.orbital_symmetries
        return type(self)(
            integrals.active_space(kept, part.n_frozen, part.n_active),
            self.n_alpha - part.n_frozen,
            self.n_beta - part.n_frozen,
            name=f"{self.name} {suffix}",
            orbital_symmetries=labels and tuple(labels[p] for p in part.active),
            notes=self.notes,
            frozen_orbitals=self.frozen_orbitals + part.n_frozen,
            stable_orbitals=self.stable_orbitals,
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.name!r}: {self.n_alpha} α and {self.n_beta} β electrons "
            f"in {self.n_orbitals} orbitals)"
        )

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the origin of the data."""
        return self._notes

    @property
    def n_orbitals(self) -> int:
        """Number m of spatial orbitals."""
        return self.electronic.n_orbitals

    @property
    def n_qubits(self) -> int:
        """2m: one qubit a spin orbital."""
        return self.electronic.n_qubits

    @property
    def n_electrons(self) -> int:
        """Number of electrons in these orbitals, without frozen ones."""
        return self.n_alpha + self.n_beta

    @property
    def particles(self) -> tuple[int, int]:
        """Numbers of spin-up and spin-down electrons."""
        return self.n_alpha, self.n_beta

    @property
    def spin(self) -> int:
        """2S = n_alpha − n_beta, as in PySCF."""
        return self.n_alpha - self.n_beta

    @property
    def hamiltonian(self) -> PauliSum:
        """Hamiltonian on 2m qubits by Jordan and Wigner, computed once."""
        return self.electronic.pauli_sum

    @cached_property
    def occupied(self) -> NDArray[np.uint8]:
        """Reference determinant as bits, shape (n_qubits,), entry q for qubit q."""
        m = self.n_orbitals
        bits = np.zeros(2 * m, dtype=np.uint8)
        bits[: self.n_alpha] = 1
        bits[m : m + self.n_beta] = 1
        bits.flags.writeable = False
        return bits

    @cached_property
    def hartree_fock_energy(self) -> float:
        """Energy in hartree of the determinant of the first n_alpha and n_beta orbitals.

        It is the Hartree–Fock energy if `is_hartree_fock`.
        """
        return integrals.determinant_energy(self.electronic, self.n_alpha, self.n_beta)

    @cached_property
    def is_hartree_fock(self) -> bool:
        """True if no single excitation of the first determinant changes its energy.

        Such orbitals solve the Hartree–Fock equations, to 1e-4 hartree for files with few digits.
        """
        violation = integrals.brillouin_violation(self.electronic, self.n_alpha, self.n_beta)
        return violation < _BRILLOUIN

    @cached_property
    def orbital_energies(self) -> NDArray[np.float64]:
        r"""Diagonal of the Fock matrices of α and β, shape (2, m), in hartree.

        .. math:: \epsilon_{p\sigma} = h_{pp} + \sum_{i\tau} (pp|ii) - \sum_{i\sigma} (pi|ip)
        """
        energies = integrals.fock_diagonal(self.electronic, self.n_alpha, self.n_beta)
        energies.flags.writeable = False
        return energies

    def size(self) -> str:
        """Return electrons, orbitals, spin, qubits and frozen orbitals in words."""
        inside = f"{plural(self.n_electrons, 'electron')} in {plural(self.n_orbitals, 'orbital')}"
        kind = "" if self.electronic.is_restricted else ", unrestricted"
        frozen = self.frozen_orbitals
        held = f", {plural(frozen, 'orbital')} frozen" if frozen else ""
        return f"{inside}{kind}, 2S = {self.spin}, {plural(self.n_qubits, 'qubit')}{held}"

    def describe(self) -> dict[str, Any]:
        """Return sizes and properties.

        Returns:
            ``orbitals``, ``electrons``, ``n_alpha``, ``n_beta``, ``spin`` (2S), ``constant``
            (hartree), ``hartree_fock_energy`` (hartree), ``is_hartree_fock``, ``restricted``,
            ``irreps`` (number of distinct symmetry labels, None where unknown),
            ``frozen_orbitals``, ``stable_orbitals``.
        """
        labels = self.orbital_symmetries
        return {
            "orbitals": self.n_orbitals,
            "electrons": self.n_electrons,
            "n_alpha": self.n_alpha,
            "n_beta": self.n_beta,
            "spin": self.spin,
            "constant": self.electronic.constant,
            "hartree_fock_energy": self.hartree_fock_energy,
            "is_hartree_fock": self.is_hartree_fock,
            "restricted": self.electronic.is_restricted,
            "irreps": None if labels is None else len(set(labels)),
            "frozen_orbitals": self.frozen_orbitals,
            "stable_orbitals": self.stable_orbitals,
        }
