"""A mixer: the usual one at half the angle."""

from dataclasses import dataclass
from typing import ClassVar

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.circuits.instructions import Gate, PauliRotation


@dataclass(frozen=True)
class HalfX(Mixer):
    """Rotations about X by half the angle of the usual mixer."""

    kind: ClassVar[str] = "toy-half-x"
    summary: ClassVar[str] = "The X mixer at half the angle."
    source: ClassVar[str] = "a toy"
    conserves: ClassVar[Conserved] = Conserved.NOTHING

    def initial_state(self, n_qubits):
        """Return the uniform superposition."""
        return tuple(Gate("h", (q,)) for q in range(n_qubits))

    def instructions(self, n_qubits, angle):
        """Return e^{iβX/2} on every qubit."""
        return tuple(PauliRotation("X", (q,), -angle) for q in range(n_qubits))

    def period(self, n_qubits, *, flip_symmetric=False):
        """Return 2π, after which every rotation is −1."""
        return 6.283185307179586
