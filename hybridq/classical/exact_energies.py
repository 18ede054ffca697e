"""Exact lowest energies by diagonalization, or the reason for their absence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import Vector
from hybridq.core.errors import CapacityError
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.operators.sector import Sector

# States up to which a solve diagonalizes by default: seconds at most.
QUICK_STATES = 200_000


class Absence(StrEnum):
    """The reason for absent exact energies.

    Attributes:
        NOT_REQUESTED: the caller did not request them.
        TOO_LARGE: the space is too large to diagonalize within seconds.
        REFUSED: diagonalization is impossible here, for example for lack of memory.
    """

    NOT_REQUESTED = "not_requested"
    TOO_LARGE = "too_large"
    REFUSED = "refused"


@dataclass(frozen=True)
class ExactEnergies:
    """The lowest energies, ascending, and how they were found.

    Attributes:
        values: shape (k,); empty if none were computed.
        method: description of the method, such as ``"dense diagonalization of 4 states"``; empty
            if none was used.
        sector: the sector of the states, None for the whole space.
        absence: why there are no values; None if there are.
        detail: the error behind `Absence.REFUSED`.
        n_states: number of states of the space, None if unknown.
        narrowed: True if only the states that the circuit can reach were searched, because all
            were too many.
        ground: eigenvector of the first value over the states searched, in ascending order of
            their basis index; None if there are no values.
    """

    values: Vector
    method: str = ""
    sector: Sector | None = None
    absence: Absence | None = None
    detail: str = ""
    n_states: int | None = None
    narrowed: bool = False
    ground: NDArray[Any] | None = None

    @classmethod
    def refused(cls, detail: str) -> ExactEnergies:
        """Return no energies, because of an error."""
        return cls(np.empty(0), absence=Absence.REFUSED, detail=detail)

    @property
    def note(self) -> str:
        """The facts of this object in words."""
        return describe(self)


def describe(energies: ExactEnergies) -> str:
    """Return the method and the space of exact energies, or why there are none."""
    match energies.absence:
        case None:
            space = "" if energies.sector is None else f" with {numbers_of(energies.sector)}"
            rest = ", those of the circuit; others not looked at" if energies.narrowed else ""
            return f"{energies.method}{space}{rest}"
        case Absence.NOT_REQUESTED:
            return "not asked for"
        case Absence.TOO_LARGE:
            states = f"{energies.n_states:,} states take long to diagonalize"
            return f"not computed: {states}; exact=True tries"
        case Absence.REFUSED:
            return f"not computed: {energies.detail}"


def exact_energies(
    observable: PauliSum | ElectronicHamiltonian,
    k: int = 1,
    *,
    sector: Sector | None = None,
    requested: bool | None = None,
    rng: RandomLike = None,
) -> ExactEnergies:
    """Return the `k` lowest eigenvalues by diagonalization.

    Args:
        observable: the Hamiltonian.
        k: number of eigenvalues; fewer if the space has fewer states.
        sector: search only its states.
        requested: False skips the work, True does it however long it takes, None does it if it
            takes seconds.
        rng: for the first vector of the iteration.

    Raises:
        CapacityError: `requested` is True and it does not fit in memory.
    """
    from hybridq.classical.ground_state import ground_states

    none = np.empty(0)
    dim = 1 << observable.n_qubits if sector is None else sector.dim
    if requested is False:
        return ExactEnergies(none, sector=sector, absence=Absence.NOT_REQUESTED, n_states=dim)
    if requested is None and dim > QUICK_STATES:
        return ExactEnergies(none, sector=sector, absence=Absence.TOO_LARGE, n_states=dim)
    try:
        found = ground_states(observable, min(k, dim), sector=sector, rng=rng)
    except CapacityError as error:
        if requested:
            raise
        return ExactEnergies.refused(str(error))
    return ExactEnergies(
        found.values, found.method, sector, n_states=dim, ground=found.vectors[:, 0].copy()
    )


def numbers_of(sector: Sector) -> str:
    """Return the conserved numbers of a sector in words."""
    if 2 * sector.split == sector.n_qubits:
        return f"N_alpha = {sector.low} and N_beta = {sector.high}"
    return str(sector)
