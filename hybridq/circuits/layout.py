"""Where each instruction stands in a drawing, and what it shows there."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from hybridq.circuits.figure import Mark, Step
from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    Instruction,
    PauliRotation,
    PhaseGate,
    XMixer,
)

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

_BOX_LABELS = {
    "id": "I",
    "sdg": "S†",
    "tdg": "T†",
    "sx": "√X",
    "sxdg": "√X†",
    "iswap": "iSWAP",
    "iswapdg": "iSWAP†",
}


def lay_out(circuit: Circuit) -> list[Step]:
    """The steps of a drawing; each stands as far left as the ones before it allow."""
    free = [0] * circuit.n_qubits
    steps = []
    for instruction in circuit.instructions:
        marks = tuple(
            sorted(marks_of(instruction, circuit.parameters), key=lambda mark: mark.qubit)
        )
        linked = not isinstance(instruction, XMixer)
        # The line between its ends takes the place on the wires that it crosses.
        taken = (
            range(marks[0].qubit, marks[-1].qubit + 1) if linked else [mark.qubit for mark in marks]
        )
        column = max(free[qubit] for qubit in taken)
        for qubit in taken:
            free[qubit] = column + 1
        tuned = not isinstance(instruction, Gate) and instruction.angle.parameter is not None
        steps.append(Step(column, marks, linked, tuned))
    return steps


def marks_of(instruction: Instruction, names: tuple[str, ...]) -> list[Mark]:
    """What an instruction shows on each of its qubits."""
    if isinstance(instruction, Gate):
        return _gate(instruction)
    angle = f"({angle_text(instruction.angle, names)})"
    if isinstance(instruction, PauliRotation):
        letters = dict(sorted(zip(instruction.qubits, instruction.paulis, strict=True)))
        name = "R" + "".join(letters.values())
        return _first_named(letters, name + angle)
    if isinstance(instruction, PhaseGate):
        *controls, target = sorted(instruction.qubits)
        return [*(Mark(qubit, "control") for qubit in controls), Mark(target, "box", "P" + angle)]
    if isinstance(instruction, Excitation):
        return _excitation(instruction, angle)
    if isinstance(instruction, DiagonalPhase):
        return _first_named(dict.fromkeys(instruction.qubits, "phase"), "phase" + angle)
    return [Mark(qubit, "box", "mix" + angle) for qubit in instruction.qubits]


def _gate(gate: Gate) -> list[Mark]:
    *controls, target = gate.qubits
    if gate.name == "swap":
        return [Mark(qubit, "swap") for qubit in gate.qubits]
    if gate.name in {"cx", "ccx"}:
        return [*(Mark(qubit, "control") for qubit in controls), Mark(target, "not")]
    if gate.name == "cz":
        return [Mark(qubit, "control") for qubit in gate.qubits]
    if gate.name == "cy":
        return [Mark(controls[0], "control"), Mark(target, "box", "Y")]
    label = _BOX_LABELS.get(gate.name, gate.name.upper())
    return [Mark(qubit, "box", label) for qubit in gate.qubits]


def _excitation(instruction: Excitation, angle: str) -> list[Mark]:
    """Ladder operators on their modes: a of fermions, b of qubit excitations."""
    name = ("hop" if instruction.imaginary else "exc") + angle
    if len(instruction.terms) > 1:
        return _first_named(dict.fromkeys(instruction.qubits, "exc"), name)
    _, term = instruction.terms[0]
    letter = "a" if term.fermionic else "b"
    letters = dict.fromkeys(term.created, f"{letter}†") | dict.fromkeys(term.annihilated, letter)
    first = min(letters)
    return [
        *_first_named(letters, f"{letters[first]} {name}"),
        *(Mark(qubit, "control") for qubit in term.controls),
    ]


def _first_named(letters: dict[int, str], name: str) -> list[Mark]:
    """Boxes with these letters; that of the lowest qubit carries the whole name."""
    first = min(letters, default=0)
    return [
        Mark(qubit, "box", name if qubit == first else letter) for qubit, letter in letters.items()
    ]


def angle_text(angle: Angle, names: tuple[str, ...]) -> str:
    """An angle for the eye: ``0.3``, ``π/2``, ``2·theta+0.1``, to four digits."""
    if angle.parameter is None:
        return _number_text(angle.constant)
    name = names[angle.parameter]
    factor = angle.coefficient
    text = {1.0: name, -1.0: f"−{name}"}.get(factor, f"{_number_text(factor)}·{name}")
    if not angle.constant:
        return text
    sign = "+" if angle.constant > 0 else "−"
    return f"{text}{sign}{_number_text(abs(angle.constant))}"


def _number_text(value: float) -> str:
    turns = Fraction(value / math.pi).limit_denominator(16)
    if turns and abs(turns.numerator) <= 16 and math.isclose(turns * math.pi, value, rel_tol=1e-12):
        top = {1: "π", -1: "−π"}.get(turns.numerator, f"{turns.numerator}π".replace("-", "−"))
        return top if turns.denominator == 1 else f"{top}/{turns.denominator}"
    return f"{value:.4g}".replace("-", "−")
