"""The Grover mixer: reflections about the uniform state of all feasible states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.ansatz.mixers.base import Conserved
from hybridq.ansatz.mixers.feasible import STANDARD, BlocksMixer
from hybridq.circuits.subspace import ALIGNED, GROVER, UNIFORM, FeasibleState

if TYPE_CHECKING:
    from hybridq.circuits.base import Instruction


@dataclass(frozen=True)
class Grover(BlocksMixer):
    r"""Projector :math:`M = -|F\rangle\langle F|` on the uniform state.

    :math:`|F\rangle` is the equal superposition of all feasible states, of all bitstrings where
    the problem has no constraints. States of equal energy keep equal amplitudes.
    :math:`e^{-i\beta M} = 1 + (e^{i\beta} - 1)|F\rangle\langle F|` is exact.

    Args:
        blocks: groups of qubits of which exactly one is 1; the constraints of the problem by
            default.
        initial: see `FeasibleSpaceMixer`; the uniform state by default, which is aligned.
        space: the feasible states; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Bärtschi, Eidenbenz 2020, arXiv:2006.00354.
    """

    kind: ClassVar[str] = "grover"
    hops: ClassVar[str] = GROVER
    summary: ClassVar[str] = "Reflect about all feasible states: equal values, equal amplitudes."
    source: ClassVar[str] = "Bärtschi, Eidenbenz 2020, arXiv:2006.00354"
    conserves: ClassVar[Conserved] = Conserved.INITIAL_SUPPORT

    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return the uniform state, or the bits that were given."""
        if self.initial in (STANDARD, UNIFORM, ALIGNED):
            return (FeasibleState(self._space(n_qubits)),)
        return super().initial_state(n_qubits)

    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float:
        """Return 2π."""
        return 2.0 * np.pi
