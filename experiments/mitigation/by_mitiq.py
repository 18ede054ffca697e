"""The same values by mitiq. Its license is the GPL: it is compared with here, and used nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cirq
from mitiq import pec, zne
from mitiq.pec.representations import represent_operation_with_global_depolarizing_noise
from mitiq.zne.inference import ExpFactory, LinearFactory, PolyFactory, RichardsonFactory
from mitiq.zne.scaling import fold_global

from hybridq import Circuit
from hybridq.circuits.elementary import elementary
from hybridq.circuits.instructions import Gate, PauliRotation

Value = Callable[[Circuit], float]
"""Returns the value of a circuit with noise, from shots."""

_GATES = {"h": cirq.H, "cx": cirq.CNOT, "x": cirq.X, "y": cirq.Y, "z": cirq.Z}
_ROTATIONS = {"X": (cirq.Rx, cirq.rx), "Z": (cirq.Rz, cirq.rz)}
_FACTORIES = {
    "linear": LinearFactory,
    "polynomial": lambda scales: PolyFactory(scales, order=2),
    "Richardson": RichardsonFactory,
    "exponential": lambda scales: ExpFactory(scales, asymptote=0.0),
}


def to_cirq(circuit: Circuit) -> cirq.Circuit:
    """Return the circuit in gates of Cirq, in the same order."""
    line, made = cirq.LineQubit.range(circuit.n_qubits), []
    for gate in (each for step in circuit.instructions for each in elementary(step)):
        where = [line[qubit] for qubit in gate.qubits]
        if isinstance(gate, Gate):
            made.append(_GATES[gate.name](*where))
        else:
            assert isinstance(gate, PauliRotation)
            made.append(_ROTATIONS[gate.paulis][1](gate.angle.constant)(*where))
    return cirq.Circuit(made)


def from_cirq(circuit: cirq.Circuit, n_qubits: int) -> Circuit:
    """Return a circuit of mitiq as ours, gate by gate."""
    made = Circuit(n_qubits)
    for operation in circuit.all_operations():
        where = [qubit.x for qubit in operation.qubits]
        for letter, (kind, _) in _ROTATIONS.items():
            if isinstance(operation.gate, kind):
                made = made.rotation(letter, where, operation.gate._rads)
                break
        else:
            names = [name for name, gate in _GATES.items() if gate == operation.gate]
            made = made.gate(names[0], *where)
    return made


def extrapolated(circuit: Circuit, fit: str, scales: Sequence[float], value: Value) -> float:
    """Return the value by zero-noise extrapolation with global folding."""
    return float(
        zne.execute_with_zne(
            to_cirq(circuit),
            lambda made: value(from_cirq(made, circuit.n_qubits)),
            factory=_FACTORIES[fit](list(scales)),
            scale_noise=fold_global,
        )
    )


def cancelled(
    circuit: Circuit, one_qubit: float, two_qubit: float, draws: int, seed: int, value: Value
) -> tuple[float, float]:
    """Return the value by probabilistic error cancellation, and its standard error.

    Args:
        circuit: of the gates H, CX, RX and RZ.
        one_qubit: strength λ of depolarizing noise, ρ → (1 − λ)ρ + λI/d, after each gate.
        two_qubit: the same after gates on two qubits.
        draws: random circuits.
        seed: of the draws.
        value: of each drawn circuit.
    """
    made, known = to_cirq(circuit), {}
    for operation in made.all_operations():
        # mitiq's level is the probability of an error other than the identity.
        two = len(operation.qubits) == 2
        level = 15 / 16 * two_qubit if two else 3 / 4 * one_qubit
        if level:
            known[operation] = represent_operation_with_global_depolarizing_noise(
                cirq.Circuit(operation), level
            )
    found, facts = pec.execute_with_pec(
        made,
        lambda drawn: value(from_cirq(drawn, circuit.n_qubits)),
        representations=list(known.values()),
        num_samples=draws,
        random_state=seed,
        full_output=True,
    )
    return float(found), float(facts["pec_error"])
