"""Groups of terms that all commute, measured after Clifford circuits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.measurement.base import Group, PauliPart
from hybridq.measurement.clifford import diagonalized
from hybridq.measurement.pauli_grouping import Masks, PauliGrouping, Rows
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class FullyCommuting(PauliGrouping):
    """Sorted insertion by commutation.

    Terms are taken by falling size, and each joins the first group with all of which it commutes.
    A group is measured after a Clifford circuit of at most n²/2 gates on two qubits; see
    `diagonalized`, which bring noise on a machine.

    Args:
        overlap: share terms between groups where the state is known; see `PauliGrouping.shared`.
    """

    name: ClassVar[str] = "fully-commuting"
    summary: ClassVar[str] = "Terms that commute; few circuits with up to n²/2 two-qubit gates."
    source: ClassVar[str] = "Crawford et al. 2021, arXiv:1908.06942"

    def sets(self, x: Masks, z: Masks) -> list[Rows]:
        """Return `commuting_sets`."""
        return commuting_sets(x, z)

    def extended(self, rows: Rows, x: Masks, z: Masks) -> Rows:
        """Return the rows of a group and those that commute with all of it."""
        fits = np.ones(len(x), dtype=bool)
        for row in rows:
            fits &= ~_masks.anticommuting(x, z, x[row], z[row])
        fits[rows] = False
        found, further = list(rows), np.flatnonzero(fits)
        while len(further):
            term = int(further[0])
            found.append(term)
            further = further[1:]
            further = further[~_masks.anticommuting(x[further], z[further], x[term], z[term])]
        return found

    def group(self, part: PauliSum) -> Group:
        """Return the group with its Clifford circuit."""
        return Group(*diagonalized(part), PauliPart(part))


def commuting_sets(x: Masks, z: Masks) -> list[Rows]:
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
