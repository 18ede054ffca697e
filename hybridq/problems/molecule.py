"""Molecules from FCIDUMP and XYZ files, geometries, PySCF and OpenFermion."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError, Setting
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import integrals
from hybridq.problems.active_space import ActiveSpace
from hybridq.problems.base import Sense
from hybridq.problems.electronic_problem import ElectronicProblem


class Molecule(ElectronicProblem):
    r"""Electronic ground state of a molecule in m spatial orbitals.

    The Hamiltonian is that of `ElectronicHamiltonian` on 2m qubits by Jordan and Wigner, all α
    orbitals before all β; its eigenvalues are total energies in hartree (nuclear repulsion and
    frozen electrons included).

    Args:
        electronic: the integrals, in real orthonormal orbitals, the occupied ones first.
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        name: of this molecule; its size by default.
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

    kind: ClassVar[str] = "molecule"
    qubits: ClassVar[str] = "two qubits an orbital"
    summary: ClassVar[str] = "Find the ground-state energy of a molecule."
    reads: ClassVar[tuple[str, ...]] = ("integrals", "geometry")
    examples: ClassVar[tuple[str, ...]] = (
        "h2o.fcidump",
        "n2.xyz --basis sto-3g --active-space 6,6",
        "h6.fcidump --ansatz adapt --accuracy 0.0016",
        "lih.fcidump --excited 4",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"
    noun: ClassVar[str] = "molecule"

    @classmethod
    def from_fcidump(cls, path: str | os.PathLike[str], *, spin: int | None = None) -> Molecule:
        """Return the molecule of an FCIDUMP file, named after it; ``-`` is standard input.

        See `hybridq.problems.formats.fcidump.parse_fcidump` for the accepted notation. Where the
        occupied orbitals are not the first of the file, they are moved there, with a note.

        Args:
            path: the file's name.
            spin: n_alpha − n_beta, in place of the file's MS2.

        Raises:
            FormatError: the file cannot be read; the line is named.
            ParameterError: `spin` is not an integer.
        """
        from hybridq.problems.formats import read_text

        return cls._from_fcidump_text(*read_text(path), path, spin=spin)

    @classmethod
    def _from_fcidump_text(
        cls, text: str, source: str, path: str | os.PathLike[str], *, spin: int | None = None
    ) -> Molecule:
        """Return the molecule of an FCIDUMP text; see `from_fcidump`."""
        from hybridq.problems.formats import instance_name
        from hybridq.problems.formats.fcidump import parse_fcidump

        if spin is not None and not is_whole(spin):
            raise ParameterError(
                argument="spin", value=spin, expected="n_alpha − n_beta, an integer"
            )
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
            name=instance_name(path),
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
        active_orbitals: Sequence[int] | None = None,
        frozen_core: bool = False,
        name: str | None = None,
    ) -> Molecule:
        """Return a molecule from its atoms, in Hartree–Fock orbitals of PySCF.

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
            active_orbitals: numbers of the orbitals to keep, by energy from 0; other occupied
                ones are frozen, other empty ones dropped.
            frozen_core: freeze the inner shells of the atoms, which are those of the noble gas
                before each (He for Li to Ne, Ne for Na to Ar) and filled d and f shells below
                the valence shell of the p block.
            name: of the molecule; its formula by default.

        Raises:
            MissingExtraError: PySCF is not installed.
            FormatError: the geometry cannot be read.
            ParameterError: an unknown basis or unit, or an impossible spin or active space.
            ProblemError: the Hartree–Fock calculation does not converge.
        """
        from hybridq.problems.formats.xyz import formula, parse_geometry
        from hybridq.problems.pyscf_source import mean_field

        atoms = parse_geometry(geometry)
        active = ActiveSpace(active_space, active_orbitals, frozen_core)
        mf = mean_field(atoms, basis=basis, charge=charge, spin=spin, unit=unit, active=active)
        return cls._of_mean_field(mf, active, name or f"{formula(atoms)} {basis}")

    @classmethod
    def from_xyz(
        cls,
        path: str | os.PathLike[str],
        *,
        basis: str = "sto-3g",
        charge: int = 0,
        spin: int | None = None,
        active_space: tuple[int, int] | None = None,
        active_orbitals: Sequence[int] | None = None,
        frozen_core: bool = False,
    ) -> Molecule:
        """Return `from_geometry` of the atoms in an XYZ file; ``-`` is standard input."""
        from hybridq.problems.formats import read_text

        return cls._from_xyz_text(
            *read_text(path),
            path,
            basis=basis,
            charge=charge,
            spin=spin,
            active_space=active_space,
            active_orbitals=active_orbitals,
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
        """Return the molecule of an XYZ text; see `from_xyz`."""
        from hybridq.problems.formats import instance_name
        from hybridq.problems.formats.xyz import parse_xyz

        atoms = parse_xyz(text, source=source)
        return cls.from_geometry(
            atoms, basis=basis, name=f"{instance_name(path)} {basis}", **options
        )

    @classmethod
    def from_file(  # type: ignore[override]  # the keywords are its options
        cls,
        path: str | os.PathLike[str],
        format: str | None = None,
        *,
        basis: str | None = None,
        charge: int | None = None,
        spin: int | None = None,
        active_space: tuple[int, int] | None = None,
        active_orbitals: Sequence[int] | None = None,
        frozen_core: bool | None = None,
    ) -> Molecule:
        """Return the molecule of an FCIDUMP file, or of one whose name ends in ``.xyz``.

        Args:
            path: the file's name; ``-`` is standard input, in FCIDUMP.
            format: ``"fcidump"`` or ``"xyz"``; by the file's name when None.
            basis: basis set of an XYZ file (default: sto-3g).
            charge: charge of an XYZ file (default: 0).
            spin: 2S, the number of spin-up minus spin-down electrons (default: as in the file).
            active_space: electrons and orbitals to keep, such as 6,6.
            active_orbitals: numbers of the orbitals to keep, from 0, such as 1,2,5.
            frozen_core: freeze the inner shells of an XYZ file (default: no).

        Raises:
            ParameterError: the file's format has no such option.
            FormatError: the file cannot be read; the line is named.
        """
        from hybridq.problems.formats import read_text

        is_xyz = _is_xyz(path, format)
        given = _options(is_xyz, basis, charge, spin, active_space, active_orbitals, frozen_core)
        return cls._from_text(*read_text(path), path, is_xyz, given)

    @classmethod
    def from_bytes(
        cls, data: bytes, *, source: str, format: str | None = None, **options: Any
    ) -> Molecule:
        """Return the molecule of a file's content; `source` is the file's name.

        Args:
            data: the content.
            source: the file's name.
            format: as for `from_file`.
            options: as for `from_file`.

        Raises:
            ParameterError: the file's format has no such option.
            FormatError: it cannot be read; the line is named.
        """
        from hybridq.problems.formats import decode

        is_xyz = _is_xyz(source, format)
        given = _options(is_xyz, **options)
        return cls._from_text(decode(data, source), source, source, is_xyz, given)

    @classmethod
    def _from_text(
        cls,
        text: str,
        source: str,
        path: str | os.PathLike[str],
        is_xyz: bool,
        options: dict[str, Any],
    ) -> Molecule:
        if is_xyz:
            return cls._from_xyz_text(text, source, path, **options)
        space, orbitals = (options.pop(f"active_{of}", None) for of in ("space", "orbitals"))
        ActiveSpace(space, orbitals)  # not both
        whole = cls._from_fcidump_text(text, source, path, **options)
        if orbitals is not None:
            return whole.active_orbitals(orbitals)
        return whole if space is None else whole.active_space(*space)

    @classmethod
    def from_pyscf(
        cls,
        source: Any,
        *,
        active_space: tuple[int, int] | None = None,
        active_orbitals: Sequence[int] | None = None,
        frozen_core: bool = False,
        name: str | None = None,
    ) -> Molecule:
        """Return a molecule in the orbitals of a PySCF mean-field calculation.

        Args:
            source: an RHF, ROHF, UHF or Kohn–Sham object, run if necessary; or a
                `pyscf.gto.Mole`, whose Hartree–Fock calculation is run.
            active_space: as in `from_geometry`.
            active_orbitals: as in `from_geometry`.
            frozen_core: as in `from_geometry`.
            name: of the molecule.

        Raises:
            MissingExtraError: PySCF is not installed.
            ParameterError: another object, complex orbitals, or an impossible active space.
            ProblemError: the calculation does not converge.
        """
        return cls._of_mean_field(
            source, ActiveSpace(active_space, active_orbitals, frozen_core), name
        )

    @classmethod
    def _of_mean_field(cls, source: Any, active: ActiveSpace, name: str | None) -> Molecule:
        """Return the molecule of a calculation; see `from_pyscf`."""
        from hybridq.problems.pyscf_source import from_mean_field

        found = from_mean_field(source, active)
        return cls(
            found.electronic,
            found.n_alpha,
            found.n_beta,
            name=name,
            notes=found.notes,
            frozen_orbitals=found.frozen_orbitals,
            stable_orbitals=found.stable,
        )

    @classmethod
    def from_openfermion(cls, data: Any, *, name: str | None = None) -> Molecule:
        """Return a molecule from OpenFermion's `MolecularData`, in canonical orbitals.

        OpenFermion's order of two-electron integrals (p† q† r s) becomes (ps|qr), and its modes,
        alternating α and β, become blocks.

        Raises:
            ParameterError: another object, or one whose integrals were not computed.
        """
        parts = ("one_body_integrals", "two_body_integrals", "nuclear_repulsion", "n_electrons")
        h, g, repulsion, electrons = (getattr(data, part, None) for part in parts)
        if h is None or g is None or repulsion is None or electrons is None:
            raise ParameterError(
                f"the {type(data).__name__} lacks integrals",
                argument="data",
                remedy="give a MolecularData with computed integrals (data.load() reads those of "
                "its file)",
            )
        h = np.asarray(h)
        g = np.asarray(g).transpose(0, 3, 1, 2)
        electronic = ElectronicHamiltonian(repulsion, np.stack([h, h]), np.stack([g, g, g]))
        spin = int(getattr(data, "multiplicity", None) or 1) - 1
        if (electrons + spin) % 2:
            raise ParameterError(
                f"multiplicity={spin + 1} is inconsistent with {electrons} electrons",
                argument="data",
                remedy="correct it",
            )
        n_alpha, n_beta = (electrons + spin) // 2, (electrons - spin) // 2
        return cls(electronic, n_alpha, n_beta, name=name or getattr(data, "name", None))


def _is_xyz(path: str | os.PathLike[str], format: str | None) -> bool:
    """Return whether a file is in XYZ format, by the format asked for or by its name."""
    if format is None:
        return os.fspath(path).lower().endswith(".xyz")
    from hybridq.problems.formats import FormatsOfShape

    return FormatsOfShape("integrals", "geometry")[format].shape == "geometry"


def _options(
    is_xyz: bool,
    basis: str | None = None,
    charge: int | None = None,
    spin: int | None = None,
    active_space: tuple[int, int] | None = None,
    active_orbitals: Sequence[int] | None = None,
    frozen_core: bool | None = None,
) -> dict[str, Any]:
    """Return the options that were given.

    Raises:
        ParameterError: the format has no such option.
    """
    of_xyz = {"basis": basis, "charge": charge, "frozen_core": frozen_core}
    for option, value in of_xyz.items():
        if value is not None and not is_xyz:
            raise ParameterError(
                (Setting(option), " is not an option of an FCIDUMP file, whose orbitals are fixed"),
                argument=option,
                value=value,
                remedy="leave it out",
            )
    given = {
        **of_xyz,
        "spin": spin,
        "active_space": active_space,
        "active_orbitals": active_orbitals,
    }
    return {name: value for name, value in given.items() if value is not None}
