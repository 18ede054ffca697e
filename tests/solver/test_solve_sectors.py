"""States of the exact energy of a solve, and its note on the others."""

from __future__ import annotations

import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.hva import HVA
from hybridq.operators import spin_models
from tests.helpers.energy_samples import triplet_below

# Two sites, t = 1, U = 4, by hand: one electron has -t, one of each spin (U - sqrt(U^2 + 16)) / 2.
DIMER = spin_models.fermi_hubbard(2, t=1.0, U=4.0)
HALF_FILLED = 2.0 - np.sqrt(8.0)


def test_particles_given_to_a_hubbard_model_are_those_of_the_exact_energy():
    for options in ({"particles": (1, 0)}, {"ansatz": HVA(DIMER, particles=(1, 0))}):
        result = hq.solve(DIMER, rng=1, **options)
        assert result.energy.exact == pytest.approx(-1.0)
        assert result.energy.error == pytest.approx(0.0, abs=1e-8)
        assert result.problem.facts["n_beta"] == 0
    assert hq.solve(DIMER, rng=1).energy.exact == pytest.approx(HALF_FILLED)


def test_excited_states_of_a_hubbard_model_have_the_particles_given():
    found = hq.excited_states(DIMER, 2, ansatz="hva", particles=(1, 0), rng=1)
    assert [state.exact for state in found.states] == pytest.approx([-1.0, 1.0])


def test_particles_given_to_a_bare_hamiltonian_are_those_of_the_exact_energy():
    result = hq.solve(DIMER.hamiltonian, ansatz="hva", particles=(1, 1), rng=1)
    # Of all states, one electron has -1, which is lower.
    assert result.energy.exact == pytest.approx(HALF_FILLED)
    assert "N_alpha = 1 and N_beta = 1" in result.energy.exact_note
    assert result.energy.reachable is None


def test_a_ground_state_beyond_what_the_circuit_keeps_is_told():
    result = hq.solve(spin_models.heisenberg(4, h=5.0), ansatz="hva", rng=1)
    assert result.energy.reachable == pytest.approx(-3.0 - 2.0 * np.sqrt(3.0))
    assert "whose lowest energy is -6.46410162; the ground" in result.energy.exact_note
    # Without the field the ground state has as many up as down.
    plain = hq.solve(spin_models.heisenberg(4), ansatz="hva", rng=1)
    assert plain.energy.reachable is None
    assert "another sector" not in plain.energy.exact_note


def test_a_circuit_may_keep_what_the_hamiltonian_does_not(monkeypatch):
    circuit = hq.Circuit(2).x(0).rz(0, hq.Parameter("a"))
    hamiltonian = hq.PauliSum.from_labels({"XI": 1.0, "IZ": 0.5})
    result = hq.solve(hamiltonian, ansatz=circuit, rng=1)
    assert result.energy.exact == pytest.approx(-1.5)
    assert result.energy.reachable is None
    monkeypatch.setattr("hybridq.solver.vqe.QUICK_STATES", 2)
    result = hq.solve(hamiltonian, ansatz=circuit, rng=1)
    assert result.energy.exact is None
    assert "changes the number of ones" in result.energy.exact_note


def test_an_exact_state_of_another_multiplicity_is_told():
    result = hq.solve(triplet_below(), rng=1)
    assert result.expectation == pytest.approx(1.1 - np.sqrt(0.05))
    assert result.energy.exact == pytest.approx(0.4)
    assert result.energy.s_squared == pytest.approx(0.0, abs=1e-8)
    assert result.energy.exact_s_squared == pytest.approx(2.0)
    assert "⟨S²⟩ = 2.00, and the one found 0.00" in result.energy.exact_note


def test_adapt_says_that_its_pool_is_of_no_more_help():
    result = hq.solve(triplet_below(), ansatz="adapt", pool="sd", rng=1)
    assert result.optimizer.status == "converged"
    # The singlet of one double excitation is a saddle point along a single one.
    assert result.expectation == pytest.approx(0.4)
    assert result.optimizer.message.startswith("2 operators; the pool's gradient norm is ")
    assert "so no operator in the pool lowers the energy further" in result.optimizer.message
