"""Circuits compiled by Qiskit: several candidates, the best by estimated success."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.backends.base import BackendError, Compilation
from hybridq.backends.compiled import gates_of
from hybridq.backends.lines import best_line
from hybridq.backends.qiskit.convert import from_qiskit, to_qiskit
from hybridq.backends.swap_network import swap_network
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.placed import PlacedCircuit
from hybridq.core.errors import ParameterError
from hybridq.noise import NoiseModel

if TYPE_CHECKING:
    from hybridq.noise import DeviceSnapshot

SEEDS = (1, 2, 3, 4)
"""Seeds of the vendor's optimizer; each makes a candidate."""

_OPTIMIZATION = 3


@dataclass(frozen=True, eq=False)
class Transpiled:
    """A candidate.

    Attributes:
        circuit: of Qiskit, with its parameters.
        method: how it was made.
        layout: qubit of the device for each qubit of the circuit, where it is measured.
        depth: longest chain of gates.
        two_qubit_gates: number of gates on two qubits.
        success: estimated probability of a run without any error; None where errors are not known.
    """

    circuit: Any
    method: str
    layout: tuple[int, ...]
    depth: int
    two_qubit_gates: int
    success: float | None

    @property
    def merit(self) -> tuple[float, ...]:
        """Larger is better: success, or else fewer gates on two qubits, then less depth."""
        known = -math.inf if self.success is None else self.success
        return (known, -self.two_qubit_gates, -self.depth)

    @property
    def qubits(self) -> list[int]:
        """Qubits of the device with gates or measurements, ascending."""
        used = {
            self.circuit.find_bit(bit).index
            for step in self.circuit.data
            if step.name != "barrier"
            for bit in step.qubits
        }
        return sorted(used)


def compiled_for(
    circuit: Circuit, device: Any, snapshot: DeviceSnapshot | None
) -> tuple[Any, Compilation]:
    """Return the best compiled circuit of Qiskit, and facts about it.

    The facts hold the circuit on the qubits in use, and where errors are known the noise of these,
    by which its outcome is predicted. A reported T2 above 2 T1, which no channel has, counts as
    2 T1; the method says so. A `PlacedCircuit` is written in gates of the device, and
    nothing else is done to it.

    Args:
        circuit: as written, with its parameters.
        device: a ``BackendV2`` or a ``Target``.
        snapshot: errors of the device; None where they are not known.

    Raises:
        BackendError: the device cannot run it.
    """
    if isinstance(circuit, PlacedCircuit):
        best = _as_placed(circuit, device, snapshot)
    else:
        best = best_transpiled(circuit, device, snapshot)
    facts = Compilation(best.depth, best.two_qubit_gates, best.method, best.layout, best.success)
    try:
        used, measured = from_qiskit(best.circuit, best.qubits)
    except BackendError:  # gates without a counterpart
        return best.circuit, facts
    facts = replace(
        facts,
        # Parameters without an effect are missing in the compiled circuit.
        circuit=Circuit(used.n_qubits, used.instructions, circuit.parameters),
        measured=tuple(measured[bit] for bit in range(len(circuit.measured))),
        places=tuple(best.qubits),
    )
    if snapshot is None:
        return best.circuit, facts
    above = [q for q in best.qubits if snapshot.qubits[q].has_impossible_t2]
    if above:
        named = ", ".join(map(str, above))
        facts = replace(facts, method=f"{facts.method}; T2 of qubits {named} counts as 2 T1")
    try:
        noise = NoiseModel.from_snapshot(snapshot, best.qubits, clip_t2=True)
    except ParameterError:  # readout not reported
        return best.circuit, facts
    return best.circuit, replace(facts, noise=noise)


def _as_placed(circuit: PlacedCircuit, device: Any, snapshot: DeviceSnapshot | None) -> Transpiled:
    """Return a placed circuit in gates of the device.

    Raises:
        BackendError: the device lacks gates between these qubits.
    """
    written = to_qiskit(circuit, circuit.outcomes)
    made = _transpiled(written, device, optimization_level=0, initial_layout=list(circuit.places))
    found = _judged(made, "gate by gate", snapshot)
    pairs = sum(len(gate.qubits) == 2 for gate in gates_of(circuit))
    if found.two_qubit_gates != pairs or any(
        found.layout[bit] != circuit.places[qubit] for bit, qubit in enumerate(circuit.outcomes)
    ):
        raise BackendError(
            f"a circuit of {pairs} two-qubit gates on the qubits {list(circuit.places)} cannot run "
            "as it is: the device has other gates between them"
        )
    return found


