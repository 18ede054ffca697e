"""Base of noise channels: Kraus operators, transfer matrices, fidelities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields
from functools import cache, reduce
from itertools import product
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_finite
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError


class OnQubits(Protocol):
    """Noise of some qubits."""

    @property
    def qubits(self) -> Sequence[int] | None:
        """Their numbers, None for all others."""


T = TypeVar("T", bound=OnQubits)

Matrix: TypeAlias = NDArray[np.complex128]
Vector: TypeAlias = NDArray[np.float64]

LETTERS = "IXYZ"

_PAULIS = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], complex
)
_ROUNDING = 1e-15


@cache
def paulis(n_qubits: int) -> Matrix:
    """Return the products of Paulis, shape (4**n, 2**n, 2**n).

    Entry p has the letter ``LETTERS[p // 4**k % 4]`` on qubit k, and qubit 0 is the lowest bit of
    a row's index.
    """
    basis = np.eye(1, dtype=complex)[None]
    for _ in range(n_qubits):
        basis = np.array([np.kron(high, low) for high in _PAULIS for low in basis])
    basis.flags.writeable = False
    return basis


def transfer_matrix(kraus: Matrix) -> Vector:
    r"""Return the Pauli transfer matrix of Kraus operators, real, shape (4**n, 4**n).

    .. math:: R_{ij} = 2^{-n} \sum_k \mathrm{tr}(P_i K_k P_j K_k^\dagger)

    Entries of rounding errors are 0.

    Args:
        kraus: shape (k, 2**n, 2**n).
    """
    basis = paulis(kraus.shape[1].bit_length() - 1)
    images = (kraus[:, None] @ basis @ kraus[:, None].conj().swapaxes(2, 3)).sum(axis=0)
    count = len(basis)
    traces = basis.reshape(count, -1) @ images.swapaxes(1, 2).reshape(count, -1).T
    found = traces.real / kraus.shape[1]
    found[np.abs(found) < _ROUNDING] = 0.0
    return np.ascontiguousarray(found)


def kron(high: Any, low: Any) -> Any:
    """Return the Kronecker product of square matrices, faster than NumPy."""
    size = len(high) * len(low)
    return (high[:, None, :, None] * low[None, :, None, :]).reshape(size, size)


def check_complete(kraus: Matrix, argument: str, tolerance: float = 1e-10) -> None:
    r"""Raise unless :math:`\sum_k K_k^\dagger K_k = 1`, so that the trace is preserved.

    Raises:
        ParameterError: it is another matrix.
    """
    total = np.einsum("kba,kbc->ac", kraus.conj(), kraus)
    error = float(np.abs(total - np.eye(len(total))).max())
    if not error <= tolerance:
        raise ParameterError(
            f"{argument} must be Kraus operators with Σ K†K = 1, and the sum differs from 1 by "
            f"{error:.3g}: the channel would not preserve the trace",
            argument=argument,
        )


def checked_probability(name: str, value: object) -> float:
    """Return a number from 0 to 1 as a float.

    Raises:
        ParameterError: another value.
    """
    if not is_finite(value) or not 0 <= value <= 1:
        raise ParameterError(argument=name, value=value, expected="a number from 0 to 1")
    return float(value)


class Channel(Configured, ABC):
    """Noise of a gate: a completely positive map that preserves the trace.

    Subclasses are frozen dataclasses. A channel on one qubit acts on each qubit of a wider gate
    independently; depolarizing noise acts on all qubits of the gate together.

    Class attributes:
        kind: the name in `CHANNELS`.
        summary: one line with the convention.
    """

    kind: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def one_qubit_kraus(self) -> Matrix:
        """Return the Kraus operators on one qubit, shape (k, 2, 2)."""

    def kraus(self, n_qubits: int = 1) -> Matrix:
        """Return the Kraus operators after a gate on 1 or 2 qubits, shape (k, 2**n, 2**n).

        Qubit 0, the gate's first, is the lowest bit of the index.
        """
        single = self.one_qubit_kraus()
        if n_qubits == 1:
            return single
        return np.array([reduce(np.kron, each) for each in product(single, repeat=n_qubits)])

    def check_width(self, n_qubits: int) -> None:
        """Raise for a channel that is wider than a gate on so many qubits.

        Raises:
            DimensionError: it is.
        """

    def factors(self, n_qubits: int) -> tuple[Channel, ...] | None:
        """Return the channel of each qubit of a gate, None where they act together."""
        return (self,) * n_qubits

    def superoperator(self, n_qubits: int = 1) -> Matrix:
        r"""Return :math:`\sum_k K_k \otimes K_k^*`, shape (4**n, 4**n).

        It acts on density matrices with their rows one after another, ``rho.reshape(-1)``.
        """
        return np.asarray(sum(np.kron(each, each.conj()) for each in self.kraus(n_qubits)))

    def pauli_transfer(self, n_qubits: int = 1) -> Vector:
        """Return the `transfer_matrix`, real, shape (4**n, 4**n)."""
        each = self.factors(n_qubits)
        if each is None or n_qubits == 1:
            return transfer_matrix(self.kraus(n_qubits))
        low, high = (part.pauli_transfer(1) for part in each)
        return np.asarray(kron(high, low), dtype=np.float64)

    def pauli_probabilities(self, n_qubits: int = 1) -> Vector | None:
        """Return the probability of each Pauli error, None for other channels.

        Returns:
            shape (4**n,), ordered as `paulis`, entry 0 for no error.
        """
        return None

    def process_fidelity(self, n_qubits: int = 1) -> float:
        r"""Return the entanglement fidelity :math:`4^{-n} \sum_k |\mathrm{tr} K_k|^2`."""
        traces = np.einsum("kaa->k", self.kraus(n_qubits))
        return float((np.abs(traces) ** 2).sum() / 4**n_qubits)

    def average_fidelity(self, n_qubits: int = 1) -> float:
        r"""Return the average gate fidelity :math:`(d F + 1)/(d + 1)`, d = 2**n.

        F is `process_fidelity`. Source: Nielsen 2002, arXiv:quant-ph/0205035.
        """
        d = 1 << n_qubits
        return (d * self.process_fidelity(n_qubits) + 1.0) / (d + 1.0)

    def describe(self) -> dict[str, Any]:
        """Return kind and options as plain values, which `noise_from` reads."""
        options = {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]
        return {"kind": self.kind, **options}


def twirled_probabilities(transfer: Vector) -> Vector:
    r"""Return the Pauli probabilities of a channel's Pauli twirl, shape (4**n,).

    .. math:: p_Q = 4^{-n} \sum_P (-1)^{[P, Q] \neq 0} R_{PP}

    Args:
        transfer: the Pauli transfer matrix R, of which the diagonal counts.
    """
    n_qubits = (len(transfer).bit_length() - 1) // 2
    sign = np.where(
        np.eye(4, dtype=bool) | (np.arange(4) == 0) | (np.arange(4)[:, None] == 0), 1, -1
    )
    signs = reduce(np.kron, [sign] * n_qubits)
    found: Vector = signs @ np.diag(transfer) / len(transfer)
    return np.where(np.abs(found) < _ROUNDING, 0.0, found)


def independent(chances: Vector, n_qubits: int) -> Vector:
    """Return the probabilities of errors of each qubit by its own, shape (4**n,)."""
    found: Vector = np.ones(1)
    for _ in range(n_qubits):
        found = np.kron(chances, found).astype(np.float64)
    return found


def as_parts(
    given: Any, kind: type[T] | UnionType, argument: str, expected: str, noun: str
) -> tuple[T, ...]:
    """Return noise of qubits, each with `qubits` or None for all others, as a tuple.

    Args:
        given: nothing, one or a sequence.
        kind: of each.
        argument: the argument that holds it.
        expected: what it takes, for errors.
        noun: of several, for errors.

    Raises:
        ParameterError: something else, or a qubit with two of them.
    """
    if given is None:
        return ()
    is_sequence = isinstance(given, Sequence) and not isinstance(given, str)
    several = tuple(given) if is_sequence else (given,)
    named: list[int | None] = []
    for each in several:
        if not isinstance(each, kind):
            raise ParameterError(argument=argument, value=each, expected=expected)
        named += (None,) if each.qubits is None else each.qubits
    twice = next((qubit for qubit in named if named.count(qubit) > 1), -1)
    if twice != -1:
        whom = "all other qubits" if twice is None else f"qubit {twice}"
        raise ParameterError(f"{argument} gives {whom} two {noun}", argument=argument, value=given)
    return several
