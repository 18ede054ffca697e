"""Groups of Hamiltonian terms that commute qubit by qubit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import CapacityError
from hybridq.measurement.qubit_wise import qubit_wise_sets
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]

MOST_QUBITS = 64  # of one word of bits


@dataclass(frozen=True)
class MeasurementBasis:
    """One Pauli letter per qubit, and the terms that are measured in that basis.

    Attributes:
        letters: X, Y or Z for each qubit, qubit 0 first; Z where no term acts.
        masks: the qubits of each term as bits, shape (terms,), uint64.
        coefficients: shape (terms,).
    """

    letters: str
    masks: NDArray[np.uint64]
    coefficients: Vector

    @property
    def weight(self) -> float:
        """The sum of the coefficients' absolute values, without the constant."""
        return float(np.abs(self.coefficients[self.masks != 0]).sum())

    @property
    def constant(self) -> float:
        """The coefficient of the identity, which is part of each value."""
        return float(self.coefficients[self.masks == 0].sum())

    def values(self, indices: NDArray[np.integer]) -> Vector:
        """Return the value of each measured basis state, shape (k,) → (k,)."""
        shared = indices.astype(np.uint64)[:, None] & self.masks
        odd = np.bitwise_count(shared) & 1
        return np.where(odd, -1.0, 1.0) @ self.coefficients

    @property
    def is_computational(self) -> bool:
        """True for the computational basis."""
        return set(self.letters) <= {"Z"}

    def appended_to(self, circuit: Circuit) -> Circuit:
        """Return the circuit with the change of basis appended: H for X, S† and H for Y."""
        for qubit, letter in enumerate(self.letters):
            if letter == "Y":
                circuit = circuit.sdg(qubit)
            if letter != "Z":
                circuit = circuit.h(qubit)
        return circuit

    def rotated(self, state: NDArray[np.complexfloating]) -> NDArray[np.complexfloating]:
        """Return the state after the change of basis: H for X, H S† for Y."""
        for qubit, letter in enumerate(self.letters):
            if letter == "Z":
                continue
            zero, one = state.reshape(-1, 2, 1 << qubit).swapaxes(0, 1)
            if letter == "Y":
                one = -1j * one
            state = np.stack([zero + one, zero - one], axis=1).ravel() * np.sqrt(0.5)
        return state


def qubit_wise_bases(hamiltonian: PauliSum) -> tuple[MeasurementBasis, ...]:
    """Return bases in which all terms are measured, each term in one of them.

    Terms are taken by falling size, and each joins the first basis that it agrees with on every
    qubit on which both act ("sorted insertion"). A constant joins the first.

    Args:
        hamiltonian: hermitian, on at most 64 qubits.

    Raises:
        CapacityError: more than 64 qubits.

    Source: Kandala et al. 2017, arXiv:1704.05018; Crawford et al. 2021, arXiv:1908.06942.
    """
    if hamiltonian.n_qubits > MOST_QUBITS:
        raise CapacityError(
            f"Hamiltonians that are not diagonal are measured on up to {MOST_QUBITS} qubits, got "
            f"{hamiltonian.n_qubits}",
            argument="hamiltonian",
            remedy="use a diagonal Hamiltonian or fewer qubits",
        )
    merged = hamiltonian.simplify()
    order = np.argsort(-np.abs(merged.coefficients), kind="stable")
    xs, zs = merged.x_masks[order, 0], merged.z_masks[order, 0]
    coefficients = merged.coefficients[order].real
    return tuple(
        MeasurementBasis(
            _letters(
                int(np.bitwise_or.reduce(xs[rows])),
                int(np.bitwise_or.reduce(zs[rows])),
                hamiltonian.n_qubits,
            ),
            (xs | zs)[rows],
            coefficients[rows],
        )
        for rows in qubit_wise_sets(xs[:, None], zs[:, None])
    )


def _letters(x: int, z: int, n_qubits: int) -> str:
    """Return the Pauli letter of each qubit, Z where neither mask has a bit."""
    return "".join("ZXZY"[(x >> q & 1) + 2 * (z >> q & 1)] for q in range(n_qubits))
