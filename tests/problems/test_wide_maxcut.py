"""Max-cut of many nodes from a file to a checked circuit, without masks of terms."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.circuits.digest import digest
from hybridq.classical import local_search
from hybridq.operators import Ising, _masks
from hybridq.presentation import ProblemInfo, Trace
from hybridq.problems.formats import write_graph
from hybridq.solver.answers import check_corners, decoded
from hybridq.strategies.report import problem_digest
from hybridq.strategies.resolve import resolve_problem

N = 4_000


@pytest.fixture
def no_masks(monkeypatch):
    """Fail where masks of terms are made."""

    def fail(*_):
        raise AssertionError("masks were made")

    monkeypatch.setattr(_masks, "pack", fail)


def ring_file(folder, suffix):
    path = folder / f"ring.{suffix}"
    write_graph(nx.convert_node_labels_to_integers(nx.cycle_graph(N), 1), path)
    return path


@pytest.mark.usefixtures("no_masks")
@pytest.mark.parametrize("suffix", ["rud", "csv", "json", "graphml"])
def test_a_wide_ring_is_read_and_cut_whole(tmp_path, suffix):
    problem = hq.MaxCut.from_file(ring_file(tmp_path, suffix))
    alternating = np.array([label % 2 for label in problem.labels()], dtype=np.uint8)
    assert problem.value(alternating) == problem.most == problem.value_scale == N
    assert problem.cost().energies(alternating) == -N
    assert problem.size() == "4000 nodes, 4000 edges, total weight 4000"
    assert decoded(problem, alternating, float(N)).feasible


@pytest.mark.usefixtures("no_masks")
def test_a_wide_ring_has_a_circuit_without_masks():
    problem = hq.MaxCut(nx.cycle_graph(N))
    assert resolve_problem(problem) is problem
    check_corners(problem)
    ansatz = hq.QAOA(problem, p=3)
    assert ansatz.ising == problem.cost()
    circuit = ansatz.circuit
    assert circuit.describe() == {
        "n_qubits": N,
        "n_params": 6,
        "instructions": N + 6,
        "depth": 7,
        "gates": {"h": N, "phase": 3, "x-mixer": 3},
    }
    assert digest(circuit) == digest(hq.QAOA(problem.cost(), p=3).circuit)
    assert problem_digest(problem) == problem_digest(hq.MaxCut(nx.cycle_graph(N)))
    # A flip of one term, of coefficient 1/2, changes the energy by 1.
    np.testing.assert_allclose(ansatz.periods, [2 * np.pi] * 3 + [np.pi / 2] * 3)
    assert ansatz.initial_point("auto").shape == (6,)
    assert ProblemInfo.of(problem).facts["regular_degree"] == 2


@pytest.mark.usefixtures("no_masks")
def test_wide_hamiltonians_answer_questions_of_engines():
    problem = hq.MaxCut(nx.cycle_graph(N))
    again = Ising.to_pauli_sum(problem.cost())
    assert problem.hamiltonian.is_diagonal
    assert problem.hamiltonian.isclose(again)
    assert Ising.from_pauli_sum(again) == problem.cost()
    found = local_search(problem.cost(), rng=1, restarts=1, sweeps=30)
    assert found.energy == problem.hamiltonian.diagonal_at(found.bits)


def test_uniform_guesses_of_wide_problems_are_fewer_and_have_the_mean():
    n = 20_000
    problem = hq.MaxCut(nx.cycle_graph(n))
    values = Trace(np.empty(0), uniform_seed=3, problem=problem).uniform_values
    assert values.shape == (2_500,)
    # A random cut of m edges has mean m/2 and standard deviation sqrt(m)/2.
    assert abs(values.mean() - n / 2) < 5 * np.sqrt(n) / 2 / np.sqrt(2_500)


@pytest.mark.usefixtures("no_masks")
def test_one_layer_on_a_wide_ring_cuts_three_quarters_of_the_edges():
    """Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028: (2p + 1)/(2p + 2) of a ring."""
    problem = hq.MaxCut(nx.cycle_graph(N))
    objective = hq.Expectation(hq.QAOA(problem, p=1), problem)
    assert objective.engine.name == "p1"
    np.testing.assert_allclose(-objective([np.pi / 4, np.pi / 8]), 0.75 * N, rtol=1e-12)
