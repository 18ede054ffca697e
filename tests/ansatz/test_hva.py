"""The Hamiltonian variational ansatz: groups, evolutions, initial states, exact energies."""

from itertools import chain

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize

import hybridq as hq
from hybridq.ansatz.slater import slater_determinant
from hybridq.ansatz.term_groups import commuting_groups, evolution
from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import ParameterError
from hybridq.operators import PauliSum, spin_models
from tests.helpers import slow_twin

MODELS = {
    "tfim": spin_models.tfim(4, h=0.7, periodic=True),
    "tfim-square": spin_models.tfim((2, 2)),
    "heisenberg": spin_models.heisenberg(5),
    "heisenberg-field": spin_models.heisenberg(5, h=0.3, periodic=True),
    "xxz": spin_models.xxz(4, -0.5, periodic=True),
    "hubbard": spin_models.fermi_hubbard(2, U=3.0).hamiltonian,
    "hubbard-ring": spin_models.fermi_hubbard(3, periodic=True).hamiltonian,
    "unequal-fields": PauliSum.from_labels({"XII": 1, "IXI": 1, "IIX": 2, "ZZI": 1, "YIY": 0.5}),
    "same-qubits": PauliSum.from_labels({"XY": 1, "XI": 0.5, "YX": 1, "ZZ": -1, "ZI": 2, "II": 3}),
    # XXY commutes with the hopping XZX + YZY on its qubits, but is no part of it.
    "beside-hopping": PauliSum.from_labels({"XZX": 0.4, "YZY": 0.4, "XXY": 0.3, "ZII": 1}),
    "far-hopping": PauliSum.from_labels({"XIX": 1, "YIY": 1, "XZX": 0.5, "YZY": 0.5, "ZII": 1}),
}


def part(group, n):
    terms = [(word, b.qubits, c) for b in group for word, c in b.terms.items()]
    return PauliSum.from_sparse(terms, n)


def minimum(ansatz, observable, start="ramp"):
    objective = hq.Expectation(ansatz, observable)
    options = {"gtol": 1e-8, "ftol": 1e-15, "maxiter": 500}
    found = scipy.optimize.minimize(
        objective.value_and_gradient,
        ansatz.initial_point(start, rng=1),
        jac=True,
        method="L-BFGS-B",
        options=options,
    )
    return found.fun


@pytest.mark.parametrize("model", MODELS)
def test_groups_commute_and_add_up(model):
    hamiltonian = MODELS[model]
    n = hamiltonian.n_qubits
    groups = commuting_groups(hamiltonian)
    total = sum((part(group, n) for group in groups), PauliSum.identity(n, hamiltonian.constant))
    assert total.isclose(hamiltonian)
    for group in groups:
        terms = [PauliSum.from_sparse([t], n) for t in part(group, n).to_sparse()]
        assert all(len(a.commutator(b)) == 0 for a in terms for b in terms)


@pytest.mark.parametrize("model", MODELS)
def test_evolution_of_a_group_is_its_exponential(model):
    hamiltonian = MODELS[model]
    n = hamiltonian.n_qubits
    for group in commuting_groups(hamiltonian):
        unitary = np.eye(2**n)
        for instruction in evolution(group, n, 0):
            unitary = slow_twin.unitary(n, instruction, [0.37]) @ unitary
        expected = scipy.linalg.expm(-0.37j * part(group, n).to_matrix().toarray())
        assert np.allclose(unitary, expected, atol=1e-12)


