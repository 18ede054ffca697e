"""Single instructions: named, turned back, moved to other qubits, given other angles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

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
from hybridq.core.errors import ParameterError
from hybridq.operators.pauli_sum import PauliSum

_DAGGERS = {"s": "sdg", "t": "tdg", "sx": "sxdg", "iswap": "iswapdg"}
DAGGERS: Mapping[str, str] = {**_DAGGERS, **{after: name for name, after in _DAGGERS.items()}}
"""Gates that are not their own inverse."""


def inverted(instruction: Instruction) -> Instruction:
    """The instruction that undoes `instruction`, exactly."""
    if isinstance(instruction, Gate):
        return Gate(DAGGERS.get(instruction.name, instruction.name), instruction.qubits)
    return replace(instruction, angle=-instruction.angle)


def with_angle(instruction: Instruction, change: Callable[[Angle], Angle]) -> Instruction:
    """The instruction with its angle changed; gates have none and stay."""
    if isinstance(instruction, Gate):
        return instruction
    return replace(instruction, angle=change(instruction.angle))


def support(instruction: Instruction) -> frozenset[int]:
    """Every qubit that the instruction acts on, those of Jordan–Wigner strings included."""
    qubits = set(instruction.qubits)
    if isinstance(instruction, Excitation):
        for _, term in instruction.terms:
            qubits.update(bits_of(term.sign_mask))
    return frozenset(qubits)


def bits_of(mask: int) -> list[int]:
    """The positions of the bits that are set, ascending."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def kind_of(instruction: Instruction) -> str:
    """The usual name of an instruction's kind: ``cx``, ``rzz``, ``cp``, ``excitation``."""
    if isinstance(instruction, Gate):
        return instruction.name
    if isinstance(instruction, PauliRotation):
        return f"r{instruction.paulis.lower()}"
    if isinstance(instruction, PhaseGate):
        return "c" * (len(instruction.qubits) - 1) + "p"
    if isinstance(instruction, DiagonalPhase):
        return "phase"
    return "x-mixer" if isinstance(instruction, XMixer) else "excitation"


def entries_used(instructions: Iterable[Instruction]) -> int:
    """One more than the highest entry of the parameter vector that is used."""
    entries = [
        instruction.angle.parameter
        for instruction in instructions
        if not isinstance(instruction, Gate) and instruction.angle.parameter is not None
    ]
    return max(entries, default=-1) + 1


class Mover:
    """Moves instructions of a narrower circuit onto chosen qubits of a wider one.

    Args:
        qubits: where qubit i goes.
        n_qubits: width of the wider circuit.
    """

    def __init__(self, qubits: Sequence[int], n_qubits: int) -> None:
        self._to = tuple(qubits)
        self._n = n_qubits
        # Layers share one Hamiltonian; so shall the layers that were moved.
        self._moved: dict[int, PauliSum] = {}

    def __call__(self, instruction: Instruction) -> Instruction:
        """The instruction on its new qubits.

        Raises:
            ParameterError: a fermionic excitation whose Jordan–Wigner string would run over
                qubits that it did not act on.
        """
        if isinstance(instruction, DiagonalPhase):
            return DiagonalPhase(self._hamiltonian(instruction.hamiltonian), instruction.angle)
        if isinstance(instruction, Excitation):
            terms = tuple(self._term(coefficient, term) for coefficient, term in instruction.terms)
            return replace(instruction, terms=terms)
        if isinstance(instruction, Gate | PauliRotation | PhaseGate | XMixer):
            return replace(instruction, qubits=self._all(instruction.qubits))
        raise AssertionError(instruction)

    def _all(self, qubits: Sequence[int]) -> tuple[int, ...]:
        return tuple(self._to[qubit] for qubit in qubits)

    def _hamiltonian(self, old: PauliSum) -> PauliSum:
        if id(old) not in self._moved:
            terms = [(paulis, self._all(qubits), value) for paulis, qubits, value in old]
            self._moved[id(old)] = PauliSum.from_sparse(terms, self._n)
        return self._moved[id(old)]

    def _term(self, coefficient: float, old: Transition) -> tuple[float, Transition]:
        new = Transition(
            self._all(old.created),
            self._all(old.annihilated),
            self._all(old.controls),
            old.fermionic,
        )
        if new.sign_mask != sum(1 << qubit for qubit in self._all(bits_of(old.sign_mask))):
            raise ParameterError(
                f"a fermionic excitation on modes {list(old.qubits)} cannot move to qubits "
                f"{list(new.qubits)}: its Jordan-Wigner string would run over other qubits; "
                "choose neighbouring qubits in ascending order, or fermionic=False"
            )
        # Another order of the modes is another sign of the same operator.
        return coefficient * new.sign * old.sign, new
