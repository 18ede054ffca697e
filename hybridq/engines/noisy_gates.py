"""Circuits as gates on one and two qubits, each with the noise of a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import Elementary, elementary
from hybridq.circuits.instructions import Angle, Gate, PauliRotation, PhaseGate
from hybridq.noise import Channel, NoiseModel, OverRotation
from hybridq.noise.base import LETTERS, paulis

_SHORTEST = 1e-9  # of the circuit's time so far


@dataclass(frozen=True)
class NoisyGate:
    """A gate on one or two qubits, and the channels after it.

    Attributes:
        gate: over-rotations are part of its angle.
        channels: first applied first.
    """

    gate: Elementary
    channels: tuple[Channel, ...]


def noisy_gates(circuit: Circuit, model: NoiseModel) -> list[NoisyGate]:
    """Return the gates of a circuit with their noise.

    Diagonal phases are one rotation for each term, mixers one for each qubit, and rotations about
    more than two Paulis ladders of CX as in `write_qasm`. Global phases are left out. Where qubits
    wait, there are identity gates with the noise of that.

    Args:
        circuit: any circuit whose instructions decompose into gates.
        model: the noise after each gate.

    Raises:
        EngineError: an instruction has no exact decomposition into gates.
        DimensionError: a rule of the model does not fit a gate, or the circuit is wider than the
            model's device.
    """
    model.check_width(circuit.n_qubits)
    schedule = _Schedule(circuit.n_qubits, model)
    found = []
    for instruction in circuit.instructions:
        for gate in elementary(instruction):
            noise = model.after(gate.symbol, gate.qubits)
            channels = tuple(each for each in noise if isinstance(each, Channel))
            for each in noise:
                if isinstance(each, OverRotation):
                    gate = _over_rotated(gate, each)
            found += schedule.before(gate)
            found.append(NoisyGate(gate, channels))
    return found + schedule.at_the_end()


class _Schedule:
    """Times at which qubits are free, each gate as soon as possible.

    Args:
        n_qubits: width of the circuit.
        model: noise of waiting, and durations of gates.
    """

    def __init__(self, n_qubits: int, model: NoiseModel) -> None:
        self._model, self._idle = model, model.idle_on(n_qubits)
        self._free = [0.0] * n_qubits
        self._begun = [False] * n_qubits

    def before(self, gate: Elementary) -> list[NoisyGate]:
        """Return the noise of qubits that wait for a gate, which then takes place."""
        if not self._idle:
            return []
        start = max(self._free[qubit] for qubit in gate.qubits)
        found = self._waiting(gate.qubits, start)
        end = start + self._model.duration(gate.symbol, gate.qubits)
        for qubit in gate.qubits:
            self._free[qubit], self._begun[qubit] = end, True
        return found

    def at_the_end(self) -> list[NoisyGate]:
        """Return the noise of qubits that wait for the last gate."""
        return self._waiting(range(len(self._free)), max(self._free, default=0.0))

    def _waiting(self, qubits: Iterable[int], until: float) -> list[NoisyGate]:
        found = []
        for qubit in qubits:
            idle, time = self._idle.get(qubit), until - self._free[qubit]
            # |0⟩ stays as it is without thermal excitation; shorter times are rounding errors.
            if idle and time > _SHORTEST * until and (self._begun[qubit] or idle.excited):
                found.append(NoisyGate(Gate("id", (qubit,)), (idle.channel(time),)))
        return found


def _over_rotated(gate: Elementary, error: OverRotation) -> Elementary:
    """Return a gate with an over-rotated angle, unchanged where it has none."""
    if isinstance(gate, Gate):
        return gate
    angle = gate.angle * (1.0 + error.relative)
    return replace(
        gate, angle=Angle(angle.constant + error.offset, angle.parameter, angle.coefficient)
    )


@lru_cache(maxsize=64)
def fixed_unitary(name: str, n_qubits: int) -> NDArray[np.complex128]:
    """Return the matrix of a gate without an angle, its first qubit the lowest bit."""
    from hybridq.engines.statevector.plain import small_state

    columns = []
    for z in range(1 << n_qubits):
        circuit = Circuit(n_qubits)
        for qubit in range(n_qubits):
            circuit = circuit.x(qubit) if z >> qubit & 1 else circuit
        columns.append(small_state(circuit.gate(name, *range(n_qubits)), np.zeros(0)))
    return np.array(columns).T


def generator(gate: PauliRotation | PhaseGate) -> NDArray[np.complex128]:
    r"""Return the hermitian G of a gate :math:`e^{-i\theta G}`.

    The gate's first qubit is the lowest bit. Differences of its eigenvalues are 0 and ±1.
    """
    width = len(gate.qubits)
    if isinstance(gate, PhaseGate):
        found = np.zeros((1 << width, 1 << width), complex)
        found[-1, -1] = -1.0
        return found
    number = sum(LETTERS.index(letter) << 2 * k for k, letter in enumerate(gate.paulis))
    return 0.5 * paulis(width)[number]
