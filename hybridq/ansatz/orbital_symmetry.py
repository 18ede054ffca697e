"""Excitations that a molecule's point group forbids, found from the integrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.operators._gf2 import kernel

if TYPE_CHECKING:
    from hybridq.circuits.instructions import Transition
    from hybridq.operators.electronic import ElectronicHamiltonian

# Integrals below this, in hartree, are zero by symmetry up to rounding.
TOLERANCE = 1e-9


def orbital_parities(electronic: ElectronicHamiltonian) -> NDArray[np.bool_]:
    r"""Return a basis of the orbital parities that the Hamiltonian conserves.

    A row s of 0 and 1 is such a labelling when :math:`s_p + s_q` is even for every
    :math:`h_{pq} \ne 0` and :math:`s_p + s_q + s_r + s_s` for every :math:`(pq|rs) \ne 0`. They
    are the kernel over GF(2) of the integrals' index patterns: for a molecule in its symmetry
    orbitals the characters of the largest Abelian point group.

    Returns:
        a basis, shape (k, m), bool; the labelling of all orbitals by 1 is always in its span.
    """
    m = electronic.n_orbitals
    bit = np.int64(1) << np.arange(m)
    masks = [np.zeros(1, dtype=np.int64)]
    for integrals in (*electronic.one_body, *electronic.two_body):
        indices = np.nonzero(np.abs(integrals) > TOLERANCE)
        masks.append(np.bitwise_xor.reduce([bit[axis] for axis in indices], axis=0))
    patterns = np.unique(np.concatenate(masks))
    return kernel(patterns[:, None] & bit != 0)


def is_allowed(transition: Transition, parities: NDArray[np.bool_]) -> bool:
    """Return whether an excitation conserves all parities, shape (k, m)."""
    m = parities.shape[1]
    orbitals = [mode % m for mode in (*transition.created, *transition.annihilated)]
    return not (parities[:, orbitals].sum(axis=1) % 2).any()
