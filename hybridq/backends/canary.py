"""A circuit with a known outcome that checks the order of bits."""

from __future__ import annotations

import numpy as np

from hybridq.backends.base import BackendError, Bits, Execution
from hybridq.circuits.circuit import Circuit

SHOTS = 100

ALONE = "nothing else was submitted; check the order of bits or the qubits in use"
"""Remedy of a canary that ran before anything else."""

_FAR = 0.5  # a mean on the wrong side of it is another bit


def pattern(n_qubits: int) -> list[int]:
    """Return ones on the first half of the qubits, which differ from their reversal."""
    return [int(qubit < (n_qubits + 1) // 2) for qubit in range(n_qubits)]


def canary(n_qubits: int) -> Execution:
    """Return the execution: X on the first half of the qubits, measured.

    Several services have returned bits in reversed order at some time.
    """
    circuit = Circuit(n_qubits)
    for qubit, bit in enumerate(pattern(n_qubits)):
        circuit = circuit.x(qubit) if bit else circuit
    return Execution(circuit, (), SHOTS)


def check_canary(bits: Bits, title: str, remedy: str = ALONE) -> None:
    """Raise unless the bits of the canary are those that were prepared.

    Args:
        bits: that were measured, shape (shots, n_qubits).
        title: name of the backend.
        remedy: what to do where they are not.

    Raises:
        BackendError: a majority of some qubit's bits is wrong.
    """
    expected = np.array(pattern(bits.shape[1]))
    means = bits.mean(axis=0)
    wrong = np.flatnonzero((means > _FAR) != expected.astype(bool))
    if not wrong.size:
        return
    order = "reversed" if ((means[::-1] > _FAR) == expected.astype(bool)).all() else "other"
    qubit = int(wrong[0])
    raise BackendError(
        f"the canary of {title} failed: qubit {qubit} was prepared in {expected[qubit]} and read "
        f"as 1 in {100 * means[qubit]:.0f} % of {len(bits)} shots; the bits come in {order} order",
        argument="backend",
        value=title,
        remedy=remedy,
    )
