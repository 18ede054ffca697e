"""The lowest energies of a Hamiltonian, by exact diagonalization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.pauli_action import PauliAction
from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.core.checks import is_whole
from hybridq.core.errors import CapacityError, ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import electronic_matrix
from hybridq.operators.sector_matrix import sector_matrix

if TYPE_CHECKING:
    import scipy.sparse.linalg

# Up to here all eigenvalues at once take less than a second.
_DENSE = 700
# Up to so many entries a stored matrix is ready before compiled code is loaded.
_MOST_STORED = 1 << 20
# Minutes on two cores; every further qubit doubles them.
_MOST_QUBITS = 24
_TOLERANCE = 1e-9
_HERMITIAN = 1e-10
# Energies closer than this, relative to the spread of the spectrum, are equal.
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class GroundStates:
    """The lowest eigenvalues of a Hamiltonian.

    Attributes:
        values: ascending, each as often as it is degenerate, shape (k,), float64, in the
            Hamiltonian's unit.
        vectors: their eigenvectors as columns, shape (dim, k), float64 or complex128; over the
            2**n basis states, or over those of `sector` in its order.
        algorithm: name of the algorithm, such as ``"dense diagonalization"``.
        exact: True if they are eigenvalues up to rounding, as the residuals show.
        residual: the largest of ‖Hv − Ev‖, which bounds the error of every value.
        sector: the sector that was searched, or None for the whole space.
    """

    values: NDArray[np.float64]
    vectors: NDArray[Any]
    algorithm: str
    exact: bool
    residual: float
    sector: Sector | None

    @property
    def method(self) -> str:
        """The algorithm and the number of states, in words."""
        return f"{self.algorithm} of {len(self.vectors):,} states"


def ground_states(
    hamiltonian: PauliSum | ElectronicHamiltonian,
    k: int = 1,
    *,
    sector: Sector | None = None,
    rng: RandomLike = None,
) -> GroundStates:
    """Return the k lowest eigenvalues and eigenvectors of a space or a sector.

    Up to 700 states by dense diagonalization, beyond by the implicitly restarted Lanczos method
    (ARPACK) from a random vector: on the sparse matrix of a sector, or on the Pauli terms
    themselves. For k > 1 the complement of the states found is searched again, so that no copy of
    a degenerate value is missed.

    Args:
        hamiltonian: hermitian.
        k: number of eigenvalues.
        sector: numbers of ones that the Hamiltonian conserves; for electrons
            ``Sector.of_electrons(n_orbitals, n_alpha, n_beta)``.
        rng: source of the starting vector; the values do not depend on it beyond rounding.

    Raises:
        ParameterError: not hermitian, k not from 1 to the number of states, or a Hamiltonian
            that leads out of the sector.
        DimensionError: Hamiltonian and sector of different widths.
        CapacityError: more than 24 qubits without a sector, too little memory, or no convergence.
    """
    if isinstance(hamiltonian, PauliSum):
        _check_hermitian(hamiltonian)
    # Short vector operations gain nothing from the threads of BLAS, and wait for them.
    with one_blas_thread():
        return _search(hamiltonian, k, sector, rng)


def _search(
    hamiltonian: PauliSum | ElectronicHamiltonian, k: int, sector: Sector | None, rng: RandomLike
) -> GroundStates:
    if sector is None:
        pauli_sum = hamiltonian if isinstance(hamiltonian, PauliSum) else hamiltonian.pauli_sum
        n = pauli_sum.n_qubits
        if n > _MOST_QUBITS:
            raise CapacityError(
                f"exact diagonalization on {n} qubits means 2^{n} states; the limit is "
                f"{_MOST_QUBITS}",
                remedy="give a sector, or taper the Hamiltonian",
            )
        dim = _checked_count(k, 1 << n)
        if pauli_sum.is_diagonal:
            return _of_diagonal(pauli_sum.diagonal(), k, None)
        if dim <= _DENSE:
            return _dense(pauli_sum.to_matrix().toarray(), k, None)
        import scipy.sparse.linalg

        _require(dim, k, 16)
        spread = 2.0 * pauli_sum.one_norm
        if dim * len(np.unique(pauli_sum.simplify().x_masks[:, 0])) <= _MOST_STORED:
            matrix = pauli_sum.to_matrix()
            stored = matrix if matrix.imag.count_nonzero() else matrix.real
            operator = scipy.sparse.linalg.aslinearoperator(stored)
            return _lanczos(operator, k, None, rng, spread)
        with PauliAction(pauli_sum) as action:
            return _lanczos(action.operator(), k, None, rng, spread)
    dim = _checked_count(k, sector.dim)
    if isinstance(hamiltonian, PauliSum):
        _check_conserved(hamiltonian, sector)
        matrix = sector_matrix(hamiltonian, sector)
    else:
        matrix = electronic_matrix(hamiltonian, sector)
    if dim <= _DENSE:
        return _dense(matrix.toarray(), k, sector)
    if matrix.nnz == np.count_nonzero(matrix.diagonal()):
        return _of_diagonal(matrix.diagonal().real, k, sector)
    import scipy.sparse.linalg

    _require(dim, k, matrix.dtype.itemsize)
    operator = scipy.sparse.linalg.aslinearoperator(matrix)
    return _lanczos(operator, k, sector, rng, 2.0 * float(abs(matrix).sum(axis=1).max()))


def _checked_count(k: int, dim: int) -> int:
    """Return `dim` after checking that there are k states."""
    if not is_whole(k) or not 1 <= k <= dim:
        expected = f"an integer from 1 to {dim}, the number of states"
        raise ParameterError(argument="k", value=k, expected=expected)
    return dim


def _check_hermitian(hamiltonian: PauliSum) -> None:
    """Raise for a Hamiltonian that is not hermitian, and name its worst term."""
    s = hamiltonian.simplify()
    scale = float(np.abs(s.coefficients).max(initial=0.0))
    if not hamiltonian.is_hermitian(_HERMITIAN * scale):
        worst = int(np.argmax(np.abs(s.coefficients.imag)))
        paulis, qubits, c = s.to_sparse()[worst]
        raise ParameterError(
            f"the Hamiltonian is not hermitian: {paulis or 'I'} on qubits {qubits} has the complex "
            f"coefficient {c}",
            argument="hamiltonian",
        )


def _check_conserved(hamiltonian: PauliSum, sector: Sector) -> None:
    """Raise for a Hamiltonian that leads out of the sector."""
    if hamiltonian.n_qubits != sector.n_qubits:
        return  # sector_matrix raises
    for what, qubits in (
        ("lower", range(sector.split)),
        ("upper", range(sector.split, sector.n_qubits)),
    ):
        z = PauliSum.from_sparse([("Z", (q,), 1.0) for q in qubits], sector.n_qubits)
        drift = hamiltonian.commutator(z).simplify(_HERMITIAN * max(hamiltonian.norm, 1e-300))
        if len(drift):
            raise ParameterError(
                f"the Hamiltonian changes the number of ones on the {what} {len(qubits)} qubits, "
                f"so that it has no energies in the sector ({sector})",
                argument="sector",
                remedy="search without a sector",
            )


def _require(dim: int, k: int, itemsize: int) -> None:
    memory.require(
        (_krylov(dim, k) + 2 * k + 4) * dim * itemsize,
        f"exact diagonalization of {dim:,} states",
        "use a sector, a smaller active space or tapering",
    )


def _krylov(dim: int, k: int) -> int:
    """Length of the Lanczos basis between restarts."""
    return min(dim, max(4 * k, 24))


def _of_diagonal(diagonal: NDArray[np.float64], k: int, sector: Sector | None) -> GroundStates:
    order = np.argsort(diagonal, kind="stable")[:k]
    vectors = np.zeros((len(diagonal), k))
    vectors[order, np.arange(k)] = 1.0
    return GroundStates(diagonal[order], vectors, "smallest diagonal entries", True, 0.0, sector)


def _dense(matrix: NDArray[Any], k: int, sector: Sector | None) -> GroundStates:
    if np.iscomplexobj(matrix) and not matrix.imag.any():
        matrix = np.ascontiguousarray(matrix.real)
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[:k], np.ascontiguousarray(vectors[:, :k])
    residual = float(np.linalg.norm(matrix @ vectors - vectors * values, axis=0).max())
    return GroundStates(values, vectors, "dense diagonalization", True, residual, sector)


def _lanczos(
    operator: scipy.sparse.linalg.LinearOperator[Any],
    k: int,
    sector: Sector | None,
    rng: RandomLike,
    spread: float,
) -> GroundStates:
    """Return the lowest k by ARPACK.

    Args:
        operator: the Hamiltonian.
        k: number of eigenvalues.
        sector: the space of the operator.
        rng: source of the first vector.
        spread: at least the distance of any two eigenvalues.
    """
    generator = as_generator(rng)
    values, vectors = _arpack(operator, k, generator)
    while k > 1:
        # A Krylov space holds one vector of each degenerate eigenspace: search the complement.
        value, vector = _arpack(_lifted(operator, vectors, spread), 1, generator)
        if value[0] > values[-1] - _SAME * spread:
            break
        values[-1], vectors[:, -1:] = value[0], vector
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    products = np.stack([operator @ vector for vector in vectors.T], axis=1)
    residual = float(np.linalg.norm(products - vectors * values, axis=0).max())
    exact = residual <= 1e-6 * max(1.0, float(np.abs(values).max()))
    return GroundStates(values, vectors, "Lanczos diagonalization", exact, residual, sector)


def _arpack(
    operator: scipy.sparse.linalg.LinearOperator[Any], k: int, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    import scipy.sparse.linalg

    dim = operator.shape[0]
    start = generator.standard_normal(dim).astype(operator.dtype)
    try:
        values, vectors = scipy.sparse.linalg.eigsh(
            operator, k, which="SA", v0=start, ncv=_krylov(dim, k), tol=_TOLERANCE
        )
    except scipy.sparse.linalg.ArpackNoConvergence as error:
        raise CapacityError(
            f"the Lanczos method found {len(error.eigenvalues)} of {k} energies of {dim:,} states "
            "before it gave up",
            remedy="ask for fewer, or use a smaller sector",
        ) from None
    order = np.argsort(values)
    return values[order], vectors[:, order]


def _lifted(
    operator: scipy.sparse.linalg.LinearOperator[Any], vectors: NDArray[Any], spread: float
) -> scipy.sparse.linalg.LinearOperator[Any]:
    """Return the operator with given eigenvectors lifted above all others."""
    import scipy.sparse.linalg

    found = vectors.copy()

    def multiply(v: NDArray[Any]) -> NDArray[Any]:
        flat = v.reshape(-1)
        return operator @ flat + spread * (found @ (found.conj().T @ flat))

    return scipy.sparse.linalg.LinearOperator(operator.shape, matvec=multiply, dtype=operator.dtype)
