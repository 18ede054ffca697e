"""A molecule: its electrons in a set of orbitals, whose ground state is asked for."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import integrals
from hybridq.problems.base import Problem, Sense

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


class Molecule(Problem):
    r"""The electronic ground state of a molecule in m spatial orbitals.

    The Hamiltonian is that of `ElectronicHamiltonian` on 2m qubits by Jordan and Wigner, all α
    orbitals before all β; its eigenvalues are total energies in hartree (nuclear repulsion and
    frozen electrons included).

    Args:
        electronic: the integrals, in real orthonormal orbitals in which the first are occupied.
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        name: what to call this molecule; its size by default.
        orbital_symmetries: the irreducible representation of each orbital as FCIDUMP files number
            them (from 1, products by exclusive or of the numbers less 1), or None.
        notes: what people should know about where the molecule came from.

    Raises:
        DimensionError: not one symmetry label an orbital.
        ParameterError: that many electrons do not fit in the orbitals.
    """

    kind: ClassVar[str] = "molecule"
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"

    electronic: ElectronicHamiltonian

    def __init__(
        self,
        electronic: ElectronicHamiltonian,
        n_alpha: int,
        n_beta: int,
        *,
        name: str | None = None,
        orbital_symmetries: tuple[int, ...] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        m = electronic.n_orbitals
        for what, count in (("n_alpha", n_alpha), ("n_beta", n_beta)):
            if not is_whole(count):
                raise ParameterError(f"{what}={count!r}: give a whole number of electrons")
            if not 0 <= count <= m:
                raise ParameterError(
                    f"{what}={count} electrons do not fit in {m} orbitals: give 0 to {m}"
                )
        if n_alpha + n_beta == 0:
            raise ParameterError("n_alpha=0 and n_beta=0: a molecule has at least one electron")
        if orbital_symmetries is not None and len(orbital_symmetries) != m:
            raise DimensionError(
                f"{len(orbital_symmetries)} orbital_symmetries for {m} orbitals: give one each"
            )
        self.electronic = electronic
        self.n_alpha = int(n_alpha)
        self.n_beta = int(n_beta)
        self.orbital_symmetries = orbital_symmetries
        self.notes = notes
        self.name = str(name or f"{n_alpha + n_beta} electrons in {m} orbitals")

    @classmethod
    def from_fcidump(cls, path: str | os.PathLike[str], *, spin: int | None = None) -> Molecule:
        """The molecule of an FCIDUMP file, named after it; ``-`` is standard input.

        What is read stands at `hybridq.problems.fcidump.parse_fcidump`. Where the occupied
        orbitals are not the first of the file, they are put there, and a note says so.

        Args:
            path: the file's name.
            spin: n_alpha − n_beta, in place of the file's MS2.

        Raises:
            FormatError: the file cannot be read; the line is named.
            ParameterError: `spin` is no whole number.
        """
        from hybridq.problems._text_file import read_text

        return cls._from_fcidump_text(*read_text(path), path, spin=spin)

    @classmethod
    def _from_fcidump_text(
        cls, text: str, source: str, path: str | os.PathLike[str], *, spin: int | None = None
    ) -> Molecule:
        """See `from_fcidump`."""
        from hybridq.problems._text_file import stem
        from hybridq.problems.fcidump import parse_fcidump

        if spin is not None and not is_whole(spin):
            raise ParameterError(f"spin={spin!r}: give n_alpha − n_beta, a whole number")
        data = parse_fcidump(text, spin=spin, source=source)
        electronic, labels, notes = data.electronic, data.orbital_symmetries, data.notes
        if electronic.is_restricted:
            order = integrals.aufbau_order(electronic, data.n_alpha, data.n_beta)
            if order is not None:
                electronic = integrals.reordered(electronic, order)
                labels = None if labels is None else tuple(labels[p] for p in order)
                shown = " ".join(str(p + 1) for p in order)
                notes = (*notes, f"orbitals taken by energy, in the order {shown}")
        return cls(
            electronic,
            data.n_alpha,
            data.n_beta,
            name=stem(path),
            orbital_symmetries=labels,
            notes=notes,
        )

    @classmethod
    def from_geometry(
        cls,
        geometry: str | Iterable[tuple[str, Sequence[float]]],
        *,
        basis: str = "sto-3g",
        charge: int = 0,
        spin: int | None = None,
        unit: str = "angstrom",
        active_space: tuple[int, int] | None = None,
        frozen_core: bool = False,
        name: str | None = None,
    ) -> Molecule:
        """A molecule from its atoms, in the orbitals of a Hartree–Fock calculation by PySCF.

        The calculation is restricted, and restricted open-shell where spins are unpaired.

        Args:
            geometry: ``"Li 0 0 0; H 0 0 1.6"`` or ``[("Li", (0, 0, 0)), ("H", (0, 0, 1.6))]``.
            basis: a basis set of PySCF's own library, by name; other sets go through PySCF and
                `from_pyscf`.
            charge: of the whole molecule, in units of e.
            spin: n_alpha − n_beta; None means 0 or 1, as the number of electrons allows.
            unit: of the geometry, ``"angstrom"`` or ``"bohr"``.
            active_space: (electrons, orbitals) around the highest occupied orbital; the electrons
                below are frozen, the orbitals above dropped.
            frozen_core: freeze the inner shells of the atoms.
            name: what to call the molecule; its formula by default.

        Raises:
            MissingExtraError: PySCF is not installed.
            FormatError: the geometry cannot be read.
            ParameterError: an unknown basis or unit, or an impossible spin or active space.
            ProblemError: the Hartree–Fock calculation does not converge.
        """
        from hybridq.problems.pyscf_source import mean_field
        from hybridq.problems.xyz import formula, parse_geometry

        atoms = parse_geometry(geometry)
        mf = mean_field(
            atoms,
            basis=basis,
            charge=charge,
            spin=spin,
            unit=unit,
            space=active_space,
            frozen_core=frozen_core,
        )
        name = name or f"{formula(atoms)} {basis}"
        return cls.from_pyscf(mf, active_space=active_space, frozen_core=frozen_core, name=name)

    @classmethod
    def from_xyz(
        cls,
        path: str | os.PathLike[str],
        *,
        basis: str = "sto-3g",
        charge: int = 0,
        spin: int | None = None,
        active_space: tuple[int, int] | None = None,
        frozen_core: bool = False,
    ) -> Molecule:
        """`from_geometry` of the atoms in an XYZ file (ångström); ``-`` is standard input."""
        from hybridq.problems._text_file import read_text

        return cls._from_xyz_text(
            *read_text(path),
            path,
            basis=basis,
            charge=charge,
            spin=spin,
            active_space=active_space,
            frozen_core=frozen_core,
        )

    @classmethod
    def _from_xyz_text(
        cls,
        text: str,
        source: str,
        path: str | os.PathLike[str],
        *,
        basis: str = "sto-3g",
        **options: Any,
    ) -> Molecule:
        """See `from_xyz`."""
        from hybridq.problems._text_file import stem
        from hybridq.problems.xyz import parse_xyz

        atoms = parse_xyz(text, source=source)
        return cls.from_geometry(atoms, basis=basis, name=f"{stem(path)} {basis}", **options)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: Any) -> Molecule:
        """The molecule of an FCIDUMP file, or of an XYZ file if its name ends in ``.xyz``.

        Args:
            path: the file's name; ``-`` is standard input, in FCIDUMP.
            options: those of `from_fcidump` or `from_xyz`.

        Raises:
            ParameterError: the file's format has no such option.
            FormatError: the file cannot be read; the line is named.
        """
        from hybridq.problems._text_file import read_text

        cls._check_options(path, options)
        text, source = read_text(path)
        reader = cls._from_xyz_text if _is_xyz(path) else cls._from_fcidump_text
        return reader(text, source, path, **options)

    @classmethod
    def from_bytes(cls, data: bytes, *, source: str, **options: Any) -> Molecule:
        """The molecule of a file's content; as `from_file`, and `source` is the file's name.

        Raises:
            ParameterError: the file's format has no such option.
            FormatError: it cannot be read; the line is named.
        """
        from hybridq.problems._text_file import as_text

        cls._check_options(source, options)
        reader = cls._from_xyz_text if _is_xyz(source) else cls._from_fcidump_text
        return reader(as_text(data, source), source, source, **options)

    @classmethod
    def _check_options(cls, path: str | os.PathLike[str], options: dict[str, Any]) -> None:
        """Refuse options that a file of this name does not have."""
        is_xyz = _is_xyz(path)
        allowed = inspect.signature(cls.from_xyz if is_xyz else cls.from_fcidump).parameters
        for option in options:
            if option not in allowed:
                raise ParameterError(
                    f"{option} is no option for {'an XYZ' if is_xyz else 'an FCIDUMP'} file: "
                    + ("leave it out" if is_xyz else "its orbitals are fixed, leave it out")
                )

    @classmethod
    def from_pyscf(
        cls,
        source: Any,
        *,
        active_space: tuple[int, int] | None = None,
        frozen_core: bool = False,
        name: str | None = None,
    ) -> Molecule:
        """A molecule in the orbitals of a PySCF mean-field calculation.

        Args:
            source: an RHF, ROHF, UHF or Kohn–Sham object, which is run if it was not yet; or a
                `pyscf.gto.Mole`, whose Hartree–Fock calculation is run.
            active_space: as in `from_geometry`.
            frozen_core: as in `from_geometry`.
            name: what to call the molecule.

        Raises:
            MissingExtraError: PySCF is not installed.
            ParameterError: another object, complex orbitals, or an impossible active space.
            ProblemError: the calculation does not converge.
        """
        from hybridq.problems.pyscf_source import from_mean_field

        return cls(*from_mean_field(source, active_space, frozen_core), name=name)

    @classmethod
    def from_openfermion(cls, data: Any, *, name: str | None = None) -> Molecule:
        """A molecule from OpenFermion's `MolecularData`, in its canonical orbitals.

        OpenFermion's order of two-electron integrals (p† q† r s) becomes (ps|qr), and its modes,
        α and β in turns, become blocks.

        Raises:
            ParameterError: another object, or one whose integrals were not computed.
        """
        parts = ("one_body_integrals", "two_body_integrals", "nuclear_repulsion", "n_electrons")
        h, g, repulsion, electrons = (getattr(data, part, None) for part in parts)
        if h is None or g is None or repulsion is None or electrons is None:
            raise ParameterError(
                f"the {type(data).__name__} lacks integrals: give a MolecularData with computed "
                "integrals (data.load() reads those of its file)"
            )
        h = np.asarray(h)
        g = np.asarray(g).transpose(0, 3, 1, 2)
        electronic = ElectronicHamiltonian(repulsion, np.stack([h, h]), np.stack([g, g, g]))
        spin = int(getattr(data, "multiplicity", None) or 1) - 1
        if (electrons + spin) % 2:
            raise ParameterError(
                f"multiplicity={spin + 1} is inconsistent with {electrons} electrons: correct it"
            )
        n_alpha, n_beta = (electrons + spin) // 2, (electrons - spin) // 2
        return cls(electronic, n_alpha, n_beta, name=name or getattr(data, "name", None))

    def to_fcidump(self, path: str | os.PathLike[str]) -> None:
        """Write an FCIDUMP file, whole or not at all; `from_fcidump` reads the same integrals.

        Raises:
            OutputError: the file cannot be written.
        """
        from hybridq.core.files import write_text
        from hybridq.problems.fcidump_writer import format_fcidump

        text = format_fcidump(self.electronic, self.n_alpha, self.n_beta, self.orbital_symmetries)
        write_text(path, text)

    def active_space(self, electrons: int, orbitals: int) -> Molecule:
        """The molecule with only some electrons and orbitals left, around the highest occupied one.

        The lowest orbitals are frozen with two electrons each, the highest are dropped; energies
        stay total energies.

        Raises:
            ParameterError: that many electrons or orbitals are not there, or do not fit.
        """
        n_core, n_active = integrals.core_and_active(
            self.n_alpha, self.n_beta, self.n_orbitals, (electrons, orbitals)
        )
        labels = self.orbital_symmetries
        return Molecule(
            integrals.active_space(self.electronic, n_core, n_active),
            self.n_alpha - n_core,
            self.n_beta - n_core,
            name=f"{self.name} ({electrons}e, {orbitals}o)",
            orbital_symmetries=labels and labels[n_core : n_core + n_active],
            notes=self.notes,
        )

    def __repr__(self) -> str:
        return (
            f"Molecule({self.name!r}: {self.n_alpha} α and {self.n_beta} β electrons in "
            f"{self.n_orbitals} orbitals)"
        )

    @property
    def n_orbitals(self) -> int:
        """Number m of spatial orbitals."""
        return self.electronic.n_orbitals

    @property
    def n_qubits(self) -> int:
        """2m: one qubit a spin orbital."""
        return self.electronic.n_qubits

    @property
    def particles(self) -> tuple[int, int]:
        """(n_alpha, n_beta)."""
        return self.n_alpha, self.n_beta

    @property
    def n_electrons(self) -> int:
        """Electrons in these orbitals, those frozen not counted."""
        return self.n_alpha + self.n_beta

    @property
    def spin(self) -> int:
        """2S = n_alpha − n_beta, as in PySCF."""
        return self.n_alpha - self.n_beta

    @property
    def hamiltonian(self) -> PauliSum:
        """The Hamiltonian on 2m qubits by Jordan and Wigner, made once."""
        return self.electronic.pauli_sum

    @cached_property
    def occupied(self) -> NDArray[np.uint8]:
        """The Hartree–Fock determinant as bits, shape (n_qubits,), entry q for qubit q."""
        m = self.n_orbitals
        bits = np.zeros(2 * m, dtype=np.uint8)
        bits[: self.n_alpha] = 1
        bits[m : m + self.n_beta] = 1
        bits.flags.writeable = False
        return bits

    @cached_property
    def hartree_fock_energy(self) -> float:
        """Energy in hartree of the determinant of the first n_alpha and n_beta orbitals.

        The Hartree–Fock energy, where the orbitals are those of Hartree–Fock.
        """
        return integrals.determinant_energy(self.electronic, self.n_alpha, self.n_beta)

    @cached_property
    def orbital_energies(self) -> NDArray[np.float64]:
        r"""Diagonal of the Fock matrices of α and β, shape (2, m), in hartree.

        .. math:: \epsilon_{p\sigma} = h_{pp} + \sum_{i\tau} (pp|ii) - \sum_{i\sigma} (pi|ip)
        """
        energies = integrals.fock_diagonal(self.electronic, self.n_alpha, self.n_beta)
        energies.flags.writeable = False
        return energies

    def describe(self) -> dict[str, Any]:
        """Size and facts.

        Returns:
            ``orbitals``, ``electrons``, ``n_alpha``, ``n_beta``, ``spin`` (2S), ``constant``
            (hartree), ``hartree_fock_energy`` (hartree), ``restricted``, ``irreps`` (number of
            distinct symmetry labels, None where unknown).
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
            "restricted": self.electronic.is_restricted,
            "irreps": None if labels is None else len(set(labels)),
        }


def _is_xyz(path: str | os.PathLike[str]) -> bool:
    return os.fspath(path).lower().endswith(".xyz")
