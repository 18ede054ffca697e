"""Positions of a narrow circuit's qubits in a wider circuit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hybridq.operators.pauli_sum import PauliSum


class Placement:
    """A map from the qubits of a circuit to qubits of a wider one.

    Args:
        positions: entry i is the new number of qubit i.
        n_qubits: width of the wider circuit.
    """

    def __init__(self, positions: Sequence[int], n_qubits: int) -> None:
        self._positions = tuple(positions)
        self._n = n_qubits
        # Layers share one Hamiltonian; the moved layers share one, too.
        self._moved: dict[int, PauliSum] = {}

    def qubits(self, qubits: Iterable[int]) -> tuple[int, ...]:
        """Return the new numbers of `qubits`."""
        return tuple(self._positions[qubit] for qubit in qubits)

    def hamiltonian(self, old: PauliSum) -> PauliSum:
        """Return a Hamiltonian on the new qubits, identical for identical arguments."""
        if id(old) not in self._moved:
            terms = [(paulis, self.qubits(qubits), value) for paulis, qubits, value in old]
            self._moved[id(old)] = PauliSum.from_sparse(terms, self._n)
        return self._moved[id(old)]
