"""Rounding of correlations: the signs of the leading eigenvectors of ⟨Z_iZ_j⟩."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.core.checks import checked_count
from hybridq.core.clock import Deadline
from hybridq.operators.ising import Ising
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Unsampled,
    comes_after,
    correlation_energy,
    descended,
    energy_of,
    same_work,
    with_answer,
)

_ENTRY = 0.2  # work of an entry of a product, or of an orthogonalization
_PARTS = 3  # of a time limit: the strategy and its controls


@dataclass(frozen=True, kw_only=True)
class Round(Unsampled):
    """Take the signs of the leading eigenvectors of the correlation matrix (QRR).

    The best of them is descended by single flips. One control rounds the couplings themselves in
    the same way, another is annealing with about the same work.

    Args:
        vectors: number of eigenvectors that are tried.

    Source: Dupont, Sundar 2024, arXiv:2307.05821.
    """

    name: ClassVar[str] = "round"
    summary: ClassVar[str] = "signs of the leading eigenvectors of the correlations"
    source: ClassVar[str] = "Dupont, Sundar 2024, arXiv:2307.05821"
    least_share: ClassVar[float] = 1.0  # all correlations, at once

    vectors: int = 16

    def __post_init__(self) -> None:
        checked_count("vectors", self.vectors, at_most=1_000)

    def answered(self, task: Task, found: StrategyResult) -> StrategyResult:
        """See `Unsampled`."""
        deadline, ising = task.deadline, found.ansatz.ising
        correlations = correlation_energy(found)
        first, second, third = task.rng.spawn(3)
        task.announce("eigenvectors")
        own = deadline.part(1.0 / _PARTS)
        rounded, work, complete = self._rounded(ising, correlations, first, own)
        bits = descended(ising, rounded)
        seconds = own.seconds
        moved = int((bits != rounded).sum())
        flips = "no flip improves it" if not moved else f"then {moved:,} single flips"
        controls: tuple[ControlEnergy, ...] = ()
        task.announce("controls")
        if comes_after(deadline.without(seconds), complete):
            own = deadline.part(1.0 / (_PARTS - 1))
            signs, _, whole = self._rounded(ising, ising, second, own)
            plain = descended(ising, signs)
            name = "the same rounding of the couplings"
            energy = energy_of(ising, plain)
            controls = (ControlEnergy(name, energy, own.seconds, plain, whole),)
        return with_answer(
            found,
            bits=bits,
            method=f"rounding of the correlations, {flips}",
            seconds=seconds,
            controls=(
                *controls,
                *same_work(ising, third, work, seconds, deadline, after=complete),
            ),
            complete=complete,
        )

    def _rounded(
        self, ising: Ising, energy: Ising, rng: np.random.Generator, deadline: Deadline
    ) -> tuple[Bits, float, bool]:
        """Return the best signs of the leading eigenvectors of minus the couplings.

        The work is that of the products, in the units of `annealing.Work`; the flag is False where
        the time limit ended the iteration, and the last vector of it was taken.
        """
        from scipy.sparse.linalg import LinearOperator, eigsh

        matrix = -_couplings.sparse(_couplings.without_fields(energy))
        size = matrix.shape[0]
        count = min(self.vectors, size - 1)
        last, products, complete = rng.normal(size=size), 0, True

        def product(vector: NDArray[np.float64]) -> NDArray[np.float64]:
            nonlocal last, products
            if products and deadline.passed:
                raise _LateError
            products += 1
            last = np.asarray(matrix @ vector.reshape(-1))
            return last

        if size <= 2 * count + 2:
            _, vectors = np.linalg.eigh(matrix.toarray())
        else:
            operator = LinearOperator(matrix.shape, matvec=product, dtype=np.float64)
            try:
                _, vectors = eigsh(operator, k=count, which="LA", v0=last, tol=1e-6)
            except (_LateError, KeyboardInterrupt):
                vectors, complete = last[:, np.newaxis], False
        work = products * (_ENTRY * matrix.nnz + _ENTRY * 4 * count * size)
        n = ising.n_qubits
        signs = np.where(vectors < 0.0, -1.0, 1.0)
        if matrix.shape[0] > n:
            signs = signs[:n] * signs[n]
        rows = np.concatenate([signs.T < 0, signs.T > 0]).astype(np.uint8)
        return np.asarray(rows[int(np.argmin(ising.energies(rows)))]), work, complete


class _LateError(Exception):
    """The time limit has passed in the middle of an iteration."""
