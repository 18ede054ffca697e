"""From a molecule or a Hamiltonian to an energy, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.hardware_efficient import HardwareEfficient
from hybridq.ansatz.ucc import UCCSD
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.operators import spin_models
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.hamiltonian_problem import HamiltonianProblem
from hybridq.problems.hubbard_problem import HubbardProblem
from hybridq.problems.molecule import Molecule

PROBLEMS = Path(__file__).parents[2] / "problems"
ROUNDING = 1e-9


def molecule(name: str) -> Molecule:
    return Molecule.from_fcidump(PROBLEMS / f"molecules/{name}_sto3g.fcidump")


@pytest.fixture(scope="module")
def h2():
    return hq.solve(molecule("h2"), rng=1)


@pytest.mark.parametrize(
    ("name", "exact", "worst"),
    [
        # FCI: PySCF, as problems/molecules says. The errors are those of one factorised UCCSD.
        ("h2", -1.1373060358, 1e-9),
        ("lih", -7.8823243789, 1e-4),
        ("h2o", -75.0124374325, 2e-4),
    ],
)
def test_uccsd_comes_close_to_full_configuration_interaction(name, exact, worst):
    result = hq.solve(molecule(name), ansatz="uccsd", rng=1)
    assert result.reference.exact
    assert result.reference.value == pytest.approx(exact, abs=1e-8)
    assert -ROUNDING < result.expectation - exact < worst
    assert result.energy.error == result.expectation - result.reference.value
    assert result.energy.chemical_accuracy
    assert result.energy.s_squared == pytest.approx(0.0, abs=1e-6)
    assert result.engine.name == "sector"


def test_the_stretched_hydrogen_chain_ends_at_its_minimum():
    # Factorised UCCSD leaves 4.81 mHa in another order of the operators (JordanovSJ/VQE).
    result = hq.solve(molecule("h6"), ansatz="uccsd", rng=1)
    assert 2.4 < result.energy.error_mha < 9.6
    assert not result.energy.chemical_accuracy
    gradient = hq.Expectation(UCCSD(molecule("h6")), molecule("h6").electronic).value_and_gradient(
        result.parameters
    )[1]
    assert np.abs(gradient).max() < 1e-4


def test_a_molecule_result_tells_what_a_chemist_asks(h2):
    energy = h2.energy
    assert energy.unit == "hartree"
    assert energy.hartree_fock == pytest.approx(-1.1169989968, abs=1e-9)
    assert energy.correlation_recovered == pytest.approx(1.0)
    assert energy.particles.n_alpha == pytest.approx(1.0)
    assert energy.particles.n == pytest.approx(2.0)
    assert energy.s_z == pytest.approx(0.0)
    assert "N_alpha = 1 and N_beta = 1" in energy.exact_note
    assert h2.best is None
    assert h2.ratio is None
    assert h2.trace.values.min() == pytest.approx(h2.expectation)


def test_a_molecule_result_prints_and_is_written(h2, tmp_path):
    lines = str(h2).splitlines()
    assert lines[0] == "h2_sto3g: energy -1.13730604 Ha (uccsd, 1 parameter)"
    assert "within chemical accuracy" in lines[1]
    assert lines[2].startswith("Hartree-Fock: -1.11699900 Ha; 100 % of the correlation")
    assert "⟨N⟩ = 2" in lines[3]
    assert "expectation=-1.13730604" in repr(h2)
    document = json.loads(h2.to_json(tmp_path / "h2.json"))
    assert document["expectation"] == h2.expectation
    assert document["reference"]["exact"] is True
    assert document["energy"]["particles"] == {"n_alpha": 1.0, "n_beta": 1.0, "n": 2.0}
    assert document["energy"]["chemical_accuracy"] is True


def test_an_open_shell_keeps_its_spin():
    oh = Molecule.from_fcidump(PROBLEMS / "molecules/qiskit_nature_oh.fcidump")
    result = hq.solve(oh, rng=1)
    assert result.energy.particles.n_alpha - result.energy.particles.n_beta == pytest.approx(1.0)
    assert result.energy.s_z == pytest.approx(0.5)
    assert result.energy.error > -ROUNDING
    assert result.energy.chemical_accuracy


@pytest.mark.parametrize(
    ("hamiltonian", "exact"),
    [
        # Ring at h = 1: −2 / sin(π/2N); Heisenberg ring of 6: REFERENCES of the literature.
        (spin_models.tfim(6, periodic=True), -2 / np.sin(np.pi / 12)),
        (spin_models.heisenberg(6, periodic=True), -11.211102551),
    ],
)
def test_a_bare_spin_model_gets_the_hamiltonian_variational_ansatz(hamiltonian, exact):
    result = hq.solve(hamiltonian, layers=6, rng=1)
    assert result.ansatz["kind"] == "hva"
    assert -ROUNDING < result.expectation - exact < 1e-5
    assert result.energy.exact == pytest.approx(exact, abs=1e-8)
    assert result.energy.unit is None
    assert result.energy.error_mha is None
    assert result.energy.particles is None
    assert "error" in str(result)


def test_the_two_qubit_hydrogen_molecule_from_a_file():
    # Ground energy of the published two-qubit Hamiltonian (qiskit-algorithms tests).
    problem = HamiltonianProblem.from_file(PROBLEMS / "hamiltonians/h2_qiskit.txt")
    result = hq.solve(problem, rng=1)
    assert result.ansatz["kind"] == "hardware-efficient"
    assert result.expectation == pytest.approx(-1.85727503, abs=1e-7)


def test_hardware_efficient_takes_its_options_and_either_spelling():
    hamiltonian = spin_models.tfim(4, periodic=True)
    result = hq.solve(hamiltonian, ansatz="hardware_efficient", layers=4, rng=1)
    assert result.ansatz["layers"] == 4
    assert -ROUNDING < result.energy.error < 0.2


@pytest.mark.parametrize(("u", "exact"), [(2, -2.875942809), (4, -1.953145309), (8, -1.117172413)])
def test_the_hubbard_chain_at_half_filling(u, exact):
    # Open chain of four, t = 1: values of the literature.
    result = hq.solve(spin_models.fermi_hubbard(4, U=float(u)), layers=5, rng=1)
    assert result.energy.exact == pytest.approx(exact, abs=1e-8)
    assert -ROUNDING < result.expectation - exact < 1e-5
    assert result.energy.particles.n == pytest.approx(4.0)
    assert result.energy.s_squared == pytest.approx(0.0, abs=1e-6)


def test_hubbard_electrons_can_be_chosen():
    problem = HubbardProblem(spin_models.fermi_hubbard(2, U=4.0), 1, 0)
    result = hq.solve(problem, layers=2, rng=1)
    assert result.expectation == pytest.approx(-1.0)  # one electron on two sites: −t
    assert result.energy.particles.n_beta == pytest.approx(0.0)
    with pytest.raises(ParameterError, match=r"n_alpha must be .*, got 3"):
        HubbardProblem(spin_models.fermi_hubbard(2), 3, 0)


def test_a_state_that_leaves_its_particle_numbers_is_not_called_accurate():
    # One electron a spin on two sites has energy 2 − √8; the circuit may shed or gain electrons.
    problem = HubbardProblem(spin_models.fermi_hubbard(2, U=8.0), 2, 2)
    result = hq.solve(problem, ansatz="hardware-efficient", layers=3, rng=1)
    assert result.energy.exact == pytest.approx(16.0)
    assert result.energy.error < -1.0
    assert "has others" in result.energy.exact_note
    assert result.energy.particles.n < 3.9


def test_a_circuit_of_ones_own():
    circuit = hq.Circuit(2).ry(0, hq.Angle(parameter=0)).cx(0, 1)
    hamiltonian = PauliSum.from_sparse([("ZZ", (0, 1), -1.0), ("XX", (0, 1), -0.5)], 2)
    result = hq.solve(hamiltonian, ansatz=circuit, rng=1)
    assert result.expectation == pytest.approx(-1.5)  # a Bell pair
    assert result.ansatz == {"kind": "circuit", "n_params": 1, "initial": "random"}
    given = hq.solve(hamiltonian, ansatz=circuit, initial=[0.3], rng=1)
    assert given.expectation == pytest.approx(-1.5)


def test_max_cut_by_another_ansatz_still_answers_in_bits():
    problem = hq.MaxCut(nx.cycle_graph(4))
    result = hq.solve(problem, ansatz="hardware-efficient", layers=2, rng=1)
    assert result.best.value == 4
    assert result.energy is None
    assert result.ansatz["kind"] == "hardware-efficient"
    assert result.expectation == pytest.approx(4.0, abs=1e-6)


@pytest.mark.parametrize("optimizer", ["cobyla", "differential-evolution", "bfgs"])
def test_every_kind_of_optimizer_runs(optimizer):
    result = hq.solve(molecule("h2"), optimizer=optimizer, max_evaluations=300, rng=1)
    assert -ROUNDING < result.energy.error < 1e-4


def test_a_seed_repeats_the_run():
    hamiltonian = spin_models.tfim(4)
    first, second = (
        hq.solve(hamiltonian, ansatz="hardware-efficient", layers=2, rng=5) for _ in range(2)
    )
    assert (first.parameters == second.parameters).all()
    assert first.seed == 5


def test_the_exact_energy_is_skipped_on_request():
    result = hq.solve(molecule("h2"), exact=False, rng=1)
    assert result.reference is None
    assert result.energy.exact is None
    assert result.energy.exact_note == "not asked for"
    assert "exact: not asked for" in str(result)


def test_an_interrupt_reports_the_best_so_far():
    def interrupt(record):
        if record.evaluation == 3:
            raise KeyboardInterrupt

    result = hq.solve(molecule("lih"), callback=interrupt, rng=1)
    assert result.optimizer.status == "interrupted"
    assert result.energy.hartree_fock > result.expectation > result.energy.exact


def test_the_unit_of_the_hamiltonian_does_not_matter():
    hamiltonian = spin_models.tfim(4, periodic=True)
    ansatz = HardwareEfficient(4, layers=2)
    plain = hq.solve(hamiltonian, ansatz=ansatz, restarts=0, rng=3)
    for unit in (1e-6, 1e6):
        scaled = hq.solve(unit * hamiltonian, ansatz=ansatz, restarts=0, rng=3)
        assert scaled.expectation / unit == pytest.approx(plain.expectation, abs=1e-2)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"ansatz": "uccds"}, UnknownNameError, "did you mean 'uccsd'"),
        ({"repetition": 2}, UnknownNameError, r"did you mean repetitions\?"),
        ({"ansatz": "adapt", "pol": "gsd"}, UnknownNameError, r"did you mean pool\?"),
        ({"ansatz": "adapt", "pool": "gds"}, UnknownNameError, "did you mean 'gsd'"),
        ({"ansatz": "adapt", "restarts": 2}, ParameterError, "restarts"),
        ({"ansatz": hq.Circuit(3).h(0)}, DimensionError, "widths must agree"),
        ({"ansatz": hq.Circuit(4).h(0)}, ParameterError, "no parameters"),
        ({"ansatz": 7}, ParameterError, "ansatz must be a name of ANSATZE, an ansatz .*, got 7"),
        ({"ansatz": "qaoa"}, ParameterError, "problems over bits"),
        ({"p": 3}, ParameterError, "p is not an option of ansatz='uccsd'"),
        ({"initial": "mp3"}, UnknownNameError, "did you mean 'mp2'"),
        ({"initial": [0.1, 0.2]}, DimensionError, "1 parameters"),
        ({"initial": ["a"]}, ParameterError, "real numbers"),
        ({"initial": [float("nan")]}, ParameterError, "parameter 0 must be finite, got nan"),
        ({"ansatz": "adap"}, UnknownNameError, "did you mean 'adapt'"),
        ({"restarts": -1}, ParameterError, r"restarts must be .*, got \-1"),
    ],
)
def test_bad_arguments_are_refused_before_the_work(options, error, match):
    with pytest.raises(error, match=match):
        hq.solve(molecule("h2"), **options)


def test_qaoa_has_no_options_of_others():
    with pytest.raises(
        UnknownNameError, match=r"layers is not an option of ansatz='qaoa'.*p, mixer"
    ):
        hq.solve(hq.MaxCut(nx.cycle_graph(4)), layers=3)


def test_a_hamiltonian_that_is_not_hermitian_is_refused():
    with pytest.raises(ParameterError, match="not hermitian"):
        hq.solve(PauliSum.from_sparse([("X", (0,), 1j)], 1))


def test_the_exact_energy_of_a_hamiltonian_is_that_of_all_states():
    # In a strong field all four spins point up: 3 bonds of energy 1, fields of −5 each. The
    # circuit keeps two up and two down, and comes to the ground state of those only.
    result = hq.solve(spin_models.heisenberg(4, h=5.0), ansatz="hva", rng=1)
    assert result.engine.name == "sector"
    assert result.expectation == pytest.approx(-3.0 - 2.0 * np.sqrt(3.0))
    assert result.energy.exact == pytest.approx(-17.0)
    assert result.energy.error > 10.0


def test_where_all_states_are_too_many_the_note_says_which_were_looked_at(monkeypatch):
    monkeypatch.setattr("hybridq.solver.vqe.QUICK_STATES", 8)
    result = hq.solve(spin_models.heisenberg(4), ansatz="hva", rng=1)
    assert result.energy.exact == pytest.approx(-3.0 - 2.0 * np.sqrt(3.0))
    assert "others not looked at" in result.energy.exact_note


def test_a_constant_hamiltonian_has_its_energy():
    result = hq.solve(PauliSum.from_labels({"II": 1.5}), rng=1)
    assert result.expectation == pytest.approx(1.5)
    assert result.energy.exact == pytest.approx(1.5)


def test_the_hamiltonian_variational_ansatz_of_a_molecule_starts_from_hartree_fock():
    result = hq.solve(molecule("h2"), ansatz="hva", layers=3, rng=1)
    assert result.expectation == pytest.approx(-1.1373060358, abs=1e-6)
    assert result.energy.particles.n == pytest.approx(2.0)


def test_unrestricted_orbitals_have_no_spin_expectation():
    # Whether the state is a singlet hangs on the overlaps of α with β orbitals, not known here.
    restricted = molecule("h2").electronic
    shifted = restricted.one_body.copy()
    shifted[1] += 1e-3 * np.eye(2)
    electronic = hq.ElectronicHamiltonian(restricted.constant, shifted, restricted.two_body)
    result = hq.solve(Molecule(electronic, 1, 1), rng=1)
    assert result.energy.s_squared is None
    assert result.energy.particles.n == pytest.approx(2.0)
    assert "S²" not in str(result)
