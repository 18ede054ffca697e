"""Molecules: integrals, reference energies and active spaces against PySCF and dense algebra."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.classical.ground_state import ground_states
from hybridq.core.errors import (
    DimensionError,
    FormatError,
    OutputError,
    ParameterError,
    ProblemError,
    UnknownNameError,
)
from hybridq.operators.sector import Sector
from hybridq.problems import PROBLEMS, Molecule, integrals
from hybridq.problems.formats.xyz import parse_geometry, parse_xyz

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"
# Hartree-Fock energies by PySCF 2.14, from problems/molecules/README.md.
HARTREE_FOCK = {
    "h2_sto3g": -1.1169989968,
    "h6_sto3g": -2.7501500442,
    "lih_sto3g": -7.8618647698,
    "h2o_sto3g": -74.9629466565,
    "n2_sto3g": -107.4877839280,
}


def read(name: str) -> Molecule:
    return Molecule.from_fcidump(FOLDER / f"{name}.fcidump")


def determinant_index(molecule: Molecule) -> int:
    return int(molecule.occupied @ (1 << np.arange(molecule.n_qubits)))


@pytest.mark.parametrize("name", HARTREE_FOCK)
def test_the_hartree_fock_energy_is_the_published_one(name: str) -> None:
    assert read(name).hartree_fock_energy == pytest.approx(HARTREE_FOCK[name], abs=1e-9)


@pytest.mark.parametrize(
    "name", ["h2_sto3g", "lih_sto3g", "qiskit_nature_h2", "qiskit_nature_lih", "qiskit_nature_oh"]
)
def test_the_hartree_fock_energy_is_the_diagonal_of_the_hamiltonian(name: str) -> None:
    molecule = read(name)
    state = np.zeros(1 << molecule.n_qubits)
    state[determinant_index(molecule)] = 1.0
    energy = state @ (molecule.hamiltonian.to_matrix() @ state)
    assert energy.real == pytest.approx(molecule.hartree_fock_energy, abs=1e-10)


def test_an_odd_open_shell_file_is_read_as_a_doublet_and_says_so() -> None:
    molecule = read("qiskit_nature_oh")
    assert (molecule.n_alpha, molecule.n_beta, molecule.spin) == (5, 4, 1)
    assert not molecule.electronic.is_restricted
    assert "MS2" in molecule.notes[0]
    assert molecule.occupied.tolist() == [1] * 5 + [0] + [1] * 4 + [0] * 2


def test_orbital_energies_are_those_of_removing_an_electron() -> None:
    """Koopmans: the energy of the determinant falls by ε when its electron goes."""
    for molecule in (read("lih_sto3g"), read("qiskit_nature_oh")):
        whole = molecule.hartree_fock_energy
        e, a, b = molecule.electronic, molecule.n_alpha, molecule.n_beta
        without = integrals.determinant_energy(e, a - 1, b)
        assert molecule.orbital_energies[0, a - 1] == pytest.approx(whole - without, abs=1e-10)
        without = integrals.determinant_energy(e, a, b - 1)
        assert molecule.orbital_energies[1, b - 1] == pytest.approx(whole - without, abs=1e-10)
        with_one_more = integrals.determinant_energy(e, a, b + 1)
        assert molecule.orbital_energies[1, b] == pytest.approx(with_one_more - whole, abs=1e-10)


def test_facts_of_a_molecule() -> None:
    molecule = read("lih_sto3g")
    assert (molecule.n_qubits, molecule.n_orbitals, molecule.n_electrons) == (12, 6, 4)
    assert (molecule.kind, molecule.sense, molecule.value_name) == (
        "molecule",
        "minimize",
        "energy",
    )
    assert molecule.sign == 1.0
    assert PROBLEMS["Molecule"] is hq.Molecule is Molecule
    facts = molecule.describe()
    assert facts["orbitals"] == 6
    assert facts["restricted"]
    assert facts["hartree_fock_energy"] == molecule.hartree_fock_energy
    assert molecule.hamiltonian is molecule.hamiltonian
    assert "lih_sto3g" in repr(molecule)


@pytest.mark.parametrize(("n_alpha", "n_beta"), [(3, 0), (-1, 1), (0, 0), (1.5, 1), (True, 1)])
def test_electrons_that_do_not_fit_are_refused(n_alpha: int, n_beta: int) -> None:
    with pytest.raises(ParameterError):
        Molecule(read("h2_sto3g").electronic, n_alpha, n_beta)


def test_symmetry_labels_must_be_one_an_orbital() -> None:
    with pytest.raises(DimensionError, match="orbital_symmetries must be 2 labels"):
        Molecule(read("h2_sto3g").electronic, 1, 1, orbital_symmetries=(1, 1, 1))


def test_orbitals_sorted_by_symmetry_are_put_in_order_of_energy(tmp_path: Path) -> None:
    molecule = read("h2o_sto3g")
    assert (np.diff(molecule.orbital_energies[0]) > 0).all()
    labels = (1, 1, 3, 1, 2, 1, 3)
    order = np.array([0, 1, 3, 5, 4, 2, 6])
    mixed = Molecule(
        integrals.reordered(molecule.electronic, order),
        5,
        5,
        orbital_symmetries=tuple(labels[p] for p in order),
    )
    assert mixed.hartree_fock_energy > molecule.hartree_fock_energy + 0.1
    mixed.to_fcidump(tmp_path / "mixed.fcidump")
    back = Molecule.from_fcidump(tmp_path / "mixed.fcidump")
    assert back.hartree_fock_energy == pytest.approx(molecule.hartree_fock_energy, abs=1e-10)
    assert (
        np.abs(np.abs(back.electronic.one_body) - np.abs(molecule.electronic.one_body)).max()
        < 1e-12
    )
    assert back.orbital_symmetries == labels
    assert "in the order 1 2 6 3 5 4 7" in back.notes[0]


@pytest.mark.parametrize("name", ["h6_sto3g", "n2_sto3g", "qiskit_nature_lih"])
def test_orbitals_in_order_stay_as_they_are(name: str) -> None:
    assert read(name).notes == ()


def test_an_active_space_is_the_block_of_the_hamiltonian_with_a_full_core() -> None:
    for name, electrons in (("lih_sto3g", 2), ("qiskit_nature_oh", 5)):
        molecule = read(name)
        small = molecule.active_space(electrons, 3)
        m, n_core = molecule.n_orbitals, (molecule.n_electrons - electrons) // 2
        kept = [p for s in (0, m) for p in range(s + n_core, s + n_core + 3)]
        core = sum(1 << p for s in (0, m) for p in range(s, s + n_core))
        index = [core + sum(1 << p for k, p in enumerate(kept) if b >> k & 1) for b in range(64)]
        # The string of Z over the core passes doubly occupied orbitals, but α's core only for α:
        # signs of β operators agree in pairs, and number is conserved.
        full = molecule.hamiltonian.to_matrix()[index][:, index].toarray()
        same_n = np.equal.outer(*[[bin(b).count("1") for b in range(64)]] * 2)
        assert small.hamiltonian.to_matrix().toarray()[same_n] == pytest.approx(
            full[same_n], abs=1e-10
        )
        assert small.hartree_fock_energy == pytest.approx(molecule.hartree_fock_energy, abs=1e-10)
        assert small.spin == molecule.spin


@pytest.mark.parametrize("space", [(3, 3), (0, 2), (6, 6), (4, 1), (4, 7), (2, 6)])
def test_an_impossible_active_space_is_refused(space: tuple[int, int]) -> None:
    with pytest.raises(ParameterError, match="active_space"):
        read("lih_sto3g").active_space(*space)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        read("h2_sto3g").to_fcidump(tmp_path / "missing" / "h2.fcidump")


# -- geometries ---------------------------------------------------------------------------------

WATER = "O 0 0 0; H 0.757 0.586 0; H -0.757 0.586 0"
XYZ = "3\nwater\nO 0 0 0\nH 0.757 0.586 0.0 0.1\n1 -0.757 5.86D-01 0\n"


def test_geometries_in_all_spellings_are_the_same_atoms() -> None:
    atoms = parse_geometry(WATER)
    assert atoms == [("O", (0, 0, 0)), ("H", (0.757, 0.586, 0)), ("H", (-0.757, 0.586, 0))]
    assert parse_geometry(WATER.replace(";", "\n").lower()) == atoms
    assert parse_geometry([(symbol, np.array(place)) for symbol, place in atoms]) == atoms
    assert parse_xyz(XYZ) == parse_xyz("\n" + XYZ + "\n\n") == atoms


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("O 0 0 0\n", 1, "number of atoms"),
        ("0\n\n", 1, "number of atoms"),
        ("3\nwater\nO 0 0 0\n", 1, "truncated"),
        ("1\nwater\nO 0 0 0\n1\nwater\nO 0 0 0\n", 1, "one molecule"),
        ("1\nwater\nO 0 0\n", 3, "x y z"),
        ("1\nwater\nQ 0 0 0\n", 3, "'Q'"),
        ("2\nwater\nO 0 0 0\nH 0 zero 0\n", 4, "Cartesian"),
        ("2\nwater\nO 0 0 0\nH 0 0 0\n", 4, "one place"),
    ],
)
def test_a_faulty_xyz_file_is_refused_by_line(text: str, line: int | None, word: str) -> None:
    with pytest.raises(FormatError, match=word) as caught:
        parse_xyz(text, source="w.xyz")
    assert caught.value.line == line


@pytest.mark.parametrize("geometry", ["", "H", "H 0 0 0; O 1 0.9", [("H", 3)], 7])
def test_a_faulty_geometry_is_refused(geometry: object) -> None:
    with pytest.raises(FormatError):
        parse_geometry(geometry)  # type: ignore[arg-type]


# -- PySCF --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pyscf():
    pytest.importorskip("pyscf.scf")
    import pyscf
    import pyscf.mcscf

    # Threads that wait for each other take seconds where one takes milliseconds.
    with pyscf.lib.with_omp_threads(1):
        yield pyscf


GEOMETRIES = {
    "h2_sto3g": "H 0 0 0; H 0 0 0.735",
    "lih_sto3g": "Li 0 0 0; H 0 0 1.6",
    "h2o_sto3g": WATER,
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_geometry_gives_the_energy_of_the_file(pyscf, name: str) -> None:
    molecule = Molecule.from_geometry(GEOMETRIES[name])
    stored = read(name)
    assert molecule.hartree_fock_energy == pytest.approx(stored.hartree_fock_energy, abs=1e-8)
    assert molecule.orbital_energies == pytest.approx(stored.orbital_energies, abs=1e-6)
    assert molecule.electronic.constant == pytest.approx(stored.electronic.constant, abs=1e-8)


# Full configuration interaction by bond length, STO-3G: ADAPT-VQE and UCCSD literature data.
BOND_LENGTHS = {
    "H4 1.5": ("; ".join(f"H 0 0 {1.5 * k}" for k in range(4)), -1.9961503255, -1.8291374124),
    "H4 1.0": ("; ".join(f"H 0 0 {1.0 * k}" for k in range(4)), -2.1663874486, None),
    "LiH 1.5": ("Li 0 0 0; H 0 0 1.5", -7.8823622868, None),
    "BeH2 1.3": ("Be 0 0 0; H 0 0 1.3; H 0 0 -1.3", -15.5950470809, None),
}


@pytest.mark.parametrize(
    ("geometry", "exact", "mean_field"), BOND_LENGTHS.values(), ids=BOND_LENGTHS
)
def test_the_exact_energy_at_a_bond_length_is_the_published_one(
    pyscf, geometry: str, exact: float, mean_field: float | None
) -> None:
    molecule = Molecule.from_geometry(geometry)
    sector = Sector.of_electrons(molecule.n_orbitals, molecule.n_alpha, molecule.n_beta)
    energy = ground_states(molecule.electronic, sector=sector).values[0]
    assert energy == pytest.approx(exact, abs=1e-8)
    if mean_field is not None:
        assert molecule.hartree_fock_energy == pytest.approx(mean_field, abs=1e-8)


def test_units_and_xyz_files_agree(pyscf, tmp_path: Path) -> None:
    (tmp_path / "water.xyz").write_text(XYZ)
    bohr = [(s, np.array(place) / 0.529177210903) for s, place in parse_geometry(WATER)]
    energies = [
        Molecule.from_xyz(tmp_path / "water.xyz").hartree_fock_energy,
        Molecule.from_file(tmp_path / "water.xyz", basis="sto-3g").hartree_fock_energy,
        Molecule.from_geometry(bohr, unit="bohr").hartree_fock_energy,
    ]
    assert energies == pytest.approx([HARTREE_FOCK["h2o_sto3g"]] * 3, abs=1e-7)
    with pytest.raises(UnknownNameError, match="angstrom"):
        Molecule.from_geometry(WATER, unit="angstrm")
    with pytest.raises(UnknownNameError, match="unit of length"):
        Molecule.from_geometry(WATER, unit="nm")


def test_a_frozen_core_leaves_restricted_orbitals_restricted(pyscf) -> None:
    water = Molecule.from_geometry("O 0 0 0; H 0.757 0.586 0; H -0.757 0.586 0", frozen_core=True)
    assert water.electronic.is_restricted


def test_open_shells_and_unrestricted_orbitals(pyscf) -> None:
    triplet = pyscf.gto.M(atom="N 0 0 0; H 0 0 1.04", spin=2, verbose=0)
    restricted, unrestricted = pyscf.scf.ROHF(triplet).run(), pyscf.scf.UHF(triplet).run()
    for mf in (restricted, unrestricted):
        for options in ({}, {"frozen_core": True}, {"active_space": (4, 4)}):
            molecule = Molecule.from_pyscf(mf, **options)
            assert molecule.hartree_fock_energy == pytest.approx(mf.e_tot, abs=1e-9)
            assert molecule.spin == 2
    molecule = Molecule.from_pyscf(unrestricted)
    assert not molecule.electronic.is_restricted
    assert molecule.orbital_energies == pytest.approx(unrestricted.mo_energy, abs=1e-6)
    assert Molecule.from_pyscf(triplet).hartree_fock_energy == pytest.approx(restricted.e_tot)
    assert Molecule.from_geometry("N 0 0 0; H 0 0 1.04", spin=2, frozen_core=True).n_orbitals == 5


def test_symmetry_ordered_orbitals_of_pyscf_are_sorted(pyscf) -> None:
    mol = pyscf.gto.M(atom="N 0 0 0; N 0 0 1.2", symmetry=True, verbose=0)
    mf = pyscf.scf.RHF(mol)
    mf.irrep_nelec = {"A1g": 6, "A1u": 4, "E1ux": 2, "E1uy": 2}
    mf.run()
    assert Molecule.from_pyscf(mf).hartree_fock_energy == pytest.approx(mf.e_tot, abs=1e-9)


def test_an_active_space_has_the_energy_of_pyscf_casci(pyscf) -> None:
    mol = pyscf.gto.M(atom="Li 0 0 0; H 0 0 1.6", basis="sto-3g", verbose=0)
    mf = pyscf.scf.RHF(mol).run(conv_tol=1e-12)
    expected = pyscf.mcscf.CASCI(mf, 3, 2).kernel()[0]
    small = Molecule.from_pyscf(mf, active_space=(2, 3))
    matrix = small.hamiltonian.to_matrix().toarray()
    index = np.arange(64)
    electrons = [bin(b).count("1") for b in index]
    sector = index[np.array(electrons) == 2]
    assert np.linalg.eigvalsh(matrix[np.ix_(sector, sector)])[0] == pytest.approx(
        expected, abs=1e-9
    )


def test_what_pyscf_cannot_do_is_told(pyscf) -> None:
    with pytest.raises(ParameterError, match=r"spin=1 .* inconsistent with 10 electrons"):
        Molecule.from_geometry(WATER, spin=1)
    with pytest.raises(ParameterError, match="charge=11"):
        Molecule.from_geometry(WATER, charge=11)
    with pytest.raises(ParameterError, match="got 'sto-3gg'"):
        Molecule.from_geometry(WATER, basis="sto-3gg")
    with pytest.raises(ParameterError, match="exclude each other"):
        Molecule.from_geometry(WATER, active_space=(4, 4), frozen_core=True)
    with pytest.raises(ParameterError, match="active_space"):
        Molecule.from_geometry(WATER, active_space=(4, 40))
    with pytest.raises(ParameterError, match="mean-field object, got '"):
        Molecule.from_pyscf("H2")
    mol = pyscf.gto.M(atom="Li 0 0 0; H 0 0 1.6", verbose=0)
    with pytest.raises(ProblemError, match="did not converge"):
        Molecule.from_pyscf(pyscf.scf.RHF(mol).run(max_cycle=1))
    with pytest.raises(ParameterError, match="mixed spin"):
        Molecule.from_pyscf(pyscf.scf.GHF(mol).run())


def test_a_missing_pyscf_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyscf", None)
    monkeypatch.setitem(__import__("sys").modules, "pyscf.gto", None)
    with pytest.raises(hq.HybridqError, match="pip install pyscf"):
        Molecule.from_geometry(WATER)


def test_options_that_a_file_does_not_have_are_refused() -> None:
    with pytest.raises(ParameterError, match="basis is not an option of an FCIDUMP file"):
        Molecule.from_file(FOLDER / "h2_sto3g.fcidump", basis="sto-3g")
    assert Molecule.from_file(FOLDER / "h2_sto3g.fcidump", spin=2).n_alpha == 2


# -- OpenFermion --------------------------------------------------------------------------------


def test_openfermion_integrals_are_put_in_our_order() -> None:
    pytest.importorskip("openfermion")
    from openfermion import MolecularData, get_sparse_operator
    from openfermion.testing import data as folder

    path = Path(folder.__path__[0]) / "H1-Li1_sto-3g_singlet_1.45.hdf5"
    data = MolecularData(filename=str(path))
    data.load()
    molecule = Molecule.from_openfermion(data)
    assert (molecule.n_alpha, molecule.n_beta) == (2, 2)
    assert molecule.hartree_fock_energy == pytest.approx(float(data.hf_energy), abs=1e-6)
    assert molecule.orbital_energies[0] == pytest.approx(data.orbital_energies, abs=1e-5)
    small = data.get_molecular_hamiltonian(occupied_indices=[0], active_indices=[1, 2, 3])
    theirs = np.linalg.eigvalsh(get_sparse_operator(small).toarray())
    ours = np.linalg.eigvalsh(molecule.active_space(2, 3).hamiltonian.to_matrix().toarray())
    assert ours == pytest.approx(theirs, abs=1e-8)


def test_molecular_data_without_integrals_is_refused() -> None:
    class Empty:
        one_body_integrals = None

    with pytest.raises(ParameterError, match="Empty lacks integrals"):
        Molecule.from_openfermion(Empty())

    class Odd:
        one_body_integrals = np.eye(2)
        two_body_integrals = np.zeros((2, 2, 2, 2))
        nuclear_repulsion = 0.0
        n_electrons = 3
        multiplicity = 1

    with pytest.raises(ParameterError, match="multiplicity=1"):
        Molecule.from_openfermion(Odd())


@pytest.mark.parametrize("space", [(0, 3), (2.7, 3), ("2", 3)])
def test_an_active_space_that_is_refused_gets_a_remedy_that_works(space) -> None:
    with pytest.raises(ParameterError, match=r"give 2|must be \(electrons, orbitals\)"):
        read("lih_sto3g").active_space(*space)


@pytest.mark.parametrize("spin", ["a", 1.0, True])
def test_a_spin_that_is_no_whole_number_is_refused(spin) -> None:
    with pytest.raises(ParameterError, match="spin must be"):
        Molecule.from_fcidump(FOLDER / "lih_sto3g.fcidump", spin=spin)