def best_transpiled(circuit: Circuit, device: Any, snapshot: DeviceSnapshot | None) -> Transpiled:
    """Return the best of several compiled circuits.

    Args:
        circuit: as written, with its parameters.
        device: a ``BackendV2`` or a ``Target``.
        snapshot: errors of the device; None where they are not known.

    Raises:
        BackendError: the device cannot run it.
    """
    found, written = [], to_qiskit(circuit)
    for seed in SEEDS:
        made = _transpiled(written, device, seed_transpiler=seed)
        found.append(_judged(made, f"Qiskit's optimizer, seed {seed}", snapshot))
    for method, network, layout in line_networks(circuit, snapshot):
        made = _transpiled(network, device, seed_transpiler=SEEDS[0], initial_layout=layout)
        found.append(_judged(made, method, snapshot))
    return max(found, key=lambda each: each.merit)


def _transpiled(
    written: Any, device: Any, optimization_level: int = _OPTIMIZATION, **options: Any
) -> Any:
    """Return a circuit of Qiskit compiled for a device.

    Raises:
        BackendError: it cannot be compiled.
    """
    from qiskit import transpile
    from qiskit.exceptions import QiskitError
    from qiskit.transpiler import Target

    where = {"target": device} if isinstance(device, Target) else {"backend": device}
    try:
        return transpile(written, **where, optimization_level=optimization_level, **options)
    except QiskitError as error:
        raise BackendError(f"Qiskit cannot compile the circuit for this device: {error}") from None


def line_networks(
    circuit: Circuit, snapshot: DeviceSnapshot | None
) -> list[tuple[str, Any, list[int]]]:
    """Return the network of swaps on the best line of a device, if there is one.

    Args:
        circuit: as written.
        snapshot: errors and coupling of the device; None where they are not known.
    """
    network = None if snapshot is None else swap_network(circuit)
    if snapshot is None or network is None:
        return []
    line = best_line(snapshot, circuit.n_qubits)
    if line is None:
        return []
    method = f"network of {network.layers} layers of swaps on a line"
    return [(method, to_qiskit(network.circuit, network.measured), list(line))]


def _judged(compiled: Any, method: str, snapshot: DeviceSnapshot | None) -> Transpiled:
    pairs = sum(len(step.qubits) == 2 and step.name != "barrier" for step in compiled.data)
    measured = {
        compiled.find_bit(step.clbits[0]).index: compiled.find_bit(step.qubits[0]).index
        for step in compiled.data
        if step.name == "measure"
    }
    return Transpiled(
        compiled,
        method,
        tuple(measured[bit] for bit in sorted(measured)),
        compiled.depth(lambda step: step.name not in ("barrier", "measure")),
        pairs,
        None if snapshot is None else _success(compiled, snapshot),
    )


def _success(compiled: Any, snapshot: DeviceSnapshot) -> float | None:
    r"""Return the estimated probability of a run without any error.

    .. math:: \prod_g \Bigl(1 - \tfrac{d+1}{d} e_g\Bigr)
              \prod_q \bigl(1 - \tfrac12(p_{10} + p_{01})\bigr)

    with the reported average gate error e, whose process infidelity has the factor (d + 1)/d.
    """
    total, known = 0.0, False
    for step in compiled.data:
        qubits = tuple(compiled.find_bit(bit).index for bit in step.qubits)
        if step.name == "measure":
            each = snapshot.qubits[qubits[0]]
            chance = 1.0 - 0.5 * ((each.p10 or 0.0) + (each.p01 or 0.0))
        elif len(qubits) in (1, 2):
            gate = snapshot.gate(step.name, qubits)
            if gate is None or gate.error is None:
                continue
            d = 1 << len(qubits)
            chance, known = 1.0 - (d + 1) / d * gate.error, True
        else:
            continue
        if chance <= 0.0:
            return 0.0
        total += math.log(chance)
    return math.exp(total) if known else None
