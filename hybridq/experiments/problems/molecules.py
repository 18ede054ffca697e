"""Molecules: a file of integrals or atoms, or a geometry with a bond length."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hybridq.core.errors import HybridqError, MissingExtraError, ParameterError
from hybridq.experiments.problems.files import FilePath, FileSection
from hybridq.experiments.problems.limits import MOST_OF_A_SECTOR, MOST_OF_A_STATE
from hybridq.experiments.records import Plain
from hybridq.problems.molecule import Molecule

if TYPE_CHECKING:
    from hybridq.problems.base import Problem
    from hybridq.problems.formats.xyz import Atom

_PLACEHOLDER = re.compile(
    r"\{\s*+(?:(?P<sign>-)|(?P<factor>-?\d++(?:\.\d*+)?)\s*+\*)?\s*+bond\s*+\}"
)
_HARTREE_FOCK = ("basis", "charge", "frozen_core")


def _basis(name: str) -> str:
    """Raise for a basis set that PySCF lacks; without PySCF `check` raises later."""
    if importlib.util.find_spec("pyscf") is None:
        return name
    from hybridq.problems.basis_sets import check_basis

    try:
        return check_basis(name)
    except ParameterError as error:
        raise ValueError(str(error)) from None


Active = Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]


class MoleculeSection(FileSection):
    """The electronic ground state of a molecule."""

    family: ClassVar[type[Problem]] = Molecule
    over_bits: ClassVar[bool] = False
    most_qubits: ClassVar[int] = MOST_OF_A_SECTOR
    summary: ClassVar[str] = "a molecule in a file (FCIDUMP, XYZ), or from a geometry by PySCF"

    kind: Literal["molecule"] = "molecule"

    path: FilePath | None = None
    """An FCIDUMP or .xyz file, or a pattern for several; relative to the config's folder."""

    geometry: Annotated[str, Field(min_length=1)] | None = None
    """Atoms in place of a file: "H 0 0 0; H 0 0 {bond}"; {bond} and {2*bond} are filled in."""

    bond: Annotated[float, Field(gt=0)] | None = None
    """Value of {bond} in the geometry, a length in its unit."""

    unit: Literal["angstrom", "bohr"] | None = None
    """Unit of the geometry; angstrom by default."""

    basis: Annotated[str, AfterValidator(_basis)] | None = None
    """A basis set of PySCF's library; sto-3g by default. Integrals in a file have theirs."""

    charge: int | None = None
    """Charge of the whole molecule; 0 by default."""

    spin: int | None = None
    """Number of unpaired electrons, n_alpha - n_beta; by default the least, or the file's own."""

    frozen_core: bool | None = None
    """Freeze the inner shells of the atoms; false by default."""

    active: Active | None = None
    """[electrons, orbitals] around the highest occupied orbital; others are frozen or dropped."""

    active_orbitals: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] | None = None
    """Numbers of the orbitals to keep, by energy from 0; others are frozen or dropped."""

    @property
    def is_calculated(self) -> bool:
        """See `ProblemSection.is_calculated`: True for a Hartree-Fock calculation."""
        return self.path is None or self.path.lower().endswith(".xyz")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.geometry is None):
            given = "neither is given" if self.path is None else "both are given"
            raise ValueError(f"a molecule has a path or a geometry, and {given}: give one of them")
        if self.geometry is None:
            if self.bond is not None or self.unit is not None:
                name = "unit" if self.bond is None else "bond"
                raise ValueError(f"{name} is for a geometry, and this is a file: leave it out")
        elif self.sha256 is not None:
            raise ValueError("sha256 is of a file, and this is a geometry: leave it out")
        if not self.is_calculated:
            for name in _HARTREE_FOCK:
                if getattr(self, name) is not None:
                    raise ValueError(
                        f"{name}: the integrals of {self.path} are computed already: "
                        "leave it out, or give an .xyz file or a geometry"
                    )
        spaces = {
            "active": self.active is not None,
            "active_orbitals": self.active_orbitals is not None,
            "frozen_core": bool(self.frozen_core),
        }
        names = [name for name, is_given in spaces.items() if is_given]
        if len(names) > 1:
            raise ValueError(f"{names[0]} and {names[1]} exclude each other: give one of them")
        return self

    @model_validator(mode="after")
    def _geometry_is_whole(self) -> Self:
        if self.geometry is None:
            return self
        has_place = _PLACEHOLDER.search(self.geometry) is not None
        if other := re.search(r"\{[^}]*\}?", _PLACEHOLDER.sub("", self.geometry)):
            raise ValueError(
                f"the geometry has {other[0]!r}: only {{bond}}, {{-bond}} and {{2*bond}} are "
                "filled in, with any number in place of 2"
            )
        if self.bond is not None and not has_place:
            raise ValueError(
                f"bond: {self.bond:g}, and the geometry has no {{bond}}: "
                'write it in place of the length, as in "H 0 0 0; H 0 0 {bond}"'
            )
        if self.bond is None and has_place:
            raise ValueError("the geometry has a {bond}, and bond is missing: give or sweep it")
        try:
            self.atoms()
        except HybridqError as error:
            raise ValueError(str(error)) from None
        return self

    def atoms(self) -> list[Atom]:
        """Return the atoms of the geometry with its bond length filled in.

        Raises:
            FormatError: it cannot be read.
        """
        from hybridq.problems.formats.xyz import parse_geometry

        def length(found: re.Match[str]) -> str:
            factor = -1.0 if found["sign"] else float(found["factor"] or 1.0)
            return repr(factor * (self.bond or 0.0))

        return parse_geometry(_PLACEHOLDER.sub(length, self.geometry or ""))

    def resolved(self) -> Plain:
        """See `ProblemSection.resolved`."""
        defaults: Plain = {}
        if self.is_calculated:
            defaults = {"basis": "sto-3g", "charge": 0, "frozen_core": False}
        if self.path is None:
            defaults["unit"] = "angstrom"
        plain = super().resolved()
        return {"kind": plain.pop("kind"), **defaults, **plain}

    def facts(self, base: Path, seed: int) -> Plain:
        """See `ProblemSection.facts`: atoms with coordinates instead of the geometry."""
        facts = super().facts(base, seed)
        if self.path is None:
            del facts["geometry"]
            facts.pop("bond", None)
            facts["atoms"] = [[symbol, *place] for symbol, place in self.atoms()]
        return facts

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`: read the file, or require PySCF."""
        if not self.is_calculated:
            super().check(base, most)
        elif importlib.util.find_spec("pyscf") is None:
            raise MissingExtraError("pyscf", "chem", "a molecule from its geometry")

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """See `ProblemSection.build`."""
        if self.path is not None:
            return super().build(base, seed, contents)
        from hybridq.problems.formats.xyz import formula

        basis = self.basis or "sto-3g"
        stretched = "" if self.bond is None else f", bond {self.bond:g}"
        atoms = self.atoms()
        return Molecule.from_geometry(
            atoms,
            unit=self.unit or "angstrom",
            name=f"{formula(atoms)} {basis}{stretched}",
            **self._calculation(),
        )

    def _calculation(self) -> dict[str, Any]:
        """Return the options of the Hartree-Fock calculation."""
        return {
            "basis": self.basis or "sto-3g",
            "charge": self.charge or 0,
            "spin": self.spin,
            "active_space": None if self.active is None else (self.active[0], self.active[1]),
            "active_orbitals": self.active_orbitals,
            "frozen_core": bool(self.frozen_core),
        }

    def read(self, data: bytes, source: str) -> Problem:
        """See `FileSection.read`."""
        if self.is_calculated:
            return Molecule.from_bytes(data, source=source, **self._calculation())
        space = None if self.active is None else (self.active[0], self.active[1])
        return Molecule.from_bytes(
            data,
            source=source,
            spin=self.spin,
            active_space=space,
            active_orbitals=self.active_orbitals,
        )


MOLECULES = (MoleculeSection,)
