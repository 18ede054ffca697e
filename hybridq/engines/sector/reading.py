"""Read a circuit as excitations and phases, and find the sector that it conserves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

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
from hybridq.circuits.subspace import FeasibleState
from hybridq.core.errors import EngineError
from hybridq.operators.sector import MOST_QUBITS, Sector

Conserving: TypeAlias = Excitation | PhaseGate | PauliRotation | DiagonalPhase
"""Instructions left once gates and hopping pairs are rewritten; rotations about Z only."""

_Z_POWERS = {"z": 1.0, "s": 0.5, "sdg": -0.5, "t": 0.25, "tdg": -0.25, "cz": 1.0}
_PARTNERS = {"XX": "YY", "YY": "XX", "XY": "YX", "YX": "XY"}


@dataclass(frozen=True)
class Reading:
    """A circuit as a basis state followed by excitations and phases.

    Args:
        reference: the basis state after the leading X gates.
        items: (number of the instruction in the circuit, excitation or phase).
        sector: the sector that all items conserve.
    """

    reference: int
    items: tuple[tuple[int, Conserving], ...]
    sector: Sector


def describe(number: int, instruction: Instruction) -> str:
    """Return the name of an instruction in an error message."""
    qubits = instruction.qubits
    shown = ", ".join(map(str, qubits[:8])) + (", ..." if len(qubits) > 8 else "")
    plural = "s" * (len(qubits) > 1)
    return f"instruction {number} ({instruction.symbol} on qubit{plural} {shown})"


def read_circuit(circuit: Circuit) -> Reading:
    """Return reference state, rewritten instructions and sector of a circuit.

    Raises:
        EngineError: an instruction leaves every sector, or no X gate puts a particle in.
    """
    n = circuit.n_qubits
    if n > MOST_QUBITS:
        raise EngineError(f"the sector engine takes up to {MOST_QUBITS} qubits, not {n}")
    instructions = circuit.instructions
    if instructions and isinstance(instructions[0], FeasibleState):
        instructions = (*instructions[0].decompose(), *instructions[1:])
    reference, start = _leading_flips(instructions)
    if reference == 0:
        raise EngineError(
            "the circuit does not begin with X gates that put particles in: "
            "the sector engine needs a fixed number of ones, at least one"
        )
    items = conserving(instructions, start)
    ones = reference.bit_count()
    if n % 2 == 0 and all(keeps_halves(item, n // 2) for _, item in items):
        low = (reference & ((1 << n // 2) - 1)).bit_count()
        return Reading(reference, items, Sector(n, n // 2, low, ones - low))
    return Reading(reference, items, Sector.of_weight(n, ones))


def _leading_flips(instructions: Sequence[Instruction]) -> tuple[int, int]:
    """Return the basis state that the first X gates prepare, and their number."""
    reference = 0
    for number, instruction in enumerate(instructions):
        if instruction.symbol not in {"x", "id"}:
            return reference, number
        if instruction.symbol == "x":
            reference ^= 1 << instruction.qubits[0]
    return reference, len(instructions)


def conserving(
    instructions: Sequence[Instruction], start: int = 0
) -> tuple[tuple[int, Conserving], ...]:
    """Return the instructions from `start` on as excitations and phases, numbered.

    Raises:
        EngineError: an instruction changes the number of ones.
    """
    steps = _Steps(instructions, start)
    for place in range(len(steps.known)):
        steps.read(place)
    return tuple(steps.items)


class _Steps:
    """Instructions on the way to excitations and phases.

    Attributes:
        known: (number of the instruction, instruction of a class in `_FORMS`).
        used: places in `known` of rotations that were paired with an earlier one.
        items: the result.
    """

    def __init__(self, instructions: Sequence[Instruction], start: int) -> None:
        self.known: list[tuple[int, Instruction]] = []
        for number in range(start, len(instructions)):
            self._expand(number, instructions[number])
        self.used: set[int] = set()
        self.items: list[tuple[int, Conserving]] = []

    def _expand(self, number: int, instruction: Instruction) -> None:
        if type(instruction) in _FORMS:
            self.known.append((number, instruction))
        else:
            for part in parts(instruction):
                self._expand(number, part)

    def read(self, place: int) -> None:
        """Add the items of the instruction at `place`."""
        if place not in self.used:
            number, instruction = self.known[place]
            items = _FORMS[type(instruction)](self, place, instruction)
            self.items += [(number, item) for item in items]

    def gate(self, place: int, gate: Gate) -> list[Conserving]:
        """Return a gate as phases and exchanges."""
        return _gate(self.known[place][0], gate)

    def rotation(self, place: int, rotation: PauliRotation) -> list[Conserving]:
        """Return a rotation about Z, or one paired with a later rotation."""
        if set(rotation.paulis) <= {"Z"}:
            return [rotation]
        partner = self._partner(place, rotation)
        if partner is None:
            raise EngineError(
                f"{describe(self.known[place][0], rotation)} changes the number of ones and has no "
                "partner next to it that restores it: XX goes with YY of the same angle, "
                "XY with YX of the opposite one"
            )
        self.used.add(partner)
        return [_hopping(rotation)]

    def excitation(self, place: int, excitation: Excitation) -> list[Conserving]:
        """Return an excitation that conserves the number of ones."""
        _check_excitation(self.known[place][0], excitation)
        return [excitation]

    def phase(self, _place: int, phase: Conserving) -> list[Conserving]:
        """Return a phase unchanged."""
        return [phase]

    def mixer(self, place: int, mixer: XMixer) -> list[Conserving]:
        """Raise, since an X mixer conserves nothing."""
        raise EngineError(f"{describe(self.known[place][0], mixer)} changes the number of ones")

    def _partner(self, place: int, first: PauliRotation) -> int | None:
        """Return the place of the later rotation that conserves the weight with this one.

        All instructions in between have to commute with the partner, so that it may move to this
        place; None if no rotation fits.
        """
        if first.paulis not in _PARTNERS:
            return None
        wanted = first.angle if first.paulis in {"XX", "YY"} else -first.angle
        letters = dict(zip(first.qubits, _PARTNERS[first.paulis], strict=True))
        for later in range(place + 1, len(self.known)):
            other = self.known[later][1]
            if not isinstance(other, PauliRotation):
                if set(other.qubits) & set(first.qubits):
                    return None
                continue
            if later in self.used:
                # It has moved to its own partner, which came before and was passed already.
                continue
            others = dict(zip(other.qubits, other.paulis, strict=True))
            if others == letters and other.angle == wanted:
                return later
            if sum(q in letters and letters[q] != p for q, p in others.items()) % 2:
                return None
        return None


# Instructions with a form of their own; other classes are decomposed.
_FORMS: dict[type[Instruction], Callable[[_Steps, int, Any], list[Conserving]]] = {
    Gate: _Steps.gate,
    PauliRotation: _Steps.rotation,
    Excitation: _Steps.excitation,
    PhaseGate: _Steps.phase,
    DiagonalPhase: _Steps.phase,
    XMixer: _Steps.mixer,
}


def _gate(number: int, gate: Gate) -> list[Conserving]:
    if gate.name == "id":
        return []
    if gate.name in _Z_POWERS:
        return [PhaseGate(gate.qubits, Angle(_Z_POWERS[gate.name] * np.pi))]
    if gate.name in {"iswap", "iswapdg"}:
        angle = Angle(-np.pi / 2 if gate.name == "iswap" else np.pi / 2)
        return [_exchange(gate.qubits, 1.0, angle, imaginary=True)]
    if gate.name == "swap":
        # The rotation brings |10⟩ to |01⟩ and |01⟩ to −|10⟩; Z and CZ take the sign away.
        rotation = _exchange(gate.qubits, 1.0, Angle(np.pi / 2), imaginary=False)
        half = Angle(np.pi)
        return [rotation, PhaseGate(gate.qubits[1:], half), PhaseGate(gate.qubits, half)]
    raise EngineError(f"{describe(number, gate)} changes the number of ones")


def _exchange(
    qubits: tuple[int, ...], coefficient: float, angle: Angle, *, imaginary: bool
) -> Excitation:
    term = Transition((qubits[0],), (qubits[1],), fermionic=False)
    return Excitation(((coefficient, term),), angle, imaginary)


def _hopping(rotation: PauliRotation) -> Excitation:
    """Return a rotation and its partner as one excitation.

    XX + YY = 2(T + T†) and XY − YX = −2i(T − T†) with T = σ⁺_a σ⁻_b on the qubits (a, b).
    """
    if rotation.paulis in {"XX", "YY"}:
        return _exchange(rotation.qubits, 1.0, rotation.angle, imaginary=True)
    sign = -1.0 if rotation.paulis == "XY" else 1.0
    return _exchange(rotation.qubits, sign, rotation.angle, imaginary=False)


def _check_excitation(number: int, excitation: Excitation) -> None:
    for _, term in excitation.terms:
        if len(term.created) != len(term.annihilated):
            raise EngineError(
                f"{describe(number, excitation)} changes the number of ones: it creates "
                f"{len(term.created)} and annihilates {len(term.annihilated)}"
            )


def keeps_halves(item: Conserving, half: int) -> bool:
    """Return whether the number of ones below qubit `half` is conserved."""
    return not isinstance(item, Excitation) or all(
        sum(mode < half for mode in term.created) == sum(mode < half for mode in term.annihilated)
        for _, term in item.terms
    )
