"""Operators of occupations of rotated orbitals, and their covariances in a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Instruction, Transition
from hybridq.measurement.base import Amplitudes, Group, Vector
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import Moves, one_electron_moves

Matrix = NDArray[np.float64]

TOLERANCE = 1e-14  # radians


@dataclass(frozen=True, eq=False)
class OrbitalPart:
    r"""Sum of occupations, and half the square of another one.

    .. math:: \sum_i c_i n_i + \tfrac12 w \Bigl(\sum_i \lambda_i n_i\Bigr)^2

    The sums run over orbitals of both spins, α first.

    Args:
        orbitals: coefficients of the orbitals of α and of β, orthogonal, one a row,
            shape (2, m, m).
        linear: c, shape (2m,).
        weight: w.
        values: λ, shape (2m,).
        offset: a constant that is subtracted, that of the diagonal form.
    """

    orbitals: Matrix
    linear: Vector
    weight: float
    values: Vector
    offset: float = 0.0

    @property
    def n_orbitals(self) -> int:
        """m."""
        return self.orbitals.shape[1]

    @property
    def pairs(self) -> Matrix:
        """Coefficients of n_i n_j, symmetric, c not included, shape (2m, 2m)."""
        return np.asarray(0.5 * self.weight * np.outer(self.values, self.values))

    @property
    def single(self) -> Vector:
        """−2 times the coefficients of Z_i in the diagonal form, shape (2m,)."""
        return np.asarray(self.linear + self.pairs.sum(axis=1))

    def hops(self, occupied: Vector) -> Matrix:
        """Return Σ occupied[i] n_i as coefficients of the hops, shape (2, m, m)."""
        weights = occupied.reshape(2, -1)
        return np.einsum("sip,si,siq->spq", self.orbitals, weights, self.orbitals)

    def applied(self, block: Block) -> NDArray[np.complex128]:
        """Return the operator times a block of a state, without the offset."""
        found = block.hopped(self.hops(self.linear), block.values)
        if self.weight:
            square = self.hops(self.values)
            twice = block.hopped(square, block.hopped(square, block.values))
            found = found + 0.5 * self.weight * twice
        return found

    def moments(self, state: Amplitudes) -> tuple[float, float]:
        """Return mean and variance, sector by sector of electron numbers."""
        mean = square = 0.0
        for block in blocks(state, self.n_orbitals):
            image = self.applied(block)
            mean += float(np.vdot(block.values, image).real)
            square += float(np.vdot(image, image).real)
        return mean - self.offset, max(square - mean**2, 0.0)

    def group(self) -> tuple[float, Group]:
        """Return the constant of the diagonal form, and the group."""
        m, pairs = self.n_orbitals, self.pairs
        rotation = Circuit(2 * m)
        for spin, orbitals in enumerate(self.orbitals):
            rotation = rotation.extend(orbital_rotation(orbitals, spin * m))
        # n_i n_j = (1 − Z_i − Z_j + Z_i Z_j)/4 and n_i² = n_i = (1 − Z_i)/2.
        i, j = np.triu_indices(2 * m, 1)
        terms: list[tuple[str, tuple[int, ...], complex]]
        terms = [("Z", (q,), -0.5 * c) for q, c in enumerate(self.single.tolist())]
        if self.weight:
            terms += [
                ("ZZ", (a, b), 0.5 * c)
                for a, b, c in zip(i.tolist(), j.tolist(), pairs[i, j].tolist(), strict=True)
            ]
        diagonal = PauliSum.from_sparse(terms, 2 * m).simplify()
        constant = 0.5 * float(self.linear.sum() + np.trace(pairs) + pairs[i, j].sum())
        return constant, Group(rotation, diagonal, replace(self, offset=constant))


@dataclass(frozen=True, eq=False)
class Block:
    """The amplitudes of a state in one sector of electron numbers.

    Attributes:
        n_orbitals: m.
        sector: the numbers of electrons.
        values: a row for each string of β, shape (n_high, n_low).
    """

    n_orbitals: int
    sector: Sector
    values: NDArray[np.complex128]

    def hopped(self, matrices: Matrix, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return a sum of hops of both spins, shape (2, m, m), times amplitudes."""
        alpha = _on_strings(self.n_orbitals, self.sector.low, matrices[0])
        beta = _on_strings(self.n_orbitals, self.sector.high, matrices[1])
        return values @ alpha + beta @ values


def blocks(state: Amplitudes, n_orbitals: int) -> Iterator[Block]:
    """Yield the blocks of a state that are not zero."""
    low = _masks.popcount((state.indices & np.uint64((1 << n_orbitals) - 1))[:, None])
    high = _masks.popcount((state.indices >> np.uint64(n_orbitals))[:, None])
    for n_alpha, n_beta in sorted(set(zip(low.tolist(), high.tolist(), strict=True))):
        sector = Sector.of_electrons(n_orbitals, n_alpha, n_beta)
        inside = (low == n_alpha) & (high == n_beta)
        values = np.zeros(sector.dim, dtype=np.complex128)
        values[sector.index(state.indices[inside])] = state.values[inside]
        yield Block(n_orbitals, sector, values.reshape(sector.shape))


def _on_strings(n_orbitals: int, electrons: int, matrix: Matrix) -> Matrix:
    """Return Σ M_pq E_pq on the strings of one electron number, symmetric."""
    moves = _moves(n_orbitals, electrons)
    dense = np.zeros((len(moves.partner), len(moves.partner)))
    rows = np.broadcast_to(np.arange(len(dense))[:, None], moves.partner.shape)
    np.add.at(dense, (rows, moves.partner), matrix.reshape(-1)[moves.pair] * moves.sign)
    return dense


@lru_cache(maxsize=16)
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
