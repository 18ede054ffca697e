"""Depth, gates and success probability of a circuit as a machine runs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from hybridq.backends.base import BackendError, Compilation
from hybridq.circuits.elementary import Elementary, elementary
from hybridq.core.errors import HybridqError
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.noise import NoiseModel

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit


def gates_of(circuit: Circuit) -> list[Elementary]:
    """Return the gates on one and two qubits of a circuit.

    Raises:
        BackendError: an instruction has no exact decomposition into gates.
    """
    try:
        return [gate for step in circuit.instructions for gate in elementary(step)]
    except HybridqError as error:
        raise BackendError(f"a machine runs gates on one and two qubits: {error}") from None


def depth_of(gates: Iterable[Elementary], n_qubits: int) -> int:
    """Return the longest chain of dependent gates."""
    busy = np.zeros(n_qubits, dtype=np.int64)
    for gate in gates:
        where = list(gate.qubits)
        busy[where] = busy[where].max() + 1
    return int(busy.max())


def success_of(circuit: Circuit, noise: NoiseModel) -> float:
    r"""Return the estimated probability of a run without any error.

    .. math:: \prod_g F_g \prod_q (1 - \tfrac12 (p_{10} + p_{01}))

    with the process fidelity F of each channel, for Pauli noise its probability of no error, and
    the readout of each qubit in the mean of 0 and 1.
    """
    total = 1.0
    for step in noisy_gates(circuit, noise):
        for each in step.channels:
            total *= each.process_fidelity(len(step.gate.qubits))
    for readout in noise.readouts(circuit.n_qubits):
        total *= float(np.trace(np.array(readout.matrix))) / len(np.array(readout.matrix))
    return total


def as_written(circuit: Circuit, noise: NoiseModel | None = None) -> Compilation:
    """Return a circuit with its gates as they are written, on all pairs of qubits."""
    gates = gates_of(circuit)
    qubits = tuple(range(circuit.n_qubits))
    return Compilation(
        depth=depth_of(gates, circuit.n_qubits),
        two_qubit_gates=sum(len(gate.qubits) == 2 for gate in gates),
        layout=qubits,
        success=1.0 if noise is None else success_of(circuit, noise),
        circuit=circuit,
        noise=noise or NoiseModel(),
        measured=qubits,
    )
