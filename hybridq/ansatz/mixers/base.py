"""Base class of the mixers of QAOA."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hybridq.core.configured import Configured

if TYPE_CHECKING:
    from hybridq.ansatz.mixers.hop_scale import HopScale
    from hybridq.circuits.base import Angle, Instruction
    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.operators.ising import Ising


class Conserved(Enum):
    """Property of a state that a mixer conserves."""

    NOTHING = "nothing"
    HAMMING_WEIGHT = "Hamming weight"
    ONE_HOT_BLOCKS = "one-hot blocks"
    INITIAL_SUPPORT = "the basis states of the initial state"
    FEASIBILITY = "feasibility"


@dataclass(frozen=True)
class Mixer(Configured, ABC):
    r"""A mixer :math:`e^{-i\beta M}` of QAOA with its initial state.

    The fields of a subclass, a frozen dataclass, are its options.

    Attributes:
        kind: the plain name, as on the command line.
        summary: one line that says what it is for.
        source: where it is published.
        conserves: the property of a state that it conserves.
        has_tables: True if the tables of angles (`INITIAL_POINTS`) were made for it.
        is_group: True if :math:`U(a) U(b) = U(a + b)`, as for the exponential of one M.
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    conserves: ClassVar[Conserved]
    has_tables: ClassVar[bool] = False
    is_group: ClassVar[bool] = True

    @abstractmethod
    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return instructions that prepare the initial state from |0…0⟩."""

    @abstractmethod
    def instructions(self, n_qubits: int, angle: Angle) -> tuple[Instruction, ...]:
        r"""Return :math:`e^{-i\beta M}` up to a global phase, first applied first.

        Args:
            n_qubits: width of the circuit.
            angle: β.
        """

    @abstractmethod
    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float | None:
        """Return a period of β up to a global phase, None where β has no period.

        Args:
            n_qubits: width of the circuit.
            flip_symmetric: True if the cost is the same for all bits flipped.
        """

    @property
    def starts_in_eigenstate(self) -> bool:
        """True if the initial state is an extreme eigenstate of M."""
        return True

    @property
    def starts_in_basis_state(self) -> bool:
        """True if the initial state is one assignment, which phases do not change."""
        return False

    def hop_scale(self, ising: Ising) -> HopScale | None:
        """Return the scales of the fitted mixer and a cost, None without feasible states."""
        return None

    def lacks(self, space: FeasibleSpace | None) -> str | None:
        """Return what a problem lacks for this mixer, None where nothing is missing.

        Args:
            space: the feasible states of the problem, None without constraints.
        """
        return None

    def fitted(self, n_qubits: int, space: FeasibleSpace | None) -> Self:
        """Return the mixer for a problem of this width with these feasible states.

        Raises:
            DimensionError: an option of the mixer names a qubit out of range.
        """
        return self

    @property
    def feasible_space(self) -> FeasibleSpace | None:
        """The states that the fitted mixer keeps to, None for all."""
        return None

    def confines_to(self, space: FeasibleSpace) -> bool:
        """Return whether the fitted mixer keeps states in this space."""
        return False

    def describe(self) -> dict[str, Any]:
        """Return name and options as plain values."""
        return {"kind": self.kind, **dataclasses.asdict(self)}
