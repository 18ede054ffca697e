"""Parts of a result: counts, the best assignments, the circuit, the state."""

from __future__ import annotations

import pickle

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError


@pytest.fixture(scope="module")
def cut() -> hq.MaxCut:
    return hq.MaxCut(nx.petersen_graph())


@pytest.fixture(scope="module")
def result(cut):
    return hq.solve(cut, p=2, rng=3, shots=400)


def test_counts_are_those_of_all_shots(cut, result):
    assert sum(result.counts.values()) == 400
    values = {bits: cut.value(bits) for bits in result.counts}
    assert result.best.value == max(values.values())
    optimum = result.reference.value
    hits = sum(count for bits, count in result.counts.items() if values[bits] == optimum)
    assert result.samples.optimal_share == hits / 400
    assert list(result.counts.values()) == sorted(result.counts.values(), reverse=True)


def test_the_best_assignments_come_first_with_their_counts(cut, result):
    top = result.top(5)
    assert len(top) == 5
    values = [each.value for each in top]
    assert values == sorted((cut.value(bits) for bits in result.counts), reverse=True)[:5]
    assert all(result.counts[each.bits] == each.count for each in top)


def test_infeasible_samples_come_last_and_are_never_optimal():
    path = hq.IndependentSet(nx.path_graph(5))
    result = hq.solve(path, p=1, rng=1, shots=500)
    feasible = [each.feasible for each in result.top()]
    assert feasible == sorted(feasible, reverse=True)
    best = sum(
        count
        for bits, count in result.counts.items()
        if path.value(bits) == 3 and not path.violations(path.checked_row(bits))
    )
    assert result.samples.optimal_share == best / 500


def test_the_circuit_makes_the_state_that_was_measured(cut, result):
    state = result.state()
    assert np.vdot(state, state).real == pytest.approx(1)
    energy = result.circuit.expectation(cut.hamiltonian)
    assert -energy == pytest.approx(result.expectation)
    assert result.circuit.n_params == 0
    text = result.circuit.to_qasm()
    probabilities = np.abs(hq.Circuit.from_qasm(text).state()) ** 2
    assert probabilities == pytest.approx(np.abs(state) ** 2)


def test_json_keeps_the_best_assignments_and_says_what_it_lacks(result):
    back = hq.Result.from_json(result.to_json())
    assert back.samples == result.samples
    for part in ("counts", "circuit"):
        with pytest.raises(ParameterError, match=f"no {part}: JSON does not keep them"):
            getattr(back, part)
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result
    assert copy.counts == result.counts
    assert copy.circuit.n_qubits == 10


def test_energies_have_a_circuit_a_state_and_one_name():
    H = hq.PauliSum.from_labels({"XX": 1.0, "ZI": 0.5, "IZ": 0.5})
    result = hq.solve(H, rng=1)
    assert result.energy.value == float(result.energy) == result.expectation
    state = result.state()
    dense = H.to_matrix().toarray()
    assert np.vdot(state, dense @ state).real == pytest.approx(result.energy.value)
    with pytest.raises(ParameterError, match="no counts"):
        _ = result.counts


@pytest.mark.parametrize("ansatz", ["qaoa", "object"])
def test_a_diagonal_pauli_sum_is_solved_by_qaoa(ansatz):
    H = hq.PauliSum.from_labels({"ZZI": 1.0, "IZZ": 1.0, "ZIZ": 1.0, "ZII": -0.5})
    lowest = H.diagonal().min()
    chosen = hq.QAOA(H, p=2) if ansatz == "object" else ansatz
    result = hq.solve(H, ansatz=chosen, rng=1)
    assert result.best.value == result.reference.value == lowest
    assert result.reference.exact
    with pytest.raises(ParameterError, match="bits"):
        hq.solve(hq.PauliSum.from_labels({"XZ": 1.0}), ansatz="qaoa")


# ----- assignments and angles as people write them -----


def test_values_take_texts_and_bits_by_label(cut, result):
    best = result.best
    assert cut.value(best.bits) == cut.value(best.assignment) == best.value
    assert cut.values([best.bits, best.assignment]).tolist() == [best.value] * 2
    with pytest.raises(ParameterError, match="a text of 0 and 1"):
        cut.value("2" * 10)
    with pytest.raises(DimensionError, match=r"\(10,\), got \(2,\)"):
        cut.value("01")
    with pytest.raises(ParameterError, match="one entry for each of the 10 labels"):
        cut.value({0: 1})


def test_angles_are_given_by_name_and_from_fewer_layers(cut):
    gamma, beta = [0.4, 0.5], [0.3, 0.2]
    by_name = hq.QAOA(cut, p=2).initial_point([*gamma, *beta])
    first = []
    hq.solve(
        cut,
        initial={"gamma": gamma, "beta": beta},
        max_evaluations=1,
        rng=1,
        callback=lambda record: first.append(record.x),
    )
    assert np.array_equal(first[0], by_name)
    # Two layers from one: γ' = (γ, γ), β' = (β, β); three from two as Zhou et al. interpolate.
    assert hq.QAOA(cut, p=2).initial_point([1.0, 8.0]) == pytest.approx([1, 1, 8, 8])
    deeper = hq.QAOA(cut, p=3).initial_point([1.0, 2.0, 5.0, 3.0])
    assert deeper == pytest.approx([1, 1.5, 2, 5, 4, 3])
    for bad, words in (
        ({"gamma": [1.0]}, "'beta'"),
        ({"gamma": [1.0], "beta": [1.0, 2.0]}, "p numbers of each"),
    ):
        with pytest.raises(ParameterError, match=words):
            hq.solve(cut, initial=bad)
    with pytest.raises(DimensionError, match=r"shape \(2, 2\)"):
        hq.solve(cut, p=2, initial=[[0.1, 0.2], [0.3, 0.4]])


def test_logical_blocks_are_counted_and_gates_after_decomposition():
    circuit = hq.solve(hq.Molecule.from_file("problems/molecules/h2_sto3g.fcidump"), rng=1).circuit
    assert circuit.gate_counts() == {"x": 2, "excitation": 1}
    gates = circuit.decomposed()
    assert gates.gate_counts()["cx"] == circuit.to_qasm().count("cx ")
    overlap = np.vdot(gates.state(), circuit.state())
    assert abs(overlap) == pytest.approx(1)
