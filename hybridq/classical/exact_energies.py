"""The exact lowest energies of a Hamiltonian or a molecule, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import CapacityError
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.operators.sector import Sector

# States up to which a solve diagonalizes without being asked: seconds at most.
QUICK_STATES = 200_000


@dataclass(frozen=True)
class ExactEnergies:
    """The lowest energies, ascending, and how they were found.

    Attributes:
        values: shape (k,); empty where none were computed.
        note: the method and the space, or why there are no values.
        ground: eigenvector of the first value over the states looked at, in ascending order of
            their basis index; None where there are no values.
    """

    values: NDArray[np.float64]
    note: str
    ground: NDArray[Any] | None = None


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
        k: how many, fewer where the space has fewer states.
        sector: look among its states only.
        wanted: False skips the work, True does it whatever it takes, None does it where it takes
            seconds.
        rng: for the first vector of the iteration.

    Raises:
        CapacityError: `wanted` is True and it does not fit in memory.
    """
    from hybridq.classical.ground_state import ground_states

    none = np.empty(0)
    if wanted is False:
        return ExactEnergies(none, "not asked for")
    dim = 1 << observable.n_qubits if sector is None else sector.dim
    if wanted is None and dim > QUICK_STATES:
        return ExactEnergies(
            none, f"not computed: {dim:,} states take long to diagonalize; exact=True tries"
        )
    try:
        found = ground_states(observable, min(k, dim), sector=sector, rng=rng)
    except CapacityError as refusal:
        if wanted:
            raise
        return ExactEnergies(none, f"not computed: {refusal}")
    space = "" if sector is None else f" with {numbers_of(sector)}"
    return ExactEnergies(found.values, f"{found.method}{space}", found.vectors[:, 0].copy())


def numbers_of(sector: Sector) -> str:
    """What its states have in common, in words."""
    if 2 * sector.split == sector.n_qubits:
        return f"N_alpha = {sector.low} and N_beta = {sector.high}"
    return str(sector)
