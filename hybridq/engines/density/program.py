r"""Programs of the density engine: blocks of gates and channels in the Pauli basis.

A density matrix is its Pauli vector :math:`r_P = \mathrm{tr}(P\rho)`, which is real. A gate
:math:`e^{-i\theta G}` followed by channels is the matrix :math:`C (1 + \sin\theta\, K +
(1-\cos\theta) K^2)`, with C of the channels and K of the commutator -i[G, ·].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import Angle, Gate, PauliRotation, PhaseGate
from hybridq.engines.noisy_gates import NoisyGate, fixed_unitary, generator
from hybridq.noise import Channel
from hybridq.noise.base import kron, paulis, transfer_matrix

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]

_CLEAN = 1e-14
_MOST_GROWTH = 1e3  # of rounding errors while states are undone
_NO_ANGLE = Angle()


class Turning(NamedTuple):
    """The matrix ``constant + sin θ · sine + (1 − cos θ) · cosine``."""

    constant: Vector
    sine: Vector
    cosine: Vector

    def at(self, angle: float) -> Vector:
        """Return the matrix at an angle."""
        return self.constant + np.sin(angle) * self.sine + (1.0 - np.cos(angle)) * self.cosine

    def slope(self, angle: float) -> Vector:
        """Return the derivative by the angle."""
        return np.cos(angle) * self.sine + np.sin(angle) * self.cosine

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """Entries that differ from 0 at some angle."""
        return (self.constant != 0) | (self.sine != 0) | (self.cosine != 0)


@dataclass(frozen=True)
class Step:
    """A gate with its channels, as a matrix on the Paulis of its block.

    Attributes:
        matrix: of gate and channels.
        inverse: of the matrix; None where it has none.
        angle: of the gate; constant without one.
        growth: the norm of the inverse, by which rounding errors grow.
    """

    matrix: Turning
    inverse: Turning | None
    angle: Angle
    growth: float


class Sparse(NamedTuple):
    """Pattern of a sparse matrix: first entry of each row, all rows and columns."""

    starts: Integers
    rows: Integers
    columns: Integers

    @classmethod
    def of(cls, pattern: NDArray[np.bool_]) -> Sparse:
        """Return the pattern of a boolean matrix."""
        rows, columns = np.nonzero(pattern)
        starts = np.concatenate([[0], np.cumsum(pattern.sum(axis=1))])
        return cls(starts.astype(np.int64), rows.astype(np.int64), columns.astype(np.int64))

    def values(self, matrix: Vector) -> Vector:
        """Return the entries of a matrix with this pattern."""
        return np.ascontiguousarray(matrix[self.rows, self.columns])


@dataclass(eq=False)
class Block:
    """Steps that follow each other on one or two qubits, applied in one sweep.

    Attributes:
        qubits: ascending.
        steps: first applied first.
    """

    qubits: tuple[int, ...]
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.digits = np.array(self.qubits, dtype=np.int64)
        strides = 4**self.digits
        local = np.arange(4 ** len(self.qubits))
        self.offsets: Integers = sum(
            (local >> 2 * k & 3) * stride for k, stride in enumerate(strides.tolist())
        )

    def prepare(self) -> None:
        """Find the patterns of the block, its inverse and its derivatives."""
        identity = np.eye(len(self.offsets), dtype=bool)
        before = [identity]
        for step in self.steps:
            before.append(step.matrix.pattern @ before[-1])
        after, slopes = identity, ~(identity | True)
        undo = identity
        for number in reversed(range(len(self.steps))):
            step = self.steps[number]
            if step.angle.parameter is not None:
                turning = (step.matrix.sine != 0) | (step.matrix.cosine != 0)
                slopes = slopes | (after @ turning @ before[number])
            after = after @ step.matrix.pattern
            if step.inverse is not None:
                undo = step.inverse.pattern @ undo
        self.forward, self.backward = Sparse.of(before[-1]), Sparse.of(before[-1].T)
        self.slopes, self.undo = Sparse.of(slopes), Sparse.of(undo)
        self.growth = float(np.prod([step.growth for step in self.steps]))

    def matrix(self, x: Vector) -> Vector:
        """Return the matrix of all steps at the parameters `x`."""
        found = np.eye(len(self.offsets))
        for step in self.steps:
            found = step.matrix.at(step.angle.value(x)) @ found
        return found

    def inverse(self, x: Vector) -> Vector:
        """Return the inverse of `matrix`, of a block of finite growth."""
        found = np.eye(len(self.offsets))
        for step in self.steps:
            assert step.inverse is not None
            found = found @ step.inverse.at(step.angle.value(x))
        return found

    def add_slopes(self, x: Vector, sums: Vector, gradient: Vector) -> None:
        """Add derivatives by the parameters.

        Args:
            x: the parameters.
            sums: derivatives by the entries of `slopes`, shape (k,).
            gradient: shape (n_params,).
        """
        size = len(self.offsets)
        weights = np.zeros((size, size))
        weights[self.slopes.rows, self.slopes.columns] = sums
        matrices = [step.matrix.at(step.angle.value(x)) for step in self.steps]
        before = [np.eye(size)]
        for matrix in matrices[:-1]:
            before.append(matrix @ before[-1])
        after = np.eye(size)
        for number in reversed(range(len(self.steps))):
            step = self.steps[number]
            if step.angle.parameter is not None:
                slope = after @ step.matrix.slope(step.angle.value(x)) @ before[number]
                gradient[step.angle.parameter] += step.angle.coefficient * (weights * slope).sum()
            after = after @ matrices[number]


@dataclass(frozen=True, eq=False)
class Program:
    """The blocks of a noisy circuit.

    Attributes:
        n_qubits: width of the circuit.
        blocks: first applied first.
        kept: numbers of the blocks before which a gradient keeps the state, where undoing would
            lose digits or is impossible.
    """

    n_qubits: int
    blocks: tuple[Block, ...]
    kept: frozenset[int]


def compile_gates(n_qubits: int, gates: Sequence[NoisyGate]) -> Program:
    """Return the program of gates with noise.

    A gate joins the last block on its qubits; a block on one qubit joins the first block on that
    qubit and another one.
    """
    blocks: list[Block | None] = []
    last: dict[int, int] = {}
    for noisy in gates:
        qubits = tuple(sorted(noisy.gate.qubits))
        places = {last.get(qubit) for qubit in qubits}
        if None in places or len(places) > 1:
            block = Block(qubits)
            for qubit in qubits:
                place = last.get(qubit)
                earlier = None if place is None else blocks[place]
                if place is not None and earlier is not None and earlier.qubits == (qubit,):
                    block.steps += [_widened(step, qubit, qubits) for step in earlier.steps]
                    blocks[place] = None
            blocks.append(block)
            last |= dict.fromkeys(qubits, len(blocks) - 1)
        found = blocks[last[qubits[0]]]
        assert found is not None
        found.steps.append(_step(noisy, found.qubits))
    final = tuple(block for block in blocks if block is not None)
    growth, kept = 1.0, set()
    for number in reversed(range(len(final))):
        final[number].prepare()
        growth *= final[number].growth
        if growth > _MOST_GROWTH:
            kept.add(number)
            growth = 1.0
    return Program(n_qubits, final, frozenset(kept))


def _step(noisy: NoisyGate, qubits: tuple[int, ...]) -> Step:
    """Return a gate with its channels as a step of a block on `qubits`."""
    gate, width = noisy.gate, len(noisy.gate.qubits)
    noise, undone, growth = _noise(noisy.channels, width)
    if isinstance(gate, Gate):
        fixed = _fixed(gate.name, width)
        matrix = Turning(noise @ fixed, *_zeros(width))
        inverse = None if undone is None else Turning(fixed.T @ undone, *_zeros(width))
        angle = _NO_ANGLE
    else:
        turn, twice = _commutators(gate.symbol, width)
        matrix = Turning(noise, noise @ turn, noise @ twice)
        angle = gate.angle
        inverse = None if undone is None else Turning(undone, -turn @ undone, twice @ undone)
    where = gate.qubits
    return Step(
        Turning(*(_on_block(each, where, qubits) for each in matrix)),
        None if inverse is None else Turning(*(_on_block(each, where, qubits) for each in inverse)),
        angle,
        growth,
    )


def _widened(step: Step, qubit: int, qubits: tuple[int, ...]) -> Step:
    """Return a step on one qubit as a step of a block on `qubits`."""
    matrix, inverse = (
        None if each is None else Turning(*(_on_block(part, (qubit,), qubits) for part in each))
        for each in (step.matrix, step.inverse)
    )
    assert matrix is not None
    return Step(matrix, inverse, step.angle, step.growth)


def _on_block(matrix: Vector, where: tuple[int, ...], qubits: tuple[int, ...]) -> Vector:
    """Return a matrix on the Paulis of a gate as one on those of its block."""
    if len(where) < len(qubits):
        other = np.eye(4)
        pair = (other, matrix) if where[0] == qubits[0] else (matrix, other)
        return np.asarray(kron(*pair), dtype=np.float64)
    if where == qubits:
        return matrix
    local = np.arange(16)
    swapped = (local & 3) << 2 | local >> 2
    return matrix[np.ix_(swapped, swapped)]


def _zeros(width: int) -> tuple[Vector, Vector]:
    return np.zeros((4**width, 4**width)), np.zeros((4**width, 4**width))


@lru_cache(maxsize=64)
def _fixed(name: str, width: int) -> Vector:
    """Return the transfer matrix of a gate without an angle."""
    return _clean(transfer_matrix(fixed_unitary(name, width)[None]))


@lru_cache(maxsize=64)
def _commutators(symbol: str, width: int) -> tuple[Vector, Vector]:
    """Return the matrix K of −i[G, ·] on Paulis, antisymmetric, and K².

    Args:
        symbol: of a rotation or a phase, such as ``"rzz"`` or ``"cp"``.
        width: the number of its qubits.
    """
    qubits = tuple(range(width))
    phase = symbol.endswith("p")
    gate = (
        PhaseGate(qubits, _NO_ANGLE)
        if phase
        else PauliRotation(symbol[1:].upper(), qubits, _NO_ANGLE)
    )
    hermitian, basis = generator(gate), paulis(width)
    images = -1j * (hermitian @ basis - basis @ hermitian)
    found: Vector = np.einsum("iab,jba->ij", basis, images).real
    turn = _clean(np.asarray(found / len(hermitian), dtype=np.float64))
    return turn, turn @ turn


@lru_cache(maxsize=4096)
def _noise(channels: tuple[Channel, ...], width: int) -> tuple[Vector, Vector | None, float]:
    """Return the transfer matrix of channels, its inverse or None, and a norm."""
    found: Vector = np.eye(4**width)
    for channel in channels:
        found = np.asarray(channel.pauli_transfer(width) @ found)
    smallest = float(np.linalg.svd(found, compute_uv=False)[-1])
    if smallest * _MOST_GROWTH <= 1.0:
        return _clean(found), None, np.inf
    return _clean(found), _clean(np.linalg.inv(found)), 1.0 / smallest


def _clean(matrix: NDArray[np.floating]) -> Vector:
    """Return a matrix with rounding errors as zeros."""
    return np.where(np.abs(matrix) < _CLEAN, 0.0, matrix).astype(np.float64)
