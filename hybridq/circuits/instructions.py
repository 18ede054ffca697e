"""The instruction set that every ansatz is written in and every engine reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


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
        if not _is_finite(self.constant) or not _is_finite(self.coefficient):
            raise ParameterError(
                f"angle {self.constant} + {self.coefficient} x is not finite: give real numbers"
            )
        if self.parameter is not None:
            if not is_whole(self.parameter):
                raise ParameterError(
                    f"parameter {self.parameter!r} is no whole number: an Angle takes the index "
                    "in the parameter vector, a Parameter takes a name"
                )
            if self.parameter < 0:
                raise ParameterError(f"parameter index {self.parameter} is negative: count from 0")

    def value(self, x: NDArray[np.float64]) -> float:
        """The angle at the parameter vector `x`."""
        if self.parameter is None:
            return self.constant
        return self.constant + self.coefficient * float(x[self.parameter])

    def __mul__(self, factor: float) -> Angle:
        """This angle times `factor`, everywhere."""
        return Angle(self.constant * factor, self.parameter, self.coefficient * factor)

    def __neg__(self) -> Angle:
        return self * -1.0


AngleLike: TypeAlias = Angle | float


def as_angle(angle: AngleLike) -> Angle:
    """`angle` itself, or a constant angle."""
    return angle if isinstance(angle, Angle) else Angle(float(angle))


# name -> number of qubits; controls come first
GATES: Registry[int] = Registry(
    "gate",
    {
        "id": 1,
        "x": 1,
        "y": 1,
        "z": 1,
        "h": 1,
        "s": 1,
        "sdg": 1,
        "t": 1,
        "tdg": 1,
        "sx": 1,
        "sxdg": 1,
        "cx": 2,
        "cy": 2,
        "cz": 2,
        "swap": 2,
        "iswap": 2,
        "iswapdg": 2,
        "ccx": 3,
    },
)


def _check_qubits(what: str, qubits: tuple[int, ...]) -> None:
    for qubit in qubits:
        if not is_whole(qubit):
            raise ParameterError(
                f"{what} on qubit {qubit!r}: a qubit is a whole number, counted from 0"
            )
    if len(set(qubits)) != len(qubits):
        twice = next(qubit for qubit in qubits if qubits.count(qubit) > 1)
        raise ParameterError(
            f"{what} on qubits {', '.join(map(str, qubits))}: qubit {twice} is repeated"
        )


@dataclass(frozen=True)
class Gate:
    """A gate without parameters, by its usual name."""

    name: str
    qubits: tuple[int, ...]

    def __post_init__(self) -> None:
        name = GATES.canonical(self.name)
        object.__setattr__(self, "name", name)
        width = GATES[name]
        if len(self.qubits) != width:
            plural = "qubit" if width == 1 else "qubits"
            raise DimensionError(f"{name} acts on {width} {plural}, got {len(self.qubits)}")
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class PhaseGate:
    r"""Multiplies by :math:`e^{i\theta}` the basis states in which all of `qubits` are 1.

    One qubit: the gate P; two: controlled P; three: doubly controlled P.
    """

    qubits: tuple[int, ...]
    angle: Angle

    def __post_init__(self) -> None:
        if not self.qubits:
            raise ParameterError("a phase gate needs at least one qubit")
        _check_qubits("phase gate", self.qubits)


@dataclass(frozen=True)
class Transition:
    r"""The operator :math:`T = \prod_k n_{c_k}\; a^\dagger_{p_1} a^\dagger_{p_2} \dots a_{q_1}
    a_{q_2} \dots`: particles move from the modes q to the modes p where the modes c are full.

    The products are taken in the order written. Mode j is qubit j, occupied where the bit is 1.

    Args:
        created: the modes p, filled by T.
        annihilated: the modes q, emptied by T.
        controls: the modes c, which have to be occupied.
        fermionic: with Jordan–Wigner signs, :math:`a_j = Z_0 \dots Z_{j-1} (X_j + iY_j)/2`; else
            :math:`a_j = (X_j + iY_j)/2` (qubit excitations, hard-core bosons).
    """

    created: tuple[int, ...]
    annihilated: tuple[int, ...]
    controls: tuple[int, ...] = ()
    fermionic: bool = True

    def __post_init__(self) -> None:
        if not self.created and not self.annihilated:
            raise ParameterError("an excitation needs modes to create or annihilate")
        _check_qubits("excitation", self.qubits)

    @property
    def qubits(self) -> tuple[int, ...]:
        """The modes created, annihilated and controlling."""
        return (*self.created, *self.annihilated, *self.controls)

    @cached_property
    def care_mask(self) -> int:
        """The bits that decide whether T acts."""
        return sum(1 << mode for mode in self.qubits)

    @cached_property
    def source_bits(self) -> int:
        """What `care_mask` must show: annihilated and controlling modes full, others empty."""
        return sum(1 << mode for mode in (*self.annihilated, *self.controls))

    @cached_property
    def flip_mask(self) -> int:
        """The bits that T flips."""
        return sum(1 << mode for mode in (*self.created, *self.annihilated))

    @cached_property
    def _signs(self) -> tuple[int, int]:
        """The sign that is always there, and the mask of bits whose parity is a further sign."""
        if not self.fermionic:
            return 1, 0
        occupied, crossed, sign = self.source_bits, 0, 1
        for mode in (*self.annihilated[::-1], *self.created[::-1]):
            below = (1 << mode) - 1
            sign *= (-1) ** (occupied & below).bit_count()
            crossed ^= below
            occupied ^= 1 << mode
        return sign, crossed & ~self.care_mask

    @property
    def sign(self) -> int:
        """With `sign_mask`: T|z⟩ = sign · (−1)^{|z & sign_mask|} |z ^ flip_mask⟩ where T acts."""
        return self._signs[0]

    @property
    def sign_mask(self) -> int:
        """The bits outside `care_mask` whose parity is a sign; see `sign`."""
        return self._signs[1]


@dataclass(frozen=True)
class Excitation:
    r""":math:`e^{\theta G}` with :math:`G = \sum_j c_j (T_j - T_j^\dagger)`, exactly.

    With `imaginary`, :math:`G = -i \sum_j c_j (T_j + T_j^\dagger)`: evolution under hopping. One
    term is a rotation by θ (not θ/2) between pairs of basis states.

    Args:
        terms: (coefficient, `Transition`) pairs; they need not commute.
        angle: θ.
        imaginary: which of the two generators.
    """

    terms: tuple[tuple[float, Transition], ...]
    angle: Angle
    imaginary: bool = False

    def __post_init__(self) -> None:
        if not self.terms:
            raise ParameterError("an excitation needs at least one term")
        if not all(np.isfinite(coefficient) for coefficient, _ in self.terms):
            raise ParameterError("an excitation's coefficients must be finite numbers")

    @property
    def qubits(self) -> tuple[int, ...]:
        """Every mode that a term looks at, ascending."""
        return tuple(sorted({mode for _, term in self.terms for mode in term.qubits}))


Instruction: TypeAlias = Gate | PauliRotation | PhaseGate | Excitation | DiagonalPhase | XMixer
