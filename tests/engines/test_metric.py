"""The Fubini–Study metric of every engine against closed forms and dense linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.engines.choose import choose_engine
from hybridq.engines.simulators import Diagonal
from hybridq.engines.statevector.engine import StatevectorEngine
from hybridq.operators.pauli_sum import PauliSum
from tests.helpers import slow_twin


def dense_generator(n, instruction):
    """G of e^{-i theta G}."""
    if isinstance(instruction, Excitation):
        return 1j * slow_twin.generator(n, instruction)
    if isinstance(instruction, DiagonalPhase):
        return np.diag(instruction.hamiltonian.diagonal())
    if isinstance(instruction, XMixer):
        return -sum(slow_twin.on_qubit(n, q, slow_twin.PAULI["X"]) for q in instruction.qubits)
    if isinstance(instruction, PhaseGate):
        mask = sum(1 << qubit for qubit in instruction.qubits)
        return -np.diag((np.arange(2**n) & mask == mask).astype(float))
    assert isinstance(instruction, PauliRotation)
    product = np.eye(2**n, dtype=complex)
    for letter, qubit in zip(instruction.paulis, instruction.qubits, strict=True):
        product = product @ slow_twin.on_qubit(n, qubit, slow_twin.PAULI[letter])
    return product / 2


def dense_metric(circuit, x):
    """The metric with every derivative as the generator put into the circuit."""
    n = circuit.n_qubits
    state = np.zeros(2**n, dtype=complex)
    state[0] = 1.0
    slopes = np.zeros((circuit.n_params, 2**n), dtype=complex)
    for step in circuit.instructions:
        unitary = slow_twin.unitary(n, step, np.asarray(x, dtype=float))
        state, slopes = unitary @ state, slopes @ unitary.T
        if not isinstance(step, Gate) and step.angle.parameter is not None:
            turned = -1j * step.angle.coefficient * dense_generator(n, step) @ state
            slopes[step.angle.parameter] += turned
    along = slopes.conj() @ state
    return (slopes.conj() @ slopes.T - np.outer(along, along.conj())).real


def statevector(circuit):
    return StatevectorEngine(circuit, PauliSum.zero(circuit.n_qubits))


def test_one_qubit_on_the_bloch_sphere():
    # RY(a) then RZ(b): the sphere's own metric over 4, da²/4 + sin²(a) db²/4.
    engine = statevector(Circuit(1).ry(0, "a").rz(0, "b"))
    for a, b in [(0.3, 1.0), (np.pi / 2, -2.0), (0.0, 0.0)]:
        expected = np.diag([0.25, 0.25 * np.sin(a) ** 2])
        np.testing.assert_allclose(engine.metric([a, b]), expected, atol=1e-14)


def test_two_rotations_of_stokes_et_al():
    # arXiv:1909.02108, section 4: G of a layer is the covariance of its generators P/2.
    circuit = Circuit(2).ry(0, 0.4).ry(1, -1.1).cx(0, 1).rz(0, "a").rz(1, "b")
    state = Circuit(2).ry(0, 0.4).ry(1, -1.1).cx(0, 1).state()
    signs = np.array([[1, -1, 1, -1], [1, 1, -1, -1]])
    expected = np.cov(signs, aweights=abs(state) ** 2, bias=True) / 4
    np.testing.assert_allclose(statevector(circuit).metric([0.7, 0.2]), expected, atol=1e-14)


def random_circuit(seed):
    """Every kind of instruction on three qubits, parameters shared and scaled."""
    rng = np.random.default_rng(seed)

    def angle():
        return Angle(rng.normal(), int(rng.integers(4)), float(rng.choice([1.0, -2.0, 0.3, 0.0])))

    def qubits(most):
        return tuple(rng.permutation(3)[: rng.integers(1, most + 1)].tolist())

    steps = [Gate("h", (qubit,)) for qubit in range(3)]
    for _ in range(3):
        where = qubits(3)
        field = PauliSum.from_sparse([("", (), 1.3), ("Z", (0,), 0.7), ("ZZ", (0, 2), -0.2)], 3)
        move = Transition((0,), (2,), (1,), bool(rng.integers(2)))
        steps += [
            PauliRotation("".join(rng.choice(list("XYZ"), len(where))), where, angle()),
            Gate("cx", (0, 1)),
            PhaseGate(qubits(3), angle()),
            Excitation(((0.8, move),), angle(), bool(rng.integers(2))),
            XMixer(qubits(3), angle()),
            DiagonalPhase(field, angle()),
        ]
    return Circuit(3, tuple(rng.permutation(np.array(steps, dtype=object)).tolist()))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_the_statevector_engine_agrees_with_dense_matrices(seed):
    circuit = random_circuit(seed)
    engine = statevector(circuit)
    x = np.random.default_rng(seed).normal(size=circuit.n_params)
    expected = dense_metric(circuit, x)
    scale = max(1.0, abs(expected).max(initial=0.0))
    np.testing.assert_allclose(engine.metric(x), expected, atol=1e-10 * scale)


@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.parametrize("integer", [True, False])
def test_the_diagonal_engine_agrees_with_dense_matrices(fields, integer):
    energy = slow_twin.random_ising(5, 3, fields=fields, integer=integer).to_pauli_sum()
    ansatz = hq.QAOA(energy, 3)
    engine = choose_engine(ansatz.circuit, energy, engine="diagonal")
    x = np.random.default_rng(1).normal(size=6)
    expected = dense_metric(ansatz.circuit, x)
    np.testing.assert_allclose(engine.metric(x), expected, atol=1e-9 * abs(expected).max())


SECTOR = Circuit(4).x(0).x(2)
MOVES = [
    Transition((1,), (0,)),
    Transition((3,), (2,)),
    Transition((1, 3), (2, 0)),
    Transition((0,), (1,), (2,)),
]


@pytest.mark.parametrize("imaginary", [False, True])
def test_the_sector_engine_agrees_with_dense_matrices(imaginary):
    angles = [Angle(0.1, 0), Angle(0.0, 1, 0.7), Angle(0.0, 2), Angle(0.2, 0, -1.0)]
    steps = [
        Excitation(((1.0, move),), angle, imaginary)
        for move, angle in zip(MOVES, angles, strict=True)
    ]
    # A sum of transitions that do not commute has no rule of few states.
    steps.append(Excitation(((1.0, MOVES[0]), (0.5, MOVES[3])), Angle(0.0, 3), imaginary))
    circuit = SECTOR.append(*steps)
    engine = choose_engine(circuit, PauliSum.zero(4), engine="sector")
    x = np.random.default_rng(1).normal(size=4)
    np.testing.assert_allclose(engine.metric(x), dense_metric(circuit, x), atol=1e-11)
    other = np.random.default_rng(2).normal(size=4)
    overlap = np.vdot(slow_twin.run(circuit, x), slow_twin.run(circuit, other))
    assert engine.fidelity(x, other) == pytest.approx(abs(overlap) ** 2, abs=1e-13)


def test_single_precision_is_right_to_its_digits():
    energy = slow_twin.random_ising(4, 3).to_pauli_sum()
    ansatz = hq.QAOA(energy, 2)
    engine = Diagonal(precision="single", kernels="numpy").bind(ansatz.circuit, energy)
    x = np.random.default_rng(1).normal(size=4)
    expected = dense_metric(ansatz.circuit, x)
    np.testing.assert_allclose(engine.metric(x), expected, atol=3e-4 * abs(expected).max())


def test_blocks_are_the_layers_of_the_whole_metric():
    ansatz = hq.HardwareEfficient(3, layers=2)
    engine = statevector(ansatz.circuit)
    x = np.random.default_rng(2).normal(size=ansatz.n_params)
    whole, blocks = engine.metric(x), engine.metric(x, blocks="layers")
    layer = np.arange(ansatz.n_params) // 3
    np.testing.assert_allclose(blocks, np.where(layer[:, None] == layer, whole, 0.0), atol=1e-14)


def test_the_metric_is_the_curvature_of_the_fidelity():
    ansatz = hq.HardwareEfficient(3, layers=1)
    engine = statevector(ansatz.circuit)
    rng = np.random.default_rng(3)
    x, d = rng.normal(size=(2, ansatz.n_params))
    h = 1e-3
    lost = 1.0 - (engine.fidelity(x, x + h * d) + engine.fidelity(x, x - h * d)) / 2
    assert lost / h**2 == pytest.approx(d @ engine.metric(x) @ d, rel=1e-4)
    assert engine.fidelity(x, x) == pytest.approx(1.0, abs=1e-14)


def test_what_cannot_be_is_refused(monkeypatch):
    engine = statevector(hq.HardwareEfficient(12, layers=40).circuit)
    with pytest.raises(ParameterError, match="'layers' or None"):
        engine.metric(np.zeros(engine.n_params), blocks="qubits")
    with pytest.raises(DimensionError):
        engine.metric([0.0])
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 2**25)
    with pytest.raises(CapacityError, match="blocks='layers' or fewer parameters"):
        engine.metric(np.zeros(engine.n_params))
