"""What cannot be simulated, told before anything is built."""

from __future__ import annotations

from hybridq.core.errors import CapacityError
from hybridq.operators.sector import MOST_QUBITS as MOST_OF_A_SECTOR

MOST_OF_A_STATE = 34
"""Qubits of the engines diagonal and statevector, which take long to import."""

__all__ = ["MOST_OF_A_SECTOR", "MOST_OF_A_STATE", "check_qubits"]


def check_qubits(number: int, most: int, told: str) -> None:
    """Nothing, if an engine takes so many qubits.

    Args:
        number: of qubits.
        most: that the engines for this kind of problem take.
        told: how the config says it, such as ``"nodes: 40"``.

    Raises:
        CapacityError: none does.
    """
    if number > most:
        raise CapacityError(
            f"{told}: {number} qubits are too many to simulate exactly: give at most {most}"
        )
