"""Steps of a circuit in NumPy: single operations, and runs of them that merge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core.blas import one_blas_thread
from hybridq.engines.neighbours import GROUP_BITS, multiply, overlaps
from hybridq.engines.statevector.kernels.gates import MATRIX, PARITY
from hybridq.engines.statevector.plain_gates import (
    Amplitudes,
    Basis,
    Entries,
    Matrix,
    Vector,
    add_slopes,
    product_of,
)
from hybridq.engines.statevector.program import Factor, Operation, Program

MOST_PARAMETERS = 4
"""Phases of more parameters stay single: each would need a vector of its own."""


class Step(Protocol):
    """Some operations in a row."""

    def apply(self, state: Amplitudes, x: Vector) -> None:
        """Apply the operations at the parameters `x`, in place."""

    def undo(self, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector) -> None:
        """Undo them on ψ and φ, in place, and add 2 Re ⟨φ|∂U|ψ⟩ to `gradient`."""


def merged(program: Program) -> list[Step]:
    """Return the steps of a program, with runs of operations merged."""
    basis = Basis.of(program.n_qubits)
    steps: list[Step] = []
    for kind, run in groupby(program.operations, _mergeable):
        operations = list(run)
        if kind is None or len(operations) == 1:
            steps += [Single(operation, basis) for operation in operations]
        elif kind == "layer":
            steps += [Layer(part, program.n_qubits) for part in _on_distinct(operations)]
        elif kind == "fixed":
            steps.append(Fixed(operations, basis))
        elif len({op.factors[0].angle.parameter for op in operations}) <= MOST_PARAMETERS:
            steps.append(Phases(operations, basis))
        else:
            steps += [Single(operation, basis) for operation in operations]
    return steps


def _mergeable(op: Operation) -> str | None:
    """Return the kind of run that an operation can be part of."""
    if op.kind == PARITY:
        return "phases"
    if op.kind != MATRIX:
        return None
    if not op.condition:
        return "layer"
    (first, *more) = op.factors
    if more or first.matrix is None:
        return None
    zeros = np.abs(first.matrix) == 0.0
    return "fixed" if (zeros.sum(axis=0) == 1).all() and (zeros.sum(axis=1) == 1).all() else None


def _on_distinct(operations: Sequence[Operation]) -> list[list[Operation]]:
    """Return runs of gates on distinct qubits, in order."""
    runs: list[list[Operation]] = [[]]
    for op in operations:
        if any(op.target == other.target for other in runs[-1]):
            runs.append([])
        runs[-1].append(op)
    return runs


class Single:
    """One operation."""

    def __init__(self, operation: Operation, basis: Basis) -> None:
        self._operation, self._basis = operation, basis

    def apply(self, state: Amplitudes, x: Vector) -> None:
        """Apply the operation, in place."""
        self._basis.apply(self._operation, state, x)

    def undo(self, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector) -> None:
        """Undo it on both states and add its derivatives."""
        self._basis.undo(self._operation, psi, phi, x, gradient)


class Layer:
    """Gates on distinct qubits, as matrices on groups of neighbours."""

    def __init__(self, operations: Sequence[Operation], n_qubits: int) -> None:
        by_qubit = {op.target: op.factors for op in operations}
        self._groups: list[tuple[int, list[list[Factor]]]] = []
        for first in range(0, n_qubits, GROUP_BITS):
            qubits = range(first, min(first + GROUP_BITS, n_qubits))
            if any(qubit in by_qubit for qubit in qubits):
                self._groups.append((first, [by_qubit.get(qubit, []) for qubit in qubits]))

    def apply(self, state: Amplitudes, x: Vector) -> None:
        """Apply the gates, in place."""
        with one_blas_thread():
            for first, gates in self._groups:
                _multiply(_joined([product_of(each, x) for each in gates]), state, first)

    def undo(self, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector) -> None:
        """Undo them on both states and add the derivatives."""
        with one_blas_thread():
            for first, gates in self._groups:
                if any(f.angle.parameter is not None for each in gates for f in each):
                    found = overlaps(phi.conj(), psi, first, len(gates), np.complex128)
                    for factors, mine in zip(gates, _reduced(found), strict=True):
                        add_slopes(factors, x, mine, gradient)
                inverse = _joined([product_of(each, x) for each in gates]).conj().T
                for state in (psi, phi):
                    _multiply(inverse, state, first)


class Fixed:
    """Gates without an angle that permute basis states, up to phases."""

    def __init__(self, operations: Sequence[Operation], basis: Basis) -> None:
        self._operations, self._basis = operations, basis

    @cached_property
    def _map(self) -> tuple[NDArray[np.int64], Matrix, NDArray[np.int64]]:
        """State and phase that each amplitude comes from, and the inverse permutation."""
        index = self._basis.index
        start, phase = index.copy(), np.ones(len(index), np.complex128)
        for op in self._operations:
            (matrix,) = (factor.matrix for factor in op.factors)
            assert matrix is not None
            acts = index & op.condition == op.source
            bit = index >> op.target & 1
            flips = matrix[0, 0] == 0.0
            entries = np.where(acts, matrix[bit, bit ^ 1 if flips else bit], 1.0)
            to = np.where(acts, index ^ (1 << op.target), index) if flips else index
            start, phase = start[to], entries * phase[to]
        return start, phase, np.argsort(start)

    def apply(self, state: Amplitudes, x: Vector) -> None:
        """Apply the gates, in place."""
        start, phase, _ = self._map
        state[:] = phase * state[start]

    def undo(self, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector) -> None:
        """Undo them on both states."""
        _, phase, back = self._map
        for state in (psi, phi):
            state[:] = (phase.conj() * state)[back]


class Phases:
    """Rotations about products of Z, which commute."""

    def __init__(self, operations: Sequence[Operation], basis: Basis) -> None:
        self._operations, self._basis = operations, basis

    @cached_property
    def _turns(self) -> tuple[Vector, dict[int, Vector]]:
        """The fixed angle of each basis state, and its derivatives by the parameters."""
        size = len(self._basis.index)
        fixed = np.zeros(size)
        moving: dict[int, Vector] = {}
        for op in self._operations:
            signs = 0.5 * op.sign * (1.0 - 2.0 * self._basis.parity(op.z))
            angle = op.factors[0].angle
            fixed += angle.constant * signs
            if angle.parameter is not None:
                slope = moving.setdefault(angle.parameter, np.zeros(size))
                slope += angle.coefficient * signs
        return fixed, moving

    def _multiply(self, states: Sequence[Amplitudes], x: Vector, sign: float) -> None:
        fixed, moving = self._turns
        turn = fixed + sum(x[parameter] * slope for parameter, slope in moving.items())
        phase = np.exp(-1j * sign * turn)
        for state in states:
            state *= phase

    def apply(self, state: Amplitudes, x: Vector) -> None:
        """Apply the rotations, in place."""
        self._multiply([state], x, 1.0)

    def undo(self, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector) -> None:
        """Undo them on both states and add the derivatives."""
        imaginary = (phi.conj() * psi).imag
        for parameter, slope in self._turns[1].items():
            gradient[parameter] += 2.0 * float((imaginary * slope).sum(dtype=np.float64))
        self._multiply([psi, phi], x, -1.0)


def _joined(gates: list[Entries]) -> Matrix:
    """Return the matrix of gates on neighbours, the first on the lowest bit."""
    joined: Matrix = np.ones((1, 1), np.complex128)
    for gate in gates:
        matrix = np.array(gate).reshape(2, 1, 2, 1)
        size = 2 * len(joined)
        joined = (matrix * joined[None, :, None, :]).reshape(size, size)
    return joined


def _multiply(matrix: Matrix, state: Amplitudes, first: int) -> None:
    """Apply a matrix on the qubits from `first` on, in place."""
    product = np.empty_like(state)
    multiply(matrix.astype(state.dtype), state, first, product)
    state[:] = product


def _reduced(found: Matrix) -> list[Entries]:
    """Return the overlaps of each qubit's states, the others equal."""
    flat = _traces(len(found).bit_length() - 1) @ found.reshape(-1)
    numbers = flat.tolist()
    return [tuple(numbers[at : at + 4]) for at in range(0, len(numbers), 4)]


@cache
def _traces(bits: int) -> Vector:
    """Return the matrix that sums overlaps of 2^bits states to those of each qubit."""
    size = 1 << bits
    traces = np.zeros((bits, 2, 2, size, size))
    index = np.arange(size)
    for qubit in range(bits):
        bit = index >> qubit & 1
        for to in (0, 1):
            rows = index[bit == to]
            traces[qubit, to, to, rows, rows] = 1.0
            traces[qubit, to, 1 - to, rows, rows ^ (1 << qubit)] = 1.0
    return traces.reshape(4 * bits, size * size)
