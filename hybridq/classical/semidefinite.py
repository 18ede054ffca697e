"""Proven lower bounds of Ising energies from a semidefinite relaxation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.core.clock import Deadline, TimeLimit
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

MOST_RANK, LARGE_RANK = 64, 32  # entries of a unit vector: more bring nothing to the bound
_SWEEPS = (30, 30, 60, 120, 240, 480, 960, 1920)
_GAP = 2e-4  # between bound and relaxation, relative: where the sweeps end
_LARGE, _LARGE_GAP = 10_000, 8e-4  # spins, for which that takes long, and the gap there
_BANDED_WORK = 4e10  # multiplications of a banded Cholesky factorization: a few seconds
_LANCZOS_STEPS, _CLOSE_STEPS = 60, 300  # of an estimate; of one that saves factorizations
_LANCZOS_MOST = 2_000
_BANDED_SPEED, _PROOF_SHARE = 6e9, 0.4  # multiplications a second; of a time limit
_ENTRY_SECONDS, _ROW_SECONDS = 2e-9, 1e-8  # of a product with a vector; of a spin of a step
_BAND_SECONDS = 1e-7  # of an entry that is moved into a band
_FAILURE = 1e-12  # probability that a bound by Lanczos fails
_LANCZOS = "Lanczos iteration"
_LANES = 8  # entries of a vector are a multiple


@dataclass(frozen=True)
class SemidefiniteBound:
    r"""A proven lower bound of all energies, with the relaxation behind it.

    Attributes:
        bound: no assignment has a lower energy.
        relaxed: energy of the unit vectors; the best bound of this kind lies between both.
        certificate: ``"Cholesky factorization"``, ``"no couplings"``, or ``"Lanczos iteration"``,
            whose bound fails with a probability below 10^-12.
        vectors: unit vectors, float64, shape (n_qubits + 1, k) with fields, else (n_qubits, k);
            the last of them is that of a spin that is up.
        complete: False where a time limit made the sweeps or the proof shorter.
    """

    bound: float
    relaxed: float
    certificate: str
    vectors: Vector
    complete: bool = True

    @property
    def failure(self) -> float:
        """Probability that the bound fails, at most: 0, but for a Lanczos iteration."""
        return _FAILURE if self.certificate == _LANCZOS else 0.0


def least_seconds(ising: Ising) -> float:
    """Return roughly the seconds of the shortest bound, two Lanczos iterations."""
    entries = 2 * (len(ising.couplings) + int(np.count_nonzero(ising.linear)))
    return 2 * _LANCZOS_STEPS * (_ENTRY_SECONDS * entries + _ROW_SECONDS * ising.n_qubits)


def semidefinite_bound(
    ising: Ising, *, rng: RandomLike = None, time_limit: TimeLimit = None
) -> SemidefiniteBound:
    r"""Return a lower bound of all energies, proven by weak duality.

    The relaxation replaces spins by unit vectors :math:`v_i`. Coordinate descent sets one vector
    after the other to :math:`-g_i/|g_i|`, :math:`g_i = \sum_j J_{ij} v_j` (the mixing method).
    For any y and :math:`\lambda \le \lambda_{min}(J + diag(y))`

    .. math:: E(s) \ge constant - \tfrac12 \sum_i y_i + \tfrac12 n \min(0, \lambda),

    so the bound with :math:`y_i = |g_i|` holds whenever the descent ends. λ comes from a Cholesky
    factorization of the shifted matrix, with its rounding error; where that would take long, from
    a Lanczos iteration with the margin of Kuczyński and Woźniakowski. Fields are couplings to one
    more spin.

    Args:
        ising: the problem, with terms of at most two spins.
        rng: for the first vectors.
        time_limit: seconds, or a deadline; sweeps and the proof are made shorter where they would
            take longer, so that the bound depends on the speed of the machine. By default they end
            where the bound is within 2e-4 of the relaxation, or after 3,840 sweeps.

    Raises:
        ParameterError: terms of more than two spins.
        CapacityError: the vectors do not fit in memory.

    Source: Goemans, Williamson, J. ACM 42, 1115 (1995); Wang, Chang, Kolter 2017,
    arXiv:1706.00476; Kuczyński, Woźniakowski, SIAM J. Matrix Anal. Appl. 13, 1094 (1992); Rump,
    BIT 46, 433 (2006).
    """
    _couplings.require_quadratic(ising, "semidefinite_bound")
    from hybridq.classical._semidefinite_kernel import mix_in_place, pulls

    deadline = Deadline.of(time_limit)
    matrix = _couplings.sparse(_couplings.without_fields(ising))
    starts, targets, weights = matrix.indptr, matrix.indices, matrix.data
    n = matrix.shape[0]
    most = MOST_RANK if n <= _LARGE else LARGE_RANK
    rank = min(int(np.ceil(np.sqrt(2.0 * n))) + 1, most)
    rank = -(-rank // _LANES) * _LANES
    memory.require(16 * n * rank, f"the unit vectors of {n:,} spins", "use a smaller problem")
    generator = as_generator(rng)
    vectors = generator.normal(size=(n, rank))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    norms = np.empty(n)
    if not matrix.nnz:
        return SemidefiniteBound(ising.constant, ising.constant, "no couplings", vectors)
    proof = _Certificate(matrix, generator, deadline)
    best, certificate, relaxed = -np.inf, "", 0.0
    gap = _GAP if n <= _LARGE else _LARGE_GAP

    def mix(sweeps: int) -> None:
        mix_in_place(starts, targets, weights, vectors, sweeps)

    complete = proof.plan[0] in (0, min(n, _LANCZOS_MOST))
    for sweeps in _SWEEPS:
        short = deadline.without(proof.plan[1]).run(mix, sweeps) < sweeps
        complete = complete and not short
        if np.isfinite(best) and short:
            break
        last = short or sweeps == _SWEEPS[-1]
        relaxed = pulls(starts, targets, weights, vectors, norms)
        # A few Lanczos steps tell whether a proof is worth its time.
        hoped = -0.5 * norms.sum() + 0.5 * n * min(0.0, proof.estimate(norms))
        if relaxed - hoped > 2.0 * gap * abs(relaxed) and not last:
            continue
        least, certificate = proof.least_eigenvalue(norms)
        best = max(best, -0.5 * norms.sum() + 0.5 * n * min(0.0, least))
        if relaxed - best <= gap * abs(relaxed) or last:
            break
    # The sum of |g_i| and of the constant round too.
    margin = 1e-13 * (abs(ising.constant) + float(np.abs(weights).sum()))
    return SemidefiniteBound(
        float(ising.constant + best - margin),
        float(ising.constant + relaxed),
        certificate,
        vectors,
        complete,
    )


def rounded(ising: Ising, vectors: Vector, *, tries: int = 100, rng: RandomLike = None) -> Baseline:
    """Return the best of random hyperplane roundings, each descended by single flips.

    Args:
        ising: the problem.
        vectors: those of a `SemidefiniteBound` of it.
        tries: number of hyperplanes.
        rng: for the hyperplanes.

    Raises:
        ParameterError: `tries` < 1.

    Source: Goemans, Williamson, J. ACM 42, 1115 (1995).
    """
    if tries < 1:
        raise ParameterError(argument="tries", value=tries, expected="an integer >= 1")
    from hybridq.classical._local_search_kernel import descend_in_place, fields_in_place

    n = ising.n_qubits
    generator = as_generator(rng)
    starts, targets, weights = _couplings.neighbours(ising)
    linear = np.array(ising.linear, dtype=np.float64)
    least = 1e-10 * float(np.abs(weights).max(initial=np.abs(linear).max(initial=0.0)))
    best, best_spins = np.inf, np.ones(n)
    fields = np.empty(n)
    for _ in range(tries):
        sides = np.where(vectors @ generator.normal(size=vectors.shape[1]) < 0.0, -1.0, 1.0)
        spins = np.ascontiguousarray(sides[:n] * (sides[n] if len(vectors) > n else 1.0))
        fields_in_place(starts, targets, weights, linear, spins, fields)
        energy = descend_in_place(starts, targets, weights, linear, spins, fields, least)
        if energy < best:
            best, best_spins = energy, spins
    return Baseline.from_bits(
        ising,
        (best_spins < 0).astype(np.uint8),
        method=f"semidefinite relaxation, {tries} hyperplanes",
        exact=False,
    )


class _Certificate:
    """Lower bounds of the least eigenvalue of J + diag(y), for several y."""

    def __init__(
        self, matrix: scipy.sparse.csr_matrix, rng: np.random.Generator, deadline: Deadline
    ) -> None:
        self._matrix, self._n, self._deadline = matrix, matrix.shape[0], deadline
        self._start = rng.normal(size=self._n)
        self._last: tuple[int, Vector, tuple[float, float]] | None = None

    @cached_property
    def plan(self) -> tuple[int, float]:
        """The Lanczos steps of a proof, 0 for a factorization, and its seconds, roughly.

        Of a time limit it takes two fifths at most.
        """
        most, share = min(self._n, _LANCZOS_MOST), _PROOF_SHARE * self._deadline.left
        if not self._deadline.is_set:
            return (0, 0.0) if self._band is not None else (most, 0.0)
        if self._band is not None:
            seconds = float(self._n) * self._band[1] ** 2 / _BANDED_SPEED
            seconds += _BAND_SECONDS * self._matrix.nnz
            if seconds <= share:
                return 0, seconds
        watch = Deadline()
        self._ritz(np.ones(self._n), _LANCZOS_STEPS)
        each = watch.seconds / _LANCZOS_STEPS
        steps = int(np.clip(share / max(each, 1e-9), min(_LANCZOS_STEPS, most), most))
        return steps, steps * each

    @cached_property
    def _band(self) -> tuple[NDArray[np.intp], int] | None:
        """An order of the spins in a narrow band, and its width; None without one."""
        from scipy.sparse.csgraph import reverse_cuthill_mckee

        order = np.asarray(reverse_cuthill_mckee(self._matrix, symmetric_mode=True), dtype=np.intp)
        rank = np.empty(self._n, dtype=np.intp)
        rank[order] = np.arange(self._n)
        rows, columns = self._matrix.nonzero()
        width = int(np.abs(rank[rows] - rank[columns]).max(initial=0))
        free = memory.available_bytes()
        fits = free is None or 16 * self._n * (width + 1) < free
        if float(self._n) * width**2 > _BANDED_WORK or not fits:
            return None
        return order, width

    def estimate(self, y: Vector) -> float:
        """Return a number close above the least eigenvalue."""
        unhurried = self.plan[0] == 0 and not self._deadline.is_set
        return self._ritz(y, _CLOSE_STEPS if unhurried else _LANCZOS_STEPS)[0]

    def least_eigenvalue(self, y: Vector) -> tuple[float, str]:
        """Return a number below all eigenvalues, and how that is proven."""
        size = float(y.max(initial=0.0)) + float(abs(self._matrix).sum(axis=1).max())
        if self.plan[0] or self._band is None:
            return self._by_lanczos(y, self.plan[0]), _LANCZOS
        # A shift of all eigenvalues by this much costs a millionth of the bound.
        shift = max(-1.2 * self.estimate(y), 1e-6 * float(y.mean()), 1e-12 * size)
        while not self._is_positive(y + shift):
            shift *= 2.0
        width = self._band[1]
        # Rump 2006: where the factorization ends, rounding hides at most this much.
        rounding = (width + 3) * 2.3e-16 * float((y + shift).sum())
        return -(shift + rounding), "Cholesky factorization"

    def _is_positive(self, diagonal: Vector) -> bool:
        """Return whether J + diag(diagonal) has a Cholesky factorization."""
        assert self._band is not None
        order, width = self._band
        ordered = self._matrix[order][:, order].tocoo()
        lower = ordered.row >= ordered.col
        rows, columns = ordered.row[lower], ordered.col[lower]
        band = np.zeros((width + 1, self._n))
        band[rows - columns, columns] = ordered.data[lower]
        band[0] += diagonal[order]
        try:
            with one_blas_thread():  # threads on narrow bands wait for each other
                scipy.linalg.cholesky_banded(
                    band, overwrite_ab=True, lower=True, check_finite=False
                )
        except np.linalg.LinAlgError:
            return False
        return True

    def _by_lanczos(self, y: Vector, steps: int) -> float:
        """Return a lower bound from many Lanczos steps.

        From a random start, k steps miss the least eigenvalue by more than ε times the range of
        the spectrum with a probability of at most 1.648 √n exp(−√ε (2k − 1)).
        """
        least, largest = self._ritz(y, steps)
        odds = np.log(1.648 * np.sqrt(self._n) / _FAILURE)
        missed = (odds / (2 * steps - 1)) ** 2
        # The largest Ritz value is as far below the largest eigenvalue; twice the range covers it.
        return float(least - 2.0 * missed * (largest - least))

    def _ritz(self, y: Vector, steps: int) -> tuple[float, float]:
        """Return the least and the largest Ritz value of a Lanczos iteration."""
        if self._last is not None and self._last[0] == steps and np.array_equal(self._last[1], y):
            return self._last[2]  # the estimate before a proof of as many steps
        with one_blas_thread():  # threads on short vectors wait for each other
            values = self._iterated(y, steps)
        self._last = steps, y.copy(), values
        return values

    def _iterated(self, y: Vector, steps: int) -> tuple[float, float]:
        now = self._start / np.linalg.norm(self._start)
        before = np.zeros(self._n)
        diagonal, beside, coupling = [], [], 0.0
        for _ in range(min(steps, self._n)):
            image = self._matrix @ now + y * now - coupling * before
            along = float(image @ now)
            diagonal.append(along)
            image -= along * now
            coupling = float(np.linalg.norm(image))
            if coupling <= 1e-14 * max(abs(along), 1.0):
                break
            beside.append(coupling)
            before, now = now, image / coupling
        values = scipy.linalg.eigh_tridiagonal(
            np.array(diagonal), np.array(beside[: len(diagonal) - 1]), eigvals_only=True
        )
        return float(values[0]), float(values[-1])
