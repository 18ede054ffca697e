"""Refusals that the ansätze share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError, ParameterError


def checked_bits(reference: str | Sequence[int], n_qubits: int) -> tuple[int, ...]:
    """A basis state as bits, entry q for qubit q, from ``"0110"`` or a sequence of 0 and 1.

    Raises:
        ParameterError: another character or number than 0 and 1.
        DimensionError: not one bit a qubit.
    """
    if not isinstance(reference, str | Sequence | np.ndarray):
        raise ParameterError(f"reference={reference!r}: give 0 or 1 for each qubit, qubit 0 first")
    bits: tuple[str | int, ...] = tuple(reference)
    if any(str(bit) not in ("0", "1") for bit in bits):
        raise ParameterError(f"reference={reference!r}: give 0 or 1 for each qubit, qubit 0 first")
    if len(bits) != n_qubits:
        raise DimensionError(
            f"reference={reference!r} has {len(bits)} bits, the circuit has {n_qubits} qubits"
        )
    return tuple(int(bit) for bit in bits)


def checked_flag(name: str, value: bool) -> bool:
    """`value`, which is True or False.

    Raises:
        ParameterError: it is something else, such as the text "no"; the message calls it `name`.
    """
    if not isinstance(value, bool | np.bool_):
        raise ParameterError(f"{name}={value!r}: give True or False")
    return bool(value)


def checked_point(owner: str, point: ArrayLike, n_params: int) -> NDArray[np.float64]:
    """A given parameter vector as float64, shape (n_params,), a copy.

    Raises:
        DimensionError: parameters of another number; the message calls the circuit `owner`.
        ParameterError: parameters that are not finite real numbers.
    """
    try:
        vector = np.array(point, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"the initial parameters must be real numbers: {error}") from error
    if vector.shape != (n_params,):
        raise DimensionError(
            f"{owner} takes {n_params} parameters, got an array of shape {vector.shape}"
        )
    if not np.isfinite(vector).all():
        bad = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise ParameterError(f"initial parameter {bad} is {vector[bad]}: give finite numbers")
    return vector
