"""Qiskit: conversion, compilation for devices, fake devices, samplers."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import hybridq as hq
from hybridq import Circuit
from hybridq.backends import BackendError, Execution, Ledger, execute, resolve_backend
from hybridq.backends.vendor import vendor_module
from hybridq.circuits.placed import PlacedCircuit
from hybridq.circuits.placement import Placement
from hybridq.core.errors import CapacityError, EngineError, MissingExtraError, ParameterError
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.mitigation.folding import folded
from hybridq.presentation.machine import MachineInfo
from tests.circuits.random_circuits import circuits
from tests.circuits.test_qasm import same_up_to_phase
from tests.helpers.slow_twin import run

qiskit = pytest.importorskip("qiskit")

from qiskit.primitives import StatevectorSampler  # noqa: E402
from qiskit.providers.fake_provider import GenericBackendV2  # noqa: E402

from hybridq.backends.qiskit import Qiskit  # noqa: E402
from hybridq.backends.qiskit.convert import from_qiskit, to_qiskit  # noqa: E402

LINE = [[a, b] for i in range(4) for a, b in ((i, i + 1), (i + 1, i))]
MIXED = Circuit(3).h(0).ry(1, "a").rotation("XYZ", [0, 1, 2], "b").cp(0, 2, "a").swap(1, 2)
SIX = hq.MaxCut(nx.random_regular_graph(3, 6, seed=1))
SHOWN = Execution(Circuit(3).x(1).h(2).cx(2, 0).rz(0, "theta"), (0.7,), 300)


def device(seed: int = 1) -> Any:
    return GenericBackendV2(5, coupling_map=LINE, seed=seed)


@settings(max_examples=25, deadline=None)
@given(circuits())
def test_conversion_to_qiskit_keeps_the_unitary(circuit: Circuit) -> None:
    operator = qiskit.quantum_info.Operator
    made = to_qiskit(circuit).remove_final_measurements(inplace=False)
    start = Circuit(3).h(0).h(1).h(2).ry(1, 0.4).rx(2, 0.9)
    state = operator(made).data @ run(start, [])
    assert same_up_to_phase(state, run(start.compose(circuit), []))


def test_an_echoed_gate_has_the_reported_error_once() -> None:
    """A process infidelity of (d + 1)/d times the average gate error, d = 4."""
    fake = GenericBackendV2(2, basis_gates=["ecr", "rz", "sx", "x"], seed=1)
    compiled = Qiskit(fake).connect().compile(Circuit(2).h(0).cx(0, 1))
    assert compiled.circuit is not None
    assert compiled.noise is not None
    steps = noisy_gates(compiled.circuit, compiled.noise)
    (step,) = [each for each in steps if len(each.gate.qubits) == 2]
    where = tuple(compiled.layout[compiled.measured.index(q)] for q in step.gate.qubits)
    kept = np.prod([each.process_fidelity(2) for each in step.channels])
    assert step.gate.symbol == "ecr"
    assert kept == pytest.approx(1 - 1.25 * fake.target["ecr"][where].error, abs=1e-6)


def test_parameters_survive_the_way_there_and_back() -> None:
    made = to_qiskit(MIXED)
    again, measured = from_qiskit(made, range(3))
    assert measured == {0: 0, 1: 1, 2: 2}
    for point in ([0.3, -1.2], [2.0, 0.7]):
        assert same_up_to_phase(run(again, point), run(MIXED, point))


def test_a_compiled_circuit_has_the_distribution_of_the_written_one() -> None:
    """Perfect gates, compiled for a line of five qubits, in a scrambled layout."""
    fake = resolve_backend({"name": "qiskit", "device": "fake-5"}).connect()
    compiled = fake.compile(MIXED)
    assert compiled.circuit is not None
    x = [0.4, 1.1]
    expected = MIXED.probabilities(x=x)
    found = compiled.circuit.probabilities(compiled.measured, x=x)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert compiled.success is not None
    assert 0.5 < compiled.success < 1.0
    assert len(set(compiled.layout)) == 3
    assert fake.compile(MIXED) is compiled  # once


def test_a_placed_circuit_runs_gate_by_gate_on_its_qubits() -> None:
    """Folded gates stay, on the same qubits, and the distribution does too."""
    fake = Qiskit("fake-5").connect()
    written = MIXED.bind([0.4, 1.1])
    base = fake.compile(written)
    placed = base.placed(written)
    longer, reached = folded(placed, 3.0)
    found = fake.compile(longer)
    assert reached == 3.0
    assert isinstance(longer, PlacedCircuit)
    assert found.two_qubit_gates == 3 * base.two_qubit_gates
    assert found.layout == base.layout
    assert found.circuit is not None
    expected = written.probabilities()
    np.testing.assert_allclose(found.circuit.probabilities(found.measured), expected, atol=1e-9)
    program = longer.to_qasm(3, measure=True)
    assert "qubit[" not in program
    assert f"c[1] = measure ${base.layout[1]};" in program
    assert (0, 4) not in (fake.capabilities.coupling or ())
    far = PlacedCircuit(2, places=(0, 4), outcomes=(0, 1))
    with pytest.raises(BackendError, match="cannot run as it is"):
        fake.compile(far.cx(0, 1))


@pytest.mark.parametrize("target", ["statevector", "fake-5"])
def test_targets_by_name_give_bits_in_our_order(target: str) -> None:
    with Ledger(":memory:") as ledger:
        outcome = execute(Qiskit(target), [SHOWN], ledger=ledger)
    (bits,) = outcome.bits
    assert bits.shape == (300, 3)
    assert bits[:, 1].mean() > 0.8
    assert (bits[:, 0] == bits[:, 2]).mean() > 0.8
    assert 0.3 < bits[:, 2].mean() < 0.7


def test_any_device_and_any_sampler_give_bits_in_our_order() -> None:
    with warnings.catch_warnings(), Ledger(":memory:") as ledger:
        warnings.simplefilter("ignore", RuntimeWarning)  # without Aer there is no noise
        for backend, share in (
            (Qiskit(device()), 0.8),
            (Qiskit(StatevectorSampler(seed=1)), 1.0),
            (Qiskit(device(), sampler=StatevectorSampler(seed=1)), 1.0),
        ):
            (bits,) = execute(backend, [SHOWN], ledger=ledger).bits
            assert bits[:, 1].mean() >= share
            assert (bits[:, 0] == bits[:, 2]).mean() >= share


def test_devices_with_other_errors_are_other_machines() -> None:
    assert Qiskit(device(1)).identity == Qiskit(device(1)).identity
    assert Qiskit(device(1)).identity != Qiskit(device(2)).identity


def test_a_snapshot_is_a_device(tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    hq.noise.from_qiskit(device()).write(path)
    with Ledger(":memory:") as ledger:
        (bits,) = execute(Qiskit(path), [SHOWN], ledger=ledger).bits
    assert bits[:, 1].mean() > 0.8
    before = Qiskit(path).identity
    hq.noise.from_qiskit(device(2)).write(path)
    assert Qiskit(path).identity != before  # other errors, another machine


def test_an_impossible_t2_is_named(tmp_path: Path) -> None:
    known = hq.noise.from_qiskit(device())
    qubits = [replace(each, t1=1e-4, t2=1.5e-4) for each in known.qubits]
    path = tmp_path / "device.json"
    replace(known, qubits=tuple(qubits)).write(path)
    circuit = SHOWN.circuit
    assert "T2" not in Qiskit(path).connect().compile(circuit).method
    qubits[0] = replace(qubits[0], t2=2.5e-4)
    replace(known, qubits=tuple(qubits)).write(path)
    facts = Qiskit(path).connect().compile(circuit)
    assert ("T2 of qubits 0 counts as 2 T1" in facts.method) == (0 in facts.places)


def test_a_circuit_too_wide_to_simulate_is_refused_when_it_is_compiled(tmp_path: Path) -> None:
    path = tmp_path / "device.json"
    hq.noise.from_qiskit(GenericBackendV2(40, seed=1)).write(path)
    wide = Circuit(36)
    for qubit in range(36):
        wide = wide.h(qubit)
    with pytest.raises((CapacityError, EngineError), match="34 qubits"):
        Qiskit(path).connect().compile(wide)


def test_a_graph_is_solved_on_a_fake_device_of_27_qubits() -> None:
    with Ledger(":memory:") as ledger:
        result = hq.solve(SIX, backend="qiskit:fake-27", p=1, shots=1000, rng=1, ledger=ledger)
    info = result.execution
    assert info is not None
    assert info.noisy is not None
    assert info.mean is not None
    assert info.standard_error is not None
    assert info.noisy < info.ideal
    assert abs(info.mean - info.noisy) < 5 * info.standard_error
    assert info.two_qubit_gates >= 2 * len(SIX.edges)  # a CX before and after each RZ


def mitigated_on(backend: Any, mitigate: str, *, shots: int = 20_000) -> tuple[Any, MachineInfo]:
    """Return the result of a mitigation, and its facts."""
    result = hq.solve(
        SIX, backend=backend, p=1, shots=shots, rng=1, ledger=":memory:", mitigate=mitigate
    )
    info = result.execution
    assert info is not None
    assert info.mitigated is not None
    assert info.mitigated_error is not None
    assert info.mean is not None
    assert info.standard_error is not None
    assert 0 < info.mitigated_error < 4 * info.standard_error
    return result, info


@pytest.mark.parametrize("simulated_by", ["us", "aer"])
def test_extrapolation_on_a_device_comes_nearer_to_the_value_without_noise(
    simulated_by: str,
) -> None:
    """27 qubits; folded gates stay on their qubits, also where Aer adds the device's own noise.

    Aer draws from no seed of ours. At 200,000 shots half the error of the noisy mean is five
    standard errors of the mitigated one; at 20,000 it was 1.7, and one run in ten failed.
    """
    backend = Qiskit("fake-27")
    if simulated_by == "aer":
        pytest.importorskip("qiskit_aer")
        pairs = backend.connect().capabilities.coupling or ()
        both = [list(each) for a, b in pairs for each in ((a, b), (b, a))]
        backend = Qiskit(GenericBackendV2(27, coupling_map=both, seed=2))
    _, info = mitigated_on(backend, "zne", shots=200_000)
    assert info.mean < info.ideal - 5 * info.standard_error
    assert abs(info.mitigated - info.ideal) < 0.5 * abs(info.mean - info.ideal)
    assert abs(info.mitigated - info.ideal) < 5 * info.mitigated_error


def test_twirled_readout_on_a_device_is_the_mean_without_readout_errors() -> None:
    """Against the density matrix of the compiled circuit, with noise of gates alone."""
    backend = Qiskit("fake-27")
    result, info = mitigated_on(backend, "twirled-readout")
    circuit = hq.QAOA(SIX, p=1).circuit.bind(np.array(result.parameters))
    compiled = backend.connect().compile(circuit)
    assert compiled.circuit is not None
    assert compiled.noise is not None
    engine = hq.engines.Density(replace(compiled.noise, readout=()))
    placement = Placement(compiled.measured, compiled.circuit.n_qubits)
    running = engine.bind(compiled.circuit, placement.hamiltonian(SIX.observable))
    expected = -running.expectation(())
    assert abs(info.mitigated - expected) < 5 * info.mitigated_error


@pytest.mark.parametrize(
    ("target", "error", "words"),
    [
        ("fake-1", ParameterError, "device must be an integer >= 2"),
        ("statevecto", ParameterError, "device must be 'statevector', 'fake-27'"),
        (3, ParameterError, "BackendV2"),
    ],
)
def test_other_targets_are_refused(target: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Qiskit(target)


def test_a_circuit_wider_than_the_device_is_refused() -> None:
    with Ledger(":memory:") as ledger, pytest.raises(BackendError, match=r"3 qubits.*has 2"):
        execute(Qiskit("fake-2"), [SHOWN], ledger=ledger)


def test_missing_and_old_packages_are_named() -> None:
    with pytest.raises(MissingExtraError, match="needs no-such-package, which is not installed"):
        vendor_module("no_such", "no-such-package", "qiskit", "the backend")
    with pytest.raises(BackendError, match=r"needs qiskit >= 999, and \d+\.\d+"):
        vendor_module("qiskit", "qiskit", "qiskit", "the backend", (999,))
    with pytest.raises(BackendError, match=r"does not work with qiskit \d+\.\d+"):
        vendor_module("qiskit.no_such", "qiskit", "qiskit", "the backend")
