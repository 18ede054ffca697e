"""Groupings of Pauli products, with terms measured in several groups."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Observable, as_pauli_sum
from hybridq.measurement.base import Amplitudes, Group, Grouping, Vector, real_terms
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum

Masks = NDArray[np.uint64]
Rows = list[int]

MOST_ENTRIES = 1 << 26
"""Most entries of the images of all terms of a group, 1 GiB."""

MOST_PRODUCTS = 1e11
"""Most products for the covariances of all groups, about ten seconds."""

ROUNDS = 12
SETTLED = 0.005
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class PauliGrouping(Grouping):
    r"""A grouping of Pauli products in sets that can be measured together.

    Each term belongs to one group; `shared` then measures it in every group that it fits as well.

    Args:
        overlap: share terms between groups where the state is known.
    """

    overlap: bool = True

    @abstractmethod
    def sets(self, x: Masks, z: Masks) -> list[Rows]:
        """Return rows of terms that can be measured together, each row once.

        Args:
            x: masks, shape (terms, words).
            z: same shape.
        """

    @abstractmethod
    def extended(self, rows: Rows, x: Masks, z: Masks) -> Rows:
        """Return the rows of a group and further ones that fit all of them, in order."""

    @abstractmethod
    def group(self, part: PauliSum) -> Group:
        """Return the group that measures terms that fit together."""

    def groups(self, hamiltonian: Observable) -> tuple[float, tuple[Group, ...]]:
        """Return the constant and the groups."""
        pauli = as_pauli_sum(hamiltonian)
        constant, x, z, coefficients = real_terms(pauli)
        found = [
            self.group(PauliSum(pauli.n_qubits, x[rows], z[rows], coefficients[rows]))
            for rows in self.sets(x, z)
        ]
        return constant, tuple(found)

    def shared(
        self, hamiltonian: Observable, state: Amplitudes, mixing: float
    ) -> tuple[float, tuple[Group, ...]] | None:
        r"""Return groups whose terms are split for the smallest error of a known state.

        Term k is measured in every group g that it fits, with coefficients that add up to its own,
        :math:`\sum_g c_{gk} = c_k`, so that estimates stay unbiased for every state. They minimize
        :math:`\sum_g \sqrt{c_g^T C_g c_g}`, where C_g is the covariance of the group's terms in
        the state. For weights m_g = √V_g the minimum of :math:`\sum_g V_g / m_g` is
        :math:`c_g = m_g C_g^{-1} \lambda` with one linear system for λ; m and c take turns.

        Args:
            hamiltonian: the sum.
            state: the state that is measured.
            mixing: added to the diagonal of each C_g: the share of errors that leave the mixed
                state, and the distance of the state from the one that is measured.

        Returns:
            constant and groups; None without `overlap`, or where the covariances do not fit in
            memory or take longer than `MOST_PRODUCTS`.

        Source: Yen, Ganeshram, Izmaylov 2023, arXiv:2201.01471 (iterative coefficient splitting).
        """
        pauli = as_pauli_sum(hamiltonian)
        constant, x, z, coefficients = real_terms(pauli)
        if not self.overlap:
            return None
        sets = self.sets(x, z)
        members = [np.array(self.extended(rows, x, z)) for rows in sets]
        if max(map(len, members), default=0) * len(state.indices) > MOST_ENTRIES:
            return None
        if sum(_products(x[rows, 0], state) for rows in members) > MOST_PRODUCTS:
            return None
        split = [
            np.where(np.arange(len(rows)) < len(own), coefficients[rows].real, 0.0)
            for rows, own in zip(members, sets, strict=True)
        ]
        found = _split(
            members,
            split,
            [covariance(x[rows, 0], z[rows, 0], state) for rows in members],
            coefficients.real,
            mixing,
        )
        groups = []
        for rows, own in zip(members, found, strict=True):
            kept = np.abs(own) > _NEGLIGIBLE * np.abs(own).max(initial=0.0)
            chosen = rows[kept]
            part = PauliSum(pauli.n_qubits, x[chosen], z[chosen], own[kept].astype(np.complex128))
            groups.append(self.group(part))
        return constant, tuple(groups)

    def without_overlap(self) -> PauliGrouping:
        """Return the grouping with each term in one group."""
        return replace(self, overlap=False)


def _split(
    members: list[NDArray[np.int64]],
    split: list[Vector],
    covariances: list[NDArray[np.float64]],
    coefficients: Vector,
    mixing: float,
) -> list[Vector]:
    """Return the coefficients of each group; see `PauliGrouping.shared`."""
    widened = [each + mixing * np.eye(len(each)) for each in covariances]
    inverses = [np.linalg.inv(each) for each in widened]
    best, total = split, np.inf
    for _ in range(ROUNDS):
        deviations = np.sqrt([c @ each @ c for c, each in zip(split, widened, strict=True)])
        if not deviations.sum() < (1.0 - SETTLED) * total:
            break
        best, total = split, float(deviations.sum())
        weights = np.maximum(deviations, _NEGLIGIBLE * total)
        system = np.zeros((len(coefficients), len(coefficients)))
        for rows, inverse, weight in zip(members, inverses, weights, strict=True):
            system[np.ix_(rows, rows)] += weight * inverse
        multipliers = np.linalg.solve(system, coefficients)
        split = [
            weight * (inverse @ multipliers[rows])
            for rows, inverse, weight in zip(members, inverses, weights, strict=True)
        ]
    return _exact(members, best, coefficients)


def _exact(
    members: list[NDArray[np.int64]], split: list[Vector], coefficients: Vector
) -> list[Vector]:
    """Return parts that add up to the coefficients to the last digit but rounding."""
    total, count = np.zeros(len(coefficients)), np.zeros(len(coefficients))
    for rows, own in zip(members, split, strict=True):
        total[rows] += own
        count[rows] += 1.0
    missing = (coefficients - total) / count
    return [own + missing[rows] for rows, own in zip(members, split, strict=True)]


def _products(x: NDArray[np.uint64], state: Amplitudes) -> float:
    """Return the number of products that `covariance` takes, at most."""
    places = min(state.size, len(np.unique(x)) * len(state.indices))
    return 2.0 * len(x) ** 2 * places


def covariance(x: NDArray[np.uint64], z: NDArray[np.uint64], state: Amplitudes) -> Vector:
    r"""Return the covariances of commuting Pauli products in a state.

    :math:`\mathrm{Re}\langle P_k P_l \rangle - \langle P_k \rangle \langle P_l \rangle`.

    Args:
        x: masks, shape (k,).
        z: same shape.
        state: the state.

    Returns:
        shape (k, k).
    """
    phases = np.array([1, 1j, -1, -1j])[_masks.popcount((x & z)[:, None]) & 3]
    flips, flip_of = np.unique(x, return_inverse=True)
    places = np.unique((state.indices[None, :] ^ flips[:, None]).reshape(-1))
    at = np.searchsorted(places, state.indices[None, :] ^ flips[:, None])
    images = np.zeros((len(x), len(places)), dtype=np.complex128)
    for row, (mask, phase, flip) in enumerate(zip(z, phases, flip_of, strict=True)):
        odd = _masks.popcount((state.indices & mask)[:, None]) & 1
        images[row, at[flip]] = phase * (1.0 - 2.0 * odd) * state.values
    home = np.zeros(len(places), dtype=np.complex128)
    here = np.searchsorted(places, state.indices)
    inside = (here < len(places)) & (places[np.minimum(here, len(places) - 1)] == state.indices)
    home[here[inside]] = state.values[inside]
    means = (images @ home.conj()).real
    products = images.real @ images.real.T + images.imag @ images.imag.T
    return np.asarray(products - np.outer(means, means))
