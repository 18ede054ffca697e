"""Matrix-free product of an electronic Hamiltonian with a state of a sector."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators.sector_electronic import ElectronicParts, Moves

if TYPE_CHECKING:
    import scipy.sparse

DENSE_STRINGS = 4096
"""Largest number of strings with dense same-spin matrices, at least a tenth full."""

MOST_BLOCKS = 16
"""More blocks of a same-spin matrix are multiplied as one."""

SYMMETRY_TOLERANCE = 1e-13
"""Integrals up to this size, relative to the largest, are rounding errors where they alone connect
orbitals of different symmetry."""

CHUNKS = 16
"""Parts of the work for all threads; fixed, so that results are reproducible."""


class ElectronicProduct:
    """H times real states of a sector, from integrals and string tables only.

    Strings, and pairs of orbitals, of different point-group symmetry do not mix; their blocks are
    found in the numbers. Integrals between blocks that are rounding errors are left out.

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
            dtype.itemsize * (threads * size + dense + parts.sector.dim),
            f"the product with a Hamiltonian of {parts.sector.dim:,} determinants",
            "use a smaller active space",
        )
        p, q = np.triu_indices(m)
        number = np.empty((m, m), dtype=np.int32)
        number[p, q] = number[q, p] = np.arange(n_pairs)
        two = parts.two.reshape(m, m, m, m)[p, q][:, p, q]
        groups = _Groups(two)
        self._moves = groups.sorted_moves(parts.high_moves, number.ravel(), dtype)
        self._lists = _by_pair(parts.low_moves, groups.places[number.ravel()], n_pairs, dtype)
        self._two = groups.sorted_integrals(two).astype(dtype)
        self._bounds = groups.bounds
        self._low = _blocks(parts.low_matrix, dtype)
        self._high = _blocks(parts.high_matrix, dtype)
        largest = int(np.diff(groups.bounds).max(initial=0))
        self._workspaces = [
            (
                np.empty(largest * width, dtype),
                np.empty((width, n_low), dtype),
                np.empty((largest, n_low), dtype),
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
            self._spread(self.shape[0], lambda *rows: self._low_spins(c, sigma, *rows))
            for strings, block in self._high:
                work = partial(_add_high_spins, sigma, strings, block, c[strings])
                self._spread(block.shape[0], work)
            self._spread(self.shape[0], lambda *rows: self._repulsion(c, sigma, *rows))

    def _spread(self, rows: int, work: Callable[[int, int, Any], None]) -> None:
        bounds = [rows * k // CHUNKS for k in range(CHUNKS + 1)]

        def run(thread: int) -> None:
            for k in range(thread, CHUNKS, self._threads):
                if bounds[k] < bounds[k + 1]:
                    work(bounds[k], bounds[k + 1], self._workspaces[thread])

        if self._threads == 1:
            run(0)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            for done in [pool.submit(run, thread) for thread in range(self._threads)]:
                done.result()

    def _low_spins(self, c: Any, sigma: Any, first: int, last: int, _: Any) -> None:
        """Set rows first … last − 1 to the Hamiltonian of the lower strings."""
        for strings, block in self._low:
            if isinstance(block, np.ndarray):
                sigma[first:last, strings] = c[first:last, strings] @ block
            else:
                sigma[first:last] = (block @ c[first:last].T).T

    def _repulsion(self, c: Any, sigma: Any, first: int, last: int, workspace: Any) -> None:
        from hybridq.operators._product_kernel import add_repulsion

        add_repulsion(
            first, last, c, sigma, self._moves, self._lists, self._two, self._bounds, workspace
        )


def _add_high_spins(
    sigma: Any, strings: Any, block: Any, part: Any, first: int, last: int, _: Any
) -> None:
    """Add the Hamiltonian of upper strings number first … last − 1 of a block."""
    chosen = slice(first, last) if isinstance(strings, slice) else strings[first:last]
    sigma[chosen] += block[first:last] @ part


class _Groups:
    """Groups of orbital pairs between which all integrals (pq|rs) vanish.

    Args:
        two: integrals by pair of α and pair of β, shape (pairs, pairs).

    Attributes:
        places: the place of each pair of α in the order of groups.
        bounds: the first place of each group, and the end of the last one.
    """

    places: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def __init__(self, two: NDArray[np.float64]) -> None:
        import scipy.sparse
        from scipy.sparse.csgraph import connected_components

        n = len(two)
        low, high = np.nonzero(_is_large(two))
        both = scipy.sparse.coo_array((np.ones(len(low)), (low, n + high)), shape=(2 * n, 2 * n))
        _, labels = connected_components(both, directed=False)
        shared = np.intersect1d(labels[:n], labels[n:])
        # Pairs without any integral come last, in no group.
        known = np.full(labels.max(initial=0) + 1, len(shared))
        known[shared] = np.arange(len(shared))
        group, self._high = known[labels[:n]], known[labels[n:]]
        self._order = np.argsort(group, kind="stable")
        self.places = np.argsort(self._order)
        self.bounds = np.searchsorted(group[self._order], np.arange(len(shared) + 1))

    def sorted_integrals(self, two: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the integrals with the pairs of α in the order of groups."""
        return np.ascontiguousarray(two[self._order])

    def sorted_moves(self, moves: Moves, number: NDArray[np.int32], dtype: Any) -> tuple[Any, ...]:
        """Return (starts, partner, pair, sign) of the moves of β, by string and group."""
        pair = number[moves.pair]
        group = self._high[pair]
        order = np.argsort(group, axis=1, kind="stable")
        starts = [(group < k).sum(axis=1) for k in range(len(self.bounds))]
        taken = [
            np.take_along_axis(each, order, axis=1) for each in (moves.partner, pair, moves.sign)
        ]
        return np.stack(starts, axis=1), taken[0], taken[1], taken[2].astype(dtype)


def _is_large(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where values are more than rounding errors of the largest one."""
    size = np.abs(values)
    return size > SYMMETRY_TOLERANCE * size.max(initial=0.0)


def _blocks(matrix: scipy.sparse.csr_array, dtype: Any) -> list[tuple[Any, Any]]:
    """Return the blocks of a symmetric same-spin matrix, as (strings, matrix).

    A large matrix stays as it is, sparse.
    """
    from scipy.sparse.csgraph import connected_components

    n = matrix.shape[0]
    if n > DENSE_STRINGS:
        return [(slice(None), matrix.astype(dtype))]
    dense = matrix.toarray()
    count, labels = connected_components(_is_large(dense), directed=False)
    if count == 1 or count > MOST_BLOCKS:
        return [(slice(None), dense.astype(dtype))]
    chosen = [np.flatnonzero(labels == label) for label in range(count)]
    return [(strings, dense[np.ix_(strings, strings)].astype(dtype)) for strings in chosen]


def _by_pair(moves: Moves, number: NDArray[np.int64], n_pairs: int, dtype: Any) -> tuple[Any, ...]:
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
