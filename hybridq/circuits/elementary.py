"""Instructions as gates on one and two qubits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from hybridq.circuits.decompose import parts
from hybridq.circuits.instructions import Gate, Instruction, PauliRotation, PhaseGate
from hybridq.core.errors import EngineError, ParameterError

Elementary: TypeAlias = Gate | PauliRotation | PhaseGate
"""An instruction on one or two qubits."""

TO_Z: dict[str, tuple[str, ...]] = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
"""Gates before a rotation about Z that make it one about the letter, first applied first."""
FROM_Z: dict[str, tuple[str, ...]] = {"X": ("h",), "Y": ("h", "s"), "Z": ()}
"""Gates after it."""
_TOFFOLI = (
    ("h", 2), ("cx", 1, 2), ("tdg", 2), ("cx", 0, 2), ("t", 2), ("cx", 1, 2), ("tdg", 2),
    ("cx", 0, 2), ("t", 1), ("t", 2), ("h", 2), ("cx", 0, 1), ("t", 0), ("tdg", 1), ("cx", 0, 1),
)  # fmt: skip


def elementary(instruction: Instruction) -> Iterator[Elementary]:
    """Yield gates on one and two qubits with the same product, up to a global phase.

    Raises:
        EngineError: an exact decomposition does not exist.
    """
    if isinstance(instruction, Gate) and len(instruction.qubits) > 2:
        for name, *places in _TOFFOLI:
            yield Gate(name, tuple(instruction.qubits[place] for place in places))
    elif isinstance(instruction, PauliRotation):
        yield from _rotation(instruction)
    elif isinstance(instruction, Gate) or (
        isinstance(instruction, PhaseGate) and len(instruction.qubits) <= 2
    ):
        yield instruction
    else:
        try:
            simpler = parts(instruction)
        except ParameterError as error:
            raise EngineError(f"gates on one and two qubits are needed: {error}") from None
        for each in simpler:
            yield from elementary(each)


def _rotation(rotation: PauliRotation) -> Iterator[Elementary]:
    """Yield a rotation about one or two Paulis, or a ladder of CX for more."""
    qubits = rotation.qubits
    if len(qubits) <= 2:
        if qubits:
            yield rotation
        return
    letters = list(zip(qubits, rotation.paulis, strict=True))
    ladder = [Gate("cx", pair) for pair in pairwise(qubits)]
    for qubit, letter in letters:
        yield from (Gate(name, (qubit,)) for name in TO_Z[letter])
    yield from ladder
    yield PauliRotation("Z", qubits[-1:], rotation.angle)
    yield from reversed(ladder)
    for qubit, letter in letters:
        yield from (Gate(name, (qubit,)) for name in FROM_Z[letter])
