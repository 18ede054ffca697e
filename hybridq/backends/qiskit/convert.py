"""Circuits to and from Qiskit, with their parameters."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hybridq.backends.base import BackendError
from hybridq.backends.compiled import gates_of
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import GATES, Angle, Gate, Instruction, PauliRotation, PhaseGate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Changes of basis from Z to the letter, before and after a rotation about Z.
_BEFORE: dict[str, tuple[str, ...]] = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
_AFTER: dict[str, tuple[str, ...]] = {"X": ("h",), "Y": ("h", "s"), "Z": ()}
_ROTATIONS = {"rx": "X", "ry": "Y", "rz": "Z", "rxx": "XX", "ryy": "YY", "rzz": "ZZ", "rzx": "ZX"}
_PHASES = {"p": 1, "cp": 2}
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
    vector = ParameterVector("x", circuit.n_params)

    def angle(of: Angle) -> Any:
        if of.parameter is None:
            return of.constant
        return of.coefficient * vector[of.parameter] + of.constant

    for gate in gates_of(circuit):
        where = gate.qubits
        if isinstance(gate, Gate):
            if gate.name == "iswapdg":  # Qiskit has no name for it
                made.append(_named("iswap").inverse(), list(where))
            else:
                made.append(_named(gate.name), list(where))
        elif isinstance(gate, PhaseGate):
            (made.p if len(where) == 1 else made.cp)(angle(gate.angle), *where)
        else:
            _rotate(made, gate.paulis, where, angle(gate.angle))
    made.measure(list(bits), range(len(bits)))
    return made


def _named(name: str) -> Any:
    """Return Qiskit's gate without parameters of a name."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    return get_standard_gate_name_mapping()[name]


def _rotate(made: Any, paulis: str, where: Sequence[int], angle: Any) -> None:
    """Append a rotation; about two Paulis a ZZ between changes of basis."""
    if len(where) == 1 or paulis in ("XX", "YY", "ZZ"):
        getattr(made, f"r{paulis.lower()}")(angle, *where)
        return
    for qubit, letter in zip(where, paulis, strict=True):
        for name in _BEFORE[letter]:
            getattr(made, name)(qubit)
    for pair in pairwise(where):
        made.rzz(angle, *pair)
    for qubit, letter in zip(where, paulis, strict=True):
        for name in _AFTER[letter]:
            getattr(made, name)(qubit)


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
        where = tuple(
            place[compiled.find_bit(each).index]
            for each in step.qubits
            if step.name not in _IGNORED
        )
        if step.name in _IGNORED:
            continue
        if step.name == "measure":
            measured[compiled.find_bit(step.clbits[0]).index] = where[0]
        else:
            found += _instructions(step.operation, where)
    return Circuit(len(qubits), tuple(found)), measured


def _instructions(operation: Any, where: tuple[int, ...]) -> Iterator[Instruction]:
    name = operation.name
    if name in _ROTATIONS:
        for angle in _angles(operation.params[0]):
            yield PauliRotation(_ROTATIONS[name], where, angle)
    elif name in _PHASES:
        for angle in _angles(operation.params[0]):
            yield PhaseGate(where, angle)
    elif name in GATES:
        yield Gate(name, where)
    else:
        raise BackendError(
            f"the compiled circuit has the gate {name!r}, which the embedded simulators do not have"
        )


def _angles(value: Any) -> Iterator[Angle]:
    """Yield angles of one parameter each whose sum is a linear expression."""
    parameters = sorted(getattr(value, "parameters", ()), key=lambda each: each.index)
    if not parameters:
        yield Angle(float(value))
        return
    constant = float(value.bind(dict.fromkeys(parameters, 0.0)))
    for parameter in parameters:
        slope = value.gradient(parameter)
        try:
            yield Angle(constant, parameter.index, float(slope))
        except (TypeError, ValueError):
            raise BackendError(f"the compiled circuit has the angle {value}: not linear") from None
        constant = 0.0
