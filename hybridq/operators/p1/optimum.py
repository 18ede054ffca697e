"""The best angles of one layer: a search in γ alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hybridq.operators.ising import Ising
from hybridq.operators.p1.closed_form import OneLayer, Sums

POINTS = 24
REACH = 1.2  # of the scan, over the strength of a single spin


@dataclass(frozen=True)
class P1Optimum:
    """The best angles of one layer.

    Attributes:
        gamma: angle of the phase, γ ≥ 0.
        beta: angle of the mixer.
        energy: the expectation value there, the constant included.
    """

    gamma: float
    beta: float
    energy: float


def p1_optimum(ising: Ising, *, threads: int = 1, kernels: str = "compiled") -> P1Optimum:
    r"""Return the angles of one layer of QAOA with the lowest expectation value.

    β is eliminated (`OneLayer.best_beta`). γ is the lowest of a scan of :math:`(0, 1.2/\kappa]`
    with κ the root mean square coupling of a spin, refined where the derivative vanishes. Where
    the median of the spins' couplings is far below κ the scan continues, in equal ratios, to 1.2
    over that median. A narrower minimum between two points of the scan may be missed.

    Args:
        ising: a cost of order two at most.
        threads: number of threads; the result does not depend on it.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin.

    Raises:
        ParameterError: a term of higher order.
        CapacityError: the couplings do not fit in memory.
    """
    return best_angles(OneLayer(ising, threads=threads, kernels=kernels))


def best_angles(layer: OneLayer) -> P1Optimum:
    """Return the best angles of a layer for its measured energy; see `p1_optimum`."""
    search = _Search(layer)
    gamma = search.lowest(_grid(layer.ising))
    sums = search.at(gamma)
    beta = sums.best_beta()
    return P1Optimum(gamma, beta, layer.measured.constant + sums.energy(beta))


def _grid(ising: Ising) -> list[float]:
    """Return the scanned values of γ, ascending; none without couplings and fields."""
    squares = ising.linear**2
    np.add.at(squares, ising.pairs.ravel(), np.repeat(ising.couplings**2, 2))
    strengths = np.sqrt(squares[squares > 0.0])
    if not len(strengths):
        return []
    kappa = float(np.sqrt(squares.mean()))
    grid = (REACH / kappa * np.arange(1, POINTS + 1) / POINTS).tolist()
    median = float(np.median(strengths))
    while grid[-1] < min(REACH / median, 100.0 * REACH / kappa):
        grid.append(grid[-1] * (1.0 + 1.0 / POINTS))
    return grid


class _Search:
    """E*(γ) = min_β E(γ, β) and its derivative, each γ computed once."""

    def __init__(self, layer: OneLayer) -> None:
        self._layer = layer
        self._known: dict[float, Sums] = {}

    def at(self, gamma: float) -> Sums:
        """Return the sums at γ."""
        if gamma not in self._known:
            self._known[gamma] = self._layer.sums(gamma)
        return self._known[gamma]

    def value(self, gamma: float) -> float:
        """Return E*(γ)."""
        sums = self.at(gamma)
        return sums.energy(sums.best_beta())

    def slope(self, gamma: float) -> float:
        """Return dE*/dγ, by the envelope theorem ∂E/∂γ at the best β."""
        sums = self.at(gamma)
        return sums.by_gamma(sums.best_beta())

    def lowest(self, grid: list[float]) -> float:
        """Return the γ of the lowest E* near the best point of a grid, 0 for a flat E*."""
        if not grid:
            return 0.0
        here = min(range(len(grid)), key=lambda k: (self.value(grid[k]), k))
        gamma = grid[here]
        if self.value(gamma) >= 0.0:
            return 0.0
        left = grid[here - 1] if here else 1e-3 * gamma
        right = grid[here + 1] if here + 1 < len(grid) else gamma * (1.0 + 1.0 / POINTS)
        ends = (left, gamma) if self.slope(gamma) > 0.0 else (gamma, right)
        import scipy.optimize

        if self.slope(ends[0]) < 0.0 < self.slope(ends[1]):
            found = scipy.optimize.brentq(self.slope, *ends, xtol=1e-15 * gamma, rtol=1e-12)
        else:  # another extremum between the points
            found = scipy.optimize.minimize_scalar(
                self.value, bounds=(left, right), method="bounded", options={"xatol": 1e-9 * gamma}
            ).x
        return min((gamma, float(found)), key=self.value)
