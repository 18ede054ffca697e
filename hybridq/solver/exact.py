"""Exact energies for comparison, computed once for each Hamiltonian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import QUICK_STATES, ExactEnergies, exact_energies

if TYPE_CHECKING:
    from hybridq.engines.base import Observable
    from hybridq.operators.sector import Sector

_START = 0  # seed of the iteration's first vector: all runs are compared with the same last digit
_KEPT = "_exact_energies"


def lowest_energy(
    observable: Observable, sector: Sector | None, wanted: bool | None
) -> ExactEnergies:
    """Return `exact_energies` for k = 1, cached on `observable`.

    Args:
        observable: the Hamiltonian.
        sector: search among its states only.
        wanted: see `exact_energies`.

    Raises:
        ParameterError: the Hamiltonian leads out of the sector.
        CapacityError: see `exact_energies`.
    """
    if wanted is False:
        return exact_energies(observable, wanted=False)
    # Cached by identity and not by value: equal sums may differ in the order of their terms, and
    # their energies then in the last digit.
    found: dict[Sector | None, ExactEnergies] = vars(observable).setdefault(_KEPT, {})
    if sector not in found:
        exact = exact_energies(observable, sector=sector, wanted=wanted, rng=_START)
        if exact.ground is None or len(exact.ground) > QUICK_STATES:
            return exact  # too large to keep, or available only if it is requested
        found[sector] = exact
    return found[sector]
