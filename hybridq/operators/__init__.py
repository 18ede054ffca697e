"""Operators on qubits: Pauli sums and the classical spin energies that are their diagonals."""

from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum

__all__ = ["Ising", "PauliSum"]
