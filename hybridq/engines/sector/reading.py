"""What a circuit conserves: its instructions as excitations and phases, and its sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    Instruction,
    PauliRotation,
    PhaseGate,
    Transition,
)
from hybridq.core.errors import EngineError
from hybridq.operators.sector import MOST_QUBITS, Sector

Conserving: TypeAlias = Excitation | PhaseGate | PauliRotation | DiagonalPhase
"""What is left once gates and hopping pairs are rewritten; rotations are of Z only."""

_TURNS = {"z": 1.0, "s": 0.5, "sdg": -0.5, "t": 0.25, "tdg": -0.25, "cz": 1.0}
_PARTNERS = {"XX": "YY", "YY": "XX", "XY": "YX", "YX": "XY"}


@dataclass(frozen=True)
class Reading:
    """A circuit as a basis state and what moves particles or phases from there.

    Args:
        reference: the basis state after the leading X gates.
        items: (number of the instruction in the circuit, what it does).
        sector: what all items conserve.
    """

    reference: int
    items: tuple[tuple[int, Conserving], ...]
    sector: Sector


def describe(number: int, instruction: Instruction) -> str:
    """An instruction as an error message should call it."""
    if isinstance(instruction, Gate):
        what = f"gate {instruction.name}"
    elif isinstance(instruction, PauliRotation):
        what = f"{instruction.paulis} rotation"
    else:
        what = type(instruction).__name__
    qubits = instruction.qubits
    shown = ", ".join(map(str, qubits[:8])) + (", ..." if len(qubits) > 8 else "")
    return f"instruction {number} ({what} on qubit{'s' * (len(qubits) > 1)} {shown})"


def read_circuit(circuit: Circuit) -> Reading:
    """The circuit's reference state, its instructions rewritten, and the sector it stays in.

    Raises:
        EngineError: an instruction leaves every sector, or no X gate puts a particle in.
    """
    n = circuit.n_qubits
    if n > MOST_QUBITS:
        raise EngineError(f"the sector engine takes up to {MOST_QUBITS} qubits, not {n}")
    reference, start = _leading_flips(circuit.instructions)
    if reference == 0:
        raise EngineError(
            "the circuit does not begin with X gates that put particles in: "
            "the sector engine keeps to a fixed number of ones, and none is left here"
        )
    items = conserving(circuit.instructions, start)
    ones = reference.bit_count()
    if n % 2 == 0 and all(keeps_halves(item, n // 2) for _, item in items):
        low = (reference & ((1 << n // 2) - 1)).bit_count()
        return Reading(reference, items, Sector(n, n // 2, low, ones - low))
    return Reading(reference, items, Sector.of_weight(n, ones))


def _leading_flips(instructions: Sequence[Instruction]) -> tuple[int, int]:
    """The basis state that the first X gates prepare, and how many instructions they are."""
    reference = 0
    for number, instruction in enumerate(instructions):
        if not isinstance(instruction, Gate) or instruction.name not in {"x", "id"}:
            return reference, number
        if instruction.name == "x":
            reference ^= 1 << instruction.qubits[0]
    return reference, len(instructions)


def conserving(
    instructions: Sequence[Instruction], start: int = 0
) -> tuple[tuple[int, Conserving], ...]:
    """The instructions from `start` on as excitations and phases, numbered.

    Raises:
        EngineError: an instruction changes the number of ones.
    """
    items: list[tuple[int, Conserving]] = []
    used: set[int] = set()
    for number in range(start, len(instructions)):
        if number in used:
            continue
        instruction = instructions[number]
        if isinstance(instruction, Gate):
            items += [(number, item) for item in _gate(number, instruction)]
        elif isinstance(instruction, PauliRotation) and set(instruction.paulis) != {"Z"}:
            partner = _partner(instructions, number, used)
            if partner is None:
                raise EngineError(
                    f"{describe(number, instruction)} changes the number of ones and has no "
                    "partner beside it that restores it: XX goes with YY of the same angle, "
                    "XY with YX of the opposite one"
                )
            used.add(partner)
            items.append((number, _hopping(instruction)))
        elif isinstance(instruction, Excitation):
            _check_excitation(number, instruction)
            items.append((number, instruction))
        elif isinstance(instruction, PhaseGate | PauliRotation | DiagonalPhase):
            items.append((number, instruction))
        else:
            raise EngineError(f"{describe(number, instruction)} changes the number of ones")
    return tuple(items)


def _gate(number: int, gate: Gate) -> list[Conserving]:
    if gate.name == "id":
        return []
    if gate.name in _TURNS:
        return [PhaseGate(gate.qubits, Angle(_TURNS[gate.name] * np.pi))]
    if gate.name in {"iswap", "iswapdg"}:
        angle = Angle(-np.pi / 2 if gate.name == "iswap" else np.pi / 2)
        return [_exchange(gate.qubits, 1.0, angle, imaginary=True)]
    if gate.name == "swap":
        # The rotation brings |10⟩ to |01⟩ and |01⟩ to −|10⟩; Z and CZ take the sign away.
        turn = _exchange(gate.qubits, 1.0, Angle(np.pi / 2), imaginary=False)
        half = Angle(np.pi)
        return [turn, PhaseGate(gate.qubits[1:], half), PhaseGate(gate.qubits, half)]
    raise EngineError(f"{describe(number, gate)} changes the number of ones")


def _exchange(
    qubits: tuple[int, ...], coefficient: float, angle: Angle, *, imaginary: bool
) -> Excitation:
    term = Transition((qubits[0],), (qubits[1],), fermionic=False)
    return Excitation(((coefficient, term),), angle, imaginary)


def _hopping(rotation: PauliRotation) -> Excitation:
    """A rotation and its partner as one excitation.

    XX + YY = 2(T + T†) and XY − YX = −2i(T − T†) with T = σ⁺_a σ⁻_b on the qubits (a, b).
    """
    if rotation.paulis in {"XX", "YY"}:
        return _exchange(rotation.qubits, 1.0, rotation.angle, imaginary=True)
    sign = -1.0 if rotation.paulis == "XY" else 1.0
    return _exchange(rotation.qubits, sign, rotation.angle, imaginary=False)


def _partner(instructions: Sequence[Instruction], number: int, used: set[int]) -> int | None:
    """The later rotation that conserves the weight with this one, or None.

    What stands between has to commute with the partner, so that it may move to this place.
    """
    first = instructions[number]
    assert isinstance(first, PauliRotation)
    if first.paulis not in _PARTNERS:
        return None
    a = first.angle
    opposite = Angle(-a.constant, a.parameter, -a.coefficient)
    wanted = a if first.paulis in {"XX", "YY"} else opposite
    letters = dict(zip(first.qubits, _PARTNERS[first.paulis], strict=True))
    for later in range(number + 1, len(instructions)):
        other = instructions[later]
        if not isinstance(other, PauliRotation):
            if set(other.qubits) & set(first.qubits):
                return None
            continue
        if later in used:
            # It has moved away to its own partner, which came before and was passed already.
            continue
        theirs = dict(zip(other.qubits, other.paulis, strict=True))
        if theirs == letters and other.angle == wanted:
            return later
        if sum(q in letters and letters[q] != p for q, p in theirs.items()) % 2:
            return None
    return None


def _check_excitation(number: int, excitation: Excitation) -> None:
    for _, term in excitation.terms:
        if len(term.created) != len(term.annihilated):
            raise EngineError(
                f"{describe(number, excitation)} changes the number of ones: it creates "
                f"{len(term.created)} and annihilates {len(term.annihilated)}"
            )


def keeps_halves(item: Conserving, half: int) -> bool:
    """Whether the ones below qubit `half` stay as many."""
    if not isinstance(item, Excitation):
        return True
    return all(
        sum(mode < half for mode in term.created) == sum(mode < half for mode in term.annihilated)
        for _, term in item.terms
    )
