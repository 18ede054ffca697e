"""The instruction set of all circuits.

To add an instruction, subclass `Instruction`; it runs on every engine through its `decompose`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from hybridq.circuits.base import Angle, GeneratorSpectrum, Instruction, Inverse, check_qubits
from hybridq.circuits.excitations import Excitation, Transition
from hybridq.circuits.marks import Mark, boxes
from hybridq.circuits.rotations import PauliRotation
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from hybridq.circuits.placement import Placement
    from hybridq.operators.pauli_sum import PauliSum

__all__ = [
    "GATES",
    "Angle",
    "DiagonalPhase",
    "Excitation",
    "Gate",
    "GeneratorSpectrum",
    "Instruction",
    "Inverse",
    "PauliRotation",
    "PhaseGate",
    "Transition",
    "XMixer",
]

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
        "ecr": 2,
        "ccx": 3,
    },
)
# Gates that are not their own inverse.
_DAGGERS = {"s": "sdg", "t": "tdg", "sx": "sxdg", "iswap": "iswapdg"}
_DAGGERS |= {after: name for name, after in _DAGGERS.items()}
_MOST_PHASE_QUBITS = 20
_BOX_LABELS = {
    "id": "I",
    "sdg": "S†",
    "tdg": "T†",
    "sx": "√X",
    "sxdg": "√X†",
    "iswap": "iSWAP",
    "iswapdg": "iSWAP†",
    "ecr": "ECR",
}


@dataclass(frozen=True)
class Gate(Instruction):
    """A gate without parameters, by its usual name.

    Raises:
        UnknownNameError: `GATES` has no gate of that name.
        DimensionError: the gate acts on another number of qubits.
        ParameterError: a qubit is not an integer, or is repeated.
    """

    name: str
    qubits: tuple[int, ...]
    angle = None

    def __post_init__(self) -> None:
        name = GATES.canonical(self.name)
        object.__setattr__(self, "name", name)
        width = GATES[name]
        if len(self.qubits) != width:
            plural = "qubit" if width == 1 else "qubits"
            raise DimensionError(
                f"{name} acts on {width} {plural}, got {len(self.qubits)}",
                argument="qubits",
                value=self.qubits,
            )
        check_qubits(name, self.qubits)

    def decompose(self) -> tuple[Instruction, ...]:
        """Return the gate itself; of ``ecr`` a rotation about ZX by π/2, then X."""
        if self.name != "ecr":
            return (self,)
        rotation = PauliRotation("ZX", self.qubits, Angle(math.pi / 2))
        return (rotation, Gate("x", self.qubits[:1]))

    @property
    def symbol(self) -> str:
        """Name of the gate."""
        return self.name

    def inverse(self) -> Gate:
        """Return the inverse gate."""
        return Gate(_DAGGERS.get(self.name, self.name), self.qubits)

    def marks(self, angle: str = "") -> list[Mark]:
        """Return controls, crosses or labelled boxes."""
        *controls, target = self.qubits
        if self.name == "swap":
            return [Mark(qubit, "swap") for qubit in self.qubits]
        if self.name in {"cx", "ccx"}:
            return [*(Mark(qubit, "control") for qubit in controls), Mark(target, "not")]
        if self.name == "cz":
            return [Mark(qubit, "control") for qubit in self.qubits]
        if self.name == "cy":
            return [Mark(controls[0], "control"), Mark(target, "box", "Y")]
        label = _BOX_LABELS.get(self.name, self.name.upper())
        return [Mark(qubit, "box", label) for qubit in self.qubits]


@dataclass(frozen=True)
class PhaseGate(Instruction):
    r"""Factor :math:`e^{i\theta}` on the basis states in which all of `qubits` are 1.

    One qubit: the gate P; two: controlled P; three: doubly controlled P.

    Raises:
        ParameterError: no qubits, or a qubit is not an integer or repeated.
    """

    qubits: tuple[int, ...]
    angle: Angle

    def __post_init__(self) -> None:
        if not self.qubits:
            raise ParameterError(argument="qubits", value=(), expected="at least one qubit")
        check_qubits("phase gate", self.qubits)

    def decompose(self) -> tuple[Instruction, ...]:
        r"""Return rotations about products of Z.

        With :math:`n = (1 - Z)/2`, the product of k numbers is 2**-k Σ_S (−1)^{|S|} Z_S.

        Raises:
            CapacityError: more than 2**20 rotations.
        """
        if len(self.qubits) > _MOST_PHASE_QUBITS:
            raise CapacityError(
                f"a phase gate on {len(self.qubits)} qubits has 2^{len(self.qubits)} rotations: "
                f"the limit of a decomposition is {_MOST_PHASE_QUBITS} qubits"
            )
        scale = 2.0 ** (1 - len(self.qubits))
        return tuple(
            PauliRotation("Z" * size, chosen, self.angle * (-scale * (-1) ** size))
            for size in range(len(self.qubits) + 1)
            for chosen in combinations(sorted(self.qubits), size)
        )

    @property
    def symbol(self) -> str:
        """``p``, ``cp``, ``ccp`` and so on."""
        return "c" * (len(self.qubits) - 1) + "p"

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues 0 and −1."""
        return GeneratorSpectrum(-0.5, [0.5], True)

    def marks(self, angle: str) -> list[Mark]:
        """Return controls and one box."""
        *controls, target = sorted(self.qubits)
        return [*(Mark(qubit, "control") for qubit in controls), Mark(target, "box", "P" + angle)]