def test_lattice_models_fall_into_the_usual_groups():
    def letters(model):
        groups = commuting_groups(MODELS[model])
        return [sorted({" ".join(bundle.letters) for bundle in group}) for group in groups]

    assert letters("tfim") == [["X"], ["ZZ"]]
    assert letters("heisenberg") == [["XX YY ZZ"]] * 2
    assert letters("xxz") == [["XX YY ZZ"]] * 2
    assert letters("hubbard") == [["Z", "ZZ"], ["XX YY"]]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("tfim", "ground state of the X terms"),
        ("heisenberg", "ground state of the XX + YY + ZZ terms"),
        ("xxz", "ground state of the XX + YY + ZZ terms"),
    ],
)
def test_it_begins_in_the_ground_state_of_its_last_group(model, name):
    hamiltonian = MODELS[model]
    ansatz = hq.HVA(hamiltonian, layers=1)
    assert ansatz.describe()["initial_state"] == name
    last = part(ansatz.groups[-1], ansatz.n_qubits).to_matrix()
    state = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
    lowest = np.linalg.eigvalsh(last.toarray())[0]
    assert np.vdot(state, last @ state).real == pytest.approx(lowest, abs=1e-12)


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1), (-1, 1, -1), (1, -1, -1), (1, 1, -3)])
@pytest.mark.parametrize("field", ["XI", "YI", "ZI"])
def test_ground_states_of_single_pairs_and_fields(signs, field):
    pair = PauliSum.from_labels(zip(("XX", "YY", "ZZ"), map(float, signs), strict=True))
    for hamiltonian in (pair, PauliSum.from_labels({field: signs[0], field[::-1]: signs[1]})):
        ansatz = hq.HVA(hamiltonian, layers=1)
        matrix = hamiltonian.to_matrix()
        state = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
        lowest = np.linalg.eigvalsh(matrix.toarray())[0]
        assert np.vdot(state, matrix @ state).real == pytest.approx(lowest, abs=1e-12)


