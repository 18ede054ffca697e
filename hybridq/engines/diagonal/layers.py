"""Recognizing a circuit of phases by one cost and X mixers, and mapping its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, DiagonalPhase, Gate, XMixer
from hybridq.core import memory
from hybridq.core.errors import EngineError
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class Layers:
    """A circuit that is |+…+⟩ followed by p times a phase and a mixer.

    Attributes:
        hamiltonian: the cost in the phases.
        matrix, offset: the angles γ_1 … γ_p, β_1 … β_p are ``matrix @ x + offset``; shapes
            (2p, n_params) and (2p,).
        is_plain: whether the angles are the parameters themselves, in order; then there is no
            `matrix`.
    """

    hamiltonian: PauliSum
    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]
    is_plain: bool = False

    @property
    def p(self) -> int:
        """Number of layers."""
        return len(self.offset) // 2


def read_layers(circuit: Circuit) -> Layers:
    """The layers of `circuit`.

    Raises:
        EngineError: it has another form; the message names the first instruction that does not
            fit.
    """
    n = circuit.n_qubits
    opening = circuit.instructions[:n]
    hadamards = [gate for gate in opening if isinstance(gate, Gate) and gate.name == "h"]
    if len(hadamards) < n or len({gate.qubits for gate in hadamards}) < n:
        raise EngineError(
            "the diagonal engine starts from |+...+>: the circuit must open with one Hadamard "
            "gate on each qubit"
        )
    rest = circuit.instructions[n:]
    phases, mixers = rest[0::2], rest[1::2]
    for number, (phase, mixer) in enumerate(zip(phases, mixers, strict=False)):
        if not isinstance(phase, DiagonalPhase):
            _refuse(n + 2 * number, phase, "a phase by the cost")
        if not isinstance(mixer, XMixer) or len(mixer.qubits) < n:
            _refuse(n + 2 * number + 1, mixer, "an X mixer on all qubits")
    if not phases or len(phases) != len(mixers):
        raise EngineError(
            "the diagonal engine needs whole layers: a phase and then a mixer in each"
        )
    costs = [phase.hamiltonian for phase in phases if isinstance(phase, DiagonalPhase)]
    if any(cost is not costs[0] and cost != costs[0] for cost in costs):
        raise EngineError("the diagonal engine needs the same cost in every layer")
    angles: list[Angle] = [i.angle for i in (*phases, *mixers) if not isinstance(i, Gate)]
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


def _refuse(position: int, instruction: object, expected: str) -> None:
    raise EngineError(
        f"instruction {position} is {type(instruction).__name__}: "
        f"the diagonal engine expects {expected} there"
    )
