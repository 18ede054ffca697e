"""The promise every problem family keeps: a question becomes a Hamiltonian, bits an answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.hubbard import HubbardModel
    from hybridq.operators.pauli_sum import PauliSum

Sense = Literal["maximize", "minimize"]


class Problem(ABC):
    """A question that is answered by minimizing a Hamiltonian.

    The Hamiltonian is always minimized. `sense` says how the user counts: a problem that is
    maximized has `hamiltonian` = −(value), so that ``value = sign * energy`` with `sign` = −1.

    Attributes:
        kind: the family's plain name, as on the command line (``"maxcut"``).
        sense: ``"maximize"`` or ``"minimize"``, in the user's own terms.
        value_name: what the value is called (``"cut"``, ``"energy"``).
        name: what this instance is called.
    """

    kind: ClassVar[str]
    sense: ClassVar[Sense]
    value_name: ClassVar[str]
    name: str

    @property
    def sign(self) -> float:
        """+1 when the value is the energy, −1 when the problem maximizes."""
        return -1.0 if self.sense == "maximize" else 1.0

    @property
    @abstractmethod
    def n_qubits(self) -> int:
        """Number of qubits."""

    @property
    @abstractmethod
    def hamiltonian(self) -> PauliSum:
        """The operator whose ground state is the answer."""

    electronic: ElectronicHamiltonian | None = None
    """Integrals over orbitals, None for a problem without them."""

    model: HubbardModel | None = None
    """The lattice model that the Hamiltonian belongs to, None for another problem."""

    @property
    def particles(self) -> tuple[int, int] | None:
        """Numbers of spin-up and spin-down electrons, None where they are not given."""
        return None

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Groups of qubits of which exactly one is 1 in a feasible answer."""
        return ()

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Facts about the instance for a screen or a file: plain names and plain values."""


class BinaryProblem(Problem):
    """A problem over bits: its Hamiltonian is diagonal, and a basis state is an answer."""

    @abstractmethod
    def value(self, bits: NDArray[np.uint8]) -> float:
        """The natural value of an assignment, computed from the problem itself.

        Args:
            bits: shape (n_qubits,), values 0 and 1; entry q is qubit q.
        """

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """`value` of every row of bits, shape (k, n_qubits) -> float64, shape (k,)."""
        return np.array([self.value(row) for row in bits], dtype=np.float64)

    @abstractmethod
    def decode(self, bits: NDArray[np.uint8]) -> dict[Any, int]:
        """The answer in the user's own terms, from bits of shape (n_qubits,)."""
