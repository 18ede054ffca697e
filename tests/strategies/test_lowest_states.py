"""The lowest states of a Hamiltonian among all its sectors, against dense diagonalization."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

import hybridq as hq
from hybridq.operators import spin_models
from hybridq.operators.pauli_sum import PauliSum
from hybridq.presentation import state_sentences
from hybridq.presentation.states import ExcitedStates
from hybridq.strategies.excited import excited_states


def dense(hamiltonian: PauliSum, k: int) -> np.ndarray:
    return np.linalg.eigvalsh(hamiltonian.to_matrix().toarray())[:k]


def conserving(n: int, seed: int, *, whole: bool) -> PauliSum:
    """Random couplings that conserve the number of ones, complex for odd seeds."""
    rng = np.random.default_rng(seed)

    def draw() -> float:
        return float(rng.integers(-2, 3)) if whole else float(rng.normal())

    terms = [("Z", (q,), draw()) for q in range(n)]
    for p, q in combinations(range(n), 2):
        hop, twist = draw(), draw() * (seed % 2)
        terms += [("XX", (p, q), hop), ("YY", (p, q), hop), ("ZZ", (p, q), draw())]
        terms += [("XY", (p, q), twist), ("YX", (p, q), -twist)]
    return PauliSum.from_sparse([term for term in terms if term[2]], n)


def arbitrary(n: int, seed: int) -> PauliSum:
    rng = np.random.default_rng(seed)
    labels = {"".join(rng.choice(list("IXYZ"), n)): float(rng.integers(1, 4)) for _ in range(9)}
    return PauliSum.from_labels(labels)


def in_field(field: float) -> PauliSum:
    up = PauliSum.from_sparse([("Z", (q,), field) for q in range(4)], 4)
    return spin_models.heisenberg(4) + up


CASES = {
    **{f"whole {seed}": conserving(4, seed, whole=True) for seed in range(3)},
    **{f"real {seed}": conserving(4, seed, whole=False) for seed in range(3)},
    **{f"arbitrary {seed}": arbitrary(3, seed) for seed in range(4)},
    "chain": spin_models.heisenberg(4),
    "chain in a field": in_field(5.0),
    "chain in the opposite field": in_field(-5.0),
    "six sites": spin_models.xxz(6, 0.5),
    "one term": PauliSum.from_labels({"ZZZ": 1.0}),
    "diagonal": PauliSum.from_labels({"ZZI": 1.0, "IZZ": 1.0, "ZII": 0.5}),
    "only a constant": PauliSum.from_labels({"II": 1.5}),
    "nothing": PauliSum.from_labels({"XX": 0.0, "ZI": 0.0}),
    "two sites": spin_models.heisenberg(2),
    "halves": PauliSum.from_labels({"XXII": 1.0, "YYII": 1.0, "IIXX": 1.0, "IIYY": 1.0}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_lowest_states_of_all_sectors_are_found_with_their_degeneracies(name):
    hamiltonian = CASES[name]
    k = min(6, 1 << hamiltonian.n_qubits)
    found = excited_states(hamiltonian, k, rng=1)
    np.testing.assert_allclose(found.energies, dense(hamiltonian, k), atol=1e-7)
    assert found.sector is None
    np.testing.assert_allclose([state.exact for state in found.states], found.energies, atol=1e-7)
    assert all(overlap < 1e-10 for state in found.states for overlap in state.overlaps)
    assert state_sentences.headline(found) == f"{k} lowest states found, all exact."


@pytest.mark.parametrize("name", ["chain", "chain in a field", "arbitrary 1", "whole 1", "nothing"])
def test_deflation_leaves_the_symmetry_of_its_start(name):
    hamiltonian = CASES[name]
    k = min(6, 1 << hamiltonian.n_qubits)
    found = excited_states(hamiltonian, k, method="vqd", rng=1)
    np.testing.assert_allclose(found.energies, dense(hamiltonian, k), atol=1e-5)


@pytest.mark.parametrize("engine", ["sector", "statevector"])
def test_sectors_do_not_depend_on_the_engine(engine):
    found = excited_states(spin_models.heisenberg(4), 6, engine=engine, rng=1)
    np.testing.assert_allclose(found.energies, dense(spin_models.heisenberg(4), 6), atol=1e-8)


def test_a_state_that_is_found_again_is_not_a_further_one():
    # Evolutions under the bonds of a Heisenberg chain keep the total spin, and of four sites only
    # two states have spin 0: (-3 - 2 sqrt(3)) and (-3 + 2 sqrt(3)), by the Bethe ansatz.
    found = excited_states(spin_models.heisenberg(4), 6, method="vqd", ansatz="hva", rng=1)
    np.testing.assert_allclose(found.energies, [-3 - 12**0.5, -3 + 12**0.5], atol=1e-6)
    report = state_sentences.report(found)
    assert not report.good
    assert "2 states with 2 ones on 4 qubits instead of 6" in str(report.headline)
    assert any("ended in those before" in str(remark) for remark in report.remarks)


def test_advice_is_what_a_trial_found_and_never_more_tries():
    chain = spin_models.heisenberg(4)
    found = excited_states(chain, 6, method="vqd", ansatz="hva", rng=1)
    assert found.advice is not None
    assert found.advice.options == {"excited_method": "subspace"}
    advised = excited_states(chain, 6, method="subspace", ansatz="hva", rng=1)
    np.testing.assert_allclose(advised.energies, dense(chain, 6), atol=1e-8)
    assert not any("tries" in str(remark) for remark in state_sentences.report(found).remarks)
    again = ExcitedStates.from_json(found.to_json())
    assert again.advice == found.advice
    assert again.sector == found.sector


@pytest.mark.parametrize(
    "options",
    [{"ansatz": "hva", "reference": "1000"}, {"ansatz": "hva", "particles": (1, 0)}],
)
def test_a_sector_that_is_asked_for_is_kept_and_named(options):
    # One excitation on an open chain of four sites with hopping -1: -2 cos(pi j / 5).
    hops = [(p, q, -0.5) for p, q in [(0, 1), (1, 2), (2, 3)]]
    model = PauliSum.from_sparse(
        [(letters, (p, q), c) for p, q, c in hops for letters in ("XX", "YY")], 4
    )
    if "particles" in options:  # two sites for each spin
        model = PauliSum.from_sparse([(a, (0, 1), -0.5) for a in ("XX", "YY")], 4)
        model += PauliSum.from_sparse([(a, (2, 3), -0.5) for a in ("XX", "YY")], 4)
        expected, words = [-1.0, 1.0], "with N_alpha = 1 and N_beta = 0"
    else:
        expected = [-2 * np.cos(np.pi * j / 5) for j in (1, 2)]
        words = "with 1 ones on 4 qubits"
    found = excited_states(model, 2, rng=1, **options)
    np.testing.assert_allclose(found.energies, expected, atol=1e-7)
    assert state_sentences.headline(found) == f"2 lowest states {words} found, all exact."
    assert json.loads(found.to_json())["sector"]["low"] == 1


def test_states_of_a_molecule_name_its_electrons():
    problem = hq.Molecule.from_fcidump("problems/molecules/h2_sto3g.fcidump")
    text = state_sentences.headline(excited_states(problem, 3, rng=1))
    assert text == "3 lowest states with N_alpha = 1 and N_beta = 1 found, all exact."


def test_states_of_other_electron_numbers_are_compared_with_all_states():
    # Four electrons at most: the lowest states of H2 include those of its ions.
    problem = hq.Molecule.from_fcidump("problems/molecules/h2_sto3g.fcidump")
    found = excited_states(problem, 3, method="vqd", ansatz="hardware-efficient", rng=1)
    np.testing.assert_allclose(found.energies, dense(problem.hamiltonian, 3), atol=1e-5)
    assert found.sector is None
    assert max(abs(state.error) for state in found.states) < 1e-5
    remarks = [str(remark) for remark in state_sentences.report(found).remarks]
    assert any("does not keep the particle numbers" in remark for remark in remarks)


@pytest.mark.parametrize(
    "labels", [{"ZXI": 1.0, "ZIX": -1.0}, {"YZI": -1.0, "IZY": -1.0, "XZY": 2.0}]
)
def test_copies_that_the_subspace_misses_are_not_called_exact(labels):
    # Qubits that the Hamiltonian couples to nothing: products of the ground state span too little.
    hamiltonian = PauliSum.from_labels(labels)
    found = excited_states(hamiltonian, 6, rng=1)
    np.testing.assert_allclose(
        [state.exact for state in found.states], dense(hamiltonian, 6), atol=1e-9
    )
    if not state_sentences.are_good(found):
        assert "exact." not in str(state_sentences.headline(found))
        assert found.advice is not None
        assert found.advice.options == {"excited_method": "vqd"}
    followed = excited_states(hamiltonian, 6, method="vqd", rng=1)
    np.testing.assert_allclose(followed.energies, dense(hamiltonian, 6), atol=1e-5)
