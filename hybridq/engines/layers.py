"""Recognize circuits of phases by one cost and X mixers, and map their parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import DiagonalPhase, Gate, Instruction, XMixer
from hybridq.core import memory
from hybridq.core.errors import EngineError
from hybridq.engines.base import Observable, as_pauli_sum
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Layers:
    """A circuit of |+…+⟩ followed by p times a phase and a mixer.

    Attributes:
        hamiltonian: the cost in the phases.
        matrix, offset: the angles γ_1 … γ_p, β_1 … β_p are ``matrix @ x + offset``; shapes
            (2p, n_params) and (2p,).
        is_plain: True if the angles are the parameters themselves, in order; `matrix` is then
            empty.
    """

    hamiltonian: PauliSum
    matrix: Vector
    offset: Vector
    is_plain: bool = False

    @property
    def p(self) -> int:
        """Number of layers."""
        return len(self.offset) // 2

    def angles(self, x: Vector) -> Vector:
        """Return the angles γ_1 … γ_p, β_1 … β_p at the parameters `x`, shape (2p,)."""
        return x if self.is_plain else self.matrix @ x + self.offset

    def slopes(self, gradient: Vector) -> Vector:
        """Return derivatives by the parameters of those by the angles, shape (n_params,)."""
        return gradient if self.is_plain else self.matrix.T @ gradient


def read_layers(circuit: Circuit, engine: str) -> Layers:
    """Return the layers of `circuit`.

    Args:
        circuit: Hadamard gates on all qubits, then phases and mixers in turn.
        engine: name of the engine that reads it, for messages.

    Raises:
        EngineError: it has another form; the message names the first instruction that does not
            fit.
    """
    check_opening(circuit, engine)
    n = circuit.n_qubits
    rest = circuit.instructions[n:]
    phase_expected = f"the {engine} engine expects a phase by the cost there"
    mixer_expected = f"the {engine} engine runs only the mixer x, on all qubits"
    phases: list[DiagonalPhase] = []
    mixers: list[XMixer] = []
    for number, (phase, mixer) in enumerate(zip(rest[0::2], rest[1::2], strict=False)):
        position = n + 2 * number
        phases.append(_expect(DiagonalPhase, phase, position, phase_expected))
        mixers.append(_expect(XMixer, mixer, position + 1, mixer_expected))
        if len(mixer.qubits) < n:
            _refuse(position + 1, mixer, mixer_expected)
    if not phases or len(rest) % 2:
        raise EngineError(
            f"the {engine} engine needs whole layers: a phase and then a mixer in each"
        )
    costs = [phase.hamiltonian for phase in phases]
    if any(cost is not costs[0] and cost != costs[0] for cost in costs):
        raise EngineError(f"the {engine} engine needs the same cost in every layer")
    angles = [phase.angle for phase in phases] + [mixer.angle for mixer in mixers]
    offset = np.array([angle.constant for angle in angles])
    if len(angles) == circuit.n_params and all(
        angle.parameter == row and angle.coefficient == 1.0 and angle.constant == 0.0
        for row, angle in enumerate(angles)
    ):
        return Layers(costs[0], np.zeros((0, 0)), offset, is_plain=True)
    memory.require(
        8 * len(angles) * circuit.n_params,
        f"the map from {circuit.n_params:,} parameters to {len(angles):,} angles",
        "use fewer layers",
    )
    matrix = np.zeros((len(angles), circuit.n_params))
    for row, angle in enumerate(angles):
        if angle.parameter is not None:
            matrix[row, angle.parameter] = angle.coefficient
    return Layers(costs[0], matrix, offset)


def check_opening(circuit: Circuit, engine: str) -> None:
    """Raise unless the circuit opens with one Hadamard gate on each qubit.

    Args:
        circuit: any circuit.
        engine: name of the engine that reads it, for the message.

    Raises:
        EngineError: it opens otherwise.
    """
    n = circuit.n_qubits
    opening = circuit.instructions[:n]
    targets = [step.qubits[0] for step in opening if isinstance(step, Gate) and step.name == "h"]
    if sorted(targets) != list(range(n)):
        raise EngineError(
            f"the {engine} engine starts from |+...+>: the circuit must open with one Hadamard "
            "gate on each qubit"
        )


def check_measured(cost: PauliSum, observable: Observable, engine: str) -> None:
    """Raise unless the observable is the cost in the phases.

    Args:
        cost: the cost.
        observable: what is measured.
        engine: name of the engine, for the message.

    Raises:
        EngineError: it is another operator.
    """
    measured = as_pauli_sum(observable)
    if cost is not measured and not cost.isclose(measured):
        raise EngineError(
            f"the {engine} engine measures the cost of the circuit's own phases, and the "
            "observable is another operator"
        )


def quadratic(hamiltonian: Observable, role: str, engine: str) -> Ising:
    """Return a diagonal Hamiltonian as an energy of order two at most.

    Args:
        hamiltonian: of the phases, or measured.
        role: its name in messages.
        engine: name of the engine that reads it, for messages.

    Raises:
        EngineError: it is not diagonal, or a term has a higher order.
    """
    if not isinstance(hamiltonian, PauliSum) or not hamiltonian.is_diagonal:
        raise EngineError(
            f"the {engine} engine needs a diagonal {role}, and this one has X or Y terms"
        )
    ising = Ising.from_pauli_sum(hamiltonian)
    if not ising.is_quadratic:
        raise EngineError(
            f"the {engine} engine takes terms of at most two qubits, and the {role} has one of "
            f"order {ising.order}"
        )
    return ising


Kind = TypeVar("Kind", bound=Instruction)


def _expect(kind: type[Kind], instruction: Instruction, position: int, expected: str) -> Kind:
    """Return `instruction`, which has to be of the class `kind`."""
    if not isinstance(instruction, kind):
        _refuse(position, instruction, expected)
    return instruction


def _refuse(position: int, instruction: Instruction, expected: str) -> NoReturn:
    raise EngineError(f"instruction {position} is {type(instruction).__name__}: {expected}")