@pytest.mark.parametrize(("n", "exact"), [(4, -5.226251860), (6, -7.727406610)])
def test_half_as_many_layers_as_sites_solve_the_periodic_tfim(n, exact):
    """Wiersema et al. 2020; energies −2 / sin(π / 2N)."""
    hamiltonian = spin_models.tfim(n, periodic=True)
    assert minimum(hq.HVA(hamiltonian, layers=n // 2), hamiltonian) == pytest.approx(
        exact, abs=1e-7
    )


def test_heisenberg_ring_of_four():
    hamiltonian = spin_models.heisenberg(4, periodic=True)
    assert minimum(hq.HVA(hamiltonian, layers=2), hamiltonian) == pytest.approx(-8.0, abs=1e-7)


@pytest.mark.parametrize("U", [2.0, 4.0])
def test_hubbard_dimer(U):
    model = spin_models.fermi_hubbard(2, U=U)
    exact = U / 2 - np.sqrt(U**2 / 4 + 4)
    assert minimum(hq.HVA(model, layers=2), model.hamiltonian) == pytest.approx(exact, abs=1e-7)


def test_open_hubbard_chain_of_four_is_run_in_its_sector():
    model = spin_models.fermi_hubbard(4, U=4.0)
    ansatz = hq.HVA(model, layers=4)
    assert hq.Expectation(ansatz, model.hamiltonian).engine.name == "sector"
    energy = minimum(ansatz, model.hamiltonian)
    assert 0 <= energy + 1.953145309 + 1e-9 < 1e-3


@pytest.mark.parametrize(("m", "n"), [(4, 2), (5, 3), (3, 0), (3, 3), (4, 1), (1, 1)])
def test_slater_determinants(m, n):
    rng = np.random.default_rng(7)
    orbitals = np.linalg.qr(rng.normal(size=(m, m)))[0][:n]
    ladders = [slow_twin.annihilator(m, mode, fermionic=True).T for mode in range(m)]
    expected = np.eye(2**m)[0]
    for orbital in orbitals[::-1]:
        expected = (
            sum(c * creation for c, creation in zip(orbital, ladders, strict=True)) @ expected
        )
    circuit = Circuit(m, tuple(slater_determinant(orbitals)))
    state = slow_twin.run(circuit, [])
    assert abs(np.vdot(expected, state)) == pytest.approx(1.0, abs=1e-12)
    assert len(circuit.instructions) <= n + n * (m - n)


@pytest.mark.parametrize("particles", [None, (1, 1), (1, 2), (3, 0)])
def test_hubbard_begins_in_the_ground_state_of_the_hopping(particles):
    model = spin_models.fermi_hubbard(3, t=0.8, U=0.0)
    ansatz = hq.HVA(model, layers=1, particles=particles)
    levels = np.sort(np.linalg.eigvalsh(-0.8 * (np.eye(3, k=1) + np.eye(3, k=-1))))
    expected = sum(levels[:count].sum() for count in ansatz.particles)
    state = slow_twin.run(ansatz.circuit, np.zeros(ansatz.n_params))
    matrix = model.hamiltonian.to_matrix()
    assert np.vdot(state, matrix @ state).real == pytest.approx(expected, abs=1e-12)
    assert np.vdot(state, matrix @ state).real == pytest.approx(
        np.vdot(matrix @ state, matrix @ state).real / expected if expected else 0.0, abs=1e-12
    )


def test_other_references():
    hamiltonian = spin_models.heisenberg(4)
    neel = hq.HVA(hamiltonian, layers=1, reference="0101")
    assert abs(slow_twin.run(neel.circuit, np.zeros(2))[0b1010]) == 1.0
    plus = hq.HVA(hamiltonian, layers=1, reference="plus")
    assert np.allclose(slow_twin.run(plus.circuit, np.zeros(2)), 0.25)


def test_the_ramp_comes_closer_with_more_layers():
    hamiltonian = spin_models.tfim(6, periodic=True)
    energies = []
    for layers in (2, 6, 20):
        ansatz = hq.HVA(hamiltonian, layers=layers)
        energies.append(hq.Expectation(ansatz, hamiltonian)(ansatz.initial_point("ramp")))
    assert energies[0] > energies[1] > energies[2]
    assert energies[2] == pytest.approx(-7.727406610, abs=0.2)


def test_qubits_covered_once():
    groups = commuting_groups(spin_models.heisenberg(6))
    for group in groups:
        qubits = list(chain.from_iterable(bundle.qubits for bundle in group))
        assert len(set(qubits)) == len(qubits)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"hamiltonian": PauliSum.identity(2)}, "no term but the identity"),
        ({"hamiltonian": PauliSum.from_labels({"XZ": 1j})}, "not hermitian"),
        ({"hamiltonian": MODELS["tfim"], "layers": 0}, "layers must be an integer >= 1, got 0"),
        ({"hamiltonian": MODELS["tfim"], "reference": "minus"}, "auto, plus"),
        ({"hamiltonian": MODELS["tfim"], "particles": (1, 1)}, "neither hopping of one spin"),
        ({"hamiltonian": MODELS["hubbard"], "particles": (3, 1)}, "particles must be .* got"),
        ({"hamiltonian": MODELS["hubbard"], "particles": (1,)}, "particles must be .* got"),
        ({"hamiltonian": MODELS["hubbard"], "particles": (1.5, 1)}, "particles must be .* got"),
        ({"hamiltonian": MODELS["hubbard"], "particles": "11"}, "particles must be .* got"),
        ({"hamiltonian": MODELS["hubbard"], "particles": 2}, "particles must be .* got 2"),
        ({"hamiltonian": MODELS["hubbard"], "reference": 5}, "reference must be 0 or 1 .* got 5"),
        ({"hamiltonian": "tfim"}, "must be a PauliSum or a HubbardModel, got 'tfim'"),
        ({"hamiltonian": PauliSum.from_labels({"ZZI": 1, "IZZ": -0.5})}, "terms .* commute"),
        (
            {"hamiltonian": MODELS["same-qubits"], "particles": (1, 0)},
            "neither hopping of one spin",
        ),
    ],
)
def test_refusals(arguments, told):
    with pytest.raises(ParameterError, match=told):
        hq.HVA(**arguments)


def test_commuting_terms_in_their_ground_state_are_allowed():
    ansatz = hq.HVA(PauliSum.from_labels({"XI": 1.0, "IX": -2.0}))
    assert hq.Expectation(ansatz, ansatz.hamiltonian)(ansatz.initial_point()) == pytest.approx(-3.0)
