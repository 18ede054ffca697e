"""Exact energies beside a variational one, computed once for each Hamiltonian."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from hybridq.baselines.exact_energies import QUICK_STATES, ExactEnergies, exact_energies

if TYPE_CHECKING:
    from hybridq.operators.sector import Sector
    from hybridq.simulator.engine import Observable

_START = 0  # seed of the iteration's first vector: all runs are held against the same last digit

_known: WeakKeyDictionary[Observable, dict[Sector | None, ExactEnergies]] = WeakKeyDictionary()


def lowest_energy(
    observable: Observable, sector: Sector | None, wanted: bool | None
) -> ExactEnergies:
    """`exact_energies` for k = 1, remembered as long as `observable` is around.

    Args:
        observable: the Hamiltonian.
        sector: look among its states only.
        wanted: see `exact_energies`.

    Raises:
        ParameterError: the Hamiltonian leads out of the sector.
        CapacityError: see `exact_energies`.
    """
    if wanted is False:
        return exact_energies(observable, wanted=False)
    found = _known.setdefault(observable, {})
    if sector not in found:
        exact = exact_energies(observable, sector=sector, wanted=wanted, rng=_START)
        if exact.ground is None or len(exact.ground) > QUICK_STATES:
            return exact  # large, or there if asked for otherwise
        found[sector] = exact
    return found[sector]
