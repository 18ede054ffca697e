"""Exact energies beside a variational one, computed once for each Hamiltonian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import QUICK_STATES, ExactEnergies, exact_energies

if TYPE_CHECKING:
    from hybridq.engines.base import Observable
    from hybridq.operators.sector import Sector

_START = 0  # seed of the iteration's first vector: all runs are held against the same last digit
_KEPT = "_exact_energies"


def lowest_energy(
    observable: Observable, sector: Sector | None, wanted: bool | None
) -> ExactEnergies:
    """`exact_energies` for k = 1, which `observable` then keeps.

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
    # Beside the object and not by its value: equal sums may differ in the order of their terms,
    # and their energies then in the last digit.
    found: dict[Sector | None, ExactEnergies] = vars(observable).setdefault(_KEPT, {})
    if sector not in found:
        exact = exact_energies(observable, sector=sector, wanted=wanted, rng=_START)
        if exact.ground is None or len(exact.ground) > QUICK_STATES:
            return exact  # large, or there if asked for otherwise
        found[sector] = exact
    return found[sector]
