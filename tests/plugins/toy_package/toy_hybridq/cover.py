"""A family: choose few nodes so that every edge has a chosen end."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.operators import Ising
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.graph_problem import GraphProblem


@dataclass(frozen=True, eq=False, repr=False)
class ToyCover(GraphProblem):
    """The smallest set of nodes that touches every edge.

    Args:
        graph: an undirected graph.
        strength: the energy of an edge that no chosen node touches, above 1.
        name: the name of this instance.
    """

    kind: ClassVar[str] = "toy-cover"
    summary: ClassVar[str] = "Choose few nodes so that every edge has a chosen end."
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "cover size"
    examples: ClassVar[tuple[str, ...]] = ("graph.json", "graph.json --strength 3 --p 4")

    strength: float = 2.0

    def cost(self) -> Ising:
        """Return Σ x_u + strength Σ (1 − x_u)(1 − x_v)."""
        terms: dict[tuple[int, ...], float] = {(q,): 1.0 for q in range(self.n_qubits)}
        for i, j in self.edges.tolist():
            terms[(i,)] -= self.strength
            terms[(j,)] -= self.strength
            terms[(i, j)] = self.strength
        return Ising.from_qubo(
            terms, offset=self.strength * len(self.edges), n_qubits=self.n_qubits
        )

    def value(self, bits: Bits) -> float:
        """Return the number of chosen nodes."""
        return float(np.count_nonzero(bits))

    def _untouched(self, bits: Bits) -> list[tuple[int, int]]:
        """Return the edges without a chosen end, as pairs of qubits."""
        return [(i, j) for i, j in self.edges.tolist() if not bits[i] and not bits[j]]

    def violations(self, bits: Bits) -> tuple[str, ...]:
        """Return the edges without a chosen end."""
        nodes = self.nodes
        return tuple(f"no end of {nodes[i]}-{nodes[j]} is chosen" for i, j in self._untouched(bits))

    def penalty_energy(self, bits: Bits) -> float:
        """Return strength times the number of untouched edges."""
        return self.strength * len(self._untouched(bits))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the chosen nodes."""
        chosen = tuple(label for label, bit in self.decode(bits).items() if bit)
        return (AnswerRow("In the cover", chosen),)
