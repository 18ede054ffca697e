"""Groups of terms that all commute, measured after Clifford circuits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Observable, as_pauli_sum
from hybridq.measurement.base import Group, Grouping, PauliPart, real_terms
from hybridq.measurement.clifford import diagonalized
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class FullyCommuting(Grouping):
    """Sorted insertion by commutation.

    Terms are taken by falling size, and each joins the first group with all of which it commutes.
    A group is measured after a Clifford circuit of at most n²/2 gates on two qubits; see
    `diagonalized`. On a machine these gates bring noise, which predicted variances leave out.
    """

    name: ClassVar[str] = "fully-commuting"
    summary: ClassVar[str] = "Terms that commute; few circuits with up to n²/2 two-qubit gates."
    source: ClassVar[str] = "Crawford et al. 2021, arXiv:1908.06942"

    def groups(self, hamiltonian: Observable) -> tuple[float, tuple[Group, ...]]:
        """Return the constant and the groups."""
        pauli = as_pauli_sum(hamiltonian)
        constant, x, z, coefficients = real_terms(pauli)
        found = []
        for rows in commuting_sets(x, z):
            part = PauliSum(pauli.n_qubits, x[rows], z[rows], coefficients[rows])
            found.append(Group(*diagonalized(part), PauliPart(part)))
        return constant, tuple(found)


def commuting_sets(x: NDArray[np.uint64], z: NDArray[np.uint64]) -> list[list[int]]:
    """Return rows of terms that commute with each other, in the order given.

    Args:
        x: masks, shape (terms, words).
        z: same shape.
    """
    group_of = np.empty(len(x), dtype=np.int64)
    members: list[list[int]] = []
    for term in range(len(x)):
        against = _masks.anticommuting(x[:term], z[:term], x[term], z[term])
        excluded = np.zeros(len(members) + 1, dtype=bool)
        excluded[group_of[:term][against]] = True
        group = int(np.argmin(excluded))
        if group == len(members):
            members.append([])
        members[group].append(term)
        group_of[term] = group
    return members
