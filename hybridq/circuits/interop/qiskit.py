"""Circuits to and from Qiskit, with their parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import FROM_Z, TO_Z, elementary
from hybridq.circuits.instructions import GATES, Angle, Gate, Instruction, PauliRotation, PhaseGate
from hybridq.core.errors import ParameterError
from hybridq.core.extras import load_extra

_ROTATIONS = {"rx": "X", "ry": "Y", "rz": "Z", "rxx": "XX", "ryy": "YY", "rzz": "ZZ", "rzx": "ZX"}
_PHASES = ("p", "u1", "cp", "cu1")
_IGNORED = ("barrier", "delay", "global_phase")


def to_qiskit(circuit: Circuit, *, measure: bool = False) -> Any:
    """Return a circuit as a ``QuantumCircuit``; qubit q stays qubit q.

    Parameters keep their names; Qiskit sorts them by name, so bind them by name.

    Args:
        circuit: any whose instructions decompose into gates.
        measure: whether all qubits are measured at the end, qubit i into bit i of the register c.

    Raises:
        MissingExtraError: Qiskit is not installed.
        EngineError: an instruction has no exact decomposition into gates.
    """
    qiskit = load_extra("qiskit", "qiskit", "to_qiskit")
    n = circuit.n_qubits
    made = qiskit.QuantumCircuit(qiskit.QuantumRegister(n, "q"))
    write(made, circuit, [qiskit.circuit.Parameter(name) for name in circuit.parameters])
    if measure:
        made.add_register(qiskit.ClassicalRegister(n, "c"))
        made.measure(range(n), range(n))
    return made


def write(made: Any, circuit: Circuit, parameters: Sequence[Any]) -> None:
    """Append a circuit to a ``QuantumCircuit``.

    Args:
        made: the circuit of Qiskit.
        circuit: ours.
        parameters: Qiskit's parameter of each entry of the parameter vector.

    Raises:
        EngineError: an instruction has no exact decomposition into gates.
    """

    def angle(of: Angle) -> Any:
        if of.parameter is None:
            return of.constant
        return of.coefficient * parameters[of.parameter] + of.constant

    for step in circuit.instructions:
        for gate in elementary(step):
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
        for name in TO_Z[letter]:
            getattr(made, name)(qubit)
    for pair in pairwise(where):
        made.rzz(angle, *pair)
    for qubit, letter in zip(where, paulis, strict=True):
        for name in FROM_Z[letter]:
            getattr(made, name)(qubit)


def from_qiskit(circuit: Any) -> Circuit:
    """Return a ``QuantumCircuit``; qubit q stays qubit q.

    Gates without a counterpart are replaced by their definitions. Barriers, final measurements and
    the global phase are left out. Parameters keep their names and are ordered as in
    ``circuit.parameters``; an angle may be any linear expression of them.

    Args:
        circuit: a ``QuantumCircuit`` of gates.

    Raises:
        MissingExtraError: Qiskit is not installed.
        ParameterError: another object, an operation that is not a gate, a gate on a measured
            qubit, or an angle that is not linear in the parameters.
    """
    qiskit = load_extra("qiskit", "qiskit", "from_qiskit")
    if not isinstance(circuit, qiskit.QuantumCircuit):
        raise ParameterError(argument="circuit", value=circuit, expected="a QuantumCircuit")
    parameters = list(circuit.parameters)
    found: list[Instruction] = []
    measured: set[int] = set()
    for step in circuit.data:
        where = tuple(circuit.find_bit(each).index for each in step.qubits)
        if step.name == "measure":
            measured.update(where)
        elif step.name not in _IGNORED:
            if not measured.isdisjoint(where):
                raise ParameterError(
                    f"{step.name} acts on a measured qubit of {list(where)}: "
                    "only measurements at the end can be left out",
                    argument="circuit",
                )
            found += instructions(step.operation, where, parameters.index)
    return Circuit(circuit.num_qubits, tuple(found), tuple(each.name for each in parameters))


def instructions(
    operation: Any, where: tuple[int, ...], entry: Callable[[Any], int]
) -> Iterator[Instruction]:
    """Yield the instructions of an operation of Qiskit.

    Args:
        operation: a gate.
        where: its qubits.
        entry: the place in the parameter vector of a parameter of Qiskit.

    Raises:
        ParameterError: it is not a gate, or an angle is not linear in the parameters.
    """
    name = operation.name
    if name in _ROTATIONS:
        for angle in _angles(operation.params[0], entry):
            yield PauliRotation(_ROTATIONS[name], where, angle)
    elif name in _PHASES:
        for angle in _angles(operation.params[0], entry):
            yield PhaseGate(where, angle)
    elif name in ("u", "u3"):  # Phase(φ) RY(θ) Phase(λ)
        theta, phi, lam = operation.params
        yield from (PhaseGate(where, angle) for angle in _angles(lam, entry))
        yield from (PauliRotation("Y", where, angle) for angle in _angles(theta, entry))
        yield from (PhaseGate(where, angle) for angle in _angles(phi, entry))
    elif name in GATES and not operation.params and GATES[name] == len(where):
        yield Gate(name, where)
    else:
        definition = getattr(operation, "definition", None)
        if definition is None:
            raise ParameterError(
                f"the circuit has the operation {name!r}, which is not made of gates",
                argument="circuit",
            )
        for step in definition.data:
            if step.name not in _IGNORED:
                inner = tuple(where[definition.find_bit(each).index] for each in step.qubits)
                yield from instructions(step.operation, inner, entry)


def _angles(value: Any, entry: Callable[[Any], int]) -> Iterator[Angle]:
    """Yield angles of one parameter each whose sum is a linear expression."""
    parameters = sorted(getattr(value, "parameters", ()), key=entry)
    if not parameters:
        yield Angle(float(value))
        return
    try:
        slopes = [float(value.gradient(parameter)) for parameter in parameters]
    except (TypeError, ValueError):
        raise ParameterError(
            f"the circuit has the angle {value!s:.60}: only linear ones can be read",
            argument="circuit",
        ) from None
    constant = float(value.bind(dict.fromkeys(parameters, 0.0)))
    for parameter, slope in zip(parameters, slopes, strict=True):
        yield Angle(constant, entry(parameter), slope)
        constant = 0.0
