"""Backends of vendors without a network; each is left out where its package is not installed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import hybridq as hq
from hybridq import Circuit
from hybridq.backends import BackendError, Braket, Cirq, Execution, Ibm, Ledger, execute
from hybridq.core.errors import ParameterError
from tests.circuits.random_circuits import circuits

# Every gate that circuits have, with a distribution that no permutation of qubits keeps.
TOUR = (
    Circuit(3).h(0).ry(1, 0.7).rx(2, "theta").gate("sx", 1).gate("sdg", 0).gate("t", 2)
    .cx(0, 1).gate("cy", 1, 2).cz(0, 2).swap(1, 2).gate("iswap", 0, 1).gate("iswapdg", 1, 2)
    .gate("ecr", 2, 0)
    .cp(0, 1, 0.3).p(2, 1.1).rotation("XY", [0, 2], 0.9).rotation("YZX", [0, 1, 2], "theta")
    .gate("ccx", 0, 1, 2).gate("tdg", 0).gate("sxdg", 2).gate("id", 1)
)  # fmt: skip
RUN = Execution(TOUR, (0.4,), 8000)


def check_distribution(backend: Any) -> None:
    """Hold the measured distribution against the exact one, by a chi-squared of 7 degrees."""
    with Ledger(":memory:") as ledger:
        (bits,) = execute(backend, [RUN], ledger=ledger).bits
    assert bits.dtype == np.uint8
    expected = TOUR.probabilities(x=[0.4]) * RUN.shots
    found = np.bincount(bits @ [1, 2, 4], minlength=8)
    assert expected.min() > 20
    assert ((found - expected) ** 2 / expected).sum() < 30  # exceeded once in 10,000 runs


class TestCirq:
    cirq = None

    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("cirq")

    def test_its_simulator_has_the_distribution_of_the_circuit(self) -> None:
        check_distribution(Cirq())

    def test_any_sampler_runs(self) -> None:
        import cirq

        check_distribution(Cirq(cirq.DensityMatrixSimulator(seed=3)))

    @pytest.mark.parametrize("name", ["rainbow", "willow_pink"])
    def test_circuits_are_compiled_for_a_device(self, name: str) -> None:
        engine = pytest.importorskip("cirq_google").engine
        import cirq

        device = engine.create_device_from_processor_id(name)
        backend = Cirq(cirq.Simulator(seed=5), device=device)
        check_distribution(backend)
        connection = backend.connect()
        assert connection.capabilities.n_qubits == len(device.metadata.qubit_set)
        ring = Circuit(4).h(0).cx(0, 1).cx(1, 2).cx(2, 3)
        assert connection.compile(ring).two_qubit_gates == 3
        with pytest.raises(BackendError, match=r"has 120 qubits, and cirq.* has \d+: choose"):
            execute(backend, [Execution(Circuit(120).h(0), (), 5)], ledger=Ledger(":memory:"))

    def test_a_sampler_of_an_engine_brings_its_device(self) -> None:
        engine = pytest.importorskip("cirq_google").engine
        machine = engine.create_noiseless_virtual_engine_from_latest_templates()
        sampler = machine.get_sampler("rainbow")
        shown = Execution(Circuit(3).x(1).cx(1, 2), (), 20)
        with Ledger(":memory:") as ledger:
            (bits,) = execute(Cirq(sampler), [shown], ledger=ledger).bits
        assert (bits == [0, 1, 1]).all()

    def test_devices_without_couplings_are_refused(self) -> None:
        import cirq

        with pytest.raises(ParameterError, match="couplings and sets of gates"):
            Cirq(device=cirq.UNCONSTRAINED_DEVICE)

    @settings(max_examples=20, deadline=None)
    @given(circuits())
    def test_conversion_keeps_the_state(self, circuit: Circuit) -> None:
        import cirq

        from hybridq.backends.cirq import to_cirq

        made = to_cirq(circuit)
        line = cirq.LineQubit.range(3)
        state = cirq.drop_terminal_measurements(made).final_state_vector(
            qubit_order=line[::-1], dtype=np.complex128
        )
        overlap = abs(np.vdot(state, circuit.state()))
        assert overlap == pytest.approx(1.0, abs=1e-6)

    def test_other_samplers_are_refused(self) -> None:
        with pytest.raises(ParameterError, match=r"a cirq\.Sampler"):
            Cirq("simulate")


class TestBraket:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("braket.devices")

    @pytest.mark.parametrize("device", ["local", "braket_dm"])
    def test_its_simulators_have_the_distribution_of_the_circuit(self, device: str) -> None:
        check_distribution(Braket(device))

    def test_a_device_object_runs(self) -> None:
        from braket.devices import LocalSimulator

        check_distribution(Braket(LocalSimulator()))

    def test_executions_of_equal_shots_are_one_task(self) -> None:
        from braket.devices import LocalSimulator

        sent = []

        class Counting(LocalSimulator):
            def run(self, program, shots, **options):
                sent.append((type(program).__name__, shots))
                return super().run(program, shots=shots, **options)

        circuits = [Circuit(3).x(qubit).rz(0, "theta") for qubit in range(3)]
        wanted = [Execution(each, (0.7,), 40) for each in circuits]
        wanted.append(Execution(Circuit(2).x(1), (), 10))
        with Ledger(":memory:") as ledger:
            found = execute(Braket(Counting()), wanted, ledger=ledger).bits
        sets = [each for each in sent if each[1] >= 40]
        assert ("ProgramSet", 120) in sets
        assert ("Program", 10) in sent
        for qubit, bits in enumerate(found[:3]):
            assert bits.shape == (40, 3)
            assert (bits == np.eye(3, dtype=np.uint8)[qubit]).all()
        assert (found[3] == [0, 1]).all()

    def test_a_graph_is_solved(self) -> None:
        import networkx as nx

        with Ledger(":memory:") as ledger:
            result = hq.solve(
                hq.MaxCut(nx.cycle_graph(4)), backend="braket", p=1, ledger=ledger, rng=1
            )
        assert result.execution is not None
        assert result.best is not None
        assert result.best.value == 4


class TestIbm:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("qiskit_ibm_runtime")

    def test_a_fake_machine_gives_bits_in_our_order(self) -> None:
        from qiskit_ibm_runtime.fake_provider import FakeManilaV2

        shown = Execution(Circuit(3).x(1).h(2).cx(2, 0).rz(0, "theta"), (0.7,), 400)
        with warnings.catch_warnings(), Ledger(":memory:") as ledger:
            warnings.simplefilter("ignore")
            (bits,) = execute(Ibm(FakeManilaV2()), [shown], ledger=ledger).bits
        assert bits.shape == (400, 3)
        assert bits[:, 1].mean() > 0.8
        assert (bits[:, 0] == bits[:, 2]).mean() > 0.8
        assert 0.3 < bits[:, 2].mean() < 0.7

    @pytest.mark.parametrize("by_name", [True, False])
    def test_circuits_of_different_shots_are_several_jobs_without_a_warning(
        self, by_name: bool
    ) -> None:
        import qiskit_ibm_runtime
        from qiskit_ibm_runtime.fake_provider import FakeManilaV2

        from hybridq.backends import Qiskit
        from hybridq.backends.ibm import sampler_class

        device = FakeManilaV2()
        sampler = sampler_class(qiskit_ibm_runtime)(mode=device)
        backend = Ibm(device) if by_name else Qiskit(device, sampler=sampler)
        shown = [Execution(Circuit(2).x(qubit), (), 100 * (qubit + 1)) for qubit in range(2)]
        with warnings.catch_warnings(), Ledger(":memory:") as ledger:
            warnings.simplefilter("error")
            outcome = execute(backend, shown, ledger=ledger)
        assert [len(bits) for bits in outcome.bits] == [100, 200]
        assert len(outcome.jobs) == 2
        for qubit, bits in enumerate(outcome.bits):
            assert bits[:, qubit].mean() > 0.8

    def test_a_fake_machine_by_name_is_simulated_here(self) -> None:
        from hybridq.backends import Qiskit

        shown = Execution(Circuit(3).x(1).h(2).cx(2, 0), (), 400)
        with Ledger(":memory:") as ledger:
            (bits,) = execute(Qiskit("FakeManilaV2"), [shown], ledger=ledger).bits
        assert bits[:, 1].mean() > 0.8

    def test_the_client_side_sampler_is_taken(self) -> None:
        import qiskit_ibm_runtime

        from hybridq.backends.ibm import sampler_class

        assert "executor" in sampler_class(qiskit_ibm_runtime).__module__