@dataclass(frozen=True)
class DiagonalPhase(Instruction):
    r""":math:`e^{-i\gamma H}` of a diagonal Hamiltonian on all qubits."""

    hamiltonian: PauliSum
    angle: Angle

    @property
    def qubits(self) -> tuple[int, ...]:
        """All qubits."""
        return tuple(range(self.hamiltonian.n_qubits))

    def decompose(self) -> tuple[Instruction, ...]:
        """Return one rotation for each term."""
        return tuple(
            PauliRotation(paulis, qubits, self.angle * (2.0 * value.real))
            for paulis, qubits, value in self.hamiltonian.simplify()
        )

    @property
    def symbol(self) -> str:
        """``phase``."""
        return "phase"

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Sums of the coefficients with either sign."""
        center, radii = 0.0, []
        for letters, _, value in self.hamiltonian.to_sparse():
            if letters:
                radii.append(abs(complex(value).real))
            else:
                center += complex(value).real
        return GeneratorSpectrum(center, radii, True)

    def moved(self, placement: Placement) -> DiagonalPhase:
        """Return the phase of the moved Hamiltonian."""
        return DiagonalPhase(placement.hamiltonian(self.hamiltonian), self.angle)

    def check_width(self, n_qubits: int) -> None:
        """Raise if the Hamiltonian has another width."""
        if self.hamiltonian.n_qubits != n_qubits:
            raise DimensionError(
                f"a phase of {self.hamiltonian.n_qubits} qubits in a circuit of "
                f"{n_qubits}: the widths must agree"
            )

    def marks(self, angle: str) -> list[Mark]:
        """Return a box on each qubit."""
        return boxes(dict.fromkeys(self.qubits, "phase"), "phase" + angle)


@dataclass(frozen=True)
class XMixer(Instruction):
    r""":math:`e^{+i\beta\sum_q X_q}` on `qubits`."""

    qubits: tuple[int, ...]
    angle: Angle
    linked = False

    def __post_init__(self) -> None:
        check_qubits("X mixer", self.qubits)

    def decompose(self) -> tuple[Instruction, ...]:
        """Return one X rotation for each qubit."""
        return tuple(PauliRotation("X", (q,), self.angle * -2.0) for q in self.qubits)

    @property
    def symbol(self) -> str:
        """``x-mixer``."""
        return "x-mixer"

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues −m, −m + 2, …, m on m qubits."""
        return GeneratorSpectrum(0.0, [1.0] * len(self.qubits), True)

    def marks(self, angle: str) -> list[Mark]:
        """Return a box on each qubit."""
        return [Mark(qubit, "box", "mix" + angle) for qubit in self.qubits]
