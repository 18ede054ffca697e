"""Matrix-free product of an electronic Hamiltonian with a state of a sector."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators.sector_electronic import ElectronicParts, Moves

if TYPE_CHECKING:
    import scipy.sparse

DENSE_STRINGS = 4096
"""Largest number of strings with dense same-spin matrices, at least a tenth full."""

CHUNKS = 16
"""Parts of the work for all threads; fixed, so that results are reproducible."""


class ElectronicProduct:
    """H times real states of a sector, from integrals and string tables only.

    Args:
        parts: the Hamiltonian.
        dtype: of the states, float64 or float32.
        threads: number of threads.

    Raises:
        CapacityError: the working arrays do not fit in memory.

    Source: Knowles, Handy 1984, Chem. Phys. Lett. 111, 315 (the factorization), without its
    intermediate of all orbital pairs and determinants.
    """

    def __init__(self, parts: ElectronicParts, dtype: Any, threads: int) -> None:
        import threadpoolctl

        self.shape = parts.sector.shape
        n_low = self.shape[1]
        m = parts.n_orbitals
        dtype = np.dtype(dtype)
        n_pairs, width = m * (m + 1) // 2, parts.high_moves.partner.shape[1]
        size = n_low * (width + n_pairs) + n_pairs * width
        dense = sum(n * n for n in self.shape if n <= DENSE_STRINGS)
        memory.require(
            dtype.itemsize * (threads * size + dense),
            f"the product with a Hamiltonian of {parts.sector.dim:,} determinants",
            "use a smaller active space",
        )
        p, q = np.triu_indices(m)
        number = np.empty((m, m), dtype=np.int32)
        number[p, q] = number[q, p] = np.arange(n_pairs)
        high = parts.high_moves
        self._moves = (high.partner, number.ravel()[high.pair], high.sign.astype(dtype))
        self._lists = _by_pair(parts.low_moves, number.ravel(), n_pairs, dtype)
        self._two = parts.two.reshape(m, m, m, m)[p, q][:, p, q].astype(dtype)
        self._low = _same_spin(parts.low_matrix, dtype)
        self._high = _same_spin(parts.high_matrix, dtype)
        self._workspaces = [
            (
                np.empty((n_pairs, width), dtype),
                np.empty((width, n_low), dtype),
                np.empty((n_pairs, n_low), dtype),
            )
            for _ in range(threads)
        ]
        self._threads = threads
        self._blas = threadpoolctl.ThreadpoolController()

    def apply(self, state: NDArray[Any], out: NDArray[Any]) -> None:
        """Write H times a real `state` to `out`; both contiguous, shape (dim,)."""
        c, sigma = state.reshape(self.shape), out.reshape(self.shape)
        # Rows are divided among threads; each computes its own matrix products.
        with self._blas.limit(limits=1, user_api="blas"):
            self._spread(lambda first, last, _: self._same_spin(c, sigma, first, last))
            self._spread(
                lambda first, last, workspace: self._repulsion(c, sigma, first, last, workspace)
            )

    def _spread(self, work: Callable[[int, int, Any], None]) -> None:
        n_high = self.shape[0]
        bounds = [n_high * k // CHUNKS for k in range(CHUNKS + 1)]

        def run(thread: int) -> None:
            for k in range(thread, CHUNKS, self._threads):
                work(bounds[k], bounds[k + 1], self._workspaces[thread])

        if self._threads == 1:
            run(0)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            for done in [pool.submit(run, thread) for thread in range(self._threads)]:
                done.result()

    def _same_spin(self, c: Any, sigma: Any, first: int, last: int) -> None:
        """Apply H_α and H_β to rows first … last − 1."""
        if first == last:
            return
        low = self._low
        if isinstance(low, np.ndarray):
            np.matmul(c[first:last], low, out=sigma[first:last])
        else:
            sigma[first:last] = (low @ c[first:last].T).T
        sigma[first:last] += self._high[first:last] @ c

    def _repulsion(self, c: Any, sigma: Any, first: int, last: int, workspace: Any) -> None:
        from hybridq.operators._product_kernel import add_repulsion

        add_repulsion(first, last, c, sigma, self._moves, self._lists, self._two, workspace)


def _same_spin(matrix: scipy.sparse.csr_array, dtype: Any) -> Any:
    """Return a symmetric same-spin matrix, dense where that multiplies faster."""
    matrix = matrix.astype(dtype)
    return matrix.toarray() if matrix.shape[0] <= DENSE_STRINGS else matrix


def _by_pair(moves: Moves, number: NDArray[np.int32], n_pairs: int, dtype: Any) -> tuple[Any, ...]:
    """Return moves by pair p ≤ q: (starts, from, to, sign), unsigned indices."""
    pair = number[moves.pair].ravel()
    order = np.argsort(pair, kind="stable")
    to = np.repeat(np.arange(len(moves.partner)), moves.partner.shape[1])
    return (
        np.searchsorted(pair[order], np.arange(n_pairs + 1)).astype(np.uint64),
        moves.partner.ravel()[order].astype(np.uint32),
        to[order].astype(np.uint32),
        moves.sign.ravel()[order].astype(dtype),
    )
