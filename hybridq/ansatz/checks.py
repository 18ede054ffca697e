"""Refusals that the ansätze share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hybridq.errors import DimensionError, ParameterError


def checked_count(name: str, value: int) -> int:
    """`value` as a whole number of at least 1.

    Raises:
        ParameterError: it is something else; the message calls it `name`.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ParameterError(f"{name}={value!r}: give a whole number of at least 1")
    return int(value)


def checked_bits(reference: str | Sequence[int], n_qubits: int) -> tuple[int, ...]:
    """A basis state as bits, entry q for qubit q, from ``"0110"`` or a sequence of 0 and 1.

    Raises:
        ParameterError: another character or number than 0 and 1.
        DimensionError: not one bit a qubit.
    """
    bits: tuple[str | int, ...] = tuple(reference)
    if any(str(bit) not in ("0", "1") for bit in bits):
        raise ParameterError(f"reference={reference!r}: give 0 or 1 for each qubit, qubit 0 first")
    if len(bits) != n_qubits:
        raise DimensionError(
            f"reference={reference!r} has {len(bits)} bits, the circuit has {n_qubits} qubits"
        )
    return tuple(int(bit) for bit in bits)
