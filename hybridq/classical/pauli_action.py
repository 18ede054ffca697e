"""A Pauli sum as a matrix-free linear operator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.operators import _masks

if TYPE_CHECKING:
    import scipy.sparse.linalg

    from hybridq.operators.pauli_sum import PauliSum

_BLOCK_QUBITS = 6  # a Hadamard matrix of 64 x 64 fills a level-1 cache
_PARTS = 16


class PauliAction:
    """Product of a hermitian Pauli sum with vectors of 2**n entries, 6 <= n <= 30.

    Its threads end with the ``with`` block; results do not depend on their number.

    Attributes:
        dtype: float64 if the sum's matrix is real, else complex128.
    """

    def __init__(self, hamiltonian: PauliSum) -> None:
        import numba
        import scipy.linalg

        s = hamiltonian.simplify()
        self._dim = 1 << s.n_qubits
        phases = np.array([1, 1j, -1, -1j])[_masks.popcount(s.x_masks & s.z_masks) & 3]
        coefficients = s.coefficients.real * phases
        # Real if every term has an even number of Y.
        self.dtype = np.dtype(np.complex128 if coefficients.imag.any() else np.float64)
        self._coefficients = coefficients if self.dtype.kind == "c" else coefficients.real.copy()
        # In canonical order equal x masks are adjacent.
        flips, first = np.unique(s.x_masks[:, 0], return_index=True)
        self._flips = flips.astype(np.int64)
        self._starts = np.append(first, len(s)).astype(np.int64)
        self._z_masks = s.z_masks[:, 0].astype(np.int64)
        self._signs = scipy.linalg.hadamard(1 << _BLOCK_QUBITS, dtype=np.float64)
        self._pool = ThreadPoolExecutor(numba.get_num_threads())

    def __enter__(self) -> PauliAction:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def __call__(self, vector: NDArray[Any]) -> NDArray[Any]:
        """Return the product with a vector, shape (2**n,)."""
        from hybridq.classical._pauli_action_kernel import pauli_rows

        source = np.ascontiguousarray(vector, dtype=self.dtype).reshape(-1)
        out = np.empty_like(source)
        blocks = self._dim >> _BLOCK_QUBITS
        edges = np.linspace(0, blocks, min(_PARTS, blocks) + 1).astype(np.int64).tolist()

        def part(k: int) -> None:
            pauli_rows(
                edges[k], edges[k + 1], self._flips, self._starts, self._z_masks,
                self._coefficients, self._signs, np.empty(1 << _BLOCK_QUBITS, self.dtype),
                source, out,
            )  # fmt: skip

        list(self._pool.map(part, range(len(edges) - 1)))
        return out

    def operator(self) -> scipy.sparse.linalg.LinearOperator[Any]:
        """Return the action as a `LinearOperator` of SciPy."""
        import scipy.sparse.linalg

        return scipy.sparse.linalg.LinearOperator(
            (self._dim, self._dim), matvec=self, dtype=self.dtype
        )
