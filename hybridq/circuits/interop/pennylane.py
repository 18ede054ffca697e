"""Circuits to and from PennyLane."""

from __future__ import annotations

import re
from typing import Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import elementary
from hybridq.circuits.instructions import Gate, PhaseGate
from hybridq.circuits.parameters import require_values
from hybridq.core.errors import ParameterError
from hybridq.core.extras import load_extra

# Names in PennyLane, and whether the adjoint is meant.
_GATES = {
    "id": ("Identity", False), "x": ("X", False), "y": ("Y", False), "z": ("Z", False),
    "h": ("Hadamard", False), "s": ("S", False), "sdg": ("S", True), "t": ("T", False),
    "tdg": ("T", True), "sx": ("SX", False), "sxdg": ("SX", True), "cx": ("CNOT", False),
    "cy": ("CY", False), "cz": ("CZ", False), "swap": ("SWAP", False), "iswap": ("ISWAP", False),
    "iswapdg": ("ISWAP", True), "ecr": ("ECR", False),
}  # fmt: skip

# PennyLane writes global phases so, which OpenQASM 2 does not have.
_GLOBAL_PHASE = re.compile(r"^gphase\([^;]*;\n", re.MULTILINE)


def to_pennylane(circuit: Circuit) -> Any:
    """Return a circuit as a ``QuantumScript``; qubit q becomes wire q.

    It has no measurements. Its ``operations`` can be queued in a QNode by ``qml.apply``. Wire 0
    is the highest bit of the index of PennyLane's states.

    Args:
        circuit: without free parameters.

    Raises:
        MissingExtraError: PennyLane is not installed.
        ParameterError: a parameter has no value.
        EngineError: an instruction has no exact decomposition into gates.
    """
    qml = load_extra("pennylane", "pennylane", "to_pennylane")
    require_values(circuit.parameters)
    made = []
    for step in circuit.instructions:
        for gate in elementary(step):
            where = list(gate.qubits)
            if isinstance(gate, Gate):
                name, adjoint = _GATES[gate.name]
                operation = getattr(qml, name)(wires=where)
                made.append(qml.adjoint(operation) if adjoint else operation)
            elif isinstance(gate, PhaseGate):
                kind = qml.PhaseShift if len(where) == 1 else qml.ControlledPhaseShift
                made.append(kind(gate.angle.constant, wires=where))
            else:
                made.append(qml.PauliRot(gate.angle.constant, gate.paulis, wires=where))
    return qml.tape.QuantumScript(made)


def from_pennylane(script: Any) -> Circuit:
    """Return a ``QuantumScript`` of PennyLane, by the OpenQASM that PennyLane writes.

    Wires that are integers keep their number; others are numbered in their order. Measurements and
    the global phase are left out. ``qml.workflow.construct_tape(qnode)(*arguments)`` gives the
    script of a QNode.

    Args:
        script: of gates, with numbers for all angles.

    Raises:
        MissingExtraError: PennyLane is not installed.
        ParameterError: another object, or an operation that OpenQASM lacks.
    """
    qml = load_extra("pennylane", "pennylane", "from_pennylane")
    if not isinstance(script, qml.tape.QuantumScript):
        raise ParameterError(
            argument="script",
            value=script,
            expected="a QuantumScript",
            remedy="qml.workflow.construct_tape(qnode)(*arguments) makes one",
        )
    wires = script.wires.tolist()
    if all(isinstance(wire, int) and wire >= 0 for wire in wires):
        wires = list(range(max(wires, default=0) + 1))
    bare = qml.tape.QuantumScript(script.operations)
    try:
        text = qml.to_openqasm(bare, wires=qml.wires.Wires(wires), measure_all=False)
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"PennyLane cannot write the circuit as OpenQASM: {error}", argument="script"
        ) from None
    return Circuit.from_qasm(_GLOBAL_PHASE.sub("", text))
