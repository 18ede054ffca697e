"""Checks of arguments that the ansätze share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.arrays import as_floats
from hybridq.core.configured import remedy_for_class
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.base import Problem

CostLike: TypeAlias = Problem | PauliSum | Ising
"""A problem, or the Hamiltonian that is minimized."""


def as_cost(source: CostLike) -> PauliSum:
    """Return the Hamiltonian of a problem, an `Ising` or a `PauliSum`.

    Raises:
        ParameterError: it is none of them.
    """
    if isinstance(source, PauliSum):
        return source
    if isinstance(source, Problem):
        return source.hamiltonian
    if isinstance(source, Ising):
        return source.to_pauli_sum()
    raise ParameterError(
        argument="hamiltonian",
        value=source,
        expected="a problem such as hybridq.MaxCut(graph), a PauliSum or an Ising",
        remedy=remedy_for_class(source, Problem, "a problem of your data"),
    )


def checked_bits(reference: str | Sequence[int], n_qubits: int) -> tuple[int, ...]:
    """Return a basis state as bits, entry q for qubit q.

    Args:
        reference: ``"0110"``, or a sequence of 0 and 1.
        n_qubits: number of bits.

    Raises:
        ParameterError: another character or number than 0 and 1.
        DimensionError: not one bit for each qubit.
    """
    bits: tuple[str | int, ...] = ("",)
    if isinstance(reference, str | Sequence | np.ndarray):
        bits = tuple(reference)
    if any(str(bit) not in ("0", "1") for bit in bits):
        raise ParameterError(
            argument="reference", value=reference, expected="0 or 1 for each qubit, qubit 0 first"
        )
    if len(bits) != n_qubits:
        raise DimensionError(
            f"reference={reference!r} has {len(bits)} bits, the circuit has {n_qubits} qubits",
            argument="reference",
            value=reference,
        )
    return tuple(int(bit) for bit in bits)


def checked_flag(name: str, value: bool) -> bool:
    """Return `value`, which is True or False.

    Raises:
        ParameterError: it is something else, such as the text "no"; the argument is `name`.
    """
    if not isinstance(value, bool | np.bool_):
        raise ParameterError(argument=name, value=value, expected="True or False")
    return bool(value)


def checked_point(owner: str, point: ArrayLike, n_params: int) -> NDArray[np.float64]:
    """Return a copy of a parameter vector as float64, shape (n_params,).

    Raises:
        DimensionError: parameters of another number; the message calls the circuit `owner`.
        ParameterError: parameters that are not finite real numbers.
    """
    vector = np.array(as_floats("initial", point))
    if vector.shape != (n_params,):
        raise DimensionError(
            f"{owner} takes {n_params} parameters, got an array of shape {vector.shape}",
            argument="initial",
        )
    if not np.isfinite(vector).all():
        bad = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise ParameterError(
            f"initial parameter {bad} must be finite, got {vector[bad]}", argument="initial"
        )
    return vector
