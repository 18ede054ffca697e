"""Groups of electronic Hamiltonians that are measured in rotated orbitals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Instruction, Transition
from hybridq.core.errors import ParameterError
from hybridq.engines.base import Observable
from hybridq.measurement.base import Amplitudes, Group, Grouping
from hybridq.operators import _masks
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import Moves, one_electron_moves

Matrix = NDArray[np.float64]

NEGLIGIBLE = 1e-14  # of the largest eigenvalue: rounding of exact zeros
TOLERANCE = 1e-14  # radians


@dataclass(frozen=True)
class BasisRotation(Grouping):
    r"""Eigenvectors of the two-electron integrals, one group for each.

    One more group has all hops.

    .. math:: H = c' + \sum_\sigma \sum_{pq} h'^\sigma_{pq} E^\sigma_{pq}
        + \tfrac12 \sum_k w_k \Bigl(\sum_\sigma \sum_{pq} L^{k\sigma}_{pq} E^\sigma_{pq}\Bigr)^2

    with :math:`h'_{pq} = h_{pq} - \tfrac12 \sum_r (pr|rq)`; w and L are eigenvalues and
    eigenvectors of (pq|rs), exact up to rounding. In the orbitals that diagonalize L a group is a
    sum of products of one or two occupations. The orbitals of each spin are rotated by
    m(m − 1)/2 Givens rotations between neighbouring modes, in depth 2m − 3. Every shot keeps the
    numbers of electrons of both spins, so that shots with others can be discarded.
    """

    name: ClassVar[str] = "basis-rotation"
    summary: ClassVar[str] = "Rotated orbitals of molecules; few circuits that keep the electrons."
    source: ClassVar[str] = "Huggins et al. 2021, arXiv:1907.13117"

    def suits(self, hamiltonian: Observable) -> bool:
        """Return whether it is given by integrals."""
        return isinstance(hamiltonian, ElectronicHamiltonian)

    def groups(self, hamiltonian: Observable) -> tuple[float, tuple[Group, ...]]:
        """Return the constant and the groups: hops first, then by falling |eigenvalue|."""
        if not isinstance(hamiltonian, ElectronicHamiltonian):
            raise ParameterError(
                argument="grouping",
                value=self.name,
                expected="qubit-wise or fully-commuting for a Hamiltonian of Pauli products",
                remedy="rotations of orbitals need integrals: give the molecule itself",
            )
        parts = [OrbitalPart(1.0, _hops(hamiltonian), squared=False)]
        parts += factors(hamiltonian)
        constant, found = hamiltonian.constant, []
        for part in parts:
            offset, group = part.group()
            constant += offset
            found.append(group)
        return constant, tuple(found)


@dataclass(frozen=True, eq=False)
class OrbitalPart:
    r"""The operator :math:`w M` or :math:`\tfrac12 w M^2`.

    M is a sum of hops of both spins.

    Args:
        weight: w.
        matrices: M of α and of β, symmetric, shape (2, m, m).
        squared: True for the square.
        offset: a constant that is subtracted, that of the diagonal form.
    """

    weight: float
    matrices: Matrix
    squared: bool
    offset: float = 0.0

    def moments(self, state: Amplitudes) -> tuple[float, float]:
        """Return mean and variance, sector by sector of electron numbers."""
        m = self.matrices.shape[1]
        low = _masks.popcount((state.indices & np.uint64((1 << m) - 1))[:, None])
        high = _masks.popcount((state.indices >> np.uint64(m))[:, None])
        mean = square = 0.0
        for n_alpha, n_beta in sorted(set(zip(low.tolist(), high.tolist(), strict=True))):
            sector = Sector.of_electrons(m, n_alpha, n_beta)
            inside = (low == n_alpha) & (high == n_beta)
            block = np.zeros(sector.dim, dtype=np.complex128)
            block[sector.index(state.indices[inside])] = state.values[inside]
            image = block = block.reshape(sector.shape)
            alpha = _on_strings(m, n_alpha, self.matrices[0])
            beta = _on_strings(m, n_beta, self.matrices[1])
            for _ in range(1 + self.squared):
                image = image @ alpha + beta @ image
            image = (0.5 if self.squared else 1.0) * self.weight * image
            mean += float(np.vdot(block, image).real)
            square += float(np.vdot(image, image).real)
        return mean - self.offset, max(square - mean**2, 0.0)

    def group(self) -> tuple[float, Group]:
        """Return the constant of the diagonal form, and the group."""
        m = self.matrices.shape[1]
        values, rotation = [], Circuit(2 * m)
        for spin, matrix in enumerate(self.matrices):
            found, vectors = np.linalg.eigh(matrix)
            values.append(found)
            rotation = rotation.extend(orbital_rotation(vectors.T, spin * m))
        occupied = np.concatenate(values)  # M = Σ occupied[i] n_i
        if self.squared:
            pairs = 0.5 * self.weight * np.outer(occupied, occupied)
        else:
            pairs = self.weight * np.diag(occupied)
        # n_i n_j = (1 − Z_i − Z_j + Z_i Z_j)/4 and n_i² = n_i = (1 − Z_i)/2.
        single = np.diag(pairs) + (pairs - np.diag(np.diag(pairs))).sum(axis=1)
        i, j = np.triu_indices(2 * m, 1)
        terms: list[tuple[str, tuple[int, ...], complex]]
        terms = [("Z", (q,), -0.5 * c) for q, c in enumerate(single.tolist())]
        if self.squared:
            terms += [
                ("ZZ", (a, b), 0.5 * c)
                for a, b, c in zip(i.tolist(), j.tolist(), pairs[i, j].tolist(), strict=True)
            ]
        diagonal = PauliSum.from_sparse(terms, 2 * m).simplify()
        constant = 0.5 * float(np.trace(pairs)) + 0.5 * float(pairs[i, j].sum())
        return constant, Group(rotation, diagonal, replace(self, offset=constant))


def factors(hamiltonian: ElectronicHamiltonian) -> list[OrbitalPart]:
    """Return ½ w L² of each eigenvector of the two-electron integrals, by falling |w|.

    Those of both spins are factorized together, as a matrix over (spin, p, q), so that α and β may
    have different orbitals.
    """
    m = hamiltonian.n_orbitals
    same_alpha, mixed, same_beta = (each.reshape(m * m, m * m) for each in hamiltonian.two_body)
    values, vectors = np.linalg.eigh(np.block([[same_alpha, mixed], [mixed.T, same_beta]]))
    largest = float(np.abs(values).max(initial=0.0))
    kept = [k for k in np.argsort(-np.abs(values)) if abs(values[k]) > NEGLIGIBLE * largest]
    found = []
    for k in kept:
        matrices = vectors[:, k].reshape(2, m, m)
        symmetric = 0.5 * (matrices + matrices.transpose(0, 2, 1))
        if np.abs(symmetric).max() > np.sqrt(NEGLIGIBLE):
            found.append(OrbitalPart(float(values[k]), symmetric, squared=True))
    return found


def _hops(hamiltonian: ElectronicHamiltonian) -> Matrix:
    """Return h' of both spins, shape (2, m, m)."""
    exchange = np.einsum("sprrq->spq", hamiltonian.two_body[::2])
    hops: Matrix = hamiltonian.one_body - 0.5 * exchange
    return 0.5 * (hops + hops.transpose(0, 2, 1))


