"""The transverse-field mixer of standard QAOA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.circuits.instructions import Angle, Gate, Instruction, XMixer


@dataclass(frozen=True)
class X(Mixer):
    r"""Transverse field :math:`M = -\sum_q X_q` on :math:`|{+}\dots{+}\rangle`.

    Source: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028.
    """

    kind: ClassVar[str] = "x"
    summary: ClassVar[str] = "Flip every qubit: for problems without constraints, and the fastest."
    source: ClassVar[str] = "Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028"
    conserves: ClassVar[Conserved] = Conserved.NOTHING
    has_tables: ClassVar[bool] = True

    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return a Hadamard gate on each qubit."""
        return tuple(Gate("h", (q,)) for q in range(n_qubits))

    def instructions(self, n_qubits: int, angle: Angle) -> tuple[Instruction, ...]:
        r"""Return :math:`e^{i\beta\sum_q X_q}`."""
        return (XMixer(tuple(range(n_qubits)), angle),)

    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float:
        """Return π, or π/2 for a cost that is the same for all bits flipped."""
        return np.pi / 2.0 if flip_symmetric else np.pi
