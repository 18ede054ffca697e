"""Methods of `Circuit` that write and read other forms."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit


class CircuitConversions:
    """OpenQASM, Qiskit, Cirq and PennyLane, exact up to a global phase."""

    def to_qasm(self, version: int = 2, *, dialect: str = "stdgates", measure: bool = False) -> str:
        """Return the circuit in OpenQASM 2 or 3, up to a global phase; see `write_qasm`."""
        from hybridq.circuits.qasm.write import write_qasm

        return write_qasm(cast("Circuit", self), version, dialect=dialect, measure=measure)

    @classmethod
    def from_qasm(cls, source: str | os.PathLike[str]) -> Circuit:
        """Read the circuit of an OpenQASM program, its text or path; see `read_qasm`.

        Raises:
            FormatError: it cannot be read; the message names the line.
        """
        from hybridq.circuits.qasm.read import read_qasm

        return read_qasm(source)

    def to_qiskit(self, *, measure: bool = False) -> Any:
        """Return a ``QuantumCircuit``; qubit q stays qubit q, parameters keep their names.

        Qiskit sorts parameters by name, so bind them by name.

        Args:
            measure: whether all qubits are measured at the end, qubit i into bit i of ``c``.

        Raises:
            MissingExtraError: Qiskit is not installed.
            EngineError: an instruction has no exact decomposition into gates.
        """
        from hybridq.circuits.interop.qiskit import to_qiskit

        return to_qiskit(cast("Circuit", self), measure=measure)

    @classmethod
    def from_qiskit(cls, circuit: Any) -> Circuit:
        """Return the circuit of a ``QuantumCircuit``; parameters in Qiskit's order.

        Gates without a counterpart are replaced by their definitions; barriers and final
        measurements are left out.

        Raises:
            MissingExtraError: Qiskit is not installed.
            ParameterError: an operation that is not a gate, a gate on a measured qubit, or an
                angle that is not linear in the parameters.
        """
        from hybridq.circuits.interop.qiskit import from_qiskit

        return from_qiskit(circuit)

    def to_cirq(self, *, measure: bool = False) -> Any:
        """Return a ``cirq.Circuit``; qubit q becomes ``LineQubit(q)``.

        Args:
            measure: whether all qubits are measured at the end, with the key ``"c"``.

        Raises:
            MissingExtraError: Cirq is not installed.
            ParameterError: a parameter has no value.
            EngineError: an instruction has no exact decomposition into gates.
        """
        from hybridq.circuits.interop.cirq import to_cirq

        return to_cirq(cast("Circuit", self), measure=measure)

    @classmethod
    def from_cirq(cls, circuit: Any) -> Circuit:
        """Return the circuit of a ``cirq.Circuit``, its qubits in Cirq's order.

        Raises:
            MissingExtraError: Cirq is not installed.
            ParameterError: another object, or an operation that OpenQASM lacks.
            FormatError: a measurement before a gate on its qubit, or a condition.
        """
        from hybridq.circuits.interop.cirq import from_cirq

        return from_cirq(circuit)

    def to_pennylane(self) -> Any:
        """Return a ``QuantumScript`` without measurements; qubit q becomes wire q.

        Raises:
            MissingExtraError: PennyLane is not installed.
            ParameterError: a parameter has no value.
            EngineError: an instruction has no exact decomposition into gates.
        """
        from hybridq.circuits.interop.pennylane import to_pennylane

        return to_pennylane(cast("Circuit", self))

    @classmethod
    def from_pennylane(cls, script: Any) -> Circuit:
        """Return the circuit of a ``QuantumScript``; its measurements are left out.

        ``qml.workflow.construct_tape(qnode)(*arguments)`` gives the script of a QNode.

        Raises:
            MissingExtraError: PennyLane is not installed.
            ParameterError: another object, or an operation that OpenQASM lacks.
        """
        from hybridq.circuits.interop.pennylane import from_pennylane

        return from_pennylane(script)
