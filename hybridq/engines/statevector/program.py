"""Compile a circuit to operations on a state vector, with one-qubit gates fused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.decompose import parts
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    Instruction,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.core.errors import EngineError
from hybridq.engines.statevector.kernels import factors as kinds
from hybridq.engines.statevector.kernels.factors import Factors
from hybridq.engines.statevector.kernels.gates import (
    EXCHANGE,
    FIXED,
    FLIP,
    MATRIX,
    PARITY,
    REAL,
    SWAP,
)
from hybridq.engines.statevector.kernels.rotations import AFTER, BEFORE

_R = 1.0 / np.sqrt(2.0)
MATRICES = {
    "id": [[1, 0], [0, 1]],
    "x": [[0, 1], [1, 0]],
    "y": [[0, -1j], [1j, 0]],
    "z": [[1, 0], [0, -1]],
    "h": [[_R, _R], [_R, -_R]],
    "s": [[1, 0], [0, 1j]],
    "sdg": [[1, 0], [0, -1j]],
    "t": [[1, 0], [0, _R + _R * 1j]],
    "tdg": [[1, 0], [0, _R - _R * 1j]],
    "sx": [[0.5 + 0.5j, 0.5 - 0.5j], [0.5 - 0.5j, 0.5 + 0.5j]],
    "sxdg": [[0.5 - 0.5j, 0.5 + 0.5j], [0.5 + 0.5j, 0.5 - 0.5j]],
}
_ROTATIONS = {"X": kinds.RX, "Y": kinds.RY, "Z": kinds.RZ}
_REAL = {kinds.RY}


@dataclass
class Factor:
    """One gate of an operation; see `kernels.factors`."""

    kind: int
    angle: Angle = field(default_factory=Angle)
    matrix: NDArray[np.complex128] | None = None

    @property
    def real(self) -> bool:
        """True if its matrix is real."""
        if self.matrix is not None:
            return bool(np.isreal(self.matrix).all())
        return self.kind in _REAL


@dataclass
class Operation:
    """One step of the simulation; masks have bit q for qubit q.

    Attributes:
        kind: MATRIX, PARITY, FLIP or EXCHANGE of `kernels.gates`.
        factors: its angles, first applied first.
        target: the qubit of a matrix.
        flip: the bits whose value it changes; they have to be local to a pass.
        z: the bits whose parity is a sign.
        condition, source: it acts where index & condition == source.
        sign: a constant sign; imaginary: see `kernels.gates`.
    """

    kind: int
    factors: list[Factor]
    target: int = 0
    flip: int = 0
    z: int = 0
    condition: int = 0
    source: int = 0
    sign: int = 1
    imaginary: bool = False

    @property
    def reads(self) -> int:
        """Bits that it reads and leaves unchanged."""
        return (self.z | self.condition) & ~self.flip

    @property
    def form(self) -> int:
        """Properties of a matrix that hold at all angles; see `kernels.gates`."""
        if self.kind != MATRIX:
            return 0
        form = REAL if all(factor.real for factor in self.factors) else 0
        if all(factor.matrix is not None for factor in self.factors):
            form |= FIXED
        (first, *more) = self.factors
        lone = not more and self.condition.bit_count() == 1 and first.matrix is not None
        if lone and np.array_equal(first.matrix, matrix("x")):  # type: ignore[arg-type]
            form |= SWAP
        return form

    @property
    def layer_form(self) -> int:
        """Diagonal parts that a matrix has at some angles; see `kernels.rotations`."""
        kinds_of = [factor.kind for factor in self.factors]
        diagonal = {kinds.RZ, kinds.PHASE, kinds.GLOBAL}
        rest = list(itertools.dropwhile(lambda kind: kind == kinds.RY, kinds_of))
        if any(kind not in diagonal for kind in rest):
            return BEFORE | AFTER
        return AFTER if rest else 0


@dataclass(frozen=True, eq=False)
class Program:
    """The operations of a circuit in order, and their factors as arrays."""

    n_qubits: int
    operations: tuple[Operation, ...]
    factors: Factors


def matrix(name: str) -> NDArray[np.complex128]:
    """Return the 2×2 matrix of a named one-qubit gate."""
    return np.array(MATRICES[name], dtype=np.complex128)


def compile_circuit(circuit: Circuit) -> Program:
    """Return the operations of `circuit`.

    Raises:
        EngineError: an excitation is a sum of transitions that do not commute.
    """
    operations: list[Operation] = []
    # The last operation on each qubit: a matrix on one qubit joins the one before it there.
    latest: dict[int, int] = {}
    for number, instruction in enumerate(circuit.instructions):
        for operation in lower(instruction, number):
            plain = operation.kind == MATRIX and not operation.condition
            before = latest.get(operation.target, -1)
            if plain and before >= 0:
                previous = operations[before]
                if previous.kind == MATRIX and not previous.condition:
                    previous.factors.extend(operation.factors)
                    continue
            for qubit in _bits(operation.flip | operation.reads):
                latest[qubit] = len(operations)
            operations.append(operation)
    return Program(circuit.n_qubits, tuple(operations), factor_arrays(operations))


def lower(instruction: Instruction, number: int) -> list[Operation]:
    """Return one instruction (number `number` of its circuit) as operations.

    Classes without a form of their own in `_FORMS` are decomposed.

    Raises:
        EngineError: an excitation is a sum of transitions that do not commute, or an instruction
            decomposes into itself.
    """
    build = _FORMS.get(type(instruction))
    if build is not None:
        return build(instruction, number)
    return [operation for part in parts(instruction) for operation in lower(part, number)]


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _mask(qubits: tuple[int, ...] | list[int]) -> int:
    return sum(1 << qubit for qubit in qubits)


def _scaled(angle: Angle, factor: float) -> Angle:
    return Angle(angle.constant * factor, angle.parameter, angle.coefficient * factor)


def _controlled(controls: list[int], target: int, factor: Factor) -> Operation:
    mask = _mask(controls)
    return Operation(MATRIX, [factor], target=target, flip=1 << target, condition=mask, source=mask)


def _gate(gate: Gate, number: int = 0) -> list[Operation]:
    name, qubits = gate.name, gate.qubits
    if name in MATRICES:
        return [_controlled([], qubits[0], Factor(kinds.CONSTANT, matrix=matrix(name)))]
    if name == "swap":
        flip = Factor(kinds.CONSTANT, matrix=matrix("x"))
        pairs = [(0, 1), (1, 0), (0, 1)]
        return [_controlled([qubits[a]], qubits[b], flip) for a, b in pairs]
    if name in {"iswap", "iswapdg"}:
        hop = Transition((qubits[0],), (qubits[1],), fermionic=False)
        angle = Angle(-np.pi / 2 if name == "iswap" else np.pi / 2)
        return [_transition(hop, 1.0, angle, imaginary=True)]
    if name == "ecr":
        return [operation for part in gate.decompose() for operation in lower(part, number)]
    *controls, target = qubits  # cx, cy, cz, ccx
    return [_controlled(controls, target, Factor(kinds.CONSTANT, matrix=matrix(name[-1])))]


def _pauli(rotation: PauliRotation) -> Operation:
    if not rotation.paulis:
        return _controlled([], 0, Factor(kinds.GLOBAL, _scaled(rotation.angle, -0.5)))
    if len(rotation.paulis) == 1:
        factor = Factor(_ROTATIONS[rotation.paulis], rotation.angle)
        return _controlled([], rotation.qubits[0], factor)
    letters = list(zip(rotation.paulis, rotation.qubits, strict=True))
    x = _mask([qubit for letter, qubit in letters if letter in "XY"])
    z = _mask([qubit for letter, qubit in letters if letter in "ZY"])
    factor = Factor(kinds.HALF_ANGLE, rotation.angle)
    if not x:
        return Operation(PARITY, [factor], z=z)
    n_y = rotation.paulis.count("Y")
    sign = -1 if n_y % 4 >= 2 else 1  # i^y = ±1 or ±i
    return Operation(FLIP, [factor], flip=x, z=z, sign=sign, imaginary=n_y % 2 == 1)


def _transition(term: Transition, coefficient: float, angle: Angle, imaginary: bool) -> Operation:
    return Operation(
        EXCHANGE,
        [Factor(kinds.FULL_ANGLE, _scaled(angle, coefficient))],
        flip=term.flip_mask,
        z=term.sign_mask,
        condition=term.mode_mask,
        source=term.source_bits,
        sign=term.sign,
        imaginary=imaginary,
    )


def _excitation(excitation: Excitation, number: int) -> list[Operation]:
    for (_, a), (_, b) in itertools.combinations(excitation.terms, 2):
        if not _commute(a, b, excitation.imaginary):
            raise EngineError(
                f"instruction {number} is an excitation by a sum of transitions that do not "
                "commute: the statevector engine has no exact form for it, use the sector engine"
            )
    return [
        _transition(term, coefficient, excitation.angle, excitation.imaginary)
        for coefficient, term in excitation.terms
    ]


def _commute(a: Transition, b: Transition, imaginary: bool) -> bool:
    """Return whether the generators of two transitions commute."""
    qubits = _bits(a.mode_mask | b.mode_mask)
    # Signs of bits outside both modes commute; signs of the modes are part of the products.
    for values in itertools.product((0, 1), repeat=len(qubits)):
        z = sum(value << qubit for value, qubit in zip(values, qubits, strict=True))
        if _product(a, b, z, imaginary) != _product(b, a, z, imaginary):
            return False
    return True


def _product(first: Transition, second: Transition, z: int, imaginary: bool) -> tuple[int, int]:
    """Return (state, amplitude) of second · first |z⟩, (0, 0) where it vanishes."""
    amplitude = 1
    for term in (first, second):
        inside = z & term.mode_mask
        if inside == term.source_bits:
            step = 1
        elif inside == term.source_bits ^ term.flip_mask:
            step = 1 if imaginary else -1
        else:
            return 0, 0
        amplitude *= step * (-1) ** (z & term.sign_mask).bit_count()
        z ^= term.flip_mask
    return z, amplitude


def _phase(phase: DiagonalPhase, _number: int) -> list[Operation]:
    """Return e^{−iγH} term by term, since the terms commute."""
    operations = []
    for letters, qubits, value in phase.hamiltonian.to_sparse():
        coefficient = float(complex(value).real)
        if not letters:
            factor = Factor(kinds.GLOBAL, _scaled(phase.angle, -coefficient))
            operations.append(_controlled([], 0, factor))
            continue
        angle = _scaled(phase.angle, 2.0 * coefficient)
        operations.append(_pauli(PauliRotation("Z" * len(qubits), tuple(qubits), angle)))
    return operations


def _phase_gate(gate: PhaseGate, _number: int) -> list[Operation]:
    *controls, target = gate.qubits
    return [_controlled(controls, target, Factor(kinds.PHASE, gate.angle))]


def _x_mixer(mixer: XMixer, _number: int) -> list[Operation]:
    angle = _scaled(mixer.angle, -2.0)
    return [_controlled([], qubit, Factor(kinds.RX, angle)) for qubit in mixer.qubits]


# Instructions with operations of their own.
_FORMS: dict[type[Instruction], Callable[[Any, int], list[Operation]]] = {
    Gate: _gate,
    PauliRotation: lambda rotation, _number: [_pauli(rotation)],
    PhaseGate: _phase_gate,
    Excitation: _excitation,
    DiagonalPhase: _phase,
    XMixer: _x_mixer,
}


def factor_arrays(operations: list[Operation]) -> Factors:
    """Return the factors of operations as arrays; an operation's slot is its index."""
    rows = [(slot, factor) for slot, op in enumerate(operations) for factor in op.factors]
    identity = np.eye(2, dtype=np.complex128)
    return Factors(
        slot=np.array([slot for slot, _ in rows], dtype=np.int64),
        kind=np.array([factor.kind for _, factor in rows], dtype=np.int64),
        constant=np.array([factor.angle.constant for _, factor in rows], dtype=np.float64),
        coefficient=np.array([factor.angle.coefficient for _, factor in rows], dtype=np.float64),
        parameter=np.array(
            [-1 if f.angle.parameter is None else f.angle.parameter for _, f in rows],
            dtype=np.int64,
        ),
        matrix=np.array(
            [identity if f.matrix is None else f.matrix for _, f in rows], dtype=np.complex128
        ).reshape(-1, 2, 2),
    )
