"""The first determinant is called Hartree–Fock only where it solves those equations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.cli import main
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import Molecule

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"
# A file in a site basis: hopping −1 between two sites, repulsion 6 on each.
SITES = """&FCI NORB=2,NELEC=2,MS2=0 /
6.0 1 1 1 1
6.0 2 2 2 2
-1.0 1 2 0 0
0.0 1 1 0 0
0.0 0 0 0 0
"""
EXACT = 3.0 - np.sqrt(13.0)  # the Hubbard dimer: U/2 − √(U²/4 + 4t²)


def sites(tmp_path: Path) -> Molecule:
    (tmp_path / "sites.fcidump").write_text(SITES, encoding="utf-8")
    return Molecule.from_fcidump(tmp_path / "sites.fcidump")


def test_a_site_basis_has_a_reference_determinant(tmp_path: Path) -> None:
    molecule = sites(tmp_path)
    assert not molecule.is_hartree_fock
    assert molecule.describe()["is_hartree_fock"] is False
    result = hq.solve(molecule, ansatz="k-upccgsd", rng=1)
    assert result.energy.exact == pytest.approx(EXACT)
    assert result.energy.hartree_fock == pytest.approx(6.0)
    # There is no correlation energy without Hartree–Fock orbitals.
    assert result.energy.correlation_recovered is None
    assert "Hartree-Fock" not in str(result)
    unknown = hq.solve(molecule, ansatz="k-upccgsd", rng=1, exact=False)
    assert "Hartree-Fock" not in str(unknown)


def test_the_screen_names_the_reference_determinant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites(tmp_path)
    main(["solve", "molecule", str(tmp_path / "sites.fcidump"), "--seed", "1"])
    shown = capsys.readouterr().out
    assert "Reference determinant" in shown
    assert "Hartree" not in shown


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.fcidump")), ids=lambda file: file.stem)
def test_the_files_of_molecules_are_in_hartree_fock_orbitals(file: Path) -> None:
    molecule = Molecule.from_fcidump(file)
    assert molecule.is_hartree_fock
    energies = hq.solve(molecule, rng=1, max_evaluations=1, exact=False).energy
    assert energies.reference == "Hartree-Fock"


def test_mixing_an_occupied_with_an_empty_orbital_is_found() -> None:
    molecule = Molecule.from_fcidump(FOLDER / "h2_sto3g.fcidump")
    for angle, canonical in ((0.0, True), (0.05, False)):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        h = np.einsum("spq,pa,qb->sab", molecule.electronic.one_body, turn, turn)
        g = np.einsum(
            "spqrt,pa,qb,rc,td->sabcd", molecule.electronic.two_body, turn, turn, turn, turn
        )
        turned = Molecule(ElectronicHamiltonian(0.0, h, g), 1, 1)
        assert turned.is_hartree_fock is canonical


@pytest.mark.parametrize(("method", "spin"), [("ROHF", 2), ("UHF", 2), ("RHF", 0), ("RKS", 0)])
def test_open_shells_and_kohn_sham_orbitals_of_pyscf(method: str, spin: int) -> None:
    pyscf = pytest.importorskip("pyscf.dft") and pytest.importorskip("pyscf")
    with pyscf.lib.with_omp_threads(1):
        mol = pyscf.gto.M(atom="N 0 0 0; H 0 0 1.04", spin=spin, verbose=0)
        module = pyscf.dft if method == "RKS" else pyscf.scf
        mf = getattr(module, method)(mol).run(conv_tol=1e-11)
        molecule = Molecule.from_pyscf(mf)
    assert molecule.is_hartree_fock is (method != "RKS")
