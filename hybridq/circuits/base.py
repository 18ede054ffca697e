"""Angles, and the base class of all instructions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.marks import Mark, boxes
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.placement import Placement


@dataclass(frozen=True)
class Angle:
    """The angle ``constant + coefficient * x[parameter]``, in radians.

    Args:
        constant: the fixed part.
        parameter: index into the parameter vector, or None for a constant angle.
        coefficient: the factor of the parameter.

    Raises:
        ParameterError: a number is not finite, or the index is not an integer >= 0.
    """

    constant: float = 0.0
    parameter: int | None = None
    coefficient: float = 1.0

    def __post_init__(self) -> None:
        if not _is_finite(self.constant) or not _is_finite(self.coefficient):
            raise ParameterError(
                f"angle must be finite, got {self.constant} + {self.coefficient} x",
                argument="angle",
                remedy="give real numbers",
            )
        if self.parameter is not None and (not is_whole(self.parameter) or self.parameter < 0):
            raise ParameterError(
                argument="parameter",
                value=self.parameter,
                expected="an integer >= 0",
                remedy="an Angle takes the index in the parameter vector, a Parameter takes a name",
            )

    def value(self, x: NDArray[np.float64]) -> float:
        """Return the angle at the parameter vector `x`."""
        if self.parameter is None:
            return self.constant
        return self.constant + self.coefficient * float(x[self.parameter])

    def __mul__(self, factor: float) -> Angle:
        """Return this angle times `factor`, constant part included."""
        return Angle(self.constant * factor, self.parameter, self.coefficient * factor)

    def __neg__(self) -> Angle:
        return self * -1.0


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


class GeneratorSpectrum(NamedTuple):
    r"""Eigenvalues of the generator G of an instruction :math:`e^{-i\theta G}`.

    G is `center` plus a sum of commuting parts with the eigenvalues ±radius each.

    Attributes:
        center: the multiple of the identity in G.
        radii: one radius for each part.
        regular: False where the eigenvalues are others, within the same range.
    """

    center: float
    radii: Sequence[float]
    regular: bool


class Instruction(ABC):
    r"""One step of a circuit.

    A subclass is a frozen dataclass with the fields or class attributes `qubits` and `angle`;
    `decompose` is all that it has to define. With an angle θ the instruction is
    :math:`e^{-i\theta G}` for a fixed generator G; without one, `angle` is the class attribute
    None. Engines have kernels for the classes of this package, and run every other class through
    its `decompose`.

    Attributes:
        qubits: the qubits that it acts on, in the order of the instruction.
        angle: θ, or None.
    """

    # A property here would become the default value of the dataclass fields of that name.
    if TYPE_CHECKING:

        @property
        def qubits(self) -> tuple[int, ...]:
            """Qubits in the order of the instruction."""

        @property
        def angle(self) -> Angle | None:
            """The angle, or None."""

    @abstractmethod
    def decompose(self) -> tuple[Instruction, ...]:
        """Return simpler instructions with the same product, first applied first.

        The product is equal, global phase included; ``PauliRotation("", (), angle)`` is a phase.
        Gates and Pauli rotations are as simple as instructions get, and return themselves.

        Raises:
            ParameterError: no exact product exists.
        """

    @property
    def symbol(self) -> str:
        """Short name, as in counts of gates: ``cx``, ``rzz``, ``excitation``."""
        return type(self).__name__.lower()

    @property
    def parameter(self) -> int | None:
        """Index of the parameter in the angle, None where there is none."""
        return None if self.angle is None else self.angle.parameter

    @property
    def support(self) -> frozenset[int]:
        """All qubits that it acts on, Jordan–Wigner strings included."""
        return frozenset(self.qubits)

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues of the generator; by default a bound from `decompose`."""
        if self.angle is None:
            return GeneratorSpectrum(0.0, (), True)
        center, radii, regular = 0.0, list[float](), True
        for step in self.with_angle(lambda _: Angle(parameter=0)).decompose():
            if step.angle is None or step.parameter is None:
                continue
            factor, (middle, parts, even) = step.angle.coefficient, step.spectrum
            center += factor * middle
            radii += [abs(factor) * part for part in parts]
            regular &= even
        return GeneratorSpectrum(center, radii, regular)

    def inverse(self) -> Instruction:
        """Return the inverse, exactly."""
        return Inverse(self) if self.angle is None else self.with_angle(Angle.__neg__)

    def with_angle(self, change: Callable[[Angle], Angle]) -> Self:
        """Return this instruction with `change` applied to its angle, if it has one."""
        if self.angle is None:
            return self
        return replace(self, angle=change(self.angle))  # type: ignore[type-var]

    def moved(self, placement: Placement) -> Instruction:
        """Return this instruction on the qubits of a wider circuit.

        Raises:
            ParameterError: it cannot act on these qubits.
        """
        return replace(self, qubits=placement.qubits(self.qubits))  # type: ignore[type-var]

    def check_width(self, n_qubits: int) -> None:
        """Raise if a circuit of `n_qubits` qubits has no room for this instruction.

        Raises:
            DimensionError: a qubit out of range, or an operator of another width.
        """
        for qubit in self.qubits:
            if not 0 <= qubit < n_qubits:
                present = f"qubits 0 to {n_qubits - 1}" if n_qubits > 1 else "only qubit 0"
                raise DimensionError(f"{self.symbol} on qubit {qubit}: the circuit has {present}")

    # -- drawing --------------------------------------------------------------------------------

    linked: bool = True
    """True if a line joins the marks in a drawing."""

    def marks(self, angle: str) -> Iterable[Mark]:
        """Return the marks of a drawing, one for each qubit.

        Args:
            angle: the angle as text in parentheses; empty without an angle.
        """
        return boxes(dict.fromkeys(self.qubits, self.symbol), self.symbol + angle)


@dataclass(frozen=True)
class Inverse(Instruction):
    """Inverse of an instruction without an angle.

    Args:
        of: the instruction that it undoes.
    """

    of: Instruction
    angle = None

    @property
    def qubits(self) -> tuple[int, ...]:
        """Qubits of the instruction that it undoes."""
        return self.of.qubits

    @property
    def symbol(self) -> str:
        """Name of the instruction that it undoes, with a dagger."""
        return f"{self.of.symbol}†"

    @property
    def support(self) -> frozenset[int]:
        """Support of the instruction that it undoes."""
        return self.of.support

    def decompose(self) -> tuple[Instruction, ...]:
        """Return the inverses of the parts in reverse order."""
        return tuple(step.inverse() for step in reversed(self.of.decompose()))

    def inverse(self) -> Instruction:
        """Return the instruction itself."""
        return self.of

    def moved(self, placement: Placement) -> Instruction:
        """Return the inverse of the moved instruction."""
        return Inverse(self.of.moved(placement))


def check_qubits(name: str, qubits: tuple[int, ...]) -> None:
    """Raise if `qubits` are not distinct integers.

    Args:
        name: name of the instruction in the message.
        qubits: the qubits.

    Raises:
        ParameterError: a qubit is not an integer, or is repeated.
    """
    for qubit in qubits:
        if not is_whole(qubit):
            raise ParameterError(
                f"{name} on qubit {qubit!r}: a qubit must be an integer, counted from 0",
                argument="qubits",
                value=qubits,
            )
    if len(set(qubits)) != len(qubits):
        twice = next(qubit for qubit in qubits if qubits.count(qubit) > 1)
        raise ParameterError(
            f"{name} on qubits {', '.join(map(str, qubits))}: qubit {twice} is repeated",
            argument="qubits",
            value=qubits,
        )
