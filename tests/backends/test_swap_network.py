"""Networks of swaps on a line: the same distribution, published numbers of gates."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.backends.lines import best_line
from hybridq.backends.swap_network import meeting_layers, short_order, swap_network
from hybridq.circuits.instructions import PauliRotation
from hybridq.noise import DeviceSnapshot, GateCalibration, QubitCalibration

GRAPHS = {
    "complete": nx.complete_graph(5),
    "cubic": nx.random_regular_graph(3, 6, seed=1),
    "path": nx.path_graph(4),
    "edge": nx.path_graph(2),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("p", [1, 2, 3])
def test_a_network_has_the_distribution_of_the_circuit(name: str, p: int) -> None:
    circuit = hq.QAOA(hq.MaxCut(GRAPHS[name]), p=p).circuit
    network = swap_network(circuit)
    assert network is not None
    x = np.random.default_rng(1).normal(size=2 * p)
    found = network.circuit.probabilities(network.measured, x=x)
    np.testing.assert_allclose(found, circuit.probabilities(x=x), atol=1e-12)
    for step in network.circuit.instructions:
        assert max(step.qubits) - min(step.qubits) <= 1


def test_fields_are_part_of_a_network() -> None:
    energy = hq.Ising.from_qubo({(0,): 1.0, (0, 2): -0.5, (1, 2): 0.25, (1,): 2.0}, n_qubits=3)
    circuit = hq.QAOA(energy, p=2).circuit
    network = swap_network(circuit)
    assert network is not None
    x = [0.3, 0.8, 0.2, -0.4]
    found = network.circuit.probabilities(network.measured, x=x)
    np.testing.assert_allclose(found, circuit.probabilities(x=x), atol=1e-12)


@pytest.mark.parametrize("n", [4, 8, 12, 16, 32])
def test_a_dense_network_has_the_published_number_of_gates(n: int) -> None:
    """(n - 1)(3n - 2)/2 CX (15, 77, 187, 345, 1457) of depth 3n - 2 (n - 2 layers of swaps)."""
    network = swap_network(hq.QAOA(hq.MaxCut(nx.complete_graph(n)), p=1).circuit)
    assert network is not None
    assert network.layers == n - 2
    counts = network.circuit.gate_counts()
    assert counts["cx"] + 2 * counts["rzz"] == (n - 1) * (3 * n - 2) // 2
    ends = [0] * n  # in CX
    for step in network.circuit.instructions:
        if len(step.qubits) == 2:
            a, b = step.qubits
            ends[a] = ends[b] = max(ends[a], ends[b]) + 1 + isinstance(step, PauliRotation)
    assert max(ends) == 3 * n - 2


def test_all_pairs_meet_within_n_minus_2_layers() -> None:
    met = meeting_layers(7)
    np.fill_diagonal(met, 0)
    assert met.max() == 5


def test_a_path_in_any_order_needs_no_swap() -> None:
    labels = np.random.default_rng(3).permutation(7)
    pairs = np.sort(np.array([labels[:-1], labels[1:]]).T, axis=1)
    place = np.array(short_order(pairs, 7))
    assert (np.abs(place[pairs[:, 0]] - place[pairs[:, 1]]) == 1).all()


def test_circuits_of_another_form_have_no_network() -> None:
    assert swap_network(hq.Circuit(2).h(0).cx(0, 1)) is None
    cubic = hq.Ising.from_qubo({(0, 1, 2): 1.0}, n_qubits=3)
    assert swap_network(hq.QAOA(cubic, p=1).circuit) is None
    tour = hq.QAOA(hq.IndependentSet(nx.path_graph(3)), p=1, mixer="bit-flip")
    assert swap_network(tour.circuit) is None


def device(errors: dict[tuple[int, int], float], n: int) -> DeviceSnapshot:
    gates = tuple(GateCalibration("cx", pair, error, 1e-7) for pair, error in errors.items())
    return DeviceSnapshot("test", tuple(QubitCalibration() for _ in range(n)), gates=gates)


def test_a_line_takes_the_couplings_with_the_least_error() -> None:
    """A ring of six with one poor coupling: the line of five goes around it."""
    errors = {(i, (i + 1) % 6): 0.01 for i in range(6)}
    errors[(2, 3)] = 0.2
    line = best_line(device(errors, 6), 6)
    assert line in ((3, 4, 5, 0, 1, 2), (2, 1, 0, 5, 4, 3))


def test_a_device_without_a_long_line_has_none() -> None:
    star = {(0, leaf): 0.01 for leaf in (1, 2, 3, 4)}
    assert best_line(device(star, 5), 4) is None
    assert best_line(device(star, 5), 3) is not None
