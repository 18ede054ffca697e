"""Circuits: a width and a sequence of instructions, immutable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hybridq.ansatz.instructions import (
    AngleLike,
    DiagonalPhase,
    Gate,
    Instruction,
    PauliRotation,
    XMixer,
    as_angle,
)
from hybridq.errors import DimensionError, ParameterError

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True, eq=False)
class Circuit:
    """A sequence of instructions on |0…0⟩; every method returns a new, longer circuit.

    Args:
        n_qubits: the width, at least 1.
        instructions: what is applied, first instruction first.

    Raises:
        DimensionError: an instruction acts on a qubit that is not there, or a phase has another
            width.

    Example:
        ``Circuit(2).h(0).cx(0, 1)`` prepares a Bell pair.
    """

    n_qubits: int
    instructions: tuple[Instruction, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.n_qubits, bool) or self.n_qubits < 1:
            raise ParameterError(f"n_qubits={self.n_qubits}: a circuit needs at least one qubit")
        object.__setattr__(self, "instructions", tuple(self.instructions))
        for instruction in self.instructions:
            self._check(instruction)

    def _check(self, instruction: Instruction) -> None:
        if isinstance(instruction, DiagonalPhase):
            if instruction.hamiltonian.n_qubits != self.n_qubits:
                raise DimensionError(
                    f"a phase of {instruction.hamiltonian.n_qubits} qubits in a circuit of "
                    f"{self.n_qubits}: the widths must agree"
                )
            return
        for qubit in instruction.qubits:
            if not 0 <= qubit < self.n_qubits:
                raise DimensionError(
                    f"{type(instruction).__name__} on qubit {qubit}: "
                    f"the circuit has qubits 0 to {self.n_qubits - 1}"
                )

    @cached_property
    def n_params(self) -> int:
        """Length of the parameter vector: one more than the highest index used."""
        indices = [
            instruction.angle.parameter
            for instruction in self.instructions
            if not isinstance(instruction, Gate) and instruction.angle.parameter is not None
        ]
        return max(indices, default=-1) + 1

    def append(self, *instructions: Instruction) -> Circuit:
        """The circuit followed by `instructions`."""
        return self.extend(instructions)

    def extend(self, instructions: Iterable[Instruction]) -> Circuit:
        """The circuit followed by all of `instructions`."""
        return Circuit(self.n_qubits, (*self.instructions, *instructions))

    def gate(self, name: str, *qubits: int) -> Circuit:
        """The circuit followed by a named gate."""
        return self.append(Gate(name, qubits))

    def h(self, qubit: int) -> Circuit:
        """The circuit followed by a Hadamard gate."""
        return self.gate("h", qubit)

    def x(self, qubit: int) -> Circuit:
        """The circuit followed by a NOT gate."""
        return self.gate("x", qubit)

    def cx(self, control: int, target: int) -> Circuit:
        """The circuit followed by a controlled NOT."""
        return self.gate("cx", control, target)

    def cz(self, control: int, target: int) -> Circuit:
        """The circuit followed by a controlled Z."""
        return self.gate("cz", control, target)

    def rotation(self, paulis: str, qubits: Iterable[int], angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{-i\theta P/2}`."""
        return self.append(PauliRotation(paulis, tuple(qubits), as_angle(angle)))

    def rx(self, qubit: int, angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{-i\theta X/2}`."""
        return self.rotation("X", (qubit,), angle)

    def ry(self, qubit: int, angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{-i\theta Y/2}`."""
        return self.rotation("Y", (qubit,), angle)

    def rz(self, qubit: int, angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{-i\theta Z/2}`."""
        return self.rotation("Z", (qubit,), angle)

    def phase(self, hamiltonian: PauliSum, angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{-i\gamma H}` of a diagonal Hamiltonian.

        Raises:
            ParameterError: the Hamiltonian is not diagonal or not hermitian.
        """
        if not hamiltonian.is_diagonal or not hamiltonian.is_hermitian(1e-12):
            raise ParameterError(
                "a diagonal phase needs a hermitian Hamiltonian of I and Z only: "
                "use Pauli rotations for the other terms"
            )
        return self.append(DiagonalPhase(hamiltonian, as_angle(angle)))

    def x_mixer(self, angle: AngleLike) -> Circuit:
        r"""The circuit followed by :math:`e^{+i\beta\sum_q X_q}` on all qubits."""
        return self.append(XMixer(tuple(range(self.n_qubits)), as_angle(angle)))
