"""Pauli rotations, the form into which other instructions decompose."""

from __future__ import annotations

from dataclasses import dataclass

from hybridq.circuits.base import Angle, GeneratorSpectrum, Instruction, check_qubits
from hybridq.circuits.marks import Mark, boxes
from hybridq.core.errors import ParameterError

_PHASE = GeneratorSpectrum(0.5, (), True)


@dataclass(frozen=True)
class PauliRotation(Instruction):
    r""":math:`e^{-i\theta P/2}`, P the product of `paulis` on `qubits`.

    Without qubits it is the global phase :math:`e^{-i\theta/2}`.

    Raises:
        ParameterError: not one letter X, Y or Z for each qubit, or a qubit is repeated.
    """

    paulis: str
    qubits: tuple[int, ...]
    angle: Angle

    def __post_init__(self) -> None:
        if len(self.paulis) != len(self.qubits) or set(self.paulis) - set("XYZ"):
            raise ParameterError(
                argument="paulis",
                value=self.paulis,
                expected=f"one letter X, Y or Z for each qubit of {tuple(self.qubits)}",
            )
        check_qubits("Pauli rotation", self.qubits)

    def decompose(self) -> tuple[Instruction, ...]:
        """Return the rotation itself."""
        return (self,)

    @property
    def symbol(self) -> str:
        """``rx``, ``rzz`` and so on."""
        return f"r{self.paulis.lower()}"

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues ±1/2, or 1/2 alone for a global phase."""
        return GeneratorSpectrum(0.0, [0.5], True) if self.qubits else _PHASE

    def marks(self, angle: str) -> list[Mark]:
        """Return a box with a letter on each qubit."""
        letters = dict(sorted(zip(self.qubits, self.paulis, strict=True)))
        return boxes(letters, "R" + "".join(letters.values()) + angle)
