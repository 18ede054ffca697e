"""Coupled cluster: counts, conserved numbers, starting amplitudes, published energies."""

import numpy as np
import pytest
import scipy.optimize

import hybridq as hq
from hybridq.ansatz.orbital_symmetry import orbital_parities
from hybridq.ansatz.perturbation import Perturbation
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError
from hybridq.operators.fermion import number_operator, spin_squared, spin_z
from tests.ansatz.electron_samples import molecule, random_electrons
from tests.helpers import slow_twin


def energy(ansatz, matrix, x):
    state = slow_twin.run(ansatz.circuit, x)
    return float(np.vdot(state, matrix @ state).real)


def minimum(ansatz, observable, start=None):
    objective = hq.Expectation(ansatz, observable)
    x0 = ansatz.initial_point(start)
    options = {"gtol": 1e-7, "ftol": 1e-13, "maxiter": 500}
    found = scipy.optimize.minimize(
        objective.value_and_gradient, x0, jac=True, method="L-BFGS-B", options=options
    )
    return found.fun


@pytest.mark.parametrize(
    ("space", "every", "mirrored"),
    [((6, 3, 3), 117, 63), ((7, 5, 5), 140, 75), ((10, 7, 7), 609, 315)],
    ids=["H6", "H2O", "N2"],
)
def test_number_of_parameters_in_sto3g_as_in_the_literature(space, every, mirrored):
    assert hq.UCCSD(space).n_params == every
    assert hq.UCCSD(space, singlet=True).n_params == mirrored
    assert len(hq.UCCSD(space, singlet=True).excitations) == every
    assert hq.UCCSD(space, repetitions=2).n_params == 2 * every


def test_open_shells_have_all_spin_conserving_excitations():
    # 3 α in 4 orbitals, 1 β: singles 3·1 + 1·3, doubles 0 + 0 + 3·1·1·3
    ansatz = hq.UCCSD((4, 3, 1))
    assert ansatz.n_params == 6 + 9
    state = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
    assert abs(state[0b0001_0111]) == 1.0


def test_number_and_spin_are_conserved():
    ansatz = hq.UCCSD((3, 2, 1), repetitions=2)
    state = slow_twin.run(ansatz.circuit, ansatz.initial_point("random", 5) * 20)
    for operator, value in [(number_operator(6), 3.0), (spin_z(3), 0.5)]:
        matrix = operator.to_pauli_sum().to_matrix()
        assert np.allclose(matrix @ state, value * state, atol=1e-12)


@pytest.mark.parametrize("electrons", [(3, 2, 1), (3, 1, 2)])
def test_couplings_are_the_derivatives_at_zero(electrons):
    """dE/dθ_k at 0 is 2 ⟨TΦ|H|Φ⟩, α and β with different integrals."""
    sample = random_electrons(*electrons, seed=3)
    ansatz = hq.UCCSD(sample)
    matrix = sample.electronic.pauli_sum.to_matrix()
    theory = Perturbation(sample.electronic, ansatz.electrons.occupied)
    reference = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
    image = matrix @ reference
    for excitation in ansatz.excitations:
        excited = slow_twin.transition(ansatz.n_qubits, excitation) @ reference
        assert theory.coupling(excitation) == pytest.approx(np.vdot(excited, image).real, abs=1e-12)


def test_every_mp2_angle_goes_downhill():
    for sample in (molecule("h2o_sto3g"), molecule("n2_sto3g"), molecule("qiskit_nature_oh")):
        ansatz = hq.UCCSD(sample)
        theory = Perturbation(sample.electronic, ansatz.electrons.occupied)
        for excitation in ansatz.excitations:
            assert theory.angle(excitation) * theory.coupling(excitation) <= 0.0
            assert abs(theory.angle(excitation)) <= np.pi / 2


