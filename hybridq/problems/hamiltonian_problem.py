"""Ground state of a Hamiltonian that is given as a Pauli sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.errors import ParameterError
from hybridq.core.numbers import plural
from hybridq.problems.base import Problem, Sense
from hybridq.problems.hermitian import real_part, worst_imaginary

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


class HamiltonianProblem(Problem):
    """Lowest eigenvalue of a Pauli sum.

    Args:
        hamiltonian: hermitian; equal terms are merged, imaginary parts that are rounding dropped.
        name: of this instance; its size by default.

    Raises:
        ParameterError: it is not hermitian; the worst term is named.
    """

    kind: ClassVar[str] = "hamiltonian"
    summary: ClassVar[str] = (
        "Find the ground-state energy of a Hamiltonian, a sum of Pauli operators."
    )
    reads: ClassVar[tuple[str, ...]] = ("pauli-sum",)
    examples: ClassVar[tuple[str, ...]] = (
        "tfim.json --ansatz hva --layers 6",
        "h2.txt --ansatz hardware-efficient --plot h2.png",
        "- --json - < tfim.json",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"

    def __init__(self, hamiltonian: PauliSum, *, name: str | None = None) -> None:
        worst = worst_imaginary(hamiltonian)
        if worst is not None:
            paulis, qubits, coefficient = worst
            term = " ".join(f"{p}{q}" for p, q in zip(paulis, qubits, strict=True)) or "I"
            raise ParameterError(
                f"the Hamiltonian is not hermitian: {term} has the coefficient {coefficient:.6g}",
                argument="hamiltonian",
                remedy="take (H + H.dagger()) / 2, or correct it",
            )
        self._hamiltonian = real_part(hamiltonian)
        terms = "1 term" if len(self._hamiltonian) == 1 else f"{len(self._hamiltonian)} terms"
        self.name = str(name or f"{terms} on {hamiltonian.n_qubits} qubits")

    def __repr__(self) -> str:
        return (
            f"HamiltonianProblem({self.name!r}: {len(self._hamiltonian)} terms on "
            f"{self.n_qubits} qubits)"
        )

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._hamiltonian.n_qubits

    @property
    def hamiltonian(self) -> PauliSum:
        """Pauli sum with real coefficients."""
        return self._hamiltonian

    def size(self) -> str:
        """Return terms and qubits, such as ``"16 terms, 8 qubits"``."""
        return f"{plural(len(self._hamiltonian), 'term')}, {plural(self.n_qubits, 'qubit')}"

    def describe(self) -> dict[str, Any]:
        """Return sizes and properties.

        Returns:
            ``terms``, ``constant`` (coefficient of the identity), ``one_norm`` (the sum of all
            |coefficients|), ``diagonal`` (whether only I and Z occur).
        """
        return {
            "terms": len(self._hamiltonian),
            "constant": self._hamiltonian.constant.real,
            "one_norm": self._hamiltonian.one_norm,
            "diagonal": self._hamiltonian.is_diagonal,
        }
