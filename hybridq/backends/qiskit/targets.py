"""Targets of Qiskit's compiler, from snapshots or made up."""

from __future__ import annotations

from typing import Any

from hybridq.backends.base import BackendError
from hybridq.noise import DeviceSnapshot, from_qiskit


def made_up(n_qubits: int, seed: int) -> tuple[Any, DeviceSnapshot]:
    """Return target and snapshot of a device with made-up errors.

    `GenericBackendV2` draws the errors; equal seeds make equal ones. The coupling is a part of the
    heavy-hexagon lattice: qubits in the order of their distance from one of them.
    """
    from qiskit.providers.fake_provider import GenericBackendV2

    device = GenericBackendV2(n_qubits, coupling_map=_heavy_hexagons(n_qubits), seed=seed)
    return device.target, from_qiskit(device, name=f"fake-{n_qubits}")


def _heavy_hexagons(n_qubits: int) -> list[list[int]]:
    """Return the directed edges of a connected part of the heavy-hexagon lattice."""
    from qiskit.transpiler import CouplingMap

    distance = 3
    lattice = CouplingMap.from_heavy_hex(distance)
    while lattice.size() < n_qubits:
        distance += 2
        lattice = CouplingMap.from_heavy_hex(distance)
    neighbours: dict[int, list[int]] = {}
    for a, b in lattice.get_edges():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    order, place = [0], {0: 0}
    for qubit in order:  # grows while it is walked
        for other in sorted(set(neighbours[qubit])):
            if other not in place and len(order) < n_qubits:
                place[other] = len(order)
                order.append(other)
    pairs = {
        (min(place[a], place[b]), max(place[a], place[b]))
        for a, b in lattice.get_edges()
        if a in place and b in place
    }
    return [list(edge) for a, b in sorted(pairs) for edge in ((a, b), (b, a))]


def target_of(snapshot: DeviceSnapshot) -> Any:
    """Return the target of Qiskit's compiler for a device snapshot.

    Raises:
        BackendError: the snapshot has gates that Qiskit does not know, or none on two qubits.
    """
    from qiskit.circuit import Measure, Parameter
    from qiskit.circuit.library import get_standard_gate_name_mapping
    from qiskit.transpiler import InstructionProperties, Target

    known = get_standard_gate_name_mapping()
    target = Target(num_qubits=snapshot.n_qubits, description=snapshot.name)
    for name in snapshot.basis:
        if name not in known:
            raise BackendError(
                f"the snapshot {snapshot.name} has the gate {name!r}, which Qiskit does not know"
            )
        properties = {
            gate.qubits: InstructionProperties(gate.duration, gate.error)
            for gate in snapshot.gates
            if gate.name == name
        }
        kind = known[name]
        if kind.params:
            free = [Parameter(f"angle_{number}") for number in range(len(kind.params))]
            kind = type(kind)(*free)
        target.add_instruction(kind, properties)
    measures = {
        (qubit,): InstructionProperties(error=0.5 * ((each.p10 or 0.0) + (each.p01 or 0.0)))
        for qubit, each in enumerate(snapshot.qubits)
    }
    target.add_instruction(Measure(), measures)
    return target
