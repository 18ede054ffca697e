"""Circuits and costs that the tests of objectives share."""

import networkx as nx
import numpy as np

import hybridq as hq
from tests.helpers import slow_twin


def max_cut(weighted=False):
    """A cut of six nodes; whole-numbered unless weighted."""
    graph = nx.random_regular_graph(3, 6, seed=5)
    rng = np.random.default_rng(3)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.uniform(0.5, 2.0)) if weighted else 1.0
    return hq.MaxCut(graph).hamiltonian


def fields():
    """Five spins with fields and couplings of any size: nothing is symmetric."""
    return slow_twin.random_ising(5, 8).to_pauli_sum()


def hardware_efficient(hamiltonian):
    """A circuit that only the statevector engine runs."""
    return hq.HardwareEfficient(hamiltonian.n_qubits, layers=1)


COSTS = {"whole": max_cut(), "weighted": max_cut(weighted=True), "fields": fields()}


def probabilities(ansatz, x):
    """The exact probability of each basis state, by dense matrices."""
    circuit = getattr(ansatz, "circuit", ansatz)
    return np.abs(slow_twin.run(circuit, x)) ** 2


def slopes(function, x, step=1e-5):
    """Central differences."""
    return np.array(
        [(function(x + d) - function(x - d)) / (2 * step) for d in step * np.eye(len(x))]
    )
