"""Exact lowest energies of a Hamiltonian, with a record of the diagonalization."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError
from hybridq.core.randomness import RandomLike
from hybridq.operators.sector import Sector

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum

# States up to which a solve diagonalizes by default: seconds at most.
QUICK_STATES = 200_000


class ExactStatus(StrEnum):
    """Outcome of an exact diagonalization.

    Attributes:
        DONE: the energies are known.
        NOT_REQUESTED: the caller asked for none.
        TOO_LARGE: it takes too long for a default.
        REFUSED: it does not fit in memory, or the Hamiltonian leaves the sector.
        INTERRUPTED: Ctrl-C.
    """

    DONE = "done"
    NOT_REQUESTED = "not_requested"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Diagonalization:
    """Record of an exact diagonalization.

    Attributes:
        status: the outcome.
        algorithm: such as ``"dense diagonalization"``; empty unless done.
        states: dimension of the space, None where nothing was attempted.
        sector: the sector that was searched; None for all states.
        within_circuit: True if the sector is that of the circuit, and other states were left out
            although the question is about all of them.
        refusal: the message of the error, where it was refused.
    """

    status: ExactStatus = ExactStatus.NOT_REQUESTED
    algorithm: str = ""
    states: int | None = None
    sector: Sector | None = None
    within_circuit: bool = False
    refusal: str = ""

    @property
    def method(self) -> str:
        """Algorithm, size and space in words, or the reason why energies are missing."""
        match self.status:
            case ExactStatus.NOT_REQUESTED:
                return "not asked for"
            case ExactStatus.INTERRUPTED:
                return "interrupted"
            case ExactStatus.REFUSED:
                return f"not computed: {self.refusal}"
            case ExactStatus.TOO_LARGE:
                return f"not computed: {self.states:,} states take long to diagonalize"
        size = "" if self.states is None else f" of {self.states:,} states"
        space = "" if self.sector is None else f" with {numbers_of(self.sector)}"
        circuit = ", those of the circuit; others not looked at" if self.within_circuit else ""
        return f"{self.algorithm}{size}{space}{circuit}"


@dataclass(frozen=True)
class ExactEnergies:
    """The lowest energies, ascending, with the record of how they were found.

    Attributes:
        values: shape (k,); empty where none were computed.
        how: the record of the diagonalization.
        ground: eigenvector of the first value over the states searched, in ascending order of
            their basis index; None without values.
    """

    values: NDArray[np.float64]
    how: Diagonalization
    ground: NDArray[Any] | None = field(default=None, repr=False)

    @classmethod
    def absent(cls, status: ExactStatus, **record: Any) -> ExactEnergies:
        """Return no energies, with the reason.

        Args:
            status: the reason.
            record: further fields of `Diagonalization`.
        """
        return cls(np.empty(0), Diagonalization(status, **record))


def exact_energies(
    observable: PauliSum | ElectronicHamiltonian,
    k: int = 1,
    *,
    sector: Sector | None = None,
    wanted: bool | None = None,
    rng: RandomLike = None,
) -> ExactEnergies:
    """Return the `k` lowest eigenvalues by diagonalization.

    Args:
        observable: the Hamiltonian.
        k: number of values; fewer where the space has fewer states.
        sector: search among its states only.
        wanted: False skips the work, True does it at any cost, None does it where it takes
            seconds.
        rng: source of the first vector of the iteration.

    Raises:
        CapacityError: `wanted` is True and it does not fit in memory.
    """
    from hybridq.classical.ground_state import ground_states

    if wanted is False:
        return ExactEnergies.absent(ExactStatus.NOT_REQUESTED)
    dim = 1 << observable.n_qubits if sector is None else sector.dim
    if wanted is None and dim > QUICK_STATES:
        return ExactEnergies.absent(ExactStatus.TOO_LARGE, states=dim, sector=sector)
    try:
        found = ground_states(observable, min(k, dim), sector=sector, rng=rng)
    except CapacityError as refusal:
        if wanted:
            raise
        return ExactEnergies.absent(
            ExactStatus.REFUSED, states=dim, sector=sector, refusal=str(refusal)
        )
    how = Diagonalization(ExactStatus.DONE, found.algorithm, dim, sector)
    return ExactEnergies(found.values, how, found.vectors[:, 0].copy())


def numbers_of(sector: Sector) -> str:
    """Return the numbers that the states of a sector have in common, in words."""
    if is_electronic(sector):
        return f"N_alpha = {sector.low} and N_beta = {sector.high}"
    return str(sector)


def is_electronic(sector: Sector) -> bool:
    """True if the two groups of a sector have the form of α and β spin orbitals."""
    return 2 * sector.split == sector.n_qubits
