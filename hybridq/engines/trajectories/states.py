"""Statevectors of many error records at once, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import Gate, PhaseGate
from hybridq.engines.noisy_gates import Elementary, NoisyGate, fixed_unitary, generator
from hybridq.engines.trajectories.records import Record, Site
from hybridq.noise.base import paulis

Vector = NDArray[np.float64]
Amplitudes = NDArray[np.complex128]

BATCH_BYTES = 1 << 25  # of the states that run together


def final_states(
    n_qubits: int,
    gates: Sequence[NoisyGate],
    sites: Sequence[Site],
    records: Sequence[Record],
    x: Vector,
) -> Iterator[tuple[list[int], Amplitudes]]:
    """Yield the states after records of errors, by batches.

    Records of a batch share the state without errors up to their first one.

    Args:
        n_qubits: width of the circuit.
        gates: of the circuit.
        sites: of the circuit.
        records: the errors of each run.
        x: the parameters.

    Yields:
        Numbers of the records, and their states, shape (records, 2**n).
    """
    matrices = [unitary(noisy.gate, x) for noisy in gates]
    batch = max(1, BATCH_BYTES // (16 << n_qubits) - 1)
    order = sorted(range(len(records)), key=lambda number: records[number][:1])
    for first in range(0, len(order), batch):
        chosen = order[first : first + batch]
        yield chosen, _batch(n_qubits, gates, sites, [records[k] for k in chosen], matrices)


def _batch(
    n_qubits: int,
    gates: Sequence[NoisyGate],
    sites: Sequence[Site],
    records: Sequence[Record],
    matrices: Sequence[Amplitudes],
) -> Amplitudes:
    """Return the states after records that are sorted by their first error."""
    states = np.zeros((1 + len(records), 1 << n_qubits), complex)
    states[:, 0] = 1.0  # row 0 has no errors
    errors = _by_gate(sites, records, first_row=1)
    clean = sum(not record for record in records)  # these come first, and stay as row 0
    started = 1 + clean
    for number, noisy in enumerate(gates):
        apply(states[:1], matrices[number], noisy.gate.qubits)
        apply(states[1 + clean : started], matrices[number], noisy.gate.qubits)
        for row, site, error in errors.get(number, ()):
            if row >= started:
                states[started : row + 1] = states[0]
                started = row + 1
            pauli = paulis(len(site.qubits))[error]
            apply(states[row : row + 1], pauli, site.qubits)
    states[1 : 1 + clean] = states[0]
    return states[1:]


def _by_gate(
    sites: Sequence[Site], records: Sequence[Record], *, first_row: int
) -> dict[int, list[tuple[int, Site, int]]]:
    """Return row, site and Pauli of the errors after each gate, in their order."""
    found: dict[int, list[tuple[int, Site, int]]] = {}
    for row, record in enumerate(records, start=first_row):
        for number, error in record:
            found.setdefault(sites[number].gate, []).append((row, sites[number], error))
    return found


def pull_back(
    kets: Amplitudes,
    bras: Amplitudes,
    gates: Sequence[NoisyGate],
    sites: Sequence[Site],
    records: Sequence[Record],
    x: Vector,
) -> Vector:
    """Return derivatives of Σ Re⟨bra|ket⟩, each bra an operator times its ket.

    Args:
        kets: final states, shape (records, 2**n), overwritten.
        bras: of the same shape, overwritten.
        gates: of the circuit.
        sites: of the circuit.
        records: the errors of each row.
        x: the parameters.
    """
    gradient = np.zeros(len(x))
    errors = _by_gate(sites, records, first_row=0)
    for number in reversed(range(len(gates))):
        gate = gates[number].gate
        for row, site, error in reversed(errors.get(number, [])):
            pauli = paulis(len(site.qubits))[error]
            apply(kets[row : row + 1], pauli, site.qubits)
            apply(bras[row : row + 1], pauli, site.qubits)
        if not isinstance(gate, Gate) and gate.angle.parameter is not None:
            turned = kets.copy()
            apply(turned, generator(gate), gate.qubits)
            slope = 2.0 * float(np.vdot(bras, turned).imag)  # 2 Re⟨bra|−iG|ket⟩
            gradient[gate.angle.parameter] += gate.angle.coefficient * slope
        undo = unitary(gate, x).conj().T
        apply(kets, undo, gate.qubits)
        apply(bras, undo, gate.qubits)
    return gradient


def apply(states: Amplitudes, matrix: Amplitudes, qubits: Sequence[int]) -> None:
    """Multiply the states by a matrix on some qubits, in place.

    Args:
        states: shape (rows, 2**n), contiguous.
        matrix: its lowest bit is ``qubits[0]``.
        qubits: one or two.
    """
    if not len(states):
        return
    n = states.shape[1].bit_length() - 1
    tensor = states.reshape((len(states),) + (2,) * n)
    axes = [n - qubit for qubit in reversed(qubits)]
    moved = np.moveaxis(tensor, axes, range(len(axes)))
    moved[...] = (matrix @ moved.reshape(len(matrix), -1)).reshape(moved.shape)


def unitary(gate: Elementary, x: Vector) -> Amplitudes:
    """Return the matrix of a gate, its first qubit the lowest bit."""
    if isinstance(gate, Gate):
        return fixed_unitary(gate.name, len(gate.qubits))
    angle, hermitian = gate.angle.value(x), generator(gate)
    identity = np.eye(len(hermitian))
    if isinstance(gate, PhaseGate):  # G² = −G
        return np.asarray(identity - (np.exp(1j * angle) - 1.0) * hermitian)
    return np.asarray(np.cos(0.5 * angle) * identity - 2j * np.sin(0.5 * angle) * hermitian)
