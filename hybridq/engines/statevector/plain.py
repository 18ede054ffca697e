"""Circuits in NumPy: the slow twin of `Sweeper`, and states of small circuits."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.engines.exact import State
from hybridq.engines.statevector.plain_gates import Amplitudes, Basis, overlap
from hybridq.engines.statevector.plain_steps import Single, merged
from hybridq.engines.statevector.program import Program, compile_circuit, lower
from hybridq.operators.pauli_sum import PauliSum

MOST_QUBITS = 12
"""Single runs of circuits of so many qubits are quicker here than loading compiled code."""

Vector = NDArray[np.float64]


def small_state(circuit: Circuit, x: Vector) -> NDArray[np.complex128]:
    """Return the state vector at `x`, shape (2**n_qubits,).

    Raises:
        EngineError: an excitation is a sum of transitions that do not commute.
    """
    state: NDArray[np.complex128] = _start(circuit.n_qubits, np.complex128)
    for step in merged(compile_circuit(circuit)):
        step.apply(state, x)
    return state


def evolved(circuit: Circuit, state: NDArray[np.complexfloating]) -> NDArray[np.complex128]:
    """Return a circuit without parameters applied to a copy of a state vector.

    Raises:
        EngineError: an excitation is a sum of transitions that do not commute.
    """
    found = np.array(state, dtype=np.complex128)
    for step in merged(compile_circuit(circuit)):
        step.apply(found, np.zeros(0))
    return found


class PlainRunner:
    """Runner of one step after the other; see `Runner` in `engine`.

    Args:
        program: the operations of the circuit.
        observable: what is measured.
        dtype: float64 or float32, of real and imaginary parts.

    Attributes:
        steps: the operations, some of them merged.
    """

    threads = 1

    def __init__(self, program: Program, observable: PauliSum, dtype: Any) -> None:
        self.bits = program.n_qubits
        self.steps, self._observable = merged(program), observable
        self._dtype = np.result_type(dtype, np.complex64)

    @cached_property
    def _diagonal(self) -> Vector | None:
        """The values of a diagonal observable."""
        return self._observable.diagonal() if self._observable.is_diagonal else None

    @cached_property
    def _matrix(self) -> Any:
        """The matrix of the observable, CSR, real where it is."""
        matrix = self._observable.to_matrix()
        return matrix.real if not matrix.imag.count_nonzero() else matrix

    def _weighed(self, state: Amplitudes) -> Amplitudes:
        """Return H times a state."""
        if self._diagonal is not None:
            return self._diagonal * state
        if self._matrix.dtype.kind == "f":
            return np.asarray((self._matrix @ _pairs(state)).view(np.complex128)[:, 0])
        return np.asarray(self._matrix @ state.astype(np.complex128))

    def evolve(self, ket: State, point: Vector) -> None:
        """Leave the state at `point` in `ket`."""
        _write(self._evolved(point), ket)

    def _evolved(self, point: Vector) -> Amplitudes:
        state = _start(self.bits, self._dtype)
        for step in self.steps:
            step.apply(state, point)
        return state

    def energy(self, ket: State, point: Vector) -> float:
        """Leave the state at `point` in `ket`; return ⟨H⟩."""
        state = self._evolved(point)
        _write(state, ket)
        return overlap(state, self._weighed(state)).real

    def overlap(self, bra: State, ket: State) -> complex:
        """Return ⟨bra|ket⟩."""
        return overlap(self._read(bra), self._read(ket))

    def weigh(self, ket: State, bra: State) -> None:
        """Write H|ket⟩ to `bra`."""
        _write(self._weighed(self._read(ket)), bra)

    def pull_back(self, ket: State, bra: State, point: Vector) -> Vector:
        """Return the derivatives of Re⟨bra|ket⟩ where bra is an operator times ket."""
        psi, phi = self._read(ket), self._read(bra)
        gradient = np.zeros(len(point))
        for step in reversed(self.steps):
            step.undo(psi, phi, point, gradient)
        return gradient

    def derivative(self, ket: State, bra: State, operator: Instruction) -> float:
        """Return d⟨H⟩/dθ at θ = 0 of one more operator, its angle x[0]; bra is H|ket⟩."""
        psi, phi = self._read(ket), self._read(bra)
        gradient = np.zeros(1)
        for operation in lower(operator, 0):  # at angle 0 none changes the state
            Single(operation, Basis.of(self.bits)).undo(psi, phi, np.zeros(1), gradient)
        return float(gradient[0])

    def _read(self, state: State) -> Amplitudes:
        """Return complex amplitudes."""
        amplitudes = np.empty(1 << self.bits, self._dtype)
        amplitudes.real, amplitudes.imag = state
        return amplitudes


def _start(n_qubits: int, dtype: Any) -> Any:
    """Return |0…0⟩."""
    state = np.zeros(1 << n_qubits, dtype)
    state[0] = 1.0
    return state


def _write(amplitudes: Amplitudes, state: State) -> None:
    state[0], state[1] = amplitudes.real, amplitudes.imag


def _pairs(state: Amplitudes) -> Vector:
    """Return real and imaginary parts, shape (amplitudes, 2), float64."""
    return state.astype(np.complex128).view(np.float64).reshape(-1, 2)
