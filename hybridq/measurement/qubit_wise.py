"""Groups of terms that commute qubit by qubit: no further gates but on one qubit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Gate
from hybridq.engines.base import Observable, as_pauli_sum
from hybridq.measurement.base import Group, Grouping, PauliPart, real_terms
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum

Masks = NDArray[np.uint64]


@dataclass(frozen=True)
class QubitWise(Grouping):
    """Sorted insertion by agreement on each qubit.

    Terms are taken by falling size, and each joins the first group that it agrees with on every
    qubit on which both act. A group is measured after H on qubits with X, and S† and H with Y.
    """

    name: ClassVar[str] = "qubit-wise"
    summary: ClassVar[str] = "Terms that agree on each qubit; no two-qubit gates, most circuits."
    source: ClassVar[str] = "Kandala et al. 2017, arXiv:1704.05018; Crawford et al. 2021"

    def groups(self, hamiltonian: Observable) -> tuple[float, tuple[Group, ...]]:
        """Return the constant and the groups."""
        pauli = as_pauli_sum(hamiltonian)
        constant, x, z, coefficients = real_terms(pauli)
        found = []
        for rows in qubit_wise_sets(x, z):
            part = PauliSum(pauli.n_qubits, x[rows], z[rows], coefficients[rows])
            masks = (x | z)[rows]
            diagonal = PauliSum(pauli.n_qubits, np.zeros_like(masks), masks, part.coefficients)
            found.append(Group(_basis_change(part), diagonal, PauliPart(part)))
        return constant, tuple(found)


def qubit_wise_sets(x: Masks, z: Masks) -> list[list[int]]:
    """Return rows of terms that agree qubit by qubit, in the order given.

    Args:
        x: masks, shape (terms, words).
        z: same shape.

    Source: Crawford et al. 2021, arXiv:1908.06942 ("sorted insertion").
    """
    # Row g holds the letters that group g has fixed so far.
    x_of, z_of = np.zeros_like(x), np.zeros_like(z)
    members: list[list[int]] = []
    for term in range(len(x)):
        n = len(members)
        shared = (x_of[:n] | z_of[:n]) & (x[term] | z[term])
        fits = ~(((x_of[:n] ^ x[term]) | (z_of[:n] ^ z[term])) & shared).any(axis=1)
        group = int(np.argmax(fits)) if fits.any() else n
        if group == n:
            members.append([])
        members[group].append(term)
        x_of[group] |= x[term]
        z_of[group] |= z[term]
    return members


def _basis_change(part: PauliSum) -> Circuit:
    """Return H for each X, and S† and H for each Y of any term."""
    x = np.bitwise_or.reduce(part.x_masks, axis=0, keepdims=True)
    both = np.bitwise_or.reduce(part.x_masks & part.z_masks, axis=0, keepdims=True)
    with_y = set(_masks.unpack(both)[1].tolist())
    gates = []
    for qubit in _masks.unpack(x)[1].tolist():
        if qubit in with_y:
            gates.append(Gate("sdg", (qubit,)))
        gates.append(Gate("h", (qubit,)))
    return Circuit(part.n_qubits, tuple(gates))
