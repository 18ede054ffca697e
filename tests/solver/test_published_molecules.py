"""Published numbers of VQE that need a geometry: hydrogen chains from PySCF's integrals."""

import pytest

import hybridq as hq

pytest.importorskip("pyscf")


@pytest.fixture(scope="module", params=[1.0, 1.5])
def chain(request):
    """The spacing in ångström, and H6 at that spacing."""
    atoms = [("H", (0, 0, request.param * k)) for k in range(6)]
    return request.param, hq.Molecule.from_geometry(atoms, basis="sto-3g")


@pytest.mark.parametrize("singlet", [False, True])
def test_uccsd_leaves_the_published_error(chain, singlet):
    """github.com/JordanovSJ/VQE, in millihartree; other orders differ, within a factor of 2."""
    spacing, molecule = chain
    published = {1.0: 0.614, 1.5: 4.81}[spacing]
    result = hq.solve(molecule, ansatz="uccsd", singlet=singlet, rng=1)
    assert published / 2 < result.energy.error_mha < 2 * published
