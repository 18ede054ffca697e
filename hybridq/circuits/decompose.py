"""Decomposition of instructions that an engine or a format has no form for."""

from __future__ import annotations

from hybridq.circuits.base import Instruction
from hybridq.circuits.rotations import PauliRotation
from hybridq.core.errors import EngineError


def parts(instruction: Instruction) -> tuple[Instruction, ...]:
    """Return the decomposition of `instruction`, which has to be simpler than itself.

    Raises:
        EngineError: the instruction decomposes into itself.
        ParameterError: it has no exact decomposition.
    """
    steps = instruction.decompose()
    if steps == (instruction,):
        raise EngineError(
            f"{instruction.symbol} has no form here: {type(instruction).__name__}.decompose() "
            "must return other instructions"
        )
    return steps


def rotations(instruction: Instruction) -> list[Instruction]:
    r"""Return Pauli rotations and fixed instructions with the same product.

    The product is the same up to a global phase.

    Args:
        instruction: an instruction with an angle.

    Raises:
        ParameterError: an excitation of several terms that do not commute.
        EngineError: an instruction that decomposes into itself.
    """
    if type(instruction) is PauliRotation:
        return [instruction]
    steps: list[Instruction] = []
    for step in parts(instruction):
        if step.parameter is None and type(step) is not PauliRotation:
            steps.append(step)
        elif step.qubits:  # not a global phase
            steps += rotations(step)
    return steps
