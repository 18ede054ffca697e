"""A continuous relaxation of spins: unit vectors in the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

RESTARTS = 8


def planar_relaxation(ising: Ising, rng: RandomLike = None) -> tuple[Vector, NDArray[np.uint8]]:
    r"""Return spins relaxed to unit vectors in the plane, and their best rounding.

    Minimized by L-BFGS from 8 random starts is

    .. math:: \sum_{i<j} J_{ij} \cos(\varphi_i - \varphi_j) + \sum_i h_i \cos(\varphi_i - \varphi_0)

    Of the ways to cut the vectors by a line through the origin, the one of lowest energy gives
    the bits; `spins` are projections on the direction across it.

    Returns:
        ``spins``, cos of each vector's angle to that direction, in [−1, 1], shape (n,), and the
        bits, shape (n,), uint8.

    Raises:
        ParameterError: terms of more than two spins.

    Source: Burer, Monteiro, Zhang 2002, doi:10.1137/S1052623400382467 (rank-2 relaxation).
    """
    import scipy.optimize

    if ising.higher:
        raise ParameterError(
            "the planar relaxation takes terms of one and two spins, and this cost has longer ones",
            remedy=("choose another ", Setting("strategy")),
        )
    n, generator = ising.n_qubits, as_generator(rng)
    # A further spin, fixed to +1, carries the fields.
    fields = np.flatnonzero(ising.linear)
    first = np.concatenate([ising.pairs[:, 0], fields]).astype(np.int64)
    second = np.concatenate([ising.pairs[:, 1], np.full(len(fields), n)]).astype(np.int64)
    weights = np.concatenate([ising.couplings, ising.linear[fields]])
    weights = weights / max(float(np.abs(weights).max(initial=0.0)), 1e-300)

    def energy(angles: Vector) -> tuple[float, Vector]:
        difference = angles[first] - angles[second]
        slopes = -weights * np.sin(difference)
        gradient = np.zeros(n + 1)
        np.add.at(gradient, first, slopes)
        np.subtract.at(gradient, second, slopes)
        return float(weights @ np.cos(difference)), gradient

    best = min(
        (
            scipy.optimize.minimize(
                energy, generator.uniform(0.0, 2.0 * np.pi, n + 1), jac=True, method="L-BFGS-B"
            )
            for _ in range(RESTARTS)
        ),
        key=lambda found: float(found.fun),
    )
    angles = np.asarray(best.x)
    direction = best_direction(
        angles, angles if len(fields) else angles[:n], first, second, weights
    )
    spins = np.cos(angles - direction)
    spins = spins if spins[n] >= 0.0 else -spins
    return spins[:n], (spins[:n] < 0.0).astype(np.uint8)


_CANDIDATES = 64  # directions at most whose energies are summed anew


def best_direction(
    angles: Vector,
    taking_part: Vector,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    weights: Vector,
) -> float:
    """Return the direction across the cut of lowest energy, among all cuts by a line.

    A vector changes sides where the direction turns past its right angle; the directions halfway
    between these turns give every possible cut. From one to the next a single spin flips, so that
    each term changes sign twice at most: all energies take O(n log n + terms).
    """
    turns = np.mod(taking_part + np.pi / 2.0, np.pi)
    order = np.argsort(turns)
    turns = turns[order]
    directions = turns + np.diff(turns, append=turns[0] + np.pi) / 2.0
    n = len(directions)
    # Spin order[k] flips from direction k on, compared with direction 0; the first one never does.
    flips = np.full(len(angles), n)
    flips[order[1:]] = np.arange(1, n)
    signs = np.where(np.cos(angles - directions[0]) >= 0.0, 1.0, -1.0)
    terms = weights * signs[first] * signs[second]
    once, twice = np.sort([flips[first], flips[second]], axis=0)
    changes = np.bincount(once, -2.0 * terms, n + 1) + np.bincount(twice, 2.0 * terms, n + 1)
    energies = np.cumsum(changes[:n]) + terms.sum()
    # Rounding of the running sums must not decide between cuts.
    tied = energies <= energies.min() + 1e-9 * np.abs(weights).sum()
    candidates = np.flatnonzero(tied)[:_CANDIDATES] if n > _CANDIDATES else np.arange(n)
    signs = np.where(np.cos(angles[:, np.newaxis] - directions[candidates]) >= 0.0, 1.0, -1.0)
    exact = weights @ (signs[first] * signs[second])
    return float(directions[candidates[int(np.argmin(exact))]])
