"""Hubbard models with a degenerate Fermi sea, and with spins in another order."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError, UnknownNameError, render_text
from hybridq.operators import spin_models
from hybridq.operators.fermion import FermionSum
from hybridq.operators.hubbard import HubbardModel
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.spin_order import alternates, spin_blocks


def half_filled(model: HubbardModel) -> float:
    """Return the lowest energy of as many spins up as down, by dense diagonalization."""
    m = model.n_sites
    matrix = model.hamiltonian.to_matrix().toarray().real
    states = np.arange(1 << 2 * m)
    ones = [np.bitwise_count(states & mask) for mask in ((1 << m) - 1, ((1 << m) - 1) << m)]
    kept = np.flatnonzero((ones[0] == m // 2) & (ones[1] == m // 2))
    return float(np.linalg.eigvalsh(matrix[np.ix_(kept, kept)])[0])


def interleaved(model: HubbardModel) -> PauliSum:
    """Return the model with site i of spin up on qubit 2i, as OpenFermion writes it."""
    n, whole = model.n_sites, model.hopping + model.onsite
    terms = [
        (tuple((2 * q if q < n else 2 * (q - n) + 1, action) for q, action in ladder), c)
        for ladder, c in whole.terms.items()
    ]
    return FermionSum.from_terms(2 * n, terms).to_pauli_sum("jordan-wigner")


@pytest.mark.parametrize("U", [2.0, 4.0, 8.0])
@pytest.mark.parametrize("labels", ["0123", "0213", "3102", "1320"])
def test_a_ring_of_four_reaches_its_ground_state_however_it_is_labelled(labels, U):
    # Two electrons share two orbitals of energy 0: most of their mixtures have another symmetry.
    ring = nx.Graph()
    ring.add_nodes_from(range(4))
    nodes = [int(label) for label in labels]
    ring.add_edges_from(zip(nodes, nodes[1:] + nodes[:1], strict=True))
    model = HubbardModel(ring, U=U)
    result = hq.solve(model, rng=1)
    assert result.expectation == pytest.approx(half_filled(model), abs=1e-4)


def test_the_ring_and_the_square_are_one_model():
    ring = hq.solve(spin_models.fermi_hubbard(4, periodic=True), rng=1)
    square = hq.solve(spin_models.fermi_hubbard((2, 2)), rng=1)
    assert ring.expectation == pytest.approx(square.expectation, abs=1e-5)
    model = spin_models.fermi_hubbard((2, 2))
    assert ring.expectation == pytest.approx(half_filled(model), abs=1e-4)


@pytest.mark.parametrize("lattice", [2, 3, (2, 2)])
def test_modes_whose_spins_alternate_are_put_in_blocks(lattice):
    model = spin_models.fermi_hubbard(lattice, U=3.0, mu=0.4)
    mixed = interleaved(model)
    assert alternates(mixed)
    assert not alternates(model.hamiltonian)
    assert spin_blocks(mixed).isclose(model.hamiltonian)


@pytest.mark.parametrize(
    "other", [spin_models.heisenberg(6), spin_models.tfim(4), PauliSum.from_labels({"ZZZZ": 1.0})]
)
def test_other_hamiltonians_are_not_taken_for_electrons(other):
    assert not alternates(other)
    assert hq.HamiltonianProblem(other).notes == ()


def test_the_order_of_spins_is_offered_and_read():
    model = spin_models.fermi_hubbard((2, 2))
    mixed = interleaved(model)
    (note,) = hq.HamiltonianProblem(mixed).notes
    assert "spin_order='interleaved'" in render_text(note)
    with pytest.raises(ParameterError, match="spin_order='interleaved'"):
        hq.solve(mixed, ansatz="hva", particles=(2, 2))
    problem = hq.HamiltonianProblem(mixed, spin_order="interleaved")
    assert problem.notes == ()
    result = hq.solve(problem, particles=(2, 2), rng=1)
    assert result.expectation == pytest.approx(half_filled(model), abs=1e-4)
    with pytest.raises(UnknownNameError, match="did you mean 'interleaved'"):
        hq.HamiltonianProblem(mixed, spin_order="interleave")
