"""Electrons that no circuit can move: the energy of their only state is the answer."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.presentation.sentences import report

pyscf = pytest.importorskip("pyscf")

SYSTEMS = {
    "He": ("He 0 0 0", 0, 0),
    "H": ("H 0 0 0", 0, 1),
    "He2": ("He 0 0 0; He 0 0 2", 0, 0),
    "H2+": ("H 0 0 0; H 0 0 1.06", 1, 1),
    "triplet H2": ("H 0 0 0; H 0 0 0.74", 0, 2),
}


def scf_energy(geometry: str, charge: int, spin: int) -> float:
    """Return the energy of PySCF, exact for one electron and for full shells."""
    from pyscf import fci, gto, scf

    molecule = gto.M(atom=geometry, charge=charge, spin=spin, basis="sto-3g", verbose=0)
    field = scf.ROHF(molecule).run(conv_tol=1e-12)
    return float(fci.FCI(field).kernel()[0])


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("ansatz", [None, "k-upccgsd", "adapt"])
def test_the_energy_of_the_only_state_is_the_result(name, ansatz):
    geometry, charge, spin = SYSTEMS[name]
    problem = hq.Molecule.from_geometry(geometry, charge=charge, spin=spin)
    result = hq.solve(problem, ansatz=ansatz, rng=1)
    assert result.expectation == pytest.approx(scf_energy(geometry, charge, spin), abs=1e-7)
    assert result.energy is not None
    assert result.energy.error == pytest.approx(0.0, abs=1e-9)
    assert report(result).good
    if ansatz is None:
        assert len(result.parameters) == 0
        assert result.expectation == pytest.approx(problem.hartree_fock_energy, abs=1e-12)
        assert result.optimizer.status == "converged"
        assert hq.Result.from_json(result.to_json()).expectation == result.expectation
        assert result.figure() is not None


def test_a_scan_over_helium_ends_in_results():
    # Two helium atoms in the minimal basis fill all orbitals at every distance.
    energies = [
        hq.solve(hq.Molecule.from_geometry(f"He 0 0 0; He 0 0 {r}"), rng=1).expectation
        for r in (1.0, 6.0)
    ]
    assert energies[0] > energies[1]  # repulsion only
    atom = hq.solve(hq.Molecule.from_geometry("He 0 0 0"), rng=1).expectation
    np.testing.assert_allclose(energies[1], 2 * atom, atol=1e-6)


def test_the_only_state_is_also_the_lowest_one():
    found = hq.excited_states(hq.Molecule.from_geometry("He 0 0 0"), 1, rng=1)
    assert abs(found.states[0].error) < 1e-9
    pair = hq.Molecule.from_geometry("H 0 0 0; H 0 0 1.06", charge=1, spin=1)
    for method in ("subspace", "vqd"):
        both = hq.excited_states(pair, 2, method=method, rng=1)
        assert max(abs(state.error) for state in both.states) < 1e-8
