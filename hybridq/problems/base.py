"""Base class of families over bits: question to Hamiltonian, bits to answer.

A family is one file with one dataclass. Its fields are its options, in Python, on the command
line and in YAML; its docstring is their help. The registry, the screens, the pictures and the
schema use the family's own methods and name no family.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.problems._defaults import example_data
from hybridq.problems.bits import checked_bits
from hybridq.problems.problem import Problem as Problem
from hybridq.problems.problem import Sense as Sense

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.ising import Ising
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.problems.instance_data import PolynomialData
    from hybridq.problems.programs.program import IntegerProgram

Bits = NDArray[np.uint8]
"""An assignment, shape (n_qubits,), values 0 and 1; entry q is qubit q."""


@dataclass(frozen=True)
class AnswerRow:
    """One line of an answer in the user's own terms.

    Attributes:
        title: the heading, such as ``"In the set"``.
        entries: the labels or numbers below it, in the user's order.
    """

    title: str
    entries: tuple[Any, ...]


class BinaryProblem(Problem):
    """A problem over bits: the Hamiltonian is diagonal, basis states are answers.

    A family has a `name` and implements `n_qubits`, `describe`, `cost`, `value` and `answer`; one
    with constraints also `violations` and `penalty_energy`.
    """

    mixers: ClassVar[tuple[str, ...]] = ("x",)
    may_be_diagonal: ClassVar[bool] = True

    @classmethod
    def example(cls) -> Self:
        """Return a small instance, on which tests check the promises of the family.

        By default a ring of five nodes or four numbers; a family of other data overrides this.

        Raises:
            ParameterError: the family reads other data.
        """
        return cls.from_data(example_data(cls), name="example")

    @abstractmethod
    def cost(self) -> Ising:
        """Return the energy of spins that is minimized, penalties included.

        For a feasible assignment it equals ``sign * value``.
        """

    @abstractmethod
    def value(self, bits: Bits) -> float:
        """Return the natural value of an assignment, computed from the problem itself.

        Args:
            bits: shape (n_qubits,), values 0 and 1; entry q is qubit q. Arithmetic on unsigned
                bytes wraps around: convert them first.
        """

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return `value` of every row of bits, shape (k, n_qubits) → float64, shape (k,)."""
        return np.array([self.value(row) for row in bits], dtype=np.float64)

    def violations(self, bits: Bits) -> tuple[str, ...]:
        """Return the violated constraints of an assignment, one line each; () if feasible."""
        return ()

    def penalty_energy(self, bits: Bits) -> float:
        """Return the energy that `cost` adds for violations, 0 if feasible.

        For every assignment, ``cost energy = sign * value + penalty energy``.
        """
        return 0.0

    def unpenalized(self) -> Ising:
        """Return the energy without penalties: `cost` where there are none.

        For a feasible assignment it equals `cost`. Circuits that keep to `space` take it, so that
        penalties neither stretch the range of the phases nor cost time.
        """
        return self.cost()

    def penalty_facts(self) -> dict[str, Any]:
        """Return facts about the penalties in `cost`; empty where it has none.

        They are ``rule``, ``weight``, ``threshold`` and ``proof``.
        """
        return {}

    @property
    def program(self) -> IntegerProgram | None:
        """The integer program behind the problem, for classical solvers; None without one."""
        return None

    @property
    def formulation(self) -> IntegerProgram | PolynomialData:
        """The program behind the problem, else the polynomial in bits that is minimized."""
        if self.program is not None:
            return self.program
        from hybridq.problems.instance_data import PolynomialData

        terms, offset = self.cost().to_qubo()
        names = tuple(map(str, self.labels()))
        if len(set(names)) < len(names):  # labels may be 1 and "1"
            names = tuple(f"x{q}" for q in range(self.n_qubits))
        found = [(offset, ()), *((value, key) for key, value in terms.items())]
        return PolynomialData(names, tuple(found))

    def to_dimod(self) -> Any:
        """Return `formulation` as a quadratic model of dimod, binary or constrained.

        dimod minimizes: a maximized objective is negated.

        Raises:
            ProblemError: products of three and more.
            MissingExtraError: dimod is not installed.
        """
        from hybridq.problems.programs.interop import to_dimod

        return to_dimod(self.formulation)

    def to_qiskit(self) -> Any:
        """Return `formulation` as a `QuadraticProgram` of qiskit-optimization.

        Raises:
            ProblemError: products of three and more.
            MissingExtraError: qiskit-optimization is not installed.
        """
        from hybridq.problems.programs.interop import to_qiskit

        return to_qiskit(self.formulation)

    @property
    def published(self) -> tuple[float, str] | None:
        """A best value that is proven in the literature, and its source; None without one."""
        return None

    def violation_counts(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the number of violations of every row, shape (k, n_qubits) → (k,)."""
        if type(self).violations is BinaryProblem.violations:
            return np.zeros(len(bits), dtype=np.int64)
        return np.array([len(self.violations(row)) for row in bits], dtype=np.int64)

    @abstractmethod
    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the answer in the user's own terms, from bits of shape (n_qubits,)."""

    def labels(self) -> Sequence[Any]:
        """Return the user's label of each qubit, in order; numbers from 0 by default."""
        return range(self.n_qubits)

    def decode(self, bits: ArrayLike) -> dict[Any, int]:
        """Return the bit of every label, from bits of shape (n_qubits,)."""
        return dict(zip(self.labels(), self.checked_row(bits).tolist(), strict=True))

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the answer; a family without a picture of its own gets one tile per bit."""
        from hybridq.plots.bits import plot_bits

        plot_bits(ax, self.labels(), bits)

    def picture_title(self, bits: Bits) -> str:
        """Return the title of the picture that `draw` makes."""
        return f"The best {self.value_name}"

    @property
    def value_scale(self) -> float:
        """Sum of the magnitudes of all terms, against which rounding is judged."""
        ising = self._ising
        return float(abs(ising.constant) + np.abs(ising.coefficients).sum())

    @property
    def mean_value(self) -> float | None:
        """The constant of the cost in the natural sign; None where there are constraints."""
        if type(self).violations is not BinaryProblem.violations:
            return None
        return self.sign * self._ising.constant

    @cached_property
    def _ising(self) -> Ising:
        return self.cost()

    @cached_property
    def hamiltonian(self) -> PauliSum:
        """`cost` as a Pauli sum."""
        return self._ising.to_pauli_sum()

    def checked_row(self, bits: ArrayLike) -> Bits:
        """Return `bits` as uint8, shape (n_qubits,).

        A text such as ``"0110"`` and a mapping from labels to bits are read as well.

        Raises:
            DimensionError: another shape.
            ParameterError: an entry is neither 0 nor 1.
        """
        return checked_bits(bits, self.labels(), 1)

    def checked_rows(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return `bits` as uint8, shape (k, n_qubits), checked likewise."""
        return checked_bits(bits, self.labels(), 2)
