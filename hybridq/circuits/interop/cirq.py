"""Circuits to and from Cirq."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import FROM_Z, TO_Z, Elementary, elementary
from hybridq.circuits.instructions import Gate, PhaseGate
from hybridq.circuits.parameters import require_values
from hybridq.core.errors import ParameterError
from hybridq.core.extras import load_extra

KEY = "c"
"""Key of the measurement of all qubits."""
_DIGITS = 17  # of an angle in OpenQASM: all that a float has
# Names in Cirq, and exponents.
_GATES = {
    "id": ("I", 1.0), "x": ("X", 1.0), "y": ("Y", 1.0), "z": ("Z", 1.0), "h": ("H", 1.0),
    "s": ("S", 1.0), "sdg": ("S", -1.0), "t": ("T", 1.0), "tdg": ("T", -1.0), "sx": ("X", 0.5),
    "sxdg": ("X", -0.5), "cx": ("CNOT", 1.0), "cz": ("CZ", 1.0), "swap": ("SWAP", 1.0),
    "iswap": ("ISWAP", 1.0), "iswapdg": ("ISWAP", -1.0),
}  # fmt: skip


def to_cirq(circuit: Circuit, *, measure: bool = False) -> Any:
    """Return a circuit as a ``cirq.Circuit``; qubit q becomes ``LineQubit(q)``.

    Qubits without a gate are missing in it: give ``cirq.LineQubit.range(n_qubits)`` as the order
    of qubits. Qubit 0 is the highest bit of the index of Cirq's states.

    Args:
        circuit: without free parameters.
        measure: whether all qubits are measured at the end, with the key ``"c"``.

    Raises:
        MissingExtraError: Cirq is not installed.
        ParameterError: a parameter has no value.
        EngineError: an instruction has no exact decomposition into gates.
    """
    cirq = load_extra("cirq", "cirq", "to_cirq")
    require_values(circuit.parameters)
    line = cirq.LineQubit.range(circuit.n_qubits)
    made = []

    def add(name: str, *where: int) -> None:
        if name == "cy":
            made.append(cirq.ControlledGate(cirq.Y)(*(line[qubit] for qubit in where)))
            return
        symbol, exponent = _GATES[name]
        made.append((getattr(cirq, symbol) ** exponent)(*(line[qubit] for qubit in where)))

    for gate in _gates(circuit):
        if isinstance(gate, Gate):
            add(gate.name, *gate.qubits)
            continue
        where = [line[qubit] for qubit in gate.qubits]
        turns = gate.angle.constant / math.pi
        if isinstance(gate, PhaseGate):
            made.append(((cirq.Z if len(where) == 1 else cirq.CZ) ** turns)(*where))
            continue
        letters = list(zip(gate.qubits, gate.paulis, strict=True))
        for qubit, letter in letters:
            for name in TO_Z[letter]:
                add(name, qubit)
        made.append(((cirq.Z if len(where) == 1 else cirq.ZZ) ** turns)(*where))
        for qubit, letter in letters:
            for name in FROM_Z[letter]:
                add(name, qubit)
    return cirq.Circuit(made, cirq.measure(*line, key=KEY) if measure else [])


def _gates(circuit: Circuit) -> Iterator[Elementary]:
    """Yield the gates of a circuit, in those that Cirq has."""
    for step in circuit.instructions:
        for gate in elementary(step):
            if gate.symbol == "ecr":
                for part in gate.decompose():
                    yield from elementary(part)
            else:
                yield gate


def from_cirq(circuit: Any) -> Circuit:
    """Return a ``cirq.Circuit``, by the OpenQASM that Cirq writes.

    Its qubits in Cirq's order become qubits 0, 1, …; final measurements and the global phase are
    left out.

    Args:
        circuit: without symbols, of operations that Cirq can write as OpenQASM 2.

    Raises:
        MissingExtraError: Cirq is not installed.
        ParameterError: another object, or an operation that OpenQASM lacks.
        FormatError: a measurement before a gate on its qubit, or a condition.
    """
    cirq = load_extra("cirq", "cirq", "from_cirq")
    if not isinstance(circuit, cirq.AbstractCircuit):
        raise ParameterError(argument="circuit", value=circuit, expected="a cirq.Circuit")
    try:
        text = circuit.to_qasm(precision=_DIGITS)
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"Cirq cannot write the circuit as OpenQASM: {error}", argument="circuit"
        ) from None
    return Circuit.from_qasm(text)