def test_gaps_are_differences_of_orbital_energies():
    sample = molecule("h2o_sto3g")
    ansatz = hq.UCCSD(sample)
    theory = Perturbation(sample.electronic, ansatz.electrons.occupied)
    energies = np.ravel(sample.orbital_energies)
    for excitation in ansatz.excitations:
        expected = energies[list(excitation.created)].sum()
        expected -= energies[list(excitation.annihilated)].sum()
        assert theory.gap(excitation) == pytest.approx(expected, abs=1e-10)


def test_h2_from_hartree_fock_to_fci():
    sample = molecule("h2_sto3g")
    ansatz = hq.UCCSD(sample, symmetry=False)
    matrix = sample.hamiltonian.to_matrix()
    assert ansatz.n_params == 3
    assert energy(ansatz, matrix, np.zeros(3)) == pytest.approx(-1.1169989968, abs=1e-9)
    start = ansatz.initial_point("mp2")
    assert -1.1373060358 < energy(ansatz, matrix, start) < -1.130
    assert minimum(ansatz, sample.electronic) == pytest.approx(-1.1373060357534, abs=1e-9)


def test_h2_has_one_allowed_excitation():
    ansatz = hq.UCCSD(molecule("h2_sto3g"))
    assert ansatz.n_params == 1
    assert ansatz.describe()["forbidden_by_symmetry"] == 2


@pytest.mark.parametrize(
    ("name", "independent"), [("h6_sto3g", 2), ("h2o_sto3g", 3), ("n2_sto3g", 3)]
)
def test_parities_found_in_the_integrals(name, independent):
    """The generators of Ci, C2v (no A2 here), D2h, and the parity of the electron number.

    The file of N2 has its π orbitals turned about the axis, which leaves C2h.
    """
    parities = orbital_parities(molecule(name).electronic)
    assert len(parities) == independent
    m = parities.shape[1]
    joined = np.vstack([parities, np.ones((1, m), dtype=bool)])
    patterns = {tuple((combination @ joined) % 2) for combination in np.ndindex(*[2] * len(joined))}
    assert len(patterns) == 2**independent  # all ones is in the span


def test_forbidden_excitations_have_no_gradient():
    sample = molecule("h2o_sto3g")
    every = hq.UCCSD(sample, symmetry=False)
    allowed = set(hq.UCCSD(sample).excitations)
    x = every.initial_point("mp2")
    _, gradient = hq.Expectation(every, sample.electronic).value_and_gradient(x)
    forbidden = [excitation not in allowed for excitation in every.excitations]
    assert np.abs(gradient[forbidden]).max() < 1e-9
    assert np.abs(x[forbidden]).max() < 1e-9
    assert sum(forbidden) == 92


def test_h6_error_as_published():
    """4.81 mHa at 1.5 Å, order-dependent within a factor of 2 (JordanovSJ/VQE)."""
    sample = molecule("h6_sto3g")
    error = minimum(hq.UCCSD(sample), sample.electronic) + 2.9955654258
    assert 2.4e-3 < error < 9.6e-3
    mirrored = minimum(hq.UCCSD(sample, singlet=True), sample.electronic) + 2.9955654258
    assert mirrored == pytest.approx(error, abs=1e-4)


def test_lih_below_a_tenth_of_a_millihartree():
    sample = molecule("lih_sto3g")
    error = minimum(hq.UCCSD(sample), sample.electronic) + 7.8823243789
    assert 0 <= error < 1e-4


def test_mirror_images_share_their_angle():
    """Exchanging α and β, modes 0-2 and 3-5, leads to the excitation with the same parameter."""
    ansatz = hq.UCCSD((3, 1, 1), singlet=True)
    parameter = {
        (frozenset(t.created), frozenset(t.annihilated)): number
        for t, number in zip(ansatz.excitations, ansatz.parameter_of, strict=True)
    }
    for modes, number in parameter.items():
        mirrored = tuple(frozenset((mode + 3) % 6 for mode in side) for side in modes)
        assert parameter[mirrored] == number
    assert ansatz.n_params == 2 + 3


