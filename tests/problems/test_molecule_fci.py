"""Full configuration interaction of every molecule of the instances."""

from pathlib import Path

import numpy as np
import pytest

from hybridq.classical.ground_state import ground_states
from hybridq.operators import spin_squared
from hybridq.operators.sector import Sector
from hybridq.operators.sector_matrix import sector_matrix
from hybridq.problems import Molecule

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"

# Total energies in hartree: PySCF 2.14 for the STO-3G files, qiskit-nature for its lih.
FCI = {
    "h2_sto3g": -1.1373060358,
    "h6_sto3g": -2.9955654258,
    "lih_sto3g": -7.8823243789,
    "h2o_sto3g": -75.0124374325,
    "n2_sto3g": -107.6773397492,
    "qiskit_nature_lih": -7.88247363,
}


def sector_of(molecule):
    return Sector.of_electrons(molecule.n_orbitals, molecule.n_alpha, molecule.n_beta)


@pytest.mark.parametrize("name", FCI)
def test_published_energies_are_met(name):
    molecule = Molecule.from_fcidump(FOLDER / f"{name}.fcidump")
    sector = sector_of(molecule)
    found = ground_states(molecule.electronic, sector=sector, rng=1)
    accuracy = 1e-8 if name != "qiskit_nature_lih" else 5e-9
    assert found.values[0] == pytest.approx(FCI[name], abs=accuracy)
    assert found.values[0] < molecule.hartree_fock_energy
    assert found.exact
    spin = sector_matrix(spin_squared(molecule.n_orbitals).to_pauli_sum(), sector)
    vector = found.vectors[:, 0]
    assert np.vdot(vector, spin @ vector) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("name", ["qiskit_nature_h2", "qiskit_nature_oh"])
def test_integrals_and_pauli_terms_give_one_spectrum(name):
    """The unrestricted radical, too, by two routes that share no code."""
    spin = 1 if name.endswith("oh") else None
    molecule = Molecule.from_fcidump(FOLDER / f"{name}.fcidump", spin=spin)
    sector = sector_of(molecule)
    direct = ground_states(molecule.electronic, 3, sector=sector, rng=1)
    mapped = ground_states(molecule.hamiltonian, 3, sector=sector, rng=1)
    np.testing.assert_allclose(direct.values, mapped.values, atol=1e-10)
    assert direct.values[0] < molecule.hartree_fock_energy


def chain(n, spacing):
    return "; ".join(f"H 0 0 {k * spacing}" for k in range(n))


@pytest.mark.parametrize(
    ("geometry", "energy"),
    [
        (chain(4, 1.5), -1.9961503255),
        (chain(4, 1.0), -2.1663874486),
        (chain(6, 1.5), -2.9955654258),
        ("Li 0 0 0; H 0 0 1.5", -7.8823622868),
        ("Li 0 0 0; H 0 0 1.6", -7.8823243789),
        ("H 0 0 -1.3; Be 0 0 0; H 0 0 1.3", -15.5950470809),
    ],
)
def test_energies_by_bond_length(geometry, energy):
    """STO-3G, bond lengths in ångström; energies as published for these benchmarks of VQE."""
    pytest.importorskip("pyscf")
    molecule = Molecule.from_geometry(geometry, basis="sto-3g")
    found = ground_states(molecule.electronic, sector=sector_of(molecule), rng=1)
    assert found.values[0] == pytest.approx(energy, abs=1e-8)
