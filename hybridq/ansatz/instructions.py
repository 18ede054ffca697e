"""The instruction set that every ansatz is written in and every engine reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.errors import DimensionError, ParameterError
from hybridq.registry import Registry

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class Angle:
    """The angle ``constant + coefficient * x[parameter]``, in radians.

    Args:
        constant: the fixed part.
        parameter: index into the parameter vector, or None for a constant angle.
        coefficient: what the parameter is multiplied by.
    """

    constant: float = 0.0
    parameter: int | None = None
    coefficient: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.constant) or not np.isfinite(self.coefficient):
            raise ParameterError(
                f"angle {self.constant} + {self.coefficient} x is not finite: give real numbers"
            )
        if self.parameter is not None and self.parameter < 0:
            raise ParameterError(f"parameter index {self.parameter} is negative: count from 0")

    def value(self, x: NDArray[np.float64]) -> float:
        """The angle at the parameter vector `x`."""
        if self.parameter is None:
            return self.constant
        return self.constant + self.coefficient * float(x[self.parameter])


AngleLike: TypeAlias = Angle | float


def as_angle(angle: AngleLike) -> Angle:
    """`angle` itself, or a constant angle."""
    return angle if isinstance(angle, Angle) else Angle(float(angle))


# name -> (number of qubits, number of angles)
GATES: Registry[tuple[int, int]] = Registry(
    "gate",
    {
        "x": (1, 0),
        "y": (1, 0),
        "z": (1, 0),
        "h": (1, 0),
        "s": (1, 0),
        "sdg": (1, 0),
        "t": (1, 0),
        "tdg": (1, 0),
        "cx": (2, 0),
        "cz": (2, 0),
        "swap": (2, 0),
    },
)


def _check_qubits(what: str, qubits: tuple[int, ...]) -> None:
    if len(set(qubits)) != len(qubits):
        raise ParameterError(f"{what} on qubits {qubits}: a qubit is repeated")


@dataclass(frozen=True)
class Gate:
    """A gate without parameters, by its usual name."""

    name: str
    qubits: tuple[int, ...]

    def __post_init__(self) -> None:
        name = GATES.canonical(self.name)
        object.__setattr__(self, "name", name)
        width, _ = GATES[name]
        if len(self.qubits) != width:
            raise DimensionError(f"{name} acts on {width} qubits, got {len(self.qubits)}")
        _check_qubits(name, self.qubits)


@dataclass(frozen=True)
class PauliRotation:
    r""":math:`e^{-i\theta P/2}`, P the product of `paulis` on `qubits`."""

    paulis: str
    qubits: tuple[int, ...]
    angle: Angle

    def __post_init__(self) -> None:
        if len(self.paulis) != len(self.qubits) or set(self.paulis) - set("XYZ"):
            raise ParameterError(
                f"Pauli rotation {self.paulis!r} on {self.qubits}: "
                "give one letter X, Y or Z for each qubit"
            )
        _check_qubits("Pauli rotation", self.qubits)


@dataclass(frozen=True, eq=False)
class DiagonalPhase:
    r""":math:`e^{-i\gamma H}` of a diagonal Hamiltonian on all qubits."""

    hamiltonian: PauliSum
    angle: Angle

    @property
    def qubits(self) -> tuple[int, ...]:
        """All qubits."""
        return tuple(range(self.hamiltonian.n_qubits))


@dataclass(frozen=True)
class XMixer:
    r""":math:`e^{+i\beta\sum_q X_q}` on `qubits`."""

    qubits: tuple[int, ...]
    angle: Angle

    def __post_init__(self) -> None:
        _check_qubits("X mixer", self.qubits)


Instruction: TypeAlias = Gate | PauliRotation | DiagonalPhase | XMixer
