"""Rounding of correlations: the signs of the leading eigenvectors of ⟨Z_iZ_j⟩."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.classical import _couplings
from hybridq.core.checks import checked_count
from hybridq.operators.ising import Ising
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Stopwatch,
    Unsampled,
    correlated,
    descended,
    energy_of,
    with_answer,
)


@dataclass(frozen=True, kw_only=True)
class Round(Unsampled):
    """Take the signs of the leading eigenvectors of the correlation matrix (QRR).

    The best of them is descended by single flips. The control rounds the couplings themselves in
    the same way.

    Args:
        vectors: number of eigenvectors that are tried.

    Source: Dupont, Sundar 2024, arXiv:2307.05821.
    """

    name: ClassVar[str] = "round"
    summary: ClassVar[str] = "signs of the leading eigenvectors of the correlations; dense graphs"
    source: ClassVar[str] = "Dupont, Sundar 2024, arXiv:2307.05821"

    vectors: int = 16

    def __post_init__(self) -> None:
        checked_count("vectors", self.vectors, at_most=1_000)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        watch = Stopwatch(None)
        found = correlated(task)
        ising = found.trained.ansatz.ising
        rounded = self._rounded(ising, found.energy, task.rng)
        bits = descended(ising, rounded)
        seconds = watch.seconds
        moved = int((bits != rounded).sum())
        flips = "no flip improves it" if not moved else f"then {moved:,} single flips"
        watch = Stopwatch(None)
        plain = descended(ising, self._rounded(ising, ising, task.rng))
        control = ControlEnergy(
            "the same rounding of the couplings", energy_of(ising, plain), watch.seconds
        )
        return with_answer(
            found.trained,
            bits=bits,
            method=f"rounding of the correlations, {flips}",
            seconds=seconds,
            controls=(control,),
        )

    def _rounded(self, ising: Ising, energy: Ising, rng: np.random.Generator) -> Bits:
        """Return the best signs of the leading eigenvectors of minus the couplings."""
        matrix = -_couplings.sparse(_couplings.without_fields(energy))
        count = min(self.vectors, matrix.shape[0] - 1)
        if matrix.shape[0] <= 2 * count + 2:
            _, vectors = np.linalg.eigh(matrix.toarray())
        else:
            from scipy.sparse.linalg import eigsh

            start = rng.normal(size=matrix.shape[0])
            _, vectors = eigsh(matrix, k=count, which="LA", v0=start, tol=1e-6)
        n = ising.n_qubits
        signs = np.where(vectors < 0.0, -1.0, 1.0)
        if matrix.shape[0] > n:
            signs = signs[:n] * signs[n]
        rows = np.concatenate([signs.T < 0, signs.T > 0]).astype(np.uint8)
        return np.asarray(rows[int(np.argmin(ising.energies(rows)))])
