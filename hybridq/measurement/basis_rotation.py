"""Groups of electronic Hamiltonians that are measured in rotated orbitals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.engines.base import Observable
from hybridq.measurement.base import Amplitudes, Group, Grouping, Vector
from hybridq.measurement.orbital_part import Matrix, OrbitalPart, blocks
from hybridq.measurement.pauli_grouping import MOST_ENTRIES, ROUNDS, SETTLED
from hybridq.operators.electronic import ElectronicHamiltonian

NEGLIGIBLE = 1e-14  # of the largest eigenvalue: rounding of exact zeros


@dataclass(frozen=True)
class BasisRotation(Grouping):
    r"""Eigenvectors of the two-electron integrals, one group for each.

    .. math:: H = c' + \sum_\sigma \sum_{pq} h'^\sigma_{pq} E^\sigma_{pq}
        + \tfrac12 \sum_k w_k \Bigl(\sum_\sigma \sum_{pq} L^{k\sigma}_{pq} E^\sigma_{pq}\Bigr)^2

    with :math:`h'_{pq} = h_{pq} - \tfrac12 \sum_r (pr|rq)`; w and L are eigenvalues and
    eigenvectors of (pq|rs), exact up to rounding; the hops h' are one more group. In the orbitals
    that diagonalize L a group is a sum of products of one or two occupations. The orbitals of each
    spin are rotated by m(m − 1)/2 Givens rotations between neighbouring modes, in depth 2m − 3.
    Every shot keeps the numbers of electrons of both spins, so that shots with others can be
    discarded.

    Args:
        overlap: move occupations between the groups and the hops where the state is known.
    """

    name: ClassVar[str] = "basis-rotation"
    summary: ClassVar[str] = "Rotated orbitals of molecules; few circuits that keep the electrons."
    source: ClassVar[str] = "Huggins et al. 2021, arXiv:1907.13117"

    overlap: bool = True

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
        return _as_groups(hamiltonian, [diagonal_hops(hops(hamiltonian)), *factors(hamiltonian)])

    def shared(
        self, hamiltonian: Observable, state: Amplitudes, mixing: float
    ) -> tuple[float, tuple[Group, ...]] | None:
        r"""Return groups with occupations moved for the smallest error of a known state.

        Group k also measures :math:`\sum_i c_{ki} n_{ki}` in its own orbitals, which the hops lack
        in turn, so that estimates stay unbiased. The c minimize :math:`\sum_g \sqrt{V_g}`, where
        the variances are quadratic in c: for weights m_g = √V_g the minimum of
        :math:`\sum_g V_g / m_g` is one linear system; m and c take turns.

        Source: Choi, Loaiza, Izmaylov 2023, arXiv:2208.14490 (fluid fermionic fragments).
        """
        assert isinstance(hamiltonian, ElectronicHamiltonian)
        m, parts = hamiltonian.n_orbitals, factors(hamiltonian)
        found = list(blocks(state, m))
        entries = (m * (m + 1) + len(parts)) * sum(each.sector.dim for each in found)
        if not self.overlap or not parts or entries > MOST_ENTRIES:
            return None
        moved = _moved(hops(hamiltonian), parts, state, mixing)
        rest = hops(hamiltonian)
        for part, shift in zip(parts, moved, strict=True):
            rest = rest - part.hops(shift)
        shifted = [replace(part, linear=shift) for part, shift in zip(parts, moved, strict=True)]
        return _as_groups(hamiltonian, [diagonal_hops(rest), *shifted])

    def without_overlap(self) -> BasisRotation:
        """Return the grouping without moved occupations."""
        return replace(self, overlap=False)


def _as_groups(
    hamiltonian: ElectronicHamiltonian, parts: list[OrbitalPart]
) -> tuple[float, tuple[Group, ...]]:
    """Return the constant and the groups of parts that sum to a Hamiltonian."""
    found = [part.group() for part in parts]
    constant = hamiltonian.constant + sum(offset for offset, _ in found)
    return constant, tuple(group for _, group in found)


def factors(hamiltonian: ElectronicHamiltonian) -> list[OrbitalPart]:
    """Return ½ w L² of each eigenvector of the two-electron integrals, by falling |w|.

    Those of both spins are factorized together, as a matrix over (spin, p, q), so that α and β may
    have different orbitals.
    """
    m = hamiltonian.n_orbitals
    same_alpha, mixed, same_beta = (each.reshape(m * m, m * m) for each in hamiltonian.two_body)
    weights, vectors = np.linalg.eigh(np.block([[same_alpha, mixed], [mixed.T, same_beta]]))
    largest = float(np.abs(weights).max(initial=0.0))
    found = []
    for k in np.argsort(-np.abs(weights)):
        matrices = vectors[:, k].reshape(2, m, m)
        matrices = 0.5 * (matrices + matrices.transpose(0, 2, 1))
        weight = float(weights[k])
        if abs(weight) > NEGLIGIBLE * largest and np.abs(matrices).max() > np.sqrt(NEGLIGIBLE):
            values, orbitals = np.linalg.eigh(matrices)
            rows = orbitals.transpose(0, 2, 1)
            found.append(OrbitalPart(rows, np.zeros(2 * m), weight, values.reshape(-1)))
    return found


def hops(hamiltonian: ElectronicHamiltonian) -> Matrix:
    """Return h' of both spins, symmetric, shape (2, m, m)."""
    exchange = np.einsum("sprrq->spq", hamiltonian.two_body[::2])
    found: Matrix = hamiltonian.one_body - 0.5 * exchange
    return 0.5 * (found + found.transpose(0, 2, 1))


