"""An instruction of somebody else's runs everywhere through its decomposition."""

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.linalg

import hybridq as hq
from hybridq.circuits.base import Instruction
from hybridq.circuits.instructions import Gate, PauliRotation, PhaseGate
from hybridq.circuits.spectra import frequencies
from hybridq.core.errors import EngineError
from hybridq.objectives.parameter_shift import unrolled
from tests.helpers.slow_twin import PAULI, on_qubit, run

N = 3
COST = hq.PauliSum.from_sparse([("ZZ", (0, 1), 0.7), ("X", (1,), -0.4), ("Z", (2,), 1.1)], N)


@dataclass(frozen=True)
class Heisenberg(Instruction):
    """e^{-i theta (XX + YY + ZZ)} on two qubits, whose terms commute."""

    qubits: tuple[int, int]
    angle: hq.Angle

    def decompose(self):
        return tuple(PauliRotation(2 * letter, self.qubits, self.angle * 2.0) for letter in "XYZ")


@dataclass(frozen=True)
class Fan(Instruction):
    """A control that flips all other qubits, without an angle."""

    qubits: tuple[int, ...]
    angle = None

    def decompose(self):
        return tuple(Gate("cx", (self.qubits[0], target)) for target in self.qubits[1:])


@dataclass(frozen=True)
class Endless(Instruction):
    """An instruction that forgot to be simpler than itself."""

    qubits: tuple[int, ...]
    angle = None

    def decompose(self):
        return (self,)


def heisenberg(theta):
    pairs = [on_qubit(N, 0, PAULI[p]) @ on_qubit(N, 2, PAULI[p]) for p in "XYZ"]
    return scipy.linalg.expm(-1j * theta * sum(pairs))


CIRCUIT = (
    hq.Circuit(N)
    .h(0)
    .ry(1, "a")
    .append(Heisenberg((0, 2), hq.Angle(0.2, 0, 1.5)))
    .append(Fan((2, 0, 1)))
)
X = np.array([0.8])


def dense_state(x):
    before = hq.Circuit(N).h(0).ry(1, float(x[0]))
    after = hq.Circuit(N).cx(2, 0).cx(2, 1)
    state = heisenberg(0.2 + 1.5 * x[0]) @ run(before, [])
    for gate in after.instructions:
        state = _matrix(gate) @ state
    return state


def _matrix(gate):
    from tests.helpers.slow_twin import unitary

    return unitary(N, gate, [])


def test_it_runs_in_circuit_state():
    assert CIRCUIT.state(X) == pytest.approx(dense_state(X), abs=1e-13)


def test_it_runs_on_the_statevector_engine_with_gradients():
    objective = hq.Expectation(CIRCUIT, COST)
    assert objective.engine.name == "statevector"
    value, gradient = objective.value_and_gradient(X)

    def dense(x):
        state = dense_state(x)
        return float(np.vdot(state, COST.to_matrix() @ state).real)

    assert value == pytest.approx(dense(X), abs=1e-12)
    step = 1e-5
    slope = (dense(X + step) - dense(X - step)) / (2 * step)
    assert gradient == pytest.approx([slope], abs=1e-8)


def test_it_runs_on_the_sector_engine():
    circuit = hq.Circuit(N).x(0).append(Heisenberg((0, 2), hq.Angle(parameter=0)))
    observable = hq.PauliSum.from_sparse([("Z", (2,), 1.0)], N)
    objective = hq.Expectation(circuit, observable, engine="sector")
    state = heisenberg(0.4)[:, 1]
    z = np.diag(observable.to_matrix().toarray()).real
    assert objective([0.4]) == pytest.approx(float(np.abs(state) ** 2 @ z), abs=1e-12)


def test_its_inverse_undoes_it():
    both = CIRCUIT.compose(CIRCUIT.inverse())
    assert np.abs(both.state(X)[0]) == pytest.approx(1.0, abs=1e-12)
    assert CIRCUIT.inverse().inverse() == CIRCUIT


def test_it_moves_counts_draws_and_is_written():
    moved = hq.Circuit(N + 1).compose(CIRCUIT, (3, 1, 0))
    assert moved.instructions[2].qubits == (3, 0)
    assert CIRCUIT.gate_counts()["heisenberg"] == 1
    assert CIRCUIT.depth() == 3
    assert "heisenberg(1.5·a+0.2)" in CIRCUIT.to_text(120)
    back = hq.Circuit.from_qasm(CIRCUIT.bind(X).to_qasm(2))
    assert np.abs(np.vdot(back.state(), dense_state(X))) == pytest.approx(1.0, abs=1e-12)


def test_its_frequencies_bound_those_of_its_parts():
    (found,) = frequencies(hq.Circuit(N).append(Heisenberg((0, 2), hq.Angle(parameter=0))))
    assert found == (2.0, 3)  # three commuting parts with eigenvalues ±1


def test_the_parameter_shift_rule_unrolls_it():
    free = unrolled(CIRCUIT)
    assert len(free.parameter) == 4
    state = free.circuit.state(free.angles(X))
    assert np.abs(np.vdot(state, dense_state(X))) == pytest.approx(1.0, abs=1e-12)


def test_an_instruction_that_decomposes_into_itself_is_refused():
    with pytest.raises(EngineError, match=r"Endless\.decompose\(\) must return other"):
        hq.Circuit(N).append(Endless((0,))).state()


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_phase_gate_decomposes_exactly_global_phase_included(width):
    gate = PhaseGate(tuple(range(width)), hq.Angle(0.7))
    state = run(hq.Circuit(N, (*(Gate("h", (q,)) for q in range(N)), *gate.decompose())), [])
    plus = np.full(1 << N, 1 / np.sqrt(1 << N), dtype=complex)
    full = (np.arange(1 << N) & ((1 << width) - 1)) == (1 << width) - 1
    plus[full] *= np.exp(0.7j)
    assert state == pytest.approx(plus, abs=1e-13)


def test_a_global_phase_is_an_instruction_of_the_statevector_engine():
    circuit = hq.Circuit(2).h(0).append(PauliRotation("", (), hq.Angle(0.6)))
    expected = np.exp(-0.3j) * hq.Circuit(2).h(0).state()
    assert circuit.state() == pytest.approx(expected, abs=1e-14)
    from hybridq.engines.choose import choose_engine

    engine = choose_engine(circuit, hq.PauliSum.zero(2), engine="statevector")
    assert engine.state(np.zeros(0)) == pytest.approx(expected, abs=1e-14)
