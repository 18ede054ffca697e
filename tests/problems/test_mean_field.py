"""Hartree–Fock calculations that would stop early or at a saddle point, against PySCF's own."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from hybridq.problems import Molecule
from hybridq.problems.pyscf_source import converged, one_thread

pytest.importorskip("pyscf.scf")
import pyscf

pytestmark = pytest.mark.filterwarnings("ignore:remove_linear_dep_:DeprecationWarning")

# The lowest of PySCF's energies from its first guesses "minao", "atom", "1e" and "huckel", each
# continued by Newton steps and by its own `stability`, in hartree.
TRAPS = {
    "LiH 6": ("Li 0 0 0; H 0 0 6", 0, -7.5667102),
    "LiH 8": ("Li 0 0 0; H 0 0 8", 0, None),
    "HF 3.1": ("H 0 0 0; F 0 0 3.1", 0, None),
    "N2 2.5": ("N 0 0 0; N 0 0 2.5", 0, None),
    "O2 1.2": ("O 0 0 0; O 0 0 1.2", 2, None),
}


def mole(geometry: str, spin: int = 0):
    return pyscf.gto.M(atom=geometry, basis="sto-3g", spin=spin, verbose=0)


@pytest.mark.parametrize(
    ("geometry", "spin", "energy"),
    [
        pytest.param(*trap, id=name, marks=pytest.mark.slow if name == "LiH 8" else ())
        for name, trap in TRAPS.items()
    ],
)
def test_the_orbitals_are_a_stable_minimum(geometry: str, spin: int, energy: float | None) -> None:
    mol = mole(geometry, spin)
    with one_thread():
        found = converged(mol)
        # PySCF's own judgement.
        _, _, stable, _ = found.mf.stability(return_status=True)
        assert stable
        assert found.stable
        method = pyscf.scf.ROHF if spin else pyscf.scf.RHF
        for guess in ("minao", "atom", "huckel"):
            plain = method(mol).set(init_guess=guess, conv_tol=1e-12).run()
            assert not plain.converged or found.mf.e_tot < plain.e_tot + 1e-8
    if energy is not None:
        assert found.mf.e_tot == pytest.approx(energy, abs=1e-7)
    molecule = Molecule.from_geometry(geometry, spin=spin)
    assert molecule.hartree_fock_energy == pytest.approx(found.mf.e_tot, abs=1e-9)
    assert molecule.describe()["stable_orbitals"] is True
    (note,) = molecule.notes
    assert f"to a stable minimum, {found.mf.e_tot:.8f} Ha" in note


@pytest.mark.parametrize("geometry", ["Li 0 0 0; H 0 0 1.6", "O 0 0 0; H 0.8 0.6 0; H -0.8 0.6 0"])
def test_a_plain_case_keeps_the_orbitals_of_pyscf_to_the_last_bit(geometry: str) -> None:
    mol = mole(geometry)
    with one_thread():
        plain = pyscf.scf.RHF(mol).run(conv_tol=1e-12)
    found = converged(mol)
    assert np.array_equal(found.mf.mo_coeff, plain.mo_coeff)
    assert found.notes == ()
    assert found.stable


@pytest.mark.parametrize(
    ("geometry", "spin"), [("H 0 0 0", 1), ("He 0 0 0", 0), ("H 0 0 0; H 0 0 1", 2)]
)
def test_orbitals_without_rotations_are_stable(geometry: str, spin: int) -> None:
    found = converged(mole(geometry, spin))
    assert found.stable
    assert found.notes == ()


def test_a_calculation_that_was_run_before_is_taken_as_it_is() -> None:
    # The symmetric solution of a stretched molecule is a saddle point.
    mf = pyscf.scf.RHF(mole("H 0 0 0; H 0 0 30")).run(conv_tol=1e-12)
    molecule = Molecule.from_pyscf(mf)
    assert molecule.hartree_fock_energy == pytest.approx(mf.e_tot, abs=1e-10)
    assert molecule.stable_orbitals is None


def test_unrestricted_and_kohn_sham_calculations_are_followed_too() -> None:
    unrestricted = converged(pyscf.scf.UHF(mole("O 0 0 0; O 0 0 1.2", 2)))
    _, _, stable, _ = unrestricted.mf.stability(return_status=True)
    assert stable
    assert unrestricted.stable
    assert converged(pyscf.dft.RKS(mole("H 0 0 0; H 0 0 0.8"))).mf.converged


def test_an_instability_that_remains_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridq.problems.scf._MOST_ROUNDS", 1)
    monkeypatch.setattr("hybridq.problems.scf._GUESSES", ())
    molecule = Molecule.from_geometry("H 0 0 0; H 0 0 30")
    assert molecule.describe()["stable_orbitals"] is False
    assert "which is unstable: a lower one exists" in molecule.notes[0]


_PRINTED = """
import hashlib, hybridq as hq
e = hq.Molecule.from_geometry("Li 0 0 0; H 0 0 6").electronic
print(hashlib.sha256(e.one_body.tobytes() + e.two_body.tobytes()).hexdigest())
"""


def test_processes_agree_to_the_last_bit() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _PRINTED],
            env={**os.environ, "PADDING": "x" * length, "OMP_NUM_THREADS": threads},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for length, threads in ((1, "1"), (1234, "2"))
    }
    assert len(outputs) == 1
