"""Groups of terms that commute qubit by qubit: no further gates but on one qubit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Gate
from hybridq.measurement.base import Group, PauliPart
from hybridq.measurement.pauli_grouping import Masks, PauliGrouping, Rows
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class QubitWise(PauliGrouping):
    """Sorted insertion by agreement on each qubit.

    Terms are taken by falling size, and each joins the first group that it agrees with on every
    qubit on which both act. A group is measured after H on qubits with X, and S† and H with Y.

    Args:
        overlap: share terms between groups where the state is known; see `PauliGrouping.shared`.
    """

    name: ClassVar[str] = "qubit-wise"
    summary: ClassVar[str] = "Terms that agree on each qubit; no two-qubit gates, most circuits."
    source: ClassVar[str] = "Kandala et al. 2017, arXiv:1704.05018; Crawford et al. 2021"

    def sets(self, x: Masks, z: Masks) -> list[Rows]:
        """Return `qubit_wise_sets`."""
        return qubit_wise_sets(x, z)

    def extended(self, rows: Rows, x: Masks, z: Masks) -> Rows:
        """Return the rows of a group and those that agree with it on each qubit."""
        found = list(rows)
        x_of, z_of = np.bitwise_or.reduce(x[rows]), np.bitwise_or.reduce(z[rows])
        shared = (x_of | z_of) & (x | z)
        fits = ~(((x_of ^ x) | (z_of ^ z)) & shared).any(axis=1)
        fits[rows] = False
        for term in np.flatnonzero(fits).tolist():
            if _agree(x_of, z_of, x[term], z[term]):
                found.append(term)
                x_of, z_of = x_of | x[term], z_of | z[term]
        return found

    def group(self, part: PauliSum) -> Group:
        """Return the group with its changes of basis on each qubit."""
        masks = part.x_masks | part.z_masks
        diagonal = PauliSum(part.n_qubits, np.zeros_like(masks), masks, part.coefficients)
        return Group(_basis_change(part), diagonal, PauliPart(part))


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


def _agree(x_of: Masks, z_of: Masks, x: Masks, z: Masks) -> bool:
    """Return whether a term agrees with letters on every qubit on which both act."""
    return not (((x_of ^ x) | (z_of ^ z)) & (x_of | z_of) & (x | z)).any()


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
