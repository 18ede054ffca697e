"""An engine: dense linear algebra on the state of a circuit."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.core.errors import EngineError
from hybridq.core.randomness import as_generator
from hybridq.engines import Engine, EngineConfig
from hybridq.engines.base import as_pauli_sum
from hybridq.engines.info import EngineInfo


@dataclass(frozen=True, kw_only=True)
class ToyDense(EngineConfig):
    """Dense matrices, for circuits of few qubits.

    Args:
        most: the largest number of qubits.
    """

    name: ClassVar[str] = "toy-dense"
    summary: ClassVar[str] = "Dense matrices for few qubits."

    most: int = 8

    def bind(self, circuit, observable):
        """Return the running engine."""
        if circuit.n_qubits > self.most:
            raise EngineError(f"the toy-dense engine takes {self.most} qubits")
        return ToyDenseEngine(circuit, as_pauli_sum(observable).to_matrix())


class ToyDenseEngine(Engine):
    """Expectation values and samples, no gradients."""

    name: ClassVar[str] = "toy-dense"

    def __init__(self, circuit, matrix):
        super().__init__(circuit)
        self._matrix = matrix
        self.info = EngineInfo(self.name, "dense matrices", self.precision)

    def expectation(self, x):
        """Return ⟨H⟩."""
        psi = self.circuit.state(self.checked_point(x))
        return float(np.vdot(psi, self._matrix @ psi).real)

    def expectations(self, points):
        """Return ⟨H⟩ of each row."""
        return np.array([self.expectation(row) for row in self.checked_points(points)])

    def sample(self, x, shots, rng=None):
        """Return measured basis states."""
        chances = np.abs(self.circuit.state(self.checked_point(x))) ** 2
        return as_generator(rng).choice(len(chances), size=shots, p=chances / chances.sum())
