"""Bits of lowest energy of a Hamiltonian of I and Z."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.numbers import plural
from hybridq.problems.base import AnswerRow, BinaryProblem, Bits, Sense

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising
    from hybridq.operators.pauli_sum import PauliSum


class IsingProblem(BinaryProblem):
    """The assignment of lowest energy of a diagonal Pauli sum.

    Args:
        hamiltonian: real multiples of products of I and Z; bit b of qubit q is Z_q = (−1)^b.
        name: of this instance; its size by default.

    Raises:
        ParameterError: the Hamiltonian is not real and diagonal; the term is named.
    """

    kind: ClassVar[str] = "ising"
    summary: ClassVar[str] = "Find the bits of lowest energy of a Hamiltonian of I and Z."
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"
    noun: ClassVar[str] = "Hamiltonian"

    def __init__(self, hamiltonian: PauliSum, *, name: str | None = None) -> None:
        from hybridq.operators.ising import Ising

        self._cost = Ising.from_pauli_sum(hamiltonian)
        self._terms = len(hamiltonian.simplify())
        self.name = str(name or f"{plural(self._terms, 'term')} on {hamiltonian.n_qubits} qubits")

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._cost.n_qubits

    def cost(self) -> Ising:
        """Return the energy."""
        return self._cost

    def value(self, bits: Bits) -> float:
        """Return the energy of an assignment, shape (n_qubits,)."""
        return float(self._cost.energies(self.checked_row(bits)).reshape(-1)[0])

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the qubits whose bit is 1."""
        chosen = tuple(qubit for qubit, bit in self.decode(bits).items() if bit)
        return (AnswerRow("Qubits at 1", chosen),)

    def size(self) -> str:
        """Return terms and qubits, such as ``"16 terms, 8 qubits"``."""
        return f"{plural(self._terms, 'term')}, {plural(self.n_qubits, 'qubit')}"

    def describe(self) -> dict[str, Any]:
        """Return sizes.

        Returns:
            ``terms``, ``constant`` (coefficient of the identity), ``diagonal`` (True).
        """
        return {"terms": self._terms, "constant": self._cost.constant, "diagonal": True}
