"""Frozen cores and active orbitals against PySCF's complete-active-space energies."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridq.classical.ground_state import ground_states
from hybridq.core.errors import ParameterError
from hybridq.operators.sector import Sector
from hybridq.problems import Molecule
from hybridq.problems.frozen_core import inner_orbitals

LIH = "Li 0 0 0; H 0 0 1.6"
FOLDER = Path(__file__).parents[2] / "problems" / "molecules"


def exact_energy(molecule: Molecule) -> float:
    sector = Sector.of_electrons(molecule.n_orbitals, molecule.n_alpha, molecule.n_beta)
    return float(ground_states(molecule.electronic, sector=sector).values[0])


def casci(geometry: str, electrons: int, frozen: list[int], active: list[int]) -> float:
    """Energy of PySCF with the orbitals in `active` above those in `frozen`."""
    pyscf = pytest.importorskip("pyscf.mcscf") and pytest.importorskip("pyscf")
    with pyscf.lib.with_omp_threads(1):
        mol = pyscf.gto.M(atom=geometry, basis="sto-3g", verbose=0)
        mf = pyscf.scf.RHF(mol).run(conv_tol=1e-12)
        orbitals = mf.mo_coeff[:, frozen + active]
        return float(pyscf.mcscf.CASCI(mf, len(active), electrons).kernel(orbitals)[0])


# The noble gas before the element, with filled d and f shells of the p block: He 1, Ne 5, Ar 9,
# Ar 3d 14, Kr 18, Kr 4d 23, Xe 27, Xe 4f 34, Xe 4f 5d 39 orbitals.
INNER = {
    0: (1, 2),
    1: (3, 4, 5, 10),
    5: (11, 12, 13, 18),
    9: (19, 20, 21, 30),
    14: (31, 36),
    18: (37, 38, 48),
    23: (49, 54),
    27: (55, 70),
    34: (71, 80),
    39: (81, 86),
}


@pytest.mark.parametrize(
    ("charge", "count"), [(z, count) for count, charges in INNER.items() for z in charges]
)
def test_the_core_is_the_noble_gas_before(charge: int, count: int) -> None:
    assert inner_orbitals(charge) == count


@pytest.mark.parametrize(
    ("geometry", "electrons", "frozen"),
    [
        (LIH, 2, 1),
        ("Be 0 0 0; H 0 0 1.3; H 0 0 -1.3", 4, 1),
        ("Na 0 0 0; H 0 0 1.9", 2, 5),
        ("H 0 0 0; F 0 0 0.92", 8, 1),
    ],
)
def test_a_frozen_core_is_that_of_every_atom(geometry: str, electrons: int, frozen: int) -> None:
    pytest.importorskip("pyscf")
    molecule = Molecule.from_geometry(geometry, frozen_core=True)
    assert (molecule.n_electrons, molecule.frozen_orbitals) == (electrons, frozen)
    assert f"{frozen} orbital{'s' * (frozen > 1)} frozen" in molecule.size()
    assert molecule.describe()["frozen_orbitals"] == frozen
    m = frozen + molecule.n_orbitals
    expected = casci(geometry, electrons, list(range(frozen)), list(range(frozen, m)))
    assert exact_energy(molecule) == pytest.approx(expected, abs=1e-8)


def test_lithium_hydride_with_a_frozen_core_has_the_energy_of_the_literature() -> None:
    pytest.importorskip("pyscf")
    molecule = Molecule.from_geometry(LIH, frozen_core=True)
    assert (molecule.n_electrons, molecule.n_orbitals) == (2, 5)
    assert exact_energy(molecule) == pytest.approx(-7.882097, abs=1e-6)


def test_a_core_that_does_not_exist_is_told() -> None:
    pytest.importorskip("pyscf")
    molecule = Molecule.from_geometry("H 0 0 0; H 0 0 0.735", frozen_core=True)
    assert molecule.notes == ("No orbital is frozen: these atoms have no inner shell.",)
    assert "frozen" not in molecule.size()
    with pytest.raises(ParameterError, match="frozen_core freezes all 2 electrons"):
        Molecule.from_geometry("Li 0 0 0", charge=1, frozen_core=True)


@pytest.mark.parametrize(
    ("active", "frozen", "electrons"),
    [([1, 2, 5], [0], 2), ([5, 1, 2], [0], 2), ([0, 1, 2, 5], [], 4), ([0, 2, 5], [1], 2)],
)
def test_active_orbitals_by_number_have_the_energy_of_pyscf(
    active: list[int], frozen: list[int], electrons: int
) -> None:
    expected = casci(LIH, electrons, frozen, sorted(active))
    molecule = Molecule.from_geometry(LIH, active_orbitals=active)
    assert (molecule.n_electrons, molecule.frozen_orbitals) == (electrons, len(frozen))
    assert exact_energy(molecule) == pytest.approx(expected, abs=1e-8)
    file = FOLDER / "lih_sto3g.fcidump"
    of_file = Molecule.from_file(file, active_orbitals=active)
    assert exact_energy(of_file) == pytest.approx(expected, abs=1e-7)
    assert of_file.n_orbitals == len(active)


def test_orbitals_one_two_and_five_of_lithium_hydride() -> None:
    molecule = Molecule.from_file(FOLDER / "lih_sto3g.fcidump", active_orbitals=[1, 2, 5])
    assert exact_energy(molecule) == pytest.approx(-7.881072, abs=1e-6)


def test_orbital_symmetries_follow_their_orbitals() -> None:
    whole = Molecule.from_fcidump(FOLDER / "lih_sto3g.fcidump")
    labelled = Molecule(whole.electronic, 2, 2, orbital_symmetries=(1, 1, 1, 2, 3, 1))
    assert labelled.active_orbitals([1, 4, 5]).orbital_symmetries == (1, 3, 1)


@pytest.mark.parametrize(
    ("orbitals", "message"),
    [
        ([2, 3], "an occupied orbital, got .*: add one from 0 to 1"),
        ([1, 1, 2], "different numbers of orbitals, from 0 to 5"),
        ([1, 6], "from 0 to 5"),
        ([-1, 1], "from 0 to 5"),
        ([], "from 0 to 5"),
        ([1.0, 2.0], "from 0 to 5"),
        ("12", "from 0 to 5"),
        (3, "from 0 to 5"),
    ],
)
def test_impossible_active_orbitals_are_refused(orbitals, message: str) -> None:
    molecule = Molecule.from_fcidump(FOLDER / "lih_sto3g.fcidump")
    with pytest.raises(ParameterError, match=f"active_orbitals must be .*{message}"):
        molecule.active_orbitals(orbitals)


def test_a_singly_occupied_orbital_stays_active() -> None:
    whole = Molecule.from_fcidump(FOLDER / "lih_sto3g.fcidump", spin=2)
    with pytest.raises(ParameterError, match=r"unpaired electron .* add 1, 2"):
        whole.active_orbitals([0, 3])
    assert whole.active_orbitals([1, 2, 5]).particles == (2, 0)


def test_one_choice_of_active_orbitals_at_a_time() -> None:
    for given in ({"active_space": (2, 3)}, {"frozen_core": True}):
        with pytest.raises(ParameterError, match=r"active_orbitals.* exclude each other"):
            Molecule.from_geometry(LIH, active_orbitals=[1, 2], **given)
    with pytest.raises(ParameterError, match="exclude each other"):
        Molecule.from_file(
            FOLDER / "lih_sto3g.fcidump", active_orbitals=[1, 2], active_space=(2, 3)
        )
