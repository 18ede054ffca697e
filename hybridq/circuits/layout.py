"""Columns and marks of the instructions in a drawing."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from hybridq.circuits.base import Angle
from hybridq.circuits.figure import Step

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit


def lay_out(circuit: Circuit) -> list[Step]:
    """Return the steps of a drawing, each as far left as the steps before it allow."""
    free = [0] * circuit.n_qubits
    steps = []
    for instruction in circuit.instructions:
        angle = instruction.angle
        text = "" if angle is None else f"({angle_text(angle, circuit.parameters)})"
        marks = tuple(sorted(instruction.marks(text), key=lambda mark: mark.qubit))
        if not marks:  # a global phase
            continue
        # The line between the marks occupies the wires that it crosses.
        taken = (
            range(marks[0].qubit, marks[-1].qubit + 1)
            if instruction.linked
            else [mark.qubit for mark in marks]
        )
        column = max(free[qubit] for qubit in taken)
        for qubit in taken:
            free[qubit] = column + 1
        tuned = instruction.parameter is not None
        steps.append(Step(column, marks, instruction.linked, tuned))
    return steps


def angle_text(angle: Angle, names: tuple[str, ...]) -> str:
    """Return an angle as text: ``0.3``, ``π/2``, ``2·theta+0.1``, to four digits."""
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
    multiple = Fraction(value / math.pi).limit_denominator(16)
    if (
        multiple
        and abs(multiple.numerator) <= 16
        and math.isclose(multiple * math.pi, value, rel_tol=1e-12)
    ):
        top = {1: "π", -1: "−π"}.get(multiple.numerator, f"{multiple.numerator}π".replace("-", "−"))
        return top if multiple.denominator == 1 else f"{top}/{multiple.denominator}"
    return f"{value:.4g}".replace("-", "−")
