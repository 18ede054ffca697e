"""An engine that gives samples and nothing else, as a real machine does, in one file.

It simulates by products of single-qubit states, so that wide circuits without entanglement work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import EngineError
from hybridq.core.randomness import as_generator
from hybridq.engines import Engine, EngineConfig
from hybridq.engines.info import EngineInfo

MATRICES = {
    "h": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "x": np.array([[0, 1], [1, 0]]),
    "sdg": np.diag([1, -1j]),
}
PAULIS = {
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


@dataclass(frozen=True, kw_only=True)
class Sampler(EngineConfig):
    """A machine for circuits of single-qubit gates that gives samples only.

    Args:
        flip: the probability that a measured bit is wrong.
    """

    name: ClassVar[str] = "sampler"
    summary: ClassVar[str] = "Samples of single-qubit gates."

    flip: float = 0.0

    def bind(self, circuit, observable):
        return SamplerEngine(circuit, flip=self.flip)


class SamplerEngine(Engine):
    """Samples a product state, qubit by qubit."""

    name: ClassVar[str] = "sampler"

    def __init__(self, circuit: Circuit, *, flip: float) -> None:
        super().__init__(circuit)
        self._flip = flip
        self.info = EngineInfo(self.name, "single-qubit gates", self.precision)

    def sample(self, x, shots, rng=None):
        point, generator = self.checked_point(x), as_generator(rng)
        qubits = np.tile(np.array([1.0, 0.0], dtype=complex), (self.n_qubits, 1))
        for step in self.circuit.instructions:
            ((qubit, matrix),) = _matrices(step, point)
            qubits[qubit] = matrix @ qubits[qubit]
        ones = np.abs(qubits[:, 1]) ** 2
        bits = generator.random((shots, self.n_qubits)) < ones
        bits ^= generator.random(bits.shape) < self._flip
        if self.n_qubits > 63:
            return bits.astype(np.uint8)
        return bits @ (np.int64(1) << np.arange(self.n_qubits))


def _matrices(step, point):
    """The qubit and the matrix of a single-qubit instruction."""
    if len(step.qubits) != 1:
        raise EngineError("the sampler engine takes single-qubit gates")
    name = getattr(step, "name", None)
    if name in MATRICES:
        return [(step.qubits[0], MATRICES[name])]
    angle = step.angle.constant
    if step.angle.parameter is not None:
        angle += step.angle.coefficient * point[step.angle.parameter]
    pauli = PAULIS[step.paulis]
    return [(step.qubits[0], np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli)]
