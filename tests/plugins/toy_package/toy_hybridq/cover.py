"""A family: choose few nodes so that every edge has a chosen end."""

from dataclasses import dataclass

import numpy as np

from hybridq.operators import Ising
from hybridq.problems.base import AnswerRow
from hybridq.problems.graph_problem import GraphProblem


@dataclass(frozen=True, eq=False, repr=False)
class ToyCover(GraphProblem):
    """The smallest set of nodes that touches every edge.

    Args:
        graph: an undirected graph.
        strength: the energy of an edge that no chosen node touches, above 1.
        name: the name of this instance.
    """

    kind = "toy-cover"
    summary = "Choose few nodes so that every edge has a chosen end."
    sense = "minimize"
    value_name = "cover size"

    strength: float = 2.0

    def cost(self):
        """Return Σ x_u + strength Σ (1 − x_u)(1 − x_v)."""
        terms = {(q,): 1.0 for q in range(self.n_qubits)}
        for i, j in self.edges.tolist():
            terms[(i,)] -= self.strength
            terms[(j,)] -= self.strength
            terms[(i, j)] = self.strength
        return Ising.from_qubo(
            terms, offset=self.strength * len(self.edges), n_qubits=self.n_qubits
        )

    def value(self, bits):
        """Return the number of chosen nodes."""
        return float(np.count_nonzero(bits))

    def _untouched(self, bits):
        row = np.asarray(bits)
        return [(i, j) for i, j in self.edges.tolist() if not row[i] and not row[j]]

    def violations(self, bits):
        """Return the edges without a chosen end."""
        return tuple(f"no end of {i}-{j} is chosen" for i, j in self._untouched(bits))

    def penalty_energy(self, bits):
        """Return strength times the number of untouched edges."""
        return self.strength * len(self._untouched(bits))

    def answer(self, bits):
        """Return the chosen nodes."""
        chosen = tuple(label for label, bit in self.decode(bits).items() if bit)
        return (AnswerRow("In the cover", chosen),)
