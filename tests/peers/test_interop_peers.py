"""Circuits and operators of other packages have the same states and matrices, both ways.

PennyLane, Cirq and OpenFermion are installed by `make test-backends`; Qiskit comes with the tests.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import hybridq as hq
from hybridq import Circuit
from hybridq.core.errors import HybridqError, MissingExtraError, ParameterError
from tests.circuits.random_circuits import TUNED, circuits
from tests.helpers.slow_twin import run

FEW = settings(max_examples=12, deadline=None)
# Every qubit has a part of its own, so that no order of qubits looks like another one.
START = Circuit(3).ry(0, 0.4).ry(1, 1.1).rx(1, 0.3).rx(2, 2.0).p(2, 0.7).cx(0, 1).cx(1, 2)
SUM = hq.PauliSum.from_labels({"XZI": 0.5, "IYX": -0.25, "IIZ": 2.0, "III": -1.0, "YII": 0.125})
REVERSED = np.array([int(f"{k:03b}"[::-1], 2) for k in range(8)])
"""Index here of each index where qubit 0 is the highest bit."""


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return abs(np.vdot(a, b))


def state(circuit: Circuit, x: Any = ()) -> np.ndarray:
    return run(circuit, np.asarray(x, dtype=float))


class TestQiskit:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("qiskit")

    @staticmethod
    def theirs(circuit: Any) -> np.ndarray:
        from qiskit.quantum_info import Statevector

        return Statevector(circuit).data

    @FEW
    @given(circuits())
    def test_a_circuit_there_and_back_has_the_same_state(self, circuit: Circuit) -> None:
        whole = START.compose(circuit)
        made = whole.to_qiskit()
        assert overlap(self.theirs(made), state(whole)) == pytest.approx(1, abs=1e-9)
        assert overlap(state(Circuit.from_qiskit(made)), state(whole)) == pytest.approx(1, abs=1e-9)

    @FEW
    @given(circuits(angles=TUNED))
    def test_parameters_keep_their_names(self, circuit: Circuit) -> None:
        whole = START.compose(circuit)
        back = Circuit.from_qiskit(whole.to_qiskit())
        values = dict(zip(whole.parameters, (0.3, -1.1, 0.8), strict=False))
        assert set(back.parameters) <= set(whole.parameters)
        point = [values[name] for name in back.parameters]
        assert overlap(state(back, point), state(whole, list(values.values()))) == pytest.approx(
            1, abs=1e-9
        )

    @pytest.mark.parametrize("seed", range(8))
    def test_random_circuits_of_all_its_gates_are_read(self, seed: int) -> None:
        from qiskit.circuit.random import random_circuit

        made = random_circuit(3, 6, max_operands=3, seed=seed)
        read = Circuit.from_qiskit(made)
        assert read.n_qubits == 3
        assert overlap(self.theirs(made), state(read)) == pytest.approx(1, abs=1e-9)

    def test_an_angle_is_any_linear_expression(self) -> None:
        from qiskit import QuantumCircuit
        from qiskit.circuit import Parameter

        a, b = Parameter("a"), Parameter("b")
        made = QuantumCircuit(2)
        made.h([0, 1])
        made.ry(2 * a - b / 3 + 0.4, 0)
        made.u(b, a + b, 0.2 - a, 1)
        made.crx(a, 0, 1)
        made.measure_all()
        read = Circuit.from_qiskit(made)
        assert read.parameters == ("a", "b")
        bound = made.remove_final_measurements(inplace=False).assign_parameters({a: 0.7, b: -1.9})
        assert overlap(self.theirs(bound), state(read, [0.7, -1.9])) == pytest.approx(1, abs=1e-9)

    def test_measured_bits_are_in_order(self) -> None:
        from qiskit.primitives import StatevectorSampler

        made = Circuit(3).x(0).x(1).to_qiskit(measure=True)
        counts = StatevectorSampler().run([made], shots=5).result()[0].data.c.get_counts()
        assert counts == {"011": 5}  # the last letter is bit 0

    def test_circuits_that_are_not_unitary_are_refused(self) -> None:
        from qiskit import QuantumCircuit
        from qiskit.circuit import Parameter

        angle = Parameter("a")
        bent, reset, early = QuantumCircuit(1), QuantumCircuit(1), QuantumCircuit(1, 1)
        bent.rx(angle * angle, 0)
        reset.reset(0)
        early.measure(0, 0)
        early.h(0)
        for made, words in ((bent, "linear"), (reset, "'reset'"), (early, "measured qubit")):
            with pytest.raises(ParameterError, match=words):
                Circuit.from_qiskit(made)
        with pytest.raises(ParameterError, match="a QuantumCircuit, got 'h'"):
            Circuit.from_qiskit("h")

    def test_an_operator_has_the_same_matrix(self) -> None:
        made = SUM.to_qiskit()
        assert made.to_matrix() == pytest.approx(SUM.to_matrix().toarray(), abs=1e-12)
        assert hq.PauliSum.from_qiskit(made).isclose(SUM)


class TestCirq:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("cirq")

    @FEW
    @given(circuits())
    def test_a_circuit_there_and_back_has_the_same_state(self, circuit: Circuit) -> None:
        import cirq

        whole = START.compose(circuit)
        made = whole.to_cirq()
        theirs = made.final_state_vector(qubit_order=cirq.LineQubit.range(3), dtype=np.complex128)
        assert overlap(theirs[REVERSED], state(whole)) == pytest.approx(1, abs=1e-6)
        assert overlap(state(Circuit.from_cirq(made)), state(whole)) == pytest.approx(1, abs=1e-9)

    def test_measurements_at_the_end_are_left_out(self) -> None:
        assert Circuit.from_cirq(START.to_cirq(measure=True)).n_qubits == 3

    def test_free_parameters_are_refused(self) -> None:
        with pytest.raises(ParameterError, match="'a' has no value: bind it"):
            Circuit(1).rx(0, "a").to_cirq()
        with pytest.raises(ParameterError, match=r"a cirq\.Circuit, got 'h'"):
            Circuit.from_cirq("h")

    def test_an_operator_has_the_same_matrix(self) -> None:
        import cirq

        made = SUM.to_cirq()
        theirs = made.matrix(cirq.LineQubit.range(3))[np.ix_(REVERSED, REVERSED)]
        assert theirs == pytest.approx(SUM.to_matrix().toarray(), abs=1e-12)
        assert hq.PauliSum.from_cirq(made).isclose(SUM)
        with pytest.raises(ParameterError, match="LineQubits 0, 1, 2"):
            hq.PauliSum.from_cirq(cirq.X(cirq.GridQubit(0, 1)) * 1.0)


class TestPennyLane:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("pennylane")

    @staticmethod
    def theirs(script: Any) -> np.ndarray:
        import pennylane as qml

        unitary = qml.matrix(qml.tape.QuantumScript(script.operations), wire_order=[0, 1, 2])
        return unitary[:, 0][REVERSED]

    @FEW
    @given(circuits())
    def test_a_circuit_there_and_back_has_the_same_state(self, circuit: Circuit) -> None:
        whole = START.compose(circuit)
        made = whole.to_pennylane()
        assert overlap(self.theirs(made), state(whole)) == pytest.approx(1, abs=1e-9)
        back = Circuit.from_pennylane(made)
        assert overlap(state(back), state(whole)) == pytest.approx(1, abs=1e-9)

    def test_a_node_is_read_by_its_tape(self) -> None:
        import pennylane as qml

        @qml.qnode(qml.device("default.qubit", wires=3))
        def node(x: float) -> Any:
            qml.RY(x, wires=0)
            qml.CNOT(wires=[0, 2])
            qml.Rot(0.1, x, -0.4, wires=1)
            return qml.state()

        read = Circuit.from_pennylane(qml.workflow.construct_tape(node)(0.7))
        assert overlap(np.asarray(node(0.7))[REVERSED], state(read)) == pytest.approx(1, abs=1e-9)

    def test_other_objects_are_refused(self) -> None:
        with pytest.raises(ParameterError, match="construct_tape"):
            Circuit.from_pennylane("h")
        with pytest.raises(ParameterError, match="'a' has no value"):
            Circuit(1).rx(0, "a").to_pennylane()

    def test_an_operator_has_the_same_matrix(self) -> None:
        import pennylane as qml

        made = SUM.to_pennylane()
        theirs = qml.matrix(made, wire_order=[0, 1, 2])[np.ix_(REVERSED, REVERSED)]
        assert theirs == pytest.approx(SUM.to_matrix().toarray(), abs=1e-12)
        assert hq.PauliSum.from_pennylane(made).isclose(SUM)

    def test_every_kind_of_operator_is_read(self) -> None:
        import pennylane as qml

        expected = hq.PauliSum.from_labels({"ZZ": -1.0, "XI": 0.5})
        product_form = -1.0 * qml.Z(0) @ qml.Z(1) + 0.5 * qml.X(0)
        listed = qml.Hamiltonian([-1.0, 0.5], [qml.Z(0) @ qml.Z(1), qml.X(0)])
        for made in (product_form, listed, listed.pauli_rep):
            assert hq.PauliSum.from_pennylane(made).isclose(expected)
        assert hq.PauliSum.from_pennylane(qml.X(0), 2).to_labels() == {"XI": 1.0}
        with pytest.raises(ParameterError, match="map_wires"):
            hq.PauliSum.from_pennylane(qml.X("a"))
        with pytest.raises(ParameterError, match="Pauli operators"):
            hq.PauliSum.from_pennylane(qml.RX(0.3, 0))

    def test_a_hamiltonian_is_solved(self) -> None:
        import pennylane as qml

        result = hq.solve(-1.0 * qml.Z(0) @ qml.Z(1) - 0.5 * qml.X(0) - 0.5 * qml.X(1), rng=7)
        assert result.reference.value == pytest.approx(-np.sqrt(2), abs=1e-9)


def test_an_openfermion_operator_has_the_same_matrix() -> None:
    openfermion = pytest.importorskip("openfermion")
    made = SUM.to_openfermion()
    theirs = openfermion.get_sparse_operator(made, 3).toarray()[np.ix_(REVERSED, REVERSED)]
    assert theirs == pytest.approx(SUM.to_matrix().toarray(), abs=1e-12)
    assert hq.PauliSum.from_openfermion(made).isclose(SUM)


@pytest.mark.parametrize(
    ("package", "name"), list(product(["qiskit", "cirq", "pennylane"], ["to_", "from_"]))
)
def test_a_missing_package_is_named(package: str, name: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    call = getattr(Circuit(1), name + package)
    with pytest.raises(MissingExtraError, match=f"pip install {package}"):
        call(*([] if name == "to_" else ["x"]))
    assert issubclass(MissingExtraError, HybridqError)
