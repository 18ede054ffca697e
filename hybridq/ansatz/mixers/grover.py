"""The Grover mixer: reflections about the initial state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.ansatz.mixers.blocks import (
    Blocks,
    check_blocks_width,
    checked_blocks,
    free_qubits,
    one_hot_state,
    w_rotations,
)
from hybridq.circuits.instructions import Angle, Gate, Instruction, PhaseGate


@dataclass(frozen=True)
class Grover(Mixer):
    r"""Projector :math:`M = -|s\rangle\langle s|` on the initial state.

    :math:`|s\rangle` is the equal superposition of all bitstrings, or of those with exactly one 1
    in each block. States of equal energy keep equal amplitudes.
    :math:`e^{-i\beta M} = 1 + (e^{i\beta} - 1)|s\rangle\langle s|` is exact, with blocks on the
    one-hot subspace, in which the circuit starts and stays.

    Args:
        blocks: groups of qubits of which exactly one is 1; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Bärtschi, Eidenbenz 2020, arXiv:2006.00354.
    """

    blocks: Blocks | None = None
    kind: ClassVar[str] = "grover"
    summary: ClassVar[str] = "Reflect about the initial state: equal values, equal amplitudes."
    source: ClassVar[str] = "Bärtschi, Eidenbenz 2020, arXiv:2006.00354"
    conserves: ClassVar[Conserved] = Conserved.INITIAL_SUPPORT

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", checked_blocks(self.blocks))

    def fitted(self, n_qubits: int, blocks: Blocks) -> Self:
        """Return the mixer with its own blocks, or else with these.

        Raises:
            DimensionError: a block names a qubit out of range.
        """
        mixer = self if self.blocks is not None else replace(self, blocks=blocks)
        check_blocks_width(mixer.blocks or (), n_qubits)
        return mixer

    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return |+⟩ on each qubit, or the W state of each block."""
        return one_hot_state(n_qubits, self.blocks or ())

    def instructions(self, n_qubits: int, angle: Angle) -> tuple[Instruction, ...]:
        """Return a phase on one basis state, between changes of basis.

        The initial state is brought to the state with a 1 on the first qubit of each block and on
        each qubit without a block.
        """
        blocks = self.blocks or ()
        free = free_qubits(n_qubits, blocks)
        rotations = [step for block in blocks for step in w_rotations(block)]
        ones = (*(block[0] for block in blocks), *free)
        return (
            *(step.inverse() for step in reversed(rotations)),
            *(Gate(name, (qubit,)) for qubit in free for name in ("h", "x")),
            PhaseGate(ones, angle),
            *(Gate(name, (qubit,)) for qubit in free for name in ("x", "h")),
            *rotations,
        )

    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float:
        """Return 2π."""
        return 2.0 * np.pi
