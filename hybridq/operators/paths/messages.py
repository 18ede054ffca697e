"""Messages over path states on the couplings of an energy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators.ising import Ising
from hybridq.operators.p1.rows import Rows, ranges
from hybridq.operators.paths.tables import Complex, PathWeights, Vector, row_size, swaps

NUMPY = "numpy"
_SPREAD = 1 << 16  # numbers, below which more threads cost more than they save
_PARTS = 64  # of all entries, whose derivatives are added in turn


class TreeMessages:
    r"""Mean spins and correlations after p layers of QAOA, where light cones are trees.

    The message from u to v is a sum over the paths b of u, see `tables`:

    .. math:: m_{u \to v}(a) = \sum_b F(b) e^{-i h_u \sum_l \gamma_l (b_l - b'_l)}
              \prod_{x \ne v} m_{x \to u}(b)
              e^{-i J_{uv} \sum_l \gamma_l (a_l b_l - a'_l b'_l)}

    Round r fills block r of all messages. The values are exact for pairs and spins whose cones are
    trees, which the caller has to know, and mean nothing elsewhere.

    Args:
        ising: H, of order two at most.
        p: number of layers, at least 1.
        pairs: indices of coupled pairs that are valued, int64, shape (k,).
        spins: spins that are valued, int64, shape (j,).
        threads: number of threads; no result depends on it.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin.
    """

    def __init__(
        self,
        ising: Ising,
        p: int,
        pairs: NDArray[np.int64],
        spins: NDArray[np.int64],
        *,
        threads: int = 1,
        kernels: str = "compiled",
    ) -> None:
        self._ising, self.p = ising, p
        self._pairs, self._spins = pairs, spins
        self._threads, self._plain = threads, kernels == NUMPY

    def require(self, *, gradient: bool = False) -> None:
        """Raise unless the messages fit in memory.

        Args:
            gradient: whether derivatives are computed too.

        Raises:
            CapacityError: they do not.
        """
        rows = 2 * len(self._ising.pairs) * (3 if gradient else 1)
        if len(self._spins):
            rows += self._ising.n_qubits * (2 if gradient else 1)
        memory.require(
            16 * row_size(self.p) * rows,
            f"messages of {self.p} layers along {len(self._ising.pairs):,} couplings",
            "use fewer layers",
        )

    @cached_property
    def _kernels(self) -> Any:
        """The module of the kernels."""
        if self._plain:
            from hybridq.operators.paths import plain

            return plain
        from hybridq.operators.paths import _kernels

        return _kernels

    @cached_property
    def _adjoint(self) -> Any:
        """The module of the kernels of derivatives."""
        if self._plain:
            from hybridq.operators.paths import plain

            return plain
        from hybridq.operators.paths import _adjoint

        return _adjoint

    @cached_property
    def _rows(self) -> Rows:
        """The couplings."""
        return Rows.of(self._ising)

    @cached_property
    def _back(self) -> NDArray[np.int64]:
        """The entry of the same pair in the other row, of each entry."""
        entries = self._rows.entries
        back = np.empty(2 * len(entries), dtype=np.int64)
        back[entries[:, 0]], back[entries[:, 1]] = entries[:, 1], entries[:, 0]
        return back

    @cached_property
    def _couplings(self) -> Vector:
        """J of each entry."""
        return self._rows.levels[self._rows.level]

    @cached_property
    def _entries(self) -> NDArray[np.int64]:
        """An entry of each pair that is valued."""
        return np.ascontiguousarray(self._rows.entries[self._pairs, 0])

    def _spread(self, kernel: Callable[..., Any], costs: Any, *arguments: Any) -> None:
        """Call ``kernel(first, last, *arguments)`` on ranges of items, in threads."""
        total = len(costs)
        if not total:
            return
        if self._threads == 1 or self._plain or int(costs.sum()) < _SPREAD:
            kernel(0, total, *arguments)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._threads) as pool:
            parts = ranges(costs, 4 * self._threads)
            for done in [pool.submit(kernel, *part, *arguments) for part in parts]:
                done.result()

    def _rounds(
        self, gammas: Vector, weights: PathWeights, messages: Complex, products: Complex
    ) -> Complex:
        """Fill messages and products, and return the products of all messages into a spin."""
        rows, swap, kernels = self._rows, swaps(self.p - 1), self._kernels
        n = rows.n_spins if len(self._spins) else 0
        whole = np.empty((n, row_size(self.p)), dtype=np.complex128)
        each = np.ones(len(rows.to), dtype=np.int64)
        fields = self._ising.linear.copy()
        for level in range(1, self.p + 1):
            self._spread(
                kernels.send, each * 4**level, level, self._couplings, self._back, gammas,
                weights.chain, swap, products, messages,
            )  # fmt: skip
            self._spread(
                kernels.multiply, (rows.degrees + 1) * 4 ** (level - 1), level, rows.starts,
                fields, gammas, swap, messages, products, whole,
            )  # fmt: skip
        return whole

    def values(self, gammas: Vector, betas: Vector) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ of the spins and ⟨Z_iZ_j⟩ of the pairs, shapes (j,) and (k,).

        Args:
            gammas: angles of the phases, shape (p,).
            betas: angles of the mixers, shape (p,).
        """
        weights, swap = PathWeights(betas), swaps(self.p - 1)
        table = np.empty((len(self._rows.to), row_size(self.p)), dtype=np.complex128)
        whole = self._rounds(gammas, weights, table, table)
        z, zz = np.empty(len(self._spins)), np.empty(len(self._pairs))
        self._spread(
            self._kernels.pair_values, np.full(len(zz), 4 * 4**self.p), self._entries,
            self._couplings, self._back, gammas, weights.same, weights.differing, swap, table, zz,
        )  # fmt: skip
        self._spread(
            self._kernels.spin_values, np.full(len(z), 4**self.p), self._spins, weights.same,
            weights.differing, swap, whole, z,
        )  # fmt: skip
        return z, zz

    def values_and_gradient(
        self, gammas: Vector, betas: Vector, of_spins: Vector, of_pairs: Vector
    ) -> tuple[Vector, Vector, Vector]:
        r"""Return `values` and the derivatives of a weighted sum of them.

        The adjoint method: one pass back through the rounds, with products and messages kept.

        Args:
            gammas: angles of the phases, shape (p,).
            betas: angles of the mixers, shape (p,).
            of_spins: weight of each ⟨Z_i⟩, shape (j,).
            of_pairs: weight of each ⟨Z_iZ_j⟩, shape (k,).

        Returns:
            shapes (j,), (k,) and (2p,).
        """
        rows, swap = self._rows, swaps(self.p - 1)
        adjoint, weights = self._adjoint, PathWeights(betas)
        shape = (len(rows.to), row_size(self.p))
        messages, products = (np.empty(shape, dtype=np.complex128) for _ in range(2))
        whole = self._rounds(gammas, weights, messages, products)
        above, adjoints = np.zeros_like(whole), np.zeros(shape, dtype=np.complex128)
        z, zz = np.empty(len(self._spins)), np.empty(len(self._pairs))
        ends = (weights.same, weights.differing)
        slopes, same, differing = self._summed(
            adjoint.pair_values_back, len(zz), (np.zeros(self.p), *ends), self._entries,
            self._couplings, self._back, gammas, *ends, swap, products, of_pairs, zz, adjoints,
        )  # fmt: skip
        more = self._summed(
            adjoint.spin_values_back, len(z), ends, self._spins, *ends, swap,
            whole, of_spins, z, above,
        )  # fmt: skip
        same, differing = same + more[0], differing + more[1]
        chain = []
        fields = self._ising.linear.copy()
        for level in range(self.p, 0, -1):
            (part,) = self._summed(
                adjoint.multiply_back, rows.n_spins, (np.zeros(self.p),), level, rows.starts,
                fields, gammas, swap, messages, products, whole, above, adjoints,
            )  # fmt: skip
            slopes = slopes + part
            part, of_level = self._summed(
                adjoint.send_back, len(rows.to),
                (np.zeros(self.p), np.zeros(4**level, dtype=np.complex128)), level,
                self._couplings, self._back, gammas, weights.chain, swap, products, adjoints,
            )  # fmt: skip
            slopes = slopes + part
            chain.append(of_level)
        by_betas = weights.slopes(np.concatenate(chain[::-1]), same, differing)
        return z, zz, np.concatenate([slopes, by_betas])

    def _summed(
        self, kernel: Callable[..., Any], total: int, like: tuple[Any, ...], *arguments: Any
    ) -> list[Any]:
        """Call ``kernel(first, last, *arguments, *sums)`` on ranges; return the sums.

        The ranges do not depend on the number of threads, and their sums are added in order.

        Args:
            kernel: of `self._adjoint`, which adds to one array for each sum.
            total: number of items.
            like: arrays of the shapes and types of the sums.
            arguments: the rest.
        """
        edges = np.unique(np.linspace(0, total, min(_PARTS, total // 256 + 1) + 1).astype(int))
        parts = list(pairwise(edges.tolist()))
        sums = [[np.zeros_like(each) for each in like] for _ in parts]
        if self._threads == 1 or self._plain or len(parts) < 2:
            for part, own in zip(parts, sums, strict=True):
                kernel(*part, *arguments, *own)
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(self._threads) as pool:
                waiting = [
                    pool.submit(kernel, *part, *arguments, *own)
                    for part, own in zip(parts, sums, strict=True)
                ]
                for done in waiting:
                    done.result()
        return [sum((own[k] for own in sums), np.zeros_like(each)) for k, each in enumerate(like)]
