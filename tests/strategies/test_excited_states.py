"""The lowest states by deflation and by subspace expansion, against exact diagonalization."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.instructions import Transition
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.operators import spin_models
from hybridq.operators.sector import Sector
from hybridq.problems.molecule import Molecule
from hybridq.strategies.excited import excited_states
from hybridq.strategies.expansion import excitation_products, pauli_products
from tests.helpers.slow_twin import transition

MOLECULES = Path(__file__).parents[2] / "problems/molecules"


def molecule(name: str) -> Molecule:
    return Molecule.from_fcidump(MOLECULES / f"{name}_sto3g.fcidump")


@pytest.mark.parametrize("method", ["vqd", "subspace"])
def test_all_four_states_of_hydrogen(method):
    # Two electrons of opposite spin in two orbitals: singlet, triplet, singlet, singlet.
    found = excited_states(molecule("h2"), 4, method=method, rng=1)
    assert found.energies[0] == pytest.approx(-1.1373060358, abs=1e-8)
    assert max(abs(state.error) for state in found.states) < 1e-8
    assert [state.s_squared for state in found.states] == pytest.approx([0, 2, 0, 0], abs=1e-6)
    assert all(state.n_alpha + state.n_beta == pytest.approx(2.0) for state in found.states)
    assert all(overlap < 1e-10 for state in found.states for overlap in state.overlaps)
    assert [len(state.overlaps) for state in found.states] == [0, 1, 2, 3]


def test_deflation_finds_the_states_of_lithium_hydride_in_order():
    found = excited_states(molecule("lih"), 3, method="vqd", tries=2, rng=3)
    errors = [state.error for state in found.states]
    assert max(errors) < 1e-3
    assert min(errors) > -1e-6
    assert [state.s_squared for state in found.states] == pytest.approx([0, 2, 0], abs=1e-2)
    assert found.facts["weight"] > found.energies[-1] - found.energies[0]
    assert all(state.parameters is not None for state in found.states)


def test_the_subspace_of_lithium_hydride_bounds_the_spectrum_from_above():
    found = excited_states(molecule("lih"), 5, method="subspace", rng=3)
    errors = np.array([state.error for state in found.states])
    assert (errors > -1e-9).all()
    assert (errors < 1e-5).all()
    assert found.facts["dimension"] <= found.facts["vectors"]


def test_spin_models_have_excited_states_too():
    hamiltonian = spin_models.tfim(4, h=0.7)
    for method in ("vqd", "subspace"):
        found = excited_states(
            hamiltonian, 3, method=method, ansatz="hardware-efficient", layers=3, rng=2
        )
        assert max(abs(state.error) for state in found.states) < 1e-4
        assert found.states[0].s_squared is None


def test_states_print_and_are_written(tmp_path):
    found = excited_states(molecule("h2"), 2, rng=1)
    lines = str(found).splitlines()
    assert lines[0] == (
        "h2_sto3g: 2 lowest states with N_alpha = 1 and N_beta = 1 by subspace (uccsd)"
    )
    assert len(lines) == 4
    document = json.loads(found.to_json(tmp_path / "states.json"))
    assert len(document["states"]) == 2
    assert document["method"] == "subspace"
    assert document["states"][1]["s_squared"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    "term",
    [
        Transition((2,), (0,)),
        Transition((2, 5), (3, 0)),
        Transition((2,), (1,), controls=(4,)),
        Transition((5,), (3,), fermionic=False),
    ],
)
def test_excited_vectors_are_those_of_ladder_operators(term):
    sector = Sector.of_electrons(3, 2, 1)
    basis = sector.basis()
    psi = np.random.default_rng(0).normal(size=sector.dim)
    full = sector.embed(psi)
    dense = transition(6, term)
    up, down = excitation_products(basis, psi, [term])
    assert up == pytest.approx((dense @ full)[basis].real)
    assert down == pytest.approx((dense.conj().T @ full)[basis].real)


def test_pauli_products_are_those_of_dense_matrices():
    rng = np.random.default_rng(0)
    psi = rng.normal(size=8) + 1j * rng.normal(size=8)
    vectors = list(pauli_products(np.arange(8), psi, 3))
    assert len(vectors) == 9 + 27
    for vector, (letters, qubits) in (
        (vectors[1], ("Y", (0,))),
        (vectors[8], ("Z", (2,))),
        (vectors[9 + 1], ("XY", (0, 1))),
    ):
        dense = hq.PauliSum.from_sparse([(letters, qubits, 1.0)], 3).to_matrix().toarray()
        assert vector == pytest.approx(dense @ psi)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"method": "vdq"}, UnknownNameError, "did you mean 'vqd'"),
        ({"k": 0}, ParameterError, r"k must be .*, got 0"),
        ({"k": 5}, ParameterError, "k must be at most 4, .*, got 5"),
        ({"tries": 0}, ParameterError, r"tries must be .*, got 0"),
        ({"pool": "ds"}, UnknownNameError, "did you mean 'sd'"),
        ({"ansatz": "ucsd"}, UnknownNameError, "did you mean 'uccsd'"),
    ],
)
def test_bad_arguments_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        excited_states(molecule("h2"), **options)


def test_a_misspelt_pool_is_refused_where_none_is_used():
    with pytest.raises(UnknownNameError, match="did you mean 'sd'"):
        excited_states(spin_models.tfim(3), 2, pool="ds")