def test_other_reference_determinants():
    ansatz = hq.UCCSD((3, 1, 1), reference="010100")
    state = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
    assert abs(state[0b001010]) == 1.0


def test_k_upccgsd_parameters_and_spin():
    ansatz = hq.KUpCCGSD((3, 1, 1), k=2)
    assert ansatz.n_params == 2 * 3 * 2
    state = slow_twin.run(ansatz.circuit, ansatz.initial_point("random", 2) * 3)
    square = spin_squared(3).to_pauli_sum().to_matrix()
    assert np.abs(square @ state).max() < 1e-12


@pytest.mark.parametrize("ansatz", [hq.UCCSD((2, 2, 2)), hq.KUpCCGSD((1, 1, 0))])
def test_electrons_that_cannot_move_give_a_circuit_without_parameters(ansatz):
    assert ansatz.n_params == 0
    state = slow_twin.run(ansatz.circuit, np.empty(0))
    assert abs(state[sum(1 << mode for mode in ansatz.electrons.occupied)]) == pytest.approx(1.0)


def test_k_upccgsd_solves_h2():
    sample = molecule("h2_sto3g")
    ansatz = hq.KUpCCGSD(sample)
    start = ansatz.initial_point(rng=1)
    assert minimum(ansatz, sample.electronic, start) == pytest.approx(-1.1373060357534, abs=1e-9)


@pytest.mark.parametrize(
    ("build", "error", "told"),
    [
        (lambda: hq.UCCSD((2, 3, 1)), ParameterError, "3 alpha and 1 beta"),
        (lambda: hq.UCCSD((2, 1)), ParameterError, "n_orbitals"),
        (
            lambda: hq.UCCSD((2, 1, 1), repetitions=0),
            ParameterError,
            "repetitions must be .* 0",
        ),
        (lambda: hq.UCCSD((2, 1, 1), reference="1100"), ParameterError, "2 alpha and 0 beta"),
        (lambda: hq.UCCSD((2, 1, 1), reference="101"), DimensionError, "3 bits"),
        (lambda: hq.UCCSD((2, 1, 1), reference="10a0"), ParameterError, "0 or 1"),
        (lambda: hq.UCCSD((2, 1, 1)).initial_point("mp2"), UnknownNameError, "zero"),
        (lambda: hq.UCCSD((3, 2, 1), singlet=True), ParameterError, "closed shell"),
        (lambda: hq.KUpCCGSD((2, 1, 1), k=1.5), ParameterError, r"k must be .*, got 1\.5"),
    ],
)
def test_refusals(build, error, told):
    with pytest.raises(error, match=told):
        build()


@pytest.mark.parametrize(
    "levels",
    [
        [-0.5],  # one orbital: h + E_core is the energy, and there is no other determinant
        [-0.5, 0.5],  # no coupling between the orbitals: symmetry forbids the only excitation
    ],
)
def test_without_excitations_the_energy_is_that_of_the_determinant(levels):
    m = len(levels)
    electronic = hq.ElectronicHamiltonian(
        0.25, np.array([np.diag(levels)] * 2), np.zeros((3, m, m, m, m))
    )
    result = hq.solve(hq.Molecule(electronic, 1, 0))
    assert (len(result.parameters), result.expectation) == (0, pytest.approx(-0.25))
    assert "nothing to vary" in result.optimizer.message


@pytest.mark.parametrize(
    ("source", "options", "told"),
    [
        ((2, 1, 1), {"singlet": "no"}, "singlet must be True or False, got 'no'"),
        ((2, 1, 1), {"reference": 5}, "reference must be 0 or 1 .* got 5"),
        ("h2", {}, "a problem with electrons, got 'h2'"),
    ],
)
def test_what_is_no_molecule_or_no_choice_is_refused(source, options, told):
    with pytest.raises(ParameterError, match=told):
        hq.UCCSD(source, **options)