def diagonal_hops(matrices: Matrix) -> OrbitalPart:
    """Return Σ M_pq E_pq of symmetric M, shape (2, m, m), in its own orbitals."""
    values, orbitals = np.linalg.eigh(matrices)
    linear = values.reshape(-1)
    return OrbitalPart(orbitals.transpose(0, 2, 1), linear, 0.0, np.zeros_like(linear))


def _moved(
    one_body: Matrix, parts: list[OrbitalPart], state: Amplitudes, mixing: float
) -> list[Vector]:
    """Return the occupations that each part takes over from the hops."""
    m = one_body.shape[1]
    p, q = np.triu_indices(m)
    count = np.where(p == q, 1.0, 2.0)  # an entry off the diagonal stands for two

    def flat(matrices: Matrix) -> Vector:
        return np.concatenate([count * each[p, q] for each in matrices])

    # Covariances of all hops (E_pq + E_qp)/2 with each other and with the parts.
    size, k = 2 * len(p), len(parts)
    products, means = np.zeros((size, size)), np.zeros(size)
    with_parts, part_means, squares = np.zeros((size, k)), np.zeros(k), np.zeros(k)
    for block in blocks(state, m):
        images = []
        for spin in range(2):
            for a, b in zip(p.tolist(), q.tolist(), strict=True):
                unit = np.zeros((2, m, m))
                unit[spin, a, b] += 0.5
                unit[spin, b, a] += 0.5
                images.append(block.hopped(unit, block.values).reshape(-1))
        own = np.array(images)
        others = np.array([part.applied(block).reshape(-1) for part in parts])
        products += (own.conj() @ own.T).real
        with_parts += (own.conj() @ others.T).real
        means += (own @ block.values.reshape(-1).conj()).real
        part_means += (others @ block.values.reshape(-1).conj()).real
        squares += (np.abs(others) ** 2).sum(axis=1)
    # In the mixed state occupations are independent, each of variance 1/4.
    hop_covariance = (
        products - np.outer(means, means) + 0.25 * mixing * np.diag(np.tile(1 / count, 2))
    )
    part_covariance = with_parts - np.outer(means, part_means)
    occupations = [
        np.array([flat(part.hops(unit)) for unit in np.eye(2 * m)]) for part in parts
    ]  # rows: n_ki as a sum of hops
    own_mixed = [0.25 * mixing * part.single for part in parts]
    linear = [
        rows @ part_covariance[:, number] + mixed
        for number, (rows, mixed) in enumerate(zip(occupations, own_mixed, strict=True))
    ]
    quadratic = [rows @ hop_covariance @ rows.T for rows in occupations]
    fixed = (
        squares
        - part_means**2
        + np.array([mixing * part.group()[1].mixed_variance for part in parts])
    )
    stacked = np.concatenate(occupations)
    coupling, target = (
        stacked @ hop_covariance @ stacked.T,
        stacked @ hop_covariance @ flat(one_body),
    )
    moved = np.zeros((k, 2 * m))
    best, total = moved, np.inf
    for _ in range(ROUNDS):
        rest = flat(one_body) - moved.reshape(-1) @ stacked
        variances = [float(rest @ hop_covariance @ rest)]
        for c, own_quadratic, own_linear, own_fixed in zip(
            moved, quadratic, linear, fixed, strict=True
        ):
            variances.append(float(own_fixed + 2.0 * c @ own_linear + c @ own_quadratic @ c))
        deviations = np.sqrt(np.maximum(variances, 0.0))
        if not deviations.sum() < (1.0 - SETTLED) * total:
            break
        best, total = moved, float(deviations.sum())
        first, *weights = np.maximum(deviations, 1e-9 * total)
        system, right = coupling / first, target / first
        for number, weight in enumerate(weights):
            place = slice(2 * m * number, 2 * m * (number + 1))
            system[place, place] += quadratic[number] / weight
            right[place] -= linear[number] / weight
        # Shifts that change no variance are not determined: the smallest is taken.
        moved = np.linalg.lstsq(system, right, rcond=1e-12)[0].reshape(k, 2 * m)
    return list(best)
