"""Circuits to and from Qiskit, with numbered parameters and measurements."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from hybridq.backends.base import BackendError
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.interop.qiskit import instructions, write
from hybridq.core.errors import EngineError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hybridq.circuits.instructions import Instruction

_IGNORED = frozenset(("barrier", "delay"))


def to_qiskit(circuit: Circuit, measured: Sequence[int] | None = None) -> Any:
    """Return a ``QuantumCircuit`` that is measured at the end into the register ``c``.

    Parameter k is element k of the vector ``x``. The circuit is exact up to a global phase.

    Args:
        circuit: any.
        measured: qubit of each bit; by default qubit i for bit i.

    Raises:
        BackendError: an instruction has no exact decomposition into gates.
    """
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
    from qiskit.circuit import ParameterVector

    n = circuit.n_qubits
    bits = range(n) if measured is None else measured
    made = QuantumCircuit(QuantumRegister(n, "q"), ClassicalRegister(len(bits), "c"))
    try:
        write(made, circuit, ParameterVector("x", circuit.n_params))
    except EngineError as error:
        raise BackendError(f"a machine runs gates on one and two qubits: {error}") from None
    made.measure(list(bits), range(len(bits)))
    return made


def from_qiskit(compiled: Any, qubits: Sequence[int]) -> tuple[Circuit, dict[int, int]]:
    """Return a compiled circuit on some qubits, and the qubit of each bit.

    Args:
        compiled: of gates on one and two qubits with angles linear in elements of a vector.
        qubits: of the device, that have gates; entry i becomes qubit i.

    Returns:
        the circuit, whose parameter k is element k of the vector, and a mapping from bits to its
        qubits.

    Raises:
        BackendError: an operation that has no counterpart here.
    """
    place = {qubit: i for i, qubit in enumerate(qubits)}
    found: list[Instruction] = []
    measured: dict[int, int] = {}
    for step in compiled.data:
        if step.name in _IGNORED:
            continue
        where = tuple(place[compiled.find_bit(each).index] for each in step.qubits)
        if step.name == "measure":
            measured[compiled.find_bit(step.clbits[0]).index] = where[0]
            continue
        try:
            found += instructions(step.operation, where, attrgetter("index"))
        except ParameterError as error:
            raise BackendError(
                f"the embedded simulators do not have the compiled circuit: {error}"
            ) from None
    return Circuit(len(qubits), tuple(found)), measured
