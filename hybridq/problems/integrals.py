"""Reference determinant and active spaces of electronic integrals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.electronic import ElectronicHamiltonian


def coulomb_and_exchange(
    electronic: ElectronicHamiltonian, n_alpha: int, n_beta: int
) -> NDArray[np.float64]:
    r"""Return the mean field of the first n_alpha and n_beta orbitals.

    Its shape is (2, m, m), its unit hartree.

    .. math:: v^\sigma_{pq} = \sum_{i\tau} (pq|ii)^{\sigma\tau} - \sum_{i} (pi|iq)^{\sigma\sigma}
    """
    aa, ab, bb = electronic.two_body
    a, b = slice(n_alpha), slice(n_beta)
    alpha = (
        np.einsum("pqii->pq", aa[:, :, a, a])
        - np.einsum("piiq->pq", aa[:, a, a, :])
        + np.einsum("pqii->pq", ab[:, :, b, b])
    )
    beta = (
        np.einsum("pqii->pq", bb[:, :, b, b])
        - np.einsum("piiq->pq", bb[:, b, b, :])
        + np.einsum("iipq->pq", ab[a, a, :, :])
    )
    return np.stack([alpha, beta])


def fock_diagonal(
    electronic: ElectronicHamiltonian, n_alpha: int, n_beta: int
) -> NDArray[np.float64]:
    """Return orbital energies of the first determinant, shape (2, m), in hartree."""
    fock = electronic.one_body + coulomb_and_exchange(electronic, n_alpha, n_beta)
    return np.diagonal(fock, axis1=1, axis2=2).copy()


def brillouin_violation(electronic: ElectronicHamiltonian, n_alpha: int, n_beta: int) -> float:
    r"""Return the largest Fock element that vanishes for Hartree–Fock orbitals.

    Those between occupied and empty orbitals; for restricted open shells the mean of both spins
    between doubly occupied and empty ones, and of the spin that can be excited elsewhere.

    Source: Roothaan 1960, doi:10.1103/RevModPhys.32.179.
    """
    fock = electronic.one_body + coulomb_and_exchange(electronic, n_alpha, n_beta)
    low, high = sorted((n_alpha, n_beta))
    if not electronic.is_restricted or low == high:
        blocks = [fock[0, :n_alpha, n_alpha:], fock[1, :n_beta, n_beta:]]
    else:
        more, fewer = fock if n_alpha > n_beta else fock[::-1]
        closed, open_, empty = slice(low), slice(low, high), slice(high, None)
        blocks = [
            0.5 * (more + fewer)[closed, empty],
            more[open_, empty],
            fewer[closed, open_],
        ]
    return float(max(np.abs(block).max(initial=0.0) for block in blocks))


def determinant_energy(electronic: ElectronicHamiltonian, n_alpha: int, n_beta: int) -> float:
    r"""Return the energy of the first n_alpha and n_beta orbitals, in hartree.

    .. math:: E = c + \sum_{i\sigma} \left(h^\sigma_{ii} + \tfrac12 v^\sigma_{ii}\right)
    """
    mean = electronic.one_body + 0.5 * coulomb_and_exchange(electronic, n_alpha, n_beta)
    alpha, beta = np.diagonal(mean, axis1=1, axis2=2)
    return float(electronic.constant + alpha[:n_alpha].sum() + beta[:n_beta].sum())


def active_space(
    electronic: ElectronicHamiltonian, n_core: int, n_active: int
) -> ElectronicHamiltonian:
    r"""Return the Hamiltonian of n_active orbitals above n_core frozen ones.

    The energy of the frozen electrons, two in each orbital, is added to the constant, and their
    mean field to the one-electron integrals; orbitals above are dropped.
    """
    active = slice(n_core, n_core + n_active)
    field = coulomb_and_exchange(electronic, n_core, n_core)
    if electronic.is_restricted:  # equal but for rounding, which would distinguish α from β
        field[1] = field[0]
    return ElectronicHamiltonian(
        determinant_energy(electronic, n_core, n_core),
        (electronic.one_body + field)[:, active, active].copy(),
        electronic.two_body[:, active, active, active, active].copy(),
    )


def reordered(electronic: ElectronicHamiltonian, order: NDArray[np.int64]) -> ElectronicHamiltonian:
    """Return the Hamiltonian with orbital ``order[p]`` as orbital p, for both spins."""
    h, g = electronic.one_body, electronic.two_body
    for axis in (1, 2):
        h = h.take(order, axis=axis)
    for axis in (1, 2, 3, 4):
        g = g.take(order, axis=axis)
    return ElectronicHamiltonian(electronic.constant, h, g)


def aufbau_order(
    electronic: ElectronicHamiltonian, n_alpha: int, n_beta: int
) -> NDArray[np.int64] | None:
    """Return an order of restricted orbitals with the occupied ones first.

    Programs that sort orbitals by symmetry have the occupied ones anywhere. The orbitals are
    filled by their energies in the mean field of those filled before, until nothing changes or
    the fillings repeat.

    Returns:
        orbitals, shape (m,), or None where the determinant of the first has no higher energy.
    """
    m = electronic.n_orbitals
    order = np.arange(m)
    trial = electronic
    seen = {order.tobytes()}
    for _ in range(2 * m):
        mean = fock_diagonal(trial, n_alpha, n_beta).mean(axis=0)
        step = np.argsort(mean, kind="stable")
        order = order[step]
        trial = reordered(electronic, order)
        if all(set(step[:n]) == set(range(n)) for n in (n_alpha, n_beta)):
            break
        if order.tobytes() in seen:  # the fillings repeat
            break
        seen.add(order.tobytes())
    first = determinant_energy(electronic, n_alpha, n_beta)
    if determinant_energy(trial, n_alpha, n_beta) < first - 1e-6:
        return order
    return None
