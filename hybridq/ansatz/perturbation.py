"""Initial angles of excitations from second-order perturbation theory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybridq.circuits.instructions import Transition
    from hybridq.operators.electronic import ElectronicHamiltonian


class Perturbation:
    r"""First-order couplings and energy gaps of the excitations T of a determinant Φ.

    With f the Fock matrix of Φ and (pq|rs) in chemists' order,

    .. math:: V_i^a = f_{ai}, \qquad V_{ij}^{ab} = (ai|bj) - (aj|bi), \qquad
              \Delta = \sum_a f_{aa} - \sum_i f_{ii}

    where the exchange integral counts between equal spins only, for
    :math:`T = a^\dagger_a a^\dagger_b a_j a_i`.

    Args:
        electronic: the integrals.
        occupied: the occupied modes of Φ.
    """

    def __init__(self, electronic: ElectronicHamiltonian, occupied: Sequence[int]) -> None:
        self._m = m = electronic.n_orbitals
        self._g = electronic.two_body
        filled = [[p for p in occupied if p < m], [p - m for p in occupied if p >= m]]
        self._fock = np.array(electronic.one_body, dtype=np.float64)
        for spin in (0, 1):
            for other in (0, 1):
                for k in filled[other]:
                    self._fock[spin] += self._coulomb(spin, other)[:, :, k, k]
            for k in filled[spin]:
                self._fock[spin] -= self._coulomb(spin, spin)[:, k, k, :]

    def _coulomb(self, spin: int, other: int) -> NDArray[np.float64]:
        """Return (pq|rs) with p, q of the one spin and r, s of the other."""
        if spin == other:
            return self._g[2 * spin]
        return self._g[1] if spin == 0 else self._g[1].transpose(2, 3, 0, 1)

    def coupling(self, transition: Transition) -> float:
        """Return ⟨TΦ|H|Φ⟩ of a single or a double, in hartree."""
        a, *rest = (divmod(mode, self._m) for mode in transition.created)
        *others, i = (divmod(mode, self._m) for mode in transition.annihilated)
        if not rest:
            return float(self._fock[a[0], a[1], i[1]])
        (b,), (j,) = rest, others
        direct = self._coulomb(a[0], b[0])[a[1], i[1], b[1], j[1]]
        exchange = self._coulomb(a[0], b[0])[a[1], j[1], b[1], i[1]] if a[0] == b[0] else 0.0
        return float(direct - exchange)

    def gap(self, transition: Transition) -> float:
        """Return orbital energies of created minus annihilated modes, in hartree."""
        energies = self._fock.diagonal(axis1=1, axis2=2).ravel()
        return float(
            energies[list(transition.created)].sum() - energies[list(transition.annihilated)].sum()
        )

    def angle(self, transition: Transition) -> float:
        r"""Return the angle of T with the lowest energy in the span of Φ and TΦ.

        .. math:: \theta = -\tfrac12 \operatorname{atan2}(2V, \Delta)

        To first order it is the MP2 amplitude −V/Δ; unlike that, it stays within ±π/2 where
        orbitals are close in energy or out of order.
        """
        return float(-0.5 * np.arctan2(2.0 * self.coupling(transition), self.gap(transition)))
