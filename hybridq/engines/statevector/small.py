"""Run a circuit of few qubits in NumPy, without compiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.engines.statevector.kernels import factors as kinds
from hybridq.engines.statevector.kernels.gates import EXCHANGE, FLIP, MATRIX
from hybridq.engines.statevector.program import Factor, Operation, lower

MOST_QUBITS = 12

State = NDArray[np.complex128]
Vector = NDArray[np.float64]


def small_state(circuit: Circuit, x: Vector) -> State:
    """Return the state vector at `x`, shape (2**n_qubits,).

    Raises:
        EngineError: an excitation is a sum of transitions that do not commute.
    """
    n = circuit.n_qubits
    index = np.arange(1 << n)
    state = np.zeros(1 << n, dtype=np.complex128)
    state[0] = 1.0
    for number, instruction in enumerate(circuit.instructions):
        for operation in lower(instruction, number):
            state = _applied(operation, state, index, x)
    return state


def _applied(op: Operation, state: State, index: NDArray[np.int64], x: Vector) -> State:
    acts = (index & op.condition) == op.source
    if op.kind == MATRIX:
        matrix = _matrix(op.factors[0], x)
        bit = index >> op.target & 1
        product = matrix[bit, bit] * state + matrix[bit, 1 - bit] * state[index ^ op.flip]
        return np.where(acts, product, state)
    angle = op.factors[0].angle.value(x)
    sign = op.sign * np.where(np.bitwise_count(index & op.z) & 1, -1.0, 1.0)
    if op.kind == EXCHANGE:
        return _exchanged(op, state, index, acts, angle, sign)
    product = sign * state  # P|ψ⟩ of a product of Z
    if op.kind == FLIP:  # P|z⟩ = i^y (−1)^{|z & zm|} |z ^ x⟩
        product = ((1j if op.imaginary else 1.0) * product)[index ^ op.flip]
    return np.cos(angle / 2) * state - 1j * np.sin(angle / 2) * product


def _exchanged(
    op: Operation,
    state: State,
    index: NDArray[np.int64],
    acts: NDArray[np.bool_],
    angle: float,
    sign: Vector,
) -> State:
    """Apply e^{θG} of one transition, a rotation between z and z ^ flip where it acts."""
    source = index[acts]
    target = source ^ op.flip
    a, b, s = state[source], state[target], sign[source] * np.sin(angle)
    result = state.copy()
    there, back = (-1j * s, -1j * s) if op.imaginary else (s, -s)
    result[source] = np.cos(angle) * a + back * b
    result[target] = np.cos(angle) * b + there * a
    return result


def _matrix(factor: Factor, x: Vector) -> NDArray[np.complex128]:
    if factor.matrix is not None:
        return factor.matrix
    angle = factor.angle.value(x)
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    phase = np.exp(1j * angle)
    table = {
        kinds.RX: [[c, -1j * s], [-1j * s, c]],
        kinds.RY: [[c, -s], [s, c]],
        kinds.RZ: [[c - 1j * s, 0], [0, c + 1j * s]],
        kinds.PHASE: [[1, 0], [0, phase]],
        kinds.GLOBAL: [[phase, 0], [0, phase]],
    }
    return np.array(table[factor.kind], dtype=np.complex128)
