"""An ansatz: one rotation of each qubit, which gives product states."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from hybridq.ansatz.base import Ansatz
from hybridq.circuits.circuit import Circuit
from hybridq.core.randomness import as_generator


@dataclass(frozen=True, eq=False)
class ToyTurns(Ansatz):
    """A rotation about Y of each qubit.

    Args:
        problem: gives the number of qubits.
    """

    problem: object
    kind: ClassVar[str] = "toy-turns"
    summary: ClassVar[str] = "Turn each qubit about Y."
    starts: ClassVar[tuple[str, ...]] = ("random",)

    @cached_property
    def circuit(self):
        """One rotation of each qubit."""
        circuit = Circuit(self.problem.n_qubits)
        for qubit in range(self.problem.n_qubits):
            circuit = circuit.ry(qubit, f"turn{qubit}")
        return circuit

    def _start(self, name, rng):
        return as_generator(rng).uniform(-np.pi, np.pi, self.n_params)
