"""Removal of spins with few neighbours: the same minimum, and states of the same energy."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from hybridq.classical.reduction import reduced
from hybridq.operators.ising import Ising
from tests.classical.ising_oracles import all_energies, all_spins, index_of, isings, maxcut


@given(isings(8))
@settings(deadline=None, max_examples=100)
def test_energies_are_the_least_over_all_removed_spins(ising: Ising) -> None:
    small = reduced(ising)
    energies, bits = all_energies(ising), all_spins(ising.n_qubits) < 0
    near = 1e-9 * float(np.abs(energies).max())
    for energy, row in zip(
        all_energies(small.energy), all_spins(len(small.spins)) < 0, strict=True
    ):
        agree = (bits[:, small.spins] == row).all(axis=1)
        assert energy == pytest.approx(energies[agree].min(), abs=near)
        whole = small.restored(row)
        assert np.array_equal(whole[small.spins], row)
        assert energies[index_of(whole)] == pytest.approx(energy, abs=near)


@pytest.mark.parametrize(
    ("graph", "cut"),
    [
        (nx.random_labeled_tree(60, seed=1), 59),
        (nx.ladder_graph(40), 118),
        (nx.cycle_graph(31), 30),
        (nx.complete_graph(4), 4),
    ],
)
def test_graphs_of_small_width_are_solved_by_it(graph: nx.Graph, cut: int) -> None:
    ising = maxcut(graph)
    small = reduced(ising)
    assert len(small.spins) == 1
    assert small.energy.constant == pytest.approx(-cut, abs=1e-12)
    assert float(ising.energies(small.restored([0]))) == -cut


def test_other_spins_and_their_couplings_stay() -> None:
    ising = maxcut(nx.random_regular_graph(4, 30, seed=1))
    assert reduced(ising).energy is ising
    # Of two complete graphs and a path between them, only the path goes.
    bridged = nx.disjoint_union(*[nx.complete_graph(6)] * 2)
    nx.add_path(bridged, [0, 12, 6])
    small = reduced(maxcut(bridged))
    assert small.spins.tolist() == list(range(12))
    assert small.energy.couplings.tolist() == [0.5] * 5 + [-0.5] + [0.5] * 25
