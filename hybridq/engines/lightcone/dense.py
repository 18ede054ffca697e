"""Simulation of the spins of light cones alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.qaoa import QAOA
from hybridq.engines.diagonal.engine import DiagonalEngine
from hybridq.operators.ising import Ising
from hybridq.operators.p1.rows import Rows

Ints = NDArray[np.int64]
Vector = NDArray[np.float64]

MOST_QUBITS = 20
"""Spins that are simulated as a whole."""


def cost_of(n_spins: int, p: int) -> float:
    """Return about the number of products for a value."""
    return 2.0 * p * n_spins * 2.0**n_spins


class DenseCone:
    """All spins of one or more cones, as a state.

    Couplings between the outermost spins are kept: they cancel.

    Args:
        ising: the energy in the phases.
        rows: its couplings.
        p: number of layers.
        spins: those of the cones, ascending.
        targets: numbers of the groups of roots.
        roots: of each target, one spin twice where it is alone, shape (k, 2).
        threads: number of threads.
        kernels: ``"compiled"`` or ``"numpy"``.
    """

    def __init__(
        self,
        ising: Ising,
        rows: Rows,
        p: int,
        spins: Ints,
        targets: Ints,
        roots: Ints,
        *,
        threads: int,
        kernels: str,
    ) -> None:
        self.targets, self.n_spins = targets, len(spins)
        self._roots = np.searchsorted(spins, roots)
        entries = np.concatenate([np.arange(*rows.starts[s : s + 2]) for s in spins.tolist()])
        ends = np.stack([np.repeat(spins, rows.degrees[spins]), rows.to[entries]], axis=1)
        inside = (ends[:, 0] < ends[:, 1]) & np.isin(ends[:, 1], spins)
        self._sub = Ising(
            len(spins),
            0.0,
            ising.linear[spins],
            np.searchsorted(spins, ends[inside]),
            rows.levels[rows.level[entries[inside]]],
        )
        ansatz = QAOA(self._sub, p)
        self._engine = DiagonalEngine(
            ansatz.circuit, ansatz.hamiltonian, threads=threads, kernels=kernels
        )

    def values(self, angles: Vector) -> Vector:
        """Return the value of each target at γ_1 … γ_p, β_1 … β_p."""
        single = self._roots[:, 0] == self._roots[:, 1]
        z, zz = self._engine.correlations(angles, self._roots[~single])
        found = np.empty(len(self._roots))
        found[single], found[~single] = z[self._roots[single, 0]], zz
        return found

    def values_and_gradient(self, angles: Vector, weights: Vector) -> tuple[Vector, Vector]:
        """Return `values`, and the derivatives of their weighted sum by the angles."""
        single = self._roots[:, 0] == self._roots[:, 1]
        linear = np.zeros(self.n_spins)
        if self._sub.linear.any():  # else half the states stand for all, and the mean spins are 0
            np.add.at(linear, self._roots[single, 0], weights[single])
        summed = Ising(self.n_spins, 0.0, linear, self._roots[~single], weights[~single])
        energies = summed.to_pauli_sum().diagonal()
        states = len(self._engine.energies())
        _, gradient = self._engine.weighted_expectation(angles, energies[:states])
        return self.values(angles), gradient