def _on_strings(n_orbitals: int, electrons: int, matrix: Matrix) -> Matrix:
    """Return Σ M_pq E_pq on the strings of one electron number, symmetric."""
    moves = _moves(n_orbitals, electrons)
    dense = np.zeros((len(moves.partner), len(moves.partner)))
    rows = np.broadcast_to(np.arange(len(dense))[:, None], moves.partner.shape)
    np.add.at(dense, (rows, moves.partner), matrix.reshape(-1)[moves.pair] * moves.sign)
    return dense


@lru_cache(maxsize=4)
def _moves(n_orbitals: int, electrons: int) -> Moves:
    """Return the moves of one electron number, which all groups share."""
    return one_electron_moves(Sector.of_weight(n_orbitals, electrons).low_strings, n_orbitals)


def orbital_rotation(orbitals: Matrix, first_mode: int = 0) -> list[Instruction]:
    r"""Return U with :math:`U \tilde a_i^\dagger U^\dagger = \pm a_i^\dagger`.

    Here :math:`\tilde a_i^\dagger = \sum_j Q_{ij} a_j^\dagger`. At most m(m − 1)/2 rotations
    between neighbouring modes; occupations do not depend on the signs.

    Args:
        orbitals: Q, orthogonal, shape (m, m).
        first_mode: the mode of column 0; the m modes are contiguous.

    Source: Kivlichan et al. 2018, arXiv:1711.04789.
    """
    rows, m = np.array(orbitals, dtype=np.float64), len(orbitals)
    rotations: list[Instruction] = []
    for i in range(m - 1):
        for j in range(m - 1, i, -1):  # rotate column j into column j − 1
            theta = float(np.arctan2(rows[i, j], rows[i, j - 1]))
            if abs(np.sin(theta)) < TOLERANCE:
                continue
            c, s = np.cos(theta), np.sin(theta)
            left, right = rows[:, j - 1].copy(), rows[:, j].copy()
            rows[:, j - 1], rows[:, j] = c * left + s * right, c * right - s * left
            hop = Transition((first_mode + j,), (first_mode + j - 1,))
            rotations.append(Excitation(((1.0, hop),), Angle(-theta)))
    return rotations
